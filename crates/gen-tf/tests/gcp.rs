//! Studies on Google Cloud, run as users run them: real Terraform, the whole of gen-tf, and fake-gcp
//! in the place of the cloud, with a sandbox for every VM.

#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

#[path = "../../../tests/support/fake_gcp.rs"]
mod fake_gcp;
#[path = "cli/place.rs"]
#[expect(dead_code, reason = "the other half of it serves the tests of the local target")]
mod place;
#[path = "../../../tests/support/registry.rs"]
mod registry;
#[path = "gcp/faults.rs"]
mod faults;
#[path = "cli/running.rs"]
mod running;
#[path = "gcp/interrupted.rs"]
mod interrupted;
#[path = "gcp/locked.rs"]
mod locked;
#[path = "gcp/kept.rs"]
mod kept;
#[path = "gcp/left.rs"]
mod left;
#[path = "gcp/outage.rs"]
mod outage;
#[path = "gcp/planning.rs"]
mod planning;
#[path = "gcp/scheduled.rs"]
mod scheduled;
#[path = "gcp/secrets.rs"]
mod secrets;
#[path = "gcp/shortages.rs"]
mod shortages;
#[path = "gcp/study.rs"]
mod study;
