//! render: what it writes, what it leaves alone, and what `--check` says.

use std::{fs, os::unix::fs::PermissionsExt as _};

use crate::place::Place;

fn place() -> Place {
    Place::pair("\"steady\", \"quick\"", "\"left\", \"right\"", 2, "20s", "")
}

#[test]
fn rendering_twice_changes_nothing() {
    let place = place();
    let first = place.run(&["render"]).expect(0);
    assert!(first.stderr.contains(" created, 0 changed, 0 deleted"), "{}", first.stderr);
    let second = place.run(&["render"]).expect(0);
    assert!(second.stderr.contains(": 0 created, 0 changed, 0 deleted"), "{}", second.stderr);
}

#[test]
fn check_writes_nothing_shows_a_diff_and_exits_with_2() {
    let place = place();
    place.run(&["render", "--check"]).expect(2);
    assert!(!place.path("workspace-local").exists());
    place.run(&["render"]).expect(0);
    place.run(&["render", "--check"]).expect(0);
    let study = fs::read_to_string(place.path("study.hcl")).unwrap();
    fs::write(place.path("study.hcl"), study.replace("= 2\n  duration", "= 3\n  duration"))
        .unwrap();
    let ran = place.run(&["render", "--check"]).expect(2);
    assert!(ran.stdout.contains("-  runs = 2\n+  runs = 3\n"), "{}", ran.stdout);
    let main = fs::read_to_string(place.path("workspace-local/experiments.tf")).unwrap();
    assert!(main.contains("runs = 2"));
}

#[test]
fn what_a_render_no_longer_makes_is_removed_and_files_of_others_stay() {
    let place = place();
    place.run(&["render"]).expect(0);
    let workspace = place.path("workspace-local");
    for foreign in ["mine.tf", ".terraform.lock.hcl", "guest/mine.txt"] {
        fs::write(workspace.join(foreign), "mine").unwrap();
    }
    assert!(workspace.join("guest/services/right.env").exists());
    let study = fs::read_to_string(place.path("study.hcl")).unwrap();
    fs::write(place.path("study.hcl"), study.replace("\"left\", \"right\"", "\"left\"")).unwrap();
    let ran = place.run(&["render"]).expect(0);
    assert!(ran.stderr.contains("1 deleted"), "{}", ran.stderr);
    assert!(!workspace.join("guest/services/right.env").exists());
    for foreign in ["mine.tf", ".terraform.lock.hcl", "guest/mine.txt"] {
        assert_eq!(fs::read_to_string(workspace.join(foreign)).unwrap(), "mine");
    }
}

#[test]
fn a_file_of_somebody_else_is_never_overwritten() {
    let place = place();
    fs::create_dir(place.path("workspace-local")).unwrap();
    fs::write(place.path("workspace-local/main.tf"), "mine").unwrap();
    let ran = place.run(&["render"]).expect(1);
    assert!(ran.stderr.contains("main.tf exists and was not rendered by gen-tf"), "{}", ran.stderr);
    assert_eq!(fs::read_to_string(place.path("workspace-local/main.tf")).unwrap(), "mine");
    assert!(!place.path("workspace-local/variables.tf").exists());
}

#[test]
fn a_workspace_of_another_study_is_refused() {
    let place = place();
    place.run(&["render"]).expect(0);
    let study = fs::read_to_string(place.path("study.hcl")).unwrap();
    fs::write(place.path("study.hcl"), study.replace("study \"pair\"", "study \"other\"")).unwrap();
    let ran = place.run(&["render"]).expect(1);
    assert!(ran.stderr.contains("is the workspace of study `pair`"), "{}", ran.stderr);
}

#[test]
fn scripts_keep_their_run_bit() {
    let place = place();
    place.run(&["render"]).expect(0);
    let mode = |name: &str| {
        fs::metadata(place.path("workspace-local").join(name)).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode("guest/main.sh"), 0o755);
    assert_eq!(mode("main.tf"), 0o644);
}

#[test]
fn a_rehearsal_has_a_workspace_and_a_name_of_its_own() {
    let place = place();
    place.run(&["render", "--rehearse", "--duration", "5s"]).expect(0);
    let manifest = fs::read(place.path("workspace-rehearsal/gen-tf.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["study"], "pair-rehearsal");
    assert_eq!(manifest["store"], "../store/pair-rehearsal");
    assert_eq!(manifest["results"], "../results-rehearsal");
    assert_eq!((&manifest["runs"], &manifest["duration"]), (&1.into(), &5.into()));
    assert!(!place.path("workspace-local").exists());
}
