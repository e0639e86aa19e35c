//! One file a command: its arguments and its steps.

pub mod pull;
pub mod metrics;
pub mod verify;
pub mod report;
pub mod export;
mod whose;

/// A command that is named; without a name it is a pull.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Compute metrics.json of what has been pulled, where it is missing or of an older format
    Metrics(metrics::Arguments),
    /// Tell whether the results can be used: may this be put into the paper?
    Verify(verify::Arguments),
    /// Write tables and charts of what has been pulled: one page, two CSV files, one JSON file
    Report(report::Arguments),
    /// Write results as RESTgym's or LlamaRestTest's own scripts expect them
    Export(export::Arguments),
}
