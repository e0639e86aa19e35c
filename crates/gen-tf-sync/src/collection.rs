//! The attempts of a results folder: where they are, and how their outcomes and metrics are read.
//! What they are worth is decided elsewhere.

use std::{fs, io};

use camino::{Utf8Path, Utf8PathBuf};
use gen_tf_core::{
    id::{AttemptId, ExperimentId},
    metrics::Metrics,
    outcome::Outcome,
};
use serde::de::DeserializeOwned;

use crate::{
    metrics::METRICS,
    origin::folders,
    results::{FAILED_ATTEMPTS, OUTCOME, ResultsError},
};

/// The folder of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where it is, relative to the results folder.
    pub path: Utf8PathBuf,
    /// Whose place it is; absent where the folders' names are none of an experiment.
    pub owner: Option<Owner>,
}

/// Whose results belong into a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The attempt of an experiment that succeeded, whichever it was.
    Experiment(ExperimentId),
    /// A failed attempt.
    Failed(AttemptId),
}

/// A file of an attempt that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It could not be read.
    #[error("cannot be read: {0}")]
    Access(#[from] io::Error),
    /// It is not what it should be.
    #[error("cannot be used: {0}")]
    Shape(#[from] serde_json::Error),
}

/// The places of experiments, and those of failed attempts after them, each in the order of their
/// names. What was archived is not among them.
pub fn places(results: &Utf8Path) -> Result<Vec<Place>, ResultsError> {
    let mut places = Vec::new();
    for folder in folders_below(results, 3)? {
        let path = relative(&folder, results);
        let owner = path.as_str().parse().ok().map(Owner::Experiment);
        places.push(Place { path, owner });
    }
    let failed = results.join(FAILED_ATTEMPTS);
    for folder in folders_below(&failed, 4)? {
        let owner = attempt(&relative(&folder, &failed)).map(Owner::Failed);
        places.push(Place { path: relative(&folder, results), owner });
    }
    Ok(places)
}

fn attempt(path: &Utf8Path) -> Option<AttemptId> {
    let experiment = path.parent()?.as_str().parse().ok()?;
    Some(AttemptId { experiment, attempt: path.file_name()?.parse().ok()? })
}

fn relative(folder: &Utf8Path, to: &Utf8Path) -> Utf8PathBuf {
    folder.strip_prefix(to).unwrap_or(folder).to_owned()
}

/// Every folder so many levels down.
fn folders_below(place: &Utf8Path, depth: usize) -> Result<Vec<Utf8PathBuf>, ResultsError> {
    let mut found = folders(place)?;
    for _ in 1..depth {
        let inner: Result<Vec<_>, _> = found.iter().map(|folder| folders(folder)).collect();
        found = inner?.into_iter().flatten().collect();
    }
    Ok(found)
}

/// The outcome in an attempt's folder; nothing where there is none.
pub fn outcome(folder: &Utf8Path) -> Result<Option<Outcome>, Unreadable> {
    read(&folder.join(OUTCOME))
}

/// The metrics in an attempt's folder; nothing where there are none.
pub fn metrics(folder: &Utf8Path) -> Result<Option<Metrics>, Unreadable> {
    read(&folder.join(METRICS))
}

fn read<T: DeserializeOwned>(path: &Utf8Path) -> Result<Option<T>, Unreadable> {
    match fs::read(path) {
        Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}
