//! Random histories: machines die, persons wish, two gen-tf step on what they saw a while ago, and
//! listings lag behind. Whatever comes in whatever order, the promises hold and the study ends.

use gen_tf_core::{
    blueprint::Blueprint,
    id::{AttemptId, ExperimentId},
    outcome::{Cause, Verdict},
    schedule::{Limits, State},
    study::{GcpTarget, Study},
    tree::FileTree,
};
use proptest::prelude::*;

use crate::{
    promises, support,
    world::{Lag, World, started},
};

/// What happens next. A number picks one of those that are there.
#[derive(Clone, Debug)]
enum Event {
    Pass(i64),
    BeatAll,
    Claim(usize),
    Beat(usize),
    Succeed(usize),
    Fail(usize, Cause),
    Die(usize),
    Forget(usize),
    Look(usize, Lag),
    Step { who: usize, limits: Limits, careful: bool, had: usize },
    Retry(usize),
    Cancel(usize),
    Archive(usize),
    Rewrite(usize),
}

impl World {
    fn happen(&mut self, event: Event) {
        let machines = self.guests.len();
        match event {
            Event::Pass(seconds) => self.now += seconds,
            Event::BeatAll => (0..machines).for_each(|at| self.beat(at)),
            Event::Look(who, lag) => self.look(self.seat(who), lag),
            Event::Step { who, limits, careful, had } => {
                self.step(self.seat(who), &limits, careful, had);
            }
            Event::Retry(pick) => {
                if let Some(id) = self.pick_ended(pick, Some(Verdict::Failed)) {
                    self.store.retries.entry(id).or_insert(self.now);
                }
            }
            Event::Archive(pick) => {
                if let Some(id) = self.pick_ended(pick, None) {
                    self.store.archived.entry(id).or_insert(self.now);
                }
            }
            Event::Cancel(pick) => self.cancel(pick),
            Event::Rewrite(pick) => self.study = pick % self.studies.len(),
            _ if machines == 0 => {}
            Event::Claim(at) => self.claim(at % machines),
            Event::Beat(at) => self.beat(at % machines),
            Event::Succeed(at) => self.end(at % machines, None),
            Event::Fail(at, cause) => self.end(at % machines, Some(cause)),
            Event::Die(at) => self.die(at % machines),
            Event::Forget(at) => self.forget(at % machines),
        }
    }

    /// On the local target one gen-tf has the workspace.
    fn seat(&self, who: usize) -> usize {
        if self.is_local() { 0 } else { who }
    }

    fn pick_ended(&self, pick: usize, verdict: Option<Verdict>) -> Option<AttemptId> {
        let is_it = |ended: Verdict| verdict.is_none_or(|wanted| ended == wanted);
        let ended = self.store.outcomes.iter().filter(|(_, (_, ended))| is_it(ended.verdict));
        let ids: Vec<&AttemptId> = ended.map(|(id, _)| id).collect();
        ids.get(pick.checked_rem(ids.len())?).map(|id| (*id).clone())
    }

    /// `gen-tf cancel` of one experiment.
    fn cancel(&mut self, pick: usize) {
        let ids: Vec<ExperimentId> = self.blueprint().experiments().map(|(id, _)| id).collect();
        let experiment = ids[pick % ids.len()].clone();
        if let Some(State::Active { attempt } | State::Pending { next: attempt }) =
            self.state(&experiment)
        {
            self.close(&AttemptId { experiment, attempt }, Cause::Cancelled);
        }
    }
}

fn lags() -> impl Strategy<Value = Lag> {
    let lag = || prop_oneof![2 => Just(0), 1 => 0_i64..2_000];
    (lag(), lag(), lag(), lag()).prop_map(|(claims, beats, outcomes, wishes)| Lag {
        claims,
        beats,
        outcomes,
        wishes,
    })
}

fn limits() -> impl Strategy<Value = Limits> {
    let only = prop::sample::select(&[None, None, Some("*/t-0/*"), Some("s-1/*/*")][..]);
    let at_most = prop::option::of(0_usize..4);
    let places = prop::option::of(0_usize..5);
    (only, prop::bool::weighted(0.1), at_most, places).prop_map(
        |(only, start_nothing, at_most, places)| Limits {
            only: only.iter().map(|pattern| pattern.parse().unwrap()).collect(),
            start_nothing,
            at_most,
            places,
        },
    )
}

fn steps() -> impl Strategy<Value = Event> {
    let limits = prop_oneof![Just(Limits::default()), limits()];
    let had = prop_oneof![4 => Just(usize::MAX), 1 => 0_usize..3];
    (0_usize..2, limits, prop::bool::weighted(0.7), had)
        .prop_map(|(who, limits, careful, had)| Event::Step { who, limits, careful, had })
}

fn events() -> impl Strategy<Value = Event> {
    let one = any::<usize>;
    let cause = prop::sample::select(&Cause::ALL[..]);
    let seconds = prop_oneof![4 => 1_i64..120, 1 => 120_i64..2_000];
    prop_oneof![
        6 => seconds.prop_map(Event::Pass),
        4 => Just(Event::BeatAll),
        12 => one().prop_map(Event::Claim),
        3 => one().prop_map(Event::Beat),
        5 => one().prop_map(Event::Succeed),
        4 => (one(), cause).prop_map(|(at, cause)| Event::Fail(at, cause)),
        2 => one().prop_map(Event::Die),
        1 => one().prop_map(Event::Forget),
        5 => (0_usize..2, lags()).prop_map(|(who, lag)| Event::Look(who, lag)),
        14 => steps(),
        2 => one().prop_map(Event::Retry),
        1 => one().prop_map(Event::Cancel),
        1 => one().prop_map(Event::Archive),
        1 => one().prop_map(Event::Rewrite),
    ]
}

/// A study as it is written, without a service, without a tool, and with one run only.
fn studies(shape: (usize, usize, u32), max_parallel: u32, gcp: Option<&GcpTarget>) -> World {
    let (services, tools, runs) = shape;
    let blueprint = |services: usize, tools: usize, runs: u32| -> Blueprint {
        let (services, tools) = (support::names("s", services), support::names("t", tools));
        let study = support::study(&services, &tools, runs, max_parallel);
        let local = if gcp.is_some() { None } else { study.local.clone() };
        support::blueprint(&Study { gcp: gcp.cloned(), local, ..study }, &FileTree::new())
    };
    World::new(vec![
        blueprint(services, tools, runs),
        blueprint((services - 1).max(1), tools, runs),
        blueprint(services, (tools - 1).max(1), runs),
        blueprint(services, tools, 1),
    ])
}

fn shapes() -> impl Strategy<Value = (usize, usize, u32)> {
    (1_usize..4, 1_usize..3, 1_u32..4)
}

fn live_through(mut world: World, history: Vec<Event>) {
    for event in history {
        world.happen(event);
    }
    world.finish();
    promises::check_end(&world);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 160, ..Default::default() })]

    #[test]
    fn sandboxes_keep_every_promise_through_any_history(
        shape in shapes(),
        max_parallel in 1_u32..5,
        history in prop::collection::vec(events(), 0..200),
    ) {
        live_through(studies(shape, max_parallel, None), history);
    }

    #[test]
    fn vms_keep_every_promise_through_any_history(
        shape in shapes(),
        max_parallel in 1_u32..5,
        (spot, spot_attempts, keep_failed) in (any::<bool>(), 0_u32..4, any::<bool>()),
        history in prop::collection::vec(events(), 0..200),
    ) {
        let target =
            GcpTarget { max_parallel, spot, spot_attempts, keep_failed, ..support::gcp_target() };
        live_through(studies(shape, max_parallel, Some(&target)), history);
    }
}

fn one_vm() -> (World, AttemptId) {
    let target = GcpTarget { max_parallel: 1, ..support::gcp_target() };
    let mut world = studies((1, 1, 1), 1, Some(&target));
    world.step(0, &Limits::default(), true, usize::MAX);
    world.claim(0);
    (world, AttemptId { experiment: "s-0/t-0/1".parse().unwrap(), attempt: 1 })
}

#[test]
fn a_guest_that_comes_back_late_finds_its_place_taken_and_the_next_attempt_counts() {
    let (mut world, first) = one_vm();
    world.now += 1_000;
    world.look(0, Lag::default());
    let state = world.state(&first.experiment).unwrap();
    assert_eq!(state, State::Lost { attempt: 1 });
    // Its VM is forgotten by Terraform, so that the step can't remove it.
    world.forget(0);
    world.step(0, &Limits::default(), false, usize::MAX);
    let second = world.guests.len() - 1;
    assert_eq!(world.guests[second].id.attempt, 2);
    world.claim(second);
    world.end(0, None);
    let (_, ended) = &world.store.outcomes[&first];
    assert_eq!(ended.cause, Some(Cause::Lost), "what is put once stays");
    world.finish();
    promises::check_end(&world);
    assert_eq!(world.state(&first.experiment), Some(State::Succeeded { attempt: 2 }));
}

#[test]
fn an_outcome_that_is_seen_late_makes_no_second_attempt() {
    let (mut world, first) = one_vm();
    world.end(0, None);
    world.now += 1_000;
    for _ in 0..3 {
        // Without the outcome it looks lost; the place of an outcome is taken, and nothing follows.
        world.look(0, Lag { outcomes: 2_000, ..Lag::default() });
        world.step(0, &Limits::default(), false, usize::MAX);
        assert_eq!(world.applied[&first.experiment].attempt, 1);
    }
    assert_eq!(world.state(&first.experiment), Some(State::Succeeded { attempt: 1 }));
}

#[test]
fn a_claim_that_is_seen_late_ends_nobody() {
    let (mut world, first) = one_vm();
    world.now += 1_000;
    world.beat(0);
    world.look(0, Lag { claims: 2_000, beats: 2_000, ..Lag::default() });
    world.step(0, &Limits::default(), false, usize::MAX);
    assert!(!world.store.outcomes.contains_key(&first), "the guest works");
    world.end(0, None);
    assert_eq!(world.state(&first.experiment), Some(State::Succeeded { attempt: 1 }));
}

#[test]
fn of_two_gen_tf_that_find_the_same_attempt_lost_the_first_closes_it_and_both_go_on_alike() {
    let (mut world, first) = one_vm();
    world.gen_tfs[1].known = world.applied.clone();
    world.now += 1_000;
    world.look(0, Lag::default());
    world.look(1, Lag::default());
    world.step(0, &Limits::default(), true, usize::MAX);
    let closed = world.store.outcomes[&first].0;
    world.now += 10;
    world.step(1, &Limits::default(), false, usize::MAX);
    assert_eq!(world.store.outcomes[&first].0, closed);
    assert_eq!(world.applied[&first.experiment].attempt, 2);
    assert_eq!(world.guests.len(), 1, "the second attempt has one machine");
}

#[test]
fn an_experiment_that_comes_back_into_the_study_goes_on_with_its_next_attempt() {
    let target = GcpTarget { max_parallel: 8, ..support::gcp_target() };
    let mut world = studies((2, 1, 1), 8, Some(&target));
    let dropped: ExperimentId = "s-1/t-0/1".parse().unwrap();
    world.step(0, &Limits::default(), true, usize::MAX);
    (0..world.guests.len()).for_each(|at| world.claim(at));
    world.study = 1;
    world.step(0, &Limits::default(), true, usize::MAX);
    assert!(!world.applied.contains_key(&dropped));
    world.study = 0;
    world.now += 10;
    assert_eq!(world.state(&dropped), Some(State::Active { attempt: 1 }), "it may still beat");
    world.now += 1_000;
    assert_eq!(world.state(&dropped), Some(State::Lost { attempt: 1 }));
    world.finish();
    assert_eq!(world.state(&dropped), Some(State::Succeeded { attempt: 2 }));
}

#[test]
fn a_vm_that_nobody_claims_costs_its_attempt_after_fifteen_minutes_and_not_before() {
    let (mut world, first) = one_vm();
    world.store.claims.clear();
    world.applied.insert(first.experiment.clone(), started(1, world.now));
    for (later, expected) in [(899, State::Active { attempt: 1 }), (1, State::Lost { attempt: 1 })]
    {
        world.now += later;
        assert_eq!(world.state(&first.experiment), Some(expected));
    }
}
