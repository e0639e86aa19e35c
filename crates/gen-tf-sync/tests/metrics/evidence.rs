//! Each kind of evidence is read, and the better of two is taken.

use std::{fs, path::Path};

use camino::Utf8Path;
use gen_tf_core::{
    metrics::{Covered, Metrics},
    outcome::Outcome,
};

use crate::{START, copy_of, data, metrics_within, restgym_evidence};

/// Six requests: three that count, one that the proxy answered, one too early, one too late.
pub fn add_requests(folder: &Path) {
    let line = |time: f64, method: &str, path: &str, status: u32, upstream: &str| {
        format!(
            "{{\"time\":{time:.3},\"method\":\"{method}\",\"path\":\"{path}\",\"status\":{status},\
             \"upstream_status\":\"{upstream}\",\"seconds\":0.500,\"request_bytes\":1,\"answer_bytes\":2}}\n"
        )
    };
    let text = [
        line(START - 1.0, "GET", "/pets", 200, "200"),
        line(START + 0.5, "GET", "/pets?limit=\\u0031", 200, "200"),
        line(START + 61.0, "DELETE", "/pets/7", 500, "500"),
        line(START + 70.0, "GET", "/pets", 502, ""),
        line(START + 130.0, "GET", "/zoo.json", 200, "200"),
        // Sent in time, and answered after it.
        line(START + 120.2, "GET", "/nowhere", 404, "404"),
    ];
    fs::write(folder.join("requests.jsonl"), text.concat()).unwrap();
}

/// Coverage as the quickstart harness sums it up, with samples of a harness of one's own.
pub fn add_summary(folder: &Path) {
    let text = format!(
        r#"{{"format":1,"kind":"coverage.py",
            "idle":{{"lines_covered":3,"lines_total":10,"branches_covered":0,"branches_total":0}},
            "final":{{"lines_covered":7,"lines_total":10,"branches_covered":0,"branches_total":0}},
            "samples":[{{"time":{},"lines_covered":5,"lines_total":10}}]}}"#,
        START + 59.0
    );
    fs::write(folder.join("coverage.json"), text).unwrap();
}

/// A report in the form of Web Fuzzing Commons.
pub fn add_claim(folder: &Path) {
    let text = r#"{"schemaVersion":"0.2.0","toolName":"EvoMaster","toolVersion":"4.0.0",
        "creationTime":"2026-11-28T10:00:00Z","executionTimeInSeconds":60,
        "faults":{"totalNumber":3,"foundFaults":[
            {"operationId":"GET:/a","testCaseId":"t1","faultCategories":[{"code":100,"context":"x"},{"code":101}]},
            {"operationId":"GET:/a","testCaseId":"t2","faultCategories":[{"code":100,"context":"y"}]}]},
        "problemDetails":{"rest":{"outputHttpCalls":9,"evaluatedHttpCalls":900,"endpointIds":["GET:/a","GET:/b"],
            "coveredHttpStatus":[{"endpointId":"GET:/a","testCaseId":"t1","httpStatus":[200,500]},
                                 {"endpointId":"GET:/b","testCaseId":"t1","httpStatus":null}]}},
        "totalTests":2,"testFilePaths":[],"testCases":[],"extra":null}"#;
    fs::write(folder.join("wfc.json"), text).unwrap();
}

/// `UPDATE_EXPECT=1` writes the expected metrics anew.
#[test]
fn a_real_run_of_the_quickstart_has_the_metrics_that_it_had() {
    let folder = data("quickstart/httpbin");
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let outcome: Outcome = serde_json::from_slice(&read("outcome.json")).unwrap();
    let metrics = gen_tf_sync::metrics::compute(Utf8Path::from_path(&folder).unwrap(), &outcome);
    let expected = folder.join("metrics.expected.json");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let text = serde_json::to_string_pretty(&metrics).unwrap();
        fs::write(&expected, text + "\n").unwrap();
    }
    let expected: Metrics = serde_json::from_slice(&fs::read(expected).unwrap()).unwrap();
    assert_eq!(metrics, expected);
    // What the harness has counted in its own way.
    let counted: serde_json::Value = serde_json::from_slice(&read("requests.json")).unwrap();
    let requests = metrics.requests.unwrap();
    assert_eq!(counted["requests"], requests.total);
    assert_eq!(counted["answered_by_proxy"], requests.unanswered.unwrap());
    assert_eq!(counted["status"], serde_json::to_value(requests.status).unwrap());
}

#[test]
fn requests_are_counted_in_the_tools_time_only() {
    let folder = copy_of(&data("llamaresttest/youtube"));
    fs::remove_file(folder.path().join("log-youtube.txt")).unwrap();
    add_requests(folder.path());
    let metrics = metrics_within(folder.path(), "youtube");
    assert_eq!(metrics.problems, []);
    let requests = metrics.requests.unwrap();
    assert_eq!(
        (requests.total, requests.unanswered, requests.outside_budget),
        (3, Some(1), Some(2))
    );
    assert_eq!((requests.first, requests.last), (Some(START), Some(START + 119.7)));
    let operations = metrics.operations.unwrap();
    assert_eq!((operations.documented, operations.reached, operations.succeeded), (14, 2, 1));
    assert_eq!((operations.failed, operations.requests_elsewhere), (1, 1));
    assert_eq!(metrics.unique_5xx, None, "the record has no messages");
    let minutes = metrics.minutes.unwrap();
    let requests: Vec<u64> = minutes.iter().map(|minute| minute.requests).collect();
    let reached: Vec<_> = minutes.iter().map(|minute| minute.operations_reached).collect();
    assert_eq!((requests, reached), (vec![1, 2], vec![Some(1), Some(2)]));
}

#[test]
fn messages_come_from_the_proxys_log_and_requests_from_the_better_record() {
    let folder = copy_of(&data("llamaresttest/youtube"));
    let without = metrics_within(folder.path(), "youtube");
    assert_eq!(without.sources.requests.as_deref(), Some("log-youtube.txt"));
    assert!(without.requests.unwrap().total > 3);
    add_requests(folder.path());
    let metrics = metrics_within(folder.path(), "youtube");
    assert_eq!(metrics.sources.requests.as_deref(), Some("requests.jsonl"));
    assert_eq!(metrics.sources.failures.as_deref(), Some("log-youtube.txt"));
    assert_eq!(metrics.requests.unwrap().total, 3);
    assert!(metrics.unique_5xx.unwrap() > 2);
    assert_eq!(metrics.failures, without.failures);
}

#[test]
fn coverage_has_its_idle_baseline_its_end_and_its_growth() {
    let folder = copy_of(&data("llamaresttest/fdic"));
    add_summary(folder.path());
    let metrics = metrics_within(folder.path(), "fdic");
    let coverage = metrics.coverage.unwrap();
    let lines = |covered| Some(Covered { covered, total: 10 });
    assert_eq!((coverage.idle.unwrap().lines, coverage.end.unwrap().lines), (lines(3), lines(7)));
    assert_eq!((coverage.end.unwrap().methods, coverage.samples), (None, Some(1)));
    let growth: Vec<_> = metrics
        .minutes
        .unwrap()
        .iter()
        .map(|minute| minute.coverage.and_then(|counts| counts.lines))
        .collect();
    assert_eq!(growth, [lines(5), lines(5)]);
}

#[test]
fn jacocos_own_reports_go_before_their_summary() {
    let folder = copy_of(&data("llamaresttest/youtube"));
    add_summary(folder.path());
    let sources = metrics_within(folder.path(), "youtube").sources;
    assert_eq!(sources.coverage.as_deref(), Some("9009.csv"));
    assert_eq!(sources.idle_coverage.as_deref(), Some("idle.csv"));
}

#[test]
fn restgyms_samples_are_its_growth_and_the_last_one_its_end() {
    let folder = restgym_evidence("market");
    let metrics = metrics_within(folder.path(), "market");
    let lines: Vec<u64> = metrics
        .minutes
        .unwrap()
        .iter()
        .map(|minute| minute.coverage.unwrap().lines.unwrap().covered)
        .collect();
    let end = metrics.coverage.unwrap().end.unwrap().lines.unwrap().covered;
    assert!(lines[0] < lines[1] && lines[1] < end, "{lines:?} {end}");
    assert!(metrics.requests.unwrap().outside_budget.unwrap() > 0);
    assert!(metrics.unique_5xx.unwrap() > 0);
}

#[test]
fn what_tools_claim_is_told_apart_and_counts_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("tool/0")).unwrap();
    add_claim(&folder.path().join("tool/0"));
    let metrics = metrics_within(folder.path(), "youtube");
    assert_eq!((metrics.requests, metrics.unique_5xx), (None, None));
    let claim = &metrics.claims[0];
    assert_eq!((claim.file.as_str(), claim.tool.as_str()), ("tool/0/wfc.json", "EvoMaster"));
    assert_eq!((claim.http_calls, claim.faults, claim.tests), (Some(900), Some(3), Some(2)));
    assert_eq!((claim.operations, claim.operations_succeeded), (Some(2), Some(1)));
    let by_fault: Vec<_> = claim.operations_by_fault.iter().map(|(c, n)| (&c[..], *n)).collect();
    assert_eq!(by_fault, [("100", 1), ("101", 1)]);
}
