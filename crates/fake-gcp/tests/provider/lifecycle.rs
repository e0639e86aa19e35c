//! From nothing to everything and back.

use serde_json::json;

use crate::support::Fake;
use crate::workspace::Workspace;

/// It has what HCL, JSON, shell and URLs treat apart.
const SECRET: &str = r#"a/b&c'd"e$f${g}%{h}"#;

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_made_is_not_planned_again_and_goes() {
    let fake = Fake::start().await;
    let mut workspace = Workspace::of_everything(&fake).await;
    workspace.set("secret", SECRET);
    workspace.run(&["plan", "-out=plan", "-input=false"]).ok();
    workspace.run(&["apply", "-input=false", "plan"]).ok();
    for file in ["plan", "terraform.tfstate"] {
        let bytes = workspace.read(file);
        assert!(!bytes.windows(4).any(|part| part == b"a/b&"), "the secret is in {file}");
    }
    let path = "/secretmanager/v1/projects/p1/secrets/key/versions/1:access";
    let data = fake.get(path).await["payload"]["data"].as_str().unwrap().to_owned();
    assert_eq!(data, base64::Engine::encode(&base64::prelude::BASE64_STANDARD, SECRET));

    workspace.unset("secret");
    assert!(workspace.plan().is_empty(), "{:?}", workspace.plan());
    let read = workspace.show(&["output", "-json", "read"]);
    assert_eq!(read["network"], true);
    assert_eq!(read["project"], "p1");
    assert_eq!(read["range"], "10.0.0.0/20");
    assert!(read["zones"].as_array().unwrap().contains(&json!("us-central1-a")), "{read}");

    workspace.destroy().ok();
    assert!(workspace.addresses().is_empty());
    let items = |json: serde_json::Value| json["items"].as_array().map_or(0, Vec::len);
    assert_eq!(items(fake.get("/compute/v1/projects/p1/zones/us-central1-a/instances").await), 0);
    assert_eq!(items(fake.get("/compute/v1/projects/p1/zones/us-central1-a/disks").await), 0);
    assert_eq!(items(fake.get("/compute/v1/projects/p1/global/networks").await), 0);
    assert_eq!(items(fake.get("/storage/v1/b/store-1/o?prefix=s/guest/").await), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abandoned_bucket_is_in_the_way_until_it_is_imported() {
    let fake = Fake::start().await;
    let bucket = r#"
        resource "google_storage_bucket" "store" {
          name            = "store-1"
          location        = "US-CENTRAL1"
          deletion_policy = "ABANDON"
          labels          = { a = "b" }
        }
    "#;
    let workspace = Workspace::of(&fake, bucket).await;
    workspace.apply().ok();
    workspace.destroy().ok();
    workspace.apply().fails_with("googleapi: Error 409");
    let import = "import {\n  to = google_storage_bucket.store\n  id = \"p1/store-1\"\n}\n";
    workspace.write("adopt.tf", import);
    assert_eq!(workspace.plan()["google_storage_bucket.store"], "import and update");
    workspace.apply().ok();
    assert!(workspace.plan().is_empty());
    workspace.remove("adopt.tf");
    assert!(workspace.plan().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_outside_is_set_back_and_what_is_gone_is_made_again() {
    let fake = Fake::start().await;
    let mut workspace = Workspace::of_everything(&fake).await;
    workspace.set("secret", SECRET);
    workspace.apply().ok();
    let vm = "/compute/v1/projects/p1/zones/us-central1-a/instances/vm";

    // A VM that has stopped by itself is as it should be.
    fake.ok("POST", &format!("{vm}/stop"), &json!({})).await;
    crate::support::until("the VM is stopped", || async {
        fake.get(vm).await["status"] == "TERMINATED"
    })
    .await;
    assert!(workspace.plan().is_empty());

    let now = fake.get(vm).await;
    let body = json!({ "items": [], "fingerprint": now["metadata"]["fingerprint"] });
    fake.ok("POST", &format!("{vm}/setMetadata"), &body).await;
    let labels = json!({ "labels": { "study": "other" } });
    fake.ok("PATCH", "/storage/v1/b/store-1", &labels).await;
    fake.ok("DELETE", "/secretmanager/v1/projects/p1/secrets/key", &serde_json::Value::Null).await;
    let plan = workspace.plan();
    let wanted = [
        ("google_compute_instance.vm", "update"),
        ("google_secret_manager_secret.key", "create"),
        ("google_secret_manager_secret_iam_member.key", "create"),
        ("google_secret_manager_secret_version.key", "create"),
        ("google_storage_bucket.store", "update"),
    ];
    assert_eq!(plan, wanted.map(|(k, v)| (k.to_owned(), v.to_owned())).into());
    workspace.apply().ok();
    assert!(workspace.plan().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn terraforms_that_work_at_once_keep_their_own_configuration() {
    let fake = Fake::start().await;
    let bucket = |owner: &str| {
        format!(
            r#"
            provider "google" {{
              alias          = "own"
              project        = "p1"
              default_labels = {{ owner = "{owner}" }}
            }}
            resource "google_storage_bucket" "store" {{
              provider = google.own
              name     = "store-{owner}"
              location = "US"
            }}
            "#
        )
    };
    let one = Workspace::of(&fake, &bucket("one")).await;
    let mut two = Workspace::of(&fake, &bucket("two")).await;
    // Both use the same provider process.
    let attached = one.environment("TF_REATTACH_PROVIDERS");
    two.export("TF_REATTACH_PROVIDERS", &attached);
    let mut children: Vec<_> = [&one, &two]
        .map(|workspace| workspace.command(&["apply", "-auto-approve"]).spawn().unwrap())
        .into();
    tokio::task::block_in_place(|| {
        children.iter_mut().for_each(|child| assert!(child.wait().unwrap().success()));
    });
    for owner in ["one", "two"] {
        let bucket = fake.get(&format!("/storage/v1/b/store-{owner}")).await;
        assert_eq!(bucket["labels"]["owner"], owner);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_label_that_tells_who_made_a_resource_can_be_left_out() {
    let fake = Fake::start().await;
    let bucket = r#"
        provider "google" {
          alias                           = "plain"
          project                         = "p1"
          add_terraform_attribution_label = false
        }
        resource "google_storage_bucket" "plain" {
          provider = google.plain
          name     = "plain-1"
          location = "US"
        }
        resource "google_storage_bucket" "marked" {
          name     = "marked-1"
          location = "US"
        }
    "#;
    let workspace = Workspace::of(&fake, bucket).await;
    workspace.apply().ok();
    let labels =
        async |name: &str| fake.get(&format!("/storage/v1/b/{name}")).await["labels"].clone();
    assert_eq!(labels("marked-1").await, json!({ "goog-terraform-provisioned": "true" }));
    assert!(labels("plain-1").await.as_object().is_none_or(serde_json::Map::is_empty));
}

#[tokio::test(flavor = "multi_thread")]
async fn terraform_s_environment_counts() {
    let fake = Fake::start().await;
    let account = r#"resource "google_compute_network" "net" { name = "net" }"#;
    let mut workspace = Workspace::new(&fake, &[("main.tf", account)]).await;
    workspace
        .apply()
        .fails_with("Failed to retrieve project, pid: , err: project: required field is not set");
    workspace.export("GOOGLE_PROJECT", "p1");
    workspace.apply().ok();
    assert_eq!(workspace.state("google_compute_network.net")["project"], "p1");
    workspace.export("GOOGLE_COMPUTE_CUSTOM_ENDPOINT", "http://127.0.0.1:1/compute/v1/");
    workspace.run(&["plan", "-no-color"]).fails_with("http://127.0.0.1:1/compute/v1/projects/p1");
}
