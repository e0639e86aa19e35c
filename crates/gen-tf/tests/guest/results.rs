//! What a succeeded attempt leaves in the store, and how long it takes.

use std::{fs, time::SystemTime};

use gen_tf_core::outcome::{Claim, Status};

use crate::lab::{DEFINITION, Lab, Options, SETUP_KEY, sha256};

#[test]
fn a_succeeded_attempt_proves_what_it_did() {
    let lab = Lab::new(Options { duration: 2, ..Options::default() });
    let now = || SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
    let before = now();
    let outcome = lab.run_expecting_success();
    let started = outcome.timings.tool_started.unwrap();
    assert!(before < started && started + outcome.tool_seconds < now(), "{started}");
    assert_eq!(outcome.experiment.to_string(), "files/loop/1");
    assert_eq!((outcome.format, outcome.attempt, outcome.tool_starts), (1, 1, 1));
    assert_eq!((outcome.definition.as_str(), outcome.setup_key.as_str()), (DEFINITION, SETUP_KEY));
    assert_eq!((outcome.written_by.as_str(), outcome.phase.as_str()), ("guest", "outcome"));
    assert_eq!(outcome.study, lab.study);
    assert!(outcome.tool_seconds >= 2.0, "{}", outcome.tool_seconds);
    for phase in ["boot", "claim", "provision", "setup", "inputs", "secrets", "service", "ready"] {
        assert!(outcome.timings.phases.contains_key(phase), "{phase}");
    }
    for phase in ["run", "stop", "collect", "upload", "outcome"] {
        assert!(outcome.timings.phases.contains_key(phase), "{phase}");
    }
    for fact in [
        "os",
        "kernel",
        "cpu",
        "vcpus",
        "memory_bytes",
        "limits",
        "guest_sha256",
        "gen_tf",
        "python3",
    ] {
        assert!(!outcome.environment[fact].is_empty(), "{fact}");
    }
    assert_eq!(outcome.environment["guest_sha256"], lab.guest_sha256());
    let folder = lab.results(&outcome);
    assert_eq!(fs::read_to_string(folder.join("report.txt")).unwrap(), "seed 1000042 start 0\n");
    assert!(folder.join("log/service.log").exists());
    assert!(fs::read_to_string(folder.join("log/guest.log")).unwrap().contains("== run"));
    assert!(lab.object(&format!("setup/{SETUP_KEY}.json")).exists());
    let guest = fs::read(lab.object(&format!("guest/{}.tar.gz", lab.guest_sha256()))).unwrap();
    assert_eq!(sha256(&guest), lab.guest_sha256());
    let claim: Claim =
        serde_json::from_slice(&fs::read(lab.object("claims/files/loop/1/1.json")).unwrap())
            .unwrap();
    assert_eq!((claim.machine, claim.claimed), (lab.machine(1), outcome.timings.started));
    let status: Status =
        serde_json::from_slice(&fs::read(lab.object("status/files/loop/1/1.json")).unwrap())
            .unwrap();
    assert_eq!(status.phase, "outcome");
    assert!(lab.log(1, 1).contains("outcome: succeeded"));
}

#[test]
fn beats_tell_the_phase_and_count_the_requests() {
    let lab = Lab::new(Options { duration: 8, ..Options::default() });
    lab.start(1);
    let file = lab.object("status/files/loop/1/1.json");
    crate::lab::wait_for("a beat of the run phase", 20, || {
        let Ok(bytes) = fs::read(&file) else { return false };
        let status: Status = serde_json::from_slice(&bytes).unwrap();
        status.phase == "run" && status.requests > Some(0) && status.tool_seconds > 1.0
    });
    let outcome = lab.outcome(1, 1);
    assert!(outcome.tool_seconds >= 8.0, "{}", outcome.tool_seconds);
}

#[test]
fn two_sandboxes_use_the_same_port_at_one_time() {
    let lab = Lab::new(Options { duration: 2, ..Options::default() });
    lab.start(1);
    lab.start(2);
    lab.wait_for_run(1);
    lab.wait_for_run(2);
    for run in [1, 2] {
        let outcome = lab.outcome(run, 1);
        assert_eq!(outcome.cause, None, "{}", outcome.message);
        assert!(lab.results(&outcome).join("requests.txt").exists());
    }
}

#[test]
fn a_tool_that_ends_in_time_starts_again_with_the_next_seed() {
    let lab = Lab::new(Options { duration: 3, variant: Some("short-tool"), ..Options::default() });
    let outcome = lab.run_expecting_success();
    assert_eq!(outcome.tool_starts, 3, "at most one start a second");
    assert!(outcome.tool_seconds >= 3.0, "{}", outcome.tool_seconds);
    let seeds = fs::read_to_string(lab.results(&outcome).join("requests.txt")).unwrap();
    assert_eq!(seeds, "1000042\n1000043\n1000044\n");
}

#[test]
fn samples_are_taken_before_and_after_the_run() {
    let lab = Lab::new(Options { variant: Some("samples"), ..Options::default() });
    let outcome = lab.run_expecting_success();
    let samples = fs::read_to_string(lab.results(&outcome).join("samples.txt")).unwrap();
    assert_eq!(samples, "idle hello\nfinal hello\n");
}
