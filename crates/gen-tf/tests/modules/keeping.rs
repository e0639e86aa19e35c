//! What a destroy keeps and what it removes; what is adopted, rotated and reused.

use serde_json::json;

use crate::{
    cloud::{Cloud, PROJECT},
    root::{Root, example, possible},
};

/// Must arrive unchanged, and must be found nowhere.
const CANARY: &str = "a/b&c'd\"e$f${g}%{h}";

const RESULT: &str = "rest-2026/results/omdb/evomaster/1/1.tar.gz";

const IMPORT: &str = "import {\n  to = module.store.google_storage_bucket.store\n  \
                      id = \"my-project/my-project-rest-2026\"\n}\n";

fn object(name: &str) -> String {
    let name = name.replace('/', "%2F");
    format!("/storage/v1/b/my-project-rest-2026/o/{name}")
}

fn upload(cloud: &Cloud, name: &str) {
    let name = name.replace('/', "%2F");
    let path = "/upload/storage/v1/b/my-project-rest-2026/o?uploadType=media&name=";
    cloud.call("POST", &format!("{path}{name}"), "a result");
}

fn with_account(cloud: &Cloud) {
    Root::new(cloud, &example("gcp-service-account")).apply();
}

#[test]
fn results_outlive_a_destroy_and_the_next_apply_adopts_them() {
    if !possible() {
        return;
    }
    let cloud = Cloud::start();
    with_account(&cloud);
    let root = Root::new(&cloud, &example("gcp-store"));
    root.apply();
    upload(&cloud, RESULT);
    root.destroy();
    cloud.call("GET", &object(RESULT), "");
    let policy = cloud.get("/storage/v1/b/my-project-rest-2026/iam");
    assert!(!policy.to_string().contains("gen-tf-rest-2026@"), "{policy}");

    let refused = root.terraform(&["apply", "-auto-approve", "-input=false", "-no-color"], &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("409"));
    root.write("adopt.tf", IMPORT);
    assert!(root.apply().contains("1 imported"));
    root.assert_no_changes();
    cloud.call("GET", &object(RESULT), "");
    root.destroy();
}

#[test]
fn a_bucket_elsewhere_is_adopted_and_not_replaced() {
    if !possible() {
        return;
    }
    let cloud = Cloud::start();
    with_account(&cloud);
    let bucket =
        json!({ "name": "my-project-rest-2026", "location": "EU", "storageClass": "NEARLINE" });
    cloud.call("POST", &format!("/storage/v1/b?project={PROJECT}"), &bucket.to_string());
    let root = Root::new(&cloud, &example("gcp-store"));
    root.write("adopt.tf", IMPORT);
    root.apply();
    root.assert_no_changes();
    let adopted = cloud.get("/storage/v1/b/my-project-rest-2026");
    assert_eq!(adopted["location"], "EU");
    assert_eq!(adopted["storageClass"], "NEARLINE");
    assert_eq!(adopted["iamConfiguration"]["publicAccessPrevention"], "enforced");
    assert_eq!(adopted["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"], true);
    assert_eq!(adopted["versioning"]["enabled"], true);
    assert_eq!(adopted["labels"]["gen-tf-study"], "rest-2026");
    root.destroy();
}

#[test]
fn an_older_guest_stays_when_a_newer_one_comes() {
    if !possible() {
        return;
    }
    let cloud = Cloud::start();
    with_account(&cloud);
    let root = Root::new(&cloud, &example("gcp-store"));
    root.apply();
    let listing = "/storage/v1/b/my-project-rest-2026/o?prefix=rest-2026%2Fguest%2F";
    let guests = || cloud.get(listing)["items"].as_array().unwrap().len();
    assert_eq!(guests(), 1);
    // Another path to the same bytes is no change.
    root.write("moved.tar.gz", "the first guest");
    let main = example("gcp-store");
    root.write("main.tf", &main.replace("guest.tar.gz", "moved.tar.gz"));
    root.assert_no_changes();
    root.write("moved.tar.gz", "the second guest");
    root.apply();
    assert_eq!(guests(), 2);
    root.assert_no_changes();
    root.destroy();
    assert_eq!(guests(), 2);
}

#[test]
fn a_guest_that_is_not_the_one_of_its_hash_is_refused() {
    if !possible() {
        return;
    }
    let cloud = Cloud::start();
    let main = example("gcp-store")
        .replace("filesha256(\"${path.module}/guest.tar.gz\")", &format!("\"{}\"", "0".repeat(64)));
    let root = Root::new(&cloud, &main);
    let planned = root.terraform(&["plan", "-input=false", "-no-color"], &[]);
    let errors = String::from_utf8_lossy(&planned.stderr).replace('\n', " ");
    assert_eq!(planned.status.code(), Some(1));
    assert!(errors.contains("render the workspace again"), "{errors}");
}

#[test]
fn a_secret_arrives_intact_and_is_found_nowhere() {
    if !possible() {
        return;
    }
    let cloud = Cloud::start();
    with_account(&cloud);
    let root = Root::new(&cloud, &example("gcp-secrets"));
    let value = [("TF_VAR_secret_omdb_api_key", CANARY)];
    root.succeed_with(&["plan", "-out=plan", "-input=false"], &value);
    let shown = root.succeed(&["show", "-json", "plan"]);
    let applied = root.succeed_with(&["apply", "-input=false", "plan"], &value);
    for text in [shown, applied, root.state()] {
        assert!(!text.contains("a/b&c") && !text.contains("a/b\\u0026c"), "{text}");
    }
    let version = |number: u32| {
        format!(
            "/secretmanager/v1/projects/{PROJECT}/secrets/gen-tf-rest-2026-omdb-api-key/versions/{number}"
        )
    };
    let stored = cloud.get(&format!("{}:access", version(1)));
    assert_eq!(stored["payload"]["data"], "YS9iJmMnZCJlJGYke2d9JXtofQ==");
    root.assert_no_changes();

    let rotated = example("gcp-secrets").replace("version = 1", "version = 2");
    root.write("main.tf", &rotated);
    let apply = ["apply", "-auto-approve", "-input=false"];
    root.succeed_with(&apply, &[("TF_VAR_secret_omdb_api_key", "the next")]);
    assert_eq!(cloud.get(&version(1))["state"], "DESTROYED");
    let stored = cloud.get(&format!("{}:access", version(2)));
    assert_eq!(stored["payload"]["data"], "dGhlIG5leHQ=");
    root.assert_no_changes();
    root.destroy();
}

#[test]
fn an_existing_subnetwork_is_used_and_nothing_made() {
    if !possible() {
        return;
    }
    let cloud = Cloud::start();
    let main = example("gcp-network").replace("  iap_ssh = true\n", "")
        + "\noutput \"subnetwork\" {\n  value = module.network.subnetwork\n}\n";
    let own = main.replace(
        "  region  = \"us-central1\"\n",
        "  region  = \"us-central1\"\n\n  subnetwork = \"mine\"\n",
    );
    let root = Root::new(&cloud, &own);
    assert_eq!(root.changes(), []);
    root.apply();
    let expected = format!("projects/{PROJECT}/regions/us-central1/subnetworks/mine");
    assert_eq!(root.output("subnetwork"), expected.as_str());
    root.write("main.tf", &main);
    assert_eq!(root.changes().len(), 4);
}

#[test]
fn ssh_is_let_in_to_tagged_vms_from_the_proxy_alone() {
    if !possible() {
        return;
    }
    let cloud = Cloud::start();
    let root = Root::new(&cloud, &example("gcp-network"));
    root.apply();
    let rules = cloud.get(&format!("/compute/v1/projects/{PROJECT}/global/firewalls"));
    let rules = rules["items"].as_array().unwrap();
    assert_eq!(rules.len(), 1);
    assert_eq!(rules[0]["name"], "gen-tf-rest-2026-iap-ssh");
    assert_eq!(rules[0]["sourceRanges"], json!(["35.235.240.0/20"]));
    assert_eq!(rules[0]["targetTags"], json!(["gen-tf-rest-2026"]));
    assert_eq!(rules[0]["allowed"], json!([{ "IPProtocol": "tcp", "ports": ["22"] }]));
    root.destroy();
}
