//! What a program's environment must hold to speak with this cloud in place of Google's.

use camino::Utf8Path;
use std::{collections::BTreeMap, fmt::Write};

/// Environment variables by name.
pub type Environment = BTreeMap<String, String>;

/// Products with an endpoint variable of their own, and their paths here.
/// Names that newer providers ignore are there for older ones.
const ENDPOINTS: &[(&str, &str)] = &[
    ("GOOGLE_CLOUD_RESOURCE_MANAGER_CUSTOM_ENDPOINT", "crm/v1/"),
    ("GOOGLE_COMPUTE_CUSTOM_ENDPOINT", "compute/v1/"),
    ("GOOGLE_IAM_BETA_CUSTOM_ENDPOINT", "iam/v1/"),
    ("GOOGLE_IAM_CREDENTIALS_CUSTOM_ENDPOINT", "iamcredentials/v1/"),
    ("GOOGLE_IAM_CUSTOM_ENDPOINT", "iam/v1/"),
    ("GOOGLE_RESOURCE_MANAGER_CUSTOM_ENDPOINT", "crm/v1/"),
    ("GOOGLE_RESOURCE_MANAGER_V3_CUSTOM_ENDPOINT", "crm/v3/"),
    ("GOOGLE_SECRET_MANAGER_CUSTOM_ENDPOINT", "secretmanager/v1/"),
    ("GOOGLE_SERVICE_USAGE_CUSTOM_ENDPOINT", "serviceusage/v1/"),
    ("GOOGLE_STORAGE_CUSTOM_ENDPOINT", "storage/v1/"),
    // Terraform's own backend, and the gcloud command.
    ("GOOGLE_BACKEND_STORAGE_CUSTOM_ENDPOINT", "storage/v1/"),
    ("CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE", "compute/v1/"),
    ("CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER", "secretmanager/"),
    ("CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE", "storage/v1/"),
];

/// The token of the owner.
pub const OWNER_TOKEN: &str = "fake-owner";

/// The variables for a cloud that is served at `base`.
#[must_use]
pub fn variables(base: &str) -> Environment {
    let endpoints = ENDPOINTS.iter().map(|(name, path)| (*name, format!("{base}/{path}")));
    let others = [
        ("CHECKPOINT_DISABLE", "1".to_owned()),
        ("CLOUDSDK_AUTH_ACCESS_TOKEN", OWNER_TOKEN.to_owned()),
        ("CLOUDSDK_CORE_CHECK_GCE_METADATA", "false".to_owned()),
        ("FAKE_GCP", base.to_owned()),
        ("GOOGLE_OAUTH_ACCESS_TOKEN", OWNER_TOKEN.to_owned()),
    ];
    endpoints.chain(others).map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Writes `env.sh`, then `env.json`, each whole or not at all: whoever sees the second can begin.
pub fn write(folder: &Utf8Path, variables: &Environment) -> anyhow::Result<()> {
    let mut exports = String::from("# How to speak with fake-gcp: source this file.\n");
    for (name, value) in variables {
        writeln!(exports, "export {name}='{}'", value.replace('\'', r"'\''"))?;
    }
    replace(&folder.join("env.sh"), exports.as_bytes())?;
    replace(&folder.join("env.json"), &serde_json::to_vec_pretty(variables)?)
}

fn replace(path: &Utf8Path, bytes: &[u8]) -> anyhow::Result<()> {
    let partial = path.with_extension("partial");
    std::fs::write(&partial, bytes)?;
    std::fs::rename(&partial, path)?;
    Ok(())
}
