//! `terraform init`, only when something asks for it, and the record of which flavour a
//! workspace belongs to.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::find::Flavour;
use super::run::{Job, PARALLELISM};
use super::running::Turn;
use super::state::Mended;
use super::{Error, Workspace, files, fingerprint};

const INIT: &str = "init.json";
const FLAVOUR: &str = "terraform.json";

/// What the last `init` was for.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Initialised {
    flavour: Flavour,
    version: String,
    /// Hash of the configuration.
    configuration: String,
    /// Whether it left a `.terraform`; without providers and modules there is none.
    data_folder: bool,
}

/// Which Terraform a workspace was first applied with.
#[derive(Debug, Serialize, Deserialize)]
struct FirstApplied {
    flavour: Flavour,
    version: String,
    first_applied: String,
}

impl Workspace {
    /// Runs `init` when it was never run, when the configuration has changed since, or when
    /// `.terraform` is gone. Says whether it ran.
    ///
    /// # Errors
    /// Terraform fails, or a signal asks to end.
    pub fn init_if_needed(&mut self) -> Result<bool, Error> {
        self.check_recorded()?;
        let turn = self.turn()?;
        self.init_in_turn(&turn)
    }

    /// Refuses a workspace that was first applied with the other flavour.
    ///
    /// # Errors
    /// It was.
    pub fn check_recorded(&self) -> Result<(), Error> {
        match self.read_json::<FirstApplied>(FLAVOUR)? {
            Some(first) if first.flavour != self.terraform.flavour => Err(Error::OtherFlavour {
                workspace: self.directory.clone(),
                recorded: first.flavour,
                found: self.terraform.flavour,
            }),
            _ => Ok(()),
        }
    }

    /// Records the flavour, unless one is recorded.
    pub(super) fn record_flavour(&self) -> Result<(), Error> {
        if self.files.path(FLAVOUR).is_file() {
            return Ok(());
        }
        self.write_json(
            FLAVOUR,
            &FirstApplied {
                flavour: self.terraform.flavour,
                version: self.terraform.version.to_string(),
                first_applied: jiff::Timestamp::now().to_string(),
            },
        )
    }

    /// As [`Self::init_if_needed`]; also takes a broken state back, which init reads.
    pub(super) fn init_in_turn(&mut self, turn: &Turn) -> Result<bool, Error> {
        if let Some(Mended { note, .. }) = self.mend_state(turn)? {
            self.progress.println(&note);
        }
        if let Some(last) = self.read_json::<Initialised>(INIT)?
            && self.is_current(&last)?
        {
            return Ok(false);
        }
        let arguments = ["init", "-json", "-input=false", "-no-color"];
        let job = Job {
            arguments: arguments.map(str::to_owned).to_vec(),
            total: None,
            changes: Vec::new(),
            parallelism: PARALLELISM,
            stop_at: 1,
            good: &[0],
        };
        self.run(turn, &job)?;
        // Hashed afterwards: init writes the lock file, which counts.
        let now = self.initialised(self.data_folder().is_dir())?;
        self.write_json(INIT, &now)?;
        Ok(true)
    }

    fn is_current(&self, last: &Initialised) -> Result<bool, Error> {
        let lost = last.data_folder && !self.data_folder().is_dir();
        Ok(!lost && self.initialised(last.data_folder)? == *last)
    }

    fn initialised(&self, data_folder: bool) -> Result<Initialised, Error> {
        Ok(Initialised {
            flavour: self.terraform.flavour,
            version: self.terraform.version.to_string(),
            configuration: fingerprint::of_configuration(&self.directory)?,
            data_folder,
        })
    }

    fn data_folder(&self) -> camino::Utf8PathBuf {
        self.directory.join(".terraform")
    }

    fn read_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Error> {
        let path = self.files.path(name);
        let Some(bytes) = files::read_if_there(&path)? else { return Ok(None) };
        let value = serde_json::from_slice(&bytes);
        value.map(Some).map_err(|error| Error::file("read", &path)(error.into()))
    }

    fn write_json(&self, name: &str, value: &impl Serialize) -> Result<(), Error> {
        let path = self.files.path(name);
        let text = serde_json::to_vec_pretty(value);
        let text = text.map_err(|error| Error::file("write", &path)(error.into()))?;
        files::write_whole(&path, &text)
    }
}
