//! The commands: one file each, whose `run` reads like a table of contents.

pub mod init;
pub mod validate;
pub mod render;
pub mod plan;
pub mod apply;
pub mod status;
pub mod logs;
pub mod retry;
pub mod cancel;
pub mod destroy;
pub mod gc;
pub mod doctor;
pub mod generate;

use crate::{cli::Command, failure::Outcome};

/// Runs a command.
///
/// # Errors
///
/// Each with its exit code.
pub fn run(command: Command) -> Outcome {
    match command {
        Command::Init(args) => init::run(&args),
        Command::Validate(args) => validate::run(&args),
        Command::Render(args) => render::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Apply(args) => apply::run(&args),
        Command::Status(args) => status::run(&args),
        Command::Logs(args) => logs::run(args),
        Command::Retry(args) => retry::run(args),
        Command::Cancel(args) => cancel::run(args),
        Command::Destroy(args) => destroy::run(&args),
        Command::Gc(args) => gc::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Completions { shell } => generate::completions(shell),
        Command::Man => generate::man(),
    }
}
