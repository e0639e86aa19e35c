//! The order in which experiments start: the same for the same seed whatever else happens, and mixed,
//! so that no tool, service or run has all of the morning.

use std::collections::{BTreeMap, BTreeSet};

use gen_tf_core::{
    blueprint::Blueprint,
    id::ExperimentId,
    outcome::Verdict,
    schedule::{Attempt, Ended, Limits, Observations, next_active, survey},
    tree::FileTree,
};
use proptest::prelude::*;

use crate::support;

fn ready(seed: u32, max_parallel: u32) -> (Blueprint, Observations) {
    let (services, tools) = (support::names("s", 4), support::names("t", 3));
    let mut study = support::study(&services, &tools, 5, max_parallel);
    study.seed = seed;
    let blueprint = support::blueprint(&study, &FileTree::new());
    let setups = blueprint.experiments().map(|(_, cell)| cell.setup_key.clone()).collect();
    (blueprint, Observations { setups, ..Observations::default() })
}

/// The waves of a study in which each wave succeeds before the next; `ends` picks which of those that
/// run end first.
fn waves(seed: u32, max_parallel: u32, mut ends: impl FnMut(usize) -> usize) -> Vec<ExperimentId> {
    let (blueprint, mut observations) = ready(seed, max_parallel);
    let mut order = Vec::new();
    let mut running: Vec<ExperimentId> = Vec::new();
    loop {
        let states = survey(&blueprint, &observations);
        // One at a time: a set has no order.
        let one = Limits { at_most: Some(1), ..Limits::default() };
        let next = next_active(&blueprint, &observations, &states, &one);
        if let Some(new) = next.into_keys().find(|id| !running.contains(id)) {
            observations.experiments.entry(new.clone()).or_default().applied = Some(1);
            order.push(new.clone());
            running.push(new);
            continue;
        }
        if running.is_empty() {
            return order;
        }
        let done = running.swap_remove(ends(running.len()) % running.len());
        let definition = blueprint.cell_of(&done).unwrap().definition.clone();
        let ended = Some(Ended { verdict: Verdict::Succeeded, cause: None, definition });
        let traces = observations.experiments.get_mut(&done).unwrap();
        traces.attempts.insert(1, Attempt { claimed: true, ended, ..Attempt::default() });
        traces.applied = None;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..Default::default() })]

    #[test]
    fn the_order_depends_on_the_seed_alone(
        seed in any::<u32>(),
        max_parallel in 1_u32..20,
        ends in prop::collection::vec(any::<usize>(), 60),
    ) {
        let mut ends = ends.into_iter();
        let order = waves(seed, max_parallel, |_| ends.next().unwrap());
        prop_assert_eq!(&order, &waves(seed, 60, |_| 0));
        prop_assert_eq!(order.iter().collect::<BTreeSet<_>>().len(), 60, "each once, and all");
    }
}

/// The most that one value has of a part of the order.
fn largest_share<T: Ord>(part: &[ExperimentId], of: impl Fn(&ExperimentId) -> T) -> f64 {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for id in part {
        *counts.entry(of(id)).or_default() += 1;
    }
    counts.into_values().max().unwrap() as f64 / part.len() as f64
}

#[test]
fn tools_services_and_runs_are_interleaved_over_the_whole_study() {
    for seed in 0..50 {
        let order = waves(seed, 6, |_| 0);
        for half in order.chunks(30) {
            let tools: BTreeSet<_> = half.iter().map(|id| &id.tool).collect();
            let services: BTreeSet<_> = half.iter().map(|id| &id.service).collect();
            let runs: BTreeSet<_> = half.iter().map(|id| id.run).collect();
            assert_eq!((tools.len(), services.len(), runs.len()), (3, 4, 5), "seed {seed}");
            assert!(largest_share(half, |id| id.tool.clone()) < 0.6, "seed {seed}");
            assert!(largest_share(half, |id| id.service.clone()) < 0.6, "seed {seed}");
            assert!(largest_share(half, |id| id.run) < 0.5, "seed {seed}");
        }
    }
}
