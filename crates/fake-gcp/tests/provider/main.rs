//! The provider in the hands of the real Terraform, with the cloud behind it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod change;
mod failure;
mod import;
mod lifecycle;
mod schema;
#[path = "../support/mod.rs"]
mod support;
mod validate;
mod workspace;
