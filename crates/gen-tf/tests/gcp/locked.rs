//! Two at one study whose state is in a bucket, and a lock that a killed Terraform has left there.

use std::{io::Write, process::Stdio};

use serde_json::json;

use crate::{
    fake_gcp::FakeGcp,
    place::{Place, Ran},
    study::{TARGET, count, place_of},
};

const ONE: &str =
    "  tools = [\"steady\"]\n  services = [\"left\"]\n  runs = 1\n  duration = \"2s\"\n";

const LOCK: &str = "gen-tf/pair/default.tflock";

/// Somebody else's lock, as Terraform puts it; its generation.
fn lock(cloud: &FakeGcp) -> String {
    let lock = json!({ "ID": "44c6e041-c7f9-6cc6-71cb-dc90a7234cb5", "Info": "",
        "Operation": "OperationTypeApply", "Who": "ann@laptop", "Version": "1.11.4",
        "Created": "2026-01-02T03:04:05.678901234Z",
        "Path": format!("gs://test-project-state/{LOCK}") });
    let objects = "/upload/storage/v1/b/test-project-state/o";
    let path = format!("{objects}?uploadType=media&name={LOCK}");
    cloud.expect("POST", &path, Some(&lock))["generation"].as_str().unwrap().to_owned()
}

/// The command is refused as the first thing; the command that it prints.
#[track_caller]
fn refused(place: &Place, command: &[&str], generation: &str) -> String {
    let refused = place.run(command).expect(4);
    for word in [
        "error: Terraform's state is locked: ann@laptop holds it since 2026-01-02 03:04:05 UTC (",
        " ago) for `apply`\n",
        "\nhint: wait until it is done; if that process is gone, as after a kill, ",
        generation,
    ] {
        assert!(refused.stderr.contains(word), "no `{word}` in:\n{}", refused.stderr);
    }
    refused.stderr.trim_end().rsplit_once(": ").unwrap().1.to_owned()
}

/// Does what was printed, as a person does who is asked.
#[track_caller]
fn unlock(place: &Place, command: &str) {
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", command]).envs(place.environment.clone());
    shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut shell = shell.spawn().unwrap();
    shell.stdin.take().unwrap().write_all(b"yes\n").unwrap();
    Ran::of(shell.wait_with_output().unwrap()).expect(0);
}

fn place_with_bucket(cloud: &FakeGcp) -> Place {
    cloud.make_bucket("test-project-state");
    place_of(ONE, &format!("{TARGET}  state_bucket = \"test-project-state\"\n"), cloud)
}

#[test]
fn a_lock_from_before_the_first_state_is_told_with_its_object() {
    let cloud = FakeGcp::start();
    let place = place_with_bucket(&cloud);
    let generation = lock(&cloud);
    let command = refused(&place, &["apply", "--yes"], &generation);
    let state = cloud.state();
    assert_eq!((count(&state, "networks"), count(&state, "instances")), (0, 0));
    assert!(!state["buckets"]["test-project-pair"].is_object(), "nothing was changed");
    let object = format!("'gs://test-project-state/{LOCK}#{generation}'");
    assert_eq!(command, format!("gcloud storage rm {object}"));
    let object = format!("/storage/v1/b/test-project-state/o/{}", LOCK.replace('/', "%2F"));
    cloud.expect("DELETE", &format!("{object}?generation={generation}"), None);
    place.run(&["apply", "--yes"]).expect(0);
    assert_eq!(count(&cloud.state(), "instances"), 1);
}

#[test]
fn a_locked_state_is_told_first_and_the_printed_command_unlocks_it() {
    let cloud = FakeGcp::start();
    let place = place_with_bucket(&cloud);
    place.run(&["apply", "--yes"]).expect(0);
    let generation = lock(&cloud);
    let before = cloud.state();
    for command in [&["apply", "--wait", "--yes"][..], &["plan"], &["cancel", "*", "--yes"]] {
        refused(&place, command, &generation);
    }
    let command = refused(&place, &["destroy", "--yes"], &generation);
    assert!(command.ends_with(&format!("force-unlock {generation}")), "{command}");
    assert_eq!(cloud.state()["buckets"], before["buckets"], "nothing was changed");
    unlock(&place, &command);
    let told = place.run(&["destroy", "--yes"]).expect(0).stderr;
    let (bucket, network) =
        ("module.store.google_storage_bucket.store", "module.network.google_compute_network.study");
    assert!(told.contains(&format!("  let go of {bucket} after")), "the bucket stays: {told}");
    assert!(told.contains(&format!("  destroyed {network}")), "{told}");
    assert_eq!(count(&cloud.state(), "instances"), 0);
}
