//! Whose results a command looks at that needs no store: arguments that such commands share.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use gen_tf_sync::{
    results::{ResultsError, ResultsFolder},
    study::Study,
    workspace,
};

/// Which results to look at.
#[derive(Args)]
pub struct Whose {
    /// The workspace whose results are looked at; not read with --results
    #[arg(default_value = ".")]
    workspace: Utf8PathBuf,

    /// Where the results are [default: what the workspace says, `results/` beside it]
    #[arg(long, value_name = "DIR")]
    results: Option<Utf8PathBuf>,

    /// The program that knows the workspace's outputs [default: terraform, else tofu]
    #[arg(long, value_name = "PATH", env = "GEN_TF_TERRAFORM")]
    terraform: Option<String>,
}

impl Whose {
    /// The results folder, which must be there; no other gen-tf-sync writes to it meanwhile.
    pub fn folder(&self) -> anyhow::Result<ResultsFolder> {
        let place = match &self.results {
            Some(results) => existing(results)?,
            None => existing(&self.workspace()?.results)?,
        };
        Ok(ResultsFolder::open(&place)?)
    }

    /// Where the results are, for who only reads them, and the study that they are of: as the
    /// workspace has it, or, with --results, as it was at the last pull.
    pub fn place_and_study(&self) -> anyhow::Result<(Utf8PathBuf, Study)> {
        if let Some(results) = &self.results {
            let place = existing(results)?;
            let study = Study::read(&place)?;
            return Ok((place, study));
        }
        let workspace = self.workspace()?;
        Ok((existing(&workspace.results)?, workspace.study))
    }

    fn workspace(&self) -> anyhow::Result<workspace::Workspace> {
        Ok(workspace::read(&self.workspace, self.terraform.as_deref())?)
    }
}

/// The folder, which a mistyped name must not make.
fn existing(results: &Utf8Path) -> Result<Utf8PathBuf, ResultsError> {
    match results.canonicalize_utf8() {
        Ok(place) if place.is_dir() => Ok(place),
        Ok(path) => Err(ResultsError::Absent { path }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(ResultsError::Absent { path: results.to_owned() })
        }
        Err(source) => {
            let (action, path) = ("find", results.to_owned());
            Err(ResultsError::Access { action, path, source })
        }
    }
}
