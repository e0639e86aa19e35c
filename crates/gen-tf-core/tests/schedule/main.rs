//! The schedule against what may happen to a study. What each part checks stands in its first lines.

#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

mod histories;
mod order;
mod promises;
mod states;
#[path = "../support/mod.rs"]
mod support;
mod world;
