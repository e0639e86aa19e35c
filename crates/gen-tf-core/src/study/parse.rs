//! Reads `study.hcl`: the tables first, then the rules that look at more than one field.
//!
//! It reads no files: the caller has loaded the study and its harness.

use std::collections::BTreeMap;

use super::{
    Budget, HarnessRef, LocalTarget, Source, Study, budget, gcp, inputs, matrix::Matrix, needs,
    schema, settings,
};
use crate::{
    diagnostic::{Diagnostic, any_error},
    document::{self, Node, Spanned},
    harness::Harness,
    names,
    schema::{Record, read_file},
    suggest,
};

/// What is known about the harness that a study names.
#[derive(Clone, Copy, Debug)]
pub enum HarnessState<'a> {
    /// It was loaded.
    Known(&'a Harness),
    /// It could not be loaded.
    Unknown {
        /// Why, to be shown where the study names it.
        reason: &'a str,
    },
}

/// What a parse needs to know besides the file.
#[derive(Clone, Copy, Debug, Default)]
pub struct ParseOptions<'a> {
    /// Names of the harnesses that gen-tf carries inside it.
    pub builtin_harnesses: &'a [&'a str],
}

/// What a parse gives.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The study; present exactly when no diagnostic is an error.
    pub study: Option<Study>,
    /// Everything that was found, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
}

/// What the rules share.
pub(super) struct Checks<'a> {
    pub harness: Option<&'a Harness>,
    pub findings: Vec<Diagnostic>,
}

impl Checks<'_> {
    pub fn report(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }
}

/// The harness that a study names, read without checking anything else.
///
/// `None` when it is absent or malformed; the full parse says what is wrong.
#[must_use]
pub fn harness_ref(source: Source<'_>) -> Option<HarnessRef> {
    let body = document::parse(source.text, &mut Vec::new())?;
    let study = body.blocks.iter().find(|block| block.name.value == schema::STUDY.name)?;
    let harness =
        study.body.attributes.iter().find(|attribute| attribute.name.value == "harness")?;
    match &harness.value.value {
        Node::Text(text) if names::harness(text).is_ok() => Some(names::harness_ref(text)),
        _ => None,
    }
}

/// Reads and checks a study, and reports everything that is wrong with it.
#[must_use]
pub fn parse(source: Source<'_>, harness: HarnessState<'_>, options: &ParseOptions<'_>) -> Parsed {
    let known = match harness {
        HarnessState::Known(harness) => Some(harness),
        HarnessState::Unknown { .. } => None,
    };
    let mut checks = Checks { harness: known, findings: Vec::new() };
    let study = document::parse(source.text, &mut checks.findings).and_then(|body| {
        let file = read_file(&schema::STUDY_FILE, &body, &mut checks.findings);
        check(&file, harness, options, &mut checks)
    });
    let mut diagnostics = checks.findings;
    diagnostics.sort_by_key(|finding| (finding.span.start, finding.span.end));
    let study = if any_error(&diagnostics) { None } else { study };
    Parsed { study, diagnostics }
}

fn check(
    file: &Record,
    state: HarnessState<'_>,
    options: &ParseOptions<'_>,
    checks: &mut Checks<'_>,
) -> Option<Study> {
    check_targets(file, checks);
    let Some(study) = file.blocks(&schema::STUDY).next() else {
        // Without its matrix the rest can only be checked alone.
        gcp::read(file, checks);
        return None;
    };
    let harness = harness(study, state, options, checks);
    let matrix = Matrix::read(study, checks);
    let settings = settings::read(study, &matrix, checks);
    let gcp = gcp::read(file, checks);
    let local = local(file);
    let models = inputs::models(file, &matrix, checks);
    let secrets = inputs::secrets(file, &matrix, checks);
    inputs::check_missing(&models, &secrets, &matrix, file, checks);
    needs::check(file, &matrix, settings.as_ref(), checks);
    let duration = study.whole("duration");
    budget::check(file, &matrix, duration.as_ref(), checks);
    Some(Study {
        name: study.label.value.clone(),
        harness: harness?,
        tools: matrix.tool_names()?,
        services: matrix.service_names()?,
        runs: study.small("runs")?.value,
        duration: duration?.value,
        seed: study.small("seed")?.value,
        excludes: matrix.excludes(),
        settings: settings?,
        gcp: if file.blocks(&schema::GCP).next().is_some() { Some(gcp?) } else { None },
        local: if file.blocks(&schema::LOCAL).next().is_some() { Some(local?) } else { None },
        models: inputs::plain(models)?,
        secrets: inputs::plain(secrets)?,
        attempts: attempts(file)?,
        budget: budget(file),
    })
}

fn check_targets(file: &Record, checks: &mut Checks<'_>) {
    let any =
        [&schema::GCP, &schema::LOCAL].iter().any(|target| file.blocks(target).next().is_some());
    if !any && !file.is_broken_block("target") {
        let at = file.blocks(&schema::STUDY).next().map_or(0..0, |study| study.header.clone());
        let finding = Diagnostic::error(at, "the study has no target, so that it can run nowhere")
            .with_help("add `target \"local\" {}` or `target \"gcp\" {`");
        checks.report(finding);
    }
}

fn harness(
    study: &Record,
    state: HarnessState<'_>,
    options: &ParseOptions<'_>,
    checks: &mut Checks<'_>,
) -> Option<HarnessRef> {
    let Spanned { value: text, span } = study.text("harness")?;
    let harness = names::harness_ref(&text);
    let known = options.builtin_harnesses;
    match &harness {
        HarnessRef::BuiltIn(name) if !known.contains(&name.as_str()) => {
            let help = suggest::closest(name, known.iter().copied()).map_or_else(
                || {
                    format!(
                        "built in are {}; a folder is written `./{name}`",
                        suggest::listed(known)
                    )
                },
                |meant| format!("did you mean `{meant}`? a folder is written `./{name}`"),
            );
            let message = format!("there is no built-in harness `{name}`");
            checks.report(Diagnostic::error(span, message).with_help(help));
            return None;
        }
        HarnessRef::Path(path) if path.starts_with('/') => {
            let message = "the path of the harness is absolute, so that the study works on this \
                           machine only";
            let help = "write a path relative to the study's file, such as `./my-harness`";
            checks.report(Diagnostic::warning(span.clone(), message).with_help(help));
        }
        _ => {}
    }
    if let HarnessState::Unknown { reason } = state {
        let message = format!("the harness `{text}` can't be loaded");
        checks.report(Diagnostic::error(span, message).with_help(reason));
        return None;
    }
    Some(harness)
}

fn local(file: &Record) -> Option<LocalTarget> {
    let local = file.blocks(&schema::LOCAL).next()?;
    Some(LocalTarget {
        max_parallel: local.small("max_parallel")?.value,
        cpus: local.small("cpus")?.value,
        memory: local.whole("memory")?.value,
    })
}

/// Attempts when the file has no `retry`; the table of that block says the same.
const DEFAULT_ATTEMPTS: u32 = 3;

fn attempts(file: &Record) -> Option<u32> {
    match file.blocks(&schema::RETRY).next() {
        Some(retry) => Some(retry.small("attempts")?.value),
        None => Some(DEFAULT_ATTEMPTS),
    }
}

fn budget(file: &Record) -> Budget {
    let limit = |name: &str| Some(file.blocks(&schema::BUDGET).next()?.decimal(name)?.value);
    Budget { vm_hours: limit("vm_hours"), usd: limit("usd") }
}

/// Names of the keys of a map of the harness.
pub(super) fn keys<T>(map: &BTreeMap<String, T>) -> impl Iterator<Item = &str> + Clone {
    map.keys().map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Need;

    #[test]
    fn the_defaults_in_code_are_those_of_the_tables() {
        let mut findings = Vec::new();
        let body = document::parse("target \"local\" {}\nretry {}\n", &mut findings).unwrap();
        let file = read_file(&schema::STUDY_FILE, &body, &mut findings);
        assert_eq!(local(&file), Some(LocalTarget::default()));
        assert_eq!(attempts(&file), Some(DEFAULT_ATTEMPTS));
    }

    #[test]
    fn every_default_and_every_example_is_a_good_value() {
        let optional: Vec<_> = schema::STUDY_FILE.blocks.iter().flat_map(|b| b.fields).collect();
        for field in optional {
            let values = match field.need {
                Need::Default(value) => vec![value, field.example],
                _ => vec![field.example],
            };
            for value in values {
                let value = document::parse_value(value).unwrap();
                let mut findings = Vec::new();
                assert!(
                    crate::schema::read_field(field, &value, &mut findings).is_some(),
                    "{}: {findings:?}",
                    field.name
                );
            }
        }
    }

    #[test]
    fn a_first_look_finds_the_harness_in_a_study_with_mistakes() {
        let look = |text| harness_ref(Source { file: "study.hcl", text });
        assert_eq!(
            look("study \"x\" {\n  harness = \"./h\"\n  nonsense = 1\n}\n"),
            Some(HarnessRef::Path("./h".into()))
        );
        assert_eq!(
            look("study \"x\" {\n  harness = \"quickstart\"\n}\n"),
            Some(HarnessRef::BuiltIn("quickstart".into()))
        );
        for text in ["", "study {", "study \"x\" {}", "study \"x\" {\n harness = 1\n}", "{"] {
            assert_eq!(look(text), None, "{text}");
        }
    }
}
