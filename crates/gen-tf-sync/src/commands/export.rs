//! `gen-tf-sync export`: writes results as RESTgym's or LlamaRestTest's own scripts expect them.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use gen_tf_core::id::ExperimentId;
use gen_tf_sync::export::{self, ExportError, Exported, Form, Job};
use serde::Serialize;

use super::whose::Whose;
use crate::interrupt::{EXIT_INTERRUPTED, Interrupt};

/// Shown at the end of `--help`.
const NOTES: &str = "\
With --restgym the folder is <service>/<tool>/<run>/ and takes the place of RESTgym's own results/:
  gen-tf-sync export --restgym --output RESTgym/results     (its own results/ moved away)
  python3 RESTgym/src/check.py; python3 RESTgym/src/process_results.py

With --llamaresttest it is <tool>/<run>/, each with 0/ and specs/, in which collect.py is run:
  gen-tf-sync export --llamaresttest --output published
  cd published/arat-rl/1 && python3 LlamaRestTest/collect.py     (writes res.csv, 9 lines)

Only experiments of the study that have succeeded are exported; warnings name what is left out, and
what the scripts will say. The folder appears whole or not at all, and nothing is overwritten. All
files are copies: the scripts write into them, and the results stay as they are.";

/// What to export, and where to.
#[derive(Args)]
#[command(after_help = NOTES)]
#[command(group = clap::ArgGroup::new("form").required(true))]
pub struct Arguments {
    #[command(flatten)]
    whose: Whose,

    /// For RESTgym's check.py and process_results.py
    #[arg(long, group = "form")]
    restgym: bool,

    /// For LlamaRestTest's collect.py
    #[arg(long, group = "form")]
    llamaresttest: bool,

    /// The folder to make
    #[arg(long, value_name = "DIR")]
    output: Utf8PathBuf,

    /// Print one JSON object instead of a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Json<'a> {
    output: &'a Utf8Path,
    experiments: Vec<JsonExperiment<'a>>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct JsonExperiment<'a> {
    experiment: &'a ExperimentId,
    place: &'a Utf8Path,
}

/// Exports.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (results, study) = arguments.whose.place_and_study()?;
    let form = if arguments.restgym { Form::RestGym } else { Form::LlamaRestTest };
    let interrupt = Interrupt::install()?;
    let (results, study, output) = (&results, &study, &arguments.output);
    let exported = export::export(&Job { results, study, form, output, stop: interrupt.flag() });
    if matches!(exported, Err(ExportError::Interrupted)) {
        eprintln!("note: {}", ExportError::Interrupted);
        return Ok(ExitCode::from(EXIT_INTERRUPTED));
    }
    let exported = exported?;
    for remark in &exported.remarks {
        eprintln!("warning: {remark}");
    }
    print(&exported, arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

fn print(exported: &Exported, json: bool) -> io::Result<()> {
    let Exported { output, experiments, remarks } = exported;
    let text = if json {
        let experiments = experiments
            .iter()
            .map(|(experiment, place)| JsonExperiment { experiment, place })
            .collect();
        serde_json::to_string_pretty(&Json { output, experiments, warnings: remarks })? + "\n"
    } else {
        format!("{} experiments exported: {output}\n", experiments.len())
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
