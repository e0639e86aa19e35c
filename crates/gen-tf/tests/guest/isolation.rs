//! What an experiment can see and touch, with each launcher and each kind of user.

use std::fs;

use gen_tf_core::outcome::Outcome;

use crate::lab::{Lab, Options, have, is_root, skipped};

fn assert_isolated(lab: &Lab, outcome: &Outcome) {
    let seen = fs::read_to_string(lab.results(outcome).join("requests.txt")).unwrap();
    let expected = "host folders: read-only\nown folders: writable\nsystem settings: read-only\nnetwork: lo\n\
                    first process: measure.sh\nhost's tmp: hidden\nshared memory: writable\nuser: 0\nname: localhost\n";
    assert_eq!(seen, expected);
}

#[test]
fn an_experiment_sees_a_system_that_it_cannot_change() {
    let lab = Lab::new(Options { variant: Some("prying"), ..Options::default() });
    let outcome = lab.run_expecting_success();
    assert_isolated(&lab, &outcome);
}

#[test]
fn an_ordinary_user_has_the_same_sandbox() {
    if !is_root() {
        return skipped("the other tests run as an ordinary user already");
    }
    let lab =
        Lab::new(Options { variant: Some("prying"), user: Some(12_345), ..Options::default() });
    let outcome = lab.run_expecting_success();
    assert_isolated(&lab, &outcome);
    assert_eq!(outcome.environment["limits"], "affinity-only");
}

#[test]
fn bwrap_makes_the_same_sandbox() {
    if !have("bwrap") {
        return skipped("bwrap is not installed");
    }
    let lab = Lab::new(Options {
        variant: Some("prying"),
        environment: vec![("GEN_TF_LAUNCHER", "bwrap".to_owned())],
        ..Options::default()
    });
    let outcome = lab.run_expecting_success();
    assert_isolated(&lab, &outcome);
    assert_eq!(outcome.environment["launcher"], "bwrap");
}

#[test]
fn the_probe_says_what_this_machine_can_do() {
    let lab = Lab::new(Options::default());
    let output = lab.command("probe", 1, 1).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let keys: Vec<&str> = text.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(
        keys,
        ["missing commands", "user namespaces", "overlay", "limits", "network", "containers"],
        "{text}"
    );
    assert!(output.status.success());
}
