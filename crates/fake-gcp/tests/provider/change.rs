//! Which change is made in place and which makes a new resource.

use serde_json::json;

use crate::support::Fake;
use crate::workspace::Workspace;

const VM: &str = "/compute/v1/projects/p1/zones/us-central1-a/instances/vm";

#[tokio::test(flavor = "multi_thread")]
async fn changes_in_place_reach_the_server_and_are_not_planned_again() {
    let fake = Fake::start().await;
    let mut workspace = Workspace::of_everything(&fake).await;
    workspace.set("secret", "x");
    workspace.apply().ok();
    let id = fake.get(VM).await["id"].clone();
    for (name, value) in [
        ("display_name", "Other"),
        ("labels", r#"{ other = "2" }"#),
        ("noncurrent_days", "8"),
        ("note", "two"),
        ("owner", "you"),
        ("ports", "128"),
        ("priority", "900"),
        ("private_access", "false"),
        ("range", "10.0.0.0/19"),
        ("routing_mode", "GLOBAL"),
        ("script", "#!/bin/sh\necho 2\n"),
    ] {
        workspace.set(name, value);
    }
    workspace.write("guest.txt", "a newer guest");
    let plan = workspace.plan();
    assert!(plan.values().all(|action| action == "update"), "{plan:?}");
    assert_eq!(plan.len(), 10, "{plan:?}");
    workspace.apply().ok();
    assert!(workspace.plan().is_empty(), "{:?}", workspace.plan());

    let vm = fake.get(VM).await;
    assert_eq!(vm["id"], id);
    let labels = json!({ "goog-terraform-provisioned": "true", "other": "2", "owner": "you" });
    assert_eq!(vm["labels"], labels);
    let items = vm["metadata"]["items"].as_array().unwrap();
    assert!(items.contains(&json!({ "key": "startup-script", "value": "#!/bin/sh\necho 2\n" })));
    let bucket = fake.get("/storage/v1/b/store-1").await;
    assert_eq!(bucket["labels"], labels);
    assert_eq!(bucket["lifecycle"]["rule"][0]["condition"]["daysSinceNoncurrentTime"], 8);
    assert_eq!(bucket["lifecycle"]["rule"][0]["condition"]["isLive"], false);
    let guest = fake.send("GET", "/storage/v1/b/store-1/o/s%2Fguest%2F1.txt?alt=media", "").await;
    assert_eq!(guest.text(), "a newer guest");
    let router = fake.get("/compute/v1/projects/p1/regions/us-central1/routers/router").await;
    assert_eq!(router["nats"][0]["minPortsPerVm"], 128);
    let subnetwork = fake.get("/compute/v1/projects/p1/regions/us-central1/subnetworks/sub").await;
    assert_eq!(subnetwork["ipCidrRange"], "10.0.0.0/19");
    assert_eq!(subnetwork["privateIpGoogleAccess"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_default_that_is_not_configured_any_more_is_planned() {
    let fake = Fake::start().await;
    let mut workspace = Workspace::of_everything(&fake).await;
    workspace.set("secret", "x");
    workspace.set("priority", "900");
    workspace.apply().ok();
    workspace.unset("priority");
    assert_eq!(workspace.plan()["google_compute_firewall.ssh"], "update");
    workspace.apply().ok();
    let firewall = fake.get("/compute/v1/projects/p1/global/firewalls/ssh").await;
    assert_eq!(firewall["priority"], 1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_change_makes_a_new_resource() {
    let fake = Fake::start().await;
    let mut workspace = Workspace::of_everything(&fake).await;
    workspace.set("secret", "x");
    workspace.apply().ok();
    let id = fake.get(VM).await["id"].clone();
    workspace.set("max_run_seconds", "9001");
    workspace.set("secret", "y");
    assert_eq!(workspace.plan().len(), 1, "another secret at the same version is not seen");
    workspace.set("secret_version", "2");
    workspace.set("range", "10.0.0.0/24");
    let wanted = [
        ("google_compute_instance.vm", "replace"),
        ("google_compute_subnetwork.sub", "replace"),
        ("google_secret_manager_secret_version.key", "replace"),
    ];
    assert_eq!(workspace.plan(), wanted.map(|(k, v)| (k.to_owned(), v.to_owned())).into());
    workspace.apply().ok();
    assert_ne!(fake.get(VM).await["id"], id);
    let versions = "/secretmanager/v1/projects/p1/secrets/key/versions";
    assert_eq!(fake.get(&format!("{versions}/1")).await["state"], "DESTROYED");
    let data = fake.get(&format!("{versions}/2:access")).await["payload"]["data"].clone();
    assert_eq!(data, "eQ==");
    assert!(workspace.plan().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_is_resized_only_if_it_may_be_stopped() {
    let fake = Fake::start().await;
    let mut workspace = Workspace::of_everything(&fake).await;
    workspace.set("secret", "x");
    workspace.apply().ok();
    let id = fake.get(VM).await["id"].clone();
    workspace.set("machine_type", "n1-standard-4");
    assert_eq!(workspace.plan()["google_compute_instance.vm"], "update");
    workspace.apply().fails_with("please set allow_stopping_for_update = true in your config");
    workspace.set("allow_stopping", "true");
    workspace.apply().ok();
    let vm = fake.get(VM).await;
    assert_eq!((&vm["id"], vm["status"].as_str()), (&id, Some("RUNNING")));
    assert!(vm["machineType"].as_str().unwrap().ends_with("/machineTypes/n1-standard-4"));
    assert!(workspace.plan().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_policy_alone_makes_no_call() {
    let fake = Fake::start().await;
    let bucket = |policy: &str| {
        format!(
            r#"
            provider "google" {{
              project = "p1"
            }}
            resource "google_storage_bucket" "store" {{
              name            = "store-1"
              location        = "US"
              deletion_policy = "{policy}"
            }}
            "#
        )
    };
    let workspace = Workspace::new(&fake, &[("main.tf", &bucket("PREVENT"))]).await;
    workspace.apply().ok();
    workspace.destroy().fails_with("without setting deletion_policy=\"DELETE\"");
    let generation = fake.get("/storage/v1/b/store-1").await["metageneration"].clone();
    workspace.write("main.tf", &bucket("DELETE"));
    workspace.apply().ok();
    assert_eq!(fake.get("/storage/v1/b/store-1").await["metageneration"], generation);
    workspace.destroy().ok();
    assert_eq!(fake.send("GET", "/storage/v1/b/store-1", "").await.status, 404);
}
