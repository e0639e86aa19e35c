//! What a results folder tells of its study (`study.json`), and commands that look at results without
//! a store.
#![allow(clippy::unwrap_used, reason = "a test ends with a panic")]

mod support;

use std::{fs, os::unix::fs::MetadataExt};

use support::{Pull, Study, some_files};

const RENDERED: &str = r#"{"format": 1, "study": "quick", "harness": "quickstart", "target": "local",
    "store": "../store/quick", "results": "../results", "runs": 1, "attempts": 3, "duration": 20,
    "seed": 1, "cells": {"a": {"b": {"definition": "dddddddddddddddddddddddddddddddd",
    "setup_key": "e", "limits": {"min_requests_per_second": 0.5, "min_request_span": 0.85,
    "min_coverage_samples_per_minute": 0.0}}}}}"#;

fn study() -> Study {
    let study = Study::new();
    fs::write(study.workspace().join("gen-tf.json"), RENDERED).unwrap();
    study.put_success("a/b/1", 1, &some_files(1));
    study
}

/// A pulled study.
fn pulled() -> Study {
    let study = study();
    assert_eq!(study.pull().code, 0);
    study
}

fn verify(study: &Study, more: &[&str]) -> Pull {
    let results = study.results("");
    let results = ["verify", "--json", "--results", results.to_str().unwrap()];
    Pull::of(&mut study.sync(&[&results[..], more].concat()))
}

#[test]
fn a_pull_keeps_what_the_study_demands_beside_its_results() {
    let study = pulled();
    let kept = fs::read(study.results("study.json")).unwrap();
    let kept: serde_json::Value = serde_json::from_slice(&kept).unwrap();
    let rendered: serde_json::Value = serde_json::from_str(RENDERED).unwrap();
    for field in ["study", "harness", "runs", "attempts", "duration"] {
        assert_eq!(kept[field], rendered[field], "{field}");
    }
    let cell = |facts: &serde_json::Value| facts["cells"]["a"]["b"].clone();
    assert_eq!(cell(&kept)["definition"], cell(&rendered)["definition"]);
    assert_eq!(cell(&kept)["limits"], cell(&rendered)["limits"]);
    assert!(kept.get("store").is_none(), "where the store was does not matter");
}

#[test]
fn what_is_kept_is_left_alone_where_it_is_the_same_and_written_anew_where_not() {
    let study = pulled();
    let path = study.results("study.json");
    let inode = || fs::metadata(&path).unwrap().ino();
    let (first, text) = (inode(), fs::read(&path).unwrap());
    assert_eq!(study.pull().code, 0);
    assert_eq!(inode(), first, "the file was written again");
    let edited = RENDERED.replace("\"min_request_span\": 0.85", "\"min_request_span\": 0.5");
    fs::write(study.workspace().join("gen-tf.json"), edited).unwrap();
    assert_eq!(study.pull().code, 0);
    assert_ne!(fs::read(&path).unwrap(), text);
    for broken in [&b"{"[..], b"", b"{\"format\": 1}"] {
        fs::write(&path, broken).unwrap();
        fs::write(study.workspace().join("gen-tf.json"), RENDERED).unwrap();
        assert_eq!(study.pull().code, 0);
        assert_eq!(fs::read(&path).unwrap(), text);
    }
    assert!(!study.results(".study.json.part").exists());
}

#[test]
fn a_study_without_experiments_is_not_kept() {
    let study = Study::new();
    study.put_success("a/b/1", 1, &some_files(1));
    assert_eq!(study.pull().code, 0);
    assert!(!study.results("study.json").exists());
}

#[test]
fn without_a_workspace_the_study_of_the_last_pull_counts() {
    let study = pulled();
    fs::remove_dir_all(study.workspace()).unwrap();
    let results = study.results("");
    let arguments = ["verify", "--json", "--results", results.to_str().unwrap()];
    let told = Pull::of(study.sync(&arguments).current_dir(study.folder.path())).json();
    assert_eq!((&told["study"], &told["experiments"]), (&"quick".into(), &1.into()));
}

#[test]
fn a_folder_that_does_not_tell_its_study_is_an_error_with_a_way_out() {
    let study = pulled();
    let path = study.results("study.json");
    let text = fs::read_to_string(&path).unwrap();
    let other = text.replacen("\"format\": 1", "\"format\": 7", 1);
    for (kept, message, hint) in [
        (
            Some(other.as_str()),
            "has format 7, and this gen-tf-sync reads format 1",
            "hint: use the gen-tf-sync",
        ),
        (Some("{}"), "study.json cannot be used", "hint: pull into this folder once more"),
        (None, "has no study.json", "hint: pull into this folder once more"),
    ] {
        match kept {
            Some(text) => fs::write(&path, text).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let told = verify(&study, &[]);
        assert_eq!((told.code, told.stdout.as_str()), (1, ""));
        assert!(told.stderr.contains(message) && told.stderr.contains(hint), "{}", told.stderr);
    }
}

#[test]
fn a_mistyped_folder_is_an_error_and_not_made() {
    let study = pulled();
    let typo = study.path("reslts");
    for command in ["verify", "metrics"] {
        let told = Pull::of(&mut study.sync(&[command, "--results", typo.to_str().unwrap()]));
        assert_eq!(told.code, 1);
        let message = format!("error: there is no results folder {}\n", typo.display());
        assert!(told.stderr.starts_with(&message), "{}", told.stderr);
        assert!(told.stderr.contains("\nhint: `gen-tf-sync` pulls results"), "{}", told.stderr);
        assert!(!typo.exists());
    }
    let file = study.results("study.json");
    let told = Pull::of(&mut study.sync(&["verify", "--results", file.to_str().unwrap()]));
    assert_eq!(told.code, 1);
    assert!(told.stderr.contains("there is no results folder"), "{}", told.stderr);
}

#[test]
fn a_workspace_that_was_never_pulled_has_no_results_yet() {
    let study = study();
    let told = Pull::of(&mut study.sync(&["verify"]));
    assert_eq!(told.code, 1);
    assert!(told.stderr.contains("there is no results folder"), "{}", told.stderr);
    assert!(!study.results("").exists());
}

#[test]
fn a_workspace_of_an_older_gen_tf_cannot_be_verified() {
    let study = Study::new();
    study.put_success("a/b/1", 1, &some_files(1));
    assert_eq!(study.pull().code, 0);
    let told = Pull::of(&mut study.sync(&["verify"]));
    assert_eq!(told.code, 1);
    assert!(told.stderr.contains("names no experiments"), "{}", told.stderr);
}
