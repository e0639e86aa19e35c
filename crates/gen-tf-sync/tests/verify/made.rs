//! A study of four experiments whose results are good, pulled and ready to be spoilt.

use std::{
    fs,
    path::{Path, PathBuf},
};

use gen_tf_core::{
    id::AttemptObject,
    outcome::{Cause, Outcome, Uploaded},
};
use serde_json::{Value, json};

use crate::support::{Files, Pull, Study, archive, attempt, file_list, outcome, sha256};

const START: f64 = 1_795_860_000.0;
pub const EXPERIMENTS: [&str; 4] =
    ["pets/fuzzer/1", "pets/fuzzer/2", "pets/walker/1", "pets/walker/2"];

/// The study, as a render leaves it.
pub fn rendered() -> Value {
    let limits = json!({"min_requests_per_second": 1.0, "min_request_span": 0.9,
        "min_coverage_samples_per_minute": 0.0});
    let cell = json!({"definition": "d".repeat(32), "setup_key": "e", "limits": limits});
    json!({"format": 1, "study": "quick", "harness": "made", "target": "local",
        "store": "../store/quick", "results": "../results", "runs": 2, "attempts": 3,
        "duration": 20, "seed": 1, "cells": {"pets": {"fuzzer": cell, "walker": cell}}})
}

/// What the guest writes of a good attempt, before its results.
pub fn good(experiment: &str, number: u32) -> Outcome {
    let mut outcome = outcome(&attempt(experiment, number), None);
    outcome.timings.tool_started = Some(START);
    for (name, value) in [("harness", "made"), ("cpu", "A"), ("kernel", "6.1.0")] {
        outcome.environment.insert(name.to_owned(), value.to_owned());
    }
    outcome
}

/// Evidence of twenty seconds with five requests a second; no two runs have the same.
pub fn evidence(seed: usize) -> Files {
    let line = |number: u32| {
        let time = START + f64::from(number) * 0.2 + 0.01 * (seed + 1) as f64;
        let path = if number.is_multiple_of(2) { "/pets" } else { "/pets/7" };
        let status = if number.is_multiple_of(5) { 404 } else { 200 };
        format!(
            "{{\"time\":{time:.3},\"method\":\"GET\",\"path\":\"{path}\",\"status\":{status}}}\n"
        )
    };
    let requests: String = (0..100).map(line).collect();
    let coverage = json!({"format": 1,
        "idle": {"lines_covered": 30, "lines_total": 100},
        "final": {"lines_covered": 50 + seed, "lines_total": 100}});
    [
        ("requests.jsonl".to_owned(), requests.into_bytes()),
        ("coverage.json".to_owned(), coverage.to_string().into_bytes()),
        ("tool/0/output.txt".to_owned(), b"one\ntwo\n".to_vec()),
    ]
    .into()
}

/// A study that can be spoilt before it is pulled and after.
pub struct Made {
    pub study: Study,
}

impl Made {
    /// With results of all experiments, as `spoil` leaves each before it goes into the store.
    pub fn with(spoil: impl Fn(&str, &mut Outcome, &mut Files)) -> Self {
        let made = Self { study: Study::new() };
        made.render(&rendered());
        for (seed, experiment) in EXPERIMENTS.into_iter().enumerate() {
            let (mut outcome, mut files) = (good(experiment, 1), evidence(seed));
            spoil(experiment, &mut outcome, &mut files);
            made.put(outcome, &files);
        }
        made.pull();
        made
    }

    /// With good results of all experiments.
    pub fn good() -> Self {
        Self::with(|_, _, _| {})
    }

    pub fn render(&self, facts: &Value) {
        fs::write(self.study.workspace().join("gen-tf.json"), facts.to_string()).unwrap();
    }

    pub fn put(&self, outcome: Outcome, files: &Files) {
        let id = attempt(&outcome.experiment.to_string(), outcome.attempt);
        let (archive, list) = (archive(files), serde_json::to_vec(&file_list(files)).unwrap());
        let results = Uploaded {
            archive: AttemptObject::Results.key(&id),
            size: archive.len() as u64,
            sha256: sha256(&archive),
            file_list: AttemptObject::Files.key(&id),
            file_list_sha256: sha256(&list),
            files: files.len() as u64,
        };
        self.study.put(&results.archive, &archive);
        self.study.put(&results.file_list, &list);
        self.study.put_outcome(&Outcome { results: Some(results), ..outcome });
    }

    pub fn put_failure(&self, experiment: &str, number: u32, cause: Cause) {
        let id = attempt(experiment, number);
        self.study.put_outcome(&outcome(&id, Some(cause)));
    }

    pub fn pull(&self) {
        let pull = self.study.pull();
        assert_eq!(pull.code, 0, "{}", pull.stderr);
    }

    /// A file or folder of the results.
    pub fn path(&self, path: &str) -> PathBuf {
        self.study.results(path)
    }

    /// Changes a JSON file of the results.
    pub fn edit(&self, path: &str, change: impl FnOnce(&mut Value)) {
        edit(&self.path(path), change);
    }

    pub fn verify(&self, more: &[&str]) -> Pull {
        Pull::of(&mut self.study.sync(&[&["verify"], more].concat()))
    }

    /// The findings, as `rule experiment`; `*` stands for the study. The exit code goes with them.
    pub fn findings(&self, more: &[&str]) -> Vec<String> {
        let told = self.verify(&[&["--json"], more].concat());
        let json = told.json();
        let findings = json["findings"].as_array().unwrap();
        assert_eq!(told.code, if findings.is_empty() { 0 } else { 5 }, "{}", told.stderr);
        let text = |finding: &Value, member: &str| finding[member].as_str().map(str::to_owned);
        findings
            .iter()
            .map(|finding| {
                let whose = text(finding, "experiment").unwrap_or_else(|| "*".to_owned());
                format!("{} {whose}", text(finding, "rule").unwrap())
            })
            .collect()
    }

    /// The message of the only finding.
    pub fn message(&self) -> String {
        let json = self.verify(&["--json"]).json();
        let findings = json["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 1, "{findings:#?}");
        findings[0]["message"].as_str().unwrap().to_owned()
    }
}

/// Changes a JSON file.
pub fn edit(path: &Path, change: impl FnOnce(&mut Value)) {
    let mut value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    change(&mut value);
    fs::write(path, serde_json::to_vec(&value).unwrap()).unwrap();
}
