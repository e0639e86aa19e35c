//! fake-gcp: an offline twin of the parts of Google Cloud that gen-tf uses.

use clap::Parser;
use fake_gcp::{
    cli::{Cli, Command},
    serve,
};
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Serve(options) => serve::run(&options).await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fake-gcp: {error:#}");
            ExitCode::FAILURE
        }
    }
}
