//! The harness as its `harness.hcl` declares it: tools, services, settings and what each cell needs.
//! It does not hold the harness's scripts.

mod parse;
mod needs;
mod integrity;
mod value;
mod schema;

use std::collections::BTreeMap;

pub(crate) use self::value::{Unfit, read_value};
pub use self::{
    integrity::{Integrity, Limits},
    parse::parse,
    schema::HARNESS_FILE,
};

use crate::study::SettingValue;

/// What `harness.hcl` declares.
#[derive(Clone, Debug, PartialEq)]
pub struct Harness {
    /// Name of the harness.
    pub name: String,
    /// What it is, in a sentence.
    pub description: String,
    /// Files that every cell's collect leaves in the results, relative to them; an absent or empty one fails the attempt.
    pub evidence: Vec<String>,
    /// Log of the recording proxy, one line a request, relative to the work folder; empty: none.
    pub request_log: String,
    /// Whether its scripts start containers, so that a machine must have a container engine.
    pub containers: bool,
    /// Settings that a study may give, by name.
    pub settings: BTreeMap<String, Setting>,
    /// Tools, by name.
    pub tools: BTreeMap<String, Tool>,
    /// Services, by name.
    pub services: BTreeMap<String, Service>,
    /// Limits of a trustworthy result.
    pub integrity: Integrity,
}

/// A setting that a study may give.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// What it is for.
    pub description: String,
    /// Its type.
    pub kind: SettingKind,
    /// Its value where the study gives none; absent: the study must give one.
    pub default: Option<SettingValue>,
    /// The tools that it matters for; with `services` both empty, it matters for every cell.
    pub tools: Vec<String>,
    /// The services that it matters for.
    pub services: Vec<String>,
}

/// Type of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A text.
    String,
    /// A size, kept as a number of bytes.
    Size,
    /// A reference of a container image.
    Image,
}

impl Setting {
    /// A setting matters for the cells of the tools and services that it names, or for all.
    #[must_use]
    pub fn matters(&self, service: &str, tool: &str) -> bool {
        let named = |list: &[String], name: &str| list.iter().any(|n| n == name);
        (self.tools.is_empty() && self.services.is_empty())
            || named(&self.tools, tool)
            || named(&self.services, service)
    }
}

/// What a tool or a service needs of its machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Commands that must be on the machine.
    pub commands: Vec<String>,
    /// CPUs; 0: no demand, or that of a setting.
    pub cpus: u32,
    /// The setting that says how many CPUs.
    pub cpus_from: Option<String>,
    /// Memory in bytes; 0: no demand, or that of a setting.
    pub memory: u64,
    /// The setting that says how much memory.
    pub memory_from: Option<String>,
    /// Disk in bytes; 0: no demand.
    pub disk: u64,
}

/// A tool that a harness can drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// What it is, in a sentence.
    pub description: String,
    /// What it needs of the machine.
    pub needs: Needs,
    /// Whether a tool that ends before its budget is started again with the next seed.
    pub restart: bool,
    /// Names of the models that it opens.
    pub models: Vec<String>,
    /// Names of the secrets that it needs.
    pub secrets: Vec<String>,
    /// Files that it leaves besides the harness's own evidence.
    pub evidence: Vec<String>,
}

/// A service that a harness can start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// What it is, in a sentence.
    pub description: String,
    /// What it needs of the machine.
    pub needs: Needs,
    /// Whether it needs the internet; such a service is refused on the local target.
    pub internet: bool,
    /// URL that answers below 400 when the service itself is ready.
    pub ready_url: String,
    /// Longest wait for it, in seconds.
    pub ready_timeout: u64,
    /// Names of the secrets that it needs.
    pub secrets: Vec<String>,
    /// Files that it leaves besides the harness's own evidence.
    pub evidence: Vec<String>,
    /// Something that a study's author should know, such as a known defect and the way out.
    pub warning: Option<String>,
}

impl Harness {
    /// Whether a setting says how many CPUs something needs.
    pub(crate) fn counts_cpus(&self, setting: &str) -> bool {
        let tools = self.tools.values().map(|tool| &tool.needs);
        let mut needs = tools.chain(self.services.values().map(|service| &service.needs));
        needs.any(|needs| needs.cpus_from.as_deref() == Some(setting))
    }
}
