//! A VM is replaced by its attempt alone.

use gen_tf_core::schedule::VM_MARGIN;
use serde_json::{Value, json};

use crate::{
    cloud::{Cloud, PROJECT},
    root::{Root, example, possible},
};

const INSTANCE: &str = "module.experiment.google_compute_instance.experiment";
const ATTEMPT: &str = "module.experiment.terraform_data.attempt";
const VM: &str =
    "/compute/v1/projects/my-project/zones/us-central1-a/instances/rest-2026-omdb-evomaster-1";

/// Calls the module with every one of its variables taken from a map.
const MAIN: &str = r#"variable "vm" {
  type = any
}

module "experiment" {
  source          = "./modules/gcp-experiment"
  attempt         = var.vm.attempt
  definition      = var.vm.definition
  disk_gb         = var.vm.disk_gb
  disk_type       = var.vm.disk_type
  experiment      = "${var.vm.service}/${var.vm.tool}/${var.vm.run}"
  guest_sha256    = var.vm.guest_sha256
  image           = var.vm.image
  labels          = var.vm.labels
  machine_type    = var.vm.machine_type
  max_run_seconds = var.vm.max_run_seconds
  models          = var.vm.models
  name            = "rest-2026-omdb-evomaster-1"
  on_timeout      = var.vm.on_timeout
  project         = "my-project"
  run             = var.vm.run
  secrets         = var.vm.secrets
  secure_boot     = var.vm.secure_boot
  service         = var.vm.service
  service_account = var.vm.service_account
  setup_key       = var.vm.setup_key
  spot            = var.vm.spot
  started         = var.vm.started
  startup_script  = var.vm.startup_script
  store           = "gs://${var.vm.bucket}/rest-2026"
  study           = "rest-2026"
  subnetwork      = var.vm.subnetwork
  tool            = var.vm.tool
  zone            = var.vm.zone
}

output "attempt" {
  value = module.experiment.attempt
}

output "zone" {
  value = module.experiment.zone
}
"#;

fn first() -> Value {
    json!({
        "attempt": 1,
        "bucket": "my-project-rest-2026",
        "definition": "0".repeat(32),
        "disk_gb": 100,
        "disk_type": "pd-ssd",
        "guest_sha256": "0".repeat(64),
        "image": "projects/ubuntu-os-cloud/global/images/ubuntu-2204-jammy-v20260901",
        "labels": { "team": "testing" },
        "machine_type": "n1-standard-8",
        "max_run_seconds": 9000,
        "models": {},
        "on_timeout": "STOP",
        "run": 1,
        "secrets": {},
        "secure_boot": true,
        "service": "omdb",
        "service_account": "gen-tf-rest-2026@my-project.iam.gserviceaccount.com",
        "setup_key": "0".repeat(32),
        "spot": false,
        "started": 1_790_000_000,
        "startup_script": "#!/usr/bin/env bash\ntrue\n",
        "subnetwork": "projects/my-project/regions/us-central1/subnetworks/gen-tf-rest-2026",
        "tool": "evomaster",
        "zone": "us-central1-a",
    })
}

/// Everything else than the attempt.
fn changed() -> Value {
    json!({
        "attempt": 1,
        "bucket": "another-bucket",
        "definition": "1".repeat(32),
        "disk_gb": 200,
        "disk_type": "pd-balanced",
        "guest_sha256": "1".repeat(64),
        "image": "projects/debian-cloud/global/images/debian-12-bookworm-v20260901",
        "labels": { "team": "others", "more": "" },
        "machine_type": "n2-standard-8",
        "max_run_seconds": 7200,
        "models": { "ex.gguf": "2".repeat(64) },
        "on_timeout": "DELETE",
        "run": 2,
        "secrets": { "omdb-api-key": "projects/1/secrets/gen-tf-rest-2026-omdb-api-key/versions/2" },
        "secure_boot": false,
        "service": "youtube",
        "service_account": "other@my-project.iam.gserviceaccount.com",
        "setup_key": "1".repeat(32),
        "spot": true,
        "started": 1_800_000_000,
        "startup_script": "#!/usr/bin/env bash\nfalse\n",
        "subnetwork": "projects/my-project/regions/us-central1/subnetworks/other",
        "tool": "Schema.Thesis",
        "zone": "us-central1-b",
    })
}

fn around(cloud: &Cloud) {
    let around = example("gcp-network") + "\n" + &example("gcp-service-account");
    let other = "\nmodule \"other\" {\n  source     = \"./modules/gcp-service-account\"\n  \
                 account_id = \"other-account\"\n  project    = \"my-project\"\n  \
                 study      = \"other\"\n}\n";
    Root::new(cloud, &(around + other)).apply();
}

fn metadata(instance: &Value, key: &str) -> String {
    let items = instance["metadata"]["items"].as_array().unwrap();
    let found = items.iter().find(|item| item["key"] == key);
    found.unwrap_or_else(|| panic!("no {key}"))["value"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn an_edited_study_leaves_a_running_vm_alone() {
    if !possible() {
        return;
    }
    let cloud = Cloud::start();
    around(&cloud);
    let root = Root::new(&cloud, MAIN);
    root.set(&json!({ "vm": first() }));
    root.apply();
    let before = cloud.get(VM);

    let values = changed();
    root.set(&json!({ "vm": values }));
    root.assert_no_changes();
    root.apply();
    assert_eq!(cloud.get(VM), before);
    assert_eq!(root.output("zone"), "us-central1-a");
    root.destroy();
}

#[test]
fn another_attempt_replaces_the_vm_and_takes_all_that_changed() {
    if !possible() {
        return;
    }
    let cloud = Cloud::start();
    around(&cloud);
    let root = Root::new(&cloud, MAIN);
    root.set(&json!({ "vm": first() }));
    root.apply();

    let mut values = changed();
    values["attempt"] = json!(2);
    values["subnetwork"] = first()["subnetwork"].clone();
    values["service_account"] = json!("other-account@my-project.iam.gserviceaccount.com");
    root.set(&json!({ "vm": values }));
    let replaced = vec!["delete".to_owned(), "create".to_owned()];
    let expected = [(INSTANCE.to_owned(), replaced.clone()), (ATTEMPT.to_owned(), replaced)];
    assert_eq!(root.changes(), expected);
    root.succeed(&["apply", "-input=false", "plan"]);

    assert_eq!(cloud.names("zones/us-central1-a/instances"), Vec::<String>::new());
    let now = cloud.get(&VM.replace("us-central1-a", "us-central1-b"));
    check_second_attempt(&now);
    assert_eq!(root.output("attempt"), 2);
    root.assert_no_changes();
    root.destroy();
}

fn check_second_attempt(now: &Value) {
    assert_eq!(metadata(now, "gen-tf-attempt"), "2");
    assert_eq!(metadata(now, "gen-tf-experiment"), "youtube/Schema.Thesis/2");
    assert_eq!(metadata(now, "gen-tf-models"), format!("ex.gguf={}", "2".repeat(64)));
    assert_eq!(metadata(now, "startup-script"), "#!/usr/bin/env bash\nfalse\n");
    assert_eq!(now["labels"]["gen-tf-experiment"], "youtube_schema_thesis_2");
    let expires = 1_800_000_000 + 7_200 + VM_MARGIN;
    assert_eq!(now["labels"]["gen-tf-expires"], expires.to_string());
    assert_eq!(now["labels"]["team"], "others");
    assert!(now["machineType"].as_str().unwrap().ends_with("/n2-standard-8"), "{now}");
    let scheduling = &now["scheduling"];
    assert_eq!(scheduling["provisioningModel"], "SPOT");
    assert_eq!(scheduling["preemptible"], true);
    assert_eq!(scheduling["automaticRestart"], false);
    assert_eq!(scheduling["onHostMaintenance"], "TERMINATE");
    assert_eq!(scheduling["instanceTerminationAction"], "DELETE");
    assert_eq!(scheduling["maxRunDuration"]["seconds"], "7200");
}

#[test]
fn a_vm_is_made_as_private_and_as_short_lived_as_the_readme_says() {
    if !possible() {
        return;
    }
    let cloud = Cloud::start();
    around(&cloud);
    let root = Root::new(&cloud, MAIN);
    root.set(&json!({ "vm": first() }));
    root.apply();
    let vm = cloud.get(VM);
    let interfaces = vm["networkInterfaces"].as_array().unwrap();
    assert_eq!(interfaces.len(), 1);
    assert!(interfaces[0]["accessConfigs"].as_array().is_none_or(Vec::is_empty), "{vm}");
    assert_eq!(vm["shieldedInstanceConfig"]["enableSecureBoot"], true);
    assert_eq!(vm["shieldedInstanceConfig"]["enableVtpm"], true);
    assert_eq!(vm["scheduling"]["provisioningModel"], "STANDARD");
    assert_eq!(vm["scheduling"]["automaticRestart"], false);
    assert_eq!(vm["scheduling"]["instanceTerminationAction"], "STOP");
    assert_eq!(vm["disks"][0]["autoDelete"], true);
    assert_eq!(metadata(&vm, "enable-oslogin"), "TRUE");
    assert_eq!(metadata(&vm, "block-project-ssh-keys"), "TRUE");
    assert_eq!(metadata(&vm, "serial-port-enable"), "FALSE");
    assert_eq!(metadata(&vm, "gen-tf-secrets"), "");
    assert_eq!(vm["tags"]["items"], json!(["gen-tf-rest-2026"]));
    root.destroy();
}

#[test]
fn a_stopped_vm_is_no_change_and_a_deleted_one_is_made_again() {
    if !possible() {
        return;
    }
    let cloud = Cloud::start();
    around(&cloud);
    let root = Root::new(&cloud, MAIN);
    root.set(&json!({ "vm": first() }));
    root.apply();
    let control = "/control/instances/us-central1-a/rest-2026-omdb-evomaster-1";
    cloud.call("POST", &format!("{control}/stop"), "");
    assert_eq!(cloud.get(VM)["status"], "TERMINATED");
    root.assert_no_changes();
    cloud.call("POST", &format!("{control}/delete"), "");
    assert_eq!(root.changes(), [(INSTANCE.to_owned(), vec!["create".to_owned()])]);
    root.destroy();
    assert_eq!(PROJECT, "my-project");
}
