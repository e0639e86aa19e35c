//! One connection of Terraform's: its provider configuration, and whether it has been told to stop.
//! Terraform starts a provider for every walk; here each of those is a connection to the same process,
//! so that several Terraforms can work at once without sharing a configuration.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tonic::codegen::tokio_stream::Stream;
use tonic::transport::server::Connected;

use super::config::Config;

/// What a connection has been told.
#[derive(Debug)]
pub struct Session {
    config: OnceLock<Config>,
    stopped: watch::Sender<bool>,
}

impl Default for Session {
    fn default() -> Self {
        Self { config: OnceLock::new(), stopped: watch::Sender::new(false) }
    }
}

impl Session {
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
    stream: TcpStream,
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
pub struct Incoming(pub TcpListener);

impl Stream for Incoming {
    type Item = io::Result<Connection>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_accept(cx).map(|accepted| {
            Some(accepted.and_then(|(stream, _)| {
                stream.set_nodelay(true)?;
                Ok(Connection { stream, session: Arc::default() })
            }))
        })
    }
}
