//! Reports of results folders that were made for it: the files, their schema, and how a browser
//! shows them. What the figures are is tested in the core.
#![allow(clippy::unwrap_used, reason = "a test ends with a panic")]

mod made;
mod files;
mod hostile;
mod browser;
mod synthetic;
