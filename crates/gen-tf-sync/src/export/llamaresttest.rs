//! The form of LlamaRestTest (codingsoo/LlamaRestTest at 69f2e95): a folder for each run of a tool, in
//! which its `collect.py` can be run.
//!
//! That script reads the logs and JaCoCo's reports of all nine services from `0/` and the API
//! documents from `specs/openapi_json/`, and writes `res.csv` with a line a service. A service without
//! a log has a line of zeros, but the four reports have to be there.

use std::{collections::BTreeMap, fmt::Write as _};

use camino::Utf8PathBuf;
use gen_tf_core::id::ExperimentId;

use super::{
    error::Findings,
    selection::Experiment,
    step::{Kind, Step, Task, UNITS, counts_nothing, need, take},
};

/// The services in the order of the lines of `res.csv`; those with coverage with their port.
const SERVICES: [(&str, Option<u16>); 9] = [
    ("fdic", None),
    ("genome-nexus", Some(9002)),
    ("language-tool", Some(9003)),
    ("ocvn", Some(9004)),
    ("ohsome", None),
    ("omdb", None),
    ("rest-countries", None),
    ("spotify", None),
    ("youtube", Some(9009)),
];
/// Where `collect.py` looks.
const RUN: &str = "0";
const DOCUMENT: &str = "openapi.json";
const DOCUMENTS: &str = "specs/openapi_json";
/// Says which lines of `res.csv` are no measurement.
const NOT_MEASURED: &str = "not-measured.txt";
/// A report of JaCoCo of which nothing is covered: a branch, a line and a method are missed. One that
/// is empty would end the script with a division by zero.
const NOTHING_COVERED: &str = "\
GROUP,PACKAGE,CLASS,INSTRUCTION_MISSED,INSTRUCTION_COVERED,BRANCH_MISSED,BRANCH_COVERED,LINE_MISSED,\
LINE_COVERED,COMPLEXITY_MISSED,COMPLEXITY_COVERED,METHOD_MISSED,METHOD_COVERED
not measured,not measured,not measured,1,0,1,0,1,0,1,0,1,0
";

/// Where an experiment stands in the export, together with those of other services.
pub(super) fn place(id: &ExperimentId) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("{}/{}", id.tool, id.run))
}

/// What is to be written, one task a run of a tool.
pub(super) fn tasks(experiments: &[Experiment], findings: &mut Findings) -> Vec<Task> {
    let mut runs: BTreeMap<(&str, u32), BTreeMap<&str, &Experiment>> = BTreeMap::new();
    for experiment in experiments {
        let ExperimentId { service, tool, run } = &experiment.id;
        runs.entry((tool, *run)).or_default().insert(service, experiment);
    }
    let remark = format!(
        "res.csv has a line for each of the {} services; those that no experiment stands behind are \
         zeros, and {NOT_MEASURED} beside it names them",
        SERVICES.len()
    );
    if runs.values().any(|services| services.len() < SERVICES.len()) {
        findings.remark(remark);
    }
    runs.values().map(|services| task(services, findings)).collect()
}

fn task(experiments: &BTreeMap<&str, &Experiment>, findings: &mut Findings) -> Task {
    let mut task = Task::new();
    let (mut missing, mut folder) = (String::new(), Utf8PathBuf::new());
    for experiment in experiments.values() {
        folder = place(&experiment.id);
        measured(experiment, &mut task, findings);
    }
    for (line, (service, port)) in SERVICES.into_iter().enumerate() {
        if experiments.contains_key(service) {
            continue;
        }
        let report = port.map(|port| format!("{RUN}/{port}.csv"));
        let made_up = report.as_ref().map_or(String::new(), |it| format!(", {it} is made up"));
        writeln!(missing, "line {}: {service}{made_up}", line + 1)
            .expect("a string takes everything");
        if let Some(report) = report {
            task.push(Step::Text { to: folder.join(report), text: NOTHING_COVERED.to_owned() });
        }
    }
    if !missing.is_empty() {
        let text = format!("Lines of res.csv that no experiment stands behind:\n{missing}");
        task.push(Step::Text { to: folder.join(NOT_MEASURED), text });
    }
    task
}

/// The files of an experiment.
fn measured(experiment: &Experiment, task: &mut Task, findings: &mut Findings) {
    let (id, folder) = (&experiment.id, place(&experiment.id));
    let Some((service, port)) = SERVICES.into_iter().find(|(name, _)| *name == id.service) else {
        findings.complain(id, "LlamaRestTest has no such service, and res.csv no line for it");
        return;
    };
    let log = format!("log-{service}.txt");
    let to = folder.join(RUN).join(&log);
    need(experiment, (&log, Kind::File, "which collect.py counts"), to, task, findings);
    let document = (DOCUMENT, Kind::File, "whose paths collect.py counts by");
    let to = folder.join(DOCUMENTS).join(format!("{service}.json"));
    need(experiment, document, to, task, findings);
    let report = port.map_or(String::new(), |port| format!("{port}.csv"));
    if let Some(port) = port {
        let to = folder.join(RUN).join(&report);
        need(experiment, (&report, Kind::File, "which collect.py reads"), to, task, findings);
        let exec = format!("jacoco{port}.exec");
        let to = folder.join(RUN).join(&exec);
        take(experiment, (&exec, Kind::File), to, task, findings);
    }
    for file in [log.as_str(), DOCUMENT, port.map_or("", |_| report.as_str())] {
        stumble(experiment, file, findings);
    }
}

/// Complains about a file that `collect.py` would stop at, where reading it for the metrics has told.
fn stumble(experiment: &Experiment, file: &str, findings: &mut Findings) {
    let Experiment { id, metrics, .. } = experiment;
    let is_counted = metrics.published.llamaresttest.is_some();
    let is_report = file.ends_with(".csv");
    let told = metrics.problems.iter().filter(|problem| problem.file == file);
    for problem in told.filter(|_| is_report || !is_counted) {
        findings.complain(id, format!("collect.py stops at {file}: {}", problem.message));
    }
    let end = metrics.coverage.as_ref().and_then(|coverage| coverage.end);
    if is_report && end.is_some_and(counts_nothing) {
        let message = format!("collect.py stops at {file}, which has no {UNITS}");
        findings.complain(id, message);
    }
}
