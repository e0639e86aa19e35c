//! The small JSON objects that a store keeps for each attempt: claim, status, outcome, file list.
//! The guest writes most of them (`scripts/guest/`), gen-tf and gen-tf-sync read them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::ExperimentId;

/// Format version of every object of this module.
pub const FORMAT: u32 = 1;

/// Which boot of which machine serves an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Format version.
    pub format: u32,
    /// The experiment.
    pub experiment: ExperimentId,
    /// The attempt.
    pub attempt: u32,
    /// Name of the VM or sandbox.
    pub machine: String,
    /// Id of the boot, from `/proc/sys/kernel/random/boot_id`.
    pub boot: String,
    /// Which start of the guest in that boot: `<seconds since boot>-<process id>`.
    pub start: String,
    /// When it was claimed, RFC 3339 in UTC.
    pub claimed: String,
}

/// What an attempt is doing; overwritten at each beat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Format version.
    pub format: u32,
    /// The experiment.
    pub experiment: ExperimentId,
    /// The attempt.
    pub attempt: u32,
    /// Phase of the guest: `boot`, `claim`, …, `run`, …, `outcome`.
    pub phase: String,
    /// Seconds since the phase began.
    pub elapsed: f64,
    /// Seconds that the tool has worked.
    pub tool_seconds: f64,
    /// Requests that the recording proxy has seen, where it is known.
    pub requests: Option<u64>,
    /// When this was written, RFC 3339 in UTC.
    pub beat: String,
}

/// How an attempt ended. Everything that it names is in the store already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Format version.
    pub format: u32,
    /// The study.
    pub study: String,
    /// The experiment.
    pub experiment: ExperimentId,
    /// The attempt.
    pub attempt: u32,
    /// Hash over everything that can change the result.
    pub definition: String,
    /// Hash over what the setup depends on.
    pub setup_key: String,
    /// Succeeded or failed.
    pub outcome: Verdict,
    /// Why it failed; absent when it succeeded.
    pub cause: Option<Cause>,
    /// One line for people; empty when it succeeded.
    pub message: String,
    /// The phase in which it ended.
    pub phase: String,
    /// Who wrote this: `guest` or `gen-tf`.
    pub written_by: String,
    /// Budget of the tool, in seconds.
    pub duration: f64,
    /// Seconds that the tool worked, on the monotonic clock.
    pub tool_seconds: f64,
    /// How often the tool was started.
    pub tool_starts: u32,
    /// Clocks.
    pub timings: Timings,
    /// What was uploaded; absent when nothing was.
    pub results: Option<Uploaded>,
    /// Facts about the machine and its software, by name, flat so that they can be compared field by field.
    pub environment: BTreeMap<String, String>,
}

/// Succeeded or failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The tool worked for its budget and its results are in the store.
    Succeeded,
    /// Anything else.
    Failed,
}

/// Clocks of an attempt.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    /// When the guest began, RFC 3339 in UTC.
    pub started: String,
    /// When this outcome was written, RFC 3339 in UTC.
    pub ended: String,
    /// Seconds between the two on the monotonic clock.
    pub wall_seconds: f64,
    /// Seconds of each phase that was entered, on the monotonic clock.
    pub phases: BTreeMap<String, f64>,
    /// When the tool's time began, in seconds since 1970; absent when the tool was never started.
    /// It lasted for `tool_seconds` of the outcome.
    #[serde(default)]
    pub tool_started: Option<f64>,
}

/// What an attempt put into the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uploaded {
    /// Key of the archive.
    pub archive: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its sha256, lower-case hexadecimal.
    pub sha256: String,
    /// Key of the file list.
    pub file_list: String,
    /// sha256 of the file list.
    pub file_list_sha256: String,
    /// Number of files in the archive.
    pub files: u64,
}

/// The file list (`.files.json`) of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileList {
    /// Format version.
    pub format: u32,
    /// Every file, by its path relative to the results.
    pub files: BTreeMap<String, FileEntry>,
}

/// One file of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its size in bytes.
    pub size: u64,
    /// Its sha256, lower-case hexadecimal.
    pub sha256: String,
}

/// Why an attempt failed: a closed list.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// A system package could not be installed, or a command is missing.
    Provision,
    /// The setup could not be built.
    Setup,
    /// A model or other input is not what its hash says.
    InputMismatch,
    /// A secret could not be read.
    Secret,
    /// The service did not become ready in time.
    ServiceNotReady,
    /// The service or its proxy ended before the tool's time was over.
    ServiceDied,
    /// The tool failed, ended early, or left no evidence.
    ToolFailed,
    /// The memory limit was hit.
    OutOfMemory,
    /// The disk was full.
    DiskFull,
    /// The machine was taken away.
    Preempted,
    /// The machine booted a second time.
    Rebooted,
    /// A phase took longer than it may.
    Deadline,
    /// The results could not be collected or uploaded.
    Upload,
    /// Nobody has heard of the attempt; written by gen-tf, or by a supervisor whose sandbox was killed.
    Lost,
    /// A person ended it.
    Cancelled,
}

impl Cause {
    /// Every cause, in the order of the documentation.
    pub const ALL: [Self; 15] = [
        Self::Provision,
        Self::Setup,
        Self::InputMismatch,
        Self::Secret,
        Self::ServiceNotReady,
        Self::ServiceDied,
        Self::ToolFailed,
        Self::OutOfMemory,
        Self::DiskFull,
        Self::Preempted,
        Self::Rebooted,
        Self::Deadline,
        Self::Upload,
        Self::Lost,
        Self::Cancelled,
    ];

    /// The name that stands in an outcome.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Provision => "provision",
            Self::Setup => "setup",
            Self::InputMismatch => "input-mismatch",
            Self::Secret => "secret",
            Self::ServiceNotReady => "service-not-ready",
            Self::ServiceDied => "service-died",
            Self::ToolFailed => "tool-failed",
            Self::OutOfMemory => "out-of-memory",
            Self::DiskFull => "disk-full",
            Self::Preempted => "preempted",
            Self::Rebooted => "rebooted",
            Self::Deadline => "deadline",
            Self::Upload => "upload",
            Self::Lost => "lost",
            Self::Cancelled => "cancelled",
        }
    }

    /// What a person can do about it.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::Provision => "install what the message names, then `gen-tf retry`",
            Self::Setup => {
                "read the end of the log for the step that failed; the harness's setup.sh or its settings are at fault"
            }
            Self::InputMismatch => "compare the sha256 in the study with the file's",
            Self::Secret => {
                "set the environment variable that the study names for the secret, then `gen-tf retry`"
            }
            Self::ServiceNotReady => {
                "read the service's log; raise ready_timeout in harness.hcl if it only needs longer"
            }
            Self::ServiceDied => {
                "read the service's log: a crash of the service under test may be the finding itself"
            }
            Self::ToolFailed => "read the tool's log",
            Self::OutOfMemory => "give the target more memory, or the tool and service less",
            Self::DiskFull => "free or add disk space",
            Self::Preempted | Self::Rebooted | Self::Lost => {
                "nothing: the machine went away, and another attempt cures it"
            }
            Self::Deadline => "read the log for the phase that hung",
            Self::Upload => {
                "the results are on the machine alone, which stays until `gen-tf retry` or `gen-tf destroy`: take \
                 them from there first, then `gen-tf retry` runs it again"
            }
            Self::Cancelled => "`gen-tf retry` runs it again",
        }
    }

    /// Whether the same attempt may go better another time, so that a retry makes sense.
    ///
    /// A wrong input, a missing secret, too little memory or disk, and a person's wish do not change
    /// by themselves; another attempt would take the place of a machine that holds results.
    #[must_use]
    pub fn is_curable(self) -> bool {
        !matches!(
            self,
            Self::InputMismatch
                | Self::Secret
                | Self::OutOfMemory
                | Self::DiskFull
                | Self::Upload
                | Self::Cancelled
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_written_by_its_name() {
        for cause in Cause::ALL {
            assert_eq!(serde_json::to_value(cause).unwrap(), cause.name());
        }
    }
}
