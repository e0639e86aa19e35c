//! One Terraform at a time in a workspace, also after a gen-tf was killed while its Terraform
//! went on.
//!
//! A lock keeps living programs apart. A Terraform that outlived its gen-tf is known from
//! `running.json`. In the moment between its start and that file Terraform's own lock on the
//! state is what keeps a second one out.

use std::fs::{File, OpenOptions, TryLockError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::follow::Follower;
use super::record::Record;
use super::{Error, Workspace, child, files};
use crate::progress::Task;

const JOURNAL: &str = "running.json";

/// How often files and processes are looked at.
pub(super) const POLL: Duration = Duration::from_millis(50);

/// A Terraform that was started in a workspace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Running {
    /// Its process.
    pub pid: u32,
    /// What tells that process from a later one with the same id.
    pub identity: String,
    /// What it was asked for: `apply`, `plan`, …
    pub verb: String,
    /// The file with its events.
    pub log: camino::Utf8PathBuf,
    /// When it was started, RFC 3339 in UTC.
    pub begun: String,
    /// How many changes it makes, where that is known.
    pub total: Option<usize>,
}

impl Running {
    fn is_alive(&self) -> Result<bool, Error> {
        let path = format!("/proc/{}/stat", self.pid);
        let now = child::identity(self.pid).map_err(Error::file("read", path.as_str().into()))?;
        Ok(now.as_deref() == Some(&self.identity))
    }
}

/// The right to run Terraform in a workspace, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _lock: File,
}

impl Workspace {
    /// The Terraform that runs here now, whoever started it through gen-tf.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn running(&self) -> Result<Option<Running>, Error> {
        let path = self.files.path(JOURNAL);
        let Some(bytes) = files::read_if_there(&path)? else { return Ok(None) };
        let running: Running = serde_json::from_slice(&bytes)
            .map_err(|error| Error::file("read", &path)(error.into()))?;
        Ok(running.is_alive()?.then_some(running))
    }

    /// Waits until nobody else runs Terraform here.
    pub(super) fn turn(&mut self) -> Result<Turn, Error> {
        let turn = Turn { _lock: self.lock()? };
        if let Some(running) = self.running()? {
            self.wait_for_previous(&running)?;
        }
        self.forget_running()?;
        Ok(turn)
    }

    /// Writes down what runs, for a later gen-tf.
    pub(super) fn remember_running(&self, running: &Running) -> Result<(), Error> {
        let path = self.files.path(JOURNAL);
        let text = serde_json::to_vec_pretty(running)
            .map_err(|error| Error::file("write", &path)(error.into()))?;
        files::write_whole(&path, &text)
    }

    /// Nothing runs any more.
    pub(super) fn forget_running(&self) -> Result<(), Error> {
        files::remove_if_there(&self.files.path(JOURNAL))
    }

    fn lock(&mut self) -> Result<File, Error> {
        self.files.create_root()?;
        let path = self.files.path("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(Error::file("open", &path))?;
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(Error::file("lock", &path)(error)),
            }
            if !told {
                self.progress.println("another gen-tf runs Terraform here; waiting for it");
                told = true;
            }
            self.wait_or_stop("the other gen-tf goes on")?;
        }
    }

    /// One round of a wait that any signal ends.
    pub(super) fn wait_or_stop(&self, note: &str) -> Result<(), Error> {
        if self.interrupts.wait(POLL) {
            return Err(Error::Interrupted { note: Some(note.to_owned()) });
        }
        Ok(())
    }

    fn wait_for_previous(&mut self, running: &Running) -> Result<(), Error> {
        let Running { pid, begun, .. } = running;
        let title = self.title(&running.verb);
        self.progress.println(&format!(
            "{title} of an earlier gen-tf still runs here (pid {pid}, since {begun}); \
             waiting for it, Ctrl-C ends only the waiting"
        ));
        let open = |log| Follower::open(log).map_err(Error::file("read", log));
        let mut follower = open(&running.log)?;
        let mut record = Record::default();
        let read = Error::file("read", &running.log);
        follower.read(&mut record, |_| {}).map_err(read)?;
        self.progress.begin(&Task {
            title: format!("{title} of an earlier gen-tf"),
            total: running.total,
            done: record.completed.len(),
            open: record.open.iter().map(|(name, action)| (name.clone(), *action)).collect(),
        });
        let ended = self.follow_previous(running, &mut follower, &mut record);
        self.progress.end();
        ended?;
        self.tell_how_it_ended(running, &record);
        Ok(())
    }

    fn follow_previous(
        &mut self,
        running: &Running,
        follower: &mut Follower,
        record: &mut Record,
    ) -> Result<(), Error> {
        loop {
            // Asked before reading, so that the last reading sees everything.
            let alive = running.is_alive()?;
            let progress = &mut self.progress;
            follower
                .read(record, |event| progress.event(event))
                .map_err(Error::file("read", &running.log))?;
            if !alive {
                return Ok(());
            }
            self.progress.tick();
            let note = format!("{} (pid {}) goes on", self.title(&running.verb), running.pid);
            self.wait_or_stop(&note)?;
        }
    }

    fn tell_how_it_ended(&mut self, running: &Running, record: &Record) {
        for diagnostic in record.diagnostics.iter().filter(|it| it.is_error()) {
            self.progress.println(&diagnostic.to_string());
        }
        let how = match (record.diagnostics.iter().any(|it| it.is_error()), record.done) {
            (true, _) => "has failed".to_owned(),
            (false, Some(done)) => {
                format!(
                    "is done: {} added, {} changed, {} destroyed",
                    done.add, done.change, done.remove
                )
            }
            (false, None) => "has ended".to_owned(),
        };
        let title = self.title(&running.verb);
        self.progress.println(&format!("{title} of the earlier gen-tf {how}"));
    }
}
