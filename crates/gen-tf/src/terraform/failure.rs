//! What went wrong with Terraform.

use std::fmt;
use std::io;
use std::process::ExitStatus;

use camino::{Utf8Path, Utf8PathBuf};

use super::diagnostic::Diagnostic;
use super::{Flavour, Locked, OLDEST, Version};

/// Why Terraform could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no Terraform.
    #[error("neither terraform nor tofu is on the PATH")]
    NotFound,
    /// The program that was named does not exist or cannot be run.
    #[error("cannot run {program}")]
    NotRunnable {
        /// As it was named.
        program: Utf8PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A program that is neither Terraform nor OpenTofu.
    #[error("{program} is neither Terraform nor OpenTofu: `{program} version` printed {printed:?}")]
    NotTerraform {
        /// The program.
        program: Utf8PathBuf,
        /// The beginning of what it printed.
        printed: String,
    },
    /// A Terraform that is too old.
    #[error("{program} is {flavour} {found}, and {OLDEST} or newer is needed")]
    TooOld {
        /// The program.
        program: Utf8PathBuf,
        /// Terraform or OpenTofu.
        flavour: Flavour,
        /// Its version.
        found: Version,
    },
    /// The workspace belongs to the other one.
    #[error("{workspace} was first applied with {recorded}, and this is {found}")]
    OtherFlavour {
        /// The workspace.
        workspace: Utf8PathBuf,
        /// What it was applied with.
        recorded: Flavour,
        /// What was found now.
        found: Flavour,
    },
    /// Terraform ran and failed.
    #[error("{0}")]
    Failed(Box<Failure>),
    /// Somebody else holds the state.
    #[error("{0}")]
    Locked(Box<Locked>),
    /// The plan is not for what would be applied.
    #[error("the plan is stale: {reason}")]
    Stale {
        /// What has changed.
        reason: String,
    },
    /// A signal asked to end.
    #[error("interrupted{}", .note.as_deref().map(|it| format!(": {it}")).unwrap_or_default())]
    Interrupted {
        /// What was interrupted and what may be left.
        note: Option<String>,
    },
    /// A file could not be read or written.
    #[error("cannot {attempt} {path}")]
    File {
        /// What was tried.
        attempt: &'static str,
        /// The file.
        path: Utf8PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Terraform printed what gen-tf does not understand.
    #[error("`terraform {verb}` printed something unexpected: {text:?}")]
    Unexpected {
        /// The command.
        verb: String,
        /// The beginning of what it printed.
        text: String,
    },
}

impl Error {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotFound => Some(format!(
                "install Terraform or OpenTofu {OLDEST} or newer ({}, {}), or name it with \
                 --terraform or GEN_TF_TERRAFORM",
                Flavour::Terraform.home(),
                Flavour::OpenTofu.home()
            )),
            Self::NotRunnable { .. } | Self::NotTerraform { .. } => {
                Some("--terraform and GEN_TF_TERRAFORM name the program".to_owned())
            }
            Self::TooOld { flavour, .. } => Some(format!(
                "get a newer one from {}, or name another with --terraform",
                flavour.home()
            )),
            Self::OtherFlavour { recorded, .. } => {
                Some(format!("name the first one: --terraform {}", recorded.program()))
            }
            Self::Locked(locked) => Some(locked.hint().to_owned()),
            Self::Stale { .. } => Some("plan again".to_owned()),
            Self::Failed(failure) => {
                failure.troubles().into_iter().flatten().next().map(|it| it.hint().to_owned())
            }
            _ => None,
        }
    }

    /// For `map_err`: names the file and what was tried with it.
    pub(super) fn file(attempt: &'static str, path: &Utf8Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { attempt, path, source }
    }
}

/// A run of Terraform that failed.
#[derive(Debug)]
pub struct Failure {
    /// The program.
    pub program: Utf8PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Where it ran.
    pub directory: Utf8PathBuf,
    /// How it ended.
    pub status: ExitStatus,
    /// Errors and warnings, each once.
    pub diagnostics: Vec<Diagnostic>,
    /// The last lines that the provisioners of failed resources printed, by address.
    pub output: Vec<(String, Vec<String>)>,
    /// The end of what it wrote to stderr, and to stdout without being asked.
    pub stderr: Vec<String>,
    /// The file with all its events, where there is one.
    pub log: Option<Utf8PathBuf>,
    /// What gen-tf did about it, e.g. took the state back.
    pub note: Option<String>,
}

impl Failure {
    /// The program and the command, e.g. `terraform apply`.
    fn title(&self) -> String {
        let program = self.program.file_name().unwrap_or(self.program.as_str());
        format!("{program} {}", self.arguments.first().map_or("", String::as_str))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed ({})", self.title(), self.status)?;
        let errors = self.diagnostics.iter().filter(|it| it.is_error());
        let explained = errors.clone().next().is_some();
        for error in errors {
            write!(f, "\n\n{error}")?;
        }
        for (address, lines) in &self.output {
            write!(f, "\n\nlast output of {address}:")?;
            write_lines(f, lines)?;
        }
        // Beside Terraform's own words stderr only has warnings about its configuration file.
        if !explained && !self.stderr.is_empty() {
            write!(f, "\n\nlast output on stderr:")?;
            write_lines(f, &self.stderr)?;
        }
        if let Some(note) = &self.note {
            write!(f, "\n\n{note}")?;
        }
        write!(f, "\n\n  command: {} {}", self.program, self.arguments.join(" "))?;
        write!(f, "\n  directory: {}", self.directory)?;
        match &self.log {
            Some(log) => write!(f, "\n  log: {log}"),
            None => Ok(()),
        }
    }
}

fn write_lines(f: &mut fmt::Formatter<'_>, lines: &[String]) -> fmt::Result {
    lines.iter().try_for_each(|line| write!(f, "\n  | {line}"))
}
