//! The guest on VMs of Google Cloud, alone: no gen-tf and no Terraform, but fake-gcp, which boots each VM as a sandbox,
//! and systemd-nspawn, which boots one with a real systemd. None needs a network but to make the latter's system once.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

#[path = "../../../tests/support/fake_gcp.rs"]
mod fake_gcp;
#[path = "gcp_guest/cloud.rs"]
mod cloud;
#[path = "gcp_guest/lab.rs"]
mod lab;

#[path = "gcp_guest/faults.rs"]
mod faults;
#[path = "gcp_guest/lives.rs"]
mod lives;
#[path = "gcp_guest/parts.rs"]
mod parts;
#[path = "gcp_guest/results.rs"]
mod results;
#[path = "gcp_guest/secrets.rs"]
mod secrets;
#[path = "gcp_guest/startup.rs"]
mod startup;
#[path = "gcp_guest/systemd.rs"]
mod systemd;
