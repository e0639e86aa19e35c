//! A token of the account that `gcloud auth login` has logged in. It keeps nothing.

use std::{io, process::Stdio};

use tokio::process::Command;

/// `gcloud` gave no token.
#[derive(Debug, thiserror::Error)]
pub(super) enum GcloudError {
    #[error("cannot start `gcloud`, which GEN_TF_CREDENTIALS asks for")]
    Start(#[source] io::Error),
    #[error("`gcloud auth print-access-token` failed: {status}: {stderr}")]
    Failed { status: String, stderr: String },
    #[error("`gcloud auth print-access-token` printed no token")]
    Empty,
}

pub(super) async fn token(impersonated: Option<&str>) -> Result<String, GcloudError> {
    let mut command = Command::new("gcloud");
    command.args(["auth", "print-access-token", "--quiet"]);
    if let Some(account) = impersonated {
        command.arg(format!("--impersonate-service-account={account}"));
    }
    let ended = command.stdin(Stdio::null()).output().await.map_err(GcloudError::Start)?;
    if !ended.status.success() {
        let stderr = String::from_utf8_lossy(&ended.stderr).trim().to_owned();
        return Err(GcloudError::Failed { status: ended.status.to_string(), stderr });
    }
    let token = String::from_utf8_lossy(&ended.stdout).trim().to_owned();
    if token.is_empty() { Err(GcloudError::Empty) } else { Ok(token) }
}
