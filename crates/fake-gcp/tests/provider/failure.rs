//! What a user sees when the cloud refuses, is slow, or Terraform is interrupted.

use serde_json::json;
use std::process::Stdio;

use crate::support::{Fake, until};
use crate::workspace::{Said, Workspace};

const INSERT: &str = "zones/us-central1-a/instances(\\?|$)";

const VM: &str = r#"
    resource "google_compute_network" "net" {
      name = "net"
    }
    resource "google_compute_instance" "vm" {
      name         = "vm"
      zone         = "us-central1-a"
      machine_type = "n1-standard-1"
      boot_disk {
        initialize_params {
          image = "projects/debian-cloud/global/images/debian-12-bookworm-v20250101"
        }
      }
      network_interface {
        network = google_compute_network.net.id
      }
    }
"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_during_a_creation_forgets_the_vm() {
    let fake = Fake::start().await;
    let workspace = Workspace::of(&fake, VM).await;
    fake.fault(json!({
        "match": { "method": "POST", "path": INSERT },
        "fault": { "operation_delay_ms": 600_000 },
    }))
    .await;
    let mut command = workspace.command(&["apply", "-auto-approve", "-no-color"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let vm = "/compute/v1/projects/p1/zones/us-central1-a/instances/vm";
    until("the VM is being made", || async { fake.send("GET", vm, "").await.status == 200 }).await;
    let pid = i32::try_from(child.id()).unwrap();
    interrupt(pid);
    let said = Said::of(&tokio::task::block_in_place(|| child.wait_with_output().unwrap()));
    said.fails_with(
        "Error waiting for instance to create: error while retrieving operation: \
        unable to finish polling, context has been cancelled",
    );
    assert_eq!(workspace.addresses(), ["google_compute_network.net"]);

    fake.ok("DELETE", "/control/faults", &serde_json::Value::Null).await;
    workspace.apply().fails_with("Error creating instance: googleapi: Error 409:");
}

#[expect(unsafe_code, reason = "a signal is sent to a child that has not been waited for")]
fn interrupt(pid: i32) {
    // SAFETY: kill has no preconditions.
    assert_eq!(unsafe { libc::kill(pid, libc::SIGINT) }, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stockout_is_told_by_its_message_and_leaves_nothing() {
    let fake = Fake::start().await;
    let workspace = Workspace::of(&fake, VM).await;
    let message =
        "The zone 'projects/p1/zones/us-central1-a' does not have enough resources available";
    fake.fault(json!({
        "match": { "method": "POST", "path": INSERT },
        "times": 1,
        "fault": { "operation_error": { "code": "ZONE_RESOURCE_POOL_EXHAUSTED", "message": message } },
    }))
    .await;
    let said = workspace.apply().fails_with(message);
    assert!(!said.text.contains("ZONE_RESOURCE_POOL_EXHAUSTED"), "{}", said.text);
    assert_eq!(workspace.addresses(), ["google_compute_network.net"]);
    workspace.apply().ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_busy_is_asked_again() {
    let fake = Fake::start().await;
    let workspace = Workspace::of(&fake, VM).await;
    for status in [429, 503] {
        fake.fault(
            json!({ "match": { "path": "/compute/" }, "times": 2, "fault": { "status": status } }),
        )
        .await;
    }
    workspace.apply().ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_with_its_reason() {
    let fake = Fake::start().await;
    let workspace = Workspace::of(&fake, VM).await;
    fake.fault(json!({
        "match": { "method": "POST", "path": "global/networks" },
        "times": 1,
        "fault": { "status": 403, "reason": "forbidden", "message": "Required 'compute.networks.create' permission" },
    }))
    .await;
    workspace.apply().fails_with(
        "Error creating Network: googleapi: Error 403: Required 'compute.networks.create' permission, forbidden",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vm_that_is_gone_is_no_obstacle_unless_it_is_not_looked_for() {
    let fake = Fake::start().await;
    let workspace = Workspace::of(&fake, VM).await;
    workspace.apply().ok();
    let vm = "/compute/v1/projects/p1/zones/us-central1-a/instances/vm";
    fake.ok("DELETE", vm, &serde_json::Value::Null).await;
    until("the VM is gone", || async { fake.send("GET", vm, "").await.status == 404 }).await;
    workspace
        .run(&["destroy", "-auto-approve", "-no-color", "-refresh=false"])
        .fails_with("Error deleting instance: googleapi: Error 404");
    assert_eq!(workspace.plan()["google_compute_instance.vm"], "create");
    workspace.destroy().ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_with_objects_stays_unless_it_may_be_emptied() {
    let fake = Fake::start().await;
    let bucket = |force: bool| {
        format!(
            r#"
            provider "google" {{
              project = "p1"
            }}
            resource "google_storage_bucket" "store" {{
              name          = "store-1"
              location      = "US"
              force_destroy = {force}
              versioning {{
                enabled = true
              }}
            }}
            "#
        )
    };
    let workspace = Workspace::new(&fake, &[("main.tf", &bucket(false))]).await;
    workspace.apply().ok();
    for body in ["1", "2"] {
        assert_eq!(fake.put("owner", "store-1", "a/b", body, "").await.status, 200);
    }
    let message = "Error trying to delete bucket store-1 without `force_destroy` set to true";
    workspace.destroy().fails_with(message);
    workspace.write("main.tf", &bucket(true));
    workspace.apply().ok();
    workspace.destroy().ok();
    assert_eq!(fake.send("GET", "/storage/v1/b/store-1", "").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_somebody_else_writes_is_read_again() {
    let fake = Fake::start().await;
    fake.bucket("store-1").await;
    let (_, email) = fake.account("somebody").await;
    let member = format!(
        r#"
        resource "google_storage_bucket_iam_member" "one" {{
          bucket = "store-1"
          role   = "roles/storage.objectViewer"
          member = "serviceAccount:{email}"
        }}
        "#
    );
    let workspace = Workspace::of(&fake, &member).await;
    fake.fault(json!({
        "match": { "method": "PUT", "path": "/b/store-1/iam" },
        "times": 2,
        "fault": { "status": 412, "reason": "conditionNotMet" },
    }))
    .await;
    workspace.apply().ok();
    assert!(workspace.plan().is_empty());
}
