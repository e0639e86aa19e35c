//! Ctrl-C, a lost terminal, and a gen-tf that is killed.

use std::io::Read;
use std::process::Stdio;

use crate::support::{
    Folder, INTERRUPTED, SLOW, command, real, signal, signal_group, wait_for_end,
};

/// A Terraform that makes plans, and whose apply takes no notice of SIGINT.
const STUBBORN: &str = r#"#!/bin/sh
case "$1" in
version) echo 'Terraform v1.11.4' ;;
plan)
  for argument; do
    case "$argument" in -out=*) : >"${argument#-out=}" ;; esac
  done
  exit 2
  ;;
apply)
  trap 'echo asked >>interrupts' INT
  touch started
  turns=0
  while [ "$turns" -lt 2400 ]; do sleep 0.05; turns=$((turns + 1)); done
  ;;
esac
"#;

/// A Terraform whose plan ends only when it is asked to.
const SLOW_PLAN: &str = r#"#!/bin/sh
case "$1" in
version) echo 'Terraform v1.11.4' ;;
plan)
  trap 'echo one >>interrupts; exit 1' INT
  touch started
  turns=0
  while [ "$turns" -lt 2400 ]; do sleep 0.05; turns=$((turns + 1)); done
  ;;
esac
"#;

#[test]
fn one_ctrl_c_waits_for_what_is_being_created() {
    if real().is_none() {
        return;
    }
    let folder = Folder::new(SLOW);
    let driver = folder.drive(None);
    folder.wait_for("started");
    driver.wait_for("creating terraform_data.slow");
    signal_group("INT", driver.pid());
    driver.wait_for("asked to end: waiting for terraform apply (creating terraform_data.slow)");
    folder.write("release", "");
    let (status, told) = driver.end();
    assert!(status.success(), "{told}");
    assert!(folder.has("finished"));
    assert!(folder.read("terraform.tfstate").contains("\"slow\""));
}

#[test]
fn two_ctrl_c_stop_terraform_in_order() {
    let Some(terraform) = real() else { return };
    let folder = Folder::new(SLOW);
    let driver = folder.drive(None);
    folder.wait_for("started");
    signal("INT", driver.pid());
    driver.wait_for("asked to end");
    signal("INT", driver.pid());
    let (status, told) = driver.end();
    assert_eq!(status.code(), Some(INTERRUPTED), "{told}");
    assert!(told.contains("asked terraform apply to stop"), "{told}");
    assert!(told.contains("terraform apply was stopped"), "{told}");
    assert!(!folder.has(".terraform.tfstate.lock.info"), "the lock was given back");
    let (mut workspace, _) = folder.open(&terraform);
    assert_eq!(workspace.state_list().unwrap(), ["terraform_data.slow"], "tainted, not lost");
}

#[test]
fn a_third_ctrl_c_kills_what_does_not_listen() {
    let folder = Folder::new("");
    let stub = folder.script("terraform", STUBBORN);
    let driver = folder.drive(Some(&stub));
    folder.wait_for("started");
    let terraform = folder.terraform_pid();
    signal("INT", driver.pid());
    driver.wait_for("asked to end");
    signal("INT", driver.pid());
    driver.wait_for("asked terraform apply to stop");
    folder.wait_for("interrupts");
    signal("INT", driver.pid());
    driver.wait_for("killed terraform apply");
    let (status, told) = driver.end();
    assert_eq!(status.code(), Some(INTERRUPTED), "{told}");
    assert!(told.contains("terraform apply was killed"), "{told}");
    assert_eq!(folder.read("interrupts"), "asked\n", "Terraform is asked once");
    assert!(!std::path::Path::new(&format!("/proc/{terraform}")).exists());
    assert!(!folder.has(".gen-tf/running.json"));
}

#[test]
fn a_plan_is_stopped_by_the_first_ctrl_c() {
    let folder = Folder::new("");
    let stub = folder.script("terraform", SLOW_PLAN);
    let driver = folder.drive(Some(&stub));
    folder.wait_for("started");
    signal("INT", driver.pid());
    let (status, told) = driver.end();
    assert_eq!(status.code(), Some(INTERRUPTED), "{told}");
    assert!(told.contains("terraform plan was stopped"), "{told}");
    assert_eq!(folder.read("interrupts"), "one\n");
}

#[test]
fn a_lost_terminal_neither_kills_terraform_nor_gen_tf() {
    if real().is_none() {
        return;
    }
    let folder = Folder::new(SLOW);
    let mut driver = command(&folder, None).stderr(Stdio::piped()).spawn().unwrap();
    folder.wait_for("started");
    let terraform = folder.terraform_pid();
    // Nobody reads stderr any more: what gen-tf prints from now on fails.
    drop(driver.stderr.take());
    signal("HUP", terraform);
    signal_group("HUP", driver.id());
    folder.write("release", "");
    assert!(wait_for_end(&mut driver).success());
    assert!(folder.has("finished"));
    assert!(folder.read("terraform.tfstate").contains("\"slow\""));
}

#[test]
fn a_killed_gen_tf_leaves_terraform_running_and_the_next_one_waits() {
    let Some(terraform) = real() else { return };
    let folder = Folder::new(SLOW);
    let mut killed = command(&folder, None).stderr(Stdio::piped()).spawn().unwrap();
    folder.wait_for("started");
    let pid = folder.terraform_pid();
    killed.kill().unwrap();
    assert!(!wait_for_end(&mut killed).success());
    let mut printed = String::new();
    killed.stderr.take().unwrap().read_to_string(&mut printed).unwrap();
    assert!(printed.contains("terraform apply: 1 change"), "{printed}");

    let impatient = folder.drive(None);
    impatient.wait_for(&format!("still runs here (pid {pid}"));
    signal("INT", impatient.pid());
    let (status, told) = impatient.end();
    assert_eq!(status.code(), Some(INTERRUPTED), "{told}");
    assert!(told.contains(&format!("terraform apply (pid {pid}) goes on")), "{told}");

    let patient = folder.drive(None);
    patient.wait_for("terraform apply of an earlier gen-tf: 1 change");
    patient.wait_for("creating terraform_data.slow");
    folder.write("release", "");
    let (status, told) = patient.end();
    assert!(status.success(), "{told}");
    assert!(told.contains("created terraform_data.slow"), "{told}");
    assert!(told.contains("is done: 1 added, 0 changed, 0 destroyed"), "{told}");
    let (mut workspace, _) = folder.open(&terraform);
    assert_eq!(workspace.state_list().unwrap(), ["terraform_data.slow"]);
}

#[test]
fn a_second_gen_tf_waits_for_the_first() {
    if real().is_none() {
        return;
    }
    let folder = Folder::new(SLOW);
    let first = folder.drive(None);
    folder.wait_for("started");
    let second = folder.drive(None);
    second.wait_for("another gen-tf runs Terraform here");
    folder.write("release", "");
    let (status, told) = first.end();
    assert!(status.success(), "{told}");
    let (status, told) = second.end();
    assert!(status.success(), "{told}");
    assert!(!told.contains("creating"), "{told}");
}
