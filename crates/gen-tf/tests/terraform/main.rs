//! The driver against real Terraform (`terraform_data`, which needs no provider), and against
//! shell stubs for what real Terraform will not do.
//!
//! Where neither terraform nor tofu is installed, the tests that need one say so and pass.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod finding;
mod planning;
mod signals;
mod state;
mod support;
