//! What `gen-tf-sync verify` leaves on stdout: text for people or one JSON object for programs.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, Write as _},
};

use camino::Utf8Path;
use gen_tf_core::verify::{Difference, Finding, Row, Rule, State, Unjudged, Verification, Warning};
use gen_tf_sync::{study::Study, verify::Depth};
use serde::Serialize;

/// Format version of the JSON object.
const FORMAT: u32 = 1;

/// What was verified.
pub struct Subject<'a> {
    pub study: &'a Study,
    pub results: &'a Utf8Path,
    pub depth: Depth,
}

#[derive(Serialize)]
struct Json<'a> {
    format: u32,
    study: &'a str,
    harness: Option<&'a str>,
    results: &'a Utf8Path,
    quick: bool,
    rules: Vec<JsonRule>,
    #[serde(flatten)]
    verification: &'a Verification,
}

#[derive(Serialize)]
struct JsonRule {
    name: &'static str,
    demand: &'static str,
    limit: &'static str,
    source: &'static str,
    findings: usize,
}

/// Prints the verdict. A reader that has seen enough and closed the pipe is no error.
pub fn print(verification: &Verification, subject: &Subject<'_>, json: bool) -> io::Result<()> {
    let text = if json { as_json(verification, subject)? } else { as_text(verification, subject) };
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

fn as_json(verification: &Verification, subject: &Subject<'_>) -> serde_json::Result<String> {
    let rule = |rule: Rule| JsonRule {
        name: rule.name(),
        demand: rule.sentence(),
        limit: rule.limit(),
        source: rule.source(),
        findings: verification.findings.iter().filter(|finding| finding.rule == rule).count(),
    };
    let json = Json {
        format: FORMAT,
        study: &subject.study.name,
        harness: subject.study.harness.as_deref(),
        results: subject.results,
        quick: subject.depth == Depth::Quick,
        rules: Rule::ALL.into_iter().map(rule).collect(),
        verification,
    };
    Ok(serde_json::to_string_pretty(&json)? + "\n")
}

fn as_text(verification: &Verification, subject: &Subject<'_>) -> String {
    let mut text = format!("the study `{}` in {}\n\n", subject.study.name, subject.results);
    table(&mut text, &verification.cells);
    findings(&mut text, &verification.findings);
    environment(&mut text, &verification.environment);
    unjudged(&mut text, &verification.unjudged);
    warnings(&mut text, &verification.warnings);
    text.push('\n');
    text.push_str(&verdict(verification));
    text.push('\n');
    text
}

fn table(text: &mut String, cells: &[Row]) {
    let widest = |head: &str, name: fn(&Row) -> &str| {
        let names = cells.iter().map(|row| name(row).chars().count());
        names.max().unwrap_or(0).max(head.len())
    };
    let (services, tools) = (widest("SERVICE", |r| &r.service), widest("TOOL", |r| &r.tool));
    let runs = cells.iter().map(|row| row.runs.len()).max().unwrap_or(0).max(4);
    line(text, &format!("{:services$}  {:tools$}  {:runs$}  USABLE", "SERVICE", "TOOL", "RUNS"));
    for row in cells {
        let letters: String = row.runs.iter().map(|state| state.letter()).collect();
        let usable = row.runs.iter().filter(|state| **state == State::Usable).count();
        let (service, tool, all) = (&row.service, &row.tool, row.runs.len());
        line(
            text,
            &format!("{service:services$}  {tool:tools$}  {letters:runs$}  {usable} of {all}"),
        );
    }
    let legend: Vec<_> =
        State::ALL.iter().map(|state| format!("{} {}", state.letter(), state.meaning())).collect();
    line(text, &format!("\nRUNS: {}", legend.join(", ")));
}

fn findings(text: &mut String, findings: &[Finding]) {
    let mut groups: BTreeMap<Rule, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        groups.entry(finding.rule).or_default().push(finding);
    }
    for (rule, findings) in groups {
        line(text, &format!("\n{}: {}", rule.name(), count(findings.len(), "finding")));
        line(text, &format!("  {}", rule.sentence()));
        line(text, &format!("  limit: {}", rule.limit()));
        line(text, &format!("  from: {}", rule.source()));
        for finding in findings {
            let whose =
                finding.experiment.as_ref().map_or("the study".to_owned(), ToString::to_string);
            line(text, &format!("  - {whose}: {}{}", plain(&finding.message), values(finding)));
        }
    }
}

/// What there is and what there should be, unless the message says it.
fn values(finding: &Finding) -> String {
    match (&finding.found, &finding.wanted) {
        (Some(found), Some(wanted))
            if !(finding.message.contains(found) && finding.message.contains(wanted)) =>
        {
            format!("\n      found {}; wanted {}", plain(found), plain(wanted))
        }
        _ => String::new(),
    }
}

fn environment(text: &mut String, differences: &[Difference]) {
    if differences.is_empty() {
        return;
    }
    line(text, "\nfields of the environment that are not the same everywhere");
    for difference in differences {
        let may = if difference.tolerated.is_some() { " (may differ)" } else { "" };
        line(text, &format!("  {}{may}", difference.field));
        for value in &difference.values {
            let told = plain(value.value.as_deref().unwrap_or("not told"));
            line(text, &format!("  {:>7}  {told}", value.experiments));
        }
    }
}

fn unjudged(text: &mut String, unjudged: &[Unjudged]) {
    if unjudged.is_empty() {
        return;
    }
    line(text, "\nnot judged, and so neither kept nor broken");
    for one in unjudged {
        let whose = match one.experiments.as_slice() {
            [] => "all experiments".to_owned(),
            [only] => only.to_string(),
            many => format!("{}, {} among them", count(many.len(), "experiment"), many[0]),
        };
        line(text, &format!("  - {}: {}: {whose}", one.rule.name(), one.reason));
    }
}

fn warnings(text: &mut String, warnings: &[Warning]) {
    if warnings.is_empty() {
        return;
    }
    line(text, "\nno findings, but to be looked at");
    for warning in warnings {
        let whose = warning.experiment.as_ref().map_or("the study".to_owned(), ToString::to_string);
        line(text, &format!("  - {whose}: {}", plain(&warning.message)));
    }
}

fn verdict(verification: &Verification) -> String {
    let Verification { usable, experiments, findings, .. } = verification;
    let mut text = format!("{usable} of {} can be used", count(*experiments, "experiment"));
    if !findings.is_empty() {
        text += &format!("; {}", count(findings.len(), "finding"));
    }
    let of_study = findings.iter().filter(|finding| finding.experiment.is_none()).count();
    if of_study > 0 {
        text += &format!(", {of_study} of the study as a whole");
    }
    text
}

/// A text from a results folder without what a terminal would obey.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a string takes everything");
}
