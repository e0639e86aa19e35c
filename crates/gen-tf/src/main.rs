//! gen-tf: runs studies that compare REST-API testing tools. Parses the command line, runs the
//! command, and turns a failure into text and an exit code, once.

use std::process::ExitCode;

use clap::Parser as _;
use gen_tf::{cli::Cli, commands};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let wrong = error.use_stderr();
            // clap prints help and version on stdout; a closed pipe there is no error of ours.
            drop(error.print());
            return ExitCode::from(u8::from(wrong));
        }
    };
    match commands::run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report();
            ExitCode::from(failure.code)
        }
    }
}
