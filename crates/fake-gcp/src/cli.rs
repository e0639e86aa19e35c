//! The command line.

use camino::Utf8PathBuf;
use clap::{Parser, Subcommand, ValueEnum};

/// An offline twin of the parts of Google Cloud that gen-tf uses.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves a cloud on loopback until it is told to end (SIGTERM, SIGINT).
    Serve(Serve),
    /// Runs inside the sandboxes, and is started by `serve` alone.
    #[command(hide = true)]
    Vm {
        /// What to do there.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

/// How to serve.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Where env.json and env.sh are written and objects are kept; made if it is not there.
    #[arg(long, value_name = "DIR")]
    pub state: Utf8PathBuf,
    /// What boots when an instance starts.
    #[arg(long, default_value = "off")]
    pub vms: Vms,
    /// Writes everything down in DIR/cloud.json, and goes on with what is there, on the same port.
    #[arg(long)]
    pub keep: bool,
    /// A project that exists (repeatable).
    #[arg(long = "project", value_name = "ID", default_value = "fake-project")]
    pub projects: Vec<String>,
    /// A quota of every region, such as CPUS=24 (repeatable).
    #[arg(long = "quota", value_name = "METRIC=LIMIT", value_parser = quota)]
    pub quotas: Vec<(String, f64)>,
}

/// What boots when an instance starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Vms {
    /// Nothing: instances are RUNNING, and that is all.
    Off,
    /// A sandbox on this host, which runs the startup script.
    Sandbox,
}

fn quota(text: &str) -> Result<(String, f64), String> {
    let (metric, limit) = text.split_once('=').ok_or("expected METRIC=LIMIT")?;
    let limit = limit.parse().map_err(|e| format!("{limit:?}: {e}"))?;
    Ok((metric.to_owned(), limit))
}
