//! What a succeeded attempt leaves in the store, and how setups and models reach a VM.

use std::fs;

use gen_tf_core::outcome::{Cause, Claim, Status};

use crate::lab::{DEFINITION, Lab, Options, SETUP_KEY, VM};

#[test]
fn a_succeeded_attempt_proves_what_it_did_and_powers_off() {
    let Some(lab) = Lab::new(Options { duration: 2, ..Options::default() }) else { return };
    let outcome = lab.run_expecting_success();
    assert_eq!(outcome.experiment.to_string(), "files/loop/1");
    assert_eq!((outcome.definition.as_str(), outcome.setup_key.as_str()), (DEFINITION, SETUP_KEY));
    assert_eq!((outcome.written_by.as_str(), outcome.phase.as_str()), ("guest", "outcome"));
    assert!(outcome.tool_seconds >= 2.0, "{}", outcome.tool_seconds);
    let facts = &outcome.environment;
    assert_eq!(facts["limits"], "vm");
    assert_eq!(facts["machine_type"], "n1-standard-8");
    assert_eq!(facts["zone"], "us-central1-a");
    assert_eq!(facts["image"], "projects/debian-cloud/global/images/debian-12-bookworm-v20260901");
    for fact in ["vcpus", "memory_bytes", "kernel", "cpu", "python3", "guest_sha256"] {
        assert!(!facts[fact].is_empty(), "{fact}");
    }
    let folder = lab.results(&outcome);
    assert_eq!(fs::read_to_string(folder.join("report.txt")).unwrap(), "seed 1000042 start 0\n");
    assert!(fs::read_to_string(folder.join("log/guest.log")).unwrap().contains("== run"));
    let claim: Claim =
        serde_json::from_slice(&lab.object("claims/files/loop/1/1.json").unwrap()).unwrap();
    assert_eq!((claim.machine.as_str(), &claim.claimed), (VM, &outcome.timings.started));
    let status: Status =
        serde_json::from_slice(&lab.object("status/files/loop/1/1.json").unwrap()).unwrap();
    assert_eq!(status.phase, "outcome");
    assert!(lab.stored_log(1).contains("outcome: succeeded"));
    let serial = lab.cloud.serial(VM);
    assert!(serial.contains("gen-tf: files/loop/1 attempt 1: succeeded; powering off"), "{serial}");
}

#[test]
fn an_attempt_only_creates_and_asks_for_nothing_that_it_may_not() {
    let Some(lab) = Lab::new(Options::default()) else { return };
    lab.run_expecting_success();
    assert_eq!(lab.asked("DELETE", ""), [0_u64; 0]);
    assert!(lab.asked("POST", "").iter().all(|status| *status == 200));
    // Who may not list gets 403 for what is not there: two looks at the outcome, one at the setup.
    let refused = lab.asked("GET", "/o/s1").into_iter().filter(|status| *status == 403).count();
    assert_eq!(refused, 3);
}

#[test]
fn a_setup_is_built_once_and_every_experiment_has_the_same_bytes() {
    let options = Options { variant: Some("counting-setup"), ..Options::default() };
    let Some(lab) = Lab::new(options) else { return };
    lab.run_expecting_success();
    let pack = lab.object(&format!("setup/{SETUP_KEY}.tar.gz")).unwrap();
    lab.boot_with(2, &lab.metadata(2));
    lab.wait_until_off(2, 90);
    assert_eq!(lab.outcome(2).cause, None, "{}", lab.log(2));
    assert!(!lab.stored_log(2).contains("building the setup"), "{}", lab.stored_log(2));
    assert_eq!(lab.object(&format!("setup/{SETUP_KEY}.tar.gz")).unwrap(), pack);
    let built = fs::read_to_string(lab.disk(2, "gen-tf/setup/built.txt")).unwrap();
    assert_eq!(built.lines().filter(|line| *line == "built").count(), 1, "{built}");
}

#[test]
fn who_loses_the_race_for_a_setup_works_on_the_winners_bytes() {
    let options = Options { variant: Some("slow-setup"), ..Options::default() };
    let Some(lab) = Lab::new(options) else { return };
    let winner = lab.cloud.path("winner");
    fs::create_dir_all(winner.join("www")).unwrap();
    fs::write(winner.join("www/index.txt"), "the winner's\n").unwrap();
    let pack = lab.cloud.path("winner.tar.gz");
    let packed = std::process::Command::new("tar")
        .args(["-czf", pack.to_str().unwrap(), "-C", winner.to_str().unwrap(), "."])
        .status();
    assert!(packed.unwrap().success());
    lab.boot();
    crate::cloud::wait_for("the setup is being built", 60, || {
        lab.disk(1, "gen-tf/setup/begun").exists()
    });
    lab.put(&format!("setup/{SETUP_KEY}.tar.gz"), &fs::read(pack).unwrap());
    fs::write(lab.disk(1, "gen-tf/setup/go-on"), "").unwrap();
    lab.wait_until_off(1, 90);
    assert_eq!(lab.outcome(1).cause, None, "{}", lab.log(1));
    let index = fs::read_to_string(lab.disk(1, "gen-tf/setup/www/index.txt")).unwrap();
    assert_eq!(index, "the winner's\n");
}

#[test]
fn a_setup_that_fails_puts_nothing() {
    let options = Options { variant: Some("failing-setup"), ..Options::default() };
    let Some(lab) = Lab::new(options) else { return };
    let outcome = lab.run_expecting(Cause::Setup);
    assert_eq!((outcome.phase.as_str(), outcome.tool_starts), ("setup", 0));
    assert!(lab.object(&format!("setup/{SETUP_KEY}.tar.gz")).is_none());
    assert!(lab.stored_log(1).contains("no such package"), "{}", lab.stored_log(1));
}

#[test]
fn a_setup_that_hangs_is_ended_at_its_deadline() {
    let options =
        Options { variant: Some("hanging-setup"), setup_deadline: 1, ..Options::default() };
    let Some(lab) = Lab::new(options) else { return };
    lab.run_expecting(Cause::Deadline);
}

#[test]
fn a_missing_command_that_no_package_has_is_named() {
    let options = Options { commands: "no-such-program curl", ..Options::default() };
    let Some(lab) = Lab::new(options) else { return };
    let outcome = lab.run_expecting(Cause::Provision);
    assert!(outcome.message.contains("missing commands: no-such-program "), "{}", outcome.message);
}

#[test]
fn a_model_reaches_the_tool_and_cannot_be_written() {
    let options = Options {
        variant: Some("model"),
        model: Some(("ex.gguf", b"weights", b"weights")),
        ..Options::default()
    };
    let Some(lab) = Lab::new(options) else { return };
    let outcome = lab.run_expecting_success();
    let seen = fs::read_to_string(lab.results(&outcome).join("requests.txt")).unwrap();
    assert_eq!(seen, "weights read-only\n");
}

#[test]
fn a_model_that_is_another_one_is_refused() {
    let options =
        Options { model: Some(("ex.gguf", b"weights", b"other weights")), ..Options::default() };
    let Some(lab) = Lab::new(options) else { return };
    let outcome = lab.run_expecting(Cause::InputMismatch);
    assert!(outcome.message.contains("its sha256 is"), "{}", outcome.message);
}

#[test]
fn results_that_are_too_large_for_one_request_arrive_whole() {
    let options = Options { variant: Some("vm-large"), ..Options::default() };
    let Some(lab) = Lab::new(options) else { return };
    let outcome = lab.run_expecting_success();
    let large = lab.results(&outcome).join("large.bin");
    assert_eq!(fs::metadata(large).unwrap().len(), 12_000_000);
    assert!(!lab.asked("PUT", "upload_id=").is_empty(), "a session was used");
}
