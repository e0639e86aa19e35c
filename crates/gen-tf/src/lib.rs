//! The parts of the binary `gen-tf`: they read studies, write workspaces, start Terraform, look at
//! stores and talk to people. Decisions are made in `gen-tf-core`.

pub mod cli;
pub mod commands;
pub mod project;
pub mod images;
pub mod embedded;
pub mod workspace;
mod holder;
pub mod session;
pub mod inputs;
pub mod observe;
pub mod cloud;
pub mod sandbox;
pub mod terraform;
pub mod interrupt;
pub mod progress;
pub mod rows;
pub mod spending;
pub mod screen;
pub mod failure;
pub mod failures;
pub mod kept;
