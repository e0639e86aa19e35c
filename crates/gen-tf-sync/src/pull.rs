//! Pulls what is new in a store into a results folder: list, decide, then fetch, several at once.
//! One experiment that fails does not stop the others, unless they would all fail alike.

mod failure;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use bytes::Bytes;
use camino::{Utf8Path, Utf8PathBuf};
use gen_tf_core::{
    id::{AttemptId, AttemptObject},
    outcome::{Cause, FORMAT, Outcome, Uploaded, Verdict},
};
use gen_tf_store::{Store, StoreError};

use crate::{
    archive::{self, ArchiveError, Unpacked},
    home::{self, Ended, Listed},
    matrix::{self, Matrix},
    parallel,
    results::{self, FILES, ResultsFolder},
};

pub(crate) use failure::{AGAIN, NOT_OF_GUEST, RESTORE};
pub use failure::{Failure, PullError};

/// How many attempts are fetched at once.
const AT_ONCE: usize = 8;
/// How many outcomes are read from the store at once.
const OUTCOMES_AT_ONCE: usize = 16;
/// Most bytes of an outcome, which a guest writes in a few thousand.
const MOST_OF_OUTCOME: u64 = 1024 * 1024;
/// Most bytes of a file list: some hundred thousand files.
const MOST_OF_LIST: u64 = 64 * 1024 * 1024;

/// What is pulled, and where to.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// The store.
    pub store: &'a Store,
    /// Name of the study.
    pub study: &'a str,
    /// The experiments of the study.
    pub matrix: &'a Matrix,
    /// Where results go.
    pub folder: &'a ResultsFolder,
    /// Attempts that are not looked at.
    pub skip: &'a BTreeSet<AttemptId>,
    /// Becomes true where a person wants an end: nothing new is begun, and what is under way is left.
    pub stop: &'a AtomicBool,
}

/// What a pull did.
#[derive(Debug, Default)]
pub struct Report {
    /// The attempts that are new in the results folder, by id.
    pub pulled: Vec<Pulled>,
    /// How many succeeded experiments were there already.
    pub up_to_date: usize,
    /// How many failed attempts are under `.attempts/` now.
    pub failed_attempts: usize,
    /// Every attempt that is home now.
    pub home: Vec<Ended>,
    /// The attempts that could not be pulled, by id.
    pub failures: Vec<Failure>,
    /// How many attempts were left for another pull, because it ended before them.
    pub left: usize,
    /// Keys below `outcomes/` that name no attempt.
    pub foreign: Vec<String>,
}

/// An attempt that is new in the results folder.
#[derive(Debug)]
pub struct Pulled {
    /// The attempt.
    pub id: AttemptId,
    /// How it ended.
    pub verdict: Verdict,
    /// Why it failed, if it did.
    pub cause: Option<Cause>,
    /// Where it is, relative to the results folder.
    pub place: Utf8PathBuf,
    /// Its files, without the outcome and the file list.
    pub unpacked: Unpacked,
}

/// What a pull tells while it works.
#[derive(Debug)]
pub enum Event<'a> {
    /// So many attempts are new, with so many bytes in their archives.
    Decided {
        /// Number of attempts.
        attempts: usize,
        /// Bytes of their archives.
        bytes: u64,
    },
    /// So many more bytes have arrived.
    Received(u64),
    /// An attempt has come home: it is whole and in its place. Told once for each attempt, by the
    /// thread that has fetched it, while others are on their way.
    Pulled(&'a Pulled),
    /// An attempt could not be pulled.
    Failed(&'a Failure),
}

/// An attempt that is not in the results folder yet; its outcome waits in a folder of its own.
struct Work {
    ended: Ended,
    results: Option<Uploaded>,
    partial: Utf8PathBuf,
    place: Utf8PathBuf,
}

enum Decision {
    Held(Ended),
    New(Box<Work>),
    Left,
}

enum End {
    Pulled(Pulled, Ended),
    Failed(Failure),
    Left,
}

/// Pulls what is new. What is there already is never changed.
///
/// Where nothing is new, all that the store is asked for is one listing.
///
/// # Errors
///
/// When the store can't be listed, or the results folder can't be written to disk. What concerns one
/// attempt is in the report.
pub fn pull(job: &Job<'_>, tell: &(dyn Fn(Event<'_>) + Sync)) -> Result<Report, PullError> {
    let mut report = Report::default();
    let mut listed = home::list(job.store, &mut report.foreign)?;
    listed.retain(|listed| !job.skip.contains(&listed.id));
    let (home, new) = home::part(job.folder, listed);
    let archived = archived(job, &home, &new)?;
    put_away(job.folder, home, &archived, &mut report);
    let work = decide_all(job, new, &archived, &mut report);
    for failure in &report.failures {
        tell(Event::Failed(failure));
    }
    let bytes = work.iter().filter_map(|work| work.results.as_ref()).map(|results| results.size);
    tell(Event::Decided { attempts: work.len(), bytes: bytes.sum() });
    let halt = Halt { job, lost: AtomicUsize::new(0), hopeless: AtomicBool::new(false) };
    for end in parallel::map(work, AT_ONCE, |work| fetch(&halt, work, tell)) {
        match end {
            End::Pulled(pulled, ended) => {
                report.failed_attempts += usize::from(results::is_failed_place(&pulled.place));
                report.pulled.push(pulled);
                report.home.push(ended);
            }
            End::Failed(failure) => report.failures.push(failure),
            End::Left => report.left += 1,
        }
    }
    report.failures.sort_by(|a, b| a.id.cmp(&b.id));
    if !report.pulled.is_empty() {
        job.folder.settle()?;
    }
    Ok(report)
}

/// The attempts whose outcomes count no more.
///
/// They are asked for where they may matter: where something is new, or something at home is of another
/// definition than the study has now. Else no mark can concern anything that is home.
fn archived(
    job: &Job<'_>,
    home: &[Ended],
    new: &[Listed],
) -> Result<BTreeSet<AttemptId>, StoreError> {
    if new.is_empty() && home.iter().all(|it| it.archived || job.matrix.is_current(it)) {
        return Ok(BTreeSet::new());
    }
    matrix::attempts(job.store, AttemptObject::Archived)
}

/// Counts what is home, and moves what counts no more out of the place of what does.
fn put_away(
    folder: &ResultsFolder,
    home: Vec<Ended>,
    archived: &BTreeSet<AttemptId>,
    report: &mut Report,
) {
    for mut ended in home {
        if !ended.archived && archived.contains(&ended.id) {
            let places = results::place(&ended.id, ended.verdict)
                .and_then(|place| Ok((place, results::archived_place(&ended.id)?)));
            let moved = places.and_then(|(from, to)| folder.put_away(&from, &to));
            if let Err(error) = moved {
                report.failures.push(Failure::new(ended.id, error.into()));
                continue;
            }
            ended.archived = true;
        }
        report.hold(ended);
    }
}

impl Report {
    /// Takes in what a later pull of the same folder did. Failures of now are those of attempts that
    /// it has not tried, and its own.
    pub(crate) fn follow_up(&mut self, later: Self) {
        let Self { pulled, up_to_date: _, failed_attempts, home, failures, left, foreign } = later;
        self.pulled.extend(pulled);
        self.failures.retain(|failure| !failure.error.may_pass());
        self.failures.extend(failures);
        (self.failed_attempts, self.home) = (failed_attempts, home);
        (self.left, self.foreign) = (left, foreign);
    }

    /// Counts an attempt that was home before.
    fn hold(&mut self, ended: Ended) {
        match ended.verdict {
            _ if ended.archived => {}
            Verdict::Succeeded => self.up_to_date += 1,
            Verdict::Failed => self.failed_attempts += 1,
        }
        self.home.push(ended);
    }
}

/// Reads what is new, counts what is there after all, notes what failed; the rest is to be fetched.
fn decide_all(
    job: &Job<'_>,
    new: Vec<Listed>,
    archived: &BTreeSet<AttemptId>,
    report: &mut Report,
) -> Vec<Work> {
    let (old, current): (Vec<_>, Vec<_>) =
        new.into_iter().partition(|listed| archived.contains(&listed.id));
    let hopeless = AtomicBool::new(false);
    let decide = |listed: Vec<Listed>, archived| {
        parallel::map(listed, OUTCOMES_AT_ONCE, |listed| {
            if hopeless.load(Ordering::Relaxed) || job.stop.load(Ordering::Relaxed) {
                return Ok(Decision::Left);
            }
            decide(job, &listed, archived).map_err(|error| {
                hopeless.fetch_or(error.concerns_all() || error.may_pass(), Ordering::Relaxed);
                Failure::new(listed.id, error)
            })
        })
    };
    // What counts no more leaves its place before anything that counts looks for one.
    let mut decisions = decide(old, true);
    decisions.extend(decide(current, false));
    sort_out(decisions, report)
}

fn sort_out(decisions: Vec<Result<Decision, Failure>>, report: &mut Report) -> Vec<Work> {
    let mut places: BTreeMap<Utf8PathBuf, u32> = BTreeMap::new();
    let mut all = Vec::new();
    for decision in decisions {
        match decision {
            Ok(Decision::Held(ended)) => report.hold(ended),
            Ok(Decision::Left) => report.left += 1,
            Ok(Decision::New(work)) => match places.get(&work.place) {
                Some(&first) => {
                    let error = PullError::SecondSuccess { first };
                    report.failures.push(Failure::new(work.ended.id, error));
                }
                None => {
                    places.insert(work.place.clone(), work.ended.id.attempt);
                    all.push(*work);
                }
            },
            Err(failure) => report.failures.push(failure),
        }
    }
    all
}

fn decide(job: &Job<'_>, listed: &Listed, archived: bool) -> Result<Decision, PullError> {
    let id = &listed.id;
    let key = AttemptObject::Outcome.key(id);
    let written = read(job.store, &key, MOST_OF_OUTCOME)?;
    let outcome = parse(job, id, &key, &written)?;
    let mut place = results::place(id, outcome.outcome)?;
    if archived {
        let current = std::mem::replace(&mut place, results::archived_place(id)?);
        job.folder.archive(&current, &place, &written)?;
    }
    let ended = Ended::of(id, &outcome, archived);
    if job.folder.holds(&place, &outcome, &written)? {
        job.folder.remember(&place, listed.modified)?;
        return Ok(Decision::Held(ended));
    }
    let partial = job.folder.start(&written, listed.modified)?;
    Ok(Decision::New(Box::new(Work { ended, results: outcome.results, partial, place })))
}

/// The outcome in `written`, which has to be the attempt's own.
fn parse(job: &Job<'_>, id: &AttemptId, key: &str, written: &[u8]) -> Result<Outcome, PullError> {
    let outcome: Outcome = serde_json::from_slice(written).map_err(|source| StoreError::Json {
        key: key.to_owned(),
        location: job.store.location().to_owned(),
        source,
    })?;
    if outcome.format != FORMAT {
        return Err(PullError::Format { found: outcome.format });
    }
    let told = AttemptId { experiment: outcome.experiment.clone(), attempt: outcome.attempt };
    if told != *id || outcome.study != job.study {
        let (key, found) = (key.to_owned(), told.to_string());
        return Err(PullError::Misplaced { key, found, study: outcome.study });
    }
    if outcome.outcome == Verdict::Succeeded && outcome.results.is_none() {
        return Err(PullError::NoResults);
    }
    Ok(outcome)
}

/// Knows when to begin nothing more.
struct Halt<'a> {
    job: &'a Job<'a>,
    /// Attempts one after another whose connection was lost.
    lost: AtomicUsize,
    /// Whether every other attempt would fail, too.
    hopeless: AtomicBool,
}

impl Halt<'_> {
    fn is_wanted(&self) -> bool {
        self.hopeless.load(Ordering::Relaxed) || self.is_stopped()
    }

    fn is_stopped(&self) -> bool {
        self.job.stop.load(Ordering::Relaxed)
    }

    fn learn(&self, end: Result<(), &PullError>) {
        match end {
            Ok(()) => self.lost.store(0, Ordering::Relaxed),
            Err(error) if error.concerns_all() => self.hopeless.store(true, Ordering::Relaxed),
            // One lost connection is an accident; as many as there are at once are a lost network.
            Err(error) if error.may_pass() => {
                let lost = self.lost.fetch_add(1, Ordering::Relaxed) + 1;
                self.hopeless.fetch_or(lost >= AT_ONCE, Ordering::Relaxed);
            }
            Err(_) => {}
        }
    }
}

fn fetch(halt: &Halt<'_>, work: Work, tell: &(dyn Fn(Event<'_>) + Sync)) -> End {
    if halt.is_wanted() {
        return End::Left;
    }
    let fetched = fetch_files(halt, &work, tell);
    halt.learn(fetched.as_ref().map(|_| ()));
    let Work { ended, partial, place, .. } = work;
    match fetched {
        Ok(unpacked) => {
            let (id, verdict, cause) = (ended.id.clone(), ended.verdict, ended.cause);
            let pulled = Pulled { id, verdict, cause, place, unpacked };
            tell(Event::Pulled(&pulled));
            End::Pulled(pulled, ended)
        }
        Err(error) => {
            halt.job.folder.give_up(&partial);
            if halt.is_stopped() {
                return End::Left;
            }
            let failure = Failure::new(ended.id, error);
            tell(Event::Failed(&failure));
            End::Failed(failure)
        }
    }
}

fn fetch_files(
    halt: &Halt<'_>,
    work: &Work,
    tell: &(dyn Fn(Event<'_>) + Sync),
) -> Result<Unpacked, PullError> {
    let unpacked = match &work.results {
        Some(uploaded) => unpack(halt, uploaded, &work.partial, tell)?,
        None => Unpacked::default(),
    };
    halt.job.folder.publish(&work.partial, &work.place)?;
    Ok(unpacked)
}

fn unpack(
    halt: &Halt<'_>,
    uploaded: &Uploaded,
    partial: &Utf8Path,
    tell: &(dyn Fn(Event<'_>) + Sync),
) -> Result<Unpacked, PullError> {
    let (store, key) = (halt.job.store, &uploaded.archive);
    let refuse_list = |source| PullError::Archive { key: uploaded.file_list.clone(), source };
    let written = read(store, &uploaded.file_list, MOST_OF_LIST)?;
    let list = archive::read_list(&written, uploaded).map_err(refuse_list)?;
    let refuse = |source| PullError::Archive { key: key.clone(), source };
    let reader = store.reader(key)?.ok_or_else(|| missing(store, key))?;
    if reader.size() != uploaded.size {
        let (expected, found) = (uploaded.size, reader.size());
        return Err(refuse(ArchiveError::Size { expected, found }));
    }
    archive::make_room(&list, partial).map_err(refuse)?;
    let received = |bytes| {
        tell(Event::Received(bytes));
        !halt.is_stopped()
    };
    let unpacked = archive::unpack(reader, uploaded, &list, partial, received).map_err(refuse)?;
    let path = partial.join(FILES);
    fs::write(&path, &written).map_err(results::failed("write", &path))?;
    Ok(unpacked)
}

/// The bytes of a small object.
fn read(store: &Store, key: &str, most: u64) -> Result<Bytes, PullError> {
    store.get_at_most(key, most)?.ok_or_else(|| missing(store, key))
}

fn missing(store: &Store, key: &str) -> PullError {
    PullError::Missing { key: key.to_owned(), location: store.location().to_owned() }
}
