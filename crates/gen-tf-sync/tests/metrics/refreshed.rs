//! metrics.json appears beside each outcome, and again when it is old.

use std::{fs, path::Path, process::Command};

use crate::{copy_into, data, outcome};

/// A results folder with a succeeded and a failed attempt.
fn results() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for place in ["youtube/tool/1", ".attempts/youtube/tool/2/1"] {
        let place = folder.path().join(place);
        fs::create_dir_all(&place).unwrap();
        copy_into(&data("llamaresttest/youtube"), &place);
        let outcome = serde_json::to_vec(&outcome("youtube")).unwrap();
        fs::write(place.join("outcome.json"), outcome).unwrap();
    }
    folder
}

fn run(results: &Path, more: &[&str]) -> serde_json::Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gen-tf-sync"));
    command.args(["metrics", "--json", "--results", results.to_str().unwrap()]).args(more);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn places(told: &serde_json::Value) -> Vec<&str> {
    let computed = told["computed"].as_array().unwrap();
    computed.iter().map(|one| one["place"].as_str().unwrap()).collect()
}

#[test]
fn metrics_are_computed_once_and_again_when_they_are_missing_old_or_empty() {
    let folder = results();
    let results = folder.path();
    let first = run(results, &[]);
    assert_eq!(places(&first), ["youtube/tool/1", ".attempts/youtube/tool/2/1"]);
    let path = results.join("youtube/tool/1/metrics.json");
    let written = fs::read_to_string(&path).unwrap();
    assert!(written.starts_with("{\"format\":1,\"experiment\":\"youtube/tool/1\","), "{written}");
    let second = run(results, &[]);
    assert_eq!((places(&second), &second["up_to_date"]), (vec![], &2.into()));
    for changed in [written.replacen("\"format\":1", "\"format\":0", 1), String::new()] {
        fs::write(&path, changed).unwrap();
        assert_eq!(places(&run(results, &[])), ["youtube/tool/1"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), written);
    }
    fs::remove_file(&path).unwrap();
    assert_eq!(places(&run(results, &[])), ["youtube/tool/1"]);
    assert_eq!(places(&run(results, &["--again"])).len(), 2);
}

#[test]
fn what_is_written_reads_back_the_same() {
    let folder = results();
    run(folder.path(), &[]);
    let place = folder.path().join("youtube/tool/1");
    let text = fs::read(place.join("metrics.json")).unwrap();
    let read: gen_tf_core::metrics::Metrics = serde_json::from_slice(&text).unwrap();
    assert_eq!(read, crate::metrics_of(&place, "youtube"));
}
