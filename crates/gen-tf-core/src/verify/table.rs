//! Cells × runs: what is in the place of each experiment. What is wrong with a result that is there
//! is told by findings.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Finding, Rule};
use crate::{id::ExperimentId, outcome::Cause};

/// What is in the place of an experiment's results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The results of a succeeded attempt.
    Result,
    /// Nothing, and no attempt of it has failed.
    Nothing,
    /// Nothing; the last attempt that is home has failed.
    Failed {
        /// Its number.
        attempt: u32,
        /// Why, where its outcome says so.
        cause: Option<Cause>,
    },
    /// Something that is no result of a succeeded attempt.
    Broken {
        /// What is wrong with it.
        why: String,
    },
}

impl Found {
    /// That there is no result, unless there is one.
    pub(super) fn finding(&self, experiment: &ExperimentId) -> Option<Finding> {
        let message = match self {
            Self::Result => return None,
            Self::Nothing => {
                "has no result, and no failed attempt either: not run yet, not pulled, or \
                              its folder was removed"
                    .to_owned()
            }
            Self::Failed { attempt, cause } => {
                let cause = cause.map_or("for an unknown cause", Cause::name);
                format!("has no result; its last attempt {attempt} has failed: {cause}")
            }
            Self::Broken { why } => why.clone(),
        };
        Some(Finding::new(Rule::CompleteMatrix, experiment, message))
    }
}

/// Where an experiment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Its result breaks no rule.
    Usable,
    /// Its result breaks a rule.
    Finding,
    /// What is in its place is no result of a succeeded attempt.
    Broken,
    /// It has no result, and its last attempt has failed.
    Failed,
    /// It has no result.
    Missing,
}

impl State {
    /// Every state, in the order of the legend.
    pub const ALL: [Self; 5] =
        [Self::Usable, Self::Finding, Self::Broken, Self::Failed, Self::Missing];

    /// The letter that stands for it in a table.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::Usable => '+',
            Self::Finding => '!',
            Self::Broken => 'B',
            Self::Failed => 'F',
            Self::Missing => '-',
        }
    }

    /// What it means, in a few words.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Usable => "can be used",
            Self::Finding => "breaks a rule",
            Self::Broken => "is no result of a succeeded attempt",
            Self::Failed => "has failed",
            Self::Missing => "is missing",
        }
    }
}

/// The runs of a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The service.
    pub service: String,
    /// The tool.
    pub tool: String,
    /// Each run, from the first on.
    pub runs: Vec<State>,
}

/// A row for each cell, by service and tool.
pub(super) fn rows(found: &BTreeMap<ExperimentId, Found>, findings: &[Finding]) -> Vec<Row> {
    let faulty: BTreeSet<_> = findings.iter().filter_map(|f| f.experiment.as_ref()).collect();
    let mut rows: Vec<Row> = Vec::new();
    for (id, found) in found {
        let state = match found {
            Found::Result if faulty.contains(id) => State::Finding,
            Found::Result => State::Usable,
            Found::Nothing => State::Missing,
            Found::Failed { .. } => State::Failed,
            Found::Broken { .. } => State::Broken,
        };
        match rows.last_mut() {
            Some(row) if row.service == id.service && row.tool == id.tool => row.runs.push(state),
            _ => {
                let (service, tool) = (id.service.clone(), id.tool.clone());
                rows.push(Row { service, tool, runs: vec![state] });
            }
        }
    }
    rows
}
