//! plan, apply, status, logs, retry, cancel, destroy on real sandboxes.

use std::{collections::BTreeSet, fs};

use gen_tf_core::outcome::{Cause, Verdict};

use crate::place::{Place, has_sandboxes, wait_until};

#[test]
fn a_study_runs_to_its_end_is_not_run_again_and_leaves_nothing() {
    if !has_sandboxes() {
        return;
    }
    let place = Place::pair("\"steady\", \"quick\"", "\"left\", \"right\"", 2, "2s", "");
    let plan = place.run(&["plan", "--json"]).expect(0);
    let plan: serde_json::Value = serde_json::from_str(&plan.stdout).unwrap();
    assert_eq!(plan["experiments"], 8);
    assert_eq!(plan["starts"].as_array().unwrap().len(), 2);
    assert!(
        !place.path("workspace-local/active.auto.tfvars.json").exists(),
        "plan applies nothing"
    );

    let applied = place.run(&["apply", "--wait", "--yes"]).expect(0);
    assert!(applied.stderr.contains("8 of 8 succeeded"), "{}", applied.stderr);
    let outcomes = place.outcomes();
    assert_eq!(outcomes.len(), 8);
    assert!(outcomes.iter().all(|o| o.outcome == Verdict::Succeeded && o.attempt == 1));
    let ids: BTreeSet<String> = outcomes.iter().map(|o| o.experiment.to_string()).collect();
    assert_eq!(ids.len(), 8);
    let quick = outcomes.iter().find(|o| o.experiment.tool == "quick").unwrap();
    assert!(quick.tool_starts > 1, "a tool that ends early is started again");

    let again = place.run(&["apply", "--wait", "--yes"]).expect(0);
    assert!(!again.stderr.contains("starts"), "{}", again.stderr);
    assert_eq!(place.outcomes(), outcomes);
    let clean = place.terraform(&["plan", "-input=false", "-detailed-exitcode"]).expect(0);
    assert!(clean.stdout.contains("No changes"), "{}", clean.stdout);

    let status = place.run(&["status", "--json"]).expect(0);
    let status: serde_json::Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!((&status["succeeded"], &status["total"]), (&8.into(), &8.into()));
    let logs = place.run(&["logs", "left/quick/2"]).expect(0);
    assert!(!logs.stdout.is_empty());

    place.terraform(&["destroy", "-auto-approve", "-input=false"]).expect(0);
    place.assert_nothing_is_left();
    assert_eq!(place.outcomes(), outcomes, "results outlive a destroy");
    let destroyed = place.run(&["status", "--json"]).expect(0);
    let destroyed: serde_json::Value = serde_json::from_str(&destroyed.stdout).unwrap();
    assert_eq!(destroyed["succeeded"], 8);
}

#[test]
fn two_experiments_on_one_port_run_at_the_same_time_and_a_destroy_ends_them() {
    if !has_sandboxes() {
        return;
    }
    let place = Place::pair("\"steady\"", "\"left\", \"right\"", 1, "1h", "");
    place.run(&["apply", "--yes"]).expect(0);
    let phases = || {
        let status = place.run(&["status", "--json"]).expect(0);
        let status: serde_json::Value = serde_json::from_str(&status.stdout).unwrap();
        let rows = status["experiments"].as_array().unwrap().clone();
        rows.iter().map(|row| row["phase"].as_str().unwrap_or("").to_owned()).collect::<Vec<_>>()
    };
    wait_until("both tools run", || phases() == ["run", "run"]);
    let ran = place.run(&["destroy", "--yes"]).expect(0);
    assert!(ran.stderr.contains("still runs"), "{}", ran.stderr);
    place.assert_nothing_is_left();
    let causes: Vec<_> = place.outcomes().iter().map(|o| o.cause).collect();
    assert_eq!(causes, [Some(Cause::Preempted), Some(Cause::Preempted)]);
    assert!(place.outcomes().iter().all(|o| o.results.is_some()), "what there was is kept");
}

#[test]
fn a_cancelled_experiment_ends_at_once_and_a_retry_runs_it_again() {
    if !has_sandboxes() {
        return;
    }
    let place = Place::pair("\"steady\"", "\"left\"", 1, "3s", "");
    let nothing = place.run(&["retry", "--failed"]).expect(1);
    assert!(nothing.stderr.contains("nothing that matches"), "{}", nothing.stderr);
    place.run(&["apply", "--yes"]).expect(0);
    place.run(&["cancel", "left/*", "--yes"]).expect(0);
    place.assert_nothing_is_left();
    assert_eq!(place.outcomes()[0].cause, Some(Cause::Cancelled));
    let ran = place.run(&["apply", "--wait", "--yes"]).expect(5);
    assert!(ran.stderr.contains("cancelled"), "{}", ran.stderr);
    let failed = place.run(&["status", "--failed"]).expect(0);
    assert!(failed.stdout.contains("gen-tf retry"), "{}", failed.stdout);
    place.run(&["retry", "left/steady/1"]).expect(0);
    place.run(&["apply", "--wait", "--yes"]).expect(0);
    let verdicts: Vec<_> = place.outcomes().iter().map(|o| (o.attempt, o.outcome)).collect();
    assert_eq!(verdicts, [(1, Verdict::Failed), (2, Verdict::Succeeded)]);
}

#[test]
fn only_what_matches_is_run() {
    if !has_sandboxes() {
        return;
    }
    let place = Place::pair("\"steady\", \"quick\"", "\"left\"", 2, "1s", "");
    place.run(&["apply", "--wait", "--yes", "--only", "*/quick/2"]).expect(0);
    let ids: Vec<String> = place.outcomes().iter().map(|o| o.experiment.to_string()).collect();
    assert_eq!(ids, ["left/quick/2"]);
}

#[test]
fn apply_asks_and_without_a_terminal_it_refuses() {
    if !has_sandboxes() {
        return;
    }
    let place = Place::pair("\"steady\"", "\"left\"", 1, "1s", "");
    let ran = place.run(&["apply"]).expect(1);
    assert!(ran.stderr.contains("--yes"), "{}", ran.stderr);
    assert!(place.outcomes().is_empty());
    assert!(place.processes().is_empty(), "{:?}", place.processes());
}

#[test]
fn a_failed_experiment_shows_its_cause_and_what_to_do() {
    if !has_sandboxes() {
        return;
    }
    let retry = "\nretry {\n  attempts = 2\n}\n";
    let place = Place::pair("\"steady\"", "\"left\"", 1, "1s", retry);
    let harness = place.path("harness");
    copy_tree(&crate::place::repository().join("tests/harnesses/pair"), &harness);
    fs::write(harness.join("service.sh"), "#!/usr/bin/env bash\nexit 7\n").unwrap();
    let study = fs::read_to_string(place.path("study.hcl")).unwrap();
    let from = study.find("harness  = ").unwrap();
    let to = from + study[from..].find('\n').unwrap();
    fs::write(
        place.path("study.hcl"),
        format!("{}harness = \"./harness\"{}", &study[..from], &study[to..]),
    )
    .unwrap();
    let ran = place.run(&["apply", "--wait", "--yes"]).expect(5);
    assert!(ran.stderr.contains("service-died in phase"), "{}", ran.stderr);
    assert!(ran.stderr.contains("what to do:"), "{}", ran.stderr);
    assert_eq!(place.outcomes().len(), 2, "curable causes are tried again, up to the limit");

    let status = place.run(&["status", "--failed", "--json"]).expect(0);
    let status: serde_json::Value = serde_json::from_str(&status.stdout).unwrap();
    let failed = status["failed_attempts"].as_array().unwrap();
    let now: Vec<_> = failed.iter().map(|attempt| attempt["now"].as_str().unwrap()).collect();
    assert_eq!(now, ["attempt 2 was the last", "no other attempt follows by itself"]);
    for attempt in failed {
        assert_eq!(attempt["cause"], "service-died");
        assert!(!attempt["log"].as_array().unwrap().is_empty(), "{attempt}");
    }
    let nothing = place.run(&["retry", "--cause", "setup"]).expect(1);
    assert!(nothing.stderr.contains("nothing that matches"), "{}", nothing.stderr);
    let unknown = place.run(&["retry", "--cause", "bad-luck"]).expect(1);
    assert!(unknown.stderr.contains("the causes are provision, setup,"), "{}", unknown.stderr);
    let wanted = place.run(&["retry", "--cause", "service-died"]).expect(0);
    assert!(wanted.stderr.contains("another attempt follows"), "{}", wanted.stderr);
}

#[test]
fn a_changed_definition_of_a_finished_experiment_is_refused_or_archives_it_and_runs_again() {
    if !has_sandboxes() {
        return;
    }
    let place = Place::pair("\"steady\"", "\"left\"", 1, "1s", "");
    place.run(&["apply", "--wait", "--yes"]).expect(0);
    let study = fs::read_to_string(place.path("study.hcl")).unwrap();
    fs::write(place.path("study.hcl"), study.replace("\"1s\"", "\"2s\"")).unwrap();
    let ran = place.run(&["apply", "--wait", "--yes"]).expect(1);
    assert!(ran.stderr.contains("definition of 1 finished experiment"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--rerun-changed"), "{}", ran.stderr);

    let plan = place.run(&["plan", "--rerun-changed", "--json"]).expect(0);
    let plan: serde_json::Value = serde_json::from_str(&plan.stdout).unwrap();
    assert_eq!(plan["starts"], serde_json::json!(["left/steady/1/2"]));
    let unasked = place.run(&["apply", "--rerun-changed"]).expect(1);
    assert!(unasked.stderr.contains("archives left/steady/1/1"), "{}", unasked.stderr);
    place.run(&["plan"]).expect(1);
    place.run(&["apply", "--rerun-changed", "--wait", "--yes"]).expect(0);
    let outcomes: Vec<_> = place.outcomes().iter().map(|o| (o.attempt, o.duration)).collect();
    assert_eq!(outcomes, [(1, 1.0), (2, 2.0)]);
    place.run(&["apply", "--wait", "--yes"]).expect(0);
    assert_eq!(place.outcomes().len(), 2);
}

#[test]
fn an_experiment_that_the_study_drops_while_it_runs_is_named_before_it_ends() {
    if !has_sandboxes() {
        return;
    }
    let place = Place::pair("\"steady\"", "\"left\", \"right\"", 1, "1h", "");
    place.run(&["apply", "--yes"]).expect(0);
    let study = fs::read_to_string(place.path("study.hcl")).unwrap();
    fs::write(place.path("study.hcl"), study.replace("\"left\", \"right\"", "\"left\"")).unwrap();
    let says = "ends    right/steady/1/1, which still runs: the study does not have it any more";
    let asks = place.run(&["apply"]).expect(1);
    assert!(asks.stderr.contains(says), "{}", asks.stderr);
    let status = place.run(&["status", "--json"]).expect(0);
    assert!(status.stdout.contains("\"active\": 1"), "{}", status.stdout);
    place.run(&["apply", "--yes"]).expect(0);
    let ended: Vec<String> =
        place.outcomes().iter().map(|outcome| outcome.experiment.to_string()).collect();
    assert_eq!(ended, ["right/steady/1"], "the other one goes on");
    place.run(&["destroy", "--yes"]).expect(0);
}

fn copy_tree(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_tree(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
