//! `gen-tf-sync report`: writes tables and charts of a results folder. What they mean is the core's.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use gen_tf_core::report::{Options, Report};
use gen_tf_sync::report::{self, NAMES, Rendered};
use serde::Serialize;

use super::whose::Whose;

/// Which report to write.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    whose: Whose,

    /// Where the report goes [default: `report/` beside the results folder]
    #[arg(long, value_name = "DIR")]
    output: Option<Utf8PathBuf>,

    /// Count results that break a rule of `verify`, too, which the report says
    #[arg(long)]
    all: bool,

    /// Believe the files and metrics.json, as `verify --quick` does, which the report says
    #[arg(long)]
    quick: bool,

    /// Print one JSON object instead of lines
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Json<'a> {
    files: Vec<Utf8PathBuf>,
    is_whole: bool,
    statement: &'a str,
    expected: usize,
    succeeded: usize,
    findings: usize,
}

/// Writes the report.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (results, study) = arguments.whose.place_and_study()?;
    let verification = super::verify::look(&results, &study, arguments.quick)?;
    let options = Options { count_findings: arguments.all, ..Options::default() };
    let report = report::compute(&results, &study, verification.into(), options)?;
    let output = arguments.output.clone().unwrap_or_else(|| beside(&results));
    report::write(&Rendered::of(&report)?, &output)?;
    if !report.completeness.is_whole {
        eprintln!("note: {}", report.completeness.statement);
    }
    print(&report, &output, arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

/// The folder of the report of a results folder, which is never within it: `report/` for `results/`,
/// `report-rehearsal/` for `results-rehearsal/`.
fn beside(results: &Utf8Path) -> Utf8PathBuf {
    let name = results.file_name().unwrap_or("results");
    let own = match name.strip_prefix("results") {
        Some(rest) => format!("report{rest}"),
        None => format!("{name}-report"),
    };
    results.parent().unwrap_or(results).join(own)
}

fn print(report: &Report, output: &Utf8Path, json: bool) -> io::Result<()> {
    let files: Vec<Utf8PathBuf> = NAMES.iter().map(|name| output.join(name)).collect();
    let text = if json {
        let completeness = &report.completeness;
        let told = Json {
            files,
            is_whole: completeness.is_whole,
            statement: &completeness.statement,
            expected: completeness.expected,
            succeeded: completeness.succeeded,
            findings: report.checked.findings.len(),
        };
        serde_json::to_string_pretty(&told)? + "\n"
    } else {
        files.iter().map(|file| format!("{file}\n")).collect()
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
