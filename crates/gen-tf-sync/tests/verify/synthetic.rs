//! A synthetic study of 100 experiments, made by `scripts/dev/synthetic_study.py`, of which twelve
//! have a defect each of another kind: exactly these are named, by the rules that are for them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

/// Rules by experiment.
type Named = BTreeMap<String, BTreeSet<String>>;

fn script(arguments: &[&str], folder: &Path) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/dev/synthetic_study.py");
    let mut command = Command::new("python3");
    command.arg("-B").arg(script).args(arguments).current_dir(folder);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A pulled study, and what must come out of it.
fn pulled(options: &[&str]) -> (TempDir, Value) {
    let folder = tempfile::tempdir().unwrap();
    script(&[&["make", "study"], options].concat(), folder.path());
    let expected = std::fs::read(folder.path().join("study/expected.json")).unwrap();
    sync(folder.path(), &[]);
    (folder, serde_json::from_slice(&expected).unwrap())
}

fn sync(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gen-tf-sync"));
    command.args(arguments).current_dir(folder.join("study/workspace"));
    command.env("PATH", folder.join("no-programs")).env_remove("GEN_TF_TERRAFORM");
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn verified(folder: &Path) -> (Option<i32>, Value, Named) {
    let (code, told) = sync(folder, &["verify", "--json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    let mut named = Named::new();
    for finding in told["findings"].as_array().unwrap() {
        let word = |member: &str| finding[member].as_str().unwrap().to_owned();
        named.entry(word("experiment")).or_default().insert(word("rule"));
    }
    (code, told, named)
}

/// What the script has planted, or tampered with.
fn planted(expected: &Value, list: &str) -> Named {
    let defects = expected[list].as_array().unwrap();
    let rules = |defect: &Value| {
        let rules = defect["rules"].as_array().unwrap();
        rules.iter().map(|rule| rule.as_str().unwrap().to_owned()).collect()
    };
    let place = |defect: &Value| {
        let place = defect.get("folder").unwrap_or(&defect["experiment"]);
        place.as_str().unwrap().to_owned()
    };
    defects.iter().map(|defect| (place(defect), rules(defect))).collect()
}

#[test]
fn exactly_the_twelve_planted_defects_are_named() {
    let (folder, expected) = pulled(&["--plant-defects"]);
    let (code, told, named) = verified(folder.path());
    let planted = planted(&expected, "defects");
    assert_eq!(planted.len(), 12);
    assert_eq!((code, named), (Some(5), planted));
    assert_eq!((&told["experiments"], &told["usable"]), (&100.into(), &88.into()));
}

#[test]
fn what_is_changed_by_hand_after_the_pull_is_named_as_well() {
    let (folder, expected) = pulled(&["--plant-defects"]);
    script(&["tamper", "study/results"], folder.path());
    let (_, told, named) = verified(folder.path());
    let mut wanted = planted(&expected, "defects");
    wanted.extend(planted(&expected, "tamper"));
    assert_eq!(named, wanted);
    // The folder of no experiment takes none away.
    assert_eq!(told["usable"], 86);
}

#[test]
fn a_study_without_defects_can_be_used() {
    let (folder, _) = pulled(&["--experiments", "30"]);
    let (code, told, named) = verified(folder.path());
    assert_eq!((code, named), (Some(0), Named::new()));
    assert_eq!((&told["usable"], &told["warnings"]), (&30.into(), &Value::Array(Vec::new())));
    assert_eq!(told["unjudged"], Value::Array(Vec::new()));
}
