//! The store behind one type: a bucket, a folder, or memory in tests.
//!
//! A store keeps small objects by key under the root of one study, whatever its backend.
//! This crate knows nothing of what the keys mean (that is `gen_tf_core::id`), and it never decides
//! anything: it lists, reads and writes.
//! [`google`] is how it talks to Google Cloud; the programs use it, too, for their other questions.
//! [`registry`] asks registries of container images, with the same TLS.

pub mod google;
pub mod registry;

mod cloud;
mod error;
mod key;
mod location;
mod reader;
mod store;
mod transfer;
mod upload;

pub use error::{Action, StoreError};
pub use google::Google;
pub use reader::Reader;
pub use store::{Entry, PutOnce, Store};
