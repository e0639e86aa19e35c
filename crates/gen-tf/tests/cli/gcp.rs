//! The Google Cloud target as far as it goes without a cloud: choosing it, rendering it, refusals.

use std::{fs, process::Command};

use crate::place::{Place, repository};

const GCP: &str = "
target \"gcp\" {
  project      = \"my-project\"
  zones        = [\"us-central1-a\"]
  image        = \"projects/debian-cloud/global/images/debian-12-bookworm-v20260901\"
  max_parallel = 2
  bucket       = \"my-project-pair\"
}
";

/// A study of both targets.
fn both() -> Place {
    Place::pair("\"steady\"", "\"left\"", 2, "1m", GCP)
}

/// A study of Google Cloud alone, with more in its target.
fn cloud(more: &str) -> Place {
    let place = both();
    let study = fs::read_to_string(place.path("study.hcl")).unwrap();
    let local = study.find("target \"local\"").unwrap();
    let gcp = study.find("target \"gcp\"").unwrap();
    let study = format!("{}{}{more}", &study[..local], &study[gcp..]);
    fs::write(place.path("study.hcl"), study).unwrap();
    place
}

#[test]
fn a_study_of_two_targets_asks_which_and_takes_either() {
    let place = both();
    let ran = place.run(&["render"]).expect(1);
    assert!(ran.stderr.contains("--target local or --target gcp"), "{}", ran.stderr);
    place.run(&["render", "--target", "local"]).expect(0);
    place.run(&["render", "--target", "gcp"]).expect(0);
    for workspace in ["workspace-local", "workspace-gcp"] {
        assert!(place.path(workspace).join("main.tf").exists(), "{workspace}");
    }
    let manifest = fs::read(place.path("workspace-gcp/gen-tf.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["store"], "gs://my-project-pair/pair");
    assert_eq!(manifest["project"], "my-project");
    assert_eq!(manifest["zones"], serde_json::json!(["us-central1-a"]));
}

#[test]
fn the_only_target_of_a_study_needs_no_name() {
    let place = cloud("");
    place.run(&["render"]).expect(0);
    place.run(&["render", "--check"]).expect(0);
    let modules = fs::read_dir(place.path("workspace-gcp/modules")).unwrap();
    let mut modules: Vec<String> =
        modules.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    modules.sort();
    let expected =
        ["gcp-experiment", "gcp-network", "gcp-secrets", "gcp-service-account", "gcp-store"];
    assert_eq!(modules, expected);
    let ran = place.run(&["render", "--target", "local"]).expect(1);
    assert!(ran.stderr.contains("does not declare the local target"), "{}", ran.stderr);
    let local = Place::pair("\"steady\"", "\"left\"", 1, "1m", "");
    let ran = local.run(&["render", "--target", "gcp"]).expect(1);
    assert!(ran.stderr.contains("does not declare the gcp target"), "{}", ran.stderr);
}

#[test]
fn what_apply_writes_is_no_part_of_a_render() {
    let place = cloud("");
    place.run(&["render"]).expect(0);
    for name in ["adopt.tf", "active.auto.tfvars.json"] {
        fs::write(place.path("workspace-gcp").join(name), "{}").unwrap();
    }
    place.run(&["render", "--check"]).expect(0);
    place.run(&["render"]).expect(0);
    assert!(place.path("workspace-gcp/adopt.tf").exists());
    let ignored = fs::read_to_string(place.path("workspace-gcp/.gitignore")).unwrap();
    for name in ["/adopt.tf", "/active.auto.tfvars.json", "/*.tfstate", "/.gen-tf/"] {
        assert!(ignored.lines().any(|line| line == name), "{name}");
    }
}

#[test]
fn a_study_that_exceeds_its_budget_is_refused_before_anything_is_asked() {
    let place = cloud("budget {\n  vm_hours = 0.1\n}\n");
    let ran = place.run(&["plan"]).expect(3);
    assert!(ran.stderr.contains("VM-hours"), "{}", ran.stderr);
}

#[test]
fn without_credentials_a_command_says_how_to_log_in() {
    let place = cloud("");
    let output = place
        .command(&["status"])
        .env("HOME", place.path("home"))
        .env("CLOUDSDK_CONFIG", place.path("home"))
        .env("GCE_METADATA_HOST", "127.0.0.1:1")
        .env_remove("GOOGLE_OAUTH_ACCESS_TOKEN")
        .env_remove("GOOGLE_APPLICATION_CREDENTIALS")
        .env_remove("GOOGLE_CREDENTIALS")
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("gcloud auth application-default login"), "{stderr}");
}

/// Examples whose workspace for Google Cloud is in git.
const EXAMPLES: [&str; 3] = ["gcp-quickstart", "deeprest", "llamaresttest"];

#[test]
fn the_examples_workspaces_are_what_their_studies_render() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    for example in EXAMPLES {
        let study = repository().join("examples").join(example).join("study.hcl");
        let mut command = Command::new(env!("CARGO_BIN_EXE_gen-tf"));
        command.arg("render").arg(&study).current_dir(repository());
        if !update {
            command.arg("--check");
        }
        let output = command.output().unwrap();
        let (diff, said) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(
            output.status.success(),
            "{example}: render it again with UPDATE_EXPECT=1\n{diff}\n{said}"
        );
    }
}
