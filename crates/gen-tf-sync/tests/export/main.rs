//! Exports for RESTgym's and LlamaRestTest's own scripts: what is in them, what is refused, and that
//! the scripts, where a clone of them is named, find what metrics.json has.
#![allow(clippy::unwrap_used, reason = "a test ends with a panic")]

#[path = "../support/mod.rs"]
mod support;
#[path = "../support/res_csv.rs"]
mod res_csv;
mod restgym;
mod llamaresttest;
mod refused;

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use support::{Files, Pull, Study, tree};

/// A study of these services and one tool.
fn study(harness: &str, services: &[&str], tool: &str, runs: u32) -> Study {
    let study = Study::new();
    let cell = json!({ tool: { "definition": "d".repeat(32), "setup_key": "e".repeat(32) } });
    let cells: BTreeMap<&str, Value> = services.iter().map(|it| (*it, cell.clone())).collect();
    let facts = json!({
        "format": 1, "study": "quick", "harness": harness, "target": "local", "store": "../store/quick",
        "results": "../results", "runs": runs, "attempts": 3, "duration": 60, "cells": cells,
    });
    fs::write(study.workspace().join("gen-tf.json"), facts.to_string()).unwrap();
    study
}

/// Evidence below `tests/metrics`.
fn evidence(place: &str) -> Files {
    tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/metrics").join(place))
}

impl Study {
    fn pull_all(&self) {
        let pull = self.pull();
        assert_eq!(pull.code, 0, "{}", pull.stderr);
    }

    fn export(&self, form: &str) -> Pull {
        Pull::of(&mut self.sync(&["export", form, "--output", "../export"]))
    }

    /// An export that succeeds, with nothing half-written beside it and the results as they were.
    fn exported(&self, form: &str) -> (PathBuf, Pull) {
        let before = tree(&self.results(""));
        let export = self.export(form);
        assert_eq!(export.code, 0, "{}", export.stderr);
        assert!(!self.path(".export.part").exists());
        assert!(tree(&self.results("")) == before, "the results have changed");
        (self.path("export"), export)
    }

    /// What metrics.json has of the figures that a project publishes.
    fn published(&self, experiment: &str, project: &str) -> Value {
        let text = fs::read(self.results(experiment).join("metrics.json")).unwrap();
        let metrics: Value = serde_json::from_slice(&text).unwrap();
        metrics["published"][project].clone()
    }
}

/// A file of the clone that a variable names, at a commit; without the variable the test is skipped.
fn script(variable: &str, commit: &str, path: &str) -> Option<Vec<u8>> {
    let Ok(repository) = env::var(variable) else {
        if path.ends_with("check.py") || path.ends_with("collect.py") {
            println!("SKIPPED: export: {variable} names no clone");
        }
        return None;
    };
    let object = format!("{commit}:{path}");
    let shown = Command::new("git").args(["-C", &repository, "show", &object]).output().unwrap();
    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
    Some(shown.stdout)
}

/// Runs a script of Python in a folder, with answers for what it asks.
fn python(script: &Path, folder: &Path, modules: &Path, answers: &str) -> String {
    let answers_file = modules.join("answers");
    fs::write(&answers_file, answers).unwrap();
    let mut command = Command::new("python3");
    command.arg("-B").arg(script).current_dir(folder).env("PYTHONPATH", modules);
    command.stdin(fs::File::open(answers_file).unwrap());
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}
