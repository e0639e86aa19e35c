//! A model of what the schedule works in: a store that puts once, machines with guests, Terraform's
//! state, persons, a clock, and gen-tf as it looks and steps. What must hold is in `promises.rs`.

use std::collections::{BTreeMap, BTreeSet};

use gen_tf_core::{
    blueprint::Blueprint,
    id::{AttemptId, ExperimentId},
    outcome::{Cause, Verdict},
    schedule::{
        ActiveSet, Attempt, Ended, Entry, Life, Limits, Machine, Observations, Placed, Signs,
        State, Survey, attempts, lost, next_active, place, survey, unplaced,
    },
};

use crate::promises;

/// What a store holds, with the time of each write.
#[derive(Default)]
pub struct Store {
    /// Who has claimed: the serial number of a machine, or 0 for gen-tf.
    pub claims: BTreeMap<AttemptId, (i64, u32)>,
    pub beats: BTreeMap<AttemptId, Vec<i64>>,
    pub outcomes: BTreeMap<AttemptId, (i64, Ended)>,
    pub retries: BTreeMap<AttemptId, i64>,
    pub archived: BTreeMap<AttemptId, i64>,
    pub setups: BTreeMap<String, i64>,
}

/// How far back, in seconds, each kind of object is seen as it was.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lag {
    pub claims: i64,
    pub beats: i64,
    pub outcomes: i64,
    pub wishes: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Booting,
    Working,
    Stopped,
}

/// A machine and the guest on it.
pub struct Guest {
    pub serial: u32,
    pub id: AttemptId,
    pub phase: Phase,
    /// Whether Terraform's state has it.
    pub in_state: bool,
}

/// One gen-tf: what it knows of Terraform's state, and what it saw last.
#[derive(Default)]
pub struct GenTf {
    pub known: Placed,
    pub view: Option<View>,
}

#[derive(Clone)]
pub struct View {
    pub observations: Observations,
    pub survey: Survey,
    pub lives: BTreeMap<AttemptId, Life>,
    /// The study as it was when this gen-tf read it.
    study: usize,
    lag: Lag,
}

pub struct World {
    /// The study as a person has written it over time; the first is the whole.
    pub studies: Vec<Blueprint>,
    pub study: usize,
    pub store: Store,
    pub guests: Vec<Guest>,
    pub applied: Placed,
    pub now: i64,
    pub gen_tfs: [GenTf; 2],
    serial: u32,
}

impl World {
    pub fn new(studies: Vec<Blueprint>) -> Self {
        Self {
            studies,
            study: 0,
            store: Store::default(),
            guests: Vec::new(),
            applied: Placed::new(),
            now: 1_000_000,
            gen_tfs: Default::default(),
            serial: 0,
        }
    }

    pub fn blueprint(&self) -> &Blueprint {
        &self.studies[self.study]
    }

    pub fn is_local(&self) -> bool {
        self.blueprint().target.gcp().is_none()
    }

    /// Puts an outcome unless there is one.
    pub fn put_outcome(&mut self, id: &AttemptId, verdict: Verdict, cause: Option<Cause>) {
        let cell = self.studies[0].cell_of(&id.experiment).unwrap();
        let ended = Ended { verdict, cause, definition: cell.definition.clone() };
        self.store.outcomes.entry(id.clone()).or_insert((self.now, ended));
    }

    /// gen-tf's own end of an attempt: the claim's place first, then the outcome's.
    pub fn close(&mut self, id: &AttemptId, cause: Cause) {
        if !self.is_local() {
            self.store.claims.entry(id.clone()).or_insert((self.now, 0));
        }
        self.put_outcome(id, Verdict::Failed, Some(cause));
    }

    /// The guest of a booted machine looks for its place, as `scripts/guest/prepare.sh` does.
    pub fn claim(&mut self, at: usize) {
        let Guest { serial, id, phase, .. } = &self.guests[at];
        if *phase != Phase::Booting {
            return;
        }
        let id = id.clone();
        let is_free =
            !self.store.outcomes.contains_key(&id) && !self.store.claims.contains_key(&id);
        if !is_free {
            self.guests[at].phase = Phase::Stopped;
            return;
        }
        promises::check_begin(self, &id);
        self.store.claims.insert(id, (self.now, *serial));
        self.guests[at].phase = Phase::Working;
    }

    pub fn beat(&mut self, at: usize) {
        if self.guests[at].phase == Phase::Working {
            let id = self.guests[at].id.clone();
            self.store.beats.entry(id).or_default().push(self.now);
        }
    }

    /// The guest ends; where its place is taken it changes nothing.
    pub fn end(&mut self, at: usize, cause: Option<Cause>) {
        if self.guests[at].phase != Phase::Working {
            return;
        }
        let id = self.guests[at].id.clone();
        let verdict = if cause.is_none() { Verdict::Succeeded } else { Verdict::Failed };
        if verdict == Verdict::Succeeded {
            let key = self.studies[0].cell_of(&id.experiment).unwrap().setup_key.clone();
            self.store.setups.entry(key).or_insert(self.now);
        }
        self.put_outcome(&id, verdict, cause);
        self.guests[at].phase = Phase::Stopped;
    }

    /// What gen-tf sees. The binary does this in `observe.rs`.
    pub fn look(&mut self, who: usize, lag: Lag) {
        self.look_with(who, self.study, lag);
    }

    fn look_with(&mut self, who: usize, study: usize, lag: Lag) {
        if self.is_local() {
            // One gen-tf at a time has the workspace, and a folder tells at once.
            self.gen_tfs[who].known = self.applied.clone();
        }
        let lag = if self.is_local() { Lag::default() } else { lag };
        let (mut observations, claims) = self.seen(lag);
        for (id, entry) in &self.gen_tfs[who].known {
            observations.experiments.entry(id.clone()).or_default().applied = Some(entry.attempt);
        }
        let lives = if self.is_local() {
            self.see_sandboxes(&mut observations);
            BTreeMap::new()
        } else {
            self.see_vms(who, lag, &claims, &mut observations)
        };
        let survey = survey(&self.studies[study], &observations);
        promises::check_survey(&self.studies[study], &survey);
        self.gen_tfs[who].view = Some(View { observations, survey, lives, study, lag });
    }

    /// What the store shows of attempts and setups, and when each was claimed.
    fn seen(&self, lag: Lag) -> (Observations, BTreeMap<AttemptId, i64>) {
        let store = &self.store;
        let mut seen = Observations::default();
        let mut trace = |id: &AttemptId, change: &dyn Fn(&mut Attempt)| {
            let traces = seen.experiments.entry(id.experiment.clone()).or_default();
            change(traces.attempts.entry(id.attempt).or_default());
        };
        let mut claims = BTreeMap::new();
        for (id, (time, _)) in store.claims.iter().filter(|it| it.1.0 <= self.now - lag.claims) {
            trace(id, &|attempt| attempt.claimed = true);
            claims.insert(id.clone(), *time);
        }
        for (id, _) in store.retries.iter().filter(|it| *it.1 <= self.now - lag.wishes) {
            trace(id, &|attempt| attempt.retry_wanted = true);
        }
        for (id, _) in store.archived.iter().filter(|it| *it.1 <= self.now - lag.wishes) {
            trace(id, &|attempt| attempt.archived = true);
        }
        for (id, (_, ended)) in store.outcomes.iter().filter(|it| it.1.0 <= self.now - lag.outcomes)
        {
            trace(id, &|attempt| attempt.ended = Some(ended.clone()));
        }
        seen.setups = store.setups.keys().cloned().collect::<BTreeSet<_>>();
        (seen, claims)
    }

    fn see_sandboxes(&self, observations: &mut Observations) {
        for guest in &self.guests {
            let traces = observations.experiments.entry(guest.id.experiment.clone()).or_default();
            let alive = guest.phase != Phase::Stopped;
            traces.machine = Some(Machine { attempt: guest.id.attempt, alive });
        }
    }

    fn see_vms(
        &self,
        who: usize,
        lag: Lag,
        claims: &BTreeMap<AttemptId, i64>,
        observations: &mut Observations,
    ) -> BTreeMap<AttemptId, Life> {
        let mut signs: BTreeMap<AttemptId, Signs> = BTreeMap::new();
        for (id, time) in claims {
            signs.entry(id.clone()).or_default().claimed = Some(*time);
        }
        for (id, entry) in &self.gen_tfs[who].known {
            let id = AttemptId { experiment: id.clone(), attempt: entry.attempt };
            signs.entry(id).or_default().started = entry.started;
        }
        let mut lives = BTreeMap::new();
        for (id, mut signs) in signs {
            let traces = observations.experiments.entry(id.experiment.clone()).or_default();
            if traces.attempts.get(&id.attempt).is_some_and(|attempt| attempt.ended.is_some()) {
                continue;
            }
            let beats = self.store.beats.get(&id).into_iter().flatten();
            signs.beat = beats.copied().filter(|beat| *beat <= self.now - lag.beats).max();
            let life = signs.life(self.now);
            if traces.machine.is_none_or(|known| known.attempt < id.attempt) {
                let alive = life == Life::Alive;
                traces.machine = Some(Machine { attempt: id.attempt, alive });
            }
            lives.insert(id, life);
        }
        lives
    }

    /// A step on what was seen last, however long ago: `careful` looks whether another gen-tf has
    /// changed Terraform's state since, and `had` is how many new machines are to be had.
    pub fn step(&mut self, who: usize, limits: &Limits, careful: bool, had: usize) {
        if self.is_local() || self.gen_tfs[who].view.is_none() {
            self.look(who, Lag::default());
        }
        if careful && self.gen_tfs[who].known != self.applied {
            self.gen_tfs[who].known = self.applied.clone();
            let View { study, lag, .. } = *self.gen_tfs[who].view.as_ref().unwrap();
            self.look_with(who, study, lag);
        }
        let view = self.close_lost(who);
        let blueprint = &self.studies[view.study];
        let next = next_active(blueprint, &view.observations, &view.survey, limits);
        promises::check_step(blueprint, &view, limits, &next);
        let known = &self.gen_tfs[who].known;
        let placed = match blueprint.target.gcp() {
            Some(gcp) => place(gcp, &next, known, "us-central1-a", self.now),
            None => unplaced(&next),
        };
        promises::check_places(blueprint, &next, known, &placed);
        self.apply(placed, had);
        self.gen_tfs[who].known = self.applied.clone();
        self.gen_tfs[who].view = None;
    }

    /// Closes what the view says is lost, and looks again, as `Session::observe_and_close` does.
    fn close_lost(&mut self, who: usize) -> View {
        let view = self.gen_tfs[who].view.clone().unwrap();
        let lost = lost(&view.survey);
        if lost.is_empty() {
            return view;
        }
        for id in &lost {
            if view.lives.get(id) == Some(&Life::Unclaimed) && self.store.claims.contains_key(id) {
                continue;
            }
            self.close(id, Cause::Lost);
        }
        self.look_with(who, view.study, view.lag);
        self.gen_tfs[who].view.clone().unwrap()
    }

    /// Terraform: machines that are in the state and not wanted go; those that are missing come, as
    /// far as they are to be had.
    fn apply(&mut self, placed: Placed, had: usize) {
        let wanted: ActiveSet = attempts(&placed);
        let is_wanted = |id: &AttemptId| wanted.get(&id.experiment) == Some(&id.attempt);
        self.guests.retain(|guest| !guest.in_state || is_wanted(&guest.id));
        self.applied = Placed::new();
        let mut left = had;
        for (experiment, entry) in placed {
            let id = AttemptId { experiment, attempt: entry.attempt };
            let is_there = self.guests.iter().any(|guest| guest.in_state && guest.id == id);
            if !is_there {
                if left == 0 {
                    continue;
                }
                left -= 1;
                self.serial += 1;
                let (serial, id) = (self.serial, id.clone());
                self.guests.push(Guest { serial, id, phase: Phase::Booting, in_state: true });
            }
            self.applied.insert(id.experiment, entry);
        }
    }

    /// A machine goes, and nothing says so.
    pub fn die(&mut self, at: usize) {
        self.guests[at].phase = Phase::Stopped;
    }

    /// Terraform's state forgets a VM, which works on.
    pub fn forget(&mut self, at: usize) {
        if !self.is_local() {
            self.guests[at].in_state = false;
            let id = self.guests[at].id.clone();
            self.applied
                .retain(|known, entry| known != &id.experiment || entry.attempt != id.attempt);
        }
    }

    /// Where an experiment really stands, for a person who looks.
    pub fn state(&mut self, id: &ExperimentId) -> Option<State> {
        let before = self.gen_tfs[1].known.clone();
        let view = self.gen_tfs[1].view.take();
        self.gen_tfs[1].known = self.applied.clone();
        self.look(1, Lag::default());
        self.gen_tfs[1].known = before;
        let now = std::mem::replace(&mut self.gen_tfs[1].view, view).unwrap();
        now.survey.into_iter().find(|(known, _)| known == id).map(|(_, state)| state)
    }

    /// From here on nothing goes wrong any more: the study goes to its end.
    pub fn finish(&mut self) {
        self.study = 0;
        for _ in 0..500 {
            for at in 0..self.guests.len() {
                self.claim(at);
                self.end(at, None);
            }
            // So that whoever has fallen silent is missed.
            self.now += 1_000;
            self.gen_tfs[0].known = self.applied.clone();
            self.look(0, Lag::default());
            self.step(0, &Limits::default(), true, usize::MAX);
            self.look(0, Lag::default());
            if promises::is_over(&self.gen_tfs[0].view.as_ref().unwrap().survey) {
                return;
            }
        }
        panic!("the study does not end: {:?}", self.gen_tfs[0].view.as_ref().unwrap().survey);
    }
}

/// The entry of a machine that was asked for before the test began.
pub fn started(attempt: u32, now: i64) -> Entry {
    Entry { started: Some(now), spot: Some(false), ..Entry::of(attempt) }
}
