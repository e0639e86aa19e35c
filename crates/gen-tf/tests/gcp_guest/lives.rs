//! How the life of a VM ends before its attempt does, or goes on after it.

use std::{fs, process::Command};

use gen_tf_core::outcome::Cause;
use serde_json::json;

use crate::{
    cloud::wait_for,
    lab::{Lab, Options, VM, is_root},
};

fn running() -> Option<Lab> {
    let lab = Lab::new(Options { duration: 60, ..Options::default() })?;
    lab.boot();
    lab.wait_for_run(1);
    Some(lab)
}

fn claim_of(machine: &str) -> Vec<u8> {
    let claim = json!({
        "format": 1, "experiment": "files/loop/1", "attempt": 1, "machine": machine,
        "boot": "b6a3c0de-0000-4000-8000-000000000000", "start": "0.00-1", "claimed": "2026-01-01T00:00:00Z",
    });
    claim.to_string().into_bytes()
}

/// The VM powers itself off and has written nothing.
#[track_caller]
fn assert_leaves_quietly(lab: &Lab, folders: &[&str]) {
    lab.boot();
    lab.wait_until_off(1, 60);
    for folder in folders {
        assert_eq!(lab.asked("POST", &format!("name=s1%2F{folder}")), [0_u64; 0], "{folder}");
    }
}

#[test]
fn a_vm_that_comes_late_finds_its_claim_taken_and_powers_off() {
    let Some(lab) = Lab::new(Options::default()) else { return };
    lab.put("claims/files/loop/1/1.json", &claim_of("gen-tf"));
    assert_leaves_quietly(&lab, &["status", "logs", "results", "outcomes"]);
    assert!(lab.cloud.serial(VM).contains("not this machine's; powering off"));
}

#[test]
fn a_vm_whose_attempt_has_an_outcome_does_not_even_claim_it() {
    let Some(lab) = Lab::new(Options::default()) else { return };
    lab.put("outcomes/files/loop/1/1.json", b"{}");
    assert_leaves_quietly(&lab, &["claims", "status", "logs", "results", "outcomes"]);
}

#[test]
fn a_reboot_is_a_failed_attempt_and_never_a_second_run() {
    let Some(lab) = running() else { return };
    lab.cloud.act(VM, "reboot");
    lab.wait_until_off(1, 60);
    let outcome = lab.outcome(1);
    assert_eq!(outcome.cause, Some(Cause::Rebooted), "{}\n{}", outcome.message, lab.log(1));
    assert_eq!((outcome.tool_starts, outcome.phase.as_str()), (0, "claim"));
    let earlier = fs::read_dir(lab.disk(1, "")).unwrap().flatten();
    let kept =
        earlier.filter(|entry| entry.file_name().to_string_lossy().starts_with("gen-tf.before."));
    assert_eq!(kept.count(), 1, "what the first boot had made");
}

#[test]
fn a_reboot_before_the_claim_is_told_by_the_disk() {
    let Some(lab) = Lab::new(Options::default()) else { return };
    lab.cloud.fail(&json!({ "match": { "path": "claims" }, "fault": { "status": 503 } }));
    lab.boot();
    wait_for("a try to claim", 60, || !lab.asked("POST", "name=s1%2Fclaims").is_empty());
    lab.cloud.heal();
    lab.cloud.act(VM, "reboot");
    lab.wait_until_off(1, 60);
    assert_eq!(lab.outcome(1).cause, Some(Cause::Rebooted), "{}", lab.log(1));
}

#[test]
fn a_preempted_vm_delivers_what_it_has() {
    let Some(lab) = running() else { return };
    lab.cloud.act(VM, "preempt");
    lab.wait_until_off(1, 40);
    let outcome = lab.outcome(1);
    assert_eq!(outcome.cause, Some(Cause::Preempted), "{}\n{}", outcome.message, lab.log(1));
    assert_eq!(outcome.phase, "run");
    assert!(lab.results(&outcome).join("requests.txt").exists());
}

#[test]
fn a_vm_that_is_stopped_delivers_what_it_has() {
    let Some(lab) = running() else { return };
    lab.cloud.act(VM, "stop");
    lab.wait_until_off(1, 40);
    assert_eq!(lab.outcome(1).cause, Some(Cause::Preempted), "{}", lab.log(1));
}

#[test]
fn a_vm_that_is_preempted_during_setup_says_so() {
    let options = Options { variant: Some("slow-setup"), ..Options::default() };
    let Some(lab) = Lab::new(options) else { return };
    lab.boot();
    wait_for("the setup is being built", 60, || lab.disk(1, "gen-tf/setup/begun").exists());
    lab.cloud.act(VM, "preempt");
    lab.wait_until_off(1, 40);
    let outcome = lab.outcome(1);
    assert_eq!(outcome.cause, Some(Cause::Preempted), "{}\n{}", outcome.message, lab.log(1));
    assert_eq!((outcome.phase.as_str(), outcome.tool_starts), ("setup", 0));
}

#[test]
fn a_shutdown_that_ends_a_command_of_the_guest_itself_is_a_preemption() {
    let options = Options { variant: Some("ended-before-upload"), ..Options::default() };
    let Some(lab) = Lab::new(options) else { return };
    lab.boot();
    lab.wait_until_off(1, 60);
    let outcome = lab.outcome(1);
    assert_eq!(outcome.cause, Some(Cause::Preempted), "{}\n{}", outcome.message, lab.log(1));
    assert!(outcome.results.is_none());
}

#[test]
fn results_that_are_in_the_store_count_also_when_a_shutdown_ends_a_command_of_the_guest() {
    let options = Options { variant: Some("ended-after-upload"), ..Options::default() };
    let Some(lab) = Lab::new(options) else { return };
    lab.boot();
    lab.wait_until_off(1, 60);
    let outcome = lab.outcome(1);
    assert_eq!(outcome.cause, None, "{}\n{}", outcome.message, lab.log(1));
    assert!(lab.results(&outcome).join("requests.txt").exists());
}

#[test]
fn a_vm_that_is_preempted_while_the_store_is_away_gives_up_its_results_for_the_outcome() {
    let Some(lab) = running() else { return };
    let away = json!({ "match": { "path": "name=s1%2Fresults" }, "fault": { "status": 503 } });
    lab.cloud.fail(&away);
    lab.cloud.act(VM, "preempt");
    lab.wait_until_off(1, 60);
    let outcome = lab.outcome(1);
    assert_eq!(outcome.cause, Some(Cause::Preempted), "{}\n{}", outcome.message, lab.log(1));
    assert!(outcome.results.is_none());
}

#[test]
fn a_full_disk_is_named_as_the_cause_and_the_results_still_arrive() {
    if !is_root() {
        return crate::cloud::skipped("a disk of limited size needs root");
    }
    let folder = tempfile::tempdir().unwrap();
    let mount = |program: &str, arguments: &[&str]| {
        let status = Command::new(program).args(arguments).arg(folder.path()).status();
        assert!(status.unwrap().success(), "{program}");
    };
    mount("mount", &["-t", "tmpfs", "-o", "size=160m", "disk"]);
    let options = Options { variant: Some("filling"), duration: 20, ..Options::default() };
    if let Some(lab) = Lab::inside(folder.path(), None, options) {
        let outcome = lab.run_expecting(Cause::DiskFull);
        lab.results(&outcome);
    }
    mount("umount", &["--lazy"]);
}

#[test]
fn attributes_that_are_no_attributes_are_refused_and_never_evaluated() {
    let Some(lab) = Lab::new(Options::default()) else { return };
    let hostile = [
        ("gen-tf-run", "a[$(touch /evaluated)]"),
        ("gen-tf-tool", "../../$(touch /evaluated)"),
        ("gen-tf-store", "gs://bucket-1/s1;touch /evaluated"),
    ];
    for (run, (key, value)) in (11..).zip(hostile) {
        let mut metadata = lab.metadata(run);
        metadata.iter_mut().find(|entry| entry.0 == key).unwrap().1 = value.to_owned();
        lab.boot_with(run, &metadata);
        lab.wait_until_off(run, 60);
        let serial = lab.cloud.serial(&format!("s1-files-loop-{run}"));
        assert!(
            serial.contains(&format!("the metadata {key} is not what it should be")),
            "{serial}"
        );
        assert!(!lab.disk(run, "evaluated").exists());
    }
}
