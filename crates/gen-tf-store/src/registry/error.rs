//! What can go wrong with a question to a registry, and what its reader may do about it.

use std::io;

use oci_client::{
    ParseError,
    errors::{OciDistributionError, OciEnvelope, OciErrorCode},
};

/// A registry did not tell a digest.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The threads of the client could not be started.
    #[error("cannot start the threads that talk to registries")]
    Threads(#[source] io::Error),
    /// The text names no image.
    #[error("`{image}` names no image")]
    Reference {
        /// The text.
        image: String,
        /// What is wrong with it.
        source: ParseError,
    },
    /// The registry wants a login, or hides that it does not know the image.
    #[error("{registry} does not show the image `{image}` to everybody, or does not have it")]
    Hidden {
        /// The image.
        image: String,
        /// The registry's host.
        registry: String,
        /// What it said.
        source: OciDistributionError,
    },
    /// The registry knows no such image.
    #[error("{registry} has no image `{image}`")]
    Unknown {
        /// The image.
        image: String,
        /// The registry's host.
        registry: String,
        /// What it said.
        source: OciDistributionError,
    },
    /// The registry has been asked too often.
    #[error("{registry} was asked too often to tell the digest of `{image}`")]
    Limit {
        /// The image.
        image: String,
        /// The registry's host.
        registry: String,
        /// What it said.
        source: OciDistributionError,
    },
    /// No answer of use.
    #[error("{registry} did not tell the digest of `{image}` in {tries} tries")]
    Silent {
        /// The image.
        image: String,
        /// The registry's host.
        registry: String,
        /// How often it was asked.
        tries: u32,
        /// What happened at the last time.
        source: OciDistributionError,
    },
    /// The registry told something else.
    #[error("the registry says that the digest of `{image}` is `{found}`, which is no sha256")]
    NoDigest {
        /// The image.
        image: String,
        /// What it said.
        found: String,
    },
}

impl RegistryError {
    pub(super) fn of(
        image: &str,
        registry: &str,
        tries: u32,
        source: OciDistributionError,
    ) -> Self {
        let (image, registry) = (image.to_owned(), registry.to_owned());
        match status(&source) {
            Some(401 | 403) => Self::Hidden { image, registry, source },
            Some(404) => Self::Unknown { image, registry, source },
            Some(429) => Self::Limit { image, registry, source },
            _ => Self::Silent { image, registry, tries, source },
        }
    }

    /// What the reader may do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Threads(_) => None,
            Self::Reference { .. } => Some("write it as `docker pull` takes it"),
            Self::Hidden { .. } => Some(
                "look at its name; gen-tf asks without a login: of a private image, give the digest \
                 in the study, `NAME:TAG@sha256:…`",
            ),
            Self::Unknown { .. } => {
                Some("look at its name and tag, or give its digest in the study: `NAME@sha256:…`")
            }
            Self::Limit { .. } => Some(
                "Docker Hub counts by the hour and by the address of whoever asks without a login, \
                 and the VMs will meet the same limit: wait and try again (what was found is kept), \
                 give digests in the study, or copy the images to Artifact Registry and name them \
                 there",
            ),
            Self::Silent { .. } => Some(
                "look at the network and at HTTPS_PROXY, or give the digest in the study: \
                 `NAME:TAG@sha256:…`",
            ),
            Self::NoDigest { .. } => Some("give the digest in the study: `NAME:TAG@sha256:…`"),
        }
    }
}

/// The HTTP status of a refusal; of a refused token the client keeps only the text.
fn status(error: &OciDistributionError) -> Option<u16> {
    match error {
        OciDistributionError::ServerError { code, .. } => Some(*code),
        OciDistributionError::UnauthorizedError { .. } => Some(401),
        OciDistributionError::ImageManifestNotFoundError(_) => Some(404),
        OciDistributionError::RegistryError { envelope, .. } => code(envelope),
        OciDistributionError::AuthenticationFailure(said) => {
            let said = said.to_lowercase().replace([' ', '_'], "");
            Some(if said.contains("toomanyrequests") { 429 } else { 401 })
        }
        _ => None,
    }
}

fn code(envelope: &OciEnvelope) -> Option<u16> {
    match envelope.errors.first()?.code {
        OciErrorCode::Unauthorized | OciErrorCode::Denied => Some(401),
        OciErrorCode::ManifestUnknown | OciErrorCode::NameUnknown | OciErrorCode::NotFound => {
            Some(404)
        }
        OciErrorCode::Toomanyrequests => Some(429),
        _ => None,
    }
}
