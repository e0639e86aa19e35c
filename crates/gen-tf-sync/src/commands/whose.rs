//! Whose results a command looks at that needs no store: arguments that such commands share.

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use gen_tf_sync::{results::ResultsFolder, study::Study, workspace};

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
    /// The results folder, which must be there.
    pub fn folder(&self) -> anyhow::Result<ResultsFolder> {
        match &self.results {
            Some(results) => open(results),
            None => open(&self.workspace()?.results),
        }
    }

    /// The results folder, and the study that its results are of: as the workspace has it, or, with
    /// --results, as it was at the last pull.
    pub fn folder_and_study(&self) -> anyhow::Result<(ResultsFolder, Study)> {
        if let Some(results) = &self.results {
            let folder = open(results)?;
            let study = Study::read(folder.path())?;
            return Ok((folder, study));
        }
        let workspace = self.workspace()?;
        Ok((open(&workspace.results)?, workspace.study))
    }

    fn workspace(&self) -> anyhow::Result<workspace::Workspace> {
        Ok(workspace::read(&self.workspace, self.terraform.as_deref())?)
    }
}

fn open(results: &Utf8Path) -> anyhow::Result<ResultsFolder> {
    let found = results.metadata().with_context(|| format!("cannot find the results {results}"));
    found.context("there are no results yet: `gen-tf-sync` pulls them")?;
    Ok(ResultsFolder::open(results)?)
}
