//! The tables of a report as CSV (RFC 4180): one row an experiment, and one row a cell and measure.
//! Numbers are written in full; what has no value is an empty field.

use gen_tf_core::report::{Cell, Distribution, ExperimentRow, Measure, Report, State};

use super::RenderError;

const EXPERIMENTS: &str = "experiments.csv";
const CELLS: &str = "cells.csv";

const EXPERIMENT_COLUMNS: [&str; 15] = [
    "experiment",
    "service",
    "tool",
    "run",
    "state",
    "attempt",
    "failed_attempts",
    "cause",
    "findings",
    "counted",
    "problems",
    "started",
    "ended",
    "tool_seconds",
    "definition",
];

const CELL_COLUMNS: [&str; 16] = [
    "service",
    "tool",
    "expected",
    "succeeded",
    "with_findings",
    "counted",
    "measure",
    "unit",
    "count",
    "minimum",
    "lower_quartile",
    "median",
    "upper_quartile",
    "maximum",
    "interval_low",
    "interval_high",
];

/// `experiments.csv`: every experiment of the study, those that are missing too.
pub(super) fn experiments(report: &Report) -> Result<String, RenderError> {
    let head = EXPERIMENT_COLUMNS.into_iter().chain(Measure::ALL.map(Measure::name));
    let rows = report.experiments.iter().map(experiment);
    table(EXPERIMENTS, head.map(str::to_owned).collect(), rows)
}

fn experiment(row: &ExperimentRow) -> Vec<String> {
    let state = match row.state {
        State::Succeeded => "succeeded",
        State::Failed => "failed",
        State::Missing => "missing",
    };
    let mut fields = vec![
        text(&row.experiment.to_string()),
        text(&row.service),
        text(&row.tool),
        row.run.to_string(),
        state.to_owned(),
        row.attempt.map_or(String::new(), |attempt| attempt.to_string()),
        row.failed_attempts.to_string(),
        row.cause.map_or(String::new(), |cause| cause.name().to_owned()),
        row.findings.iter().map(|rule| rule.name()).collect::<Vec<_>>().join(" "),
        row.counted.to_string(),
        row.problems.map_or(String::new(), |problems| problems.to_string()),
        text(row.started.as_deref().unwrap_or_default()),
        text(row.ended.as_deref().unwrap_or_default()),
        number(row.tool_seconds),
        text(row.definition.as_deref().unwrap_or_default()),
    ];
    fields.extend(row.measures.values().map(|value| number(*value)));
    fields
}

/// `cells.csv`: every cell of the study by every measure.
pub(super) fn cells(report: &Report) -> Result<String, RenderError> {
    let rows = report.cells.iter().flat_map(|cell| {
        cell.measures.iter().map(|(measure, spread)| of_cell(cell, *measure, spread.as_ref()))
    });
    table(CELLS, CELL_COLUMNS.map(str::to_owned).into(), rows)
}

fn of_cell(cell: &Cell, measure: Measure, spread: Option<&Distribution>) -> Vec<String> {
    let of = |value: fn(&Distribution) -> f64| number(spread.map(value));
    let interval = spread.and_then(|spread| spread.interval);
    vec![
        text(&cell.service),
        text(&cell.tool),
        cell.expected.to_string(),
        cell.succeeded.to_string(),
        cell.with_findings.to_string(),
        cell.counted.to_string(),
        measure.name().to_owned(),
        measure.unit().to_owned(),
        spread.map_or(0, |spread| spread.count).to_string(),
        of(|spread| spread.minimum),
        of(|spread| spread.lower_quartile),
        of(|spread| spread.median),
        of(|spread| spread.upper_quartile),
        of(|spread| spread.maximum),
        number(interval.map(|interval| interval.low)),
        number(interval.map(|interval| interval.high)),
    ]
}

fn table(
    file: &'static str,
    head: Vec<String>,
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<String, RenderError> {
    let failed = |source| RenderError::Table { file, source };
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in [head].into_iter().chain(rows) {
        writer.write_record(row).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(error.into_error().into()))?;
    Ok(String::from_utf8(bytes).expect("fields are text, and so are they together"))
}

/// A text that no spreadsheet takes for a formula: one that begins like one gets an apostrophe.
fn text(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// The shortest digits that read back as the same number.
fn number(value: Option<f64>) -> String {
    value.map_or(String::new(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_no_formula_and_keeps_its_place() {
        let rows = [vec![text("=1+1"), text("a\"b"), text("c\r\nd"), text("-x"), text("e,f")]];
        let head = ["p", "q", "r", "s", "t"].map(str::to_owned).into();
        let table = table("x.csv", head, rows.into_iter()).unwrap();
        assert_eq!(table, "p,q,r,s,t\r\n'=1+1,\"a\"\"b\",\"c\r\nd\",'-x,\"e,f\"\r\n");
    }

    #[test]
    fn a_number_is_written_in_full_and_an_absent_one_not_at_all() {
        assert_eq!(number(Some(0.1 + 0.2)), "0.30000000000000004");
        assert_eq!((number(Some(3.0)), number(None)), ("3".to_owned(), String::new()));
    }
}
