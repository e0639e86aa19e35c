//! The `serve` command: a cloud on a loopback port, until a signal ends it.

use crate::{cli::Serve, cloud::Cloud, env, http};
use anyhow::Context;
use std::{io::Write, sync::Arc};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

/// Serves until SIGTERM or SIGINT.
pub async fn run(options: &Serve) -> anyhow::Result<()> {
    std::fs::create_dir_all(&options.state)
        .with_context(|| format!("cannot make {}", options.state))?;
    let cloud = Cloud::create(&options.state, &options.projects)
        .with_context(|| format!("cannot keep objects below {}", options.state))?;
    cloud.lock().settings.quotas.extend(options.quotas.iter().cloned());
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let base = listen(&cloud).await?;
    env::write(&options.state, &env::variables(&base))?;
    println!("fake-gcp serves at {base}; its environment is in {}", options.state.join("env.sh"));
    std::io::stdout().flush()?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    eprintln!("fake-gcp ends");
    Ok(())
}

/// Serves a cloud on a free loopback port in the background; returns the origin.
pub async fn listen(cloud: &Arc<Cloud>) -> anyhow::Result<String> {
    let listener =
        TcpListener::bind(("127.0.0.1", 0)).await.context("cannot listen on loopback")?;
    let base = format!("http://{}", listener.local_addr()?);
    cloud.serve_at(&base);
    let router = http::router(cloud.clone());
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            eprintln!("fake-gcp: the server ended: {error}");
        }
    });
    Ok(base)
}
