//! Two at one study: who comes second is told who is there, since when, and what to do about it.

use std::{
    fs,
    process::{Command, Stdio},
};

use crate::{
    place::{Place, has_sandboxes, terraform, wait_until},
    running::{Running, signal},
};

#[test]
fn a_state_that_terraform_by_hand_works_on_is_refused_at_once() {
    if !has_sandboxes() {
        return;
    }
    let place = Place::pair("\"steady\"", "\"left\"", 1, "1s", "");
    place.run(&["plan"]).expect(0);
    let workspace = place.path(place.workspace);
    fs::write(workspace.join("slow.tf"), crate::interrupts::SLOW).unwrap();
    let mut by_hand = Command::new(terraform())
        .args(["apply", "-auto-approve", "-input=false"])
        .current_dir(&workspace)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until("it works on the state", || workspace.join("started").exists());
    for command in [&["apply", "--yes"][..], &["plan"], &["destroy", "--yes"]] {
        let refused = place.run(command).expect(4);
        for word in [
            "error: Terraform's state is locked: ",
            " holds it since ",
            " ago) for `apply`",
            &format!("with process {} of this machine", by_hand.id()),
            &format!("`kill -INT {}` ends it", by_hand.id()),
        ] {
            assert!(refused.stderr.contains(word), "no `{word}` in:\n{}", refused.stderr);
        }
    }
    assert!(!workspace.join("active.auto.tfvars.json").exists(), "nothing was changed");
    fs::write(workspace.join("release"), "").unwrap();
    assert!(by_hand.wait().unwrap().success());
    place.run(&["apply", "--wait", "--yes"]).expect(0);
    assert_eq!(place.outcomes().len(), 1);
}

#[test]
fn a_second_gen_tf_in_a_workspace_is_told_of_the_first() {
    if !has_sandboxes() {
        return;
    }
    let place = Place::pair("\"steady\"", "\"left\"", 1, "1h", "");
    let first = Running::start(&place, &["apply", "--wait", "--yes"]);
    first.wait_for("starts  left/steady/1/1");
    let second = place.run(&["apply", "--yes"]).expect(1);
    for word in [
        "another gen-tf works in ",
        &format!(" runs `gen-tf apply --wait --yes` (pid {}) since ", first.pid()),
        " ago); wait until it is done",
    ] {
        assert!(second.stderr.contains(word), "no `{word}` in:\n{}", second.stderr);
    }
    signal("TERM", first.pid());
    first.end().expect(130);
    place.run(&["apply", "--yes"]).expect(0);
    place.run(&["destroy", "--yes"]).expect(0);
}
