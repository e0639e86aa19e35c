//! `gen-tf-sync`: brings the results of a study home. This file turns arguments into a command and
//! errors into text; the library does the work.

mod commands;
mod failure;
mod interrupt;
mod progress;
mod summary;
mod verdict;

use std::process::ExitCode;

use clap::Parser;

/// Shown at the end of `--help`.
const EXAMPLES: &str = "\
Examples:
  gen-tf-sync                                pull into the results folder of the workspace here
  gen-tf-sync workspace-local                the same from outside
  gen-tf-sync workspace-gcp --results /data  pull into another folder
  gen-tf-sync --watch                        follow a running study until it is complete
  gen-tf-sync --json | jq '.errors'          for programs
  gen-tf-sync metrics --results /data        compute the metrics of what is there
  gen-tf-sync verify                         may these results be put into the paper?
  gen-tf-sync report                         write tables and charts beside the results
  gen-tf-sync export --restgym --output DIR  write results for RESTgym's own scripts

Results come to <results>/<service>/<tool>/<run>/ with their outcome.json, its list of files and hashes
(outcome.files.json) and metrics.json, failed attempts to
<results>/.attempts/<service>/<tool>/<run>/<attempt>/.
Every file is compared with the sizes and hashes that the experiment wrote. What is there already is
never overwritten, and a pull that was interrupted, even by kill -9 or a power cut, goes on where it
was. What is home is known by the size and time of its outcome.json: where nothing is new, a pull costs
one listing of the store.

A store in a bucket is read with the credentials that Terraform's google provider would use:
GOOGLE_OAUTH_ACCESS_TOKEN, GOOGLE_CREDENTIALS, or application default credentials. With
GEN_TF_CREDENTIALS=gcloud it is the account of `gcloud auth login`. Where there are none, the error
says which were tried.

Exit codes: 0 everything that the store has is there, and with --watch the study is complete; 1 an
error, or wrong usage; 5 with --watch: an experiment has failed for good, and of verify: a rule is
broken; 130 interrupted (a second Ctrl-C does not wait for the end).";

/// Brings the results of a study from its store into a folder, and verifies every byte.
#[derive(Parser)]
#[command(name = "gen-tf-sync", version, after_help = EXAMPLES)]
#[command(args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<commands::Command>,

    #[command(flatten)]
    pull: commands::pull::Arguments,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return failure::show_usage(&usage),
    };
    let ended = match &cli.command {
        Some(commands::Command::Metrics(arguments)) => commands::metrics::run(arguments),
        Some(commands::Command::Verify(arguments)) => commands::verify::run(arguments),
        Some(commands::Command::Report(arguments)) => commands::report::run(arguments),
        Some(commands::Command::Export(arguments)) => commands::export::run(arguments),
        None => commands::pull::run(&cli.pull),
    };
    match ended {
        Ok(code) => code,
        Err(error) => {
            eprint!("{}", failure::text(&error));
            ExitCode::FAILURE
        }
    }
}
