//! The variables that say who calls Google. It only reads them; `Credentials` gives them meaning.

use std::path::PathBuf;

/// A snapshot of the variables, so that tests need not change the process's own.
#[derive(Clone, Default)]
pub(crate) struct Environment {
    /// `GEN_TF_CREDENTIALS`.
    pub asked: Option<String>,
    /// `GOOGLE_OAUTH_ACCESS_TOKEN`.
    pub token: Option<String>,
    /// `GOOGLE_CREDENTIALS`: a file, or its content.
    pub credentials: Option<String>,
    /// `GOOGLE_APPLICATION_CREDENTIALS`.
    pub application: Option<PathBuf>,
    /// `HOME`.
    pub home: Option<PathBuf>,
    /// `GOOGLE_IMPERSONATE_SERVICE_ACCOUNT`.
    pub impersonated: Option<String>,
    /// `GCE_METADATA_HOST`.
    pub metadata_host: Option<String>,
}

impl Environment {
    /// Reads the variables. An empty one counts as not set, as it does for Terraform's provider.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        Self {
            asked: set("GEN_TF_CREDENTIALS"),
            token: set("GOOGLE_OAUTH_ACCESS_TOKEN"),
            credentials: set("GOOGLE_CREDENTIALS"),
            application: set("GOOGLE_APPLICATION_CREDENTIALS").map(PathBuf::from),
            home: set("HOME").map(PathBuf::from),
            impersonated: set("GOOGLE_IMPERSONATE_SERVICE_ACCOUNT"),
            metadata_host: set("GCE_METADATA_HOST"),
        }
    }
}
