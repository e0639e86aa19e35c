//! The serial log, and who writes to it: the serial port, and the runner of the startup script.
//! That one does as google-guest-agent's script runner (its first generation): it takes no notice of how the script ends, but for a line in the log.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, PipeReader, Read, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
    thread::{self, JoinHandle},
};

use anyhow::{Context, Result};
use rustix::process::WaitStatus;

use super::world::PATH;

/// The runner's scanner takes no longer line: the pipe closes, and the script dies of SIGPIPE when it writes on.
const LONGEST_LINE: usize = 64 * 1024;

/// Ends the reading of the serial port.
const LAST_WORD: &[u8] = b"\0fake-gcp\0\n";

/// Starts the script; what it prints comes out of the pipe.
pub fn start(script: &str) -> Result<(Child, PipeReader)> {
    let folder = Path::new("/tmp").join(format!("metadata-scripts{}", std::process::id()));
    fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    let path = folder.join("startup-script");
    fs::write(&path, script.trim_start()).with_context(|| format!("write {}", path.display()))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    let (reader, writer) = io::pipe()?;
    let child = Command::new("/bin/bash")
        .arg("-c")
        .arg(&path)
        .current_dir("/")
        .env_clear()
        .env("PATH", PATH)
        .env("LANG", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .spawn()
        .context("start the startup script")?;
    Ok((child, reader))
}

/// Copies the script's lines to the serial log until all its processes have closed the pipe, or one line is too long.
pub fn log(pipe: PipeReader) -> io::Result<()> {
    let mut pipe = BufReader::with_capacity(LONGEST_LINE, pipe);
    let mut line = Vec::new();
    loop {
        line.clear();
        let size = (&mut pipe).take(LONGEST_LINE as u64).read_until(b'\n', &mut line)?;
        if size == 0 {
            return Ok(());
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if size == LONGEST_LINE {
            return serial("startup-script bufio.Scanner: token too long");
        }
        serial(&format!("startup-script: {}", String::from_utf8_lossy(&line)))?;
    }
}

/// The reading end of the serial port: what is written to it goes to the serial log.
pub struct Port {
    port: File,
    copying: JoinHandle<io::Result<()>>,
}

impl Port {
    /// Begins to read.
    pub fn open() -> io::Result<Port> {
        // The port is a pipe, which has an end only for readers that are no writers.
        let port = File::options().read(true).write(true).open("/dev/ttyS0")?;
        let reader = port.try_clone()?;
        Ok(Port { port, copying: thread::spawn(move || copy_port(reader)) })
    }

    /// Returns when everything that has been written is in the log.
    pub fn close(mut self) -> io::Result<()> {
        self.port.write_all(LAST_WORD)?;
        self.copying.join().unwrap_or_else(|_| Err(io::Error::other("its reader broke off")))
    }
}

fn copy_port(port: File) -> io::Result<()> {
    let mut port = BufReader::new(port);
    let mut line = Vec::new();
    loop {
        line.clear();
        port.read_until(b'\n', &mut line)?;
        if line.ends_with(LAST_WORD) {
            return Ok(());
        }
        serial(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']))?;
    }
}

/// Logs how the script ended.
pub fn log_end(status: WaitStatus) -> io::Result<()> {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(0), _) => {}
        (Some(code), _) => serial(&format!("startup-script exit status {code}"))?,
        (None, Some(libc::SIGPIPE)) => serial("startup-script signal: broken pipe")?,
        (None, signal) => serial(&format!("startup-script signal: {}", signal.unwrap_or(0)))?,
    }
    serial("Finished running startup scripts.")
}

/// Writes one line to the serial log.
pub fn serial(line: &str) -> io::Result<()> {
    io::stdout().lock().write_all(format!("{line}\n").as_bytes())
}
