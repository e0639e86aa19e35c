//! Machines of failed attempts that stay: which of them are really there, how to get in, and what they
//! cost. It only looks.

use gen_tf_core::{blueprint::Gcp, id::ExperimentId, outcome::Cause};
use gen_tf_store::google::{Google, GoogleError};
use serde::Serialize;

use crate::{
    cloud::inventory::{self, Item, Scope, Vm},
    failures::FailedAttempt,
    project::Project,
    workspace::Workspace,
};

/// A VM that is kept.
#[derive(Clone, Debug, Serialize)]
pub struct KeptVm {
    /// Its name.
    pub name: String,
    /// Its zone.
    pub zone: String,
    /// `stopped`, or `running` when somebody has started it.
    pub state: &'static str,
    /// Its disk, such as `100 GB pd-ssd`; disks of several, one after the other.
    pub disk: String,
    /// What it costs in USD a day as it is now, where that is known.
    pub usd_per_day: Option<f64>,
    /// Commands that lead into it, in their order.
    pub get_in: Vec<String>,
}

impl KeptVm {
    fn of(item: Item, gcp: &Gcp, cause: Cause) -> Self {
        let vm = item.vm.unwrap_or_default();
        Self {
            get_in: get_in(&item.name, &item.place, vm.running, gcp, cause),
            name: item.name,
            zone: item.place,
            state: if vm.running { "running" } else { "stopped" },
            disk: vm.disks.join(", "),
            usd_per_day: item.usd_per_day,
        }
    }

    /// In one line.
    #[must_use]
    pub fn describe(&self) -> String {
        let Self { name, zone, state, disk, usd_per_day, .. } = self;
        let disk = if disk.is_empty() { "an unknown disk" } else { disk };
        let cost = usd_per_day
            .map_or("at an unknown price".to_owned(), |usd| format!("about {usd:.2} USD a day"));
        format!("its VM {name} in {zone} stays, {state}, with {disk}, {cost}")
    }
}

/// A VM that boots with its startup script would go on as a second boot, and switch itself off.
fn get_in(name: &str, zone: &str, running: bool, gcp: &Gcp, cause: Cause) -> Vec<String> {
    let compute = |verb: &str, more: &str| {
        format!("gcloud compute {verb} {name} --project {} --zone {zone}{more}", gcp.project)
    };
    let mut commands = Vec::new();
    if !running {
        commands.push(compute("instances remove-metadata", " --keys startup-script"));
        commands.push(compute("instances start", ""));
    }
    // It has no public address.
    let way = if gcp.iap_ssh { " --tunnel-through-iap" } else { " --internal-ip" };
    commands.push(compute("ssh", way));
    if cause == Cause::Upload {
        let take = format!("{way} --command 'sudo tar -C /gen-tf -cz results' >results.tar.gz");
        commands.push(compute("ssh", &take));
    }
    commands
}

/// Adds the machine that is kept of each attempt, where it is there; says what could not be looked at.
#[must_use]
pub fn look(
    project: &Project,
    google: Option<&Google>,
    failed: &mut [FailedAttempt],
) -> Option<String> {
    if !failed.iter().any(|attempt| attempt.stays) {
        return None;
    }
    let (Some(gcp), Some(google)) = (project.gcp(), google) else {
        for attempt in failed.iter_mut().filter(|attempt| attempt.stays) {
            let folder = Workspace::at(&project.workspace).sandboxes();
            attempt.advice.push(format!("its sandbox stays below {folder}"));
        }
        return None;
    };
    match vms(project, gcp, google) {
        Ok(mut vms) => {
            for attempt in failed.iter_mut().filter(|attempt| attempt.stays) {
                let serves = |item: &Item| serves(item, &attempt.experiment, attempt.attempt);
                match vms.iter().position(serves) {
                    Some(at) => {
                        attempt.vm = Some(KeptVm::of(vms.swap_remove(at), gcp, attempt.cause));
                    }
                    None if attempt.cause == Cause::Upload => attempt
                        .advice
                        .push("its VM is not there any more, and the results with it".to_owned()),
                    None => {}
                }
            }
            None
        }
        Err(error) => {
            let hint = error.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
            Some(format!("which VMs are kept could not be looked at: {error}{hint}"))
        }
    }
}

fn vms(project: &Project, gcp: &Gcp, google: &Google) -> Result<Vec<Item>, GoogleError> {
    let scope = Scope::Study(&project.blueprint.study, gcp);
    Ok(inventory::vms_with_disks(google, scope)?.items)
}

fn serves(item: &Item, experiment: &ExperimentId, attempt: u32) -> bool {
    let of = |vm: &Vm| vm.experiment.as_ref() == Some(experiment) && vm.attempt == Some(attempt);
    item.vm.as_ref().is_some_and(of)
}
