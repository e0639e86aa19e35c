//! fake-gcp: an offline twin of the parts of Google Cloud that gen-tf uses.
//! It is a test double: it listens on loopback only, keeps what it knows while its process lives, and bills nobody.

pub mod cli;
pub mod serve;
pub mod env;
pub mod http;
pub mod cloud;
pub mod machine;
pub mod provider;
