//! What the schedule promises, checked after every event of a history. It changes nothing.

use std::collections::BTreeSet;

use gen_tf_core::{
    blueprint::Blueprint,
    id::{AttemptId, ExperimentId},
    outcome::{Cause, Verdict},
    schedule::{ActiveSet, Counts, Limits, Placed, State, Survey, attempts},
};

use crate::world::{View, World};

/// No experiment is missing, none is there twice, none is somebody else's.
pub fn check_survey(blueprint: &Blueprint, survey: &Survey) {
    let ids = |(id, _): &(ExperimentId, State)| id.clone();
    let expected: Vec<_> = blueprint.experiments().map(|(id, _)| id).collect();
    assert_eq!(survey.iter().map(ids).collect::<Vec<_>>(), expected, "an experiment is missing");
    assert_eq!(Counts::of(survey).total(), expected.len());
}

/// When a guest begins: every attempt before this one is closed, none has succeeded, and there is a
/// reason for another.
pub fn check_begin(world: &World, id: &AttemptId) {
    let of = |attempt| AttemptId { experiment: id.experiment.clone(), attempt };
    let is_archived = |attempt| world.store.archived.contains_key(&of(attempt));
    for before in 1..id.attempt {
        let Some((_, ended)) = world.store.outcomes.get(&of(before)) else {
            panic!("{id} begins, and attempt {before} is not closed");
        };
        let counts = ended.verdict == Verdict::Succeeded && !is_archived(before);
        assert!(!counts, "{id} begins, and attempt {before} has succeeded");
    }
    let last = id.attempt - 1;
    let Some((_, ended)) = world.store.outcomes.get(&of(last)) else { return };
    let archived = (1..=last).rev().find(|attempt| is_archived(*attempt)).unwrap_or(0);
    let tries = last - archived;
    let is_curable = ended.cause.is_some_and(gen_tf_core::outcome::Cause::is_curable);
    let again = tries == 0
        || world.store.retries.contains_key(&of(last))
        || (is_curable && tries < world.blueprint().attempts);
    assert!(again, "{id} begins after {tries} tries, the last of which ended as {ended:?}");
}

/// A step starts what waits, in the places that are free, all of them, and touches nobody else.
pub fn check_step(blueprint: &Blueprint, view: &View, limits: &Limits, next: &ActiveSet) {
    let mut building = BTreeSet::new();
    let (mut busy, mut waiting) = (0, 0);
    for (id, state) in &view.survey {
        if let State::Active { attempt } | State::Lost { attempt } = state {
            busy += 1;
            assert_eq!(next.get(id), Some(attempt), "{id} does not go on");
            building.insert(&blueprint.cell_of(id).unwrap().setup_key);
        }
    }
    let mut to_build = BTreeSet::new();
    let mut started = Vec::new();
    for (id, state) in &view.survey {
        let key = &blueprint.cell_of(id).unwrap().setup_key;
        let is_ready = view.observations.setups.contains(key);
        match state {
            State::Pending { next: attempt } => {
                let is_wanted =
                    limits.only.is_empty() || limits.only.iter().any(|it| it.matches(id));
                let may_start = is_ready || (!building.contains(key) && to_build.insert(key));
                waiting += usize::from(is_wanted && may_start);
                if let Some(taken) = next.get(id) {
                    assert!(is_wanted, "{id} is started and not wanted");
                    assert_eq!(taken, attempt, "{id} starts with another attempt than the next");
                    started.push((id, key, is_ready));
                }
            }
            State::Succeeded { .. } => assert!(!next.contains_key(id), "{id} is done"),
            State::Failed { attempt, cause } => {
                let keeps = *cause == Cause::Upload
                    || blueprint.target.gcp().is_some_and(|gcp| gcp.keep_failed);
                let kept = view.observations.experiments[id].applied == Some(*attempt) && keeps;
                assert_eq!(next.get(id), kept.then_some(attempt), "{id} has failed for good");
            }
            State::Active { .. } | State::Lost { .. } => {}
        }
    }
    assert!(next.keys().all(|id| blueprint.cell_of(id).is_some()), "not of this study: {next:?}");
    let builders: Vec<_> = started.iter().filter(|it| !it.2).map(|it| it.1).collect();
    assert!(builders.iter().all(|key| !building.contains(key)), "a setup is built twice");
    assert_eq!(builders.iter().collect::<BTreeSet<_>>().len(), builders.len(), "built twice");
    let places = limits.places.unwrap_or(usize::MAX).min(blueprint.target.max_parallel() as usize);
    let free = places.saturating_sub(busy).min(limits.at_most.unwrap_or(usize::MAX));
    let free = if limits.start_nothing { 0 } else { free };
    if limits.only.is_empty() {
        assert_eq!(started.len(), free.min(waiting), "{limits:?}, {busy} busy, {waiting} waiting");
    } else {
        assert!(started.len() <= free, "{limits:?}, {busy} busy: {started:?}");
    }
}

/// Who has a machine keeps its place; a new one is on spot as long as the study says.
pub fn check_places(blueprint: &Blueprint, next: &ActiveSet, known: &Placed, placed: &Placed) {
    assert_eq!(&attempts(placed), next, "an experiment is placed and not scheduled");
    let Some(gcp) = blueprint.target.gcp() else { return };
    for (id, entry) in placed {
        match known.get(id).filter(|known| known.attempt == entry.attempt) {
            Some(known) => assert_eq!(entry, known, "{id} runs, and is touched"),
            None => {
                let spot = gcp.spot && entry.attempt <= gcp.spot_attempts;
                assert_eq!(entry.spot, Some(spot), "{id}, attempt {}", entry.attempt);
            }
        }
    }
}

/// Whether nothing waits or runs.
pub fn is_over(survey: &Survey) -> bool {
    let counts = Counts::of(survey);
    counts.pending + counts.active == 0
}

/// At the end every experiment has succeeded once, or has failed for a reason that no other attempt
/// cures, or is out of attempts.
pub fn check_end(world: &World) {
    let view = world.gen_tfs[0].view.as_ref().unwrap();
    for (id, state) in &view.survey {
        let succeeded: Vec<u32> = world
            .store
            .outcomes
            .iter()
            .filter(|(known, (_, ended))| {
                known.experiment == *id
                    && ended.verdict == Verdict::Succeeded
                    && !world.store.archived.contains_key(known)
            })
            .map(|(known, _)| known.attempt)
            .collect();
        match state {
            State::Succeeded { attempt } => assert_eq!(succeeded, [*attempt], "{id}"),
            State::Failed { attempt, cause } => {
                assert_eq!(succeeded, [] as [u32; 0], "{id} has succeeded");
                let archived = world.store.archived.keys();
                let archived = archived.filter(|it| it.experiment == *id).map(|it| it.attempt);
                let tries = attempt - archived.max().unwrap_or(0);
                let is_out = tries >= world.blueprint().attempts;
                assert!(!cause.is_curable() || is_out, "{id} has attempts left: {state:?}");
                let last = AttemptId { experiment: id.clone(), attempt: *attempt };
                assert!(!world.store.retries.contains_key(&last), "a wish for {last} is forgotten");
            }
            other => panic!("{id} ended as {other:?}"),
        }
    }
}
