//! Why an attempt, or a whole pull, failed, and what the reader may do about it.

use gen_tf_core::{id::AttemptId, outcome::FORMAT};
use gen_tf_store::StoreError;

use crate::{archive::ArchiveError, results::ResultsError};

/// An attempt that could not be pulled.
#[derive(Debug)]
pub struct Failure {
    /// The attempt.
    pub id: AttemptId,
    /// Why.
    pub error: Box<PullError>,
}

impl Failure {
    pub(super) fn new(id: AttemptId, error: PullError) -> Self {
        Self { id, error: Box::new(error) }
    }
}

/// Why an attempt, or a whole pull, failed.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The results folder failed or refused.
    #[error(transparent)]
    Results(#[from] ResultsError),
    /// The archive or its file list is not what the outcome says.
    #[error("{key}: the archive was not taken")]
    Archive {
        /// Key of the archive or the list.
        key: String,
        /// What is wrong with it.
        source: ArchiveError,
    },
    /// The outcome names an object that is not there.
    #[error("the outcome names `{key}`, and the store {location} does not have it")]
    Missing {
        /// The object.
        key: String,
        /// The store.
        location: String,
    },
    /// The outcome is of another version.
    #[error("the outcome has format {found}, and this gen-tf-sync reads format {FORMAT}")]
    Format {
        /// The format that was found.
        found: u32,
    },
    /// The outcome is another attempt's.
    #[error("`{key}` is the outcome of {found} of the study `{study}`")]
    Misplaced {
        /// Key of the outcome.
        key: String,
        /// The attempt that it tells of.
        found: String,
        /// The study that it tells of.
        study: String,
    },
    /// A succeeded attempt without results.
    #[error("the attempt succeeded, and its outcome names no results")]
    NoResults,
    /// Two attempts of one experiment succeeded.
    #[error("attempt {first} succeeded, too, and an experiment has only one result")]
    SecondSuccess {
        /// The attempt that is taken.
        first: u32,
    },
}

impl PullError {
    /// What the reader may do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Store(store) if store.may_pass() => store.hint().or(Some(AGAIN)),
            Self::Store(StoreError::Json { .. } | StoreError::TooLarge { .. })
            | Self::Misplaced { .. }
            | Self::NoResults => Some(NOT_OF_GUEST),
            Self::Store(store) => store.hint(),
            Self::Results(results) => results.hint(),
            Self::Archive { source, .. } => Some(source.hint()),
            Self::Missing { .. } => Some(RESTORE),
            Self::Format { .. } => Some("use the gen-tf-sync of the same version as gen-tf"),
            Self::SecondSuccess { .. } => Some(
                "the one that is taken came first; remove the outcome that does not count from the store",
            ),
        }
    }

    /// Whether every other attempt would fail for the same reason.
    #[must_use]
    pub fn concerns_all(&self) -> bool {
        match self {
            Self::Store(store) => matches!(
                store,
                StoreError::NoBucket { .. }
                    | StoreError::Refused { .. }
                    | StoreError::Credentials { .. }
            ),
            Self::Results(results) => results.is_of_full_disk(),
            Self::Archive { source, .. } => source.is_of_full_disk(),
            _ => false,
        }
    }

    /// Whether another pull may do better, with nobody doing anything.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Store(store) => store.may_pass(),
            Self::Archive { source, .. } => matches!(source, ArchiveError::Broken { .. }),
            _ => false,
        }
    }
}

/// The way out of a lost connection.
pub(crate) const AGAIN: &str = "run it again: what is home stays, and the rest follows";
/// The way out of an object that is not what was put.
pub(crate) const RESTORE: &str = "run it again; if it stays so, the object was changed or removed after \
     its experiment, and has to be restored in the store: a bucket that gen-tf made keeps what was replaced \
     for 30 days";
/// The way out of an object that no guest writes.
pub(crate) const NOT_OF_GUEST: &str = "no guest writes that: look at who else may write to the store, and at `gen-tf logs` of the experiment";
