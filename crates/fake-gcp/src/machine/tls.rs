//! The Google hosts inside a sandbox: an authority of our own, its certificate for them, and a listener that speaks TLS.
//! It knows nothing of what is served.

use std::{future::pending, io, net::Ipv4Addr, sync::Arc};

use anyhow::{Context, Result};
use axum::serve::Listener;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::{AbortHandle, JoinSet},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
    server::TlsStream,
};

/// The hosts that a sandbox's programs find, all at [`GOOGLE_ADDRESS`].
pub const GOOGLE_HOSTS: [&str; 3] =
    ["storage.googleapis.com", "secretmanager.googleapis.com", "www.googleapis.com"];

/// An address of the loopback that programs which listen on 127.0.0.1 leave alone.
pub const GOOGLE_ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// What a sandbox must trust, and what proves to it to be Google.
pub struct Authority {
    /// The authority's certificate.
    pub pem: String,
    server: Arc<ServerConfig>,
}

impl Authority {
    /// Makes an authority that nobody else has the key of.
    pub fn new() -> Result<Authority> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, "fake-gcp");
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let names: Vec<String> = GOOGLE_HOSTS
            .iter()
            .map(|&host| host.to_owned())
            .chain(["*.storage.googleapis.com".to_owned()])
            .collect();
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name.push(DnType::CommonName, GOOGLE_HOSTS[0]);
        let certificate = params.signed_by(&key, &issuer)?;
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(io::Error::other)?;
        let mut server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .context("use the certificate for the Google hosts")?;
        server.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Authority { pem: issuer.pem(), server: Arc::new(server) })
    }

    /// Speaks TLS on a listening socket, until the result is dropped.
    pub fn listen(&self, tcp: TcpListener) -> TlsListener {
        let (send, accepted) = mpsc::channel(16);
        let acceptor = TlsAcceptor::from(self.server.clone());
        let task = tokio::spawn(accept_all(tcp, acceptor, send));
        TlsListener { accepted, task: task.abort_handle() }
    }
}

/// Connections whose handshake is done; a slow one holds up no other.
pub struct TlsListener {
    accepted: mpsc::Receiver<TlsStream<TcpStream>>,
    task: AbortHandle,
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = ();

    async fn accept(&mut self) -> (Self::Io, ()) {
        match self.accepted.recv().await {
            Some(stream) => (stream, ()),
            None => pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}

async fn accept_all(
    tcp: TcpListener,
    acceptor: TlsAcceptor,
    accepted: mpsc::Sender<TlsStream<TcpStream>>,
) {
    let mut handshakes = JoinSet::new();
    loop {
        tokio::select! {
            connection = tcp.accept() => match connection {
                Ok((stream, _)) => {
                    let (acceptor, accepted) = (acceptor.clone(), accepted.clone());
                    handshakes.spawn(async move {
                        match acceptor.accept(stream).await {
                            // The listener may be gone by now; then so is the connection.
                            Ok(stream) => drop(accepted.send(stream).await),
                            Err(error) => eprintln!("fake-gcp: a sandbox's TLS handshake: {error}"),
                        }
                    });
                }
                Err(error) => {
                    eprintln!("fake-gcp: a sandbox's port 443: {error}");
                    return;
                }
            },
            Some(_) = handshakes.join_next() => {}
        }
    }
}
