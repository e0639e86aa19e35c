//! The study: what `study.hcl` says, checked, with every default filled in.
//! It decides no names or paths: the blueprint does.

mod budget;
mod gcp;
mod inputs;
mod matrix;
mod needs;
mod parse;
mod schema;
mod settings;
mod target;

use std::collections::BTreeMap;

pub use self::{
    parse::{HarnessState, ParseOptions, Parsed, harness_ref, parse},
    schema::STUDY_FILE,
    target::{Chosen, Refusal, TargetKind, check_target, rehearsal},
};
pub use crate::diagnostic::Source;

/// Experiments that a study may have at most.
pub const MAX_EXPERIMENTS: u64 = 100_000;

/// What a VM is allowed besides the tool's time, in seconds: boot, setup, start and upload.
pub const SETUP_ALLOWANCE: u64 = 15 * 60;

/// What the name of a rehearsal ends with.
pub const REHEARSAL_SUFFIX: &str = "-rehearsal";

/// A checked study. Every optional field of the file has its default here.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// Name of the study: lower-case letters, digits and `-`, so that a bucket and a label can carry it.
    pub name: String,
    /// Where the harness comes from.
    pub harness: HarnessRef,
    /// Tools, in the order of the file.
    pub tools: Vec<String>,
    /// Services, in the order of the file.
    pub services: Vec<String>,
    /// Runs of each cell.
    pub runs: u32,
    /// The tool's time on the service, in seconds; nothing else counts.
    pub duration: u64,
    /// Seed of the order of experiments and of the tools' own seeds.
    pub seed: u32,
    /// Cells that are left out.
    pub excludes: Vec<Exclude>,
    /// Settings of the harness, its defaults filled in.
    pub settings: BTreeMap<String, SettingValue>,
    /// The Google Cloud target, if the study declares it.
    pub gcp: Option<GcpTarget>,
    /// The local target, if the study declares it.
    pub local: Option<LocalTarget>,
    /// Models that tools open.
    pub models: Vec<Model>,
    /// Secrets that tools or services need.
    pub secrets: Vec<Secret>,
    /// Most attempts of one experiment, from 1.
    pub attempts: u32,
    /// Limits that plan and apply refuse to exceed.
    pub budget: Budget,
}

/// Where a harness comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HarnessRef {
    /// One that gen-tf carries inside it.
    BuiltIn(String),
    /// A folder, relative to the study's file.
    Path(String),
}

/// Cells that are left out: all that match both fields; an absent field matches everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclude {
    /// Name of a tool.
    pub tool: Option<String>,
    /// Name of a service.
    pub service: Option<String>,
}

/// Value of a setting.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum SettingValue {
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text.
    String(String),
}

impl std::fmt::Display for SettingValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::String(value) => value.fmt(f),
        }
    }
}

/// The Google Cloud target: one VM an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct GcpTarget {
    /// Id of the project.
    pub project: String,
    /// Zones of one region, tried in this order.
    pub zones: Vec<String>,
    /// Machine type; default `n1-standard-8`.
    pub machine_type: String,
    /// Full name of the image, never a family.
    pub image: String,
    /// Size of the boot disk in GB; default 100.
    pub disk_gb: u32,
    /// Type of the boot disk; default `pd-ssd`.
    pub disk_type: String,
    /// Most VMs at one time.
    pub max_parallel: u32,
    /// Name of the bucket that is the store.
    pub bucket: String,
    /// Bucket of Terraform's state; without it state is local.
    pub state_bucket: Option<String>,
    /// Labels of everything that can carry one.
    pub labels: BTreeMap<String, String>,
    /// Whether VMs are spot VMs.
    pub spot: bool,
    /// Attempts on spot before on-demand is taken; default 2.
    pub spot_attempts: u32,
    /// A network of the user's own.
    pub network: Option<String>,
    /// A subnetwork of the user's own.
    pub subnetwork: Option<String>,
    /// Whether ssh through IAP is allowed.
    pub iap_ssh: bool,
    /// Whether a failed VM stays, stopped.
    pub keep_failed: bool,
    /// What the cost fuse does with a VM.
    pub on_timeout: OnTimeout,
    /// Price of a VM an hour, in USD, where the user knows better than our table.
    pub usd_per_hour: Option<f64>,
}

/// What happens to a VM that outlives its allowance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnTimeout {
    /// It stops and keeps its disk.
    Stop,
    /// It is deleted.
    Delete,
}

/// The local target: one sandbox an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalTarget {
    /// Most sandboxes at one time; default 1.
    pub max_parallel: u32,
    /// CPUs of each sandbox; default 1.
    pub cpus: u32,
    /// Memory of each sandbox, in bytes; default 4 GiB.
    pub memory: u64,
}

impl Default for LocalTarget {
    fn default() -> Self {
        Self { max_parallel: 1, cpus: 1, memory: 4 << 30 }
    }
}

/// A model: a large file that tools open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Name of the file that the tool opens.
    pub name: String,
    /// `gs://…` or a local path, relative to the study's file.
    pub source: String,
    /// 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// Tools that need it.
    pub tools: Vec<String>,
}

/// A secret: its value is never in the study, only where apply takes it from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Name of the secret.
    pub name: String,
    /// Environment variable that apply reads the value from.
    pub env: String,
    /// Raised to rotate.
    pub version: u32,
    /// Services that need it; empty: any.
    pub services: Vec<String>,
    /// Tools that need it; empty: any.
    pub tools: Vec<String>,
}

/// Limits of a study.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Budget {
    /// Most VM-hours.
    pub vm_hours: Option<f64>,
    /// Most money, in USD.
    pub usd: Option<f64>,
}

/// A duration in seconds as people write it: `1h30m`, `20s`.
#[must_use]
pub fn format_duration(seconds: u64) -> String {
    format!("{seconds}s")
}
