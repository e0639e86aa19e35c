//! init, validate, doctor, completions, man: what a newcomer types first.

use std::fs;

use crate::place::Place;

#[test]
fn init_writes_a_study_that_is_valid_and_overwrites_nothing() {
    let place = Place::new("");
    place.run(&["init", "new"]).expect(0);
    place.run(&["validate", "new/study.hcl"]).expect(0);
    fs::write(place.path("new/study.hcl"), "mine").unwrap();
    let refused = place.run(&["init", "new"]).expect(1);
    assert!(refused.stderr.contains("exists already"), "{}", refused.stderr);
    assert_eq!(fs::read_to_string(place.path("new/study.hcl")).unwrap(), "mine");
}

#[test]
fn a_missing_study_is_named_with_the_way_out() {
    let place = Place::new("");
    let ran = place.run(&["validate", "nowhere.hcl"]).expect(1);
    assert!(ran.stderr.contains("there is no study at nowhere.hcl"), "{}", ran.stderr);
    assert!(ran.stderr.contains("gen-tf init"), "{}", ran.stderr);
}

#[test]
fn every_mistake_of_a_study_is_shown_at_once_with_exit_code_3() {
    let place = Place::pair("\"steady\", \"stedy\"", "\"left\", \"rigth\"", 0, "2x", "");
    let ran = place.run(&["validate"]).expect(3);
    for expected in ["stedy", "rigth", "runs", "2x", "study.hcl:"] {
        assert!(ran.stderr.contains(expected), "{expected} is not in:\n{}", ran.stderr);
    }
    assert_eq!(ran.stdout, "");
}

#[test]
fn a_harness_that_is_not_there_is_a_mistake_of_the_study() {
    let place = Place::new(
        "study \"a\" {\n  harness = \"./none\"\n  tools = [\"x\"]\n  services = [\"y\"]\n  runs = 1\n  \
         duration = \"1m\"\n}\ntarget \"local\" {}\n",
    );
    let ran = place.run(&["validate"]).expect(3);
    assert!(ran.stderr.contains("./none"), "{}", ran.stderr);
}

#[test]
fn validate_prints_a_summary_as_json() {
    let place = Place::pair("\"steady\", \"quick\"", "\"left\"", 3, "1m", "");
    let ran = place.run(&["validate", "--json"]).expect(0);
    let summary: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(summary["experiments"], 6);
    assert_eq!(summary["duration_seconds"], 60);
}

#[test]
fn completions_and_the_manual_page_are_generated() {
    let place = Place::new("");
    for shell in ["bash", "zsh", "fish"] {
        assert!(place.run(&["completions", shell]).expect(0).stdout.contains("rehearse"));
    }
    assert!(place.run(&["man"]).expect(0).stdout.contains(".TH"));
}

#[test]
fn wrong_usage_ends_with_exit_code_1() {
    let place = Place::new("");
    place.run(&["aply"]).expect(1);
    place.run(&["logs", "no-id"]).expect(1);
    place.run(&["apply", "--only", "a/b/c/d"]).expect(1);
}

#[test]
fn a_service_that_needs_the_internet_is_refused_unless_only_leaves_it_out() {
    let place = Place::new(
        "study \"online\" {\n  harness  = \"./harness\"\n  tools    = [\"t\"]\n  \
         services = [\"here\", \"there\"]\n  runs     = 1\n  duration = \"1s\"\n}\n\n\
         target \"local\" {}\n",
    );
    fs::create_dir(place.path("harness")).unwrap();
    let service = |name: &str, internet: bool| {
        format!(
            "service \"{name}\" {{\n  description = \"s\"\n  ready_url = \"http://127.0.0.1:9001/\"\n  \
             internet = {internet}\n}}\n"
        )
    };
    let harness = format!(
        "harness \"h\" {{\n  description = \"h\"\n  evidence = [\"x\"]\n}}\n\
         tool \"t\" {{\n  description = \"t\"\n}}\n{}{}",
        service("here", false),
        service("there", true)
    );
    fs::write(place.path("harness/harness.hcl"), harness).unwrap();
    let refused = place.run(&["apply", "--yes"]).expect(3);
    assert!(refused.stderr.contains("`there` needs the internet"), "{}", refused.stderr);
    assert!(!place.path("workspace-local").exists());
    place.run(&["plan", "--only", "here/*/*"]).expect(0);
}
