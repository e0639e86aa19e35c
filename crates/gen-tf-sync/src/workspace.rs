//! Where a workspace keeps its store and results: from Terraform's outputs, or, where there are
//! none, from what was rendered (`gen-tf.json`). It opens neither of the two.

use std::{collections::BTreeMap, fs, io};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    matrix::Matrix,
    study::Study,
    terraform::{self, Outputs, TerraformError},
};

/// The version of outputs and of `gen-tf.json` that this program reads.
const FORMAT: u64 = 1;
const RENDERED: &str = "gen-tf.json";
const DEFAULT_RESULTS: &str = "../results";

/// What a workspace says about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Workspace {
    /// Its folder.
    pub folder: Utf8PathBuf,
    /// The study, as it was rendered last.
    pub study: Study,
    /// Location of the store: a folder or `gs://…`.
    pub store: String,
    /// The results folder that the study wants.
    pub results: Utf8PathBuf,
    /// Who says so.
    pub told_by: ToldBy,
}

/// Where the facts about a workspace come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToldBy {
    /// Terraform's outputs.
    Outputs,
    /// `gen-tf.json`, because there are no outputs: before the first apply or after a destroy.
    RenderedWithoutOutputs,
    /// `gen-tf.json`, because there is neither `terraform` nor `tofu` on the path.
    RenderedWithoutProgram,
}

/// A folder does not tell where its store is.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// There is no such folder.
    #[error("cannot read the workspace {folder}")]
    Folder {
        /// The folder.
        folder: Utf8PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Terraform failed.
    #[error(transparent)]
    Terraform(#[from] TerraformError),
    /// It has neither outputs nor `gen-tf.json`.
    #[error("{folder} is no workspace of gen-tf: it has no outputs and no gen-tf.json")]
    NoWorkspace {
        /// The folder.
        folder: Utf8PathBuf,
    },
    /// `gen-tf.json` could not be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: Utf8PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The outputs or `gen-tf.json` are not what they should be.
    #[error("{place} cannot be used")]
    Shape {
        /// Outputs or file.
        place: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The workspace is of another version of gen-tf.
    #[error("{place} has format {found}, and this gen-tf-sync reads format {FORMAT}")]
    Format {
        /// Outputs or file.
        place: String,
        /// The format that was found.
        found: u64,
    },
}

impl WorkspaceError {
    /// What the reader may do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Folder { .. } | Self::NoWorkspace { .. } => Some(
                "give the folder that `gen-tf render` made, such as `gen-tf-sync workspace-local`",
            ),
            Self::Terraform(TerraformError::Failed { stderr, .. }) if stderr.contains("init") => {
                Some("run `terraform init` (or `tofu init`) in the workspace, then try again")
            }
            Self::Terraform(TerraformError::Start { .. }) => {
                Some("name the program with --terraform PATH, or leave the option out")
            }
            Self::Terraform(_) => None,
            Self::Read { .. } | Self::Shape { .. } => {
                Some("`gen-tf render` writes the workspace anew")
            }
            Self::Format { .. } => Some("use the gen-tf-sync of the same version as gen-tf"),
        }
    }
}

/// The part of the outputs and of `gen-tf.json` that matters here.
#[derive(Deserialize)]
struct Facts {
    format: Option<u64>,
    study: String,
    store: String,
    results: Option<String>,
}

/// What only `gen-tf.json` says.
#[derive(Default, Deserialize)]
struct Rendered {
    harness: Option<String>,
    #[serde(flatten)]
    matrix: Matrix,
}

/// Reads the workspace in `folder`, with the named program or the first one there is.
pub fn read(folder: &Utf8Path, program: Option<&str>) -> Result<Workspace, WorkspaceError> {
    let folder = folder
        .canonicalize_utf8()
        .and_then(|real| if real.is_dir() { Ok(real) } else { Err(not_a_folder()) })
        .map_err(|source| WorkspaceError::Folder { folder: folder.to_owned(), source })?;
    match terraform::outputs(&folder, program)? {
        Outputs::Values(values) if values.is_empty() => {
            read_rendered(&folder, ToldBy::RenderedWithoutOutputs)
        }
        Outputs::Values(values) => from_outputs(&folder, values),
        Outputs::NoProgram => read_rendered(&folder, ToldBy::RenderedWithoutProgram),
    }
}

fn not_a_folder() -> io::Error {
    io::ErrorKind::NotADirectory.into()
}

fn from_outputs(
    folder: &Utf8Path,
    values: BTreeMap<String, Value>,
) -> Result<Workspace, WorkspaceError> {
    let place = format!("the outputs of {folder}");
    let facts = serde_json::from_value(values.into_iter().collect());
    let told = workspace(folder, place, facts, ToldBy::Outputs)?;
    let rendered = match read_file(folder)? {
        Some((path, text)) => rendered(&path, &text)?,
        None => Rendered::default(),
    };
    Ok(with(told, rendered))
}

fn read_rendered(folder: &Utf8Path, told_by: ToldBy) -> Result<Workspace, WorkspaceError> {
    let Some((path, text)) = read_file(folder)? else {
        return Err(WorkspaceError::NoWorkspace { folder: folder.to_owned() });
    };
    let told = workspace(folder, path.to_string(), serde_json::from_slice(&text), told_by)?;
    Ok(with(told, rendered(&path, &text)?))
}

/// `gen-tf.json` and its content, if it is there.
fn read_file(folder: &Utf8Path) -> Result<Option<(Utf8PathBuf, Vec<u8>)>, WorkspaceError> {
    let path = folder.join(RENDERED);
    match fs::read(&path) {
        Ok(text) => Ok(Some((path, text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(WorkspaceError::Read { path, source }),
    }
}

fn rendered(path: &Utf8Path, text: &[u8]) -> Result<Rendered, WorkspaceError> {
    serde_json::from_slice(text)
        .map_err(|source| WorkspaceError::Shape { place: path.to_string(), source })
}

fn with(told: Workspace, rendered: Rendered) -> Workspace {
    let Rendered { harness, matrix } = rendered;
    Workspace { study: Study { harness, matrix, ..told.study }, ..told }
}

fn workspace(
    folder: &Utf8Path,
    place: String,
    facts: serde_json::Result<Facts>,
    told_by: ToldBy,
) -> Result<Workspace, WorkspaceError> {
    let facts = match facts {
        Ok(Facts { format: Some(found), .. }) if found != FORMAT => {
            return Err(WorkspaceError::Format { place, found });
        }
        Ok(facts) => facts,
        Err(source) => return Err(WorkspaceError::Shape { place, source }),
    };
    let store = if facts.store.contains("://") {
        facts.store
    } else {
        join(folder, &facts.store).into_string()
    };
    let results = join(folder, facts.results.as_deref().unwrap_or(DEFAULT_RESULTS));
    let study = Study::named(facts.study);
    Ok(Workspace { folder: folder.to_owned(), study, store, results, told_by })
}

/// `path`, relative to `folder`, without `..`, so that messages can be read.
fn join(folder: &Utf8Path, path: &str) -> Utf8PathBuf {
    let mut joined = folder.to_owned();
    for part in Utf8Path::new(path).components() {
        match part {
            Utf8Component::ParentDir => {
                joined.pop();
            }
            Utf8Component::CurDir => {}
            part => joined.push(part),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_places_are_relative_to_the_workspace() {
        let facts = r#"{"format": 1, "study": "s", "store": "../store/s", "cells": {}}"#;
        let folder = Utf8Path::new("/a/workspace-local");
        let read = workspace(folder, "x".into(), serde_json::from_str(facts), ToldBy::Outputs);
        let read = read.unwrap();
        assert_eq!((&read.store[..], read.results.as_str()), ("/a/store/s", "/a/results"));
    }

    #[test]
    fn a_bucket_and_absolute_places_are_taken_as_they_are() {
        let facts = r#"{"study": "s", "store": "gs://b/s", "results": "/r", "runs": 3}"#;
        let folder = Utf8Path::new("/a/w");
        let read = workspace(folder, "x".into(), serde_json::from_str(facts), ToldBy::Outputs);
        let read = read.unwrap();
        assert_eq!((&read.store[..], read.results.as_str()), ("gs://b/s", "/r"));
    }

    #[test]
    fn another_format_is_refused() {
        let facts = r#"{"format": 2, "study": "s", "store": "../store/s"}"#;
        let folder = Utf8Path::new("/a/w");
        let error = workspace(folder, "x".into(), serde_json::from_str(facts), ToldBy::Outputs);
        assert!(matches!(error, Err(WorkspaceError::Format { found: 2, .. })));
    }
}
