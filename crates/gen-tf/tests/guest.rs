//! The guest and the local sandbox, as they are: real bash, real namespaces, real Terraform.
//! Each test has its own study folder, cache and store; none needs a network.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

#[path = "../../../tests/support/engine.rs"]
mod engine;
#[path = "guest/lab.rs"]
mod lab;

#[path = "guest/claims.rs"]
mod claims;
#[path = "guest/containers.rs"]
mod containers;
#[path = "guest/deaths.rs"]
mod deaths;
#[path = "guest/isolation.rs"]
mod isolation;
#[path = "guest/misbehaviour.rs"]
mod misbehaviour;
#[path = "guest/module.rs"]
mod module;
#[path = "guest/questions.rs"]
mod questions;
#[path = "guest/results.rs"]
mod results;
#[path = "guest/scripts.rs"]
mod scripts;
#[path = "guest/secrets.rs"]
mod secrets;
#[path = "guest/setup.rs"]
mod setup;
