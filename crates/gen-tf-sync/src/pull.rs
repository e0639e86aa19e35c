//! Pulls what is new in a store into a results folder: list, decide, then fetch, several at once.
//! One experiment that fails does not stop the others.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
};

use camino::{Utf8Path, Utf8PathBuf};
use gen_tf_core::{
    id::{AttemptId, AttemptObject},
    outcome::{FORMAT, Outcome, Uploaded, Verdict},
};
use gen_tf_store::{Store, StoreError};

use crate::{
    archive::{self, ArchiveError, Unpacked},
    parallel,
    results::{self, OUTCOME, ResultsError, ResultsFolder},
};

/// How many attempts are fetched at once.
const AT_ONCE: usize = 4;

/// What a pull did.
#[derive(Debug, Default)]
pub struct Report {
    /// The attempts that are new in the results folder, by id.
    pub pulled: Vec<Pulled>,
    /// How many succeeded experiments were there already.
    pub up_to_date: usize,
    /// How many failed attempts are under `.attempts/` now.
    pub failed_attempts: usize,
    /// The attempts that could not be pulled, by id.
    pub failures: Vec<Failure>,
    /// Keys below `outcomes/` that name no attempt.
    pub foreign: Vec<String>,
}

/// An attempt that is new in the results folder.
#[derive(Debug)]
pub struct Pulled {
    /// The attempt.
    pub id: AttemptId,
    /// Its outcome.
    pub outcome: Outcome,
    /// Where it is, relative to the results folder.
    pub place: Utf8PathBuf,
    /// Its files, without the outcome.
    pub unpacked: Unpacked,
}

/// An attempt that could not be pulled.
#[derive(Debug)]
pub struct Failure {
    /// The attempt.
    pub id: AttemptId,
    /// Why.
    pub error: Box<PullError>,
}

impl Failure {
    fn new(id: AttemptId, error: PullError) -> Self {
        Self { id, error: Box::new(error) }
    }
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
    /// An attempt is in its place.
    Pulled(&'a Pulled),
    /// An attempt could not be pulled.
    Failed(&'a Failure),
}

/// Why an attempt, or a whole pull, failed.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The results folder failed or refused.
    #[error(transparent)]
    Results(#[from] ResultsError),
    /// The archive is not what the outcome says.
    #[error("{key}: the archive was not taken")]
    Archive {
        /// Key of the archive.
        key: String,
        /// What is wrong with it.
        source: ArchiveError,
    },
    /// The outcome names an object that is not there.
    #[error("the outcome names `{key}`, and the store {location} does not have it")]
    Missing {
        /// The object.
        key: String,
        /// The store.
        location: String,
    },
    /// The outcome is of another version.
    #[error("the outcome has format {found}, and this gen-tf-sync reads format {FORMAT}")]
    Format {
        /// The format that was found.
        found: u32,
    },
    /// The outcome is another attempt's.
    #[error("`{key}` is the outcome of {found} of the study `{study}`")]
    Misplaced {
        /// Key of the outcome.
        key: String,
        /// The attempt that it tells of.
        found: String,
        /// The study that it tells of.
        study: String,
    },
    /// A succeeded attempt without results.
    #[error("the attempt succeeded, and its outcome names no results")]
    NoResults,
    /// Two attempts of one experiment succeeded.
    #[error("attempt {first} succeeded, too, and an experiment has only one result")]
    SecondSuccess {
        /// The attempt that is taken.
        first: u32,
    },
}

/// An attempt that is not in the results folder yet, with all that is known of it.
struct Work {
    number: usize,
    id: AttemptId,
    outcome: Outcome,
    written: Vec<u8>,
    place: Utf8PathBuf,
}

enum Decision {
    Held(Verdict),
    Archived,
    New(Box<Work>),
}

/// Pulls what is new of `study`. What is there already is never changed.
pub fn pull(
    store: &Store,
    study: &str,
    folder: &ResultsFolder,
    tell: &(dyn Fn(Event<'_>) + Sync),
) -> Result<Report, PullError> {
    let mut report = Report::default();
    let attempts = list(store, &mut report.foreign)?;
    let archived = list_archived(store)?;
    let (archived, current): (Vec<_>, Vec<_>) =
        attempts.into_iter().partition(|id| archived.contains(id));
    let decide = |ids, archived| {
        parallel::map(ids, AT_ONCE, |id| {
            decide(store, study, folder, &id, archived).map_err(|error| Failure::new(id, error))
        })
    };
    // What counts no more leaves its place before anything that counts looks for one.
    let mut decisions = decide(archived, true);
    decisions.extend(decide(current, false));
    let work = sort_out(decisions, &mut report);
    for failure in &report.failures {
        tell(Event::Failed(failure));
    }
    let bytes = work.iter().filter_map(|work| work.outcome.results.as_ref()).map(|r| r.size);
    tell(Event::Decided { attempts: work.len(), bytes: bytes.sum() });
    for end in parallel::map(work, AT_ONCE, |work| fetch(store, folder, work, tell)) {
        match end {
            Ok(pulled) => {
                report.failed_attempts += usize::from(results::is_failed_place(&pulled.place));
                report.pulled.push(pulled);
            }
            Err(failure) => report.failures.push(failure),
        }
    }
    report.failures.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(report)
}

/// The attempts that have an outcome, in the order of their ids.
fn list(store: &Store, foreign: &mut Vec<String>) -> Result<Vec<AttemptId>, StoreError> {
    let mut attempts = Vec::new();
    for entry in store.list(AttemptObject::Outcome.prefix())? {
        match AttemptObject::Outcome.attempt_of(&entry.key) {
            Some(id) => attempts.push(id),
            None => foreign.push(entry.key),
        }
    }
    attempts.sort();
    Ok(attempts)
}

/// The attempts whose outcomes count no more.
fn list_archived(store: &Store) -> Result<BTreeSet<AttemptId>, StoreError> {
    let entries = store.list(&format!("{}/", AttemptObject::Archived.prefix()))?;
    Ok(entries.iter().filter_map(|e| AttemptObject::Archived.attempt_of(&e.key)).collect())
}

fn decide(
    store: &Store,
    study: &str,
    folder: &ResultsFolder,
    id: &AttemptId,
    archived: bool,
) -> Result<Decision, PullError> {
    let key = AttemptObject::Outcome.key(id);
    let written = read(store, &key)?;
    let outcome: Outcome = serde_json::from_slice(&written).map_err(|source| StoreError::Json {
        key: key.clone(),
        location: store.location().to_owned(),
        source,
    })?;
    if outcome.format != FORMAT {
        return Err(PullError::Format { found: outcome.format });
    }
    let told = AttemptId { experiment: outcome.experiment.clone(), attempt: outcome.attempt };
    if told != *id || outcome.study != study {
        let found = told.to_string();
        return Err(PullError::Misplaced { key, found, study: outcome.study });
    }
    if outcome.outcome == Verdict::Succeeded && outcome.results.is_none() {
        return Err(PullError::NoResults);
    }
    let mut place = results::place(id, outcome.outcome)?;
    if archived {
        let current = std::mem::replace(&mut place, results::archived_place(id)?);
        folder.archive(&current, &place, &written)?;
    }
    if folder.holds(&place, &outcome, &written)? {
        return Ok(if archived { Decision::Archived } else { Decision::Held(outcome.outcome) });
    }
    Ok(Decision::New(Box::new(Work { number: 0, id: told, outcome, written, place })))
}

/// Counts what is there, notes what failed, and numbers what is new.
fn sort_out(decisions: Vec<Result<Decision, Failure>>, report: &mut Report) -> Vec<Work> {
    let mut places: BTreeMap<Utf8PathBuf, u32> = BTreeMap::new();
    let mut all = Vec::new();
    for decision in decisions {
        match decision {
            Ok(Decision::Held(Verdict::Succeeded)) => report.up_to_date += 1,
            Ok(Decision::Held(Verdict::Failed)) => report.failed_attempts += 1,
            Ok(Decision::Archived) => {}
            Ok(Decision::New(work)) => match places.get(&work.place) {
                Some(&first) => {
                    let error = PullError::SecondSuccess { first };
                    report.failures.push(Failure::new(work.id, error));
                }
                None => {
                    places.insert(work.place.clone(), work.id.attempt);
                    all.push(Work { number: all.len() + 1, ..*work });
                }
            },
            Err(failure) => report.failures.push(failure),
        }
    }
    all
}

fn fetch(
    store: &Store,
    folder: &ResultsFolder,
    work: Work,
    tell: &(dyn Fn(Event<'_>) + Sync),
) -> Result<Pulled, Failure> {
    match fetch_files(store, folder, &work, tell) {
        Ok(unpacked) => {
            let Work { id, outcome, place, .. } = work;
            let pulled = Pulled { id, outcome, place, unpacked };
            tell(Event::Pulled(&pulled));
            Ok(pulled)
        }
        Err(error) => {
            let failure = Failure::new(work.id, error);
            tell(Event::Failed(&failure));
            Err(failure)
        }
    }
}

fn fetch_files(
    store: &Store,
    folder: &ResultsFolder,
    work: &Work,
    tell: &(dyn Fn(Event<'_>) + Sync),
) -> Result<Unpacked, PullError> {
    let partial = folder.start(work.number)?;
    let unpacked = match &work.outcome.results {
        Some(uploaded) => unpack(store, uploaded, &partial, tell)?,
        None => Unpacked::default(),
    };
    write_outcome(&partial, &work.written)?;
    folder.publish(&partial, &work.place)?;
    Ok(unpacked)
}

fn unpack(
    store: &Store,
    uploaded: &Uploaded,
    partial: &Utf8Path,
    tell: &(dyn Fn(Event<'_>) + Sync),
) -> Result<Unpacked, PullError> {
    let key = &uploaded.archive;
    let refuse = |source| PullError::Archive { key: key.clone(), source };
    let list = read(store, &uploaded.file_list)?;
    let list = archive::read_list(&list, uploaded).map_err(refuse)?;
    let reader = store.reader(key)?.ok_or_else(|| missing(store, key))?;
    if reader.size() != uploaded.size {
        let (expected, found) = (uploaded.size, reader.size());
        return Err(refuse(ArchiveError::Size { expected, found }));
    }
    archive::unpack(reader, uploaded, &list, partial, |bytes| tell(Event::Received(bytes)))
        .map_err(refuse)
}

fn write_outcome(partial: &Utf8Path, written: &[u8]) -> Result<(), ResultsError> {
    let path = partial.join(OUTCOME);
    let write = || {
        let mut file = fs::File::create_new(&path)?;
        file.write_all(written)?;
        file.sync_all()
    };
    write().map_err(|source| ResultsError::Access { action: "write", path: path.clone(), source })
}

fn read(store: &Store, key: &str) -> Result<Vec<u8>, PullError> {
    Ok(store.get(key)?.ok_or_else(|| missing(store, key))?.to_vec())
}

fn missing(store: &Store, key: &str) -> PullError {
    PullError::Missing { key: key.to_owned(), location: store.location().to_owned() }
}
