//! Which experiments a workspace's study has, and how many of them have ended for good.
//! What the rules of the schedule are is known to the core.

use std::collections::{BTreeMap, BTreeSet};

use gen_tf_core::{
    harness::Limits,
    id::{AttemptId, AttemptObject, ExperimentId},
    schedule::{self, Attempt, State, Traces},
};
use gen_tf_store::{Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::home::Ended;

/// The experiments of a study, as `gen-tf.json` has them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Matrix {
    /// Cells by service and tool.
    #[serde(default)]
    pub cells: BTreeMap<String, BTreeMap<String, Cell>>,
    /// Runs of each cell.
    #[serde(default)]
    pub runs: u32,
    /// Most attempts of an experiment that follow by themselves; an older gen-tf did not render it.
    pub attempts: Option<u32>,
    /// The tool's time, in seconds; an older gen-tf did not render it.
    pub duration: Option<u64>,
}

/// What a study says of a tool on a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Hash over everything that can change a result.
    pub definition: String,
    /// Limits of a trustworthy result; an older gen-tf did not render them.
    pub limits: Option<Limits>,
}

impl Matrix {
    /// How many experiments there are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.cells.values().map(BTreeMap::len).sum::<usize>() * self.runs as usize
    }

    /// Whether an attempt was run under the definition that its cell has now.
    pub(crate) fn is_current(&self, ended: &Ended) -> bool {
        let cell = self.cell(&ended.id.experiment);
        cell.is_some_and(|cell| cell.definition == ended.definition)
    }

    /// The cell of an experiment, whichever run it is.
    #[must_use]
    pub fn cell(&self, id: &ExperimentId) -> Option<&Cell> {
        self.cells.get(&id.service)?.get(&id.tool)
    }

    /// Whether the study has the experiment.
    #[must_use]
    pub fn has(&self, id: &ExperimentId) -> bool {
        (1..=self.runs).contains(&id.run) && self.cell(id).is_some()
    }

    /// Where every experiment stands, by what has ended and what a person wants to be tried again.
    #[must_use]
    pub fn survey(
        &self,
        ended: &[Ended],
        retries: &BTreeSet<AttemptId>,
    ) -> Vec<(ExperimentId, State)> {
        let mut traces: BTreeMap<&ExperimentId, Traces> = BTreeMap::new();
        for ended in ended {
            let traces = traces.entry(&ended.id.experiment).or_default();
            traces.attempts.insert(ended.id.attempt, trace(ended, retries));
        }
        let state = |id: &ExperimentId| {
            let limit = self.attempts.unwrap_or(u32::MAX);
            traces.get(id).map_or(State::Pending { next: 1 }, |t| schedule::state_of(t, limit))
        };
        self.experiments().map(|id| (id.clone(), state(&id))).collect()
    }

    /// Every experiment, by service, tool and run.
    pub fn experiments(&self) -> impl Iterator<Item = ExperimentId> {
        let cells = self
            .cells
            .iter()
            .flat_map(|(service, tools)| tools.keys().map(move |tool| (service, tool)));
        cells.flat_map(|(service, tool)| {
            (1..=self.runs).map(|run| ExperimentId {
                service: service.clone(),
                tool: tool.clone(),
                run,
            })
        })
    }
}

fn trace(ended: &Ended, retries: &BTreeSet<AttemptId>) -> Attempt {
    Attempt {
        claimed: true,
        ended: Some(schedule::Ended {
            verdict: ended.verdict,
            cause: ended.cause,
            definition: ended.definition.clone(),
        }),
        retry_wanted: retries.contains(&ended.id),
        archived: ended.archived,
    }
}

/// The attempts after which a person wants another one.
pub fn retries(store: &Store) -> Result<BTreeSet<AttemptId>, StoreError> {
    attempts(store, AttemptObject::Retry)
}

/// The attempts that have an object of a kind.
pub(crate) fn attempts(
    store: &Store,
    kind: AttemptObject,
) -> Result<BTreeSet<AttemptId>, StoreError> {
    let entries = store.list(&format!("{}/", kind.prefix()))?;
    Ok(entries.iter().filter_map(|entry| kind.attempt_of(&entry.key)).collect())
}
