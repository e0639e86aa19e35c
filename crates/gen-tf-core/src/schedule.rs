//! The schedule: what has been observed, and the blueprint, decide the active set.
//! It is a pure function; who observes, closes lost attempts and applies is the binary.

mod expiry;
mod vm;

use std::collections::{BTreeMap, BTreeSet};

pub use expiry::{EXPIRES, VM_MARGIN, shared_expiry};
pub use vm::{BEAT_WITHIN, CLAIM_WITHIN, Entry, Life, Placed, Signs, attempts, place, unplaced};

use crate::{
    blueprint::Blueprint,
    id::{AttemptId, ExperimentId},
    outcome::{Cause, Verdict},
    pattern::Pattern,
};

/// What is known about the experiments of a study at one moment.
#[derive(Clone, Debug, Default)]
pub struct Observations {
    /// Experiments of which there is any trace; all others were never tried.
    pub experiments: BTreeMap<ExperimentId, Traces>,
    /// Setup keys whose setup is ready for other experiments.
    pub setups: BTreeSet<String>,
}

/// The traces of one experiment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traces {
    /// What the store holds of each attempt.
    pub attempts: BTreeMap<u32, Attempt>,
    /// The attempt that the active set of the last apply holds.
    pub applied: Option<u32>,
    /// The machine, where there is one.
    pub machine: Option<Machine>,
}

/// What the store holds of one attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attempt {
    /// Whether a machine has claimed it.
    pub claimed: bool,
    /// How it ended, if it has.
    pub ended: Option<Ended>,
    /// Whether a person wants another attempt after it.
    pub retry_wanted: bool,
    /// Whether its outcome counts no more, because the experiment's definition has changed since.
    pub archived: bool,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Succeeded or failed.
    pub verdict: Verdict,
    /// Why it failed.
    pub cause: Option<Cause>,
    /// The definition that it was run under.
    pub definition: String,
}

/// A VM or sandbox, as seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine {
    /// The attempt that it serves.
    pub attempt: u32,
    /// Whether it lives.
    pub alive: bool,
}

/// Where an experiment stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits for a machine.
    Pending {
        /// The attempt that comes next.
        next: u32,
    },
    /// A machine serves it, or was asked for by the last apply.
    Active {
        /// The attempt.
        attempt: u32,
    },
    /// Its machine is gone and left no outcome; gen-tf closes the attempt before the next begins.
    Lost {
        /// The attempt.
        attempt: u32,
    },
    /// It is done.
    Succeeded {
        /// The attempt that succeeded.
        attempt: u32,
    },
    /// Its last attempt failed, and no other follows by itself.
    Failed {
        /// The last attempt.
        attempt: u32,
        /// Why it failed.
        cause: Cause,
    },
}

/// Where every experiment of a study stands, by id.
pub type Survey = Vec<(ExperimentId, State)>;

/// Says where every experiment of the blueprint stands.
#[must_use]
pub fn survey(blueprint: &Blueprint, observations: &Observations) -> Survey {
    blueprint
        .experiments()
        .map(|(id, _)| {
            let state = observations
                .experiments
                .get(&id)
                .map_or(State::Pending { next: 1 }, |t| state_of(t, blueprint.attempts));
            (id, state)
        })
        .collect()
}

/// Where one experiment stands of which there are traces; `limit` is the number of attempts that follow by
/// themselves.
#[must_use]
pub fn state_of(traces: &Traces, limit: u32) -> State {
    let succeeded = |(attempt, trace): (&u32, &Attempt)| {
        let ended = trace.ended.as_ref().filter(|_| !trace.archived)?;
        (ended.verdict == Verdict::Succeeded).then_some(*attempt)
    };
    if let Some(attempt) = traces.attempts.iter().find_map(succeeded) {
        return State::Succeeded { attempt };
    }
    let of_store = traces.attempts.last_key_value().map(|(attempt, _)| *attempt);
    let of_machine = traces.machine.map(|machine| machine.attempt);
    let Some(latest) = of_store.max(of_machine).max(traces.applied) else {
        return State::Pending { next: 1 };
    };
    let trace = traces.attempts.get(&latest).cloned().unwrap_or_default();
    if let Some(ended) = &trace.ended {
        // An outcome without a cause was written by something that knows more than we do.
        let cause = ended.cause.unwrap_or(Cause::Lost);
        // What is archived is no try of the experiment as it is now.
        let archived = traces.attempts.iter().filter(|(_, trace)| trace.archived);
        let tries = latest - archived.map(|(attempt, _)| *attempt).max().unwrap_or(0);
        let again = tries == 0 || trace.retry_wanted || (cause.is_curable() && tries < limit);
        return if again {
            State::Pending { next: latest + 1 }
        } else {
            State::Failed { attempt: latest, cause }
        };
    }
    match traces.machine.filter(|machine| machine.attempt == latest) {
        Some(machine) if machine.alive => State::Active { attempt: latest },
        Some(_) => State::Lost { attempt: latest },
        None if trace.claimed => State::Lost { attempt: latest },
        None if traces.applied == Some(latest) => State::Active { attempt: latest },
        None => State::Pending { next: latest },
    }
}

/// The active set: the experiments that should have a machine right now, each with its attempt.
pub type ActiveSet = BTreeMap<ExperimentId, u32>;

/// What narrows a step.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// Only experiments that match one of these are started; empty: any.
    pub only: Vec<Pattern>,
    /// Whether nothing new is started, only what has ended is removed.
    pub start_nothing: bool,
    /// Most experiments that one step starts; absent: as many as there are places.
    pub at_most: Option<usize>,
    /// Most machines that are to be had, where the cloud has fewer than the study may take.
    pub places: Option<usize>,
}

/// The attempts that must be closed as lost before the next step.
#[must_use]
pub fn lost(survey: &Survey) -> Vec<AttemptId> {
    let lost = |(id, state): &(ExperimentId, State)| match state {
        State::Lost { attempt } => Some(AttemptId { experiment: id.clone(), attempt: *attempt }),
        _ => None,
    };
    survey.iter().filter_map(lost).collect()
}

/// Decides the active set of the next step.
///
/// Whoever is active stays; free places go to pending experiments in the study's seeded order, one
/// experiment first per setup that is not ready yet. A lost attempt keeps its place until it is
/// closed, so that two attempts never run at one time. Machines that are kept ([`Target::keeps_machine`])
/// stay beside those that run, and take nobody's place.
///
/// [`Target::keeps_machine`]: crate::blueprint::Target::keeps_machine
#[must_use]
pub fn next_active(
    blueprint: &Blueprint,
    observations: &Observations,
    survey: &Survey,
    limits: &Limits,
) -> ActiveSet {
    let mut active = running_and_next(blueprint, observations, survey, limits);
    let kept = survey.iter().filter_map(|(id, state)| match state {
        State::Failed { attempt, cause } if blueprint.target.keeps_machine(*cause) => {
            Some((id, *attempt))
        }
        _ => None,
    });
    let applied = |id: &ExperimentId| observations.experiments.get(id)?.applied;
    active.extend(
        kept.filter(|(id, attempt)| applied(id) == Some(*attempt))
            .map(|(id, attempt)| (id.clone(), attempt)),
    );
    active
}

fn running_and_next(
    blueprint: &Blueprint,
    observations: &Observations,
    survey: &Survey,
    limits: &Limits,
) -> ActiveSet {
    let mut active = ActiveSet::new();
    let mut building = BTreeSet::new();
    for (id, state) in survey {
        if let State::Active { attempt } | State::Lost { attempt } = state {
            active.insert(id.clone(), *attempt);
            if let Some(cell) = blueprint.cell_of(id) {
                building.insert(cell.setup_key.as_str());
            }
        }
    }
    let places =
        (blueprint.target.max_parallel() as usize).min(limits.places.unwrap_or(usize::MAX));
    let free = places.saturating_sub(active.len());
    let places = limits.at_most.map_or(free, |most| most.min(free));
    if limits.start_nothing || places == 0 {
        return active;
    }
    let full = active.len() + places;
    for (id, next) in in_seeded_order(blueprint.seed, survey, limits) {
        let Some(cell) = blueprint.cell_of(id) else { continue };
        let ready = observations.setups.contains(&cell.setup_key);
        if !ready && !building.insert(cell.setup_key.as_str()) {
            continue;
        }
        active.insert(id.clone(), next);
        if active.len() == full {
            break;
        }
    }
    active
}

/// Pending experiments in the order of a hash over seed and id: tools, services and runs are
/// interleaved over time, and the same study always has the same order.
fn in_seeded_order<'a>(
    seed: u32,
    survey: &'a Survey,
    limits: &Limits,
) -> impl Iterator<Item = (&'a ExperimentId, u32)> {
    let wanted = |id: &ExperimentId| {
        limits.only.is_empty() || limits.only.iter().any(|pattern| pattern.matches(id))
    };
    let mut pending: Vec<(u64, &ExperimentId, u32)> = survey
        .iter()
        .filter_map(|(id, state)| match state {
            State::Pending { next } if wanted(id) => Some((order_key(seed, id), id, *next)),
            _ => None,
        })
        .collect();
    pending.sort_unstable();
    pending.into_iter().map(|(_, id, next)| (id, next))
}

/// FNV-1a over seed and id, then the finaliser of splitmix64, so that neighbours end far apart.
fn order_key(seed: u32, id: &ExperimentId) -> u64 {
    let parts = [
        &seed.to_le_bytes()[..],
        id.service.as_bytes(),
        b"/",
        id.tool.as_bytes(),
        b"/",
        &id.run.to_le_bytes(),
    ];
    let fnv = parts.iter().flat_map(|part| part.iter()).fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
        (h ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mut key = fnv;
    key = (key ^ (key >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    key = (key ^ (key >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    key ^ (key >> 31)
}

/// Experiments by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Waiting for a machine.
    pub pending: usize,
    /// With a machine (lost ones too, until they are closed).
    pub active: usize,
    /// Done.
    pub succeeded: usize,
    /// Failed for good.
    pub failed: usize,
}

impl Counts {
    /// Counts a survey.
    #[must_use]
    pub fn of(survey: &Survey) -> Self {
        let mut counts = Self::default();
        for (_, state) in survey {
            match state {
                State::Pending { .. } => counts.pending += 1,
                State::Active { .. } | State::Lost { .. } => counts.active += 1,
                State::Succeeded { .. } => counts.succeeded += 1,
                State::Failed { .. } => counts.failed += 1,
            }
        }
        counts
    }

    /// All experiments.
    #[must_use]
    pub fn total(&self) -> usize {
        self.pending + self.active + self.succeeded + self.failed
    }
}

/// Succeeded attempts that count and were run under another definition than the blueprint's: to go on
/// would mix results that can't be compared.
#[must_use]
pub fn changed(blueprint: &Blueprint, observations: &Observations) -> Vec<AttemptId> {
    let mut changed = outdated(blueprint, observations);
    changed.retain(|(_, verdict)| *verdict == Verdict::Succeeded);
    changed.into_iter().map(|(id, _)| id).collect()
}

/// Attempts that have ended, count, and were run under another definition than the blueprint's.
#[must_use]
pub fn outdated(blueprint: &Blueprint, observations: &Observations) -> Vec<(AttemptId, Verdict)> {
    let mut outdated = Vec::new();
    for (id, traces) in &observations.experiments {
        let Some(cell) = blueprint.cell_of(id) else { continue };
        for (attempt, trace) in traces.attempts.iter().filter(|(_, trace)| !trace.archived) {
            if let Some(ended) = trace.ended.as_ref().filter(|e| e.definition != cell.definition) {
                let id = AttemptId { experiment: id.clone(), attempt: *attempt };
                outdated.push((id, ended.verdict));
            }
        }
    }
    outdated
}
