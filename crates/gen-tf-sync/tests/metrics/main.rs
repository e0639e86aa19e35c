//! Metrics of evidence that was made for it, whole and garbled. Nothing here measures anything.
#![allow(clippy::unwrap_used, reason = "a test ends with a panic")]

#[path = "../support/res_csv.rs"]
mod res_csv;
mod published;
mod evidence;
mod garbled;
mod refreshed;

use std::{
    fs,
    path::{Path, PathBuf},
};

use camino::Utf8Path;
use gen_tf_core::{
    metrics::Metrics,
    outcome::{FORMAT, Outcome, Timings, Verdict},
};
use tempfile::TempDir;

/// When the evidence's first requests were sent.
const START: f64 = 1_795_860_000.0;

/// A folder of `tests/metrics`.
fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/metrics").join(path)
}

fn outcome(service: &str) -> Outcome {
    Outcome {
        format: FORMAT,
        study: "s".to_owned(),
        experiment: format!("{service}/tool/1").parse().unwrap(),
        attempt: 1,
        definition: String::new(),
        setup_key: String::new(),
        outcome: Verdict::Succeeded,
        cause: None,
        message: String::new(),
        phase: "outcome".to_owned(),
        written_by: "guest".to_owned(),
        duration: 120.0,
        tool_seconds: 120.0,
        tool_starts: 1,
        timings: Timings::default(),
        results: None,
        environment: Default::default(),
    }
}

/// The metrics of an attempt whose outcome does not tell the tool's time.
fn metrics_of(folder: &Path, service: &str) -> Metrics {
    gen_tf_sync::metrics::compute(Utf8Path::from_path(folder).unwrap(), &outcome(service))
}

/// The metrics of an attempt of two minutes.
fn metrics_within(folder: &Path, service: &str) -> Metrics {
    let mut outcome = outcome(service);
    outcome.timings.tool_started = Some(START);
    gen_tf_sync::metrics::compute(Utf8Path::from_path(folder).unwrap(), &outcome)
}

/// A copy of a folder that a test may change.
fn copy_of(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_into(folder, copy.path());
    copy
}

fn copy_into(folder: &Path, copy: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let target = copy.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&target).unwrap();
            copy_into(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The evidence of an API of RESTgym, with its database as RESTgym's recorder makes it.
fn restgym_evidence(api: &str) -> TempDir {
    let folder = copy_of(&data("restgym").join(api));
    let rows: Vec<(String, String, f64, i64, String, f64)> =
        serde_json::from_slice(&fs::read(folder.path().join("interactions.json")).unwrap())
            .unwrap();
    let database = rusqlite::Connection::open(folder.path().join("results.db")).unwrap();
    database
        .execute_batch(
            "CREATE TABLE interactions (id integer PRIMARY KEY, request_method text, \
             request_path text, request_headers text, request_content text, \
             request_timestamp real, response_status_code integer, response_headers text, \
             response_content text, response_timestamp real); BEGIN",
        )
        .unwrap();
    let insert = "INSERT INTO interactions (request_method, request_path, request_timestamp, \
        response_status_code, response_content, response_timestamp) VALUES (?, ?, ?, ?, ?, ?)";
    for row in rows {
        database.execute(insert, row).unwrap();
    }
    database.execute_batch("COMMIT").unwrap();
    folder
}
