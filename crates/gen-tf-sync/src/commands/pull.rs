//! The command that runs when no other is named: pulls what is new into the results folder.

use std::process::ExitCode;

use camino::Utf8PathBuf;
use clap::Args;
use gen_tf_store::Store;
use gen_tf_sync::{
    origin::{self, Origin},
    pull::{self, Report},
    results::ResultsFolder,
    workspace::{self, ToldBy, Workspace},
};

use crate::{progress::Progress, summary};

/// What to pull, and where to.
#[derive(Args)]
pub struct Arguments {
    /// The workspace whose results are pulled
    #[arg(default_value = ".")]
    workspace: Utf8PathBuf,

    /// Where results go [default: what the workspace says, `results/` beside it]
    #[arg(long, value_name = "DIR")]
    results: Option<Utf8PathBuf>,

    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,

    /// The program that knows the workspace's outputs [default: terraform, else tofu]
    #[arg(long, value_name = "PATH", env = "GEN_TF_TERRAFORM")]
    terraform: Option<String>,
}

/// Pulls what is new.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let workspace = workspace::read(&arguments.workspace, arguments.terraform.as_deref())?;
    explain_source(&workspace);
    let store = Store::open(&workspace.store)?;
    let folder = ResultsFolder::open(arguments.results.as_ref().unwrap_or(&workspace.results))?;
    let own = Origin { study: workspace.study.clone(), harness: workspace.harness.clone() };
    origin::check(folder.path(), &own)?;
    let progress = Progress::new();
    let report = pull::pull(&store, &workspace.study, &folder, &|event| progress.show(&event))?;
    progress.finish();
    folder.remove_partial()?;
    warn(&report, &workspace);
    summary::print(&report, folder.path(), arguments.json)?;
    Ok(if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn explain_source(workspace: &Workspace) {
    let reason = match workspace.told_by {
        ToldBy::Outputs => return,
        ToldBy::RenderedWithoutOutputs => {
            "the workspace has no outputs (not applied yet, or destroyed)"
        }
        ToldBy::RenderedWithoutProgram => "there is neither terraform nor tofu on the path",
    };
    eprintln!("note: {reason}; the store is taken from gen-tf.json: {}", workspace.store);
}

fn warn(report: &Report, workspace: &Workspace) {
    for key in &report.foreign {
        eprintln!("warning: `{key}` in the store {} is no outcome; ignored", workspace.store);
    }
    let is_empty = report.pulled.is_empty() && report.failures.is_empty();
    if is_empty && report.up_to_date + report.failed_attempts == 0 {
        eprintln!("note: the store {} has no outcome of any experiment yet", workspace.store);
    }
}
