//! Runs the startup script as google-guest-agent's script runner does (its first generation), from the same bytes to the same log lines.
//! Like it, it takes no notice of how the script ends, but for a line in the log.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, PipeReader, Read, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result};
use rustix::process::WaitStatus;

use super::world::PATH;

/// The runner's scanner takes no longer line: the pipe closes, and the script dies of SIGPIPE when it writes on.
const LONGEST_LINE: usize = 64 * 1024;

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

/// Copies what is written to the serial port to the serial log, without an end.
pub fn copy_port(port: File) -> io::Result<()> {
    for line in BufReader::new(port).split(b'\n') {
        serial(String::from_utf8_lossy(&line?).trim_end_matches('\r'))?;
    }
    Ok(())
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
