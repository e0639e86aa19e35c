//! Single states and steps of the schedule, by example. Histories are in `histories.rs`.

use std::collections::{BTreeMap, BTreeSet};

use gen_tf_core::{
    blueprint::Blueprint,
    id::ExperimentId,
    outcome::{Cause, Verdict},
    schedule::{
        ActiveSet, Attempt, Ended, Entry, Limits, Machine, Observations, State, attempts, changed,
        lost, next_active, place, survey,
    },
    study::{GcpTarget, Study},
    tree::FileTree,
};
use proptest::prelude::*;

use crate::support;

/// What is known of a study, changed by hand.
struct World {
    blueprint: Blueprint,
    observations: Observations,
}

impl World {
    fn new(services: usize, tools: usize, runs: u32, max_parallel: u32) -> Self {
        let study = support::study(
            &support::names("s", services),
            &support::names("t", tools),
            runs,
            max_parallel,
        );
        Self {
            blueprint: support::blueprint(&study, &FileTree::new()),
            observations: Observations::default(),
        }
    }

    fn step(&mut self) -> ActiveSet {
        let before = survey(&self.blueprint, &self.observations);
        for closed in lost(&before) {
            self.end(&closed.experiment, closed.attempt, Verdict::Failed, Some(Cause::Lost));
        }
        let now = survey(&self.blueprint, &self.observations);
        let mut active = next_active(&self.blueprint, &self.observations, &now, &Limits::default());
        self.apply(&active);
        // What is kept has ended, and runs no more.
        let failed = |(_, state): &&(ExperimentId, State)| matches!(state, State::Failed { .. });
        for (id, _) in now.iter().filter(failed) {
            active.remove(id);
        }
        active
    }

    fn apply(&mut self, active: &ActiveSet) {
        for (id, traces) in &mut self.observations.experiments {
            traces.applied = active.get(id).copied();
            if traces.applied.is_none() {
                traces.machine = None;
            }
        }
        for (id, attempt) in active {
            let traces = self.observations.experiments.entry(id.clone()).or_default();
            traces.applied = Some(*attempt);
            if traces.machine.is_none_or(|machine| machine.attempt != *attempt) {
                traces.machine = Some(Machine { attempt: *attempt, alive: true });
            }
        }
    }

    fn end(&mut self, id: &ExperimentId, attempt: u32, verdict: Verdict, cause: Option<Cause>) {
        let definition = self.blueprint.cell_of(id).unwrap().definition.clone();
        let traces = self.observations.experiments.get_mut(id).unwrap();
        let trace = traces.attempts.entry(attempt).or_default();
        trace.ended.get_or_insert(Ended { verdict, cause, definition });
        traces.machine = None;
    }
}

proptest! {
    #[test]
    fn one_experiment_a_setup_goes_first_until_the_setup_is_ready(
        runs in 2_u32..6,
        max_parallel in 1_u32..8,
    ) {
        let mut world = World::new(2, 2, runs, max_parallel);
        let active = world.step();
        let keys: BTreeSet<_> = active
            .keys()
            .map(|id| world.blueprint.cell_of(id).unwrap().setup_key.clone())
            .collect();
        prop_assert_eq!(keys.len(), active.len());
        prop_assert_eq!(active.len(), (max_parallel as usize).min(4));
        world.observations.setups.extend(keys);
        prop_assert_eq!(world.step().len(), (max_parallel as usize).min(4 * runs as usize));
    }
}

fn ended(verdict: Verdict, cause: Option<Cause>, definition: &str) -> Option<Ended> {
    Some(Ended { verdict, cause, definition: definition.to_owned() })
}

#[test]
fn a_wish_for_a_retry_opens_another_attempt_beyond_the_limit() {
    let mut world = World::new(1, 1, 1, 1);
    let id: ExperimentId = "s-0/t-0/1".parse().unwrap();
    let traces = world.observations.experiments.entry(id.clone()).or_default();
    let failed = ended(Verdict::Failed, Some(Cause::Cancelled), "");
    traces.attempts.insert(3, Attempt { claimed: true, ended: failed, ..Attempt::default() });
    let state = |world: &World| survey(&world.blueprint, &world.observations)[0].1.clone();
    assert_eq!(state(&world), State::Failed { attempt: 3, cause: Cause::Cancelled });
    let traces = world.observations.experiments.get_mut(&id).unwrap();
    traces.attempts.get_mut(&3).unwrap().retry_wanted = true;
    assert_eq!(state(&world), State::Pending { next: 4 });
}

#[test]
fn the_order_follows_the_seed_and_interleaves_tools_and_services() {
    let order = |seed| {
        let mut study = support::study(&support::names("s", 4), &support::names("t", 4), 5, 16);
        study.seed = seed;
        let blueprint = support::blueprint(&study, &FileTree::new());
        let observations = Observations {
            setups: blueprint.experiments().map(|(_, cell)| cell.setup_key.clone()).collect(),
            ..Observations::default()
        };
        let survey = survey(&blueprint, &observations);
        next_active(&blueprint, &observations, &survey, &Limits::default())
    };
    assert_eq!(order(1), order(1));
    assert_ne!(order(1), order(2));
    let services: BTreeSet<_> = order(1).into_keys().map(|id| id.service).collect();
    let tools: BTreeSet<_> = order(1).into_keys().map(|id| id.tool).collect();
    assert!(services.len() >= 3 && tools.len() >= 3, "{services:?} {tools:?}");
}

#[test]
fn only_what_matches_is_started_and_what_runs_stays() {
    let mut world = World::new(2, 2, 1, 4);
    let running: ExperimentId = "s-1/t-1/1".parse().unwrap();
    world.apply(&BTreeMap::from([(running.clone(), 1)]));
    let survey = survey(&world.blueprint, &world.observations);
    let limits = Limits { only: vec!["s-0/*/*".parse().unwrap()], ..Limits::default() };
    let active = next_active(&world.blueprint, &world.observations, &survey, &limits);
    let ids: Vec<String> = active.keys().map(ToString::to_string).collect();
    assert_eq!(ids, ["s-0/t-0/1", "s-0/t-1/1", "s-1/t-1/1"]);
}

#[test]
fn a_success_under_another_definition_is_reported() {
    let mut world = World::new(1, 1, 2, 1);
    for (run, definition) in [
        (1, "another".to_owned()),
        (2, {
            let id = "s-0/t-0/2".parse().unwrap();
            world.blueprint.cell_of(&id).unwrap().definition.clone()
        }),
    ] {
        let id: ExperimentId = format!("s-0/t-0/{run}").parse().unwrap();
        let traces = world.observations.experiments.entry(id).or_default();
        let ended = ended(Verdict::Succeeded, None, &definition);
        traces.attempts.insert(1, Attempt { claimed: true, ended, ..Attempt::default() });
    }
    let ids: Vec<String> =
        changed(&world.blueprint, &world.observations).iter().map(ToString::to_string).collect();
    assert_eq!(ids, ["s-0/t-0/1/1"]);
}

#[test]
fn a_success_stays_one_whatever_came_after_it() {
    let mut world = World::new(1, 1, 1, 1);
    let id: ExperimentId = "s-0/t-0/1".parse().unwrap();
    let traces = world.observations.experiments.entry(id).or_default();
    for (attempt, ended) in [
        (1, ended(Verdict::Succeeded, None, "")),
        (2, ended(Verdict::Failed, Some(Cause::Lost), "")),
        (3, None),
    ] {
        traces.attempts.insert(attempt, Attempt { claimed: true, ended, ..Attempt::default() });
    }
    let survey = survey(&world.blueprint, &world.observations);
    assert_eq!(survey[0].1, State::Succeeded { attempt: 1 });
}

#[test]
fn an_archived_outcome_counts_no_more_and_the_attempts_after_it_count_anew() {
    let mut world = World::new(1, 1, 1, 1);
    let id: ExperimentId = "s-0/t-0/1".parse().unwrap();
    let traces = world.observations.experiments.entry(id.clone()).or_default();
    let succeeded = ended(Verdict::Succeeded, None, "another");
    traces.attempts.insert(2, Attempt { claimed: true, ended: succeeded, ..Attempt::default() });
    let state = |world: &World| survey(&world.blueprint, &world.observations)[0].1.clone();
    assert_eq!(state(&world), State::Succeeded { attempt: 2 });
    let trace = |world: &mut World, attempt, trace| {
        world.observations.experiments.get_mut(&id).unwrap().attempts.insert(attempt, trace)
    };
    let archived = ended(Verdict::Succeeded, None, "another");
    trace(&mut world, 2, Attempt { ended: archived, archived: true, ..Attempt::default() });
    assert_eq!(changed(&world.blueprint, &world.observations), []);
    assert_eq!(state(&world), State::Pending { next: 3 });
    for attempt in 3..=5 {
        let failed = ended(Verdict::Failed, Some(Cause::Lost), "");
        trace(&mut world, attempt, Attempt { ended: failed, ..Attempt::default() });
        let expected = if attempt < 5 {
            State::Pending { next: attempt + 1 }
        } else {
            State::Failed { attempt, cause: Cause::Lost }
        };
        assert_eq!(state(&world), expected, "three attempts after the archived one");
    }
}

#[test]
fn where_the_cloud_has_fewer_machines_only_places_that_become_free_are_taken_again() {
    let mut world = World::new(2, 2, 2, 6);
    let running = |run| format!("s-0/t-0/{run}").parse::<ExperimentId>().unwrap();
    world.apply(&BTreeMap::from([(running(1), 1), (running(2), 1)]));
    world.observations.setups =
        world.blueprint.experiments().map(|(_, cell)| cell.setup_key.clone()).collect();
    let limits = Limits { places: Some(2), ..Limits::default() };
    let next = |world: &World| {
        let survey = survey(&world.blueprint, &world.observations);
        next_active(&world.blueprint, &world.observations, &survey, &limits)
    };
    assert_eq!(next(&world).len(), 2);
    world.end(&running(1), 1, Verdict::Succeeded, None);
    let after = next(&world);
    assert_eq!(after.len(), 2);
    assert!(after.contains_key(&running(2)) && !after.contains_key(&running(1)));
}

#[test]
fn a_step_starts_no_more_than_it_may_and_the_next_one_goes_on() {
    let mut world = World::new(2, 2, 2, 6);
    let keys = world.blueprint.experiments().map(|(_, cell)| cell.setup_key.clone());
    world.observations.setups = keys.collect();
    let limits = Limits { at_most: Some(2), ..Limits::default() };
    let mut step = || {
        let survey = survey(&world.blueprint, &world.observations);
        let active = next_active(&world.blueprint, &world.observations, &survey, &limits);
        world.apply(&active);
        active.len()
    };
    assert_eq!([step(), step(), step(), step()], [2, 4, 6, 6]);
}

#[test]
fn a_new_vm_gets_zone_kind_and_start_and_one_that_runs_keeps_its_own() {
    let target = GcpTarget { spot: true, spot_attempts: 1, ..support::gcp_target() };
    let study = Study {
        gcp: Some(target),
        local: None,
        ..support::study(&support::names("s", 1), &support::names("t", 1), 4, 1)
    };
    let blueprint = support::blueprint(&study, &FileTree::new());
    let gcp = blueprint.target.gcp().unwrap();
    let id = |run: u32| format!("s-0/t-0/{run}").parse::<ExperimentId>().unwrap();
    let next = BTreeMap::from([(id(1), 1), (id(2), 1), (id(3), 2)]);
    let running =
        Entry { attempt: 1, spot: Some(false), started: None, zone: Some("us-central1-b".into()) };
    let applied =
        BTreeMap::from([(id(1), running.clone()), (id(3), Entry::of(1)), (id(4), Entry::of(1))]);
    let placed = place(gcp, &next, &applied, "us-central1-a", 77);
    assert_eq!(placed[&id(1)], running);
    let new = |attempt, spot| Entry {
        attempt,
        spot: Some(spot),
        started: Some(77),
        zone: Some("us-central1-a".to_owned()),
    };
    assert_eq!((&placed[&id(2)], &placed[&id(3)]), (&new(1, true), &new(2, false)));
    assert_eq!(attempts(&placed), next);
}

#[test]
fn the_vm_of_a_failed_attempt_stays_where_the_study_says_so_and_takes_no_place() {
    let step = |keep_failed| {
        let target = GcpTarget { keep_failed, max_parallel: 1, ..support::gcp_target() };
        let study = Study {
            gcp: Some(target),
            local: None,
            ..support::study(&support::names("s", 1), &support::names("t", 1), 2, 1)
        };
        let blueprint = support::blueprint(&study, &FileTree::new());
        let mut observations = Observations::default();
        let failed: ExperimentId = "s-0/t-0/1".parse().unwrap();
        let traces = observations.experiments.entry(failed).or_default();
        traces.applied = Some(1);
        let ended = ended(Verdict::Failed, Some(Cause::OutOfMemory), "");
        traces.attempts.insert(1, Attempt { claimed: true, ended, ..Attempt::default() });
        let survey = survey(&blueprint, &observations);
        let active = next_active(&blueprint, &observations, &survey, &Limits::default());
        active.keys().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(step(false), ["s-0/t-0/2"]);
    assert_eq!(step(true), ["s-0/t-0/1", "s-0/t-0/2"]);
}

#[test]
fn a_machine_with_the_only_copy_of_results_stays_until_a_person_wants_another_attempt() {
    let mut world = World::new(1, 1, 2, 1);
    let failed: ExperimentId = "s-0/t-0/1".parse().unwrap();
    world.apply(&BTreeMap::from([(failed.clone(), 1)]));
    world.end(&failed, 1, Verdict::Failed, Some(Cause::Upload));
    let step = |world: &World| {
        let survey = survey(&world.blueprint, &world.observations);
        next_active(&world.blueprint, &world.observations, &survey, &Limits::default())
    };
    let other: ExperimentId = "s-0/t-0/2".parse().unwrap();
    let both = BTreeMap::from([(failed.clone(), 1), (other.clone(), 1)]);
    assert_eq!(step(&world), both, "it takes nobody's place");
    world.apply(&both);
    world.end(&other, 1, Verdict::Succeeded, None);
    assert_eq!(step(&world), BTreeMap::from([(failed.clone(), 1)]), "no attempt by itself");
    let traces = world.observations.experiments.get_mut(&failed).unwrap();
    traces.attempts.get_mut(&1).unwrap().retry_wanted = true;
    assert_eq!(step(&world), BTreeMap::from([(failed, 2)]));
}
