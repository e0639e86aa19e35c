//! Results that are damaged, foreign or meant to do harm.

use std::fs;

use super::made::Results;

#[test]
fn texts_of_attempts_are_no_markup() {
    let results = Results::of("s", &["a"], &["x", "y"], 1);
    results.fail("a/x/1", 1, "setup", "</td><script>alert(1)</script><img src=x onerror=alert(2)>");
    results.succeed("a/y/1", 1, 9);
    let page = results.file("index.html");
    assert!(!page.contains("<script") && !page.contains("<img"), "escaped");
    assert!(page.contains("&lt;script&gt;alert(1)"), "and shown");
}

#[test]
fn names_are_no_markup_and_no_formula_wherever_they_stand() {
    let (service, tool) = ("=1+1\"&'<svg onload=alert(1)>", "</title><script>alert(1)<script>");
    let results = Results::of("<b>study</b>", &[service, "b"], &[tool, "y"], 1);
    results.succeed("b/y/1", 1, 9);
    let page = results.file("index.html");
    for bad in ["<script", "<svg onload", "<b>study", "</title><script"] {
        assert!(!page.contains(bad), "{bad}");
    }
    assert!(page.contains("&lt;b&gt;study&lt;"));
    let table = fs::read_to_string(results.report("experiments.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert!(rows.iter().any(|row| row[1] == *format!("'{service}")), "{table}");
    assert!(rows.iter().all(|row| row.iter().all(|field| !field.starts_with('='))));
}

#[test]
fn what_can_not_be_used_is_in_no_figure_and_told() {
    let results = Results::of("s", &["a", "b"], &["x"], 3);
    results.succeed("a/x/1", 1, 9);
    results.succeed("a/x/2", 1, 9);
    let copied = fs::read_to_string(results.path("a/x/2/outcome.json")).unwrap();
    results.put_text("a/x/3/outcome.json", &copied);
    results.put_text("b/x/1/outcome.json", "{\"format\": 1");
    results.put_text("b/x/2/notes.txt", "no outcome");
    results.succeed("b/x/3", 1, 9);
    results.put_text("b/x/3/metrics.json", "[]");
    results.put_text("b/x/copy/outcome.json", &copied);
    results.succeed("c/x/1", 1, 9);
    let report = results.json();
    let told: Vec<String> = report["completeness"]["unusable"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| format!("{}: {}", it["place"].as_str().unwrap(), it["reason"].as_str().unwrap()))
        .collect();
    let starts = [
        "a/x/3: its outcome.json is that of a/x/2, attempt 1",
        "b/x/1: outcome.json cannot be used",
        "b/x/2: it has no outcome.json",
        "b/x/3/metrics.json: cannot be used",
        "b/x/copy: its name is none of an experiment",
    ];
    assert_eq!(told.len(), starts.len(), "{told:#?}");
    for (told, start) in told.iter().zip(starts) {
        assert!(told.starts_with(start), "{told}");
    }
    assert_eq!(report["completeness"]["succeeded"], 3);
    assert_eq!(report["completeness"]["without_metrics"][0], "b/x/3");
    assert_eq!(report["completeness"]["not_in_study"][0], "c/x/1");
    let page = fs::read_to_string(results.report("index.html")).unwrap();
    assert!(page.contains("<code>b/x/2</code>: it has no outcome.json"));
}

#[test]
fn metrics_of_another_format_are_not_taken_for_ours() {
    let results = Results::of("s", &["a"], &["x"], 1);
    results.succeed("a/x/1", 1, 9);
    let path = results.path("a/x/1/metrics.json");
    let other = fs::read_to_string(&path).unwrap().replace("\"format\":1", "\"format\":99");
    fs::write(path, other).unwrap();
    let report = results.json();
    let reason = report["completeness"]["unusable"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("format 99") && reason.contains("gen-tf-sync metrics"), "{reason}");
    assert!(report["experiments"][0]["measures"]["requests"].is_null());
}

#[test]
fn small_and_empty_studies_have_a_report() {
    let one_tool = Results::of("s", &["a", "b"], &["x"], 2);
    one_tool.succeed("a/x/1", 1, 3);
    one_tool.succeed("b/x/1", 1, 3);
    let one_run = Results::of("s", &["a"], &["x", "y"], 1);
    one_run.succeed("a/x/1", 1, 3);
    one_run.succeed("a/y/1", 1, 3);
    let all_failed = Results::of("s", &["a"], &["x"], 1);
    all_failed.fail("a/x/1", 1, "lost", "");
    let empty = Results::of("s", &["a"], &["x", "y"], 2);
    for results in [&one_tool, &one_run, &all_failed, &empty] {
        let page = results.file("index.html");
        assert!(
            !page.contains("NaN") && !page.contains(">inf") && !page.contains("\"inf"),
            "{page}"
        );
        let json = fs::read_to_string(results.report("report.json")).unwrap();
        assert!(!json.contains("NaN"));
    }
    assert!(
        one_tool.file("index.html").contains("There are no two tools with values on one service.")
    );
    assert!(one_run.file("index.html").contains("none: there is only one value; it takes two"));
    assert!(
        all_failed
            .file("index.html")
            .contains("The one experiment of the study has not succeeded.")
    );
    assert!(empty.file("index.html").contains("None of the 4 experiments has succeeded."));
    assert!(empty.file("index.html").contains("No attempt has a time that can be read."));
}

#[test]
fn a_folder_without_the_studys_facts_says_what_to_do() {
    let results = Results::of("s", &["a"], &["x"], 1);
    fs::remove_file(results.path("study.json")).unwrap();
    let output = results.run(&[]);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("study.json") && error.contains("hint: "), "{error}");
    assert!(!fs::exists(results.report("")).unwrap());
}
