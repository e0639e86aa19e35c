//! A study that is driven by calls of `apply --yes`, each on a machine that knows nothing but the study.

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::study::{TARGET, assert_no_changes, cloud, count, place_of};

const STUDY: &str =
    "  tools = [\"steady\"]\n  services = [\"left\", \"right\"]\n  runs = 2\n  duration = \"2s\"\n";

#[test]
fn calls_without_a_memory_of_their_own_drive_a_study_to_its_end() {
    let Some((_folder, cloud)) = cloud() else { return };
    cloud.make_bucket("test-project-state");
    let target = format!("{TARGET}  state_bucket = \"test-project-state\"\n");
    let deadline = Instant::now() + Duration::from_secs(600);
    let mut calls = 0;
    let last = loop {
        // A new folder each time: the store and the state are all that is left of the call before.
        let place = place_of(STUDY, &target, &cloud);
        place.run(&["apply", "--yes"]).expect(0);
        calls += 1;
        let status = place.run(&["status", "--json"]).expect(0);
        let status: Value = serde_json::from_str(&status.stdout).unwrap();
        if status["succeeded"] == 4 {
            let rows = status["experiments"].as_array().unwrap();
            assert!(rows.iter().all(|row| row["attempt"] == 1), "{rows:?}");
            break place;
        }
        assert_eq!(status["failed"], 0, "{status}");
        assert!(Instant::now() < deadline, "{status}");
        // Without its workspace a place destroys nothing when it goes.
        fs::remove_dir_all(place.path("workspace-gcp")).unwrap();
    };
    assert!(calls > 2, "{calls} calls are no schedule");
    last.run(&["apply", "--yes"]).expect(0);
    assert_no_changes(&last);
    assert_eq!(count(&cloud.state(), "instances"), 0);
    last.run(&["destroy", "--yes"]).expect(0);
}
