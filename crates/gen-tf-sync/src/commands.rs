//! One file a command: its arguments and its steps.

pub mod pull;
