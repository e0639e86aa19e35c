//! What the tables of the page show, as text: the banner, the cells, the failed attempts.

use gen_tf_core::{
    outcome::Cause,
    report::{Completeness, Distribution, Measure, Missing, Report},
    units::format_duration,
};
use serde::Serialize;

use crate::report::numbers::full;

/// What is missing, told before any figure. There is no way to leave it out.
#[derive(Serialize)]
pub(super) struct Banner<'a> {
    is_whole: bool,
    statement: &'a str,
    missing: Vec<MissingRuns>,
    without_metrics: Vec<String>,
    unusable: Vec<(&'a str, &'a str)>,
    not_in_study: Vec<String>,
}

/// Runs of a cell that are missing for one reason.
#[derive(Serialize)]
struct MissingRuns {
    cell: String,
    runs: String,
    why: String,
}

fn missing_runs(missing: &[Missing]) -> MissingRuns {
    let first = &missing[0].experiment;
    let runs: Vec<String> = missing.iter().map(|it| it.experiment.run.to_string()).collect();
    let s = if runs.len() == 1 { "" } else { "s" };
    MissingRuns {
        cell: format!("{}/{}", first.service, first.tool),
        runs: format!("run{s} {}", runs.join(", ")),
        why: why(&missing[0]),
    }
}

fn why(missing: &Missing) -> String {
    match (missing.failed_attempts, missing.cause) {
        (0, _) => "no attempt is known".to_owned(),
        (1, cause) => format!("1 attempt has failed: {}", name(cause)),
        (many, cause) => format!("{many} attempts have failed, the last: {}", name(cause)),
    }
}

impl<'a> Banner<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let Completeness { missing, unusable, .. } = &report.completeness;
        let alike = |a: &Missing, b: &Missing| {
            let (one, other) = (&a.experiment, &b.experiment);
            (&one.service, &one.tool) == (&other.service, &other.tool) && why(a) == why(b)
        };
        Self {
            is_whole: report.completeness.is_whole,
            statement: &report.completeness.statement,
            missing: missing.chunk_by(alike).map(missing_runs).collect(),
            without_metrics: texts(&report.completeness.without_metrics),
            unusable: unusable.iter().map(|it| (&it.place[..], &it.reason[..])).collect(),
            not_in_study: texts(&report.completeness.not_in_study),
        }
    }
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

fn name(cause: Option<Cause>) -> &'static str {
    cause.map_or("no cause is told", Cause::name)
}

/// What the study is, in names and values.
pub(super) fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let study = &report.study;
    let unknown = || "not known".to_owned();
    let duration = study.duration_seconds.map_or_else(unknown, |it| format_duration(it as u64));
    let count = |names: &[String]| format!("{}: {}", names.len(), names.join(", "));
    vec![
        ("Harness", study.harness.clone().unwrap_or_else(unknown)),
        ("Tools", count(&study.tools)),
        ("Services", count(&study.services)),
        ("Cells", format!("{} (a tool on a service)", report.cells.len())),
        ("Runs of each cell", study.runs.to_string()),
        ("Tool’s time of a run", duration),
        ("Experiments", full(report.experiments.len() as f64)),
    ]
}

/// A finding of `gen-tf-sync verify`.
#[derive(Serialize)]
pub(super) struct Found<'a> {
    experiment: String,
    rule: &'static str,
    message: &'a str,
    /// What there should be and what there is, where those are values.
    values: String,
}

pub(super) fn findings(report: &Report) -> Vec<Found<'_>> {
    let found = report.checked.findings.iter().map(|finding| Found {
        experiment: finding.experiment.as_ref().map_or("–".to_owned(), ToString::to_string),
        rule: finding.rule.name(),
        message: &finding.message,
        values: match (&finding.wanted, &finding.found) {
            (Some(wanted), Some(found)) => format!("wanted {wanted}, found {found}"),
            _ => String::new(),
        },
    });
    found.collect()
}

/// A rule that could not be applied.
#[derive(Serialize)]
pub(super) struct NotJudged<'a> {
    rule: &'static str,
    reason: &'a str,
    experiments: String,
}

pub(super) fn unjudged(report: &Report) -> Vec<NotJudged<'_>> {
    let unjudged = report.checked.unjudged.iter().map(|it| NotJudged {
        rule: it.rule.name(),
        reason: &it.reason,
        experiments: match it.experiments.len() {
            0 => "all".to_owned(),
            number => number.to_string(),
        },
    });
    unjudged.collect()
}

/// What should be looked at, though it breaks no rule.
#[derive(Serialize)]
pub(super) struct Warned<'a> {
    experiment: String,
    message: &'a str,
}

pub(super) fn warnings(report: &Report) -> Vec<Warned<'_>> {
    let warned = report.checked.warnings.iter().map(|it| Warned {
        experiment: it.experiment.as_ref().map_or("the study".to_owned(), ToString::to_string),
        message: &it.message,
    });
    warned.collect()
}

/// The measures that no experiment has a value of.
pub(super) fn unmeasured(report: &Report) -> Vec<&'static str> {
    let is_absent =
        |measure: &Measure| report.cells.iter().all(|it| it.measures[measure].is_none());
    Measure::ALL.into_iter().filter(is_absent).map(Measure::title).collect()
}

/// A measure of every cell.
#[derive(Serialize)]
pub(super) struct Spread<'a> {
    title: &'static str,
    unit: &'static str,
    rows: Vec<SpreadRow<'a>>,
}

#[derive(Serialize)]
struct SpreadRow<'a> {
    service: &'a str,
    tool: &'a str,
    count: String,
    is_whole: bool,
    findings: usize,
    values: Option<Values>,
}

#[derive(Serialize)]
struct Values {
    median: String,
    interval: String,
    lower_quartile: String,
    upper_quartile: String,
    minimum: String,
    maximum: String,
}

/// The spread of each measure that has a value anywhere.
pub(super) fn spreads(report: &Report) -> Vec<Spread<'_>> {
    let of = |measure: Measure| {
        let rows = report.cells.iter().map(|cell| {
            let spread = cell.measures[&measure].as_ref();
            let count = spread.map_or(0, |spread| spread.count);
            SpreadRow {
                service: &cell.service,
                tool: &cell.tool,
                count: format!("{count} of {}", cell.expected),
                is_whole: count == cell.expected,
                findings: cell.with_findings,
                values: spread.map(|spread| values(spread, measure)),
            }
        });
        let rows: Vec<_> = rows.collect();
        let has_values = rows.iter().any(|row| row.values.is_some());
        has_values.then_some(Spread { title: measure.title(), unit: measure.unit(), rows })
    };
    Measure::ALL.into_iter().filter_map(of).collect()
}

fn values(spread: &Distribution, measure: Measure) -> Values {
    // Shares have as many places everywhere, counts none where they are whole.
    let told = |value: f64| match measure.unit().starts_with('%') {
        true => format!("{value:.2}"),
        false => full(value),
    };
    let interval = match (&spread.interval, &spread.no_interval) {
        (Some(interval), _) => format!("{} to {}", told(interval.low), told(interval.high)),
        (None, Some(reason)) => format!("none: {reason}"),
        (None, None) => "none".to_owned(),
    };
    Values {
        median: told(spread.median),
        interval,
        lower_quartile: told(spread.lower_quartile),
        upper_quartile: told(spread.upper_quartile),
        minimum: told(spread.minimum),
        maximum: told(spread.maximum),
    }
}

/// An attempt that failed.
#[derive(Serialize)]
pub(super) struct Failed<'a> {
    experiment: String,
    attempt: u32,
    cause: &'static str,
    phase: &'a str,
    started: &'a str,
    ended: &'a str,
    message: &'a str,
}

/// Failed attempts by cause, then by experiment.
pub(super) fn failed(report: &Report) -> Vec<Failed<'_>> {
    let mut attempts: Vec<_> = report.failed_attempts.iter().collect();
    // They are in the order of experiments already, which this keeps.
    attempts.sort_by_key(|attempt| attempt.cause);
    let told = attempts.into_iter().map(|attempt| Failed {
        experiment: attempt.experiment.to_string(),
        attempt: attempt.attempt,
        cause: name(attempt.cause),
        phase: &attempt.phase,
        started: attempt.started.as_deref().unwrap_or("not known"),
        ended: attempt.ended.as_deref().unwrap_or("not known"),
        message: &attempt.message,
    });
    told.collect()
}
