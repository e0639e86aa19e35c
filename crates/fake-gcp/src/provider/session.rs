//! One connection of Terraform's: its provider configuration, and whether it has been told to stop.
//! Terraform starts a provider for every walk; here each of those is a connection to the same process,
//! so that several Terraforms can work at once without sharing a configuration.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tonic::codegen::tokio_stream::Stream;
use tonic::transport::server::Connected;

use super::config::Config;

/// What a connection has been told.
#[derive(Debug)]
pub struct Session {
    caller: Caller,
    config: OnceLock<Config>,
    stopped: watch::Sender<bool>,
}

/// What a provider that Terraform starts would inherit from it.
#[derive(Debug, Default)]
pub struct Caller {
    /// The working folder, to which relative paths refer.
    pub folder: PathBuf,
    /// The environment.
    pub env: BTreeMap<String, String>,
}

impl Caller {
    /// Asks the system about the process at the other end.
    fn of(stream: &UnixStream) -> io::Result<Self> {
        let pid = stream.peer_cred()?.pid().ok_or(io::ErrorKind::NotFound)?;
        let folder = std::fs::read_link(format!("/proc/{pid}/cwd"))?;
        let environ = std::fs::read(format!("/proc/{pid}/environ"))?;
        let environ = String::from_utf8_lossy(&environ);
        let env = environ.split('\0').filter_map(|entry| entry.split_once('='));
        Ok(Self { folder, env: env.map(|(k, v)| (k.to_owned(), v.to_owned())).collect() })
    }
}

impl Session {
    fn new(caller: Caller) -> Arc<Self> {
        let (config, stopped) = (OnceLock::new(), watch::Sender::new(false));
        Arc::new(Self { caller, config, stopped })
    }

    /// Who is at the other end.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Takes the configuration; Terraform gives it once.
    pub fn configure(&self, config: Config) -> anyhow::Result<()> {
        self.config.set(config).map_err(|_| anyhow::anyhow!("the provider is configured already"))
    }

    /// The configuration.
    pub fn config(&self) -> anyhow::Result<&Config> {
        self.config.get().ok_or_else(|| anyhow::anyhow!("the provider is not configured"))
    }

    /// Terraform was interrupted: whoever waits for an operation gives up.
    pub fn stop(&self) {
        self.stopped.send_replace(true);
    }

    /// Returns when Terraform was interrupted.
    pub async fn stopped(&self) {
        let mut stopped = self.stopped.subscribe();
        // The sender lives as long as the session, so that this ends by a true alone.
        if stopped.wait_for(|stopped| *stopped).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// A connection with its session.
pub struct Connection {
    stream: UnixStream,
    session: Arc<Session>,
}

impl Connected for Connection {
    type ConnectInfo = Arc<Session>;

    fn connect_info(&self) -> Self::ConnectInfo {
        Arc::clone(&self.session)
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// The connections of a listener.
pub struct Incoming(pub UnixListener);

impl Stream for Incoming {
    type Item = io::Result<Connection>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let stream = match self.0.poll_accept(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(accepted) => accepted?.0,
            };
            // Whoever has ended meanwhile has no folder and no environment: an error would end the server.
            if let Ok(caller) = Caller::of(&stream) {
                return Poll::Ready(Some(Ok(Connection { stream, session: Session::new(caller) })));
            }
        }
    }
}
