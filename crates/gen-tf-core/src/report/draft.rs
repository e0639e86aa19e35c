//! A report in the making: attempts are added one by one, in any order, and each leaves a few numbers.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Checked, Completeness, FORMAT, Facts, Measure, MeasureFacts, Methods, Options, Report,
    StudyFacts, Unusable,
    across::across,
    cells::cells,
    comparison::comparisons,
    growth::{Grid, growths},
    timeline::{Ending, Ends},
};
use crate::{
    id::ExperimentId,
    metrics::Metrics,
    outcome::{Cause, Outcome, Verdict},
    verify::{Finding, Rule},
};

/// An experiment of the study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExperimentRow {
    /// The experiment.
    #[schemars(with = "String")]
    pub experiment: ExperimentId,
    /// Its service.
    pub service: String,
    /// Its tool.
    pub tool: String,
    /// Its run, from 1.
    pub run: u32,
    /// Where it stands.
    pub state: State,
    /// The attempt that succeeded.
    pub attempt: Option<u32>,
    /// How many attempts have failed.
    pub failed_attempts: u32,
    /// Why the last failed attempt failed.
    pub cause: Option<Cause>,
    /// When the attempt that succeeded began, RFC 3339 in UTC.
    pub started: Option<String>,
    /// When it ended, RFC 3339 in UTC.
    pub ended: Option<String>,
    /// Seconds that the tool worked.
    pub tool_seconds: Option<f64>,
    /// Hash over everything that can change the result.
    pub definition: Option<String>,
    /// Whether it has succeeded with metrics.
    pub has_metrics: bool,
    /// How many problems there were in its evidence; null without metrics.
    pub problems: Option<usize>,
    /// Rules of `gen-tf-sync verify` with a finding about it.
    pub findings: Vec<Rule>,
    /// Whether it is in the figures of its cell, in comparisons and in charts.
    pub counted: bool,
    /// Each measure; null where the evidence does not tell.
    pub measures: BTreeMap<Measure, Option<f64>>,
}

/// Where an experiment stands, as far as results are home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// An attempt has succeeded.
    Succeeded,
    /// Attempts have failed and none has succeeded.
    Failed,
    /// No attempt is known.
    Missing,
}

/// An attempt that failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FailedAttempt {
    /// The experiment.
    #[schemars(with = "String")]
    pub experiment: ExperimentId,
    /// The attempt.
    pub attempt: u32,
    /// Why it failed.
    pub cause: Option<Cause>,
    /// One line for people, from the guest.
    pub message: String,
    /// The phase in which it ended.
    pub phase: String,
    /// When it began, RFC 3339 in UTC; null where nobody knows.
    pub started: Option<String>,
    /// When it ended, RFC 3339 in UTC; null where nobody knows.
    pub ended: Option<String>,
}

/// What an experiment leaves besides its row.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// Growth on the report's grid.
    pub(super) series: BTreeMap<Measure, Vec<Option<f64>>>,
}

/// A report in the making.
#[derive(Debug)]
pub struct Draft {
    facts: Facts,
    options: Options,
    grid: Option<Grid>,
    rows: BTreeMap<ExperimentId, (ExperimentRow, Row)>,
    failed: BTreeMap<(ExperimentId, u32), FailedAttempt>,
    ends: Ends,
    unusable: BTreeSet<Unusable>,
    not_in_study: BTreeSet<ExperimentId>,
}

impl Draft {
    /// A report without any attempt.
    #[must_use]
    pub fn new(facts: Facts, options: Options) -> Self {
        let ids = facts.cells.iter().flat_map(|(service, tool)| {
            (1..=facts.runs).map(move |run| ExperimentId {
                service: service.clone(),
                tool: tool.clone(),
                run,
            })
        });
        Self {
            rows: ids.map(|id| (id.clone(), (empty_row(id), Row::default()))).collect(),
            grid: facts.duration.map(Grid::of),
            facts,
            options,
            failed: BTreeMap::new(),
            ends: Ends::default(),
            unusable: BTreeSet::new(),
            not_in_study: BTreeSet::new(),
        }
    }

    /// Adds an attempt: one that succeeded with its metrics, where there are any, or one that failed.
    /// Each attempt is added once.
    pub fn add(&mut self, outcome: &Outcome, metrics: Option<&Metrics>) {
        if !self.rows.contains_key(&outcome.experiment) {
            self.not_in_study.insert(outcome.experiment.clone());
            return;
        }
        match outcome.outcome {
            Verdict::Succeeded => self.add_succeeded(outcome, metrics),
            Verdict::Failed => self.add_failed(outcome),
        }
    }

    /// Notes a folder of the results that can't be used, for the report to say so.
    pub fn add_unusable(&mut self, place: String, reason: String) {
        self.unusable.insert(Unusable { place, reason });
    }

    fn add_succeeded(&mut self, outcome: &Outcome, metrics: Option<&Metrics>) {
        self.ends.add(Ending::Succeeded, &outcome.timings.ended);
        let grid = self.grid.get_or_insert_with(|| Grid::of(outcome.duration));
        let Some((told, row)) = self.rows.get_mut(&outcome.experiment) else { return };
        told.state = State::Succeeded;
        told.attempt = Some(outcome.attempt);
        told.started = known(&outcome.timings.started);
        told.ended = known(&outcome.timings.ended);
        told.tool_seconds = Some(outcome.tool_seconds).filter(|seconds| seconds.is_finite());
        told.definition = Some(outcome.definition.clone());
        let Some(metrics) = metrics else { return };
        told.has_metrics = true;
        told.problems = Some(metrics.problems.len());
        for measure in Measure::ALL {
            told.measures.insert(measure, measure.of(outcome, metrics));
            if let Some(series) = grid.series(measure, metrics) {
                row.series.insert(measure, series);
            }
        }
    }

    fn add_failed(&mut self, outcome: &Outcome) {
        self.ends.add(Ending::Failed(outcome.cause), &outcome.timings.ended);
        let attempt = FailedAttempt {
            experiment: outcome.experiment.clone(),
            attempt: outcome.attempt,
            cause: outcome.cause,
            message: outcome.message.clone(),
            phase: outcome.phase.clone(),
            started: known(&outcome.timings.started),
            ended: known(&outcome.timings.ended),
        };
        self.failed.insert((outcome.experiment.clone(), outcome.attempt), attempt);
    }

    /// The report, with what `gen-tf-sync verify` says of the results. One that breaks a rule is in
    /// no figure, unless the options want it there.
    #[must_use]
    pub fn finish(mut self, checked: Checked) -> Report {
        self.count_failed();
        self.mark(&checked.findings);
        let told: Vec<_> = self.rows.values().map(|(told, row)| (told, row)).collect();
        let growth = self.grid.as_ref().map_or(Vec::new(), |grid| growths(grid, &told));
        let experiments: Vec<ExperimentRow> =
            self.rows.into_values().map(|(told, _)| told).collect();
        let cells = cells(&experiments, &self.options);
        let completeness = Completeness::of(
            &experiments,
            checked.findings.len(),
            self.unusable.into_iter().collect(),
            self.not_in_study.into_iter().collect(),
        );
        Report {
            format: FORMAT,
            study: StudyFacts::of(&self.facts),
            completeness,
            methods: Methods::of(&self.options),
            measures: MeasureFacts::all(),
            comparisons: comparisons(&experiments, &self.options),
            across: across(&cells, &self.options),
            growth,
            failed_attempts: self.failed.into_values().collect(),
            timeline: self.ends.timeline(),
            checked,
            experiments,
            cells,
        }
    }

    fn count_failed(&mut self) {
        for attempt in self.failed.values() {
            let Some((told, _)) = self.rows.get_mut(&attempt.experiment) else { continue };
            told.failed_attempts += 1;
            // They come in the order of their numbers, so that the last one's cause stays.
            told.cause = attempt.cause;
            if told.state == State::Missing {
                told.state = State::Failed;
            }
        }
    }

    fn mark(&mut self, findings: &[Finding]) {
        for finding in findings {
            let row = finding.experiment.as_ref().and_then(|id| self.rows.get_mut(id));
            if let Some((told, _)) = row.filter(|(told, _)| !told.findings.contains(&finding.rule))
            {
                told.findings.push(finding.rule);
            }
        }
        for (told, _) in self.rows.values_mut() {
            let is_trusted = told.findings.is_empty() || self.options.count_findings;
            told.counted = told.has_metrics && is_trusted;
        }
    }
}

/// A time that somebody knew.
fn known(time: &str) -> Option<String> {
    Some(time.to_owned()).filter(|time| !time.is_empty())
}

fn empty_row(id: ExperimentId) -> ExperimentRow {
    ExperimentRow {
        service: id.service.clone(),
        tool: id.tool.clone(),
        run: id.run,
        experiment: id,
        state: State::Missing,
        attempt: None,
        failed_attempts: 0,
        cause: None,
        started: None,
        ended: None,
        tool_seconds: None,
        definition: None,
        has_metrics: false,
        problems: None,
        findings: Vec::new(),
        counted: false,
        measures: Measure::ALL.into_iter().map(|measure| (measure, None)).collect(),
    }
}
