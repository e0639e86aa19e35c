//! The rules of a trustworthy result, each at its limit: what just passes, what just fails, and what
//! cannot be judged. Nothing here was ever measured.

#![allow(clippy::unwrap_used, reason = "a test ends with a panic")]

mod one_result;
mod environments;
mod whole_study;

use std::collections::BTreeMap;

use gen_tf_core::{
    harness::Limits,
    id::ExperimentId,
    metrics::{
        Coverage, CoverageCounts, Covered, FORMAT, Metrics, Published, Requests, Sources,
        StatusClasses,
    },
    outcome::{self, Outcome, Timings, Uploaded, Verdict},
};

/// The study's duration in seconds.
const DURATION: f64 = 300.0;
const DEFINITION: &str = "55a1838e05f6858b0b5bbe5a3c32b0f8";
const LIMITS: Limits = Limits {
    min_requests_per_second: 1.1,
    min_request_span: 0.9,
    min_coverage_samples_per_minute: 12.0,
};

fn id(text: &str) -> ExperimentId {
    text.parse().unwrap()
}

/// The outcome of a good result.
fn outcome(experiment: &str) -> Outcome {
    let archive = format!("results/{experiment}/1.tar.gz");
    Outcome {
        format: outcome::FORMAT,
        study: "s".to_owned(),
        experiment: id(experiment),
        attempt: 1,
        definition: DEFINITION.to_owned(),
        setup_key: String::new(),
        outcome: Verdict::Succeeded,
        cause: None,
        message: String::new(),
        phase: "outcome".to_owned(),
        written_by: "guest".to_owned(),
        duration: DURATION,
        tool_seconds: DURATION,
        tool_starts: 1,
        timings: Timings::default(),
        results: Some(Uploaded {
            archive,
            size: 1,
            sha256: String::new(),
            file_list: String::new(),
            file_list_sha256: String::new(),
            files: 1,
        }),
        environment: BTreeMap::new(),
    }
}

/// What a good result's evidence shows.
fn metrics() -> Metrics {
    let status = StatusClasses { success: 400, client_error: 200, ..StatusClasses::default() };
    let requests = Requests {
        total: 600,
        status,
        unauthorized: 0,
        forbidden: 0,
        unanswered: None,
        outside_budget: Some(0),
        first: Some(0.0),
        last: Some(DURATION),
        span_seconds: Some(DURATION),
    };
    Metrics {
        format: FORMAT,
        experiment: id("pets/fuzzer/1"),
        attempt: 1,
        window: None,
        sources: Sources { requests: Some("requests.jsonl".to_owned()), ..Sources::default() },
        requests: Some(requests),
        operations: None,
        unique_5xx: None,
        failures: None,
        coverage: Some(Coverage {
            idle: Some(lines(10)),
            end: Some(lines(20)),
            samples: Some(300),
        }),
        minutes: None,
        published: Published::default(),
        claims: Vec::new(),
        problems: Vec::new(),
    }
}

fn covered(covered: u64) -> Option<Covered> {
    Some(Covered { covered, total: 100 })
}

fn lines(number: u64) -> CoverageCounts {
    CoverageCounts { lines: covered(number), ..CoverageCounts::default() }
}
