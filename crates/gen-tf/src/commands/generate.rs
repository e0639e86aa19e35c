//! `gen-tf completions` and `gen-tf man`: both generated from the command line's definition.

use clap::CommandFactory as _;

use crate::{cli::Cli, failure::Outcome, screen};

/// Prints the completions of a shell.
///
/// # Errors
///
/// When stdout can't be written.
pub fn completions(shell: clap_complete::Shell) -> Outcome {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "gen-tf", &mut bytes);
    Ok(screen::data(&String::from_utf8_lossy(&bytes))?)
}

/// Prints the manual page.
///
/// # Errors
///
/// When stdout can't be written.
pub fn man() -> Outcome {
    let mut bytes = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut bytes)?;
    Ok(screen::data(&String::from_utf8_lossy(&bytes))?)
}
