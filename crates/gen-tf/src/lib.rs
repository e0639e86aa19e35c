//! The parts of `gen-tf` that do things: they start Terraform, show progress and listen to signals.
//!
//! Decisions are made in `gen-tf-core`; the command line and the exit codes are in `main.rs`.

pub mod interrupt;
pub mod progress;
pub mod terraform;
