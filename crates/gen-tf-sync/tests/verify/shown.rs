//! How a verdict is shown, and what a look at results leaves alone.

use std::{fs, path::Path};

use gen_tf_core::{outcome::Cause, verify::Rule};
use gen_tf_sync::results::ResultsFolder;
use serde_json::{Value, json};

use crate::{
    made::{EXPERIMENTS, Made, rendered},
    support::tree,
};

/// A study with a little of everything.
fn spoilt() -> Made {
    let made = Made::with(|experiment, outcome, files| {
        if experiment == "pets/walker/1" {
            outcome.tool_seconds = 12.5;
            outcome.environment.insert("cpu".to_owned(), "B".to_owned());
            let requests = files.get_mut("requests.jsonl").unwrap();
            let text = String::from_utf8(requests.clone()).unwrap().replace(":200}", ":401}");
            *requests = text.into_bytes();
        }
        let zone = if experiment.ends_with('1') { "us-central1-a" } else { "us-central1-b" };
        outcome.environment.insert("zone".to_owned(), zone.to_owned());
    });
    let mut facts = rendered();
    facts["runs"] = 4.into();
    made.render(&facts);
    made.put_failure("pets/fuzzer/3", 1, Cause::OutOfMemory);
    made.pull();
    fs::create_dir_all(made.path("pets/fuzzer/4")).unwrap();
    fs::write(made.path("pets/fuzzer/2/tool/0/output.txt"), "three\n").unwrap();
    made
}

/// `UPDATE_EXPECT=1` writes the expected text anew.
#[test]
fn the_text_shows_table_findings_differences_doubts_warnings_and_the_verdict() {
    let made = spoilt();
    let told = made.verify(&[]);
    assert_eq!(told.code, 5);
    let place = fs::canonicalize(made.path("")).unwrap();
    let text = told.stdout.replace(place.to_str().unwrap(), "/study/results");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/verify/spoilt.expected.txt");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &text).unwrap();
    }
    assert_eq!(text, fs::read_to_string(&path).unwrap());
}

#[test]
fn a_good_study_is_told_in_one_line_after_its_table() {
    let made = Made::good();
    let told = made.verify(&[]);
    assert_eq!((told.code, told.stdout.lines().count()), (0, 9), "{}", told.stdout);
    assert!(told.stdout.ends_with("\n4 of 4 experiments can be used\n"), "{}", told.stdout);
}

#[test]
fn json_has_what_the_documentation_says() {
    let told = spoilt().verify(&["--json"]).json();
    let members: Vec<_> = told.as_object().unwrap().keys().cloned().collect();
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/results.md");
    let docs = fs::read_to_string(docs).unwrap();
    for member in &members {
        assert!(docs.contains(&format!("`{member}`")), "docs/results.md lacks `{member}`");
    }
    assert_eq!(
        (&told["format"], &told["study"], &told["harness"]),
        (&json!(1), &json!("quick"), &json!("made"))
    );
    assert_eq!(
        (&told["experiments"], &told["usable"], &told["quick"]),
        (&json!(8), &json!(2), &json!(false))
    );
    assert_eq!(
        told["cells"],
        json!([
            {"service": "pets", "tool": "fuzzer", "runs": ["usable", "finding", "failed", "broken"]},
            {"service": "pets", "tool": "walker", "runs": ["finding", "usable", "missing", "missing"]},
        ])
    );
    let budget = told["findings"].as_array().unwrap().iter().find(|f| f["rule"] == "full-budget");
    assert_eq!(
        budget.unwrap(),
        &json!({"rule": "full-budget", "experiment": "pets/walker/1",
            "message": "the tool has not worked for its whole budget",
            "wanted": "20 s, at most 0.01 s less and 1 s more", "found": "12.5 s"})
    );
    let rule = told["rules"].as_array().unwrap().iter().find(|rule| rule["name"] == "full-budget");
    assert_eq!(rule.unwrap()["findings"], 1);
    let zone =
        told["environment"].as_array().unwrap().iter().find(|f| f["field"] == "zone").unwrap();
    assert_eq!(zone["values"][0], json!({"value": "us-central1-a", "experiments": 2}));
    assert!(zone["tolerated"].is_string());
}

/// `UPDATE_EXPECT=1` writes the table anew.
#[test]
fn the_documentation_has_every_rule_with_its_limit_and_its_source() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/results.md");
    let docs = fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- rules -->\n", "<!-- end of rules -->");
    let from = docs.find(begin).expect("the table of rules begins") + begin.len();
    let to = docs.find(end).expect("the table of rules ends");
    let mut table =
        "| rule | demand | limit | where it comes from |\n|---|---|---|---|\n".to_owned();
    for rule in Rule::ALL {
        let (name, demand) = (rule.name(), rule.sentence());
        table += &format!("| `{name}` | {demand} | {} | {} |\n", rule.limit(), rule.source());
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, format!("{}{table}{}", &docs[..from], &docs[to..])).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap()[from..].split(end).next().unwrap(), table);
}

#[test]
fn help_names_every_rule_and_the_exit_codes() {
    let help = Made::good().verify(&["--help"]);
    for rule in Rule::ALL {
        assert!(help.stdout.contains(rule.name()), "{}", rule.name());
    }
    assert!(help.stdout.contains("Exit codes: 0 no rule is broken; 1 an error, or wrong usage; 5"));
    assert_eq!(Made::good().verify(&["--no-such-option"]).code, 1);
}

#[test]
fn verifying_writes_nothing_and_needs_no_lock() {
    let made = spoilt();
    fs::remove_file(made.path(".sync.lock")).unwrap();
    let before = tree(&made.path(""));
    let told = made.verify(&["--json"]);
    assert_eq!(tree(&made.path("")), before);
    let results = made.path("");
    let held = ResultsFolder::open(results.to_str().unwrap().into()).unwrap();
    assert_eq!(made.verify(&["--json"]).stdout, told.stdout, "while a pull goes on");
    drop(held);
}

#[test]
fn a_quick_look_believes_the_files_and_says_so() {
    let made = Made::good();
    fs::write(made.path("pets/fuzzer/2/tool/0/output.txt"), "three\n").unwrap();
    made.edit("pets/walker/1/metrics.json", |metrics| metrics["requests"]["total"] = 7.into());
    assert_eq!(made.findings(&["--quick"]), ["request-rate pets/walker/1"]);
    let told = made.verify(&["--json", "--quick"]).json();
    assert_eq!(told["quick"], true);
    let unjudged: Vec<_> =
        told["unjudged"].as_array().unwrap().iter().map(|one| &one["rule"]).collect();
    assert_eq!(unjudged, ["files-intact", "metrics-current", "database-sound"]);
    fs::remove_file(made.path("pets/walker/1/metrics.json")).unwrap();
    assert_eq!(made.findings(&["--quick"]), [""; 0]);
    let text = made.verify(&["--quick"]).stdout;
    let line = "  - request-rate: there is no metrics.json that can be used: `gen-tf-sync metrics` \
         writes it: pets/walker/1\n";
    assert!(text.contains(line), "{text}");
}

#[test]
fn limits_that_an_older_gen_tf_did_not_render_leave_rules_unjudged() {
    let made = Made::good();
    let mut facts = rendered();
    for tool in ["fuzzer", "walker"] {
        facts["cells"]["pets"][tool].as_object_mut().unwrap().remove("limits");
    }
    made.render(&facts);
    assert_eq!(made.findings(&[]), [""; 0]);
    let told = made.verify(&["--json"]).json();
    let unjudged = told["unjudged"].as_array().unwrap();
    let rules: Vec<_> = unjudged.iter().map(|one| one["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["request-span", "request-rate", "coverage-samples"]);
    assert!(unjudged.iter().all(|one| one["experiments"] == json!(EXPERIMENTS)), "{unjudged:#?}");
    let text = made.verify(&[]).stdout;
    assert!(text.contains("4 experiments, pets/fuzzer/1 among them"), "{text}");
}

#[test]
fn the_same_results_give_the_same_bytes() {
    let made = spoilt();
    let first = made.verify(&["--json"]).stdout;
    for _ in 0..5 {
        assert_eq!(made.verify(&["--json"]).stdout, first);
    }
    let order: Value = serde_json::from_str(&first).unwrap();
    let rules: Vec<_> =
        order["findings"].as_array().unwrap().iter().map(|f| f["rule"].clone()).collect();
    let place = |rule: &Value| Rule::ALL.iter().position(|known| *rule == known.name());
    assert!(rules.iter().map(place).is_sorted(), "{rules:?}");
}

#[test]
fn what_a_terminal_would_obey_is_not_printed() {
    let made = Made::good();
    made.edit("pets/fuzzer/2/outcome.json", |outcome| {
        outcome["environment"]["cpu"] = "\u{1b}[2Jgood\n9 of 9".into();
    });
    let text = made.verify(&[]).stdout;
    assert!(
        !text.contains('\u{1b}') && text.contains("`cpu` is \u{fffd}[2Jgood\u{fffd}9 of 9, and A"),
        "{text}"
    );
}
