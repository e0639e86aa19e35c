//! VMs, of which nothing is seen but what they leave in the store: whether one still lives, and where
//! the next ones go. Times are seconds since 1970 by the store's clock, and arguments.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ActiveSet;
use crate::{blueprint::Gcp, id::ExperimentId};

/// Longest time, in seconds, from the start of an attempt to its claim: a VM boots within a minute
/// or two, and new rights take up to ten to work.
pub const CLAIM_WITHIN: i64 = 15 * 60;

/// Longest time, in seconds, between two beats of a VM that lives; it beats every 30 s.
pub const BEAT_WITHIN: i64 = 5 * 60;

/// What a VM has left of an attempt that has not ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    /// When the VM was asked for, where that is known.
    pub started: Option<i64>,
    /// When the attempt was claimed.
    pub claimed: Option<i64>,
    /// When its status was last written.
    pub beat: Option<i64>,
}

/// Whether an attempt's VM is taken to live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It lives, or may still boot.
    Alive,
    /// Nobody has claimed the attempt in time.
    Unclaimed,
    /// It was claimed, and there is no beat any more.
    Silent,
}

impl Signs {
    /// Whether the VM is taken to live at the moment `now`.
    ///
    /// A VM whose start is not known is given its time from the moment at which it was first seen,
    /// which is for the caller to remember.
    #[must_use]
    pub fn life(&self, now: i64) -> Life {
        match (self.claimed.max(self.beat), self.started) {
            (Some(last), _) if now - last >= BEAT_WITHIN => Life::Silent,
            (None, Some(started)) if now - started >= CLAIM_WITHIN => Life::Unclaimed,
            _ => Life::Alive,
        }
    }
}

/// A member of the active set, as Terraform reads it. A sandbox has an attempt alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The attempt.
    pub attempt: u32,
    /// Whether it gets a spot VM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spot: Option<bool>,
    /// When it was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<i64>,
    /// The zone of its VM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

impl Entry {
    /// An attempt whose machine has no place to be told.
    #[must_use]
    pub fn of(attempt: u32) -> Self {
        Self { attempt, spot: None, started: None, zone: None }
    }
}

/// The active set with what Terraform is told of each member.
pub type Placed = BTreeMap<ExperimentId, Entry>;

/// The attempts of a placed set.
#[must_use]
pub fn attempts(placed: &Placed) -> ActiveSet {
    placed.iter().map(|(id, entry)| (id.clone(), entry.attempt)).collect()
}

/// An active set for sandboxes, which are all in one place.
#[must_use]
pub fn unplaced(active: &ActiveSet) -> Placed {
    active.iter().map(|(id, attempt)| (id.clone(), Entry::of(*attempt))).collect()
}

/// Gives each new member a zone, a kind of VM and its start; who was there stays as it was, because a
/// VM that runs is never touched.
#[must_use]
pub fn place(gcp: &Gcp, next: &ActiveSet, applied: &Placed, zone: &str, now: i64) -> Placed {
    let entry = |(id, attempt): (&ExperimentId, &u32)| {
        let kept = applied.get(id).filter(|entry| entry.attempt == *attempt);
        let entry = kept.cloned().unwrap_or_else(|| Entry {
            attempt: *attempt,
            spot: Some(gcp.spot && *attempt <= gcp.spot_attempts),
            started: Some(now),
            zone: Some(zone.to_owned()),
        });
        (id.clone(), entry)
    };
    next.iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(started: i64, claimed: impl Into<Option<i64>>, beat: impl Into<Option<i64>>) -> Signs {
        Signs { started: Some(started), claimed: claimed.into(), beat: beat.into() }
    }

    #[test]
    fn a_vm_has_fifteen_minutes_to_claim_its_attempt() {
        assert_eq!(signs(1_000, None, None).life(1_000 + 899), Life::Alive);
        assert_eq!(signs(1_000, None, None).life(1_000 + 900), Life::Unclaimed);
        assert_eq!(Signs::default().life(1_000_000), Life::Alive);
    }

    #[test]
    fn a_vm_that_has_claimed_is_lost_five_minutes_after_its_last_sign() {
        assert_eq!(signs(0, 5_000, None).life(5_299), Life::Alive);
        assert_eq!(signs(0, 5_000, None).life(5_300), Life::Silent);
        assert_eq!(signs(0, 5_000, 9_000).life(9_299), Life::Alive);
        assert_eq!(signs(0, 5_000, 9_000).life(9_300), Life::Silent);
    }

    #[test]
    fn a_clock_that_the_store_rounds_down_makes_nobody_lost() {
        assert_eq!(signs(100, 101, 102).life(99), Life::Alive);
    }
}
