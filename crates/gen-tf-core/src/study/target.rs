//! What depends on where a study is about to run: the checks of one target, and the rehearsal.
//! Whether this machine can run anything at all is for `gen-tf doctor`.

use std::collections::HashSet;

use super::{Budget, GcpTarget, LocalTarget, REHEARSAL_SUFFIX, Study, needs::Demand};
use crate::{
    harness::Harness,
    machines::{self, Lookup},
    matrix::cells,
    suggest,
};

/// Where experiments run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// Google Cloud: one VM an experiment.
    Gcp,
    /// This machine: one sandbox an experiment.
    Local,
}

impl TargetKind {
    /// Its name in the study and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gcp => "gcp",
            Self::Local => "local",
        }
    }
}

/// One target of a study, with its fields.
#[derive(Clone, Copy, Debug)]
pub enum Chosen<'a> {
    /// Google Cloud.
    Gcp(&'a GcpTarget),
    /// This machine.
    Local(&'a LocalTarget),
}

impl Study {
    /// The target of a kind, if the study declares it.
    #[must_use]
    pub fn target(&self, kind: TargetKind) -> Option<Chosen<'_>> {
        match kind {
            TargetKind::Gcp => self.gcp.as_ref().map(Chosen::Gcp),
            TargetKind::Local => self.local.as_ref().map(Chosen::Local),
        }
    }
}

/// Why a study can't run on a target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Refusal {
    fn of((message, help): (String, String)) -> Self {
        Self { message, help }
    }
}

/// Everything that keeps a good study from running on one of its targets.
#[must_use]
pub fn check_target(study: &Study, harness: &Harness, kind: TargetKind) -> Vec<Refusal> {
    let Some(target) = study.target(kind) else {
        let message = format!("the study has no `target \"{}\"`", kind.name());
        let help = match kind {
            TargetKind::Gcp => "add one to the study".to_owned(),
            TargetKind::Local => "add one, or run `--rehearse`".to_owned(),
        };
        return vec![Refusal { message, help }];
    };
    let demand =
        Demand::of(harness, &study.settings, cells(study).map(|(service, tool)| (tool, service)));
    match target {
        Chosen::Local(local) => [internet(study, harness), too_small(&demand, local)].concat(),
        Chosen::Gcp(gcp) => too_small_a_vm(&demand, gcp),
    }
}

/// The same study on the local target, under a name of its own and without a budget.
#[must_use]
pub fn rehearsal(study: &Study, duration: Option<u64>, runs: Option<u32>) -> Study {
    Study {
        name: format!("{}{REHEARSAL_SUFFIX}", study.name),
        duration: duration.unwrap_or(study.duration),
        runs: runs.unwrap_or(study.runs),
        gcp: None,
        local: Some(study.local.clone().unwrap_or_default()),
        budget: Budget::default(),
        ..study.clone()
    }
}

fn internet(study: &Study, harness: &Harness) -> Vec<Refusal> {
    let used: HashSet<_> = cells(study).map(|(service, _)| service).collect();
    let online: Vec<_> = study
        .services
        .iter()
        .filter(|name| used.contains(name.as_str()))
        .filter(|name| harness.services.get(*name).is_some_and(|service| service.internet))
        .collect();
    if online.is_empty() {
        return Vec::new();
    }
    let message = format!(
        "{} need{} the internet, which a sandbox of the local target does not have",
        suggest::listed(&online),
        if online.len() == 1 { "s" } else { "" }
    );
    let help = "run them on `target \"gcp\"`, or leave them out with `--only`".to_owned();
    vec![Refusal { message, help }]
}

fn too_small(demand: &Demand, local: &LocalTarget) -> Vec<Refusal> {
    let lacks = [demand.lack_of_cpus(local.cpus.into()), demand.lack_of_memory(local.memory)];
    lacks.into_iter().flatten().map(Refusal::of).collect()
}

/// What is known of the machine type is checked; of one that the table lacks, only the disk.
fn too_small_a_vm(demand: &Demand, gcp: &GcpTarget) -> Vec<Refusal> {
    let mut lacks = Vec::new();
    if let Lookup::Known(machine) = machines::find(&gcp.machine_type) {
        lacks = demand.lacks_of_vm(&gcp.machine_type, &machine);
    }
    lacks.extend(demand.lack_of_disk(gcp.disk_gb.into()));
    lacks.into_iter().map(Refusal::of).collect()
}
