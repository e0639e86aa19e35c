//! Follows a running study: pulls again and again until every experiment has ended for good.
//! What it sees is shown, and the time between two looks is spent, elsewhere.

use std::{
    collections::BTreeSet,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use gen_tf_core::{
    id::{AttemptId, ExperimentId},
    schedule::{Counts, State},
};

use crate::{
    matrix,
    pull::{self, Event, Job, PullError, Report},
};

/// How long a store that does not answer is asked again.
const GIVE_UP_AFTER: Duration = Duration::from_secs(30 * 60);

/// Where a study is after a look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Experiments by state, as far as what is home tells.
    pub counts: Counts,
    /// Experiments that are waited for.
    pub open: usize,
}

/// What a watch tells while it works.
#[derive(Debug)]
pub enum Seen<'a> {
    /// What a pull tells.
    Pull(Event<'a>),
    /// A look is over, and another one follows.
    Waits(Standing),
    /// The store does not answer and is asked again. Told once.
    NoAnswer(&'a PullError),
    /// The store answers again.
    Answers,
}

/// How a watch ended.
#[derive(Debug, Default)]
pub struct Ending {
    /// What all its pulls did.
    pub report: Report,
    /// Where the study is.
    pub standing: Standing,
}

/// Pulls until every experiment of the study has ended for good, or `job.stop` becomes true; `wait` is
/// called between two looks.
///
/// An attempt that can't be pulled is not tried again, unless a connection was to blame, and its
/// experiment is not waited for. What would fail for every attempt, as on a full disk, ends the watch.
///
/// # Errors
///
/// As [`pull::pull`]; that a store does not answer, only after half an hour.
pub fn watch(
    job: &Job<'_>,
    wait: &dyn Fn(),
    tell: &(dyn Fn(Seen<'_>) + Sync),
) -> Result<Ending, PullError> {
    let mut watch = Watch { job, looked: false, given_up: BTreeSet::new(), silent: None };
    let mut ending = Ending::default();
    loop {
        match watch.look(&mut ending, tell) {
            Ok(true) => return Ok(ending),
            Ok(false) => tell(Seen::Waits(ending.standing)),
            Err(error) => watch.outlast(error, Instant::now(), tell)?,
        }
        wait();
        if job.stop.load(Ordering::Relaxed) {
            return Ok(ending);
        }
    }
}

struct Watch<'a> {
    job: &'a Job<'a>,
    looked: bool,
    /// Attempts that another look would not bring home either.
    given_up: BTreeSet<AttemptId>,
    /// Since when the store does not answer.
    silent: Option<Instant>,
}

impl Watch<'_> {
    /// Pulls once; whether that was the last time.
    fn look(
        &mut self,
        ending: &mut Ending,
        tell: &(dyn Fn(Seen<'_>) + Sync),
    ) -> Result<bool, PullError> {
        let job = Job { skip: &self.given_up, ..*self.job };
        let report = pull::pull(&job, &|event| tell(Seen::Pull(event)))?;
        let hopeless = report.failures.iter().any(|failure| failure.error.concerns_all());
        let lasting = report.failures.iter().filter(|failure| !failure.error.may_pass());
        self.given_up.extend(lasting.map(|failure| failure.id.clone()));
        if self.looked {
            ending.report.follow_up(report);
        } else {
            ending.report = report;
        }
        self.looked = true;
        ending.standing = self.standing(&ending.report)?;
        if self.silent.take().is_some() {
            tell(Seen::Answers);
        }
        let rest = ending.report.failures.iter().any(|failure| failure.error.may_pass());
        let is_all = ending.standing.open == 0 && ending.report.left == 0 && !rest;
        Ok(is_all || hopeless || self.job.stop.load(Ordering::Relaxed))
    }

    fn standing(&self, report: &Report) -> Result<Standing, PullError> {
        let given_up: BTreeSet<&ExperimentId> =
            self.given_up.iter().map(|id| &id.experiment).collect();
        let survey = |retries: &BTreeSet<AttemptId>| {
            let survey = self.job.matrix.survey(&report.home, retries);
            let is_open = |(id, state): &&(ExperimentId, State)| {
                let ended = matches!(state, State::Succeeded { .. } | State::Failed { .. });
                !ended && !given_up.contains(id)
            };
            Standing { counts: Counts::of(&survey), open: survey.iter().filter(is_open).count() }
        };
        let standing = survey(&BTreeSet::new());
        if standing.open > 0 || standing.counts.failed == 0 {
            return Ok(standing);
        }
        // What has failed for good is tried again where a person wants it.
        Ok(survey(&matrix::retries(self.job.store)?))
    }

    /// Takes a failure for a passing one, if it is one and has not lasted for too long.
    fn outlast(
        &mut self,
        error: PullError,
        now: Instant,
        tell: &(dyn Fn(Seen<'_>) + Sync),
    ) -> Result<(), PullError> {
        match self.silent {
            _ if !error.may_pass() => Err(error),
            Some(since) if now.duration_since(since) >= GIVE_UP_AFTER => Err(error),
            Some(_) => Ok(()),
            None => {
                self.silent = Some(now);
                tell(Seen::NoAnswer(&error));
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use camino::Utf8Path;
    use gen_tf_store::Store;

    use super::*;
    use crate::{archive::ArchiveError, matrix::Matrix, results::ResultsFolder};

    fn broken() -> PullError {
        let source = ArchiveError::Broken { source: std::io::Error::other("cut") };
        PullError::Archive { key: "k".to_owned(), source }
    }

    #[test]
    fn a_store_that_does_not_answer_is_asked_again_for_half_an_hour() {
        let folder = tempfile::tempdir().unwrap();
        let job = Job {
            store: &Store::in_memory().unwrap(),
            study: "s",
            matrix: &Matrix::default(),
            folder: &ResultsFolder::open(Utf8Path::from_path(folder.path()).unwrap()).unwrap(),
            skip: &BTreeSet::new(),
            stop: &AtomicBool::new(false),
        };
        let mut watch = Watch { job: &job, looked: false, given_up: BTreeSet::new(), silent: None };
        let (said, start) = (std::sync::Mutex::new(0), Instant::now());
        let count = |_: Seen<'_>| *said.lock().unwrap() += 1;
        let mut at = |minutes: u64, error| {
            watch.outlast(error, start + Duration::from_secs(60 * minutes), &count).is_ok()
        };
        assert!(at(0, broken()) && at(10, broken()) && at(29, broken()));
        assert!(!at(30, broken()));
        assert!(!at(1, PullError::NoResults), "what does not pass ends the watch");
        assert_eq!(*said.lock().unwrap(), 1);
    }
}
