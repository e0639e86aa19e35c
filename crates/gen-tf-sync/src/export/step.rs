//! What an export does, decided before anything is written. It copies nothing.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use gen_tf_core::metrics::CoverageCounts;

use super::{error::Findings, selection::Experiment};

/// Steps that belong together, such as those of one experiment.
pub(super) type Task = Vec<Step>;

/// One thing that is written; `to` is relative to the export.
pub(super) enum Step {
    /// A copy of a file, or of a folder and all that is in it.
    Copy { from: Utf8PathBuf, to: Utf8PathBuf },
    /// A file that no evidence stands behind.
    Text { to: Utf8PathBuf, text: String },
}

/// What there is in a place, links not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
}

/// Takes a file or folder along that the scripts need; one that is not there is a complaint, which
/// says what for.
pub(super) fn need(
    experiment: &Experiment,
    (name, kind, purpose): (&str, Kind, &str),
    to: Utf8PathBuf,
    task: &mut Task,
    findings: &mut Findings,
) {
    if !take(experiment, (name, kind), to, task, findings) {
        findings.complain(&experiment.id, format!("there is no {name}, {purpose}"));
    }
}

/// Takes a file or folder along if it is there; whether something is.
pub(super) fn take(
    experiment: &Experiment,
    (name, kind): (&str, Kind),
    to: Utf8PathBuf,
    task: &mut Task,
    findings: &mut Findings,
) -> bool {
    let from = experiment.folder.join(name);
    let Ok(found) = fs::symlink_metadata(&from) else { return false };
    let (fits, what) = match kind {
        Kind::File => (found.is_file(), "file"),
        Kind::Folder => (found.is_dir(), "folder"),
    };
    if fits {
        task.push(Step::Copy { from, to });
    } else {
        let message = format!("{name} is no {what}, and links are not followed");
        findings.complain(&experiment.id, message);
    }
    true
}

/// What coverage is divided by.
pub(super) const UNITS: &str = "branches, no lines or no methods";

/// Whether coverage has nothing to divide by, at which both projects' scripts stop.
pub(super) fn counts_nothing(end: CoverageCounts) -> bool {
    let CoverageCounts { lines, branches, methods } = end;
    [lines, branches, methods].into_iter().any(|it| it.is_none_or(|it| it.total == 0))
}

/// Whether a folder has a file with this ending.
pub(super) fn has_any(folder: &Utf8Path, ending: &str) -> bool {
    let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
    entries.into_iter().any(|entry| entry.file_name().ends_with(ending))
}
