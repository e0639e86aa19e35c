//! Brings what a study has put into its store home, verified: the library of `gen-tf-sync`.
//!
//! It reads a workspace and a store and writes one results folder. It prints nothing; the binary
//! shows what the library reports.

pub mod archive;
pub mod collection;
mod disk;
pub mod export;
pub mod home;
pub mod matrix;
pub mod metrics;
pub mod parallel;
pub mod origin;
pub mod pull;
pub mod results;
pub mod study;
pub mod verify;
pub mod report;
pub mod terraform;
pub mod watch;
pub mod workspace;
