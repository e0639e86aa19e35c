//! What can go wrong with a call to Google, and what its reader may do about it.

use std::io;

use super::{CredentialsError, is_passing};

/// A call to Google failed.
#[derive(Debug, thiserror::Error)]
pub enum GoogleError {
    /// There are no credentials, or no token for them.
    #[error(transparent)]
    Credentials(CredentialsError),
    /// A variable names no base URL.
    #[error("{0}")]
    Endpoint(String),
    /// The HTTP client could not be made.
    #[error("cannot prepare connections to Google")]
    Client(#[source] reqwest::Error),
    /// The threads of the client could not be started.
    #[error("cannot start the threads that talk to Google")]
    Threads(#[source] io::Error),
    /// No answer, after all tries.
    #[error("no answer to {request} after {tries} tries")]
    Connection {
        /// Method and URL.
        request: String,
        /// How often it was tried.
        tries: u32,
        /// What happened at the last one.
        source: reqwest::Error,
    },
    /// The server refused.
    #[error("{request} was refused: {status} {message}")]
    Refused {
        /// Method and URL.
        request: String,
        /// The HTTP status.
        status: u16,
        /// Google's word for the reason, such as `forbidden`, where it gave one.
        reason: Option<String>,
        /// What the server said.
        message: String,
    },
    /// The answer is no JSON of the expected shape.
    #[error("the answer to {request} is not what it should be")]
    Json {
        /// Method and URL.
        request: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The answer lacks something that it must have.
    #[error("the answer to {request} has no {missing}")]
    Incomplete {
        /// Method and URL.
        request: String,
        /// What is missing.
        missing: &'static str,
    },
    /// What arrived is not what was sent.
    #[error("`{key}` arrived damaged in the bucket `{bucket}`: {found}, not {expected}")]
    Damaged {
        /// The bucket.
        bucket: String,
        /// The object.
        key: String,
        /// What the server has.
        found: String,
        /// What was sent.
        expected: String,
    },
    /// A file that is being sent could not be read.
    #[error("cannot read {path}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

impl GoogleError {
    /// The HTTP status of a refusal.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Google's word for the reason of a refusal.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Refused { reason, .. } => reason.as_deref(),
            _ => None,
        }
    }

    /// Whether the same request may be answered later.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Credentials(error) => error.may_pass(),
            Self::Connection { .. } => true,
            Self::Refused { status, .. } => is_passing(*status),
            _ => false,
        }
    }

    /// Whether the project does not use the API at all.
    #[must_use]
    pub fn is_api_disabled(&self) -> bool {
        match self {
            Self::Refused { status: 403, reason, message, .. } => {
                let reason = reason.as_deref();
                // The newer services say it in a detail of the error, and in these words.
                matches!(reason, Some("accessNotConfigured" | "SERVICE_DISABLED"))
                    || message.contains("has not been used in project")
            }
            _ => false,
        }
    }

    /// What the reader may do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            _ if self.is_api_disabled() => Some(
                "enable the API that the message names: `gcloud services enable API --project \
                 PROJECT`; docs/gcp.md lists those that are needed",
            ),
            Self::Credentials(error) => Some(error.hint()),
            Self::Refused { status, .. } => hint_for(*status),
            Self::Connection { .. } => Some("look at the network and at HTTPS_PROXY"),
            _ => None,
        }
    }
}

/// The way out of a refusal.
pub(crate) fn hint_for(status: u16) -> Option<&'static str> {
    match status {
        401 => Some(
            "log in again: `gcloud auth application-default login`; a token in \
             GOOGLE_OAUTH_ACCESS_TOKEN lasts an hour at most",
        ),
        403 => Some(
            "the account lacks a role, or the API is not enabled in the project: docs/gcp.md \
             lists both; a new role takes minutes to work",
        ),
        429 => Some("the project's quota is used up for now: try again later"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_that_is_not_enabled_is_no_lack_of_rights() {
        let refused = |reason: &str, message: &str| GoogleError::Refused {
            request: "GET http://h/x".to_owned(),
            status: 403,
            reason: Some(reason.to_owned()),
            message: message.to_owned(),
        };
        let told = "Secret Manager API has not been used in project 1 before or it is disabled.";
        for error in [refused("accessNotConfigured", ""), refused("PERMISSION_DENIED", told)] {
            assert!(error.is_api_disabled() && error.hint().unwrap().contains("services enable"));
        }
        assert!(!refused("forbidden", "no access").is_api_disabled());
    }
}
