//! Mistakes that are found before anything is planned.

use crate::support::Fake;
use crate::workspace::Workspace;

/// A VM with a machine type and scheduling.
macro_rules! vm {
    ($machine:literal, $scheduling:literal) => {
        concat!(
            "resource \"google_compute_instance\" \"x\" {\n  name = \"vm\"\n  zone = \"us-central1-a\"\n  ",
            $machine,
            "\n  boot_disk {}\n  network_interface {}\n  scheduling {\n    ",
            $scheduling,
            "\n  }\n}\n"
        )
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_refused_before_a_plan() {
    let fake = Fake::start().await;
    let workspace = Workspace::of(&fake, "").await;
    for (resource, message) in CASES {
        workspace.write("case.tf", resource);
        workspace.run(&["validate", "-no-color"]).fails_with(message);
    }
}

const CASES: &[(&str, &str)] = &[
    (
        r#"resource "google_compute_network" "x" {
             name  = "net"
             color = "red"
           }"#,
        "An argument named \"color\" is not expected here",
    ),
    (r#"resource "google_compute_network" "x" {}"#, "The argument \"name\" is required"),
    (r#"resource "google_compute_network" "x" { name = "Net" }"#, "doesn't match regexp"),
    (r#"resource "google_compute_network" "x" { name = "net-" }"#, "doesn't match regexp"),
    (r#"resource "google_service_account" "x" { account_id = "short" }"#, "doesn't match regexp"),
    (
        r#"resource "google_compute_firewall" "x" {
             name          = "fw"
             network       = "net"
             source_ranges = ["10.0.0.0/8"]
           }"#,
        "one of `allow,deny` must be specified",
    ),
    (
        r#"resource "google_compute_firewall" "x" {
             name    = "fw"
             network = "net"
             allow {
               protocol = "tcp"
             }
           }"#,
        "one of source_tags, source_ranges, or source_service_accounts must be defined",
    ),
    (
        r#"resource "google_secret_manager_secret_version" "x" {
             secret = "projects/p1/secrets/s"
           }"#,
        "one of `secret_data,secret_data_wo` must be specified",
    ),
    (
        r#"resource "google_secret_manager_secret_version" "x" {
             secret         = "projects/p1/secrets/s"
             secret_data    = "a"
             secret_data_wo = "b"
           }"#,
        "only one of `secret_data,secret_data_wo` can be specified",
    ),
    (
        r#"resource "google_storage_bucket" "x" {
             name     = "Bucket"
             location = "US"
           }"#,
        "name value must contain only lowercase letters",
    ),
    (
        r#"resource "google_storage_bucket" "x" {
             name     = "bucket"
             location = "US"
             labels   = { Upper = "x" }
           }"#,
        "label key \"Upper\" is not valid",
    ),
    (
        r#"resource "google_compute_subnetwork" "x" {
             name          = "sub"
             network       = "net"
             ip_cidr_range = "10.0.0.0/33"
           }"#,
        "is not a valid CIDR range",
    ),
    (vm!("machine_type = \"n1 standard\"", ""), "is no machine type"),
    (
        vm!("machine_type = \"n1-standard-1\"", "provisioning_model = \"SPOT\""),
        "provisioning_model SPOT requires preemptible = true",
    ),
    (
        vm!("machine_type = \"n1-standard-1\"", "preemptible = true"),
        "a preemptible instance requires automatic_restart = false",
    ),
    (
        vm!("machine_type = \"n1-standard-1\"", "provisioning_model = \"CHEAP\""),
        "expected to be one of",
    ),
];
