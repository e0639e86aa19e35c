//! What a study on Google Cloud needs besides Terraform: what the state says, the values of secrets,
//! what exists although no state has it, and zones that have no machines left. Nothing here starts
//! Terraform.

pub mod adoption;
pub mod inventory;
pub mod life;
pub mod quotas;
pub mod removal;
pub mod secrets;
pub mod state;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use gen_tf_core::shortage::seconds_until;
use gen_tf_store::google::segment;
use jiff::Timestamp;

/// How long a zone that had no machines left is passed over.
const REST: Duration = Duration::from_secs(15 * 60);

/// Zones that had no machines left, each until when it is passed over.
#[derive(Debug, Default)]
pub struct Zones {
    exhausted: BTreeMap<String, Instant>,
}

impl Zones {
    /// The first zone that may have machines; where none may, the one that has rested longest.
    #[must_use]
    pub fn choose<'a>(&self, zones: &'a [String]) -> &'a str {
        let rested = |zone: &&String| self.resting(zone);
        zones.iter().min_by_key(rested).map_or("", String::as_str)
    }

    /// Notes that a zone has no machines left; says whether another one may have some.
    pub fn exhaust(&mut self, zones: &[String], zone: &str) -> bool {
        self.exhausted.insert(zone.to_owned(), Instant::now() + REST);
        self.resting(self.choose(zones)).is_none()
    }

    /// Takes over what another gen-tf has met, at the moment `now` of the store's clock.
    pub fn recall(&mut self, zones: &BTreeMap<String, Timestamp>, now: Timestamp) {
        for (zone, until) in zones {
            let rest = Duration::from_secs(seconds_until(*until, now)).min(REST);
            self.exhausted.insert(zone.clone(), Instant::now() + rest);
        }
    }

    /// What another gen-tf has to know, at the moment `now` of the store's clock.
    #[must_use]
    pub fn exhausted(&self, now: Timestamp) -> BTreeMap<String, Timestamp> {
        let until = |zone: &String| {
            let rest = self.resting(zone)?.saturating_duration_since(Instant::now());
            Some((zone.clone(), now.saturating_add(rest).unwrap_or(Timestamp::MAX)))
        };
        self.exhausted.keys().filter_map(until).collect()
    }

    /// Until when a zone is passed over, if it is.
    fn resting(&self, zone: &str) -> Option<Instant> {
        self.exhausted.get(zone).copied().filter(|until| *until > Instant::now())
    }
}

/// A path of Google's APIs with each of its parts encoded.
fn encoded(path: &str) -> String {
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_without_machines_is_passed_over_and_the_one_that_rested_longest_comes_first() {
        let zones = ["a", "b"].map(str::to_owned);
        let mut met = Zones::default();
        assert_eq!(met.choose(&zones), "a");
        assert!(met.exhaust(&zones, "a"), "b may have machines");
        assert_eq!(met.choose(&zones), "b");
        assert!(!met.exhaust(&zones, "b"), "nobody has");
        assert_eq!(met.choose(&zones), "a");
        met.exhaust(&zones, "a");
        assert_eq!(met.choose(&zones), "b");
    }

    #[test]
    fn another_gen_tf_passes_the_same_zones_over() {
        let zones = ["a", "b"].map(str::to_owned);
        let now = Timestamp::from_second(1_000_000).unwrap();
        let mut met = Zones::default();
        met.exhaust(&zones, "a");
        let told = met.exhausted(now);
        assert_eq!(told.len(), 1);
        let later = |seconds: i64| {
            let mut other = Zones::default();
            other.recall(&told, Timestamp::from_second(1_000_000 + seconds).unwrap());
            other.choose(&zones).to_owned()
        };
        assert_eq!([later(0), later(800), later(1_000)], ["b", "b", "a"]);
    }
}
