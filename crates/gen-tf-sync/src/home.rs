//! Which attempts of a listing are home already, without asking the store for anything more.
//!
//! An outcome is put once, and a pull gives the outcome.json at home the time of the object: where size
//! and time are the listed ones, it is the same outcome. Whether the files beside it are still what
//! they were is for `verify`.

use std::{
    fs::File,
    io::Read,
    time::{Duration, SystemTime},
};

use camino::Utf8PathBuf;
use gen_tf_core::{
    id::{AttemptId, AttemptObject},
    outcome::{Cause, Outcome, Verdict},
};
use gen_tf_store::{Store, StoreError};
use serde::Deserialize;

use crate::{
    parallel,
    results::{self, OUTCOME, ResultsFolder},
};

/// How many outcomes are read from the disk at once.
const AT_ONCE: usize = 4;

/// An outcome as a listing shows it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The attempt.
    pub id: AttemptId,
    /// Bytes of the outcome.
    pub size: u64,
    /// When it was put, by the store's clock.
    pub modified: SystemTime,
}

/// An attempt that has ended, and is home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The attempt.
    pub id: AttemptId,
    /// How it ended.
    pub verdict: Verdict,
    /// Why it failed, if it did.
    pub cause: Option<Cause>,
    /// The definition that it was run under.
    pub definition: String,
    /// Whether it counts no more.
    pub archived: bool,
}

impl Ended {
    pub(crate) fn of(id: &AttemptId, outcome: &Outcome, archived: bool) -> Self {
        Self {
            id: id.clone(),
            verdict: outcome.outcome,
            cause: outcome.cause,
            definition: outcome.definition.clone(),
            archived,
        }
    }
}

/// The part of an outcome at home that a pull needs.
#[derive(Deserialize)]
struct Told {
    attempt: u32,
    outcome: Verdict,
    cause: Option<Cause>,
    definition: String,
}

/// The attempts that have an outcome, in the order of their ids. What names no attempt is told apart.
pub(crate) fn list(store: &Store, foreign: &mut Vec<String>) -> Result<Vec<Listed>, StoreError> {
    let mut listed = Vec::new();
    for entry in store.list(AttemptObject::Outcome.prefix())? {
        match AttemptObject::Outcome.attempt_of(&entry.key) {
            Some(id) => {
                let modified = system_time(entry.modified.as_microsecond());
                listed.push(Listed { id, size: entry.size, modified });
            }
            None => foreign.push(entry.key),
        }
    }
    listed.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(listed)
}

/// The time so many microseconds after 1970, as a file can have it.
fn system_time(microseconds: i64) -> SystemTime {
    let distance = Duration::from_micros(microseconds.unsigned_abs());
    if microseconds < 0 {
        SystemTime::UNIX_EPOCH - distance
    } else {
        SystemTime::UNIX_EPOCH + distance
    }
}

/// Parts what is listed into what is home and what has to be looked at in the store.
pub(crate) fn part(folder: &ResultsFolder, listed: Vec<Listed>) -> (Vec<Ended>, Vec<Listed>) {
    let (mut home, mut rest) = (Vec::new(), Vec::new());
    let found = parallel::map(listed, AT_ONCE, |listed| (recall(folder, &listed), listed));
    for (ended, listed) in found {
        match ended {
            Some(ended) => home.push(ended),
            None => rest.push(listed),
        }
    }
    (home, rest)
}

/// The attempt at home, where its outcome is the listed one. Whatever else may be in its place is
/// looked at when the attempt is to come there.
fn recall(folder: &ResultsFolder, listed: &Listed) -> Option<Ended> {
    let id = &listed.id;
    let places = [
        (results::place(id, Verdict::Succeeded), false),
        (results::place(id, Verdict::Failed), false),
        (results::archived_place(id), true),
    ];
    places.into_iter().find_map(|(place, archived)| {
        let told = read(folder.path().join(place.ok()?).join(OUTCOME), listed)?;
        (told.attempt == id.attempt).then(|| Ended {
            id: id.clone(),
            verdict: told.outcome,
            cause: told.cause,
            definition: told.definition,
            archived,
        })
    })
}

fn read(path: Utf8PathBuf, listed: &Listed) -> Option<Told> {
    let mut file = File::open(path).ok()?;
    let held = file.metadata().ok()?;
    if held.len() != listed.size || held.modified().ok()? != listed.modified {
        return None;
    }
    let mut text = Vec::with_capacity(usize::try_from(listed.size).ok()? + 1);
    file.read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
