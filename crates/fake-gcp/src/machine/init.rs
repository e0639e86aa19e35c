//! The first process of a sandbox: enters its world, runs the startup script, reaps what dies, and powers off.
//! It has no privilege that its parent lacks, and it ends, with every process of the sandbox, when fake-gcp does.

use std::{
    io::{self, BufReader},
    os::{fd::AsFd, unix::net::UnixStream},
    path::Path,
    process::ExitCode,
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process_group, setsid, wait};
use signal_hook::{consts::SIGCHLD, iterator::Signals};

use super::{
    disk, launch, runner,
    wire::{self, Boot, Order},
    world,
};

/// The status of an init whose machine wants to boot again.
pub const REBOOT: u8 = 3;

/// How long processes have to end when the machine is switched off from inside.
const GRACE: Duration = Duration::from_secs(10);

/// Runs `fake-gcp vm …`, which fake-gcp itself starts; call it before the process has any other thread.
///
/// `init` is the first process of a sandbox, `remove DISK` removes a disk,
/// `keep FOLDER` holds a file system in memory for disks.
/// People and tests may call `probe FOLDER`: it fails, and says why in one line, where there can be no sandboxes.
pub fn run_vm(arguments: &[String]) -> ExitCode {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["init"] => run_init(),
        ["remove", disk] => disk::remove(Path::new(disk)).map(|()| 0).context("remove the disk"),
        ["keep", folder] => launch::keep(Path::new(folder)).map(|()| 0),
        ["probe", folder] => probe(Path::new(folder)).map(|()| 0),
        _ => Err(anyhow::anyhow!(
            "usage: fake-gcp vm init | remove DISK | keep FOLDER | probe FOLDER"
        )),
    };
    done.map(ExitCode::from).unwrap_or_else(|error| {
        eprintln!("fake-gcp: {error:#}");
        ExitCode::FAILURE
    })
}

fn probe(folder: &Path) -> Result<()> {
    let launcher = launch::Launcher::find(&std::env::current_exe()?, folder)?;
    println!("{}", launcher.shortcoming.as_deref().unwrap_or("sandboxes can be made here"));
    Ok(())
}

enum Event {
    Order(Order),
    HostIsGone,
    Signal(i32),
}

fn run_init() -> Result<u8> {
    if std::process::id() != 1 {
        bail!("fake-gcp vm init is the first process of a sandbox, and of nothing else");
    }
    // A script that signals its process group must reach nothing outside.
    setsid().context("start a session")?;
    let socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut from_host = BufReader::new(socket.try_clone()?);
    let boot: Boot = wire::receive(&mut from_host)?.context("nobody says what to boot")?;
    let (events, inbox) = mpsc::channel();
    watch_signals(events.clone())?;
    let doors = world::enter(&boot)?;
    wire::send_doors(&socket, &doors).context("hand over the sockets")?;
    // From here on they are fake-gcp's alone.
    drop(doors);
    watch_host(from_host, events);
    let port = runner::Port::open().context("open the serial port")?;
    let mut init = Init { port, script: None, log: None, off: None };
    init.start_script(boot.script.as_deref())?;
    let status = init.run(&inbox)?;
    init.port.close().context("close the serial port")?;
    Ok(status)
}

fn watch_signals(events: Sender<Event>) -> Result<()> {
    let mut signals =
        Signals::new([SIGCHLD, power_off_signal(), reboot_signal()]).context("watch signals")?;
    thread::spawn(move || {
        for signal in signals.forever() {
            if events.send(Event::Signal(signal)).is_err() {
                return;
            }
        }
    });
    Ok(())
}

fn watch_host(mut from_host: BufReader<UnixStream>, events: Sender<Event>) {
    thread::spawn(move || {
        while let Ok(Some(order)) = wire::receive(&mut from_host) {
            if events.send(Event::Order(order)).is_err() {
                return;
            }
        }
        if events.send(Event::HostIsGone).is_err() {
            // The init is ending already.
        }
    });
}

/// The signals are those that systemd's own programs send to its init.
fn power_off_signal() -> i32 {
    libc::SIGRTMIN() + 4
}

fn reboot_signal() -> i32 {
    libc::SIGRTMIN() + 5
}

struct Init {
    port: runner::Port,
    script: Option<(Pid, Sender<WaitStatus>)>,
    log: Option<JoinHandle<()>>,
    off: Option<Off>,
}

#[derive(Clone, Copy)]
struct Off {
    deadline: Instant,
    status: u8,
}

impl Init {
    fn start_script(&mut self, script: Option<&str>) -> Result<()> {
        let Some(script) = script else {
            return Ok(runner::serial("No startup scripts to run.")?);
        };
        let (child, pipe) = runner::start(script)?;
        let (tell, ended) = mpsc::channel();
        let pid = Pid::from_child(&child);
        self.script = Some((pid, tell));
        self.log = Some(thread::spawn(move || {
            let logged = runner::log(pipe).and_then(|()| match ended.recv() {
                Ok(status) => runner::log_end(status),
                Err(_) => Ok(()),
            });
            if let Err(error) = logged {
                eprintln!("fake-gcp: the startup script's log: {error}");
            }
        }));
        Ok(())
    }

    /// Returns the status to end with; the kernel then kills what is left.
    fn run(&mut self, inbox: &Receiver<Event>) -> Result<u8> {
        loop {
            let event = match self.off {
                Some(off) => match inbox.recv_timeout(off.deadline - Instant::now()) {
                    Err(RecvTimeoutError::Timeout) => return Ok(off.status),
                    other => other?,
                },
                None => inbox.recv()?,
            };
            let nothing_runs = match event {
                Event::HostIsGone => return Ok(0),
                Event::Order(Order::Stop { grace }) => self.begin_to_stop(grace, 0)?,
                Event::Signal(SIGCHLD) => self.reap()?,
                Event::Signal(signal) if signal == reboot_signal() => {
                    self.begin_to_stop(GRACE, REBOOT)?
                }
                Event::Signal(_) => self.begin_to_stop(GRACE, 0)?,
            };
            if let (true, Some(off)) = (nothing_runs, self.off) {
                self.finish_log();
                return Ok(off.status);
            }
        }
    }

    /// Nobody can write to the script's pipe any more, so its log ends without waiting for anybody.
    fn finish_log(&mut self) {
        self.script = None;
        if self.log.take().is_some_and(|log| log.join().is_err()) {
            eprintln!("fake-gcp: the log of the startup script broke off");
        }
    }

    /// A later word shortens the time, but does not make a power off of a reboot or the other way round.
    fn begin_to_stop(&mut self, grace: Duration, status: u8) -> Result<bool> {
        let deadline = Instant::now() + grace;
        match &mut self.off {
            Some(off) => off.deadline = off.deadline.min(deadline),
            None => {
                runner::serial(if status == REBOOT {
                    "fake-gcp: reboot"
                } else {
                    "fake-gcp: power off"
                })?;
                self.off = Some(Off { deadline, status });
                match kill_process_group(Pid::INIT, Signal::TERM) {
                    Ok(()) | Err(rustix::io::Errno::SRCH) => {}
                    Err(error) => return Err(error).context("tell the processes to end"),
                }
            }
        }
        self.reap()
    }

    /// Takes leave of everything that died; whether nothing is left that could.
    fn reap(&mut self) -> Result<bool> {
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) => {
                    if let Some((_, tell)) = self.script.take_if(|(script, _)| *script == pid)
                        && tell.send(status).is_err()
                    {
                        eprintln!("fake-gcp: nobody logs the end of the startup script");
                    }
                }
                Ok(None) => return Ok(false),
                Err(rustix::io::Errno::CHILD) => return Ok(true),
                Err(error) => return Err(error).context("wait for a process"),
            }
        }
    }
}
