//! Whether results can be trusted: the rules, and what they find in the facts about a study's
//! results. Who reads the files, and how findings are shown, is elsewhere.

mod rule;
mod experiment;
mod environment;
mod copies;
mod table;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::{
    copies::{Copies, Evidence},
    environment::{Difference, Environments, TOLERATED, Value},
    experiment::{Facts, judge},
    rule::Rule,
    table::{Found, Row, State},
};
use crate::id::ExperimentId;

/// A rule that is broken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// The experiment whose result breaks it; absent where it is the study as a whole.
    #[schemars(with = "Option<String>")]
    pub experiment: Option<ExperimentId>,
    /// What is wrong, and what to do where that is not plain.
    pub message: String,
    /// What there should be, where it is a value.
    pub wanted: Option<String>,
    /// What there is, where it is a value.
    pub found: Option<String>,
}

impl Finding {
    /// A finding about the result of an experiment.
    #[must_use]
    pub fn new(rule: Rule, experiment: &ExperimentId, message: impl Into<String>) -> Self {
        let experiment = Some(experiment.clone());
        Self { rule, experiment, message: message.into(), wanted: None, found: None }
    }

    /// A finding about the study as a whole.
    #[must_use]
    pub fn of_study(rule: Rule, message: impl Into<String>) -> Self {
        Self { rule, experiment: None, message: message.into(), wanted: None, found: None }
    }

    /// The same with what there should be and what there is.
    #[must_use]
    pub fn with(self, wanted: String, found: String) -> Self {
        Self { wanted: Some(wanted), found: Some(found), ..self }
    }
}

/// A rule that could not be applied: neither kept nor broken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Unjudged {
    /// The rule.
    pub rule: Rule,
    /// Why not.
    pub reason: String,
    /// The experiments; empty where it is all of them.
    #[schemars(with = "Vec<String>")]
    pub experiments: Vec<ExperimentId>,
}

/// Something that breaks no rule and should be looked at before it is published.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// What kind.
    pub kind: WarningKind,
    /// The experiment; absent where it is the study as a whole.
    #[schemars(with = "Option<String>")]
    pub experiment: Option<ExperimentId>,
    /// What was seen.
    pub message: String,
}

/// A kind of warning.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum WarningKind {
    /// A field of the environment differs that may.
    Environment,
    /// The tool was started many times, and worked for seconds each.
    ManyStarts,
    /// Not one answer is 200 to 299.
    NoSuccess,
}

/// What the rules say of a result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// Rules that are broken.
    pub findings: Vec<Finding>,
    /// Rules that could not be applied to an experiment, or to any, and why.
    pub doubts: Vec<(Rule, String, Option<ExperimentId>)>,
    /// What should be looked at.
    pub warnings: Vec<Warning>,
}

impl Judgement {
    /// Takes in another one.
    pub fn add(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.doubts.extend(other.doubts);
        self.warnings.extend(other.warnings);
    }
}

/// Whether the results of a study can be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// How many experiments the study has.
    pub experiments: usize,
    /// How many of them have a result without a finding.
    pub usable: usize,
    /// A row for each cell.
    pub cells: Vec<Row>,
    /// Rules that are broken, by rule and experiment.
    pub findings: Vec<Finding>,
    /// Rules that could not be applied, by rule and reason.
    pub unjudged: Vec<Unjudged>,
    /// What should be looked at.
    pub warnings: Vec<Warning>,
    /// Fields of the environment that are not the same everywhere.
    pub environment: Vec<Difference>,
}

impl Verification {
    /// Draws the conclusion from what is in the place of each experiment of the study and from what
    /// was found in the results.
    #[must_use]
    pub fn conclude(
        found: &BTreeMap<ExperimentId, Found>,
        judgement: Judgement,
        environments: &Environments,
        copies: &Copies,
    ) -> Self {
        let mut all = judgement;
        for (experiment, found) in found {
            all.findings.extend(found.finding(experiment));
        }
        let (environment, of_environment) = environments.compare();
        all.add(of_environment);
        all.findings.extend(copies.findings());
        let Judgement { mut findings, doubts, mut warnings } = all;
        findings.sort();
        warnings.sort();
        let cells = table::rows(found, &findings);
        let is_usable = |state: &&State| **state == State::Usable;
        let usable = cells.iter().map(|row| row.runs.iter().filter(is_usable).count()).sum();
        Self {
            experiments: found.len(),
            usable,
            cells,
            findings,
            unjudged: grouped(doubts),
            warnings,
            environment,
        }
    }

    /// Whether no rule is broken.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.findings.is_empty()
    }
}

fn grouped(doubts: Vec<(Rule, String, Option<ExperimentId>)>) -> Vec<Unjudged> {
    let mut groups: BTreeMap<(Rule, String), Vec<ExperimentId>> = BTreeMap::new();
    for (rule, reason, experiment) in doubts {
        groups.entry((rule, reason)).or_default().extend(experiment);
    }
    let unjudged = |((rule, reason), mut experiments): (_, Vec<_>)| {
        experiments.sort();
        Unjudged { rule, reason, experiments }
    };
    groups.into_iter().map(unjudged).collect()
}
