//! Projects: number, policy, enabled services.

use super::{clock, condition::Resource, policy::Policy};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A project.
#[derive(Debug, Serialize, Deserialize)]
pub struct Project {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: u64,
    /// Who may do what in it.
    pub policy: Policy,
    /// Names of the enabled services.
    pub services: BTreeSet<String>,
    created: String,
}

/// What gen-tf and its modules need; enabled from the start.
const SERVICES: &[&str] = &[
    "cloudresourcemanager.googleapis.com",
    "compute.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "iap.googleapis.com",
    "oslogin.googleapis.com",
    "secretmanager.googleapis.com",
    "serviceusage.googleapis.com",
    "storage.googleapis.com",
];

/// The number of the project with this id.
#[must_use]
pub fn number(id: &str) -> u64 {
    100_000_000_000 + u64::from(crc32c::crc32c(id.as_bytes())) * 97
}

impl Project {
    /// A project; its number follows from its id.
    #[must_use]
    pub fn new(id: &str) -> Self {
        let owner = ["user:owner@example.com".to_owned()];
        Self {
            id: id.to_owned(),
            number: number(id),
            policy: Policy::of(&[("roles/owner", &owner)]),
            services: SERVICES.iter().map(|&name| name.to_owned()).collect(),
            created: clock::now(),
        }
    }

    /// As Resource Manager shows it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "projectNumber": self.number.to_string(),
            "projectId": self.id,
            "lifecycleState": "ACTIVE",
            "name": self.id,
            "createTime": self.created,
        })
    }

    /// As Service Usage shows one of its services.
    #[must_use]
    pub fn service_json(&self, service: &str) -> Value {
        let enabled = self.services.contains(service);
        json!({
            "name": format!("projects/{}/services/{service}", self.number),
            "config": { "name": service },
            "state": if enabled { "ENABLED" } else { "DISABLED" },
            "parent": format!("projects/{}", self.number),
        })
    }

    /// The project, for conditions.
    #[must_use]
    pub fn resource(&self) -> Resource {
        Resource {
            name: format!("projects/{}", self.id),
            kind: "cloudresourcemanager.googleapis.com/Project",
            service: "cloudresourcemanager.googleapis.com",
        }
    }

    /// The compute service's own account.
    #[must_use]
    pub fn default_account(&self) -> String {
        format!("{}-compute@developer.gserviceaccount.com", self.number)
    }
}
