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
use std::{
    io::{ErrorKind, Write},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    net::TcpListener,
    runtime::Handle,
    signal::unix::{SignalKind, signal},
};

/// How long a port may take to become free.
const PATIENCE: Duration = Duration::from_secs(20);

/// Serves until SIGTERM or SIGINT.
pub async fn run(options: &Serve) -> anyhow::Result<()> {
    std::fs::create_dir_all(&options.state)
        .with_context(|| format!("cannot make {}", options.state))?;
    let cloud = open(options)?;
    let listener = bind(&cloud).await?;
    let base = format!("http://{}", listener.local_addr()?);
    cloud.serve_at(&base);
    cloud.lock().settings.quotas.extend(options.quotas.iter().cloned());
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let sandboxes = match options.vms {
        Vms::Off => None,
        Vms::Sandbox => Some(attach_sandboxes(&cloud, &options.state).await?),
    };
    cloud.resume().await;
    serve(listener, &cloud);
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

fn open(options: &Serve) -> anyhow::Result<Arc<Cloud>> {
    let Serve { state, projects, .. } = options;
    if options.keep {
        return Cloud::keep(state, projects);
    }
    Cloud::create(state, projects).with_context(|| format!("cannot keep objects below {state}"))
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

/// Serves a cloud on a loopback port in the background; returns the origin.
pub async fn listen(cloud: &Arc<Cloud>) -> anyhow::Result<String> {
    let listener = bind(cloud).await?;
    let base = format!("http://{}", listener.local_addr()?);
    cloud.serve_at(&base);
    serve(listener, cloud);
    Ok(base)
}

/// Listens where the cloud was served before, because programs call it there, else on a free port.
async fn bind(cloud: &Cloud) -> anyhow::Result<TcpListener> {
    let Some(base) = cloud.was_served_at() else {
        return TcpListener::bind(("127.0.0.1", 0)).await.context("cannot listen on loopback");
    };
    let address = base.trim_start_matches("http://");
    let deadline = Instant::now() + PATIENCE;
    loop {
        match TcpListener::bind(address).await {
            // A killed process may have children that have not become sandboxes yet, or somebody's connection may have the port.
            Err(error) if error.kind() == ErrorKind::AddrInUse && Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            bound => {
                return bound.with_context(|| {
                    format!("cannot listen on {address} as before (end whoever listens there)")
                });
            }
        }
    }
}

fn serve(listener: TcpListener, cloud: &Arc<Cloud>) {
    let router = http::router(cloud.clone());
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            eprintln!("fake-gcp: the server ended: {error}");
        }
    });
}
