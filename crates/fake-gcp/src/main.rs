//! fake-gcp: an offline twin of the parts of Google Cloud that gen-tf uses.

use clap::Parser;
use fake_gcp::{
    cli::{Cli, Command, Serve},
    machine, serve,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Serve(options) => start(&options),
        // The first process of a sandbox has no other thread when it begins.
        Command::Vm { arguments } => machine::run_vm(&arguments),
    }
}

#[tokio::main]
async fn start(options: &Serve) -> ExitCode {
    match serve::run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fake-gcp: {error:#}");
            ExitCode::FAILURE
        }
    }
}
