//! Counts requests one by one into the figures of an attempt, in memory that does not grow with
//! their number. It reads no evidence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    CoverageCounts, Document, Failure, Minute, Operations, Requests, StatusClasses, normalised,
};
use crate::outcome::Outcome;

/// The clock of a tool's time counts hundredths of seconds.
const CLOCK_STEP: f64 = 0.01;
/// A time that far from the tool's start is a mistake of the record, in seconds.
const FAR_AWAY: f64 = 31.0 * 86_400.0;
/// So many different failures are told apart.
const MOST_FAILURES: usize = 10_000;

/// A tool's time on the service.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// When it began, in seconds since 1970.
    pub started: f64,
    /// How long it lasted.
    pub seconds: f64,
}

impl Window {
    /// The tool's time of an attempt; absent where the tool was not started, or nobody saw when.
    #[must_use]
    pub fn of(outcome: &Outcome) -> Option<Self> {
        let started = outcome.timings.tool_started.filter(|time| time.is_finite())?;
        Some(Self { started, seconds: outcome.tool_seconds })
    }

    fn holds(self, sent: f64) -> bool {
        sent >= self.started - CLOCK_STEP && sent <= self.started + self.seconds + CLOCK_STEP
    }
}

/// A request and its answer.
#[derive(Clone, Copy, Debug)]
pub struct Count<'a> {
    /// When it was sent, in seconds since 1970.
    pub sent: f64,
    /// Method in capitals.
    pub method: &'a str,
    /// Path or URL.
    pub target: &'a str,
    /// Status of the answer.
    pub status: u32,
}

/// A time in a record that cannot be true.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("the time {0} is more than 31 days from the start")]
pub struct FarAway(f64);

/// Figures in the making.
#[derive(Debug)]
pub struct Tally<'a> {
    window: Option<Window>,
    document: Option<&'a Document>,
    /// Start of the first minute, once it is known.
    origin: Option<f64>,
    total: u64,
    status: StatusClasses,
    unauthorized: u64,
    forbidden: u64,
    unanswered: Option<u64>,
    outside: u64,
    span: Option<(f64, f64)>,
    elsewhere: u64,
    /// Of each operation the first minute in which it was reached, succeeded, failed.
    reached: [Vec<Option<u64>>; 3],
    minutes: Vec<(u64, StatusClasses)>,
    /// Whether messages of failed answers are among the evidence.
    messages: bool,
    failures: BTreeMap<(Option<usize>, String), (u64, u64)>,
    too_many_failures: bool,
}

/// What a tally comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Counted {
    /// Requests and their answers.
    pub requests: Requests,
    /// Operations; absent without a document.
    pub operations: Option<Operations>,
    /// Each kind of failure; absent where the evidence does not tell.
    pub failures: Option<Vec<Failure>>,
    /// Whether there were more kinds of failures than are told apart.
    pub too_many_failures: bool,
    /// Minute by minute.
    pub minutes: Vec<Minute>,
}

impl Counted {
    /// Whether there was no request at all, in the tool's time or not.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Requests { total, unanswered, outside_budget, .. } = self.requests;
        total + unanswered.unwrap_or(0) + outside_budget.unwrap_or(0) == 0
    }
}

impl<'a> Tally<'a> {
    /// An empty tally.
    #[must_use]
    pub fn new(window: Option<Window>, document: Option<&'a Document>) -> Self {
        let operations = document.map_or(0, |document| document.operations().len());
        Self {
            window,
            document,
            origin: window.map(|window| window.started),
            total: 0,
            status: StatusClasses::default(),
            unauthorized: 0,
            forbidden: 0,
            unanswered: None,
            outside: 0,
            span: None,
            elsewhere: 0,
            reached: [0; 3].map(|_| vec![None; operations]),
            minutes: Vec::new(),
            messages: false,
            failures: BTreeMap::new(),
            too_many_failures: false,
        }
    }

    /// Counts a request that the service has answered.
    pub fn add(&mut self, count: &Count<'_>) -> Result<(), FarAway> {
        let Some(minute) = self.minute(count.sent)? else {
            self.outside += 1;
            return Ok(());
        };
        self.total += 1;
        self.status.add(count.status);
        self.unauthorized += u64::from(count.status == 401);
        self.forbidden += u64::from(count.status == 403);
        let (first, last) = self.span.unwrap_or((count.sent, count.sent));
        self.span = Some((first.min(count.sent), last.max(count.sent)));
        let index = usize::try_from(minute).unwrap_or(usize::MAX);
        if self.minutes.len() <= index {
            self.minutes.resize(index + 1, (0, StatusClasses::default()));
        }
        self.minutes[index].0 += 1;
        self.minutes[index].1.add(count.status);
        self.reach(count, minute);
        Ok(())
    }

    fn reach(&mut self, count: &Count<'_>, minute: u64) {
        let Some(document) = self.document else { return };
        let Some(operation) = document.operation_of(count.method, count.target) else {
            self.elsewhere += 1;
            return;
        };
        let hundreds = count.status / 100;
        for (which, is_so) in [true, hundreds == 2, hundreds == 5].into_iter().enumerate() {
            if is_so {
                let first = &mut self.reached[which][operation];
                *first = Some(first.map_or(minute, |known| known.min(minute)));
            }
        }
    }

    /// Counts a request that the service has not answered: it is in no other figure.
    pub fn add_unanswered(&mut self) {
        *self.unanswered.get_or_insert(0) += 1;
    }

    /// Says that the evidence would tell of unanswered requests, so that none is 0 and not unknown.
    pub fn knows_unanswered(&mut self) {
        self.unanswered.get_or_insert(0);
    }

    /// Says that the evidence has the messages of failed answers.
    pub fn knows_messages(&mut self) {
        self.messages = true;
    }

    /// Takes the body of a failed answer; other answers are ignored.
    pub fn add_message(&mut self, count: &Count<'_>, body: &str) -> Result<(), FarAway> {
        let Some(document) = self.document.filter(|_| count.status / 100 == 5) else {
            return Ok(());
        };
        let Some(minute) = self.minute(count.sent)? else { return Ok(()) };
        let operation = document.operation_of(count.method, count.target);
        let is_full = self.failures.len() >= MOST_FAILURES;
        let key = (operation, normalised(body));
        if let Some((answers, first)) = self.failures.get_mut(&key) {
            *answers += 1;
            *first = minute.min(*first);
        } else if is_full {
            self.too_many_failures = true;
        } else {
            self.failures.insert(key, (1, minute));
        }
        Ok(())
    }

    /// The minute of a time, from 0; absent outside the tool's time.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 31 days")]
    fn minute(&mut self, sent: f64) -> Result<Option<u64>, FarAway> {
        if !sent.is_finite() {
            return Err(FarAway(sent));
        }
        let origin = *self.origin.get_or_insert(sent);
        if (sent - origin).abs() > FAR_AWAY {
            return Err(FarAway(sent));
        }
        let mut minute = ((sent - origin) / 60.0).max(0.0) as u64;
        if let Some(window) = self.window {
            if !window.holds(sent) {
                return Ok(None);
            }
            minute = minute.min(minutes_of(window).saturating_sub(1));
        }
        Ok(Some(minute))
    }

    /// The figures. `samples` are samples of coverage with their times, in seconds since 1970.
    #[must_use]
    pub fn finish(self, samples: &[(f64, CoverageCounts)]) -> Counted {
        let operations = self.document.map(|document| self.operations(document));
        let failures = self.failures();
        let minutes = self.minutes(failures.as_deref(), samples);
        let (first, last) = self.span.unzip();
        let requests = Requests {
            total: self.total,
            status: self.status,
            unauthorized: self.unauthorized,
            forbidden: self.forbidden,
            unanswered: self.unanswered,
            outside_budget: self.window.map(|_| self.outside),
            first: first.map(microseconds),
            last: last.map(microseconds),
            span_seconds: self.span.map(|(first, last)| microseconds(last - first)),
        };
        let too_many_failures = self.too_many_failures;
        Counted { requests, operations, failures, too_many_failures, minutes }
    }

    fn operations(&self, document: &Document) -> Operations {
        let [reached, succeeded, failed] =
            [0, 1, 2].map(|which| self.reached[which].iter().flatten().count() as u64);
        let documented = document.operations().len() as u64;
        Operations { documented, reached, succeeded, failed, requests_elsewhere: self.elsewhere }
    }

    fn failures(&self) -> Option<Vec<Failure>> {
        if self.status.server_error > 0 && !(self.messages && self.document.is_some()) {
            return None;
        }
        let name = |number: usize| self.document.map(|d| d.operations()[number].to_string());
        let failure = |((operation, message), (answers, first_minute)): (&_, &_)| Failure {
            operation: Option::and_then(*operation, name),
            message: String::clone(message),
            answers: *answers,
            first_minute: *first_minute,
        };
        let mut failures: Vec<Failure> = self.failures.iter().map(failure).collect();
        failures.sort_by_key(|failure| std::cmp::Reverse(failure.answers));
        Some(failures)
    }

    fn minutes(
        &self,
        failures: Option<&[Failure]>,
        samples: &[(f64, CoverageCounts)],
    ) -> Vec<Minute> {
        let number = match self.window {
            Some(window) => minutes_of(window),
            None => self.minutes.len() as u64,
        };
        let up_to = |firsts: &[Option<u64>], minute: u64| {
            let known = firsts.iter().flatten().filter(|first| **first <= minute).count();
            self.document.map(|_| known as u64)
        };
        let mut samples: Vec<_> = samples.to_vec();
        samples.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let mut minutes = Vec::new();
        for minute in 0..number {
            let index = usize::try_from(minute).unwrap_or(usize::MAX);
            let (requests, status) = self.minutes.get(index).copied().unwrap_or_default();
            let unique = failures.map(|all| {
                all.iter().filter(|failure| failure.first_minute <= minute).count() as u64
            });
            minutes.push(Minute {
                requests,
                status,
                operations_reached: up_to(&self.reached[0], minute),
                operations_succeeded: up_to(&self.reached[1], minute),
                unique_5xx: unique,
                coverage: self.covered_by(minute, &samples),
            });
        }
        minutes
    }

    /// The last sample up to the end of a minute.
    #[expect(clippy::cast_precision_loss, reason = "minutes of a month at most")]
    fn covered_by(&self, minute: u64, samples: &[(f64, CoverageCounts)]) -> Option<CoverageCounts> {
        let end = self.origin? + 60.0 * (minute + 1) as f64;
        let later = samples.partition_point(|(time, _)| *time <= end);
        later.checked_sub(1).map(|last| samples[last].1)
    }
}

/// Seconds without the digits that only a difference of large numbers has.
fn microseconds(seconds: f64) -> f64 {
    (seconds * 1e6).round() / 1e6
}

/// Minutes of the tool's time, the last of which need not be whole; a month at most.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 31 days")]
fn minutes_of(window: Window) -> u64 {
    (window.seconds.clamp(0.0, FAR_AWAY) / 60.0).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"{"paths": {"/a": {"get": {}, "post": {}}, "/b/{id}": {"get": {}}}}"#;

    fn count(sent: f64, target: &str, status: u32) -> Count<'_> {
        Count { sent, method: "GET", target, status }
    }

    fn window() -> Option<Window> {
        Some(Window { started: 1000.0, seconds: 150.0 })
    }

    #[test]
    fn requests_outside_the_tools_time_are_in_no_figure() {
        let document = Document::parse(DOCUMENT.as_bytes()).unwrap();
        let mut tally = Tally::new(window(), Some(&document));
        for (sent, target, status) in [
            (999.9, "/a", 200),
            (1000.0, "/b/1", 404),
            (1059.9, "/b/1", 200),
            (1061.0, "/c", 401),
            (1150.0, "/b/2", 500),
            (1150.1, "/a", 200),
        ] {
            tally.add(&count(sent, target, status)).unwrap();
        }
        let counted = tally.finish(&[]);
        let requests = &counted.requests;
        assert_eq!((requests.total, requests.outside_budget), (4, Some(2)));
        assert_eq!((requests.unauthorized, requests.unanswered), (1, None));
        assert_eq!(requests.span_seconds, Some(150.0));
        assert_eq!(requests.status.client_error, 2);
        let operations = counted.operations.unwrap();
        assert_eq!((operations.documented, operations.reached, operations.succeeded), (3, 1, 1));
        assert_eq!((operations.failed, operations.requests_elsewhere), (1, 1));
        let minutes: Vec<u64> = counted.minutes.iter().map(|minute| minute.requests).collect();
        assert_eq!(minutes, [2, 1, 1]);
        assert_eq!(counted.failures, None, "a failed answer without its message");
    }

    #[test]
    fn a_failure_is_an_operation_and_a_normalised_message() {
        let document = Document::parse(DOCUMENT.as_bytes()).unwrap();
        let mut tally = Tally::new(window(), Some(&document));
        tally.knows_messages();
        for (sent, target, body) in [
            (1001.0, "/b/1", "no value 'x1'"),
            (1130.0, "/b/2", "no value 'x2'"),
            (1131.0, "/b/2", "overflow"),
            (1002.0, "/a", "no value 'x3'"),
            (1140.0, "/nowhere", "no value 'x4'"),
            (1200.0, "/a", "too late"),
        ] {
            tally.add(&count(sent, target, 500)).unwrap();
            tally.add_message(&count(sent, target, 500), body).unwrap();
        }
        tally.add_message(&count(1003.0, "/a", 404), "no failure").unwrap();
        let counted = tally.finish(&[]);
        let failures = counted.failures.unwrap();
        let told: Vec<_> =
            failures.iter().map(|f| (f.operation.as_deref(), &f.message[..], f.answers)).collect();
        assert_eq!(
            told,
            [
                (Some("GET /b/{id}"), "no value", 2),
                (None, "no value", 1),
                (Some("GET /a"), "no value", 1),
                (Some("GET /b/{id}"), "overflow", 1),
            ]
        );
        let unique: Vec<_> = counted.minutes.iter().map(|minute| minute.unique_5xx).collect();
        assert_eq!(unique, [Some(2), Some(2), Some(4)]);
    }

    #[test]
    fn without_failed_answers_there_are_no_failures_whatever_else_is_missing() {
        let mut tally = Tally::new(None, None);
        tally.add(&count(5.0, "/a", 200)).unwrap();
        let counted = tally.finish(&[]);
        assert_eq!(counted.failures, Some(Vec::new()));
        assert_eq!(counted.operations, None);
        assert_eq!(counted.requests.outside_budget, None);
        assert_eq!(counted.minutes.len(), 1);
    }

    #[test]
    fn coverage_of_a_minute_is_the_last_sample_up_to_its_end() {
        let lines = |covered| CoverageCounts {
            lines: Some(super::super::Covered { covered, total: 10 }),
            ..CoverageCounts::default()
        };
        let samples = [(1125.0, lines(7)), (990.0, lines(1)), (1055.0, lines(4))];
        let counted = Tally::new(window(), None).finish(&samples);
        let covered: Vec<_> =
            counted.minutes.iter().map(|m| m.coverage.unwrap().lines.unwrap().covered).collect();
        assert_eq!(covered, [4, 4, 7]);
    }

    #[test]
    fn a_time_that_cannot_be_true_is_refused() {
        let mut tally = Tally::new(window(), None);
        assert_eq!(tally.add(&count(1e300, "/a", 200)), Err(FarAway(1e300)));
        assert!(tally.add(&count(f64::NAN, "/a", 200)).is_err());
        assert_eq!(tally.finish(&[]).requests.total, 0);
    }
}
