//! What depends on where a study is about to run: the checks of one target, and the rehearsal.
//! Whether this machine can run anything at all is for `gen-tf doctor`.

use std::collections::HashSet;

use super::{
    Budget, LocalTarget, REHEARSAL_SUFFIX, Study,
    needs::{Demand, size_to_write},
};
use crate::{harness::Harness, matrix::cells, suggest, units::format_size};

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

/// Why a study can't run on a target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// Everything that keeps a good study from running on one of its targets.
#[must_use]
pub fn check_target(study: &Study, harness: &Harness, kind: TargetKind) -> Vec<Refusal> {
    let declared = match kind {
        TargetKind::Gcp => study.gcp.is_some(),
        TargetKind::Local => study.local.is_some(),
    };
    if !declared {
        let message = format!("the study has no `target \"{}\"`", kind.name());
        let help = match kind {
            TargetKind::Gcp => "add one to the study".to_owned(),
            TargetKind::Local => "add one, or run `--rehearse`".to_owned(),
        };
        return vec![Refusal { message, help }];
    }
    match (&study.local, kind) {
        (Some(local), TargetKind::Local) => {
            [internet(study, harness), too_small(study, harness, local)].concat()
        }
        _ => Vec::new(),
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

fn too_small(study: &Study, harness: &Harness, local: &LocalTarget) -> Vec<Refusal> {
    let demand = Demand::of(harness, cells(study).map(|(service, tool)| (tool, service)));
    let mut refusals = Vec::new();
    if demand.cpus.amount > local.cpus.into() {
        let (amount, cell) = (demand.cpus.amount, &demand.cpus.cell);
        refusals.push(Refusal {
            message: format!("{cell} needs {amount} CPUs; a sandbox has {}", local.cpus),
            help: format!("write `cpus = {amount}` in `target \"local\"`"),
        });
    }
    if demand.memory.amount > local.memory {
        let (amount, cell) = (demand.memory.amount, &demand.memory.cell);
        refusals.push(Refusal {
            message: format!(
                "{cell} needs {} of memory; a sandbox has {}",
                format_size(amount),
                format_size(local.memory)
            ),
            help: format!("write `memory = \"{}\"` in `target \"local\"`", size_to_write(amount)),
        });
    }
    refusals
}
