//! Writes an export: under another name first, and under its own when it is whole and on the disk.
//! It decides nothing.

use std::{
    fs::{self, File},
    io::{self, Write},
    sync::atomic::{AtomicBool, Ordering},
};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{Mode, OFlags};

use super::{
    error::{ExportError, failed},
    step::{Step, Task},
};
use crate::{disk, parallel};

/// How many experiments are copied at once.
const AT_ONCE: usize = 4;

/// The folder that is to be made.
pub(super) struct Target {
    path: Utf8PathBuf,
    parent: Utf8PathBuf,
    partial: Utf8PathBuf,
}

impl Target {
    /// Refuses a place that is taken, or among the results.
    pub(super) fn new(output: &Utf8Path, results: &Utf8Path) -> Result<Self, ExportError> {
        let Some(name) = output.file_name() else {
            return Err(ExportError::NoName { path: output.to_owned() });
        };
        let parent = match output.parent() {
            Some(parent) if parent != "" => parent,
            _ => Utf8Path::new("."),
        };
        fs::create_dir_all(parent).map_err(failed("make the folder", parent))?;
        let parent = parent.canonicalize_utf8().map_err(failed("find", parent))?;
        let path = parent.join(name);
        let results = results.canonicalize_utf8().map_err(failed("find", results))?;
        if path.starts_with(&results) {
            return Err(ExportError::Inside { path, results });
        }
        let partial = parent.join(format!(".{name}.part"));
        let target = Self { path, parent, partial };
        target.refuse_taken()?;
        Ok(target)
    }

    pub(super) fn path(&self) -> &Utf8Path {
        &self.path
    }

    fn refuse_taken(&self) -> Result<(), ExportError> {
        match fs::symlink_metadata(&self.path) {
            Ok(_) => Err(ExportError::Taken { path: self.path.clone() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(source) => Err(failed("look for", &self.path)(source)),
        }
    }

    /// Does all steps. What fails leaves nothing.
    pub(super) fn write(&self, tasks: Vec<Task>, stop: &AtomicBool) -> Result<(), ExportError> {
        match fs::create_dir(&self.partial) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(ExportError::Unfinished { path: self.partial.clone() });
            }
            Err(source) => return Err(failed("make the folder", &self.partial)(source)),
        }
        let written = self.fill(tasks, stop).and_then(|()| self.publish());
        if written.is_err() {
            // What can't be removed now is named by the next export.
            drop(fs::remove_dir_all(&self.partial));
        }
        written
    }

    fn fill(&self, tasks: Vec<Task>, stop: &AtomicBool) -> Result<(), ExportError> {
        let copy = Copy { folder: &self.partial, stop, has_failed: AtomicBool::new(false) };
        let done = parallel::map(tasks, AT_ONCE, |task| {
            let done = task.iter().try_for_each(|step| copy.step(step));
            copy.has_failed.fetch_or(done.is_err(), Ordering::Relaxed);
            done
        });
        // The first failure is told, and not that others have stopped because of it.
        let mut failures = done.into_iter().filter_map(Result::err);
        let first = failures.find(|error| !matches!(error, ExportError::Interrupted));
        match (first, copy.is_stopped()) {
            (Some(error), _) => Err(error),
            (None, true) => Err(ExportError::Interrupted),
            (None, false) => Ok(()),
        }
    }

    /// Gives the whole folder its name; its files have outlived a power cut before.
    fn publish(&self) -> Result<(), ExportError> {
        disk::settle(&self.partial).map_err(failed("write to disk", &self.partial))?;
        // To rename onto an empty folder would succeed.
        self.refuse_taken()?;
        let renamed = fs::rename(&self.partial, &self.path);
        renamed.map_err(failed("rename the finished folder to", &self.path))?;
        disk::settle(&self.parent).map_err(failed("write to disk", &self.parent))
    }
}

/// Copying into a folder, until somebody wants an end.
struct Copy<'a> {
    folder: &'a Utf8Path,
    stop: &'a AtomicBool,
    has_failed: AtomicBool,
}

impl Copy<'_> {
    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.has_failed.load(Ordering::Relaxed)
    }

    fn step(&self, step: &Step) -> Result<(), ExportError> {
        let (Step::Copy { to, .. } | Step::Text { to, .. }) = step;
        let target = self.folder.join(to);
        let parent = target.parent().unwrap_or(self.folder);
        fs::create_dir_all(parent).map_err(failed("make the folder", parent))?;
        match step {
            Step::Copy { from, .. } => self.copy(from, &target),
            Step::Text { text, .. } => File::create_new(&target)
                .and_then(|mut file| file.write_all(text.as_bytes()))
                .map_err(failed("write", &target)),
        }
    }

    fn copy(&self, from: &Utf8Path, to: &Utf8Path) -> Result<(), ExportError> {
        if self.is_stopped() {
            return Err(ExportError::Interrupted);
        }
        let found = fs::symlink_metadata(from).map_err(failed("read", from))?;
        if found.is_dir() {
            fs::create_dir(to).map_err(failed("make the folder", to))?;
            for entry in from.read_dir_utf8().map_err(failed("read the folder", from))? {
                let entry = entry.map_err(failed("read the folder", from))?;
                self.copy(entry.path(), &to.join(entry.file_name()))?;
            }
            Ok(())
        } else if found.is_file() {
            copy_file(from, to)
        } else {
            Err(ExportError::Odd { path: from.to_owned() })
        }
    }
}

/// Copies a file's bytes, by a clone of them where the disk can do that. The copy is its owner's to
/// write, whatever the original is.
fn copy_file(from: &Utf8Path, to: &Utf8Path) -> Result<(), ExportError> {
    // Neither a link nor a pipe that has just taken the file's place is followed or waited for.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let opened = rustix::fs::open(from.as_str(), flags, Mode::empty());
    let mut source = File::from(opened.map_err(|error| failed("read", from)(error.into()))?);
    if !source.metadata().map_err(failed("read", from))?.is_file() {
        return Err(ExportError::Odd { path: from.to_owned() });
    }
    let mut target = File::create_new(to).map_err(failed("write", to))?;
    io::copy(&mut source, &mut target).map_err(failed("copy", from))?;
    Ok(())
}
