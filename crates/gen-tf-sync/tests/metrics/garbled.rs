//! Evidence that is cut, garbled or hostile becomes problems: nothing panics, and nothing is made up.

use std::{fs, path::Path};

use proptest::prelude::*;

use crate::{copy_of, data, metrics_of, metrics_within, restgym_evidence};

/// What a file may look like after a crash or a bad disk.
#[derive(Clone, Debug)]
enum Damage {
    Cut(f64),
    Overwritten(f64, Vec<u8>),
    Repeated(f64),
    Emptied,
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (0.0..1.0).prop_map(Damage::Cut),
        ((0.0..1.0), prop::collection::vec(any::<u8>(), 1..40))
            .prop_map(|(place, bytes)| Damage::Overwritten(place, bytes)),
        (0.0..1.0).prop_map(Damage::Repeated),
        Just(Damage::Emptied),
    ]
}

fn damaged(path: &Path, damage: &Damage) {
    let mut bytes = fs::read(path).unwrap();
    let place = |part: f64, length: usize| (part * length as f64) as usize;
    match damage {
        Damage::Cut(part) => bytes.truncate(place(*part, bytes.len())),
        Damage::Overwritten(part, with) => {
            let from = place(*part, bytes.len());
            let to = (from + with.len()).min(bytes.len());
            bytes[from..to].copy_from_slice(&with[..to - from]);
        }
        Damage::Repeated(part) => bytes.extend_from_within(place(*part, bytes.len())..),
        Damage::Emptied => bytes.clear(),
    }
    fs::write(path, bytes).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_of_text_makes_it_panic(
        name in prop::sample::select(vec![
            "log-youtube.txt", "requests.jsonl", "openapi.json", "9009.csv", "idle.csv",
            "coverage.json", "wfc.json",
        ]),
        damage in damage(),
    ) {
        let folder = copy_of(&data("llamaresttest/youtube"));
        crate::evidence::add_requests(folder.path());
        crate::evidence::add_summary(folder.path());
        crate::evidence::add_claim(folder.path());
        damaged(&folder.path().join(name), &damage);
        let metrics = metrics_within(folder.path(), "youtube");
        if let Some(requests) = metrics.requests {
            let status = requests.status;
            let sum = status.success + status.redirection + status.client_error
                + status.server_error + status.other;
            prop_assert_eq!(requests.total, sum);
        }
    }

    #[test]
    fn no_damage_of_a_database_or_its_samples_makes_it_panic(
        name in prop::sample::select(vec![
            "results.db", "results.db", "code-coverage/jacoco_2026-11-28T10.01.30.csv",
        ]),
        damage in damage(),
    ) {
        let folder = restgym_evidence("market");
        damaged(&folder.path().join(name), &damage);
        let metrics = metrics_of(folder.path(), "market");
        prop_assert!(metrics.requests.is_none_or(|requests| requests.total <= 90));
    }
}

#[test]
fn nothing_is_null_and_not_0() {
    let folder = tempfile::tempdir().unwrap();
    let metrics = metrics_within(folder.path(), "youtube");
    let json = serde_json::to_value(&metrics).unwrap();
    for field in ["requests", "operations", "unique_5xx", "failures", "coverage", "minutes"] {
        assert!(json[field].is_null(), "{field}: {}", json[field]);
    }
    assert_eq!(metrics.problems, []);
}

#[test]
fn a_database_that_is_none_is_named_and_nothing_is_counted() {
    let folder = restgym_evidence("market");
    fs::write(folder.path().join("results.db"), "no database").unwrap();
    let metrics = metrics_of(folder.path(), "market");
    assert_eq!(metrics.requests, None);
    assert_eq!(metrics.problems[0].file, "results.db");
    assert!(metrics.problems[0].message.contains("not a database"), "{:?}", metrics.problems);
}

#[test]
fn a_database_that_was_not_closed_is_neither_read_nor_completed() {
    let folder = restgym_evidence("market");
    let journal = folder.path().join("results.db-journal");
    fs::write(&journal, "hot").unwrap();
    let metrics = metrics_of(folder.path(), "market");
    assert_eq!(metrics.requests, None);
    assert!(metrics.problems[0].message.contains("journal"), "{:?}", metrics.problems);
    assert!(journal.exists());
}

#[test]
fn a_cut_log_counts_up_to_the_cut_and_says_so() {
    let folder = copy_of(&data("llamaresttest/youtube"));
    crate::evidence::add_requests(folder.path());
    let path = folder.path().join("requests.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, &text[..text.len() - 30]).unwrap();
    let metrics = metrics_within(folder.path(), "youtube");
    assert_eq!(metrics.requests.unwrap().total, 2);
    let problem = &metrics.problems[0];
    assert_eq!(
        (problem.file.as_str(), problem.message.as_str()),
        ("requests.jsonl", "line 6: the file ends within the line (not counted)")
    );
}

#[test]
fn links_are_not_followed() {
    let folder = copy_of(&data("llamaresttest/youtube"));
    let log = folder.path().join("log-youtube.txt");
    let elsewhere = folder.path().join("elsewhere");
    fs::rename(&log, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &log).unwrap();
    assert_eq!(metrics_of(folder.path(), "youtube").requests, None);
}
