//! Machines that could not be had: why, since when, and when they are asked for again. It is an object
//! of the study in the store, so that every gen-tf keeps to it; the clock is an argument.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::outcome::FORMAT;

/// The key of the object, which is overwritten.
pub const KEY: &str = "shortage.json";

/// What there was too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The zones have no machines of this type left.
    Stockout,
    /// A quota is used up.
    Quota,
}

impl Kind {
    /// The name that stands in the object.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Stockout => "stockout",
            Self::Quota => "quota",
        }
    }
}

/// Machines that could not be had. What could not start stays pending: it was no attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortage {
    /// Format version.
    pub format: u32,
    /// What there was too little of.
    pub kind: Kind,
    /// Why, for people.
    pub reason: String,
    /// Zones that had no machines left, each until when it is passed over.
    pub zones: BTreeMap<String, Timestamp>,
    /// How many machines there were; until `next` no more are asked for.
    pub places: usize,
    /// When machines first could not be had.
    pub since: Timestamp,
    /// How long this rest is, in seconds.
    pub rest_seconds: u64,
    /// When more machines are asked for again.
    pub next: Timestamp,
}

/// How long machines are not asked for again, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Rests {
    /// After they could not be had for the first time; after that twice as long each time.
    pub first: u64,
    /// At most.
    pub longest: u64,
}

impl Shortage {
    /// The shortage that is met at the moment `now`, after another one that is not over.
    #[must_use]
    pub fn after(
        before: Option<&Self>,
        kind: Kind,
        reason: &str,
        places: usize,
        rests: Rests,
        now: Timestamp,
    ) -> Self {
        let rest = before.map_or(rests.first, |before| before.rest_seconds.saturating_mul(2));
        let rest = rest.clamp(rests.first, rests.longest);
        let seconds = SignedDuration::from_secs(i64::try_from(rest).unwrap_or(i64::MAX));
        Self {
            format: FORMAT,
            kind,
            reason: reason.to_owned(),
            zones: BTreeMap::new(),
            places,
            since: before.map_or(now, |before| before.since),
            rest_seconds: rest,
            next: now.saturating_add(seconds).unwrap_or(Timestamp::MAX),
        }
    }

    /// Seconds until more machines are asked for again; 0 when it is time.
    #[must_use]
    pub fn rests_for(&self, now: Timestamp) -> u64 {
        seconds_until(self.next, now).min(self.rest_seconds)
    }
}

/// Seconds from `now` to a moment; 0 when it has passed.
#[must_use]
pub fn seconds_until(moment: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(moment.duration_since(now).as_secs()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESTS: Rests = Rests { first: 60, longest: 600 };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn met(before: Option<&Shortage>, second: i64) -> Shortage {
        Shortage::after(before, Kind::Stockout, "none left", 2, RESTS, at(second))
    }

    #[test]
    fn each_rest_is_twice_as_long_as_the_one_before_up_to_the_longest() {
        let mut rests = Vec::new();
        let mut shortage = met(None, 1_000);
        for second in 2_000..2_006 {
            rests.push(shortage.rest_seconds);
            shortage = met(Some(&shortage), second);
        }
        assert_eq!(rests, [60, 120, 240, 480, 600, 600]);
        assert_eq!((shortage.since, shortage.next), (at(1_000), at(2_005 + 600)));
    }

    #[test]
    fn a_shortage_rests_until_its_next_time_and_never_longer_than_its_rest() {
        let shortage = met(None, 1_000);
        assert_eq!(shortage.rests_for(at(1_000)), 60);
        assert_eq!(shortage.rests_for(at(1_059)), 1);
        assert_eq!(shortage.rests_for(at(1_060)), 0);
        assert_eq!(shortage.rests_for(at(9_000)), 0);
        // A clock that was set back.
        assert_eq!(shortage.rests_for(at(0)), 60);
    }

    #[test]
    fn a_shortage_is_written_with_its_times_in_words() {
        let json = serde_json::to_value(met(None, 0)).unwrap();
        assert_eq!(
            (&json["kind"], &json["next"]),
            (&"stockout".into(), &"1970-01-01T00:01:00Z".into())
        );
        assert_eq!(serde_json::from_value::<Shortage>(json).unwrap(), met(None, 0));
    }
}
