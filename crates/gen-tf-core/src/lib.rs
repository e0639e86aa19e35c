//! The pure core of gen-tf: everything between `study.hcl` and the file tree, between observations
//! and the active set, and the metrics, verification, statistics and report of results.
//!
//! It decides and never does: no file system, process, environment, clock, network or printing
//! (`clippy.toml` of this crate bans them). "Now", file contents and our own version are arguments.

pub mod id;
pub mod study;
pub mod harness;
pub mod document;
pub mod schema;
pub mod diagnostic;
pub mod units;
pub mod machines;
pub mod images;
pub mod container;
pub mod cost;
pub mod quota;
mod names;
mod suggest;
pub mod matrix;
pub mod blueprint;
pub mod render;
pub mod tree;
pub mod outcome;
pub mod metrics;
pub mod verify;
pub mod schedule;
pub mod shortage;
pub mod pattern;
pub mod statistics;
pub mod report;
pub mod hash;
