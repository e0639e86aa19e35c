//! The provider in the hands of the real Terraform, with the cloud behind it.

mod change;
mod failure;
mod import;
mod lifecycle;
mod schema;
#[path = "../support/mod.rs"]
mod support;
mod validate;
mod workspace;
