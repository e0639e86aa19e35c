//! `gen-tf-sync verify` on results that were made for it: whole ones, and ones in which one thing is
//! wrong. Nothing here measures anything.
#![allow(clippy::unwrap_used, reason = "a test ends with a panic")]

#[path = "../support/mod.rs"]
mod support;
mod made;

mod broken;
mod shown;
mod synthetic;
