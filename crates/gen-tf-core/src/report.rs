//! The report of a study: what its results come to, as `report.json` holds it.
//! Attempts are added one by one and leave a few numbers each; who reads them, and who draws tables
//! and charts, is elsewhere. What has no value is absent (`null`), never 0, and what has no answer
//! says why. The same results give the same report: there is no "now" in it.

mod measure;
mod draft;
mod completeness;
mod cells;
mod comparison;
mod across;
mod growth;
mod timeline;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::{
    across::{Across, FriedmanTest, LeftOut, NemenyiTest, Rank, RankedPair},
    cells::{Cell, Distribution, Interval},
    comparison::{Comparison, Pair, PairTest, Size, TestMethod},
    completeness::{Completeness, Missing, Unusable},
    draft::{Draft, ExperimentRow, FailedAttempt, State},
    growth::{Band, CellGrowth, Growth, ToolGrowth},
    measure::Measure,
    timeline::{Lane, Timeline},
};
use crate::{
    statistics::Bootstrap,
    verify::{Finding, Rule, Unjudged, Verification, Warning},
};

/// Format version of `report.json`: raised whenever a field changes its meaning or goes.
pub const FORMAT: u32 = 1;

/// A study, as its results are reported.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Its name.
    pub study: String,
    /// The harness, where it is known.
    pub harness: Option<String>,
    /// The tool's time of each experiment in seconds, where it is known; else it is taken from the
    /// first outcome.
    pub duration: Option<f64>,
    /// Every cell: service, then tool.
    pub cells: BTreeSet<(String, String)>,
    /// Runs of each cell.
    pub runs: u32,
}

/// What `gen-tf-sync verify` says of the results.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Checked {
    /// Rules that are broken; that an experiment has no result is told by `completeness` alone.
    pub findings: Vec<Finding>,
    /// Rules that could not be applied: neither kept nor broken.
    pub unjudged: Vec<Unjudged>,
    /// What breaks no rule and should be looked at before the figures are used.
    pub warnings: Vec<Warning>,
}

impl From<Verification> for Checked {
    fn from(verification: Verification) -> Self {
        let Verification { mut findings, unjudged, warnings, .. } = verification;
        findings.retain(|finding| finding.rule != Rule::CompleteMatrix);
        Self { findings, unjudged, warnings }
    }
}

/// How a report is computed.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Below which p values count as significant.
    pub significance: f64,
    /// How intervals of medians are drawn.
    pub bootstrap: Bootstrap,
    /// Whether results that break a rule are in the figures, too.
    pub count_findings: bool,
}

impl Default for Options {
    /// The level 0.05, the usual bootstrap, and figures of results that break no rule.
    fn default() -> Self {
        Self { significance: 0.05, bootstrap: Bootstrap::default(), count_findings: false }
    }
}

/// What the results of a study come to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "report.json of gen-tf-sync report")]
pub struct Report {
    /// Format version; the first field.
    pub format: u32,
    /// The study.
    pub study: StudyFacts,
    /// What is missing of it. It is told before any figure.
    pub completeness: Completeness,
    /// What `gen-tf-sync verify` says of the results.
    #[serde(flatten)]
    pub checked: Checked,
    /// How the statistics were computed.
    pub methods: Methods,
    /// Every measure, in the order of reports.
    pub measures: Vec<MeasureFacts>,
    /// Every experiment of the study, by service, tool and run.
    pub experiments: Vec<ExperimentRow>,
    /// Every cell of the study, by service and tool.
    pub cells: Vec<Cell>,
    /// Tools in pairs, by service and measure.
    pub comparisons: Vec<Comparison>,
    /// Tools over all services, by measure.
    pub across: Vec<Across>,
    /// Growth over the tool's time.
    pub growth: Vec<Growth>,
    /// Every failed attempt, by experiment and number.
    pub failed_attempts: Vec<FailedAttempt>,
    /// When attempts ended, and how.
    pub timeline: Timeline,
}

/// The study of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StudyFacts {
    /// Its name.
    pub name: String,
    /// The harness; null where it is not known.
    pub harness: Option<String>,
    /// The tool's time of each experiment, in seconds; null where it is not known.
    pub duration_seconds: Option<f64>,
    /// Runs of each cell.
    pub runs: u32,
    /// Services, by name.
    pub services: Vec<String>,
    /// Tools, by name.
    pub tools: Vec<String>,
}

/// How the statistics of a report were computed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Methods {
    /// Below which p values count as significant.
    pub significance: f64,
    /// The level of confidence of the medians' intervals.
    pub confidence: f64,
    /// How many resamples the bootstrap has drawn for each.
    pub resamples: u32,
    /// Where its generator of random numbers began, for each.
    pub seed: u64,
    /// Whether results that break a rule are in the figures, too.
    pub count_findings: bool,
}

/// A measure, explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MeasureFacts {
    /// The measure.
    pub name: Measure,
    /// Its name for people.
    pub title: String,
    /// What is counted.
    pub unit: String,
    /// Whether more of it is what a tool is to reach. Of the others, rank 1 is the highest number
    /// and no judgement.
    pub more_is_better: bool,
}

impl MeasureFacts {
    fn all() -> Vec<Self> {
        let facts = |name: Measure| Self {
            name,
            title: name.title().to_owned(),
            unit: name.unit().to_owned(),
            more_is_better: name.is_goal(),
        };
        Measure::ALL.map(facts).into()
    }
}

impl Methods {
    fn of(options: &Options) -> Self {
        let Bootstrap { level, resamples, seed } = options.bootstrap;
        let &Options { significance, count_findings, .. } = options;
        Self { significance, confidence: level, resamples, seed, count_findings }
    }
}

impl StudyFacts {
    fn of(facts: &Facts) -> Self {
        let names = |name: fn(&(String, String)) -> &String| -> Vec<String> {
            let all: BTreeSet<&String> = facts.cells.iter().map(name).collect();
            all.into_iter().cloned().collect()
        };
        Self {
            name: facts.study.clone(),
            harness: facts.harness.clone(),
            duration_seconds: facts.duration,
            runs: facts.runs,
            services: names(|cell| &cell.0),
            tools: names(|cell| &cell.1),
        }
    }
}

/// The published schema of `report.json`, which `docs/report.schema.json` holds.
#[must_use]
pub fn schema() -> serde_json::Value {
    schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Report>()
        .to_value()
}
