//! Who may serve an attempt: one boot of one machine, once.

use std::fs;

use gen_tf_core::outcome::{Cause, Claim, Outcome};

use crate::lab::{Lab, Options};

fn put(lab: &Lab, key: &str, text: &str) {
    let file = lab.object(key);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

fn put_claim(lab: &Lab, machine: &str) {
    let claim = Claim {
        format: 1,
        experiment: "files/loop/1".parse().unwrap(),
        attempt: 1,
        machine: machine.to_owned(),
        boot: "b6a3c0de-0000-4000-8000-000000000000".to_owned(),
        start: "0.00-1".to_owned(),
        claimed: "2026-01-01T00:00:00Z".to_owned(),
    };
    put(lab, "claims/files/loop/1/1.json", &serde_json::to_string(&claim).unwrap());
}

#[test]
fn an_attempt_that_another_machine_serves_is_left_alone() {
    let lab = Lab::new(Options::default());
    put_claim(&lab, "somebody-else");
    lab.start(1);
    lab.assert_nothing_left(1);
    for key in [
        "outcomes/files/loop/1/1.json",
        "status/files/loop/1/1.json",
        "results/files/loop/1/1.tar.gz",
    ] {
        assert!(!lab.object(key).exists(), "{key}");
    }
    assert!(!lab.object("logs/files/loop/1/1/0001.txt").exists());
}

#[test]
fn a_second_start_on_the_same_machine_is_a_failed_attempt() {
    let lab = Lab::new(Options::default());
    put_claim(&lab, &lab.machine(1));
    let outcome = lab.run_expecting(Cause::Rebooted);
    assert_eq!((outcome.tool_starts, outcome.phase.as_str()), (0, "claim"));
}

#[test]
fn an_outcome_that_is_there_already_means_that_nothing_is_started() {
    let lab = Lab::new(Options::default());
    put(&lab, "outcomes/files/loop/1/1.json", "{}");
    lab.start(1);
    assert!(!lab.sandbox(1).exists());
    assert!(!lab.object("claims/files/loop/1/1.json").exists());
}

#[test]
fn an_outcome_that_comes_meanwhile_is_left_as_it_is() {
    let lab = Lab::new(Options { duration: 2, ..Options::default() });
    lab.start(1);
    lab.wait_for_run(1);
    put(&lab, "outcomes/files/loop/1/1.json", "taken");
    lab.assert_nothing_left(1);
    let text = fs::read_to_string(lab.object("outcomes/files/loop/1/1.json")).unwrap();
    assert_eq!(text, "taken");
    assert!(!lab.object("results/files/loop/1/1.tar.gz").exists());
}

#[test]
fn starting_twice_starts_one_supervisor() {
    let lab = Lab::new(Options { duration: 2, ..Options::default() });
    lab.start(1);
    let first = lab.supervisor(1);
    let again = lab.start(1);
    assert!(String::from_utf8_lossy(&again.stdout).contains("is served already"));
    assert_eq!(lab.supervisor(1), first);
    assert_eq!(lab.outcome(1, 1).cause, None);
}

#[test]
fn a_new_attempt_ends_the_one_before() {
    let lab = Lab::new(Options { duration: 30, ..Options::default() });
    lab.start(1);
    lab.wait_for_run(1);
    lab.start_attempt(1, 2);
    let first: Outcome = lab.outcome(1, 1);
    assert_eq!(first.cause, Some(Cause::Preempted));
    assert_eq!(fs::read_to_string(lab.sandbox(1).join("attempt")).unwrap(), "2\n");
    lab.stop(1);
    assert_eq!(lab.outcome(1, 2).cause, Some(Cause::Preempted));
}
