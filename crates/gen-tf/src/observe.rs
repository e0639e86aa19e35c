//! Looks at the store and at this machine: what the schedule decides from. It changes nothing.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use gen_tf_core::{
    id::{AttemptId, AttemptObject, ExperimentId, setup_key_of},
    outcome::{Outcome, Status},
    schedule::{ActiveSet, Ended, Observations},
};
use gen_tf_store::Store;

use crate::{sandbox, workspace::Workspace};

/// What was seen at one moment.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// What the schedule decides from.
    pub observations: Observations,
    /// What each attempt with a machine is doing, as it last said.
    pub statuses: BTreeMap<ExperimentId, Status>,
    /// Every outcome.
    pub outcomes: BTreeMap<AttemptId, Arc<Outcome>>,
}

/// Looks again and again; what is put once is read once.
pub struct Observer {
    store: Store,
    workspace: Workspace,
    outcomes: HashMap<AttemptId, Arc<Outcome>>,
}

impl Observer {
    /// An observer that has seen nothing yet.
    #[must_use]
    pub fn new(store: Store, workspace: Workspace) -> Self {
        Self { store, workspace, outcomes: HashMap::new() }
    }

    /// The store that it looks at.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Looks at everything.
    ///
    /// # Errors
    ///
    /// When the store or the workspace can't be read: never taken for "no results".
    pub fn observe(&mut self) -> anyhow::Result<Snapshot> {
        let mut snapshot = Snapshot::default();
        // Machines first: one that is gone by now has put its outcome before, so that an attempt
        // that just ended is never taken for a lost one.
        let applied = self.workspace.active_set()?;
        let sandboxes = sandbox::list(&self.workspace.sandboxes())?;
        for entry in self.store.list("setup/")? {
            if let Some(key) = setup_key_of(&entry.key) {
                snapshot.observations.setups.insert(key.to_owned());
            }
        }
        self.see_attempts(&mut snapshot)?;
        let experiments = &mut snapshot.observations.experiments;
        for (id, attempt) in &applied {
            experiments.entry(id.clone()).or_default().applied = Some(*attempt);
        }
        for sandbox in sandboxes {
            experiments.entry(sandbox.experiment).or_default().machine = Some(sandbox.machine);
        }
        self.see_statuses(&applied, &mut snapshot)?;
        Ok(snapshot)
    }

    fn see_attempts(&mut self, snapshot: &mut Snapshot) -> anyhow::Result<()> {
        let experiments = &mut snapshot.observations.experiments;
        let attempts = |kind: AttemptObject| -> anyhow::Result<Vec<AttemptId>> {
            let entries = self.store.list(&format!("{}/", kind.prefix()))?;
            Ok(entries.iter().filter_map(|entry| kind.attempt_of(&entry.key)).collect())
        };
        for id in attempts(AttemptObject::Claim)? {
            let traces = experiments.entry(id.experiment).or_default();
            traces.attempts.entry(id.attempt).or_default().claimed = true;
        }
        for id in attempts(AttemptObject::Retry)? {
            let traces = experiments.entry(id.experiment).or_default();
            traces.attempts.entry(id.attempt).or_default().retry_wanted = true;
        }
        for id in attempts(AttemptObject::Outcome)? {
            let Some(outcome) = read_once(&self.store, &mut self.outcomes, &id)? else { continue };
            let traces = experiments.entry(id.experiment.clone()).or_default();
            traces.attempts.entry(id.attempt).or_default().ended = Some(Ended {
                verdict: outcome.outcome,
                cause: outcome.cause,
                definition: outcome.definition.clone(),
            });
            snapshot.outcomes.insert(id, outcome);
        }
        Ok(())
    }

    fn see_statuses(&self, applied: &ActiveSet, snapshot: &mut Snapshot) -> anyhow::Result<()> {
        for (id, attempt) in applied {
            let attempt = AttemptId { experiment: id.clone(), attempt: *attempt };
            if snapshot.outcomes.contains_key(&attempt) {
                continue;
            }
            if let Some(status) = self.store.get_json(&AttemptObject::Status.key(&attempt))? {
                snapshot.statuses.insert(id.clone(), status);
            }
        }
        Ok(())
    }
}

fn read_once(
    store: &Store,
    known: &mut HashMap<AttemptId, Arc<Outcome>>,
    id: &AttemptId,
) -> anyhow::Result<Option<Arc<Outcome>>> {
    if let Some(outcome) = known.get(id) {
        return Ok(Some(outcome.clone()));
    }
    let outcome: Option<Outcome> = store.get_json(&AttemptObject::Outcome.key(id))?;
    Ok(outcome.map(|outcome| known.entry(id.clone()).or_insert(Arc::new(outcome)).clone()))
}
