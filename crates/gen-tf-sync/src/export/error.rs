//! Why an export is refused, and what is said about one that is not.

use std::{fmt, io};

use camino::Utf8PathBuf;
use gen_tf_core::id::ExperimentId;

use crate::results::{DISK_HINT, ResultsError};

/// Something that the scripts need of an experiment, and its results do not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The experiment.
    pub experiment: ExperimentId,
    /// What is wrong, with the file.
    pub message: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.experiment, self.message)
    }
}

/// What is found while an export is decided.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// What forbids it.
    pub complaints: Vec<Complaint>,
    /// What a reader has to know.
    pub remarks: Vec<String>,
}

impl Findings {
    pub(super) fn complain(&mut self, experiment: &ExperimentId, message: impl Into<String>) {
        let complaint = Complaint { experiment: experiment.clone(), message: message.into() };
        self.complaints.push(complaint);
    }

    pub(super) fn remark(&mut self, remark: impl Into<String>) {
        self.remarks.push(remark.into());
    }
}

/// An export that was not made. Nothing is left of it.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The study's harness is none whose experiments have this form.
    #[error(
        "the study `{study}` is of the harness `{harness}`, and this export is for experiments of \
         the harness `{wanted}`"
    )]
    OtherHarness {
        /// The study.
        study: String,
        /// Its harness.
        harness: String,
        /// The harness that the export is for.
        wanted: &'static str,
    },
    /// Nobody says of which harness the study is.
    #[error("nothing says of which harness the study `{study}` is")]
    UnknownHarness {
        /// The study.
        study: String,
    },
    /// No experiment of the study has succeeded.
    #[error("{results} holds no succeeded experiment of the study")]
    Nothing {
        /// The results folder.
        results: Utf8PathBuf,
    },
    /// Experiments lack what the scripts need.
    #[error("the results cannot be exported; nothing was written{}", list(.complaints))]
    Unfit {
        /// All that is wrong.
        complaints: Vec<Complaint>,
    },
    /// The folder is there already.
    #[error("{path} is there already, and an export overwrites nothing")]
    Taken {
        /// The folder.
        path: Utf8PathBuf,
    },
    /// The unfinished folder of another export is there.
    #[error("{path} is there: another export writes it, or has been killed")]
    Unfinished {
        /// The folder.
        path: Utf8PathBuf,
    },
    /// The folder would be among the results.
    #[error("{path} would be inside the results folder {results}")]
    Inside {
        /// The folder.
        path: Utf8PathBuf,
        /// The results folder.
        results: Utf8PathBuf,
    },
    /// The folder has no name of its own, as `..` and `/`.
    #[error("`{path}` names no new folder")]
    NoName {
        /// What was given.
        path: Utf8PathBuf,
    },
    /// What is to be copied is a link, a device or another thing that holds no bytes of its own.
    #[error("{path} is neither a file nor a folder, and links are not followed")]
    Odd {
        /// What it is.
        path: Utf8PathBuf,
    },
    /// A person wanted an end.
    #[error("the export was interrupted; nothing is left of it")]
    Interrupted,
    /// A file or folder could not be read or written.
    #[error("cannot {action} {path}")]
    Access {
        /// What was attempted.
        action: &'static str,
        /// The file or folder.
        path: Utf8PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The results folder cannot be read.
    #[error(transparent)]
    Results(#[from] ResultsError),
}

impl ExportError {
    /// What the reader may do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::OtherHarness { .. } => Some(
                "--restgym is for the harness restgym, --llamaresttest for llamaresttest; results \
                 of others are in metrics.json",
            ),
            Self::UnknownHarness { .. } => {
                Some("`gen-tf render` writes the workspace anew, with the harness's name")
            }
            Self::Nothing { .. } => Some("`gen-tf-sync` pulls them"),
            Self::Unfit { .. } => {
                Some("run these experiments again, or move their folders out of the results")
            }
            Self::Taken { .. } => Some("name a new folder, or move this one away"),
            Self::Unfinished { .. } => Some("if nobody writes it, remove it"),
            Self::Inside { .. } | Self::NoName { .. } => {
                Some("name a new folder beside the results, such as --output ../export")
            }
            Self::Odd { .. } => Some("a pull leaves none: replace it by what it stands for"),
            Self::Access { source, .. } if crate::disk::is_full(source) => Some(DISK_HINT),
            Self::Interrupted | Self::Access { .. } => None,
            Self::Results(error) => error.hint(),
        }
    }
}

fn list(complaints: &[Complaint]) -> String {
    complaints.iter().map(|complaint| format!("\n  {complaint}")).collect()
}

pub(super) fn failed(
    action: &'static str,
    path: impl Into<Utf8PathBuf>,
) -> impl FnOnce(io::Error) -> ExportError {
    let path = path.into();
    move |source| ExportError::Access { action, path, source }
}
