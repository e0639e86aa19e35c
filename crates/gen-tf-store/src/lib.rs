//! The store behind one type: a folder, or memory in tests; buckets take the same place.
//!
//! A store keeps small objects by key under the root of one study, whatever its backend.
//! This crate knows nothing of what the keys mean (that is `gen_tf_core::id`), and it never decides
//! anything: it lists, reads and writes.

mod error;
mod key;
mod location;
mod reader;
mod store;
mod upload;

pub use error::{Action, StoreError};
pub use reader::Reader;
pub use store::{Entry, PutOnce, Store};
