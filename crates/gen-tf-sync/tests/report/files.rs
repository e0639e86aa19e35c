//! The files of a report, their golden copies under `tests/report`, and the published schema.
//! Accept changes with `UPDATE_EXPECT=1`, then read the diff.

use std::{collections::BTreeSet, fs};

use camino::Utf8PathBuf;
use gen_tf_core::{
    report::{Checked, Options, Report, schema},
    verify::{Finding, Rule},
};
use gen_tf_sync::{
    report::{Rendered, compute},
    study::Study,
};
use serde_json::Value;

use super::made::{Results, repository};

/// Compares a text with a file of the repository.
fn expect(path: &str, found: &str) {
    let file = repository(path);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&file, found).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    let differs = expected.lines().zip(found.lines()).position(|(one, other)| one != other);
    let place = differs.unwrap_or(expected.lines().count().min(found.lines().count())) + 1;
    assert!(expected == found, "{path} differs from line {place}: UPDATE_EXPECT=1 accepts it");
}

#[test]
fn a_study_with_everything_gives_its_golden_report() {
    let results = Results::of_everything();
    let json = results.file("report.json");
    for name in ["index.html", "experiments.csv", "cells.csv"] {
        let text = fs::read_to_string(results.report(name)).unwrap();
        expect(&format!("tests/report/{name}"), &text);
    }
    assert_eq!(json.matches('\n').count(), 1, "it is one line");
    let report: Report = serde_json::from_str(&json).unwrap();
    let pretty = serde_json::to_string_pretty(&report).unwrap() + "\n";
    expect("tests/report/report.pretty.json", &pretty);
}

#[test]
fn the_published_schema_is_that_of_the_report() {
    let text = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    expect("docs/report.schema.json", &text);
}

#[test]
fn reports_keep_to_the_published_schema() {
    let schema = fs::read_to_string(repository("docs/report.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let nothing = Results::of("nothing", &["a"], &["x", "y"], 1);
    let alone = Results::of("alone", &["a"], &["x"], 1);
    alone.succeed("a/x/1", 1, 5);
    for results in [Results::of_everything(), nothing, alone] {
        let report = results.json();
        let mistakes: Vec<_> = validator.iter_errors(&report).map(|it| it.to_string()).collect();
        assert!(mistakes.is_empty(), "{mistakes:#?}");
    }
    let mut other = Results::of_everything().json();
    other["completeness"]["succeeded"] = Value::Null;
    assert!(!validator.is_valid(&other));
}

#[test]
fn the_same_results_give_the_same_bytes() {
    let results = Results::of_everything();
    let names = ["index.html", "experiments.csv", "cells.csv", "report.json"];
    let once = names.map(|name| results.file(name));
    assert_eq!(names.map(|name| results.file(name)), once);
}

#[test]
fn every_experiment_of_the_study_has_a_row_missing_ones_too() {
    let results = Results::of_everything();
    let table = results.file("experiments.csv");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let head = reader.headers().unwrap().clone();
    let column = |name: &str| head.iter().position(|it| it == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 36);
    let row = |id: &str| rows.iter().find(|row| &row[0] == id).unwrap();
    let (state, cause) = (column("state"), column("cause"));
    let told = |id: &str| (row(id)[state].to_owned(), row(id)[cause].to_owned());
    let texts = |state: &str, cause: &str| (state.to_owned(), cause.to_owned());
    assert_eq!(told("echo/beta/3"), texts("failed", "preempted"));
    assert_eq!(told("pets/gamma/4"), texts("missing", ""));
    assert_eq!(told("kinto/alpha/1"), texts("succeeded", "service-not-ready"));
    assert_eq!(&row("kinto/alpha/1")[column("attempt")], "2");
    assert_eq!(&row("pets/gamma/4")[column("requests")], "");
    // 7 + 11 + 2 by the rule of the made study, three of every ten for half a minute each.
    assert_eq!(&row("echo/alpha/1")[column("requests")], "600");
    assert_eq!(&row("echo/alpha/1")[column("line_coverage")], "30");
}

#[test]
fn the_documentation_tells_every_column_and_every_measure() {
    let docs = fs::read_to_string(repository("docs/results.md")).unwrap();
    let results = Results::of_everything();
    results.file("report.json");
    let mut columns = BTreeSet::new();
    for name in ["experiments.csv", "cells.csv"] {
        let text = fs::read_to_string(results.report(name)).unwrap();
        columns.extend(text.lines().next().unwrap().split(',').map(str::to_owned));
    }
    let missing: Vec<_> =
        columns.iter().filter(|column| !docs.contains(&format!("`{column}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_banner_is_in_every_form_and_no_option_hides_it() {
    let results = Results::of_everything();
    let output = results.run(&["--json"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let statement = "Only 34 of 36 experiments have succeeded.";
    assert_eq!((&told["statement"], &told["is_whole"]), (&statement.into(), &false.into()));
    assert!(String::from_utf8_lossy(&output.stderr).contains(statement), "{output:?}");
    let page = fs::read_to_string(results.report("index.html")).unwrap();
    let banner = page.find(statement).unwrap();
    assert!(banner < page.find("<svg").unwrap() && banner < page.find("<table").unwrap());
    assert!(page.contains("<code>echo/beta</code> run 3: 1 attempt has failed: preempted"));
    assert!(page.contains("<code>pets/gamma</code> run 4: no attempt is known"));
    assert_eq!(results.json()["completeness"]["statement"], statement);
    let help = results.run(&["--help"]);
    let help = String::from_utf8(help.stdout).unwrap();
    let options: Vec<&str> = help
        .split_whitespace()
        .filter(|word| word.starts_with("--"))
        .filter(|word| !word.ends_with('`'))
        .map(|it| it.trim_end_matches(','))
        .collect();
    assert_eq!(
        options,
        [
            "--results",
            "--results",
            "--terraform",
            "--output",
            "--all",
            "--quick",
            "--json",
            "--help"
        ],
        "{help}"
    );
}

#[test]
fn a_report_goes_where_it_is_wanted_and_leaves_other_files_alone() {
    let results = Results::of_everything();
    let place = results.path("../elsewhere/deep");
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join("notes.txt"), "mine").unwrap();
    fs::write(place.join("index.html"), "old").unwrap();
    let output = results.run(&["--output", place.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    let mut names: Vec<_> = fs::read_dir(&place)
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["cells.csv", "experiments.csv", "index.html", "notes.txt", "report.json"]);
    assert!(fs::read_to_string(place.join("index.html")).unwrap().starts_with("<!doctype html>"));
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(told.lines().count(), 4);
    assert!(told.lines().all(|file| fs::exists(file).unwrap()), "{told}");
}

#[test]
fn a_report_that_can_not_be_written_names_the_file() {
    let results = Results::of_everything();
    fs::create_dir_all(results.report(".cells.csv.part")).unwrap();
    let output = results.run(&[]);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("error: cannot write ") && error.contains(".cells.csv.part"), "{error}");
    for name in ["index.html", "experiments.csv", "cells.csv", "report.json", ".index.html.part"] {
        assert!(!fs::exists(results.report(name)).unwrap(), "{name}");
    }
}

#[test]
fn findings_stand_before_the_figures_and_beside_their_experiments() {
    let results = Results::of_everything();
    let folder = Utf8PathBuf::from_path_buf(results.path("")).unwrap();
    let id = "pets/beta/2".parse().unwrap();
    let finding = Finding::new(Rule::RequestRate, &id, "0.2 requests/s <b>");
    let finding = finding.with("36".to_owned(), "35".to_owned());
    let study = Study::read(&folder).unwrap();
    let checked = Checked { findings: vec![finding], ..Checked::default() };
    let report = compute(&folder, &study, checked, Options::default()).unwrap();
    let rendered = Rendered::of(&report).unwrap();
    let page = rendered.file("index.html").unwrap();
    assert!(page.contains("; there is 1 finding against the results."));
    let row = "<td>pets/beta/2</td><td>request-rate</td><td class=\"message\">0.2 requests/s &lt;b&gt; (wanted 36, found 35)</td>";
    let place = page.find("request-rate").unwrap();
    assert!(place < page.find("<svg").unwrap(), "{}", &page[place - 40..place + 90]);
    assert!(page.contains(row));
    assert!(page.contains("3 of 4, 1 with findings"));
    let table = rendered.file("experiments.csv").unwrap();
    let line = table.lines().find(|line| line.starts_with("pets/beta/2,")).unwrap();
    assert!(line.contains(",request-rate,false,"), "{line}");
}
