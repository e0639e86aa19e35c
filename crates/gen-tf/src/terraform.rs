//! Drives Terraform or OpenTofu: the only place that starts it.
//!
//! Terraform writes its events to a file that is followed here, in a session of its own: it
//! outlives gen-tf, and the next gen-tf waits for it. What is planned, and when, is decided by
//! the callers.

use std::collections::BTreeSet;
use std::ffi::OsString;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Map, Value};

use crate::interrupt::Interrupts;
use crate::progress::Progress;

mod find;
pub use find::{Flavour, OLDEST, Terraform, Version};

mod failure;
pub use failure::{Error, Failure};

mod advice;
pub use advice::Trouble;

mod plan;
pub use plan::{Applied, Plan, PlanOptions, PlannedChange};

mod init;
mod kind;
pub(crate) use kind::{going_on, what_happens};

mod lock;
pub use lock::{LockInfo, Locked};

mod running;
pub use running::Running;

pub mod diagnostic;
pub mod event;
pub use event::Action;

mod child;
mod files;
mod fingerprint;
mod follow;
mod record;
mod run;
mod state;

/// A folder that Terraform runs in.
pub struct Workspace {
    terraform: Terraform,
    directory: Utf8PathBuf,
    files: files::Files,
    interrupts: Interrupts,
    progress: Box<dyn Progress>,
    environment: Vec<(String, OsString)>,
    /// Warnings that were printed.
    told: BTreeSet<String>,
}

impl Workspace {
    fn new(
        terraform: Terraform,
        directory: Utf8PathBuf,
        interrupts: Interrupts,
        progress: Box<dyn Progress>,
    ) -> Self {
        let files = files::Files::of(&directory);
        Self {
            terraform,
            directory,
            files,
            interrupts,
            progress,
            environment: Vec::new(),
            told: BTreeSet::new(),
        }
    }

    /// The folder.
    pub fn directory(&self) -> &Utf8Path {
        &self.directory
    }

    /// Gives Terraform an environment variable besides gen-tf's own, e.g. `TF_VAR_x`.
    pub fn set_env(&mut self, name: &str, value: impl Into<OsString>) {
        self.environment.retain(|(other, _)| other != name);
        self.environment.push((name.to_owned(), value.into()));
    }

    /// The values of the outputs; empty where nothing is applied.
    ///
    /// # Errors
    /// Terraform fails, or a signal asks to end while another one is waited for.
    pub fn output(&mut self) -> Result<Map<String, Value>, Error> {
        let turn = self.turn()?;
        let text = self.read(&turn, &["output".to_owned(), "-json".to_owned()])?;
        let unexpected = || Error::Unexpected {
            verb: "output".to_owned(),
            text: String::from_utf8_lossy(&text).chars().take(200).collect(),
        };
        let outputs: Map<String, Value> =
            serde_json::from_slice(&text).map_err(|_| unexpected())?;
        let value = |(name, output): (String, Value)| match output {
            Value::Object(mut output) => Some((name, output.remove("value")?)),
            _ => None,
        };
        outputs.into_iter().map(|output| value(output).ok_or_else(unexpected)).collect()
    }

    /// The state as `terraform show -json` prints it, after `init` where that is needed; nothing where
    /// there is neither a state's file nor a bucket for it.
    ///
    /// # Errors
    /// Terraform fails, or a signal asks to end.
    pub fn state(&mut self, in_bucket: bool) -> Result<Option<Vec<u8>>, Error> {
        if !in_bucket && !self.directory.join(state::STATE).is_file() {
            return Ok(None);
        }
        self.init_if_needed()?;
        let turn = self.turn()?;
        self.read(&turn, &["show".to_owned(), "-json".to_owned()]).map(Some)
    }

    /// The addresses of everything in the state.
    ///
    /// # Errors
    /// Terraform fails, or a signal asks to end while another one is waited for.
    pub fn state_list(&mut self) -> Result<Vec<String>, Error> {
        let turn = self.turn()?;
        match self.read(&turn, &["state".to_owned(), "list".to_owned()]) {
            Ok(text) => Ok(String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()),
            Err(Error::Failed(failure)) if says_no_state(&failure) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Whether there is anything in the state.
    ///
    /// # Errors
    /// As [`Self::state_list`].
    pub fn has_state(&mut self) -> Result<bool, Error> {
        Ok(!self.state_list()?.is_empty())
    }
}

/// Where nothing was ever applied, `state list` fails with these words.
fn says_no_state(failure: &Failure) -> bool {
    failure.stderr.iter().any(|line| line.contains("No state file was found"))
}
