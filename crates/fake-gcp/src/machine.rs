//! What the cloud and the machines tell each other: the model of the cloud calls [`Machines`], whoever boots VMs calls [`Host`].
//! The cloud knows names, states and metadata; it knows nothing of sandboxes.

pub mod sandboxes;
mod launch;
mod wire;
mod init;
mod world;
mod disk;
mod runner;
mod metadata;
mod tree;
mod tls;

pub use init::run_vm;
pub use sandboxes::{Sandboxes, Settings};

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// Where an instance is: unique in the whole cloud.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct VmName {
    /// Id of the project.
    pub project: String,
    /// Short name of the zone, such as `us-central1-a`.
    pub zone: String,
    /// Name of the instance.
    pub name: String,
}

/// What is needed to boot an instance.
#[derive(Debug, Clone)]
pub struct Vm {
    /// Where it is.
    pub name: VmName,
    /// Its numeric id, as the metadata server shows it.
    pub id: u64,
    /// Address of its service account, if it has one.
    pub service_account: Option<String>,
    /// Its metadata at this boot; [`Host::metadata`] has the current one.
    pub metadata: BTreeMap<String, String>,
    /// Size of its boot disk.
    pub disk_gb: u64,
    /// Short name of its machine type.
    pub machine_type: String,
    /// Image of its boot disk, as `projects/P/global/images/N`.
    pub image: String,
}

/// Runs virtual machines for the cloud.
pub trait Machines: Send + Sync + 'static {
    /// Boots (creates the disk if new) and starts the VM. Not waiting for the guest.
    fn boot(&self, vm: Vm) -> anyhow::Result<()>;
    /// ACPI-like power off: the guest's init gets told, and is killed after `grace`.
    fn stop(&self, name: &VmName, grace: Duration);
    /// Resets the VM: its guest starts again on the same disk.
    fn reboot(&self, name: &VmName);
    /// Kills and removes the disk.
    fn delete(&self, name: &VmName);
}

/// What the cloud offers to whoever runs its machines: facts for the metadata server, and somebody to report to.
pub trait Host: Send + Sync + 'static {
    /// The VM is off, whoever asked for it: the instance becomes TERMINATED.
    fn powered_off(&self, name: &VmName);
    /// Whether the instance is being, or was, preempted.
    fn preempted(&self, name: &VmName) -> bool;
    /// A new token of a service account, and the seconds it is good for.
    fn token(&self, service_account: &str) -> (String, u64);
    /// The instance's current attributes.
    fn metadata(&self, name: &VmName) -> BTreeMap<String, String>;
    /// The REST APIs, to be served also inside the VM over TLS.
    fn router(&self) -> axum::Router;
}
