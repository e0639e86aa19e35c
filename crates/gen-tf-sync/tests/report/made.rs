//! Results folders of made studies, and the program to report them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// When the first attempt began, in seconds since 1970.
const START: i64 = 1_795_860_000;

/// A results folder.
pub struct Results {
    folder: TempDir,
    study: String,
}

impl Results {
    /// A study of these tools and services, with its facts as a pull keeps them; its runs are of
    /// three minutes.
    pub fn of(study: &str, services: &[&str], tools: &[&str], runs: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let limits = json!({"min_requests_per_second": 0.1, "min_request_span": 0.9,
            "min_coverage_samples_per_minute": 0.0});
        let cell = json!({"definition": "d", "limits": limits});
        let cells = |service: &&str| {
            let tools = tools.iter().map(|tool| ((*tool).to_owned(), cell.clone())).collect();
            ((*service).to_owned(), Value::Object(tools))
        };
        let cells = Value::Object(services.iter().map(cells).collect());
        let results = Self { folder, study: study.to_owned() };
        let facts = json!({"format": 1, "study": study, "harness": "quickstart", "cells": cells,
            "runs": runs, "attempts": 3, "duration": 180});
        results.put("study.json", &facts);
        results
    }

    /// A whole study with everything in it: three tools on three services, where runs grow at their
    /// own pace, two are missing, and some attempts have failed.
    pub fn of_everything() -> Self {
        let (services, tools) = (["echo", "kinto", "pets"], ["alpha", "beta", "gamma"]);
        let results = Self::of("everything", &services, &tools, 4);
        for (s, service) in (1..).zip(services) {
            for (t, tool) in (1..).zip(tools) {
                for run in 1..=4 {
                    let id = format!("{service}/{tool}/{run}");
                    let strength = s * 7 + t * 11 + run * (t % 3 + 1);
                    match (s, t, run) {
                        (1, 2, 3) => results.fail(&id, 1, "preempted", "the machine went away"),
                        (3, 3, 4) => {}
                        (2, 1, 1) => {
                            results.fail(
                                &id,
                                1,
                                "service-not-ready",
                                "no answer on <port> & \"path\"",
                            );
                            results.succeed(&id, 2, strength);
                        }
                        _ => results.succeed(&id, 1, strength),
                    }
                }
            }
        }
        results
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("results").join(path)
    }

    pub fn report(&self, path: &str) -> PathBuf {
        self.folder.path().join("report").join(path)
    }

    pub fn put(&self, path: &str, value: &Value) {
        self.put_text(path, &value.to_string());
    }

    pub fn put_text(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Leaves a failed attempt.
    pub fn fail(&self, id: &str, attempt: u32, cause: &str, message: &str) {
        let outcome = self.outcome(id, attempt, Some(cause), message);
        self.put(&format!(".attempts/{id}/{attempt}/outcome.json"), &outcome);
    }

    /// Leaves a run whose figures grow with its strength.
    pub fn succeed(&self, id: &str, attempt: u32, strength: i64) {
        self.put(&format!("{id}/outcome.json"), &self.outcome(id, attempt, None, ""));
        self.put(&format!("{id}/metrics.json"), &metrics(id, attempt, strength));
    }

    fn outcome(&self, id: &str, attempt: u32, cause: Option<&str>, message: &str) -> Value {
        let run: i64 = id.rsplit('/').next().unwrap().parse().unwrap();
        let started = START + run * 600 + i64::from(attempt) * 300;
        let time = |seconds| jiff::Timestamp::from_second(seconds).unwrap().to_string();
        json!({
            "format": 1, "study": self.study, "experiment": id, "attempt": attempt,
            "definition": "d", "setup_key": "e",
            "outcome": if cause.is_some() { "failed" } else { "succeeded" },
            "cause": cause, "message": message, "phase": "run", "written_by": "guest",
            "duration": 180.0, "tool_seconds": 180.0, "tool_starts": 1,
            "timings": {"started": time(started), "ended": time(started + 240),
                "wall_seconds": 240.0, "phases": {}, "tool_started": started},
            "results": null, "environment": {},
        })
    }

    /// Runs `gen-tf-sync report` on the folder, quickly, as there is no evidence in it.
    pub fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_gen-tf-sync"))
            .args(["report", "--quick"])
            .arg("--results")
            .arg(self.path(""))
            .args(arguments)
            .output()
            .unwrap()
    }

    /// Runs it, and gives a file of the report.
    pub fn file(&self, name: &str) -> String {
        let output = self.run(&[]);
        assert!(output.status.success(), "{output:?}");
        fs::read_to_string(self.report(name)).unwrap()
    }

    /// Runs it, and gives `report.json`.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.file("report.json")).unwrap()
    }
}

fn metrics(id: &str, attempt: u32, strength: i64) -> Value {
    let coverage = |lines: i64| {
        json!({"lines": {"covered": lines, "total": 200},
            "branches": {"covered": lines / 2, "total": 120},
            "methods": {"covered": lines / 5, "total": 40}})
    };
    let status = |requests: i64| json!({"2xx": requests / 2, "3xx": 0, "4xx": requests - requests / 2 - 3, "5xx": 3, "other": 0});
    let minute = |minute: i64| {
        json!({"requests": strength * 10, "status": status(strength * 10),
            "operations_reached": 8, "operations_succeeded": 2 * minute,
            "unique_5xx": strength * minute / 24, "coverage": coverage(40 + strength * minute / 3)})
    };
    json!({
        "format": 1, "experiment": id, "attempt": attempt,
        "window": {"started": START, "seconds": 180.0}, "sources": {},
        "requests": {"total": strength * 30, "status": status(strength * 30), "unauthorized": 0,
            "forbidden": 0, "unanswered": 0, "outside_budget": 0, "first": START, "last": START + 179,
            "span_seconds": 179.0},
        "operations": {"documented": 9, "reached": 8, "succeeded": 6, "failed": 1,
            "requests_elsewhere": 0},
        "unique_5xx": strength / 8, "failures": [],
        "coverage": {"idle": coverage(20), "final": coverage(40 + strength), "samples": 3},
        "minutes": [minute(1), minute(2), minute(3)],
        "published": {}, "claims": [], "problems": [],
    })
}

/// A file of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}
