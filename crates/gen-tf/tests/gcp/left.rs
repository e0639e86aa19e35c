//! What is left behind when something dies in the middle, and how it is found: `gen-tf gc`, and what
//! `gen-tf apply` begins with.

use std::{collections::BTreeSet, fs, process::Command};

use serde_json::{Value, json};

use crate::{
    fake_gcp::{FakeGcp, PROJECT},
    place::{Place, Ran, wait_until},
    study::{APPLY, TARGET, assert_no_changes, cloud, count, place_of},
};

/// Four experiments of two setups, so that two VMs start at once.
pub const FOUR: &str = "  tools = [\"steady\"]\n  services = [\"left\", \"right\"]\n  runs = 2\n";

/// Long enough that a VM still works when the next command has begun.
pub const LONG: &str = "  duration = \"25s\"\n";

const SHORT: &str = "  duration = \"2s\"\n";

/// What is found, as JSON.
fn found(ran: &Ran) -> Vec<Value> {
    serde_json::from_str::<Value>(&ran.stdout).unwrap().as_array().unwrap().clone()
}

fn kinds(found: &[Value]) -> BTreeSet<&str> {
    found.iter().map(|one| one["kind"].as_str().unwrap()).collect()
}

/// The workspace with its state and the copies of it.
fn lose_the_workspace(place: &Place) {
    fs::remove_dir_all(place.path(place.workspace)).unwrap();
}

/// Names of the instances, each with its zone.
pub fn instances(cloud: &FakeGcp) -> Vec<(String, String)> {
    let state = cloud.state();
    let text = |json: &Value| json.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let all = state["instances"].as_array().unwrap();
    all.iter().map(|it| (text(&it["name"]), text(&it["zone"]))).collect()
}

fn stop_all(cloud: &FakeGcp) {
    for (name, zone) in instances(cloud) {
        cloud.expect("POST", &format!("/control/instances/{zone}/{name}/stop"), None);
    }
}

/// Names of the instances that were asked for, as often as they were.
fn creates(cloud: &FakeGcp) -> usize {
    let is_create = |it: &&Value| {
        it["method"] == "POST"
            && it["status"] == 200
            && it["path"].as_str().unwrap().ends_with("/instances")
    };
    cloud.requests().iter().filter(is_create).count()
}

/// Every outcome in the store.
fn outcomes(cloud: &FakeGcp) -> Vec<Value> {
    let bucket = "/storage/v1/b/test-project-pair/o";
    let listing = cloud.expect("GET", &format!("{bucket}?prefix=pair/outcomes/"), None);
    let items = listing["items"].as_array().cloned().unwrap_or_default();
    let names = items.iter().map(|item| item["name"].as_str().unwrap().replace('/', "%2F"));
    names.map(|name| cloud.expect("GET", &format!("{bucket}/{name}?alt=media"), None)).collect()
}

#[track_caller]
fn assert_nothing_is_left_but_the_bucket(cloud: &FakeGcp) {
    let state = cloud.state();
    let kinds = ["instances", "disks", "networks", "subnetworks", "routers", "firewalls"];
    for kind in kinds.into_iter().chain(["secrets", "accounts"]) {
        assert_eq!(count(&state, kind), 0, "{kind} are left: {}", state[kind]);
    }
    assert!(state["buckets"]["test-project-pair"].is_object());
}

#[track_caller]
fn assert_gc_finds_nothing(place: &Place) {
    let ran = place.run(&["gc"]).expect(0);
    assert!(ran.stderr.contains("nothing is left behind"), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
}

#[test]
fn gc_finds_what_is_in_no_state_and_keeps_what_lives() {
    let cloud = FakeGcp::start();
    let place = place_of(&format!("{FOUR}{LONG}"), TARGET, &cloud);
    place.run(&["apply", "--yes"]).expect(0);
    assert_gc_finds_nothing(&place);
    lose_the_workspace(&place);
    let nothing = place.run(&["destroy", "--yes"]).expect(0);
    assert!(nothing.stderr.contains("are still there: see `gen-tf gc`"), "{}", nothing.stderr);

    let listed = place.run(&["gc", "--json"]).expect(2);
    let rows = found(&listed);
    let expected = ["VM", "network", "router", "service account", "subnetwork"];
    assert_eq!(kinds(&rows), BTreeSet::from(expected), "{}", listed.stdout);
    let vm = rows.iter().find(|row| row["kind"] == "VM").unwrap();
    assert_eq!((&vm["study"], &vm["zone"]), (&json!("pair"), &json!("us-central1-a")));
    assert!(vm["usd_per_day"].as_f64().unwrap() > 5.0, "machine and disk: {vm}");
    assert!(vm["age_seconds"].is_number() && vm["expires"].is_number(), "{vm}");
    let router = rows.iter().find(|row| row["kind"] == "router").unwrap();
    assert_eq!(router["usd_per_day"], Value::Null, "a NAT has no price of its own: {router}");

    let kept = place.run(&["gc", "--delete", "--yes"]).expect(2);
    assert!(kept.stderr.contains("serves left/steady/"), "{}", kept.stderr);
    assert!(kept.stderr.contains("keeps the network gen-tf-pair"), "{}", kept.stderr);
    assert_eq!(instances(&cloud).len(), 2);

    stop_all(&cloud);
    let table = place.run(&["gc"]).expect(2);
    assert!(table.stdout.starts_with("KIND") && table.stderr.contains("USD a day"));
    let refused = place.run(&["gc", "--delete"]).expect(1);
    assert!(refused.stderr.contains("--yes"), "nobody is there to be asked: {}", refused.stderr);
    let removed = place.run(&["gc", "--delete", "--yes"]).expect(0);
    assert!(removed.stderr.contains("removed the service account gen-tf-pair@"));
    assert_nothing_is_left_but_the_bucket(&cloud);
    assert_gc_finds_nothing(&place);
}

#[test]
fn gc_says_which_right_or_api_it_lacks() {
    let cloud = FakeGcp::start();
    let place = place_of(&format!("{FOUR}{SHORT}"), TARGET, &cloud);
    let of_secrets = json!({ "path": "^/secretmanager/" });
    let disabled = json!({ "status": 403, "reason": "accessNotConfigured",
        "message": "Secret Manager API has not been used in project 1 before or it is disabled." });
    cloud.fail(&json!({ "match": of_secrets, "fault": disabled }));
    let ran = place.run(&["gc"]).expect(0);
    assert!(ran.stderr.contains("does not use Secret Manager"), "{}", ran.stderr);
    cloud.heal();
    let denied = json!({ "status": 403, "reason": "forbidden",
        "message": "Required 'compute.disks.list' permission for 'projects/test-project'" });
    cloud.fail(&json!({ "match": { "path": "/aggregated/disks" }, "fault": denied }));
    let ran = place.run(&["gc"]).expect(1);
    assert!(ran.stderr.contains("compute.disks.list") && ran.stderr.contains("hint:"));
}

/// A VM of a study that nobody remembers, made as if by an older apply.
fn make_instance(cloud: &FakeGcp, study: &str, expires: &str) {
    let zone = format!("projects/{PROJECT}/zones/us-central1-a");
    let image = "projects/debian-cloud/global/images/debian-12-bookworm-v20260901";
    let body = json!({
        "name": format!("{study}-1"),
        "machineType": format!("{zone}/machineTypes/n1-standard-1"),
        "labels": { "gen-tf-study": study, "gen-tf-expires": expires },
        "disks": [{ "boot": true, "autoDelete": true, "initializeParams": { "sourceImage": image } }],
        "networkInterfaces": [{ "network": format!("global/networks/gen-tf-{study}"),
            "subnetwork": format!("regions/us-central1/subnetworks/gen-tf-{study}") }],
    });
    cloud.expect("POST", &format!("/compute/v1/{zone}/instances"), Some(&body));
}

/// Everything that an apply of a study leaves behind when it is forgotten.
fn make_study(cloud: &FakeGcp, study: &str, expires: &str) {
    let project = format!("/compute/v1/projects/{PROJECT}");
    let network = json!({ "name": format!("gen-tf-{study}"), "autoCreateSubnetworks": false });
    cloud.expect("POST", &format!("{project}/global/networks"), Some(&network));
    let subnetwork = json!({ "name": format!("gen-tf-{study}"), "ipCidrRange": "10.0.0.0/20",
        "network": format!("global/networks/gen-tf-{study}") });
    cloud.expect("POST", &format!("{project}/regions/us-central1/subnetworks"), Some(&subnetwork));
    let labels = json!({ "gen-tf-study": study, "gen-tf-expires": expires });
    let bucket = json!({ "name": format!("test-project-{study}"), "labels": labels });
    cloud.expect("POST", &format!("/storage/v1/b?project={PROJECT}"), Some(&bucket));
    let secrets =
        format!("/secretmanager/v1/projects/{PROJECT}/secrets?secretId=gen-tf-{study}-key");
    let secret = json!({ "replication": { "automatic": {} }, "labels": labels });
    cloud.expect("POST", &secrets, Some(&secret));
    make_instance(cloud, study, expires);
}

#[test]
fn what_any_study_of_a_project_forgot_is_found_without_a_study() {
    let cloud = FakeGcp::start();
    make_study(&cloud, "old", "1000");
    make_study(&cloud, "fresh", "4000000000");
    let disk = json!({ "name": "old-2", "sizeGb": "100",
        "labels": { "gen-tf-study": "old", "gen-tf-expires": "1000" } });
    let zone = format!("/compute/v1/projects/{PROJECT}/zones/us-central1-a");
    cloud.expect("POST", &format!("{zone}/disks"), Some(&disk));
    let place = place_of("", "", &cloud);
    fs::remove_file(place.path("study.hcl")).unwrap();

    let gc = ["gc", "--expired", "--project", PROJECT];
    let listed = place.run(&[&gc[..], &["--json"]].concat()).expect(2);
    let rows = found(&listed);
    let expected = ["VM", "disk", "network", "secret", "subnetwork"];
    assert_eq!(kinds(&rows), BTreeSet::from(expected), "{}", listed.stdout);
    assert!(rows.iter().all(|row| row["study"] == "old"), "{}", listed.stdout);

    place.run(&[&gc[..], &["--delete", "--yes"]].concat()).expect(0);
    place.run(&gc).expect(0);
    assert_eq!(instances(&cloud), [("fresh-1".to_owned(), "us-central1-a".to_owned())]);
    let state = cloud.state();
    assert_eq!((count(&state, "networks"), count(&state, "secrets")), (1, 1));
    assert_eq!(state["buckets"].as_object().unwrap().len(), 2, "results are never removed");
}

#[test]
fn what_a_study_makes_says_when_it_is_forgotten_and_an_apply_puts_that_off() {
    let cloud = FakeGcp::start();
    let secret = "}\n\nsecret \"key\" {\n  env = \"KEY\"\n  services = [\"left\"]\n";
    let mut place = place_of(&format!("{FOUR}{LONG}"), &format!("{TARGET}{secret}"), &cloud);
    place.environment.push(("KEY".to_owned(), "value".to_owned()));
    place.run(&["apply", "--yes"]).expect(0);
    let expires = |json: &Value| -> i64 {
        json["labels"]["gen-tf-expires"].as_str().unwrap().parse().unwrap()
    };
    let of_bucket = || expires(&cloud.state()["buckets"]["test-project-pair"]);
    let state = cloud.state();
    let first = of_bucket();
    assert_eq!(expires(&state["secrets"][0]), first);
    for vm in state["instances"].as_array().unwrap() {
        assert!(expires(vm) < first, "a VM is forgotten before its study: {vm}");
    }
    for disk in state["disks"].as_array().unwrap() {
        assert!(expires(disk) < first, "{disk}");
    }
    assert_no_changes(&place);
    place.run(&["apply", "--yes"]).expect(0);
    assert_eq!(of_bucket(), first, "a second apply changes nothing");
    assert_no_changes(&place);

    let soon = format!("-var=expires={}", first - 29 * 86_400);
    place.terraform(&["apply", "-auto-approve", "-input=false", &soon]).expect(0);
    let before = cloud.state()["instances"].clone();
    place.run(&["apply", "--yes"]).expect(0);
    assert!(of_bucket() >= first, "it came near, and was put off");
    assert_eq!(cloud.state()["instances"], before, "running VMs are not touched");
    assert_no_changes(&place);
}

#[test]
fn a_vm_in_no_state_that_has_stopped_is_removed_and_its_attempt_closed() {
    let cloud = FakeGcp::start();
    let place = place_of(&format!("{FOUR}{LONG}"), TARGET, &cloud);
    place.run(&["apply", "--yes"]).expect(0);
    lose_the_workspace(&place);
    stop_all(&cloud);
    let planned = place.run(&["plan"]).expect(0);
    assert!(planned.stderr.contains("is in no state: apply takes it over"), "{}", planned.stderr);
    let refused = place.run(&["apply"]).expect(1);
    assert!(refused.stderr.contains("is in no state and serves nobody"), "{}", refused.stderr);
    assert_eq!(instances(&cloud).len(), 2, "nobody was there to say yes");
    let applied = place.run(&["apply", "--yes"]).expect(0);
    assert!(applied.stderr.contains("takes over the network `gen-tf-pair`"), "{}", applied.stderr);
    assert!(applied.stderr.contains("closed as lost"), "{}", applied.stderr);
    let attempts: Vec<Value> = cloud.state()["instances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|vm| vm["labels"]["gen-tf-attempt"].clone())
        .collect();
    assert_eq!(attempts, ["2", "2"]);
    assert_no_changes(&place);
    place.run(&["destroy", "--yes"]).expect(0);
    assert_nothing_is_left_but_the_bucket(&cloud);
    assert_gc_finds_nothing(&place);
}

/// Completes a study after something broke, and says that no attempt had a second machine.
#[track_caller]
pub fn assert_completes_with_one_machine_each(cloud: &FakeGcp, place: &Place) -> Ran {
    let applied = place.run(APPLY).expect(0);
    assert!(applied.stderr.contains("4 of 4 succeeded"), "{}", applied.stderr);
    // A guest may fail by itself where the machine is busy, and is then tried again.
    let outcomes = outcomes(cloud);
    let told = format!("{}\n{outcomes:#?}", applied.stderr);
    assert_eq!(creates(cloud), outcomes.len(), "one machine an attempt:\n{told}");
    let disturbed = [json!("lost"), json!("preempted"), json!("rebooted"), json!("cancelled")];
    assert!(outcomes.iter().all(|it| !disturbed.contains(&it["cause"])), "{told}");
    assert_eq!(count(&cloud.state(), "instances"), 0, "no VM is left");
    assert_no_changes(place);
    place.run(&["destroy", "--yes"]).expect(0);
    assert_nothing_is_left_but_the_bucket(cloud);
    assert_gc_finds_nothing(place);
    applied
}

#[test]
fn a_terraform_killed_in_the_middle_of_creates_leaves_no_orphan_and_no_second_machine() {
    let Some((_folder, cloud)) = cloud() else { return };
    let place = place_of(&format!("{FOUR}{LONG}"), TARGET, &cloud);
    let slow = json!({ "match": { "method": "POST", "path": "/zones/[^/]+/instances$" },
        "fault": { "operation_delay_ms": 10_000 } });
    cloud.fail(&slow);
    let mut apply = place.spawn_quietly(APPLY);
    wait_until("two VMs are being made", || instances(&cloud).len() == 2);
    let killed: Vec<String> = place
        .processes()
        .iter()
        .filter(|line| line.contains("terraform ") || line.contains("tofu "))
        .filter_map(|line| line.split(' ').next().map(str::to_owned))
        .collect();
    assert!(!killed.is_empty(), "{:?}", place.processes());
    assert!(Command::new("kill").arg("-KILL").args(&killed).status().unwrap().success());
    assert_eq!(apply.wait().unwrap().code(), Some(4));
    cloud.heal();
    let applied = assert_completes_with_one_machine_each(&cloud, &place);
    assert!(applied.stderr.contains("it is left to finish"), "{}", applied.stderr);
}

#[test]
fn a_study_whose_state_was_lost_in_the_middle_is_taken_over_and_completed() {
    let Some((_folder, cloud)) = cloud() else { return };
    let place = place_of(&format!("{FOUR}{LONG}"), TARGET, &cloud);
    place.run(&["apply", "--yes"]).expect(0);
    assert_eq!(instances(&cloud).len(), 2);
    lose_the_workspace(&place);
    let applied = assert_completes_with_one_machine_each(&cloud, &place);
    for told in [
        "it is left to finish",
        "takes over the VM",
        "takes over the bucket",
        "takes over the network",
        "takes over the subnetwork",
        "takes over the router",
        "takes over the NAT",
        "takes over the service account",
    ] {
        assert!(applied.stderr.contains(told), "no `{told}` in:\n{}", applied.stderr);
    }
}
