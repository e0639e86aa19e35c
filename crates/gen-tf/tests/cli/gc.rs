//! `gen-tf gc` on this machine: a sandbox that is in no state is found, kept while it lives, and ended.

use std::{fs, path::PathBuf, process::Command};

use crate::place::{Place, has_sandboxes};

/// The folders of the sandboxes.
fn sandboxes(place: &Place) -> Vec<PathBuf> {
    let folder = place.path("workspace-local/.gen-tf/sandboxes");
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_sandbox_in_no_state_is_kept_while_it_lives_and_ended_after_that() {
    if !has_sandboxes() {
        return;
    }
    let place = Place::pair("\"steady\"", "\"left\"", 1, "10m", "");
    place.run(&["apply", "--yes"]).expect(0);
    place.run(&["gc"]).expect(0);
    fs::remove_file(place.path("workspace-local/terraform.tfstate")).unwrap();
    fs::remove_dir_all(place.path("workspace-local/.gen-tf/state")).unwrap();

    let listed = place.run(&["gc"]).expect(2);
    assert!(listed.stdout.contains("sandbox  pair-left-steady-1"), "{}", listed.stdout);
    assert!(listed.stdout.contains("serves left/steady/1/1 and lives"), "{}", listed.stdout);
    place.run(&["gc", "--delete", "--yes"]).expect(2);
    let folder = sandboxes(&place).remove(0);

    let pid = fs::read_to_string(folder.join("pid")).unwrap();
    let pid = pid.split(' ').next().unwrap().to_owned();
    assert!(Command::new("kill").args(["-KILL", &pid]).status().unwrap().success());
    let removed = place.run(&["gc", "--delete", "--yes"]).expect(0);
    assert!(removed.stderr.contains("removed the sandbox"), "{}", removed.stderr);
    assert!(sandboxes(&place).is_empty());
    place.run(&["gc"]).expect(0);
    place.assert_nothing_is_left();
}

#[test]
fn what_expired_is_asked_of_a_project_and_not_of_a_study() {
    let place = Place::pair("\"steady\"", "\"left\"", 1, "1m", "");
    for wrong in [
        &["gc", "--expired"][..],
        &["gc", "--project", "my-project"],
        &["gc", "--expired", "--project", "my-project", "study.hcl"],
        &["gc", "--yes"],
    ] {
        place.run(wrong).expect(1);
    }
}
