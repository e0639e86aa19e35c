//! The stand-in for Terraform's provider `hashicorp/google`, version 7.45.0.
//! It speaks Terraform's plugin protocol on a local socket, and REST to the cloud, as the real one does.
//! A Terraform is attached by `TF_REATTACH_PROVIDERS`; nothing is installed.

mod behaviour;
mod body;
mod config;
mod customize;
mod data;
mod diagnostic;
mod engine;
mod import;
mod plan;
mod resources;
mod rest;
mod schema;
mod service;
mod session;
mod spelling;
mod validate;
mod value;
mod wire;

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context;
use serde_json::{Value as Json, json};
use tonic::transport::Server;

use service::Service;
use session::Incoming;
use wire::tfplugin5::provider_server::ProviderServer;

/// As much as Terraform accepts in one message.
const MAX_MESSAGE: usize = 256 << 20;

/// A provider that is being served.
#[derive(Debug)]
pub struct Reattach {
    /// The value of `TF_REATTACH_PROVIDERS`.
    pub json: String,
    server: tokio::task::JoinHandle<Result<(), tonic::transport::Error>>,
}

impl Reattach {
    /// Returns when the provider is served no more, which only an error brings about.
    pub async fn ended(self) -> anyhow::Result<()> {
        self.server.await.context("the provider was cut off")?.context("serve the provider")
    }
}

/// Serves the provider for the cloud at `base` (`http://127.0.0.1:PORT`) as long as the runtime lives.
pub async fn serve(base: String) -> anyhow::Result<Reattach> {
    let (name, listener) = listen().context("listen for Terraform")?;
    let service = ProviderServer::new(Service { base })
        .max_decoding_message_size(MAX_MESSAGE)
        .max_encoding_message_size(MAX_MESSAGE);
    let server = Server::builder().add_service(service).serve_with_incoming(Incoming(listener));
    let json = reattach(&name).to_string();
    Ok(Reattach { json, server: tokio::spawn(server) })
}

/// A socket of the abstract kind: it has no file, so that nothing is left behind.
/// It is a socket and not a port because the system then tells who is at the other end.
fn listen() -> anyhow::Result<(String, tokio::net::UnixListener)> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("fake-gcp-{}-{count}", std::process::id());
    let listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name)?)?;
    listener.set_nonblocking(true)?;
    Ok((name, tokio::net::UnixListener::from_std(listener)?))
}

/// "Test" keeps Terraform from ending the provider with itself.
fn reattach(name: &str) -> Json {
    json!({
        "hashicorp/google": {
            "Protocol": "grpc",
            "ProtocolVersion": 5,
            "Pid": std::process::id(),
            "Test": true,
            "Addr": {"Network": "unix", "String": format!("@{name}")},
        }
    })
}
