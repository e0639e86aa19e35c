//! What is missing of a study: the first thing that a report says.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ExperimentRow, State};
use crate::{id::ExperimentId, outcome::Cause};

/// How much of a study its results hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Completeness {
    /// Whether every experiment has succeeded, each with metrics, and nothing speaks against the
    /// results.
    pub is_whole: bool,
    /// The same in a sentence.
    pub statement: String,
    /// How many experiments the study has.
    pub expected: usize,
    /// How many of them have succeeded.
    pub succeeded: usize,
    /// How many of these are in the figures.
    pub counted: usize,
    /// Those that have not succeeded.
    pub missing: Vec<Missing>,
    /// Experiments that have succeeded and have no metrics: they are in no figure.
    #[schemars(with = "Vec<String>")]
    pub without_metrics: Vec<ExperimentId>,
    /// Folders of the results that can't be used: they are in no figure.
    pub unusable: Vec<Unusable>,
    /// Results of experiments that the study does not have: they are in no figure.
    #[schemars(with = "Vec<String>")]
    pub not_in_study: Vec<ExperimentId>,
}

/// A folder of results that can't be used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Unusable {
    /// Where it is, relative to the results folder.
    pub place: String,
    /// Why it can't be used.
    pub reason: String,
}

/// An experiment without results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Missing {
    /// The experiment.
    #[schemars(with = "String")]
    pub experiment: ExperimentId,
    /// How many attempts have failed.
    pub failed_attempts: u32,
    /// Why the last of them failed; null where nothing is known of any attempt.
    pub cause: Option<Cause>,
}

impl Completeness {
    pub(super) fn of(
        rows: &[ExperimentRow],
        findings: usize,
        unusable: Vec<Unusable>,
        not_in_study: Vec<ExperimentId>,
    ) -> Self {
        let (succeeded, others): (Vec<_>, Vec<_>) =
            rows.iter().partition(|row| row.state == State::Succeeded);
        let missing = others.into_iter().map(|row| Missing {
            experiment: row.experiment.clone(),
            failed_attempts: row.failed_attempts,
            cause: row.cause,
        });
        let without_metrics: Vec<ExperimentId> = succeeded
            .iter()
            .filter(|row| !row.has_metrics)
            .map(|row| row.experiment.clone())
            .collect();
        let mut told = Self {
            is_whole: false,
            statement: String::new(),
            expected: rows.len(),
            succeeded: succeeded.len(),
            counted: succeeded.iter().filter(|row| row.counted).count(),
            missing: missing.collect(),
            without_metrics,
            unusable,
            not_in_study,
        };
        told.statement = told.statement(findings);
        told.is_whole = told.missing.is_empty()
            && told.without_metrics.is_empty()
            && told.unusable.is_empty()
            && findings == 0;
        told
    }

    fn statement(&self, findings: usize) -> String {
        let Self { expected, succeeded, counted, .. } = self;
        let mut text = match expected {
            0 => "The study has no experiments".to_owned(),
            1 if *succeeded == 1 => "The one experiment of the study has succeeded".to_owned(),
            1 => "The one experiment of the study has not succeeded".to_owned(),
            _ if succeeded == expected => {
                format!("All {expected} of {expected} experiments have succeeded")
            }
            _ if *succeeded == 0 => format!("None of the {expected} experiments has succeeded"),
            _ => format!("Only {succeeded} of {expected} experiments have succeeded"),
        };
        if counted < succeeded {
            text += &match expected {
                1 => ", and is in no figure".to_owned(),
                _ => format!(", {counted} of them in the figures"),
            };
        }
        if !self.without_metrics.is_empty() {
            text += &format!("; {} without metrics", self.without_metrics.len());
        }
        let count = |number: usize, one: &str, more: &str| match number {
            0 => String::new(),
            1 => format!("; there is 1 {one}"),
            _ => format!("; there are {number} {more}"),
        };
        text += &count(findings, "finding against the results", "findings against the results");
        text +=
            &count(self.unusable.len(), "folder that can't be used", "folders that can't be used");
        text + "."
    }
}
