//! A study from its first apply to what is left after its destroy.

use std::{collections::BTreeSet, fs, process::Command};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    fake_gcp::{FakeGcp, PROJECT, program},
    place::{Place, Ran, repository},
};

/// Six experiments: three runs of two cells.
const SIX: &str = "  tools = [\"steady\"]\n  services = [\"left\", \"right\"]\n  runs = 3\n  \
                   duration = \"2s\"\n";

pub const TARGET: &str = "  project = \"test-project\"\n  zones = [\"us-central1-a\", \"us-central1-b\"]\n  \
    image = \"projects/debian-cloud/global/images/debian-12-bookworm-v20260901\"\n  \
    max_parallel = 3\n  bucket = \"test-project-pair\"\n";

/// To the end; looking often, because these experiments take seconds.
pub const APPLY: &[&str] = &["apply", "--wait", "--yes", "--look-every", "1s"];

#[test]
fn a_study_runs_on_vms_comes_home_and_leaves_only_its_bucket() {
    let Some((_folder, cloud)) = cloud() else { return };
    let place = place_of(SIX, TARGET, &cloud);
    run_to_the_end(&cloud, &place);
    assert!(place.path("workspace-gcp/terraform.tfstate").exists());

    destroy_by_hand(&cloud, &place);
    // What is done stays done, and the bucket is taken over, not made again.
    let again = place.run(APPLY).expect(0);
    assert!(!again.stderr.contains("starts "), "{}", again.stderr);
    assert!(again.stderr.contains("6 of 6 succeeded"), "{}", again.stderr);
    assert_no_changes(&place);
}

#[test]
fn a_study_whose_state_is_in_a_bucket_needs_no_file_of_the_first_machine() {
    let Some((_folder, cloud)) = cloud() else { return };
    cloud.make_bucket("test-project-state");
    let target = format!("{TARGET}  state_bucket = \"test-project-state\"\n");
    let place = place_of(SIX, &target, &cloud);
    run_to_the_end(&cloud, &place);
    assert!(!place.path("workspace-gcp/terraform.tfstate").exists());

    let elsewhere = place_of(SIX, &target, &cloud);
    let again = elsewhere.run(APPLY).expect(0);
    assert!(!again.stderr.contains("starts "), "{}", again.stderr);
    assert_no_changes(&elsewhere);
    destroy_by_hand(&cloud, &elsewhere);
    assert_no_changes_but_the_bucket(&place.run(&["apply", "--yes"]).expect(0));
    place.run(&["destroy", "--yes"]).expect(0);
}

/// A cloud with VMs, and the folder that it serves from, which must outlive it.
pub fn cloud() -> Option<(TempDir, FakeGcp)> {
    let folder = tempfile::Builder::new().prefix("gen-tf-cloud-").tempdir().unwrap();
    let cloud = FakeGcp::with_vms(folder.path(), PROJECT)?;
    Some((folder, cloud))
}

/// A study of the `pair` harness on Google Cloud, with what points everything at a cloud.
pub fn place_of(study: &str, target: &str, cloud: &FakeGcp) -> Place {
    let harness = repository().join("tests/harnesses/pair");
    let mut place = Place::new(&format!(
        "study \"pair\" {{\n  harness  = \"{}\"\n{study}}}\n\ntarget \"gcp\" {{\n{target}}}\n",
        harness.display()
    ));
    place.workspace = "workspace-gcp";
    place.environment = cloud.variables.clone().into_iter().collect();
    place
}

/// From nothing to results at home.
fn run_to_the_end(cloud: &FakeGcp, place: &Place) {
    let applied = place.run(APPLY).expect(0);
    assert!(applied.stderr.contains("6 of 6 succeeded"), "{}", applied.stderr);
    assert_eq!(count(&cloud.state(), "instances"), 0, "a finished experiment has no VM");
    assert_no_changes(place);

    pull(place).expect(0);
    let mut homes = BTreeSet::new();
    for service in ["left", "right"] {
        for run in 1..=3 {
            let home = place.path(&format!("results/{service}/steady/{run}"));
            let outcome: Value =
                serde_json::from_slice(&fs::read(home.join("outcome.json")).unwrap()).unwrap();
            assert_eq!(outcome["outcome"], "succeeded");
            assert_eq!(outcome["attempt"], 1);
            assert!(fs::metadata(home.join("requests.txt")).unwrap().len() > 0);
            homes.insert(home);
        }
    }
    assert_eq!(homes.len(), 6);
}

/// The other binary, as its user calls it.
pub fn pull(place: &Place) -> Ran {
    let gen_tf = place.command(&["workspace-gcp"]);
    let mut sync = Command::new(program("gen-tf-sync"));
    sync.args(gen_tf.get_args()).current_dir(gen_tf.get_current_dir().unwrap());
    sync.envs(gen_tf.get_envs().map(|(name, value)| (name, value.unwrap())));
    Ran::of(sync.output().unwrap())
}

pub fn assert_no_changes(place: &Place) {
    let plan = place.terraform(&["plan", "-input=false", "-detailed-exitcode"]).expect(0);
    assert!(plan.stdout.contains("No changes"), "{}", plan.stdout);
}

fn assert_no_changes_but_the_bucket(ran: &Ran) {
    assert!(!ran.stderr.contains("starts "), "{}", ran.stderr);
}

/// `terraform destroy` takes everything but the bucket and what is in it.
fn destroy_by_hand(cloud: &FakeGcp, place: &Place) {
    let before = objects(cloud);
    place.terraform(&["destroy", "-input=false", "-auto-approve"]).expect(0);
    let state = cloud.state();
    let compute = ["instances", "disks", "networks", "subnetworks", "routers", "firewalls"];
    for kind in compute.into_iter().chain(["secrets", "accounts"]) {
        assert_eq!(count(&state, kind), 0, "{kind} are left: {}", state[kind]);
    }
    let buckets: Vec<&String> = state["buckets"].as_object().unwrap().keys().collect();
    assert!(buckets.iter().all(|name| name.starts_with("test-project-")), "{buckets:?}");
    assert_eq!(objects(cloud), before, "results outlive a destroy");
}

/// How many of a kind the cloud has.
pub fn count(state: &Value, kind: &str) -> usize {
    state[kind].as_array().unwrap().len()
}

/// Names of the study's objects.
fn objects(cloud: &FakeGcp) -> BTreeSet<String> {
    let path = "/storage/v1/b/test-project-pair/o?prefix=pair/&maxResults=1000";
    let listing = cloud.expect("GET", path, None);
    let items = listing["items"].as_array().unwrap();
    items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}
