//! `gen-tf-sync metrics`: computes the metrics of a results folder, and what a pull does of it.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use camino::Utf8Path;
use clap::Args;
use gen_tf_core::metrics::Problem;
use gen_tf_sync::{
    metrics::{self, Refreshed},
    results::{ResultsError, ResultsFolder, is_failed_place},
};
use serde::Serialize;

use super::whose::Whose;

/// Which metrics to compute.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    whose: Whose,

    /// Compute all of them again, not only what is missing or of an older format
    #[arg(long)]
    again: bool,

    /// Print one JSON object instead of a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Json<'a> {
    results: &'a Utf8Path,
    computed: Vec<JsonComputed<'a>>,
    up_to_date: usize,
}

#[derive(Serialize)]
struct JsonComputed<'a> {
    place: &'a Utf8Path,
    problems: &'a [Problem],
}

/// Computes what is missing or old.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let folder = arguments.whose.folder()?;
    let refreshed = metrics::refresh(&folder, arguments.again)?;
    warn(&refreshed);
    print(&refreshed, folder.path(), arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

/// Computes what is missing or old after a pull.
pub fn follow_pull(folder: &ResultsFolder) -> Result<(), ResultsError> {
    warn(&metrics::refresh(folder, false)?);
    Ok(())
}

/// Names bad evidence. That of failed attempts is no surprise and in their metrics only.
fn warn(refreshed: &Refreshed) {
    for (place, metrics) in refreshed.computed.iter().filter(|(place, _)| !is_failed_place(place)) {
        for problem in &metrics.problems {
            eprintln!("warning: {}: {}", place.join(&problem.file), problem.message);
        }
    }
}

fn print(refreshed: &Refreshed, results: &Utf8Path, json: bool) -> io::Result<()> {
    let computed = refreshed.computed.iter();
    let up_to_date = refreshed.up_to_date;
    let text = if json {
        let computed = computed
            .map(|(place, metrics)| JsonComputed { place, problems: &metrics.problems })
            .collect();
        serde_json::to_string_pretty(&Json { results, computed, up_to_date })? + "\n"
    } else {
        format!("{} computed, {up_to_date} up to date: {results}\n", computed.len())
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
