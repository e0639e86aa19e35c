//! One thing is wrong with the results, and it is named: no more and no less.

use std::{fs, os::unix::fs::symlink};

use gen_tf_core::outcome::Cause;
use serde_json::{Value, json};

use crate::made::{Made, evidence, good, rendered};

const ONE: &str = "pets/fuzzer/2";

/// That good results break exactly one rule after they were changed; answers its message.
fn spoilt(finding: &str, spoil: impl FnOnce(&Made)) -> String {
    let made = Made::good();
    spoil(&made);
    assert_eq!(made.findings(&[]), [finding]);
    made.message()
}

fn of_one(rule: &str) -> String {
    format!("{rule} {ONE}")
}

fn path(file: &str) -> String {
    format!("{ONE}/{file}")
}

#[test]
fn good_results_break_no_rule() {
    let made = Made::good();
    assert_eq!(made.findings(&[]), [""; 0]);
    let told = made.verify(&["--json"]).json();
    assert_eq!((&told["experiments"], &told["usable"]), (&4.into(), &4.into()));
    assert_eq!((&told["unjudged"], &told["warnings"]), (&json!([]), &json!([])));
}

#[test]
fn a_result_that_is_missing_or_none_of_a_success_leaves_the_matrix_incomplete() {
    let rule = of_one("complete-matrix");
    let message = spoilt(&rule, |made| fs::remove_dir_all(made.path(ONE)).unwrap());
    assert!(message.starts_with("has no result, and no failed attempt either"), "{message}");
    let message = spoilt(&rule, |made| fs::remove_file(made.path(&path("outcome.json"))).unwrap());
    assert_eq!(message, "has a folder without outcome.json");
    let message = spoilt(&rule, |made| fs::write(made.path(&path("outcome.json")), "{").unwrap());
    assert!(message.starts_with("outcome.json cannot be used: EOF"), "{message}");
    let message = spoilt(&rule, |made| {
        made.edit(&path("outcome.json"), |outcome| outcome["format"] = 2.into());
    });
    assert_eq!(message, "outcome.json has format 2, and this gen-tf-sync reads format 1");
    let message = spoilt(&rule, |made| {
        made.edit(&path("outcome.json"), |outcome| {
            outcome["outcome"] = "failed".into();
            outcome["cause"] = "setup".into();
        });
    });
    assert_eq!(message, "holds attempt 1, which has failed: setup");
}

#[test]
fn of_an_experiment_without_a_result_the_last_failure_is_told() {
    let message = spoilt(&of_one("complete-matrix"), |made| {
        made.put_failure(ONE, 2, Cause::Setup);
        made.put_failure(ONE, 10, Cause::Deadline);
        made.put_failure(ONE, 9, Cause::Lost);
        made.pull();
        fs::remove_dir_all(made.path(ONE)).unwrap();
    });
    assert_eq!(message, "has no result; its last attempt 10 has failed: deadline");
}

#[test]
fn a_failed_attempt_beside_a_result_is_nothing_to_complain_about() {
    let made = Made::good();
    made.put_failure(ONE, 2, Cause::Preempted);
    made.pull();
    assert!(made.path(&format!(".attempts/{ONE}/2")).exists());
    assert_eq!(made.findings(&[]), [""; 0]);
}

#[test]
fn a_folder_of_no_experiment_of_the_study_is_named() {
    let message = spoilt("known-experiment pets/fuzzer/3", |made| {
        fs::create_dir(made.path("pets/fuzzer/3")).unwrap();
    });
    assert!(message.contains("move the folder away"), "{message}");
    let outcome = || serde_json::to_vec(&good(ONE, 1)).unwrap();
    spoilt("known-experiment dogs/fuzzer/1", |made| {
        fs::create_dir_all(made.path("dogs/fuzzer/1")).unwrap();
        fs::write(made.path("dogs/fuzzer/1/outcome.json"), outcome()).unwrap();
    });
    let message = spoilt("known-experiment *", |made| {
        fs::create_dir_all(made.path("pets/fuzzer/best")).unwrap();
        fs::write(made.path("pets/fuzzer/best/outcome.json"), outcome()).unwrap();
    });
    assert_eq!(message, "`pets/fuzzer/best` holds results and is no place of an experiment");
}

#[test]
fn a_folder_of_other_things_is_let_alone() {
    let made = Made::good();
    fs::create_dir_all(made.path("plots/2026/7")).unwrap();
    fs::create_dir_all(made.path("plots/2026/old")).unwrap();
    fs::write(made.path("README.md"), "About these results.\n").unwrap();
    assert_eq!(made.findings(&[]), [""; 0]);
}

#[test]
fn a_result_that_names_another_experiment_study_or_harness_is_a_strangers() {
    let rule = of_one("known-experiment");
    for (member, value, message) in [
        ("/study", "other", "is of the study `other`, and this is `quick`"),
        ("/experiment", "pets/fuzzer/1", "is of the experiment pets/fuzzer/1"),
        ("/environment/harness", "other", "is of the harness `other`, and the study has `made`"),
    ] {
        let told = spoilt(&rule, |made| {
            made.edit(&path("outcome.json"), |outcome| {
                *outcome.pointer_mut(member).unwrap() = value.into();
            });
        });
        assert_eq!(told, format!("the result in its place {message}"));
    }
    let message = spoilt("known-experiment *", |made| {
        made.put_failure(ONE, 2, Cause::Setup);
        made.pull();
        let failed = format!(".attempts/{ONE}/2/outcome.json");
        made.edit(&failed, |outcome| outcome["study"] = "other".into());
    });
    assert!(
        message.starts_with("the failed attempt in `.attempts/pets/fuzzer/2/2` is of"),
        "{message}"
    );
}

#[test]
fn a_result_of_another_definition_is_named() {
    let made = Made::good();
    let mut facts = rendered();
    facts["cells"]["pets"]["walker"]["definition"] = "0".repeat(32).into();
    made.render(&facts);
    let wanted = ["same-definition pets/walker/1", "same-definition pets/walker/2"];
    assert_eq!(made.findings(&[]), wanted);
    let results = made.path("");
    let kept = ["--results", results.to_str().unwrap()];
    assert_eq!(made.findings(&kept), [""; 0], "at the last pull they were of the study");
}

#[test]
fn a_result_from_another_machine_is_named() {
    let message = spoilt(&of_one("same-environment"), |made| {
        made.edit(&path("outcome.json"), |outcome| outcome["environment"]["cpu"] = "B".into());
    });
    assert_eq!(message, "`cpu` is B, and A in 3 of 4");
}

#[test]
fn a_file_that_is_not_as_the_experiment_left_it_is_named() {
    let rule = of_one("files-intact");
    let output = path("tool/0/output.txt");
    for (spoil, message) in [
        (
            &(|made: &Made| fs::write(made.path(&output), "one\nTWO\n").unwrap()) as &dyn Fn(&Made),
            "tool/0/output.txt has other bytes than the experiment wrote",
        ),
        (
            &|made| fs::write(made.path(&output), "one\n").unwrap(),
            "tool/0/output.txt has 4 bytes, and the experiment wrote 8",
        ),
        (&|made| fs::remove_file(made.path(&output)).unwrap(), "tool/0/output.txt is missing"),
        (
            &|made| fs::write(made.path(&path("tool/more.txt")), "").unwrap(),
            "tool/more.txt was added",
        ),
        (
            &|made| fs::write(made.path(&path("tool/metrics.json")), "").unwrap(),
            "tool/metrics.json was added",
        ),
        (
            &|made| {
                fs::rename(made.path(&output), made.path("moved.txt")).unwrap();
                symlink(made.path("moved.txt"), made.path(&output)).unwrap();
            },
            "tool/0/output.txt is no file any more",
        ),
        (
            &|made| fs::remove_dir_all(made.path(&path("tool"))).unwrap(),
            "tool/0/output.txt is missing",
        ),
        (
            &|made| fs::remove_file(made.path(&path("outcome.files.json"))).unwrap(),
            "there is no outcome.files.json, so that nobody can tell: move the folder away and pull it again",
        ),
        (
            &|made| made.edit(&path("outcome.json"), |outcome| outcome["results"] = Value::Null),
            "outcome.json names no results",
        ),
    ] {
        assert_eq!(spoilt(&rule, spoil), message);
    }
    let message = spoilt(&rule, |made| {
        made.edit(&path("outcome.files.json"), |list| {
            list["files"].as_object_mut().unwrap().remove("tool/0/output.txt");
        });
    });
    assert!(message.starts_with("outcome.files.json: "), "{message}");
}

#[test]
fn many_files_that_differ_are_counted() {
    let message = spoilt(&of_one("files-intact"), |made| {
        for number in 0..5 {
            fs::write(made.path(&path(&format!("added-{number}"))), "").unwrap();
        }
    });
    assert_eq!(message, "added-0 was added; added-1 was added; added-2 was added; 2 more");
}

#[test]
fn of_files_that_are_not_intact_nothing_is_computed_and_that_is_said() {
    let made = Made::good();
    fs::remove_file(made.path(&path("requests.jsonl"))).unwrap();
    assert_eq!(made.findings(&[]), [of_one("files-intact")]);
    let told = made.verify(&["--json"]).json();
    let unjudged = told["unjudged"].as_array().unwrap();
    let rules: Vec<_> = unjudged.iter().map(|one| one["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["metrics-current", "database-sound"]);
    assert!(unjudged.iter().all(|one| one["experiments"] == json!([ONE])), "{unjudged:#?}");
}

#[test]
fn what_a_killed_gen_tf_sync_has_left_is_no_file_of_the_experiment() {
    let made = Made::good();
    fs::write(made.path(&path(".metrics.json.part")), "{").unwrap();
    assert_eq!(made.findings(&[]), [""; 0]);
}

#[test]
fn metrics_that_the_evidence_does_not_show_are_named() {
    let rule = of_one("metrics-current");
    let edited =
        |change: fn(&mut Value)| spoilt(&rule, |made| made.edit(&path("metrics.json"), change));
    let message = edited(|metrics| metrics["requests"]["total"] = 1100.into());
    assert!(
        message.starts_with("`requests.total` is 1100 in metrics.json, and 100 by the evidence; "),
        "{message}"
    );
    let message = edited(|metrics| {
        metrics["requests"]["total"] = 1100.into();
        metrics["minutes"] = json!([]);
    });
    assert!(
        message.contains("`minutes` is a list of 0 in metrics.json, and a list of 1"),
        "{message}"
    );
    assert!(message.contains(" (1 more); `gen-tf-sync metrics --again`"), "{message}");
    let message = edited(|metrics| metrics["score"] = 7.into());
    assert!(message.starts_with("`score` is 7 in metrics.json, and null by"), "{message}");
    let message = edited(|metrics| metrics["format"] = 0.into());
    assert!(message.starts_with("metrics.json has format 0, and this"), "{message}");
    let message = edited(|metrics| *metrics = json!({}));
    assert!(message.starts_with("metrics.json has no format"), "{message}");
    let message = spoilt(&rule, |made| fs::write(made.path(&path("metrics.json")), "").unwrap());
    assert!(message.starts_with("metrics.json cannot be used: "), "{message}");
    let message = spoilt(&rule, |made| fs::remove_file(made.path(&path("metrics.json"))).unwrap());
    assert_eq!(message, "there is no metrics.json: `gen-tf-sync metrics` computes it");
}

#[test]
fn metrics_of_another_layout_are_the_same_metrics() {
    let made = Made::good();
    let metrics: Value =
        serde_json::from_slice(&fs::read(made.path(&path("metrics.json"))).unwrap()).unwrap();
    fs::write(made.path(&path("metrics.json")), format!("{metrics:#}\n")).unwrap();
    assert_eq!(made.findings(&[]), [""; 0]);
}

#[test]
fn what_went_wrong_before_the_pull_is_named() {
    for (rules, spoil) in [
        (
            &["evidence-readable"][..],
            &(|files: &mut crate::support::Files| {
                files.get_mut("requests.jsonl").unwrap().extend(b"{\"time\":");
            }) as &dyn Fn(&mut crate::support::Files),
        ),
        (&["evidence-readable", "database-sound"], &|files| {
            files.insert("results.db".to_owned(), b"no database at all".repeat(100));
        }),
        (&["request-rate"], &|files| {
            let lines = files.get_mut("requests.jsonl").unwrap();
            // Every tenth of a hundred.
            let text = String::from_utf8(lines.clone()).unwrap();
            let kept: Vec<_> = text.lines().step_by(9).collect();
            *lines = (kept.join("\n") + "\n").into_bytes();
        }),
        (&["request-span"], &|files| {
            let lines = files.get_mut("requests.jsonl").unwrap();
            let text = String::from_utf8(lines.clone()).unwrap();
            let kept: Vec<_> = text.lines().take(80).collect();
            *lines = (kept.join("\n") + "\n").into_bytes();
        }),
        (&["coverage-above-idle"], &|files| {
            let coverage = files.get_mut("coverage.json").unwrap();
            let mut told: Value = serde_json::from_slice(coverage).unwrap();
            told["final"] = told["idle"].clone();
            *coverage = told.to_string().into_bytes();
        }),
        (&["distinct-evidence"], &|files| *files = evidence(0)),
    ] {
        let made = Made::with(|experiment, _, files| {
            if experiment == ONE {
                spoil(files);
            }
        });
        let wanted: Vec<_> = rules.iter().map(|rule| of_one(rule)).collect();
        assert_eq!(made.findings(&[]), wanted);
    }
}

#[test]
fn a_tool_that_worked_less_than_its_budget_is_named() {
    let made = Made::with(|experiment, outcome, _| {
        if experiment == ONE {
            outcome.tool_seconds = 19.5;
        }
    });
    assert_eq!(made.findings(&[]), [of_one("full-budget")]);
}

#[test]
fn coverage_samples_are_demanded_where_the_harness_does() {
    let made = Made::good();
    let mut facts = rendered();
    facts["cells"]["pets"]["walker"]["limits"]["min_coverage_samples_per_minute"] = 3.0.into();
    made.render(&facts);
    assert_eq!(
        made.findings(&[]),
        ["coverage-samples pets/walker/1", "coverage-samples pets/walker/2"]
    );
}

#[test]
fn a_database_with_a_journal_beside_it_was_not_completed() {
    let made = Made::with(|experiment, _, files| {
        if experiment == ONE {
            let path = std::env::temp_dir().join(format!("verify-{}.db", std::process::id()));
            let database = rusqlite::Connection::open(&path).unwrap();
            let table = "CREATE TABLE interactions (id integer PRIMARY KEY, request_method text, \
                request_path text, request_timestamp real, response_status_code integer, \
                response_content text)";
            database.execute_batch(table).unwrap();
            drop(database);
            files.insert("results.db".to_owned(), fs::read(&path).unwrap());
            fs::remove_file(path).unwrap();
            files.insert("results.db-journal".to_owned(), b"half".to_vec());
        }
    });
    assert_eq!(made.findings(&[]), [of_one("evidence-readable"), of_one("database-sound")]);
}

#[test]
fn two_halves_of_a_study_on_two_machines_are_the_fault_of_nobody_and_of_the_study() {
    let made = Made::with(|experiment, outcome, _| {
        if experiment.ends_with('1') {
            outcome.environment.insert("kernel".to_owned(), "6.2.0".to_owned());
        }
    });
    assert_eq!(made.findings(&[]), ["same-environment *"]);
    let text = made.verify(&[]).stdout;
    assert!(
        text.ends_with("4 of 4 experiments can be used; 1 finding, 1 of the study as a whole\n"),
        "{text}"
    );
}

#[test]
fn absurd_numbers_in_an_outcome_are_findings_and_no_crash() {
    for (member, value) in [
        ("/tool_seconds", json!(-1e300)),
        ("/tool_seconds", json!(1e300)),
        ("/duration", json!(0.0)),
        ("/tool_starts", json!(u32::MAX)),
        ("/timings/tool_started", json!(1e300)),
        ("/timings/tool_started", json!(-1.0)),
        ("/results/sha256", json!("ä")),
        ("/results/files", json!(u64::MAX)),
        ("/environment/cpu", json!("\u{1b}[2J\n")),
    ] {
        let made = Made::good();
        made.edit(&path("outcome.json"), |outcome| *outcome.pointer_mut(member).unwrap() = value);
        let told = made.verify(&["--json"]);
        assert!([0, 5].contains(&told.code), "{member}: {}", told.stderr);
        assert_eq!(told.json()["experiments"], 4);
    }
}
