//! The Terraform modules of the Google Cloud target: their form, their arguments against the provider's schema, what
//! they refuse, and what they do against an offline twin of the cloud.
//! Rendering of root modules and experiments in VMs are tested elsewhere.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

#[path = "../../../tests/support/fake_gcp.rs"]
mod fake_gcp;
#[path = "modules/files.rs"]
mod files;
#[path = "modules/schema.rs"]
mod schema;

#[path = "modules/arguments.rs"]
mod arguments;
#[path = "modules/form.rs"]
mod form;
#[path = "modules/values.rs"]
mod values;

#[path = "modules/cloud.rs"]
mod cloud;
#[path = "modules/root.rs"]
mod root;

#[path = "modules/attempt.rs"]
mod attempt;
#[path = "modules/examples.rs"]
mod examples;
#[path = "modules/keeping.rs"]
mod keeping;
#[path = "modules/rights.rs"]
mod rights;
