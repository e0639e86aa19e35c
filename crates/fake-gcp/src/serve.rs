//! The `serve` command: a cloud on a loopback port, until a signal ends it.

use crate::{
    cli::{Serve, Vms},
    cloud::Cloud,
    env, http,
    machine::{Sandboxes, Settings},
    provider,
};
use anyhow::{Context, anyhow};
use camino::Utf8Path;
use std::{io::Write, sync::Arc};
use tokio::{
    net::TcpListener,
    runtime::Handle,
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
    let sandboxes = match options.vms {
        Vms::Off => None,
        Vms::Sandbox => Some(attach_sandboxes(&cloud, &options.state).await?),
    };
    let base = listen(&cloud).await?;
    let provider = provider::serve(base.clone()).await?;
    let mut variables = env::variables(&base);
    variables.insert("TF_REATTACH_PROVIDERS".to_owned(), provider.json.clone());
    env::write(&options.state, &variables)?;
    println!("fake-gcp serves at {base}; its environment is in {}", options.state.join("env.sh"));
    std::io::stdout().flush()?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        ended = provider.ended() => ended?,
    }
    eprintln!("fake-gcp ends");
    if let Some(sandboxes) = sandboxes {
        tokio::task::spawn_blocking(move || sandboxes.end()).await?;
    }
    Ok(())
}

/// Lets instances boot as sandboxes, whose disks and logs are in `vms/` below `state`.
async fn attach_sandboxes(cloud: &Arc<Cloud>, state: &Utf8Path) -> anyhow::Result<Arc<Sandboxes>> {
    let settings = Settings {
        folder: state.join("vms").into(),
        program: std::env::current_exe()?,
        runtime: Handle::current(),
    };
    let host = cloud.clone();
    let make = move || Sandboxes::new(settings, host).map(Arc::new);
    let sandboxes = tokio::task::spawn_blocking(make).await??;
    let attached = cloud.attach(sandboxes.clone());
    attached.map_err(|_| anyhow!("the cloud has machines already"))?;
    Ok(sandboxes)
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
