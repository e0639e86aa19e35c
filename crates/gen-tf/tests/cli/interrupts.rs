//! Ctrl-C, SIGTERM and a lost terminal at every point of an apply, really pressed: nothing is lost, and
//! what is waited for is said.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use gen_tf_core::outcome::Verdict;

use crate::{
    place::{Place, has_sandboxes, terraform, wait_until},
    running::{Running, signal},
    terminal::Terminal,
};

const INTERRUPTED: i32 = 130;

/// Added to a workspace by its user: its creation waits for the file `release`.
pub const SLOW: &str = r#"
resource "terraform_data" "slow" {
  provisioner "local-exec" {
    command = <<-EOT
      touch started
      turns=0
      while [ ! -e release ] && [ "$turns" -lt 2400 ]; do sleep 0.05; turns=$((turns + 1)); done
    EOT
  }
}
"#;

/// A Terraform whose plan waits until it is asked to stop, as long as the file `slow-plan` is there;
/// `TERRAFORM` stands for the real one.
const SLOW_PLAN: &str = r#"#!/bin/sh
case "$1" in
plan)
  if [ -e ../slow-plan ]; then
    trap 'exit 1' INT
    touch ../planning
    turns=0
    while [ "$turns" -lt 2400 ]; do sleep 0.05; turns=$((turns + 1)); done
  fi ;;
esac
exec TERRAFORM "$@"
"#;

fn one(duration: &str) -> Place {
    Place::pair("\"steady\"", "\"left\"", 1, duration, "")
}

/// A workspace that is rendered and has the user's slow resource.
fn slow(place: &Place) {
    place.run(&["plan"]).expect(0);
    fs::write(place.path("workspace-local/slow.tf"), SLOW).unwrap();
}

fn release(place: &Place) {
    fs::write(place.path("workspace-local/release"), "").unwrap();
}

fn has_started(place: &Place) -> bool {
    place.path("workspace-local/started").exists()
}

/// The first attempt has succeeded, and there was no other.
#[track_caller]
fn assert_succeeds_at_the_first_attempt(place: &Place) {
    place.run(&["apply", "--wait", "--yes"]).expect(0);
    let outcomes: Vec<_> = place.outcomes().iter().map(|o| (o.attempt, o.outcome)).collect();
    assert_eq!(outcomes, [(1, Verdict::Succeeded)]);
}

#[track_caller]
fn assert_is_pending(place: &Place) {
    let status = place.run(&["status", "--json"]).expect(0).stdout;
    assert!(status.contains("\"active\": 0") && status.contains("\"pending\": 1"), "{status}");
}

#[test]
fn ctrl_c_at_a_question_is_a_no() {
    if !has_sandboxes() {
        return;
    }
    let place = one("1s");
    let mut terminal = Terminal::start(place.command(&["apply"]));
    terminal.wait_for("[y/N]");
    terminal.press_ctrl_c();
    let (status, shown) = terminal.end();
    assert_eq!(status.code(), Some(INTERRUPTED), "{shown}");
    assert!(shown.contains("interrupted, which is taken for no"), "{shown}");
    assert!(place.processes().is_empty(), "{:?}", place.processes());
    assert_succeeds_at_the_first_attempt(&place);
}

#[test]
fn a_terminal_that_goes_away_at_a_question_is_a_no() {
    if !has_sandboxes() {
        return;
    }
    let place = one("1s");
    let mut terminal = Terminal::start(place.command(&["apply"]));
    terminal.wait_for("[y/N]");
    terminal.hang_up();
    let (status, _) = terminal.end();
    // The end of what can be read may come before the signal.
    assert!(matches!(status.code(), Some(1 | INTERRUPTED)), "{status}");
    assert_is_pending(&place);
}

#[test]
fn a_plan_that_is_interrupted_or_fails_leaves_the_experiment_pending() {
    if !has_sandboxes() {
        return;
    }
    let mut place = one("1s");
    fs::write(place.path("slow-terraform"), SLOW_PLAN.replace("TERRAFORM", &terraform())).unwrap();
    fs::set_permissions(place.path("slow-terraform"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(place.path("slow-plan"), "").unwrap();
    let program = place.path("slow-terraform").to_str().unwrap().to_owned();
    place.environment.push(("GEN_TF_TERRAFORM".to_owned(), program));
    let apply = Running::start(&place, &["apply", "--wait", "--yes"]);
    wait_until("a plan is made", || place.path("planning").exists());
    signal("INT", apply.pid());
    let ended = apply.end().expect(INTERRUPTED);
    assert!(ended.stderr.contains("to stop: it changes nothing"), "{}", ended.stderr);
    fs::remove_file(place.path("slow-plan")).unwrap();
    assert_is_pending(&place);

    let broken = place.path("workspace-local/broken.tf");
    fs::write(&broken, "resource \"terraform_data\" \"x\" { input = nothing.at.all }\n").unwrap();
    place.run(&["apply", "--wait", "--yes"]).expect(4);
    fs::remove_file(broken).unwrap();
    assert_is_pending(&place);
    assert_succeeds_at_the_first_attempt(&place);
}

#[test]
fn a_drained_step_is_counted_before_gen_tf_ends() {
    if !has_sandboxes() {
        return;
    }
    let place = one("1h");
    slow(&place);
    let apply = Running::start(&place, &["apply", "--wait", "--yes"]);
    wait_until("the step is under way", || has_started(&place));
    wait_until("the sandbox is there", || {
        place.processes().iter().any(|line| line.contains("guest/main.sh"))
    });
    signal("INT", apply.pid());
    apply.wait_for("asked to end: waiting for terraform apply");
    release(&place);
    let ended = apply.end().expect(INTERRUPTED);
    assert!(ended.stderr.contains("0 of 1 succeeded, 1 active"), "{}", ended.stderr);
    assert!(ended.stderr.contains("stopped waiting"), "{}", ended.stderr);
    let state = place.terraform(&["state", "list"]).expect(0).stdout;
    assert!(state.contains("terraform_data.slow") && state.contains("sandbox"), "{state}");
    place.run(&["destroy", "--yes"]).expect(0);
}

#[test]
fn a_term_while_experiments_run_ends_the_waiting_and_nothing_else() {
    if !has_sandboxes() {
        return;
    }
    let place = one("1h");
    let apply = Running::start(&place, &["apply", "--wait", "--yes"]);
    let is_running = || {
        let status = place.run(&["status", "--json"]).expect(0);
        status.stdout.contains("\"phase\": \"run\"")
    };
    wait_until("the tool runs", is_running);
    signal("TERM", apply.pid());
    let ended = apply.end().expect(INTERRUPTED);
    assert!(ended.stderr.contains("running experiments go on"), "{}", ended.stderr);
    assert!(is_running());
    place.run(&["destroy", "--yes"]).expect(0);
    place.assert_nothing_is_left();
}

#[test]
fn a_terminal_that_goes_away_in_the_middle_of_an_apply_loses_nothing() {
    if !has_sandboxes() {
        return;
    }
    let place = one("1s");
    slow(&place);
    let mut terminal = Terminal::start(place.command(&["apply", "--wait", "--yes"]));
    terminal.wait_until("the step is under way", |_| has_started(&place));
    terminal.wait_for("creating terraform_data.slow");
    terminal.hang_up();
    release(&place);
    let (status, _) = terminal.end();
    assert_eq!(status.code(), Some(INTERRUPTED), "{status}");
    let state = place.terraform(&["state", "list"]).expect(0).stdout;
    assert!(state.contains("terraform_data.slow") && state.contains("sandbox"), "{state}");
    assert_succeeds_at_the_first_attempt(&place);
}

#[test]
fn a_model_that_takes_for_ever_is_given_up_at_ctrl_c() {
    if !has_sandboxes() {
        return;
    }
    let model = format!(
        "\nmodel \"slow.bin\" {{\n  source = \"slow.bin\"\n  sha256 = \"{}\"\n  tools  = [\"steady\"]\n}}\n",
        "0".repeat(64)
    );
    let place = Place::pair("\"steady\"", "\"left\"", 1, "1s", &model);
    // Whoever reads it waits for a writer.
    let made = Command::new("mkfifo").arg(place.path("slow.bin")).status().unwrap();
    assert!(made.success());
    let apply = Running::start(&place, &["apply", "--yes"]);
    apply.wait_for("puts model `slow.bin` into the store");
    signal("INT", apply.pid());
    let ended = apply.end().expect(INTERRUPTED);
    assert!(ended.stderr.contains("the next apply puts it there"), "{}", ended.stderr);
}
