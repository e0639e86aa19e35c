//! Looks at the store and at the machines: what the schedule decides from. It changes nothing.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use gen_tf_core::{
    id::{AttemptId, AttemptObject, ExperimentId, setup_key_of},
    outcome::{Outcome, Status},
    schedule::{Attempt, Ended, Life, Machine, Observations, Placed, Signs},
};
use gen_tf_store::{Entry, Store, StoreError};
use jiff::Timestamp;
use serde::de::IgnoredAny;

use crate::{project::Project, sandbox, workspace::Workspace};

/// What was seen at one moment.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// What the schedule decides from.
    pub observations: Observations,
    /// What each attempt with a machine is doing, as it last said.
    pub statuses: BTreeMap<ExperimentId, Status>,
    /// Every outcome, less what it says of its machine and its files.
    pub outcomes: BTreeMap<AttemptId, Arc<Outcome>>,
    /// What is made of the signs of each attempt on a VM that has not ended.
    pub lives: BTreeMap<AttemptId, Life>,
}

/// How many outcomes are read before what is not needed of them is forgotten.
const OUTCOMES_AT_ONCE: usize = 1000;

/// Looks again and again; what is put once is read once.
///
/// A look costs a listing of `outcomes/` and the status of each active attempt, however many have
/// ended. Claims are listed only where attempts may have begun of which the applied set knows nothing.
pub struct Observer {
    store: Store,
    workspace: Workspace,
    /// Whether machines are VMs, of which only the store tells.
    vms: bool,
    /// Whether Terraform's state has the store's bucket.
    bucket: bool,
    /// The applied active set, where somebody knows better than the workspace's file.
    applied: Option<Placed>,
    /// Every outcome that was ever seen, less what only `gen-tf-sync` needs.
    outcomes: HashMap<AttemptId, Arc<Outcome>>,
    /// When each attempt was claimed that has not ended.
    claims: BTreeMap<AttemptId, Timestamp>,
    /// Whether all claims have been listed since the applied set was last learnt.
    knows_claims: bool,
    /// When an attempt of unknown start was first seen.
    first_seen: HashMap<AttemptId, i64>,
}

impl Observer {
    /// An observer that has seen nothing yet.
    #[must_use]
    pub fn new(project: &Project, store: Store, workspace: Workspace) -> Self {
        Self::of(store, workspace, project.gcp().is_some())
    }

    fn of(store: Store, workspace: Workspace, vms: bool) -> Self {
        Self {
            store,
            workspace,
            vms,
            bucket: false,
            applied: None,
            outcomes: HashMap::new(),
            claims: BTreeMap::new(),
            knows_claims: false,
            first_seen: HashMap::new(),
        }
    }

    /// The store that it looks at.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Says whether Terraform's state has the store's bucket: then it is there, whatever is answered.
    pub fn know_bucket(&mut self, exists: bool) {
        self.bucket = exists;
    }

    /// Takes this for the applied active set from now on, and not what the workspace's file says.
    pub fn know_applied(&mut self, applied: Placed) {
        self.applied = Some(applied);
        // Another gen-tf may have started and removed attempts meanwhile.
        self.knows_claims = false;
    }

    /// The applied active set.
    ///
    /// # Errors
    ///
    /// When the workspace's file can't be read.
    pub fn applied(&self) -> anyhow::Result<Placed> {
        match &self.applied {
            Some(applied) => Ok(applied.clone()),
            None => Ok(self.workspace.active_set()?),
        }
    }

    /// Looks at everything.
    ///
    /// # Errors
    ///
    /// When the store or the workspace can't be read: never taken for "no results". Only where no state
    /// knows the store's bucket, as before the first apply, one that does not exist is an empty store.
    pub fn observe(&mut self) -> anyhow::Result<Snapshot> {
        let applied = self.applied()?;
        if !self.vms {
            return self.observe_sandboxes(&applied);
        }
        match self.observe_vms(&applied) {
            Err(error) if !self.bucket && applied.is_empty() && is_missing_bucket(&error) => {
                Ok(Snapshot::default())
            }
            other => other,
        }
    }

    fn observe_sandboxes(&mut self, applied: &Placed) -> anyhow::Result<Snapshot> {
        let mut snapshot = Snapshot::default();
        // Machines first: one that is gone by now has put its outcome before, so that an attempt
        // that just ended is never taken for a lost one.
        let sandboxes = sandbox::list(&self.workspace.sandboxes())?;
        self.read_claims(applied)?;
        let statuses = self.read_statuses(&self.of_applied(applied))?;
        self.see_store(&mut snapshot)?;
        see_applied(applied, &mut snapshot);
        for sandbox in sandboxes {
            let traces = snapshot.observations.experiments.entry(sandbox.experiment).or_default();
            traces.machine = Some(sandbox.machine);
        }
        for (id, (_, status)) in statuses {
            if !snapshot.outcomes.contains_key(&id) {
                snapshot.statuses.insert(id.experiment, status);
            }
        }
        Ok(snapshot)
    }

    /// A VM is known by what it writes: the store's clock, its claim and its beats, in this order, and
    /// outcomes last, so that one that ends meanwhile is never taken for a lost one.
    fn observe_vms(&mut self, applied: &Placed) -> anyhow::Result<Snapshot> {
        let mut snapshot = Snapshot::default();
        let now = self.store.now()?.as_second();
        self.read_claims(applied)?;
        let mut signs = self.signs_of(applied, now);
        let ids: Vec<AttemptId> = signs.keys().cloned().collect();
        let mut statuses = self.read_statuses(&ids)?;
        self.see_store(&mut snapshot)?;
        see_applied(applied, &mut snapshot);
        signs.retain(|id, _| !snapshot.outcomes.contains_key(id));
        for (id, mut signs) in signs {
            let status = statuses.remove(&id);
            signs.beat = status.as_ref().map(|(beat, _)| beat.as_second());
            let life = signs.life(now);
            let machine = Machine { attempt: id.attempt, alive: life == Life::Alive };
            let traces =
                snapshot.observations.experiments.entry(id.experiment.clone()).or_default();
            if traces.machine.is_none_or(|known| known.attempt < machine.attempt) {
                traces.machine = Some(machine);
            }
            if let Some((_, status)) = status {
                snapshot.statuses.insert(id.experiment.clone(), status);
            }
            snapshot.lives.insert(id, life);
        }
        Ok(snapshot)
    }

    /// The attempts of the applied set that have not ended as far as is known.
    fn of_applied(&self, applied: &Placed) -> Vec<AttemptId> {
        let attempts = applied
            .iter()
            .map(|(id, entry)| AttemptId { experiment: id.clone(), attempt: entry.attempt });
        attempts.filter(|id| !self.outcomes.contains_key(id)).collect()
    }

    /// Reads claims: all of them where the applied set may not tell of every attempt that runs, else
    /// those of the applied set that are missing.
    fn read_claims(&mut self, applied: &Placed) -> anyhow::Result<()> {
        // Who has no word for the applied set sees by its claims alone what another gen-tf has started.
        if self.knows_claims && (!self.vms || self.applied.is_some()) {
            let missing = self.of_applied(applied);
            let missing: Vec<AttemptId> =
                missing.into_iter().filter(|id| !self.claims.contains_key(id)).collect();
            let keys: Vec<String> = missing.iter().map(|id| AttemptObject::Claim.key(id)).collect();
            let claims = self.store.get_json_each::<IgnoredAny>(&keys)?;
            let times = claims.into_iter().map(|claim| claim.map(|(time, _)| time));
            self.claims
                .extend(missing.into_iter().zip(times).filter_map(|(id, time)| Some((id, time?))));
            return Ok(());
        }
        // What has ended needs no beat: whoever looks for the first time would read thousands.
        self.read_outcomes()?;
        self.claims = times(AttemptObject::Claim, &self.store.list("claims/")?);
        self.claims.retain(|id, _| !self.outcomes.contains_key(id));
        self.knows_claims = true;
        Ok(())
    }

    /// The signs of every attempt that was started or claimed and has not ended.
    fn signs_of(&mut self, applied: &Placed, now: i64) -> BTreeMap<AttemptId, Signs> {
        let mut signs: BTreeMap<AttemptId, Signs> = BTreeMap::new();
        for (id, time) in &self.claims {
            signs.entry(id.clone()).or_default().claimed = Some(time.as_second());
        }
        for id in self.of_applied(applied) {
            let known = applied.get(&id.experiment).and_then(|entry| entry.started);
            let started =
                known.unwrap_or_else(|| *self.first_seen.entry(id.clone()).or_insert(now));
            signs.entry(id).or_default().started = Some(started);
        }
        signs
    }

    /// The status of each attempt that has one, with the time of its last beat.
    fn read_statuses(
        &self,
        ids: &[AttemptId],
    ) -> anyhow::Result<BTreeMap<AttemptId, (Timestamp, Status)>> {
        let keys: Vec<String> = ids.iter().map(|id| AttemptObject::Status.key(id)).collect();
        let statuses = self.store.get_json_each(&keys)?;
        let found = ids.iter().zip(statuses).filter_map(|(id, it)| Some((id.clone(), it?)));
        Ok(found.collect())
    }

    /// Lists a kind of object.
    fn attempts(&self, kind: AttemptObject) -> anyhow::Result<Vec<AttemptId>> {
        let entries = self.store.list(&format!("{}/", kind.prefix()))?;
        Ok(entries.iter().filter_map(|entry| kind.attempt_of(&entry.key)).collect())
    }

    /// Lists outcomes and reads those that are new.
    fn read_outcomes(&mut self) -> anyhow::Result<Vec<AttemptId>> {
        let listed = self.attempts(AttemptObject::Outcome)?;
        let new: Vec<&AttemptId> =
            listed.iter().filter(|id| !self.outcomes.contains_key(id)).collect();
        for part in new.chunks(OUTCOMES_AT_ONCE) {
            let keys: Vec<String> = part.iter().map(|id| AttemptObject::Outcome.key(id)).collect();
            let outcomes = self.store.get_json_each::<Outcome>(&keys)?;
            for (id, outcome) in part.iter().zip(outcomes) {
                let Some((_, outcome)) = outcome else { continue };
                self.outcomes.insert((*id).clone(), Arc::new(shortened(outcome)));
            }
        }
        Ok(listed)
    }

    /// Everything of the store but signs of life; outcomes last.
    fn see_store(&mut self, snapshot: &mut Snapshot) -> anyhow::Result<()> {
        for entry in self.store.list("setup/")? {
            if let Some(key) = setup_key_of(&entry.key) {
                snapshot.observations.setups.insert(key.to_owned());
            }
        }
        let experiments = &mut snapshot.observations.experiments;
        let mut see = |id: AttemptId, change: &dyn Fn(&mut Attempt)| {
            let traces = experiments.entry(id.experiment).or_default();
            change(traces.attempts.entry(id.attempt).or_default());
        };
        for id in self.attempts(AttemptObject::Retry)? {
            see(id, &|attempt| attempt.retry_wanted = true);
        }
        for id in self.attempts(AttemptObject::Archived)? {
            see(id, &|attempt| attempt.archived = true);
        }
        for id in self.read_outcomes()? {
            let Some(outcome) = self.outcomes.get(&id).cloned() else { continue };
            self.claims.remove(&id);
            let ended = Ended {
                verdict: outcome.outcome,
                cause: outcome.cause,
                definition: outcome.definition.clone(),
            };
            see(id.clone(), &|attempt| attempt.ended = Some(ended.clone()));
            snapshot.outcomes.insert(id, outcome);
        }
        for id in self.claims.keys() {
            see(id.clone(), &|attempt| attempt.claimed = true);
        }
        Ok(())
    }
}

/// An outcome less what it says of its machine and its files, which is most of it.
fn shortened(outcome: Outcome) -> Outcome {
    Outcome { environment: BTreeMap::new(), results: None, ..outcome }
}

fn see_applied(applied: &Placed, snapshot: &mut Snapshot) {
    for (id, entry) in applied {
        let traces = snapshot.observations.experiments.entry(id.clone()).or_default();
        traces.applied = Some(entry.attempt);
    }
}

/// When each attempt's object was last written.
fn times(kind: AttemptObject, entries: &[Entry]) -> BTreeMap<AttemptId, Timestamp> {
    let time = |entry: &Entry| Some((kind.attempt_of(&entry.key)?, entry.modified));
    entries.iter().filter_map(time).collect()
}

/// Whether a store could not be read because its bucket does not exist.
#[must_use]
pub fn is_missing_bucket(error: &anyhow::Error) -> bool {
    error.downcast_ref::<StoreError>().is_some_and(StoreError::is_missing_bucket)
}

#[cfg(test)]
mod tests {
    use std::{fs, time::SystemTime};

    use camino::Utf8Path;
    use gen_tf_core::schedule;

    use super::*;

    /// A store whose objects are of any age, and an observer of VMs that looks at it.
    struct World {
        folder: tempfile::TempDir,
        observer: Observer,
    }

    impl World {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = Utf8Path::from_path(folder.path()).unwrap();
            let store = Store::open(path.join("store").as_str()).unwrap();
            let observer = Observer::of(store, Workspace::at(&path.join("workspace")), true);
            Self { folder, observer }
        }

        fn put(&self, key: &str, text: &str, seconds_ago: u64) {
            let path = self.folder.path().join("store").join(key);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            let time = SystemTime::now() - std::time::Duration::from_secs(seconds_ago);
            fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
        }

        fn status(&self, attempt: u32, phase: &str, seconds_ago: u64) {
            let text = format!(
                "{{\"format\":1,\"experiment\":\"s/t/1\",\"attempt\":{attempt},\"phase\":\"{phase}\",\
                 \"elapsed\":1,\"tool_seconds\":0,\"requests\":null,\"beat\":\"\"}}"
            );
            self.put(&format!("status/s/t/1/{attempt}.json"), &text, seconds_ago);
        }

        fn start(&mut self, attempt: u32, seconds_ago: i64) {
            let started = Some(Timestamp::now().as_second() - seconds_ago);
            let entry = schedule::Entry { started, ..schedule::Entry::of(attempt) };
            self.observer.know_applied(BTreeMap::from([(id(), entry)]));
        }

        fn life(&mut self, attempt: u32) -> (Option<Life>, Option<Machine>) {
            let snapshot = self.observer.observe().unwrap();
            let life = snapshot.lives.get(&AttemptId { experiment: id(), attempt }).copied();
            let traces = snapshot.observations.experiments.get(&id());
            (life, traces.and_then(|traces| traces.machine))
        }
    }

    fn id() -> ExperimentId {
        "s/t/1".parse().unwrap()
    }

    fn seen(life: Life, attempt: u32) -> (Option<Life>, Option<Machine>) {
        (Some(life), Some(Machine { attempt, alive: life == Life::Alive }))
    }

    #[test]
    fn a_vm_is_known_by_its_claim_and_its_beats_alone() {
        let mut world = World::new();
        assert_eq!(world.life(1), (None, None));
        world.start(1, 100);
        assert_eq!(world.life(1), seen(Life::Alive, 1));
        world.start(1, 1000);
        assert_eq!(world.life(1), seen(Life::Unclaimed, 1));
        world.put("claims/s/t/1/1.json", "{}", 400);
        assert_eq!(world.life(1), seen(Life::Silent, 1));
        world.status(1, "run", 20);
        assert_eq!(world.life(1), seen(Life::Alive, 1));
        world.status(1, "run", 301);
        assert_eq!(world.life(1), seen(Life::Silent, 1));
    }

    #[test]
    fn a_claimed_attempt_that_no_active_set_holds_is_not_lost_while_it_beats() {
        let mut world = World::new();
        world.put("claims/s/t/1/2.json", "{}", 4000);
        world.status(2, "setup", 10);
        assert_eq!(world.life(2), seen(Life::Alive, 2));
    }

    #[test]
    fn an_attempt_of_unknown_start_has_its_time_from_when_it_was_first_seen() {
        let mut world = World::new();
        world.observer.know_applied(BTreeMap::from([(id(), schedule::Entry::of(1))]));
        assert_eq!(world.life(1), seen(Life::Alive, 1));
    }

    #[test]
    fn a_claim_that_comes_later_is_seen_without_listing_what_has_ended() {
        let mut world = World::new();
        world.start(1, 800);
        assert_eq!(world.life(1), seen(Life::Alive, 1));
        world.put("claims/s/t/1/1.json", "{}", 400);
        assert_eq!(world.life(1), seen(Life::Silent, 1));
        world.status(1, "run", 20);
        assert_eq!(world.life(1), seen(Life::Alive, 1));
    }

    #[test]
    fn what_another_gen_tf_has_started_and_removed_is_seen_when_the_applied_set_is_learnt_again() {
        let mut world = World::new();
        world.observer.know_applied(BTreeMap::new());
        assert_eq!(world.life(1), (None, None));
        world.put("claims/s/t/1/1.json", "{}", 400);
        world.observer.know_applied(BTreeMap::new());
        assert_eq!(world.life(1), seen(Life::Silent, 1));
    }

    #[test]
    fn a_status_is_read_again_when_it_was_written_again() {
        let mut world = World::new();
        world.start(1, 60);
        world.put("claims/s/t/1/1.json", "{}", 50);
        let mut phase = |phase: &str, seconds_ago: u64| {
            world.status(1, phase, seconds_ago);
            world.observer.observe().unwrap().statuses[&id()].phase.clone()
        };
        assert_eq!(phase("setup", 30), "setup");
        assert_eq!(phase("run", 10), "run");
    }
}
