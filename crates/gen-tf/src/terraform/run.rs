//! Runs Terraform once and follows it to its end, through signals.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::process::ExitStatus;

use camino::Utf8PathBuf;

use gen_tf_core::units::format_duration;

use super::child::{self, Child, Invocation};
use super::event::Action;
use super::failure::Failure;
use super::files::LogPaths;
use super::follow::Follower;
use super::kind::{self, going_on};
use super::record::Record;
use super::running::{POLL, Running, Turn};
use super::{Error, Workspace, files};
use crate::progress::Task;

/// How many lines of stderr an error shows.
const STDERR_TAIL: usize = 20;

/// How many resources Terraform works on at a time where it is not told.
pub(super) const PARALLELISM: u32 = 10;

/// What Terraform is asked for.
#[derive(Debug)]
pub(super) struct Job {
    /// The command and its arguments.
    pub arguments: Vec<String>,
    /// How many changes it makes, where that is known.
    pub total: Option<usize>,
    /// The changes that it makes, each step of a replacement for itself.
    pub changes: Vec<(String, Action)>,
    /// How many of them it makes at a time.
    pub parallelism: u32,
    /// At which level of interrupts Terraform is asked to stop; one above, it is killed.
    pub stop_at: u8,
    /// Exit codes that are no failure.
    pub good: &'static [i32],
}

impl Job {
    /// The command.
    fn verb(&self) -> &str {
        self.arguments.first().map_or("", String::as_str)
    }
}

/// A run that did not fail.
#[derive(Debug)]
pub(super) struct Ended {
    /// Its exit code.
    pub code: i32,
    /// What it said.
    pub record: Record,
    /// The file with its events.
    pub log: Utf8PathBuf,
}

/// What was done to end a run early.
#[derive(Debug, Default)]
struct Pressure {
    told: bool,
    asked: bool,
    killed: bool,
}

impl Workspace {
    /// Runs a command that writes events.
    pub(super) fn run(&mut self, _turn: &Turn, job: &Job) -> Result<Ended, Error> {
        if self.interrupts.level() > 0 {
            return Err(Error::Interrupted { note: None });
        }
        let verb = job.verb();
        let log = self.files.new_log(verb)?;
        let open = |path| files::open_to_append(path).map_err(Error::file("open", path));
        let child = self.start(&job.arguments, open(&log.events)?, open(&log.stderr)?)?;
        if let Err(error) = self.remember(&child, job, &log) {
            // It runs: to follow it to its end is still the best that can be done.
            self.progress.println(&format!("warning: a later gen-tf would not see this: {error}"));
        }
        self.progress.begin(&Task::new(self.title(verb), job.total));
        let mut record = Record::default();
        let followed = self.follow(&child, job, &log, &mut record);
        self.progress.end();
        let (status, pressure) = followed?;
        self.forget_running()?;
        self.tell_warnings(&record);
        self.judge(job, status, &pressure, record, &log)
    }

    /// Runs a command that only reads, and returns what it printed.
    pub(super) fn read(&mut self, _turn: &Turn, arguments: &[String]) -> Result<Vec<u8>, Error> {
        let directory = &self.directory;
        let temporary = || tempfile::tempfile().map_err(Error::file("write for", directory));
        let (mut stdout, mut stderr) = (temporary()?, temporary()?);
        let copy = |file: &File| file.try_clone().map_err(self.cannot_run());
        let child = self.start(arguments, copy(&stdout)?, copy(&stderr)?)?;
        let level = self.interrupts.level();
        let status = loop {
            if let Some(status) = child.try_wait().map_err(self.cannot_run())? {
                break status;
            }
            if self.interrupts.wait_above(level, POLL) {
                // It only reads: nothing is lost.
                child.kill().map_err(self.cannot_run())?;
                return Err(Error::Interrupted { note: None });
            }
        };
        if status.success() {
            return whole(&mut stdout).map_err(self.cannot_run());
        }
        let stderr = tail(&whole(&mut stderr).map_err(self.cannot_run())?);
        Err(Error::Failed(Box::new(Failure {
            program: self.terraform.program.clone(),
            arguments: arguments.to_vec(),
            directory: self.directory.clone(),
            status,
            diagnostics: Vec::new(),
            output: Vec::new(),
            stderr,
            log: None,
            note: None,
        })))
    }

    /// What Terraform is called when it does this.
    pub(super) fn title(&self, verb: &str) -> String {
        format!("{} {verb}", self.terraform.flavour.program())
    }

    fn remember(&self, child: &Child, job: &Job, log: &LogPaths) -> Result<(), Error> {
        let Some(identity) = child::identity(child.pid()).map_err(self.cannot_run())? else {
            return Ok(());
        };
        self.remember_running(&Running {
            pid: child.pid(),
            identity,
            verb: job.verb().to_owned(),
            log: log.events.clone(),
            begun: jiff::Timestamp::now().to_string(),
            total: job.total,
        })
    }

    fn start(&self, arguments: &[String], stdout: File, stderr: File) -> Result<Child, Error> {
        let environment: &[(String, OsString)] = &self.environment;
        Child::start(Invocation {
            program: &self.terraform.program,
            arguments,
            directory: &self.directory,
            environment,
            stdout,
            stderr,
        })
        .map_err(self.cannot_run())
    }

    fn cannot_run(&self) -> impl FnOnce(io::Error) -> Error + use<> {
        let program = self.terraform.program.clone();
        move |source| Error::NotRunnable { program, source }
    }

    fn follow(
        &mut self,
        child: &Child,
        job: &Job,
        log: &LogPaths,
        record: &mut Record,
    ) -> Result<(ExitStatus, Pressure), Error> {
        let mut follower = Follower::open(&log.events).map_err(Error::file("read", &log.events))?;
        let mut pressure = Pressure::default();
        let mut level = 0;
        loop {
            // Asked before reading, so that the last reading sees everything.
            let ended = child.try_wait().map_err(self.cannot_run())?;
            let progress = &mut self.progress;
            follower
                .read(record, |event| progress.event(event))
                .map_err(Error::file("read", &log.events))?;
            if let Some(status) = ended {
                return Ok((status, pressure));
            }
            self.progress.tick();
            if self.interrupts.wait_above(level, POLL) {
                level = self.interrupts.level();
                self.press(child, job, level, record, &mut pressure)?;
            }
        }
    }

    /// Does what this level of interrupts asks for, each step once.
    fn press(
        &mut self,
        child: &Child,
        job: &Job,
        level: u8,
        record: &Record,
        pressure: &mut Pressure,
    ) -> Result<(), Error> {
        let title = self.title(job.verb());
        if level < job.stop_at && !pressure.told {
            pressure.told = true;
            self.progress.println(&format!(
                "asked to end: waiting for {title}{}, {}; once more asks it to stop",
                working_on(record),
                how_long(job, record),
            ));
        }
        if level >= job.stop_at && !pressure.asked {
            pressure.asked = true;
            child.ask_to_stop().map_err(self.cannot_run())?;
            let what = if job.changes.is_empty() {
                ": it changes nothing".to_owned()
            } else {
                working_on(record)
            };
            self.progress.println(&format!("asked {title} to stop{what}; once more kills it"));
        }
        if level > job.stop_at && !pressure.killed {
            pressure.killed = true;
            child.kill().map_err(self.cannot_run())?;
            self.progress.println(&format!("killed {title}"));
        }
        Ok(())
    }

    fn judge(
        &self,
        job: &Job,
        status: ExitStatus,
        pressure: &Pressure,
        record: Record,
        log: &LogPaths,
    ) -> Result<Ended, Error> {
        if let Some(code) = status.code().filter(|code| job.good.contains(code)) {
            return Ok(Ended { code, record, log: log.events.clone() });
        }
        if pressure.asked {
            return Err(Error::Interrupted {
                note: Some(what_is_left(&self.title(job.verb()), pressure, &record, log)),
            });
        }
        if let Some(locked) = self.locked_in(job.verb(), &record.diagnostics) {
            return Err(Error::Locked(Box::new(locked)));
        }
        let output = record.output_of_failed();
        let shown = |address: &Option<String>| {
            address.as_ref().is_some_and(|address| output.iter().any(|(of, _)| of == address))
        };
        let diagnostics = record.diagnostics.iter().cloned();
        let diagnostics = diagnostics
            .map(|it| if shown(&it.address) { it.without_output() } else { it })
            .collect();
        let mut stderr = tail_of(log)?;
        stderr.extend(record.noise.iter().cloned());
        Err(Error::Failed(Box::new(Failure {
            program: self.terraform.program.clone(),
            arguments: job.arguments.clone(),
            directory: self.directory.clone(),
            status,
            diagnostics,
            output,
            stderr,
            log: Some(log.events.clone()),
            note: None,
        })))
    }

    /// Prints warnings that were not printed before.
    fn tell_warnings(&mut self, record: &Record) {
        for diagnostic in record.diagnostics.iter().filter(|it| !it.is_error()) {
            let text = diagnostic.to_string();
            if self.told.insert(text.clone()) {
                self.progress.println(&text);
            }
        }
    }
}

/// The words for what Terraform does at this moment.
fn working_on(record: &Record) -> String {
    match record.open.len() {
        0 => String::new(),
        1..=3 => {
            let open = record.open.iter().map(|(name, action)| going_on(name, *action));
            format!(" ({})", open.collect::<Vec<_>>().join(", "))
        }
        many => format!(" (working on {many} resources)"),
    }
}

/// The words for how long a run that is not stopped takes at most.
fn how_long(job: &Job, record: &Record) -> String {
    match kind::at_most(&record.left_of(&job.changes), job.parallelism) {
        // Less than a minute is for writing the state.
        Some(limit) => format!("at most {}", format_duration(limit.as_secs().max(60))),
        None => "for as long as that takes".to_owned(),
    }
}

fn what_is_left(title: &str, pressure: &Pressure, record: &Record, log: &LogPaths) -> String {
    let how = if pressure.killed { "was killed" } else { "was stopped" };
    let open: Vec<&str> = record.open.keys().map(String::as_str).collect();
    let left = if open.is_empty() {
        "nothing was being changed at that moment".to_owned()
    } else {
        format!(
            "these may be half made and missing from the state: {}; the next `gen-tf apply` \
             compares what is there with what should be",
            open.join(", ")
        )
    };
    format!("{title} {how} after {} changes; {left} (log: {})", record.completed.len(), log.events)
}

fn tail_of(log: &LogPaths) -> Result<Vec<String>, Error> {
    std::fs::read(&log.stderr).map(|bytes| tail(&bytes)).map_err(Error::file("read", &log.stderr))
}

fn tail(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let surplus = lines.len().saturating_sub(STDERR_TAIL);
    lines[surplus..].iter().map(|line| (*line).to_owned()).collect()
}

/// Everything that was written to a file whose position another process has moved.
fn whole(file: &mut File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}
