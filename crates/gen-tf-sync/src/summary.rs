//! What a pull leaves on stdout: a table for people or one JSON object for programs.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
};

use camino::Utf8Path;
use gen_tf_core::{
    id::ExperimentId,
    outcome::{Cause, Verdict},
};
use gen_tf_sync::pull::{Failure, Pulled, Report};
use indicatif::HumanBytes;
use serde::Serialize;

use crate::failure;

#[derive(Serialize)]
struct Json<'a> {
    results: &'a Utf8Path,
    pulled: Vec<JsonPulled<'a>>,
    up_to_date: usize,
    failed_attempts: usize,
    errors: Vec<JsonFailure<'a>>,
}

#[derive(Serialize)]
struct JsonPulled<'a> {
    experiment: &'a ExperimentId,
    attempt: u32,
    outcome: Verdict,
    cause: Option<Cause>,
    place: &'a Utf8Path,
    files: u64,
    bytes: u64,
}

#[derive(Serialize)]
struct JsonFailure<'a> {
    experiment: &'a ExperimentId,
    attempt: u32,
    message: String,
}

/// Prints the summary. A reader that has seen enough and closed the pipe is no error.
pub fn print(report: &Report, results: &Utf8Path, json: bool) -> io::Result<()> {
    let text = if json { as_json(report, results)? } else { as_table(report, results) };
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

fn as_json(report: &Report, results: &Utf8Path) -> serde_json::Result<String> {
    let json = Json {
        results,
        pulled: report.pulled.iter().map(json_pulled).collect(),
        up_to_date: report.up_to_date,
        failed_attempts: report.failed_attempts,
        errors: report.failures.iter().map(json_failure).collect(),
    };
    Ok(serde_json::to_string_pretty(&json)? + "\n")
}

fn json_pulled(pulled: &Pulled) -> JsonPulled<'_> {
    JsonPulled {
        experiment: &pulled.id.experiment,
        attempt: pulled.id.attempt,
        outcome: pulled.verdict,
        cause: pulled.cause,
        place: &pulled.place,
        files: pulled.unpacked.files,
        bytes: pulled.unpacked.bytes,
    }
}

fn json_failure(failure: &Failure) -> JsonFailure<'_> {
    JsonFailure {
        experiment: &failure.id.experiment,
        attempt: failure.id.attempt,
        message: failure::one_line(&failure.error),
    }
}

fn as_table(report: &Report, results: &Utf8Path) -> String {
    let mut text = String::new();
    if !report.pulled.is_empty() {
        let names = report.pulled.iter().map(|pulled| pulled.id.experiment.to_string());
        let rows: Vec<_> = names.zip(&report.pulled).collect();
        let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).max(10);
        line(&mut text, width, "EXPERIMENT", ["ATTEMPT", "FILES", "SIZE"], "OUTCOME");
        for (name, pulled) in &rows {
            let numbers = [
                pulled.id.attempt.to_string(),
                pulled.unpacked.files.to_string(),
                HumanBytes(pulled.unpacked.bytes).to_string(),
            ];
            line(&mut text, width, name, numbers.each_ref().map(String::as_str), &ended(pulled));
        }
        text.push('\n');
    }
    let new = report.pulled.iter().filter(|p| p.verdict == Verdict::Succeeded).count();
    let total = format!(
        "{} pulled, {} up to date, {}, {}: {results}\n",
        count(new, "experiment"),
        report.up_to_date,
        count(report.failed_attempts, "failed attempt"),
        count(report.failures.len(), "error"),
    );
    text + &total
}

fn line(text: &mut String, width: usize, name: &str, numbers: [&str; 3], end: &str) {
    let [attempt, files, size] = numbers;
    writeln!(text, "{name:width$}  {attempt:>7}  {files:>6}  {size:>11}  {end}")
        .expect("a string takes everything");
}

fn ended(pulled: &Pulled) -> String {
    match (pulled.verdict, pulled.cause) {
        (Verdict::Succeeded, _) => "succeeded".to_owned(),
        (Verdict::Failed, Some(cause)) => format!("failed: {}", cause.name()),
        (Verdict::Failed, None) => "failed".to_owned(),
    }
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
