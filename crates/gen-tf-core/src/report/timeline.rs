//! When attempts ended, by how: counts over stretches of time, few however many attempts there are.
//! Why an attempt failed is the outcome's.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::outcome::Cause;

/// A timeline has at most so many stretches of time.
const MOST_BINS: i64 = 60;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// How long a stretch may be: what people count in.
const WIDTHS: [i64; 13] = [
    MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    7 * DAY,
    28 * DAY,
];

/// Attempts over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Timeline {
    /// Where the first stretch begins, RFC 3339 in UTC; null where no attempt has a time.
    pub begin: Option<String>,
    /// How long each stretch is, in seconds.
    pub bin_seconds: i64,
    /// Each way in which an attempt ended, succeeded first, then causes in their order.
    pub lanes: Vec<Lane>,
}

/// The attempts that ended in one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lane {
    /// Whether they succeeded.
    pub succeeded: bool,
    /// Why they failed; null where they succeeded, or the outcome does not say.
    pub cause: Option<Cause>,
    /// How many there are.
    pub total: u64,
    /// How many of them have no time that can be read.
    pub without_time: u64,
    /// How many ended in each stretch.
    pub bins: Vec<u64>,
}

/// How an attempt ended; the derived order is that of lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ending {
    Succeeded,
    Failed(Option<Cause>),
}

/// The times at which attempts ended, by how.
#[derive(Clone, Debug, Default)]
pub(super) struct Ends(BTreeMap<Ending, Vec<Option<i64>>>);

impl Ends {
    /// Notes an end, RFC 3339.
    pub(super) fn add(&mut self, ending: Ending, ended: &str) {
        let time = ended.parse::<Timestamp>().ok().map(Timestamp::as_second);
        self.0.entry(ending).or_default().push(time);
    }

    pub(super) fn timeline(&self) -> Timeline {
        let times = || self.0.values().flatten().flatten().copied();
        let (Some(first), Some(last)) = (times().min(), times().max()) else {
            return Timeline {
                begin: None,
                bin_seconds: WIDTHS[0],
                lanes: self.lanes(0, WIDTHS[0], 0),
            };
        };
        let bins = |width: i64| last.div_euclid(width) - first.div_euclid(width) + 1;
        // What no width of the list holds together is centuries long; then one is made for it.
        let width = WIDTHS.into_iter().find(|width| bins(*width) <= MOST_BINS);
        let width = width.unwrap_or((last - first) / (MOST_BINS - 1) + 1);
        let begin = first.div_euclid(width) * width;
        Timeline {
            begin: Timestamp::from_second(begin).ok().map(|time| time.to_string()),
            bin_seconds: width,
            lanes: self.lanes(begin, width, bins(width)),
        }
    }

    fn lanes(&self, begin: i64, width: i64, bins: i64) -> Vec<Lane> {
        let lane = |(ending, times): (&Ending, &Vec<Option<i64>>)| {
            let mut counts = vec![0; usize::try_from(bins).unwrap_or(0)];
            for time in times.iter().flatten() {
                counts[((time - begin) / width) as usize] += 1;
            }
            Lane {
                succeeded: *ending == Ending::Succeeded,
                cause: match ending {
                    Ending::Succeeded => None,
                    Ending::Failed(cause) => *cause,
                },
                total: times.len() as u64,
                without_time: times.iter().filter(|time| time.is_none()).count() as u64,
                bins: counts,
            }
        };
        self.0.iter().map(lane).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_counted_by_how_and_when_they_ended() {
        let mut ends = Ends::default();
        ends.add(Ending::Succeeded, "2026-11-24T10:00:30Z");
        ends.add(Ending::Succeeded, "2026-11-24T10:59:59Z");
        ends.add(Ending::Failed(Some(Cause::Preempted)), "2026-11-24T10:02:00Z");
        ends.add(Ending::Failed(Some(Cause::Lost)), "");
        let timeline = ends.timeline();
        assert_eq!(timeline.begin.as_deref(), Some("2026-11-24T10:00:00Z"));
        assert_eq!(timeline.bin_seconds, 60);
        let told: Vec<_> =
            timeline.lanes.iter().map(|it| (it.cause, it.total, it.without_time)).collect();
        let expected = [(None, 2, 0), (Some(Cause::Preempted), 1, 0), (Some(Cause::Lost), 1, 1)];
        assert_eq!(told, expected);
        assert_eq!(timeline.lanes[0].bins.len(), 60);
        assert_eq!((timeline.lanes[0].bins[0], timeline.lanes[0].bins[59]), (1, 1));
        assert_eq!((timeline.lanes[1].bins[2], timeline.lanes[2].bins.iter().sum()), (1, 0_u64));
    }

    #[test]
    fn a_timeline_is_short_however_long_the_study_was() {
        for last in [
            "2026-11-24T10:00:01Z",
            "2026-11-27T00:00:00Z",
            "2030-01-01T00:00:00Z",
            "9000-01-01T00:00:00Z",
        ] {
            let mut ends = Ends::default();
            ends.add(Ending::Succeeded, "2026-11-24T10:00:00Z");
            ends.add(Ending::Succeeded, last);
            let timeline = ends.timeline();
            let bins = &timeline.lanes[0].bins;
            assert!(bins.len() <= 60 && bins.iter().sum::<u64>() == 2, "{last}: {bins:?}");
        }
    }

    #[test]
    fn attempts_without_any_time_are_counted_all_the_same() {
        let mut ends = Ends::default();
        ends.add(Ending::Failed(Some(Cause::Setup)), "yesterday");
        let timeline = ends.timeline();
        assert_eq!((timeline.begin, timeline.lanes[0].total), (None, 1));
        assert!(timeline.lanes[0].bins.is_empty());
    }
}
