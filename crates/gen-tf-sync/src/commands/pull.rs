//! The command that runs when no other is named: pulls what is new into the results folder.

use std::{collections::BTreeSet, process::ExitCode, time::Duration};

use anyhow::ensure;
use camino::Utf8PathBuf;
use clap::Args;
use gen_tf_store::Store;
use gen_tf_sync::{
    origin::{self, Origin},
    pull::{self, Event, Job, Report},
    results::ResultsFolder,
    study::Study,
    watch::{self, Ending, Seen, Standing},
    workspace::{self, ToldBy, Workspace},
};

use crate::{
    interrupt::{EXIT_INTERRUPTED, Interrupt},
    progress::Progress,
    summary,
};

/// Exit code of a study with an experiment that has failed for good.
const EXIT_EXPERIMENT_FAILED: u8 = 5;

/// What to pull, and where to.
#[derive(Args)]
pub struct Arguments {
    /// The workspace whose results are pulled
    #[arg(default_value = ".")]
    workspace: Utf8PathBuf,

    /// Where results go [default: what the workspace says, `results/` beside it]
    #[arg(long, value_name = "DIR")]
    results: Option<Utf8PathBuf>,

    /// Go on until every experiment of the study has ended
    #[arg(long)]
    watch: bool,

    /// Seconds between two looks of --watch
    #[arg(long, value_name = "SECONDS", default_value_t = 30, requires = "watch")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=3600))]
    every: u64,

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
    let Study { name, harness, .. } = workspace.study.clone();
    origin::check(folder.path(), &Origin { study: name, harness })?;
    workspace.study.keep(&folder)?;
    let interrupt = Interrupt::install()?;
    let job = Job {
        store: &store,
        study: &workspace.study.name,
        matrix: &workspace.study.matrix,
        folder: &folder,
        skip: &BTreeSet::new(),
        stop: interrupt.flag(),
    };
    let ending = bring_home(arguments, &job, &interrupt)?;
    folder.remove_partial()?;
    super::metrics::follow_pull(&folder)?;
    warn(&ending.report, &workspace);
    summary::print(&ending.report, folder.path(), arguments.json)?;
    Ok(exit_code(&ending, &interrupt))
}

/// Pulls once, or until the study has ended.
fn bring_home(
    arguments: &Arguments,
    job: &Job<'_>,
    interrupt: &Interrupt,
) -> anyhow::Result<Ending> {
    let every = Duration::from_secs(arguments.every);
    let progress = Progress::new(every);
    // Everything that is to be done with an attempt as soon as it has come home hangs on
    // `Event::Pulled`, which both ways of pulling tell here, once for each.
    let on_event = |event: Event<'_>| progress.show(&event);
    let ended = if arguments.watch {
        ensure!(
            job.matrix.size() > 0,
            "the workspace's gen-tf.json names no experiments, so there is no end to wait for: \
             `gen-tf render` writes it anew"
        );
        let tell = |seen: Seen<'_>| match seen {
            Seen::Pull(event) => on_event(event),
            other => progress.show_watch(&other),
        };
        watch::watch(job, &|| interrupt.wait(every), &tell)
    } else {
        pull::pull(job, &on_event).map(|report| Ending { report, standing: Standing::default() })
    };
    progress.finish();
    Ok(ended?)
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
    if report.left > 0 {
        eprintln!("note: the rest was left for another pull: {} attempts", report.left);
    }
    let is_empty = report.pulled.is_empty() && report.failures.is_empty() && report.left == 0;
    if is_empty && report.up_to_date + report.failed_attempts == 0 {
        eprintln!("note: the store {} has no outcome of any experiment yet", workspace.store);
    }
}

fn exit_code(ending: &Ending, interrupt: &Interrupt) -> ExitCode {
    let report = &ending.report;
    if interrupt.is_asked() {
        ExitCode::from(EXIT_INTERRUPTED)
    } else if !report.failures.is_empty() || report.left > 0 {
        ExitCode::FAILURE
    } else if ending.standing.counts.failed > 0 {
        ExitCode::from(EXIT_EXPERIMENT_FAILED)
    } else {
        ExitCode::SUCCESS
    }
}
