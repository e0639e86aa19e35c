//! Writes the succeeded experiments of a results folder as another project's own scripts expect them:
//! RESTgym's `check.py` and `process_results.py`, LlamaRestTest's `collect.py`. It runs none of them,
//! and judges no result.
//!
//! Everything is copied, never linked, because those scripts write into what they read.

mod selection;
mod step;
mod restgym;
mod llamaresttest;
mod write;
mod error;

use std::sync::atomic::AtomicBool;

use camino::{Utf8Path, Utf8PathBuf};
use gen_tf_core::id::ExperimentId;

pub use self::error::{Complaint, ExportError};
use self::{error::Findings, write::Target};
use crate::study::Study;

/// Whose scripts the tree is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// SeUniVr/RESTgym at 56a9300: `<service>/<tool>/<run>/`, in the place of its `results/`.
    RestGym,
    /// codingsoo/LlamaRestTest at 69f2e95: `<tool>/<run>/`, each a folder to run `collect.py` in.
    LlamaRestTest,
}

impl Form {
    /// The harness whose experiments have this form.
    #[must_use]
    pub fn harness(self) -> &'static str {
        match self {
            Self::RestGym => "restgym",
            Self::LlamaRestTest => "llamaresttest",
        }
    }
}

/// What is exported, and where to.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// The results folder.
    pub results: &'a Utf8Path,
    /// The study whose experiments count.
    pub study: &'a Study,
    /// Whose scripts it is for.
    pub form: Form,
    /// The folder that is to be made.
    pub output: &'a Utf8Path,
    /// Becomes true where a person wants an end.
    pub stop: &'a AtomicBool,
}

/// What an export made.
#[derive(Debug)]
pub struct Exported {
    /// The folder.
    pub output: Utf8PathBuf,
    /// Each experiment in it, and its folder relative to `output`.
    pub experiments: Vec<(ExperimentId, Utf8PathBuf)>,
    /// What a reader of the scripts' figures has to know.
    pub remarks: Vec<String>,
}

/// Exports the succeeded experiments of a study. The folder appears whole or not at all.
///
/// # Errors
///
/// When the study is of another harness, when an experiment lacks what the scripts need, when there
/// is nothing to export, or something in the place of the folder, and when a file can't be copied.
pub fn export(job: &Job<'_>) -> Result<Exported, ExportError> {
    check_harness(job)?;
    let target = Target::new(job.output, job.results)?;
    let mut findings = Findings::default();
    let selected = selection::select(job, &mut findings)?;
    if selected.is_empty() && findings.complaints.is_empty() {
        return Err(ExportError::Nothing { results: job.results.to_owned() });
    }
    let tasks = match job.form {
        Form::RestGym => restgym::tasks(&selected, &mut findings),
        Form::LlamaRestTest => llamaresttest::tasks(&selected, &mut findings),
    };
    if !findings.complaints.is_empty() {
        return Err(ExportError::Unfit { complaints: findings.complaints });
    }
    target.write(tasks, job.stop)?;
    let place = |id: &ExperimentId| match job.form {
        Form::RestGym => restgym::place(id),
        Form::LlamaRestTest => llamaresttest::place(id),
    };
    let experiments = selected.iter().map(|it| (it.id.clone(), place(&it.id))).collect();
    Ok(Exported { output: target.path().to_owned(), experiments, remarks: findings.remarks })
}

fn check_harness(job: &Job<'_>) -> Result<(), ExportError> {
    let (study, wanted) = (job.study.name.clone(), job.form.harness());
    match job.study.harness.as_deref() {
        Some(harness) if harness == wanted => Ok(()),
        Some(harness) => {
            Err(ExportError::OtherHarness { study, harness: harness.to_owned(), wanted })
        }
        None => Err(ExportError::UnknownHarness { study }),
    }
}
