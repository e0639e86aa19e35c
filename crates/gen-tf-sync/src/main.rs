//! `gen-tf-sync`: brings the results of a study home. This file turns arguments into a command and
//! errors into text; the library does the work.

mod commands;
mod failure;
mod progress;
mod summary;

use std::process::ExitCode;

use clap::Parser;

/// Shown at the end of `--help`.
const EXAMPLES: &str = "\
Examples:
  gen-tf-sync                                pull into the results folder of the workspace here
  gen-tf-sync workspace-local                the same from outside
  gen-tf-sync workspace-gcp --results /data  pull into another folder
  gen-tf-sync --json | jq '.errors'          for programs

Results come to <results>/<service>/<tool>/<run>/ with their outcome.json, failed attempts to
<results>/.attempts/<service>/<tool>/<run>/<attempt>/.
Every file is compared with the sizes and hashes that the experiment wrote. What is there already is
never overwritten, and a pull that was interrupted goes on where it was.

A store in a bucket is read with the credentials that Terraform's google provider would use:
GOOGLE_OAUTH_ACCESS_TOKEN, GOOGLE_CREDENTIALS, or application default credentials. With
GEN_TF_CREDENTIALS=gcloud it is the account of `gcloud auth login`.

Exit codes: 0 everything that the store has is there; 1 an error, or wrong usage.";

/// Brings the results of a study from its store into a folder, and verifies every byte.
#[derive(Parser)]
#[command(name = "gen-tf-sync", version, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    pull: commands::pull::Arguments,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return failure::show_usage(&usage),
    };
    match commands::pull::run(&cli.pull) {
        Ok(code) => code,
        Err(error) => {
            eprint!("{}", failure::text(&error));
            ExitCode::FAILURE
        }
    }
}
