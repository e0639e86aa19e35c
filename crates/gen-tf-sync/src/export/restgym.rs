//! The form of RESTgym (SeUniVr/RESTgym at 56a9300): what stands in its `results/`.
//!
//! `src/check.py` opens `time-budget.txt`, looks for `started.txt`, `completed.txt`, `results.db` and
//! the samples in `code-coverage/`, and writes `verified.txt`; `src/process_results.py` then reads and
//! changes `results.db`, reads the samples, and writes `summary.json`. API documents are its own.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use gen_tf_core::id::ExperimentId;
use serde::Deserialize;

use super::{
    error::Findings,
    selection::Experiment,
    step::{Kind, Task, UNITS, counts_nothing, has_any, need, take},
};

const SAMPLES: &str = "code-coverage";
/// What the scripts cannot do without.
const NEEDED: [(&str, Kind, &str); 5] = [
    ("results.db", Kind::File, "which both scripts read requests from"),
    ("time-budget.txt", Kind::File, "without which check.py stops"),
    ("started.txt", Kind::File, "without which check.py does not verify it"),
    ("completed.txt", Kind::File, "without which check.py does not verify it"),
    (SAMPLES, Kind::Folder, "which process_results.py reads coverage from"),
];
/// What else RESTgym itself leaves in a run's folder.
const FURTHER: [(&str, Kind); 2] = [("errors.txt", Kind::File), ("logs", Kind::Folder)];
/// `process_results.py` compares runs after every so many requests, as RESTgym's recorder commits.
const STEP: u64 = 100;

/// `check.json`, the harness's own look at the rules of `check.py`.
#[derive(Deserialize)]
struct Check {
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    rule: String,
    ok: bool,
}

/// Where an experiment stands in the export.
pub(super) fn place(id: &ExperimentId) -> Utf8PathBuf {
    Utf8PathBuf::from(id.to_string())
}

/// What is to be written, one task an experiment.
pub(super) fn tasks(experiments: &[Experiment], findings: &mut Findings) -> Vec<Task> {
    experiments.iter().map(|experiment| task(experiment, findings)).collect()
}

fn task(experiment: &Experiment, findings: &mut Findings) -> Task {
    let (mut task, place) = (Task::new(), place(&experiment.id));
    for needed in NEEDED {
        need(experiment, needed, place.join(needed.0), &mut task, findings);
    }
    for further in FURTHER {
        take(experiment, further, place.join(further.0), &mut task, findings);
    }
    let samples = experiment.folder.join(SAMPLES);
    if samples.is_dir() && !has_any(&samples, ".csv") {
        let message = format!("{SAMPLES} has no report (*.csv), and process_results.py stops");
        findings.complain(&experiment.id, message);
    }
    stumble(experiment, findings);
    match &experiment.metrics.published.restgym {
        None => findings.complain(&experiment.id, "results.db cannot be read; see metrics.json"),
        Some(summary) if summary.interactions.count % STEP != 0 => {
            let (id, count) = (&experiment.id, summary.interactions.count);
            findings.remark(format!(
                "{id}: results.db has {count} rows, no multiple of {STEP}: if no run has fewer, \
                 process_results.py writes each summary.json and stops at its table of all runs"
            ));
        }
        Some(_) => {}
    }
    remark_rules(experiment, findings);
    task
}

/// Complains about samples that `process_results.py` would stop at: it then writes no `summary.json`.
fn stumble(experiment: &Experiment, findings: &mut Findings) {
    let Experiment { id, metrics, .. } = experiment;
    for problem in metrics.problems.iter().filter(|it| it.file.starts_with(SAMPLES)) {
        let (file, message) = (&problem.file, &problem.message);
        findings.complain(id, format!("process_results.py stops at {file}: {message}"));
    }
    let end = metrics.coverage.as_ref().and_then(|coverage| coverage.end);
    if end.is_some_and(counts_nothing) {
        let message = format!("process_results.py stops at {SAMPLES}, which has no {UNITS}");
        findings.complain(id, message);
    }
}

/// Tells which rules of `check.py` the harness has found broken: such a run is not verified, and then
/// not analysed.
fn remark_rules(experiment: &Experiment, findings: &mut Findings) {
    let broken = broken_rules(&experiment.folder).unwrap_or_default();
    if !broken.is_empty() {
        let (id, broken) = (&experiment.id, broken.join(", "));
        findings.remark(format!(
            "{id}: check.py will not verify it, and process_results.py leaves it out; check.json \
             names the rules: {broken}"
        ));
    }
}

/// The rules that do not hold; nothing where the harness has left no `check.json` that can be read.
fn broken_rules(folder: &Utf8Path) -> Option<Vec<String>> {
    let path = folder.join("check.json");
    if !fs::symlink_metadata(&path).ok()?.is_file() {
        return None;
    }
    let check: Check = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    Some(check.rules.into_iter().filter(|rule| !rule.ok).map(|rule| rule.rule).collect())
}
