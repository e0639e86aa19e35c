//! The variables that say who calls Google. It only reads them; `Credentials` gives them meaning.

use std::{env, ffi::OsString, path::PathBuf};

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
    pub fn of_process() -> Self {
        Self {
            asked: text("GEN_TF_CREDENTIALS"),
            token: text("GOOGLE_OAUTH_ACCESS_TOKEN"),
            credentials: text("GOOGLE_CREDENTIALS"),
            application: set("GOOGLE_APPLICATION_CREDENTIALS").map(PathBuf::from),
            home: set("HOME").map(PathBuf::from),
            impersonated: text("GOOGLE_IMPERSONATE_SERVICE_ACCOUNT"),
            metadata_host: text("GCE_METADATA_HOST"),
        }
    }
}

/// An empty variable counts as not set, as it does for Terraform's provider.
fn set(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

fn text(name: &str) -> Option<String> {
    set(name).map(|value| value.to_string_lossy().into_owned())
}
