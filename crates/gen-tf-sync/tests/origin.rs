//! A results folder holds the results of one study of one harness, and no others come in.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

mod support;

use std::fs;

use gen_tf_core::outcome::{Cause, Outcome};
use support::{Pull, Study, attempt, outcome, some_files, tree};

/// A study of a harness with one succeeded attempt, whose workspace says both.
fn study(harness: &str) -> Study {
    let study = Study::new();
    study.put_success("market/deeprest/1", 1, &some_files(1));
    tell_harness(&study, "market/deeprest/1", harness);
    render(&study, "quick", Some(harness));
    study
}

/// Writes the workspace's own file, as of a study and a harness.
fn render(study: &Study, name: &str, harness: Option<&str>) {
    let mut facts = serde_json::json!({
        "format": 1, "study": name, "target": "local", "store": "../store/quick",
        "results": "../results", "runs": 2, "cells": {},
    });
    if let Some(harness) = harness {
        facts["harness"] = harness.into();
    }
    fs::write(study.workspace().join("gen-tf.json"), facts.to_string()).unwrap();
}

/// Puts the harness into the environment of an attempt's outcome, as the guest does.
fn tell_harness(study: &Study, experiment: &str, harness: &str) {
    let path = study.object(&format!("outcomes/{experiment}/1.json"));
    let mut outcome: Outcome = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    outcome.environment.insert("harness".to_owned(), harness.to_owned());
    fs::write(path, serde_json::to_vec(&outcome).unwrap()).unwrap();
}

/// Pulls a study into the results folder of another one.
fn pull_into(home: &Study, from: &Study) -> Pull {
    let results = home.results("").to_str().unwrap().to_owned();
    Pull::of(&mut from.sync(&["--json", "--results", &results]))
}

fn assert_refused(pull: &Pull, parts: &[&str]) {
    assert_eq!((pull.code, &pull.stdout[..]), (1, ""), "{}", pull.stderr);
    for part in parts.iter().chain(&["--results DIR", "different builds"]) {
        assert!(pull.stderr.contains(part), "{part}: {}", pull.stderr);
    }
}

#[test]
fn a_study_of_another_harness_is_refused_and_both_are_named() {
    let (home, other) = (study("restgym"), study("llamaresttest"));
    assert_eq!(home.pull().code, 0);
    let before = tree(&home.results(""));
    assert_refused(
        &pull_into(&home, &other),
        &[
            "holds results of the study `quick` of the harness `restgym`",
            "these are of the study `quick` of the harness `llamaresttest`; nothing was pulled",
        ],
    );
    assert_eq!(tree(&home.results("")), before);
    assert_eq!(home.pull().json()["up_to_date"], 1);
}

#[test]
fn another_study_of_the_same_harness_is_refused_too() {
    let (home, other) = (study("restgym"), study("restgym"));
    assert_eq!(home.pull().code, 0);
    render(&other, "nightly", Some("restgym"));
    assert_refused(&pull_into(&home, &other), &["the study `quick` of", "the study `nightly` of"]);
}

#[test]
fn the_same_study_from_another_workspace_goes_on() {
    let (home, colleague) = (study("restgym"), study("restgym"));
    assert_eq!(home.pull().code, 0);
    colleague.put_success("market/deeprest/2", 1, &some_files(2));
    let copy = |key: &str| fs::copy(home.object(key), colleague.object(key)).unwrap();
    copy("outcomes/market/deeprest/1/1.json");
    let pull = pull_into(&home, &colleague);
    assert_eq!((pull.code, pull.pulled()), (0, vec!["market/deeprest/2/1".to_owned()]));
}

#[test]
fn failed_attempts_alone_tell_whose_the_folder_is() {
    let home = Study::new();
    home.put_outcome(&outcome(&attempt("market/deeprest/1", 1), Some(Cause::Lost)));
    assert_eq!(home.pull().code, 0);
    let other = study("restgym");
    render(&other, "nightly", Some("restgym"));
    assert_refused(&pull_into(&home, &other), &["holds results of the study `quick`, and"]);
}

#[test]
fn an_attempt_that_told_no_harness_does_not_hide_the_harness_of_the_others() {
    let home = study("restgym");
    home.put_success("aaa/deeprest/1", 1, &some_files(3));
    assert_eq!(home.pull().pulled().len(), 2);
    let pull = pull_into(&home, &study("llamaresttest"));
    assert_refused(&pull, &["of the harness `restgym`", "of the harness `llamaresttest`"]);
}

#[test]
fn where_a_workspace_does_not_say_its_harness_the_study_decides() {
    let (home, other) = (study("restgym"), study("restgym"));
    assert_eq!(home.pull().code, 0);
    render(&other, "quick", None);
    let copy = |key: &str| fs::copy(home.object(key), other.object(key)).unwrap();
    copy("outcomes/market/deeprest/1/1.json");
    assert_eq!(pull_into(&home, &other).code, 0);
    render(&other, "nightly", None);
    assert_refused(&pull_into(&home, &other), &["these are of the study `nightly`;"]);
}

#[test]
fn the_harness_is_known_where_outputs_tell_the_rest() {
    let (home, other) = (study("restgym"), study("llamaresttest"));
    assert_eq!(home.pull().code, 0);
    let outputs =
        r#"{"format":{"value":1},"study":{"value":"quick"},"store":{"value":"../store/quick"}}"#;
    other.put_program("terraform", &format!("#!/bin/sh\necho '{outputs}'\n"));
    let pull = pull_into(&home, &other);
    assert!(!pull.stderr.contains("note:"), "{}", pull.stderr);
    assert_refused(&pull, &["of the harness `restgym`", "of the harness `llamaresttest`"]);
}
