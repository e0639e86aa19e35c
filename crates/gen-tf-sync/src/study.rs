//! The facts of a study that its results are measured by. They are kept beside the results
//! (`study.json`), so that results can be verified and reported where there is no workspace.

use std::{fs, io};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use crate::{
    matrix::Matrix,
    results::{ResultsError, ResultsFolder, failed},
};

/// Name of the facts in a results folder.
pub const STUDY: &str = "study.json";
const PARTIAL: &str = ".study.json.part";

/// Format version of `study.json`.
pub const FORMAT: u32 = 1;

/// A study, as its results are measured by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Study {
    /// Format version.
    pub format: u32,
    /// Its name.
    #[serde(rename = "study")]
    pub name: String,
    /// Name of the harness; an older gen-tf did not render it.
    pub harness: Option<String>,
    /// Its experiments.
    #[serde(flatten)]
    pub matrix: Matrix,
}

/// A results folder does not tell of which study it is.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// Nothing was pulled into it, or by an older gen-tf-sync.
    #[error("{results} has no {STUDY}")]
    Absent {
        /// The results folder.
        results: Utf8PathBuf,
    },
    /// The file could not be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: Utf8PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not what it should be.
    #[error("{path} cannot be used")]
    Shape {
        /// The file.
        path: Utf8PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The file is of another version.
    #[error("{path} has format {found}, and this gen-tf-sync reads format {FORMAT}")]
    Format {
        /// The file.
        path: Utf8PathBuf,
        /// The format that was found.
        found: u32,
    },
}

impl StudyError {
    /// What the reader may do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Absent { .. } => Some(
                "pull into this folder once more, which writes it, or name the workspace and leave \
                 --results out",
            ),
            Self::Shape { .. } => Some("pull into this folder once more, which writes it anew"),
            Self::Format { .. } => Some("use the gen-tf-sync that pulled into this folder"),
            Self::Read { .. } => None,
        }
    }
}

impl Study {
    /// A study of which only the name is known.
    #[must_use]
    pub fn named(name: String) -> Self {
        Self { format: FORMAT, name, harness: None, matrix: Matrix::default() }
    }

    /// Reads the facts that a pull has kept in a results folder.
    pub fn read(results: &Utf8Path) -> Result<Self, StudyError> {
        let path = results.join(STUDY);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StudyError::Absent { results: results.to_owned() });
            }
            Err(source) => return Err(StudyError::Read { path, source }),
        };
        match serde_json::from_slice::<Self>(&text) {
            Ok(study) if study.format == FORMAT => Ok(study),
            Ok(study) => Err(StudyError::Format { path, found: study.format }),
            Err(source) => Err(StudyError::Shape { path, source }),
        }
    }

    /// Keeps the facts in a results folder; the file appears whole, and is left alone where it says
    /// the same already. A study without experiments, as an older gen-tf rendered it, is not kept.
    pub fn keep(&self, folder: &ResultsFolder) -> Result<(), ResultsError> {
        if self.matrix.size() == 0 || Self::read(folder.path()).is_ok_and(|held| held == *self) {
            return Ok(());
        }
        let partial = folder.path().join(PARTIAL);
        let written = || -> io::Result<()> {
            let mut text = serde_json::to_vec_pretty(self)?;
            text.push(b'\n');
            fs::write(&partial, text)
        };
        written().map_err(failed("write", &partial))?;
        let target = folder.path().join(STUDY);
        fs::rename(&partial, &target).map_err(failed("rename a finished file to", &target))
    }
}
