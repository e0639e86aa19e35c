//! The results folder: where an attempt's files are, what is there already, and how they get there.
//! An attempt's folder appears whole under its final name or not at all. What is in the files is no
//! matter here.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    sync::atomic::{AtomicUsize, Ordering},
    time::SystemTime,
};

use camino::{Utf8Path, Utf8PathBuf};
use gen_tf_core::{
    id::AttemptId,
    outcome::{Outcome, Verdict},
};

use crate::{disk, origin::Origin};

/// Name of the outcome beside an attempt's files.
pub const OUTCOME: &str = "outcome.json";
/// Name of the file list beside an attempt's files, for who wants to check them again later.
pub const FILES: &str = "outcome.files.json";
pub(crate) const FAILED_ATTEMPTS: &str = ".attempts";
pub(crate) const ARCHIVED: &str = ".archived";
const PARTIAL: &str = ".partial";
const LOCK: &str = ".sync.lock";

/// The way out of a full disk.
pub(crate) const DISK_HINT: &str = "make room on the disk, or pull into another folder with \
     --results DIR; then run it again: what is home stays, and the rest follows";

/// A results folder that no other gen-tf-sync writes to.
#[derive(Debug)]
pub struct ResultsFolder {
    path: Utf8PathBuf,
    /// Folders that were started by this program.
    started: AtomicUsize,
    /// Held as long as this value lives; the system releases it when the program dies.
    _lock: File,
}

/// A results folder cannot be used, or refuses an attempt.
#[derive(Debug, thiserror::Error)]
pub enum ResultsError {
    /// A file or folder could not be read or written.
    #[error("cannot {action} {path}")]
    Access {
        /// What was attempted.
        action: &'static str,
        /// The file or folder.
        path: Utf8PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no such folder.
    #[error("there is no results folder {path}")]
    Absent {
        /// The folder.
        path: Utf8PathBuf,
    },
    /// Another gen-tf-sync is at work.
    #[error("another gen-tf-sync is writing to {path}")]
    Locked {
        /// The results folder.
        path: Utf8PathBuf,
    },
    /// The names of an experiment would mix with the folder's own files.
    #[error("`{name}` cannot be a folder of results: its names may not start with a dot")]
    Name {
        /// The experiment and attempt.
        name: String,
    },
    /// The folder holds results of another study or harness.
    #[error("{path} holds results of {held}, and these are of {found}; nothing was pulled")]
    OtherOrigin {
        /// The results folder.
        path: Utf8PathBuf,
        /// Whose results are there.
        held: Box<Origin>,
        /// Whose results were to come.
        found: Box<Origin>,
    },
    /// Something else is in the place of the results.
    #[error("{path} is in the way of attempt {attempt}: it is no folder with an outcome.json")]
    Foreign {
        /// The place of the results.
        path: Utf8PathBuf,
        /// The attempt that should be there.
        attempt: u32,
    },
    /// Another attempt's results are in the place.
    #[error(
        "{path} holds attempt {held}, and the store says that attempt {attempt} succeeded; \
         nothing was overwritten"
    )]
    OtherAttempt {
        /// The place of the results.
        path: Utf8PathBuf,
        /// The attempt that is there.
        held: u32,
        /// The attempt in the store.
        attempt: u32,
    },
    /// The attempt's results are there with another outcome.
    #[error(
        "{path} holds attempt {attempt} {held}, and the store has it {found}; \
         nothing was overwritten"
    )]
    Changed {
        /// The place of the results.
        path: Utf8PathBuf,
        /// The attempt.
        attempt: u32,
        /// What tells the outcome that is there.
        held: String,
        /// What tells the outcome in the store.
        found: String,
    },
}

impl ResultsError {
    /// Whether the disk takes nothing more.
    pub(crate) fn is_of_full_disk(&self) -> bool {
        matches!(self, Self::Access { source, .. } if disk::is_full(source))
    }

    /// What the reader may do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Absent { .. } => Some(
                "`gen-tf-sync` pulls results; where they are elsewhere, name it with --results DIR",
            ),
            Self::Locked { .. } => Some("wait until it has ended, or pull into another --results"),
            Self::OtherOrigin { .. } => Some(
                "pull into a folder of its own with --results DIR: results of two studies are never \
                 pooled, because services of the same name in two harnesses are different builds",
            ),
            Self::Foreign { .. } | Self::OtherAttempt { .. } | Self::Changed { .. } => {
                Some("move the folder away to pull what the store has")
            }
            Self::Access { .. } if self.is_of_full_disk() => Some(DISK_HINT),
            Self::Access { .. } | Self::Name { .. } => None,
        }
    }
}

/// Where the results of an attempt belong, relative to the results folder.
pub fn place(id: &AttemptId, verdict: Verdict) -> Result<Utf8PathBuf, ResultsError> {
    if id.experiment.service.starts_with('.') || id.experiment.tool.starts_with('.') {
        return Err(ResultsError::Name { name: id.to_string() });
    }
    Ok(match verdict {
        Verdict::Succeeded => Utf8PathBuf::from(id.experiment.to_string()),
        Verdict::Failed => Utf8Path::new(FAILED_ATTEMPTS).join(id.to_string()),
    })
}

/// Whether a place is one of failed attempts that count.
pub fn is_failed_place(place: &Utf8Path) -> bool {
    place.starts_with(FAILED_ATTEMPTS)
}

/// Where the results of an attempt go when they count no more, relative to the results folder.
pub fn archived_place(id: &AttemptId) -> Result<Utf8PathBuf, ResultsError> {
    place(id, Verdict::Failed)?;
    Ok(Utf8Path::new(ARCHIVED).join(id.to_string()))
}

impl ResultsFolder {
    /// Makes the folder if need be, locks it, and removes what a killed gen-tf-sync left.
    pub fn open(path: &Utf8Path) -> Result<Self, ResultsError> {
        fs::create_dir_all(path).map_err(failed("make the folder", path))?;
        let path = path.canonicalize_utf8().map_err(failed("find", path))?;
        let lock_path = path.join(LOCK);
        // The file stays: if it were removed, two programs could hold locks on two files.
        let lock = File::create(&lock_path).map_err(failed("make", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ResultsError::Locked { path }),
            Err(TryLockError::Error(source)) => {
                return Err(failed("lock", &lock_path)(source));
            }
        }
        let folder = Self { path, started: AtomicUsize::new(0), _lock: lock };
        folder.remove_partial()?;
        Ok(folder)
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// Moves an attempt that counts no more out of the place of those that do, if it is there.
    pub fn archive(
        &self,
        place: &Utf8Path,
        archived: &Utf8Path,
        written: &[u8],
    ) -> Result<(), ResultsError> {
        let path = self.path.join(place);
        match fs::read(path.join(OUTCOME)) {
            Ok(held) if held == written => self.rename(&path, archived),
            // Whatever else is there is none of this attempt's.
            Ok(_) => Ok(()),
            Err(error) if is_absent(&error) => Ok(()),
            Err(source) => Err(failed("read", &path.join(OUTCOME))(source)),
        }
    }

    /// Moves an attempt that is home and counts no more out of the place of those that do.
    pub fn put_away(&self, place: &Utf8Path, archived: &Utf8Path) -> Result<(), ResultsError> {
        self.rename(&self.path.join(place), archived)
    }

    /// Whether the attempt is in its place already. Anything else there is an error.
    pub fn holds(
        &self,
        place: &Utf8Path,
        outcome: &Outcome,
        written: &[u8],
    ) -> Result<bool, ResultsError> {
        let path = self.path.join(place);
        match fs::symlink_metadata(&path) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(source) => return Err(failed("read", &path)(source)),
        }
        let held = match fs::read(path.join(OUTCOME)) {
            Ok(held) => held,
            Err(error) if is_absent(&error) => {
                return Err(ResultsError::Foreign { path, attempt: outcome.attempt });
            }
            Err(source) => return Err(failed("read", &path.join(OUTCOME))(source)),
        };
        if held == written {
            return Ok(true);
        }
        Err(difference(path, &held, outcome))
    }

    /// Gives an attempt's outcome the time of the object in the store, by which the next pull knows
    /// it again without reading either.
    pub fn remember(&self, place: &Utf8Path, modified: SystemTime) -> Result<(), ResultsError> {
        let path = self.path.join(place).join(OUTCOME);
        let set = || File::options().write(true).open(&path)?.set_modified(modified);
        set().map_err(failed("set the time of", &path))
    }

    /// A new folder to unpack an attempt into, with its outcome, written at `modified`.
    pub fn start(&self, outcome: &[u8], modified: SystemTime) -> Result<Utf8PathBuf, ResultsError> {
        let number = self.started.fetch_add(1, Ordering::Relaxed) + 1;
        let path = self.path.join(PARTIAL).join(number.to_string());
        fs::create_dir_all(&path).map_err(failed("make the folder", &path))?;
        let file = path.join(OUTCOME);
        let write = || {
            let mut file = File::create_new(&file)?;
            file.write_all(outcome)?;
            file.set_modified(modified)
        };
        write().map_err(failed("write", &file))?;
        Ok(path)
    }

    /// Gives a complete folder its final name, relative to this one; nothing may be there. Its files
    /// have outlived a power cut before its name can.
    pub fn publish(&self, partial: &Utf8Path, place: &Utf8Path) -> Result<(), ResultsError> {
        disk::settle(partial).map_err(failed("write to disk", partial))?;
        self.rename(partial, place)
    }

    fn rename(&self, from: &Utf8Path, place: &Utf8Path) -> Result<(), ResultsError> {
        let target = self.path.join(place);
        let parent = target.parent().unwrap_or(&self.path);
        fs::create_dir_all(parent).map_err(failed("make the folder", parent))?;
        // To rename onto an empty folder would succeed, and what is there is never replaced.
        if fs::symlink_metadata(&target).is_ok() {
            let taken = io::Error::from(io::ErrorKind::AlreadyExists);
            return Err(failed("make the folder", &target)(taken));
        }
        fs::rename(from, &target).map_err(failed("rename a finished folder to", &target))
    }

    /// Makes sure that a power cut takes back nothing of what was done.
    pub fn settle(&self) -> Result<(), ResultsError> {
        disk::settle(&self.path).map_err(failed("write to disk", &self.path))
    }

    /// Removes a folder that was started and does not become whole.
    pub fn give_up(&self, partial: &Utf8Path) {
        // What can't be removed now is removed, or complained about, with all that is unfinished.
        drop(fs::remove_dir_all(partial));
    }

    /// Removes what was not finished.
    pub fn remove_partial(&self) -> Result<(), ResultsError> {
        let path = self.path.join(PARTIAL);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(failed("remove", &path)(error))
            }
            _ => Ok(()),
        }
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn difference(path: Utf8PathBuf, held: &[u8], found: &Outcome) -> ResultsError {
    let attempt = found.attempt;
    match serde_json::from_slice::<Outcome>(held) {
        Ok(held) if held.attempt != attempt => {
            ResultsError::OtherAttempt { path, held: held.attempt, attempt }
        }
        Ok(held) => {
            ResultsError::Changed { path, attempt, held: describe(&held), found: describe(found) }
        }
        Err(_) => ResultsError::Foreign { path, attempt },
    }
}

/// The part of an outcome that tells it from another one of the same attempt.
fn describe(outcome: &Outcome) -> String {
    let archive = outcome.results.as_ref().map_or("no archive".to_owned(), |uploaded| {
        format!("the archive sha256 {}", uploaded.sha256)
    });
    format!("with {archive}, ended {}", outcome.timings.ended)
}

pub(crate) fn failed(
    action: &'static str,
    path: &Utf8Path,
) -> impl FnOnce(io::Error) -> ResultsError {
    let path = path.to_owned();
    move |source| ResultsError::Access { action, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str, attempt: u32) -> AttemptId {
        AttemptId { experiment: text.parse().unwrap(), attempt }
    }

    #[test]
    fn a_failed_attempt_has_its_place_apart() {
        let id = id("a/b/3", 2);
        assert_eq!(place(&id, Verdict::Succeeded).unwrap(), "a/b/3");
        assert_eq!(place(&id, Verdict::Failed).unwrap(), ".attempts/a/b/3/2");
    }

    #[test]
    fn no_experiment_can_take_the_folders_own_places() {
        for text in [".attempts/b/1", ".partial/1/1", "../b/1", "a/../1", "a/./1"] {
            assert!(place(&id(text, 1), Verdict::Succeeded).is_err(), "{text}");
        }
    }

    #[test]
    fn a_second_program_is_kept_out_until_the_first_has_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap();
        let first = ResultsFolder::open(path).unwrap();
        assert!(matches!(ResultsFolder::open(path), Err(ResultsError::Locked { .. })));
        drop(first);
        ResultsFolder::open(path).unwrap();
    }

    #[test]
    fn nothing_is_replaced_not_even_an_empty_folder() {
        let folder = tempfile::tempdir().unwrap();
        let results = ResultsFolder::open(Utf8Path::from_path(folder.path()).unwrap()).unwrap();
        fs::create_dir_all(results.path().join("a/b/1")).unwrap();
        let partial = results.start(b"{}", SystemTime::UNIX_EPOCH).unwrap();
        assert!(results.publish(&partial, Utf8Path::new("a/b/1")).is_err());
        results.publish(&partial, Utf8Path::new("a/b/2")).unwrap();
    }
}
