//! Registries of container images: which digest a tag means right now. Nobody logs in, and nothing
//! is pulled.

mod error;

use std::time::Duration;

use oci_client::{
    Client, Reference, RegistryOperation,
    client::{ClientConfig, ClientProtocol},
    errors::OciDistributionError,
    secrets::RegistryAuth,
};
use tokio::runtime::Runtime;

pub use error::RegistryError;

use crate::google::{Patience, install_cryptography, is_passing};

/// How long a registry may keep silent.
const SILENCE: Duration = Duration::from_secs(30);

/// A handle to ask registries with; every call blocks.
pub struct Registries {
    runtime: Runtime,
}

impl Registries {
    /// Prepares to ask; nobody is asked yet.
    pub fn new() -> Result<Self, RegistryError> {
        install_cryptography();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(RegistryError::Threads)?;
        Ok(Self { runtime })
    }

    /// The digest of an image that is named by a tag, `sha256:` and 64 hexadecimal digits: of an
    /// image for several machines, that of its index.
    ///
    /// The registry's word is taken for it: nothing of the image is read.
    pub fn digest(&self, image: &str) -> Result<String, RegistryError> {
        let reference: Reference = image
            .parse()
            .map_err(|source| RegistryError::Reference { image: image.to_owned(), source })?;
        let client = Client::new(config(reference.resolve_registry()));
        let digest =
            self.runtime.block_on(ask(&client, &reference)).map_err(|(tries, source)| {
                RegistryError::of(image, reference.resolve_registry(), tries, source)
            })?;
        if is_digest(&digest) {
            return Ok(digest);
        }
        Err(RegistryError::NoDigest { image: image.to_owned(), found: digest })
    }
}

async fn ask(client: &Client, image: &Reference) -> Result<String, (u32, OciDistributionError)> {
    let mut patience = Patience::short();
    loop {
        match ask_once(client, image).await {
            Ok(digest) => return Ok(digest),
            Err(error) if may_pass(&error) && patience.wait().await => {}
            Err(error) => return Err((patience.tries(), error)),
        }
    }
}

/// Fetches a token first: the client would go on without one that was refused, and why is lost.
async fn ask_once(client: &Client, image: &Reference) -> Result<String, OciDistributionError> {
    let nobody = RegistryAuth::Anonymous;
    client.auth(image, &nobody, RegistryOperation::Pull).await?;
    client.fetch_manifest_digest(image, &nobody).await
}

/// Whether another try may bring another answer. A limit is counted by the hour: to try again at
/// once only uses it up.
fn may_pass(error: &OciDistributionError) -> bool {
    match error {
        OciDistributionError::RequestError(_) => true,
        OciDistributionError::ServerError { code, .. } => *code != 429 && is_passing(*code),
        _ => false,
    }
}

fn config(registry: &str) -> ClientConfig {
    // As Docker does: a registry of this machine speaks plain HTTP, which leaves no wire. Tests use
    // it, and so may whoever keeps a registry of their own; it needs no option.
    let plain = if is_this_machine(registry) { vec![registry.to_owned()] } else { Vec::new() };
    ClientConfig {
        protocol: ClientProtocol::HttpsExcept(plain),
        connect_timeout: Some(Duration::from_secs(10)),
        read_timeout: Some(SILENCE),
        user_agent: concat!("gen-tf/", env!("CARGO_PKG_VERSION")),
        ..ClientConfig::default()
    }
}

fn is_this_machine(registry: &str) -> bool {
    let host = registry.split(':').next().unwrap_or_default();
    let is_loopback = |address: std::net::Ipv4Addr| address.is_loopback();
    host == "localhost" || host.parse().is_ok_and(is_loopback)
}

fn is_digest(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:").unwrap_or_default();
    hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_spoken_to_in_plain_text() {
        for registry in ["localhost", "localhost:5000", "127.0.0.1:5000", "127.1.2.3"] {
            assert!(is_this_machine(registry), "{registry}");
        }
        for registry in ["docker.io", "127.0.0.1.example.com", "localhost.example.com", "10.0.0.1"]
        {
            assert!(!is_this_machine(registry), "{registry}");
        }
    }

    #[test]
    fn a_digest_has_64_small_hexadecimal_digits() {
        assert!(is_digest(&format!("sha256:{}", "0a".repeat(32))));
        for text in ["", "sha256:", "0a", &format!("sha512:{}", "0a".repeat(32))] {
            assert!(!is_digest(text), "{text}");
        }
        assert!(!is_digest(&format!("sha256:{}", "0A".repeat(32))));
    }
}
