//! Results that are those of one and the same run: evidence is compared by its hashes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Rule};
use crate::{
    id::{AttemptId, AttemptObject, ExperimentId},
    outcome::Outcome,
};

/// The hashes by which the evidence of a result is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// sha256 of its archive.
    pub archive: Option<String>,
    /// sha256 of its record of requests; absent where there is none, or no request in it.
    pub record: Option<String>,
    /// Whether its archive lies under the key of the experiment that its outcome names.
    pub is_own: bool,
}

impl Evidence {
    /// Whether the archive that an outcome names is that of its own attempt.
    #[must_use]
    pub fn is_own(outcome: &Outcome) -> bool {
        let id = AttemptId { experiment: outcome.experiment.clone(), attempt: outcome.attempt };
        let key = AttemptObject::Results.key(&id);
        outcome.results.as_ref().is_some_and(|results| results.archive == key)
    }
}

/// The evidence of all results.
#[derive(Clone, Debug, Default)]
pub struct Copies {
    by_hash: BTreeMap<(&'static str, String), BTreeSet<ExperimentId>>,
    not_own: BTreeSet<ExperimentId>,
}

impl Copies {
    /// Takes note of a result's evidence.
    pub fn add(&mut self, experiment: &ExperimentId, evidence: Evidence) {
        let hashes =
            [("archive of results", evidence.archive), ("record of requests", evidence.record)];
        for (what, hash) in hashes {
            let Some(hash) = hash else { continue };
            self.by_hash.entry((what, hash)).or_default().insert(experiment.clone());
        }
        if !evidence.is_own {
            self.not_own.insert(experiment.clone());
        }
    }

    /// A finding for each copy.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let mut findings: BTreeMap<&ExperimentId, Finding> = BTreeMap::new();
        for ((what, hash), group) in self.by_hash.iter().filter(|(_, group)| group.len() > 1) {
            let original = self.original(group);
            for experiment in group.iter().filter(|experiment| Some(*experiment) != original) {
                let others: Vec<_> = group
                    .iter()
                    .filter(|other| *other != experiment)
                    .map(ToString::to_string)
                    .collect();
                let message = format!(
                    "has the same {what} (sha256 {}) as {}: one run cannot count twice",
                    hash.get(..12).unwrap_or(hash),
                    others.join(", ")
                );
                // The archive comes first, and says all.
                let finding = Finding::new(Rule::DistinctEvidence, experiment, message);
                findings.entry(experiment).or_insert(finding);
            }
        }
        findings.into_values().collect()
    }

    /// The one of the group that may count: the only one whose archive is its own, or else the first
    /// run of their cell. Of results in several cells nobody can tell whose the evidence is.
    fn original<'a>(&self, group: &'a BTreeSet<ExperimentId>) -> Option<&'a ExperimentId> {
        let mut own = group.iter().filter(|experiment| !self.not_own.contains(experiment));
        if let (Some(only), None) = (own.next(), own.next()) {
            return Some(only);
        }
        let first = group.first()?;
        let is_one_cell =
            group.iter().all(|e| (&e.service, &e.tool) == (&first.service, &first.tool));
        is_one_cell.then_some(first)
    }
}
