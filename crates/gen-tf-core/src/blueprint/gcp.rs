//! The decided Google Cloud target: names of everything that is made there, secrets, labels, price.
//! Whether a name is free, or a zone has machines left, only Google Cloud knows.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cell, SETUP_DEADLINE};
use crate::{
    cost::{self, Price},
    hash::sha256_hex,
    names,
    study::{GcpTarget, OnTimeout, Study},
};

/// Longest id of a service account.
const LONGEST_ACCOUNT: usize = 30;

/// What a VM may take besides setup and the tool's time, in seconds: boot, start, upload.
const MARGIN: u64 = 1800;

/// The Google Cloud target, decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Gcp {
    /// Id of the project.
    pub project: String,
    /// The region of the zones.
    pub region: String,
    /// Zones, tried in this order.
    pub zones: Vec<String>,
    /// Machine type of every VM.
    pub machine_type: String,
    /// Full name of the boot image.
    pub image: String,
    /// Size of the boot disk in GB.
    pub disk_gb: u32,
    /// Type of the boot disk.
    pub disk_type: String,
    /// Most VMs at one time.
    pub max_parallel: u32,
    /// The bucket that is the store.
    pub bucket: String,
    /// Where Terraform's state is kept.
    pub state: StatePlace,
    /// The study's own labels, of everything that can carry one.
    pub labels: BTreeMap<String, String>,
    /// Whether first attempts get spot VMs.
    pub spot: bool,
    /// Attempts on spot VMs before one of the usual kind is taken.
    pub spot_attempts: u32,
    /// Name of the network, subnetwork, router and NAT that are made.
    pub network_name: String,
    /// The user's own network; absent where one is made.
    pub network: Option<String>,
    /// The user's own subnetwork; absent where one is made.
    pub subnetwork: Option<String>,
    /// Whether ssh through IAP is allowed.
    pub iap_ssh: bool,
    /// Whether the VM of a failed attempt stays, stopped.
    pub keep_failed: bool,
    /// What the cost fuse does with a VM.
    pub on_timeout: OnTimeout,
    /// The cost fuse: the longest time that a VM runs, in seconds.
    pub max_run_seconds: u64,
    /// Id of the service account of every VM.
    pub service_account: String,
    /// Secrets that any cell needs, by name.
    pub secrets: Vec<CloudSecret>,
    /// What a VM costs, where that is known.
    pub price: Option<Price>,
}

/// Where Terraform's state is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatePlace {
    /// A file of the workspace.
    File,
    /// A bucket that exists already.
    Bucket {
        /// Its name.
        bucket: String,
        /// What the names of its objects begin with.
        prefix: String,
    },
}

/// A secret of Secret Manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudSecret {
    /// Its name in the study.
    pub name: String,
    /// The environment variable that apply takes the value from.
    pub env: String,
    /// The version that the study wants.
    pub version: u32,
    /// The root module's variable that carries the value.
    pub variable: String,
}

impl Gcp {
    pub(super) fn decide(study: &Study, target: &GcpTarget) -> Self {
        let zone = target.zones.first().map_or("", String::as_str);
        Self {
            project: target.project.clone(),
            region: names::region(zone).unwrap_or_default().to_owned(),
            zones: target.zones.clone(),
            machine_type: target.machine_type.clone(),
            image: target.image.clone(),
            disk_gb: target.disk_gb,
            disk_type: target.disk_type.clone(),
            max_parallel: target.max_parallel,
            bucket: target.bucket.clone(),
            state: StatePlace::of(study, target),
            labels: target.labels.clone(),
            spot: target.spot,
            spot_attempts: target.spot_attempts,
            network_name: format!("gen-tf-{}", study.name),
            network: target.network.clone(),
            subnetwork: target.subnetwork.clone(),
            iap_ssh: target.iap_ssh,
            keep_failed: target.keep_failed,
            on_timeout: target.on_timeout,
            max_run_seconds: study.duration + SETUP_DEADLINE + MARGIN,
            service_account: account_id(&study.name),
            secrets: Vec::new(),
            price: cost::price(target),
        }
    }

    /// Takes the secrets that a cell needs; the others are not even made.
    pub(super) fn with_secrets(
        mut self,
        study: &Study,
        cells: &BTreeMap<String, BTreeMap<String, Cell>>,
    ) -> Self {
        let used: BTreeSet<&String> = cells
            .values()
            .flat_map(BTreeMap::values)
            .flat_map(|cell| cell.secrets.keys())
            .collect();
        let secrets = study.secrets.iter().filter(|secret| used.contains(&secret.name));
        self.secrets = secrets
            .map(|secret| CloudSecret {
                name: secret.name.clone(),
                env: secret.env.clone(),
                version: secret.version,
                variable: format!("secret_{}", secret.name.replace('-', "_")),
            })
            .collect();
        self.secrets.sort_by(|a, b| a.name.cmp(&b.name));
        self
    }

    /// The project that the network is of, and its firewall rules with it.
    #[must_use]
    pub fn network_project(&self) -> &str {
        let shared = self.network.as_deref().and_then(|network| network.strip_prefix("projects/"));
        shared.and_then(|rest| rest.split('/').next()).unwrap_or(&self.project)
    }

    /// The store of a study in this target's bucket.
    #[must_use]
    pub(super) fn store(&self, study: &str) -> String {
        format!("gs://{}/{study}", self.bucket)
    }
}

impl StatePlace {
    fn of(study: &Study, target: &GcpTarget) -> Self {
        match &target.state_bucket {
            None => Self::File,
            Some(bucket) => {
                Self::Bucket { bucket: bucket.clone(), prefix: format!("gen-tf/{}", study.name) }
            }
        }
    }
}

/// `gen-tf-<study>`, or with a hash where that is too long for a service account.
fn account_id(study: &str) -> String {
    let plain = format!("gen-tf-{study}");
    if plain.len() <= LONGEST_ACCOUNT {
        return plain;
    }
    let kept: String = plain.chars().take(LONGEST_ACCOUNT - 9).collect();
    format!("{}-{}", kept.trim_end_matches('-'), &sha256_hex(study.as_bytes())[..8])
}

#[cfg(test)]
mod tests {
    use super::account_id;

    #[test]
    fn ids_of_service_accounts_fit_and_differ() {
        assert_eq!(account_id("rest-2026"), "gen-tf-rest-2026");
        let long = [
            "a".repeat(30),
            format!("{}b", "a".repeat(29)),
            "aaaaaaaaaaaaa-aaaaaaaaaaaaaaaa".into(),
        ];
        let ids: Vec<String> = long.iter().map(|study| account_id(study)).collect();
        for id in &ids {
            assert!((6..=30).contains(&id.len()) && !id.contains("--"), "{id}");
        }
        assert_ne!(ids[0], ids[1]);
    }
}
