//! Starts Terraform as a process that outlives gen-tf, and recognises one that did.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitStatus};

use camino::Utf8Path;
use duct::unix::HandleExt;

/// How to start Terraform.
#[derive(Debug)]
pub(super) struct Invocation<'a> {
    /// The program.
    pub program: &'a Utf8Path,
    /// Its arguments.
    pub arguments: &'a [String],
    /// Where it runs.
    pub directory: &'a Utf8Path,
    /// What its environment has besides gen-tf's own.
    pub environment: &'a [(String, OsString)],
    /// A file for its stdout.
    pub stdout: fs::File,
    /// A file for its stderr.
    pub stderr: fs::File,
}

/// A running Terraform.
#[derive(Debug)]
pub(super) struct Child {
    handle: duct::Handle,
    pid: u32,
}

impl Child {
    /// Starts Terraform.
    pub fn start(invocation: Invocation<'_>) -> io::Result<Self> {
        let mut command = duct::cmd(invocation.program.as_std_path(), invocation.arguments)
            .dir(invocation.directory)
            .stdin_null()
            .stdout_file(invocation.stdout)
            .stderr_file(invocation.stderr)
            .unchecked()
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .env("CHECKPOINT_DISABLE", "1");
        for (name, value) in invocation.environment {
            command = command.env(name, value);
        }
        for name in disturbing_variables() {
            command = command.env_remove(name);
        }
        // A log would hold the requests that carry the values.
        if invocation.environment.iter().any(|(name, _)| name.starts_with("TF_VAR_secret_")) {
            for name in variables(|name| name.starts_with("TF_LOG")) {
                command = command.env_remove(name);
            }
        }
        let handle = command.before_spawn(detach).start()?;
        let pid = handle.pids().first().copied().ok_or_else(|| io::Error::other("no process"))?;
        Ok(Self { handle, pid })
    }

    /// The id of the process, and of its session and process group.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// How it ended, once it has.
    pub fn try_wait(&self) -> io::Result<Option<ExitStatus>> {
        Ok(self.handle.try_wait()?.map(|output| output.status))
    }

    /// Asks Terraform, and only it, to stop after what it is doing.
    pub fn ask_to_stop(&self) -> io::Result<()> {
        self.handle.send_signal(libc::SIGINT)
    }

    /// Kills Terraform and everything in its process group.
    pub fn kill(&self) -> io::Result<()> {
        if self.try_wait()?.is_some() {
            return Ok(());
        }
        let group = libc::pid_t::try_from(self.pid).map_err(io::Error::other)?;
        // SAFETY: kill(2) has no preconditions. The process was not reaped a moment ago and nobody
        // but this thread reaps it, so that its id still is its own.
        #[expect(unsafe_code, reason = "the standard library cannot signal a process group")]
        let result = unsafe { libc::kill(-group, libc::SIGKILL) };
        if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
}

/// Variables with which a user changes what Terraform does in a folder. Here they would change
/// what gen-tf was asked for: other arguments, another state, another data folder.
fn disturbing_variables() -> Vec<OsString> {
    variables(|name| {
        name.starts_with("TF_CLI_ARGS") || name == "TF_WORKSPACE" || name == "TF_DATA_DIR"
    })
}

/// The variables of the environment whose names are wanted.
fn variables(wanted: impl Fn(&str) -> bool) -> Vec<OsString> {
    let names = std::env::vars_os().map(|(name, _)| name);
    names.filter(|name| wanted(&name.to_string_lossy())).collect()
}

/// Gives Terraform a session of its own, with SIGHUP ignored.
///
/// The session keeps away the signals that a terminal sends to gen-tf's group: the first Ctrl-C
/// must not interrupt a create. Ignoring SIGHUP is the second lock on the same door: Terraform
/// does not handle it and would leave a state of 0 bytes. The programs `setsid` and `nohup` do
/// the same, but `setsid` is missing on some systems, forks at times, so that the id would not be
/// Terraform's, and neither reports a failed start as an error.
fn detach(command: &mut Command) -> io::Result<()> {
    let in_child = || {
        // SAFETY: both calls are async-signal-safe, and they only change the new process.
        #[expect(unsafe_code, reason = "the standard library offers neither call")]
        let failed = unsafe {
            libc::setsid() == -1 || libc::signal(libc::SIGHUP, libc::SIG_IGN) == libc::SIG_ERR
        };
        if failed { Err(io::Error::last_os_error()) } else { Ok(()) }
    };
    // SAFETY: the closure allocates nothing and takes no lock.
    #[expect(unsafe_code, reason = "what must happen between fork and exec")]
    unsafe {
        command.pre_exec(in_child);
    }
    Ok(())
}

/// What tells a process from a later one with the same id. `None` where it does not run, and
/// where it has ended but was not reaped.
pub(super) fn identity(pid: u32) -> io::Result<Option<String>> {
    let stat = match fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => stat,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        // The process ended while the file was read.
        Err(error) if error.raw_os_error() == Some(libc::ESRCH) => return Ok(None),
        Err(error) => return Err(error),
    };
    // The name in brackets may contain anything, also spaces and brackets.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let mut fields = fields.split_whitespace();
    let state = fields.next();
    let (Some(state), Some(started)) = (state, fields.nth(18)) else {
        return Err(io::Error::other(format!("/proc/{pid}/stat has too few fields")));
    };
    if matches!(state, "Z" | "X") {
        return Ok(None);
    }
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id")?;
    Ok(Some(format!("{started} {}", boot.trim())))
}

/// Tries to take the lock that Terraform takes on a local state file. It is held until the file
/// is closed.
pub(super) fn try_lock_state(file: &fs::File) -> io::Result<bool> {
    match control_lock(file, libc::F_SETLK) {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.raw_os_error(), Some(libc::EAGAIN | libc::EACCES)) => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// The process that has taken that lock, if one has.
pub(super) fn holder_of_state(file: &fs::File) -> io::Result<Option<u32>> {
    let lock = control_lock(file, libc::F_GETLK)?;
    if libc::c_int::from(lock.l_type) == libc::F_UNLCK {
        return Ok(None);
    }
    u32::try_from(lock.l_pid).map(Some).map_err(io::Error::other)
}

fn control_lock(file: &fs::File, command: libc::c_int) -> io::Result<libc::flock> {
    let mut lock = libc::flock {
        l_type: libc::F_WRLCK as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    };
    // SAFETY: the descriptor is open and the structure lives longer than the call.
    #[expect(unsafe_code, reason = "the standard library has flock(2) only, which is another lock")]
    let result = unsafe { libc::fcntl(file.as_raw_fd(), command, &raw mut lock) };
    if result == 0 { Ok(lock) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_one_identity_while_it_lives() {
        let me = std::process::id();
        let first = identity(me).expect("it can be read");
        assert!(first.is_some());
        assert_eq!(first, identity(me).expect("it can be read"));
    }

    #[test]
    fn a_process_that_has_ended_has_none_also_before_it_is_reaped() {
        let mut child = Command::new("true").spawn().expect("true(1) is everywhere");
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while identity(child.id()).expect("it can be read").is_some() {
            assert!(std::time::Instant::now() < deadline, "true(1) does not end");
            std::thread::yield_now();
        }
        child.wait().expect("it is still there to be reaped");
        assert_eq!(identity(child.id()).expect("it can be read"), None);
    }
}
