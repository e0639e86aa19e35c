//! `--watch` follows a study until it is complete, and says how it ended.
#![expect(clippy::unwrap_used, reason = "a test ends with a panic")]

mod support;

use std::{
    fs,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use gen_tf_core::{id::AttemptObject, outcome::Cause};
use serde_json::json;
use support::{Pull, Study, attempt, outcome, some_files};

/// A study of so many runs of one cell, whose experiments are tried so often.
fn study(runs: u32, attempts: u32) -> Study {
    let study = Study::new();
    let facts = json!({
        "format": 1, "study": "quick", "store": "../store/quick", "results": "../results",
        "runs": runs, "attempts": attempts,
        "cells": { "a": { "b": { "definition": "d".repeat(32), "setup_key": "e" } } },
    });
    fs::write(study.workspace().join("gen-tf.json"), facts.to_string()).unwrap();
    study
}

fn start(study: &Study) -> Child {
    let mut command = study.sync(&["--watch", "--every", "1", "--json"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn end(child: Child) -> Pull {
    Pull::from(child.wait_with_output().unwrap())
}

/// Waits until something has come home, while the program has to live.
fn wait_for(child: &mut Child, study: &Study, place: &str) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !study.results(place).exists() {
        assert!(child.try_wait().unwrap().is_none(), "it has ended before {place} was home");
        assert!(Instant::now() < deadline, "{place} does not come");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_running_study_is_followed_until_it_is_complete() {
    let study = study(2, 3);
    let mut child = start(&study);
    study.put_success("a/b/2", 1, &some_files(2));
    wait_for(&mut child, &study, "a/b/2/outcome.json");
    study.put_outcome(&outcome(&attempt("a/b/1", 1), Some(Cause::Preempted)));
    wait_for(&mut child, &study, ".attempts/a/b/1/1/outcome.json");
    study.put_success("a/b/1", 2, &some_files(1));
    let watch = end(child);
    assert_eq!(watch.code, 0, "{}", watch.stderr);
    assert_eq!(watch.pulled(), ["a/b/2/1", "a/b/1/1", "a/b/1/2"]);
    assert!(watch.stderr.contains("1 of 2 experiments have ended; looks again every 1 second"));
    assert!(study.has("a/b/1", &some_files(1), &attempt("a/b/1", 2)));
}

#[test]
fn a_complete_study_needs_no_wait() {
    let study = study(1, 1);
    study.put_success("a/b/1", 1, &some_files(1));
    for pulled in [1, 0] {
        let watch = end(start(&study));
        assert_eq!((watch.code, watch.pulled().len()), (0, pulled), "{}", watch.stderr);
    }
}

#[test]
fn an_experiment_that_has_failed_for_good_shows_in_the_exit_code() {
    let study = study(2, 1);
    study.put_success("a/b/1", 1, &some_files(1));
    study.put_outcome(&outcome(&attempt("a/b/2", 1), Some(Cause::ToolFailed)));
    let watch = end(start(&study));
    assert_eq!((watch.code, watch.pulled().len()), (5, 2), "{}", watch.stderr);
    assert_eq!(study.pull().code, 0, "everything that the store has is home");
}

#[test]
fn an_attempt_that_a_person_has_asked_for_is_waited_for() {
    let study = study(1, 1);
    let first = attempt("a/b/1", 1);
    study.put_outcome(&outcome(&first, Some(Cause::Cancelled)));
    study.put(&AttemptObject::Retry.key(&first), b"{}");
    let mut child = start(&study);
    wait_for(&mut child, &study, ".attempts/a/b/1/1/outcome.json");
    study.put_success("a/b/1", 2, &some_files(1));
    let watch = end(child);
    assert_eq!((watch.code, watch.pulled().len()), (0, 2), "{}", watch.stderr);
}

#[test]
fn what_cannot_be_pulled_is_tried_once_and_holds_up_nothing() {
    let study = study(2, 1);
    study.put_success("a/b/1", 1, &some_files(1));
    fs::write(study.object("results/a/b/1/1.tar.gz"), "damaged").unwrap();
    let mut child = start(&study);
    study.put_success("a/b/2", 1, &some_files(2));
    wait_for(&mut child, &study, "a/b/2/outcome.json");
    let watch = end(child);
    assert_eq!((watch.code, watch.failed()), (1, vec!["a/b/1/1".to_owned()]), "{}", watch.stderr);
    assert_eq!(watch.pulled(), ["a/b/2/1"]);
    assert_eq!(watch.stderr.matches("a/b/1, attempt 1: ").count(), 1, "{}", watch.stderr);
}

#[test]
fn ctrl_c_ends_a_watch_with_its_summary() {
    let study = study(2, 1);
    study.put_success("a/b/1", 1, &some_files(1));
    let mut child = start(&study);
    wait_for(&mut child, &study, "a/b/1/outcome.json");
    let sent = Command::new("kill").arg("-INT").arg(child.id().to_string()).status().unwrap();
    assert!(sent.success());
    let watch = end(child);
    assert_eq!((watch.code, watch.pulled()), (130, vec!["a/b/1/1".to_owned()]), "{}", watch.stderr);
    assert!(!study.results(".partial").exists());
}

#[test]
fn a_second_ctrl_c_does_not_wait_for_what_hangs() {
    let study = study(3, 1);
    for run in 1..=3 {
        study.put_success(&format!("a/b/{run}"), 1, &some_files(run));
    }
    // To open a pipe that nobody writes to takes for ever.
    let (archive, aside) = (study.object("results/a/b/1/1.tar.gz"), study.path("aside"));
    fs::rename(&archive, &aside).unwrap();
    assert!(Command::new("mkfifo").arg(&archive).status().unwrap().success());
    let mut child = study.sync(&[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for(&mut child, &study, "a/b/2/outcome.json");
    wait_for(&mut child, &study, "a/b/3/outcome.json");
    let deadline = Instant::now() + Duration::from_secs(60);
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < deadline, "it does not end");
        // Two signals of one kind may arrive as one.
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().is_ok());
        thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(status.code(), Some(130));
    assert!(!study.results("a/b/1").exists());
    fs::rename(&aside, &archive).unwrap();
    assert_eq!(study.pull().pulled(), ["a/b/1/1"]);
}

#[test]
fn without_the_names_of_the_experiments_there_is_no_end_to_wait_for() {
    let study = Study::new();
    let watch = end(start(&study));
    assert_eq!((watch.code, &watch.stdout[..]), (1, ""));
    assert!(watch.stderr.contains("names no experiments"), "{}", watch.stderr);
    let wrong = Pull::of(&mut study.sync(&["--every", "5"]));
    assert_eq!(wrong.code, 1);
    assert!(wrong.stderr.contains("--watch"), "{}", wrong.stderr);
}
