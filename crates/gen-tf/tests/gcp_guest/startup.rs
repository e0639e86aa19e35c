//! The bootstrap: small, clean, and never the reason why a VM without a guest stays on.

use std::{fs, process::Command};

use crate::{
    cloud::{repository, skipped},
    lab::{Lab, Options, VM},
};

const CONSTANT: &str = include_str!("../../../gen-tf-core/templates/startup.sh");

/// With the longest names that a bucket and a study can have.
fn longest() -> String {
    let (bucket, study, sha256) = ("b".repeat(63), "s".repeat(30), "0".repeat(64));
    format!(
        "#!/usr/bin/env bash\n# DO NOT EDIT: gen-tf renders this file from study \"{study}\".\n\
         GEN_TF_STORE='gs://{bucket}/{study}'\nGEN_TF_GUEST_SHA256='{sha256}'\n{CONSTANT}"
    )
}

#[test]
fn the_bootstrap_has_at_most_a_kilobyte_and_is_clean() {
    let script = longest();
    assert!(script.len() <= 1024, "{}", script.len());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("startup.sh");
    fs::write(&file, script).unwrap();
    let parsed = Command::new("bash").arg("-n").arg(&file).status().unwrap();
    assert!(parsed.success());
    match Command::new("shellcheck").arg(&file).output() {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        }
        Err(error) => skipped(&format!("shellcheck: {error}")),
    }
}

#[test]
fn a_vm_that_cannot_get_its_guest_powers_off_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let stubs = folder.path().join("stubs");
    fs::create_dir_all(&stubs).unwrap();
    let stub = |name: &str, text: &str| {
        use std::os::unix::fs::PermissionsExt as _;
        let file = stubs.join(name);
        fs::write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    };
    stub("curl", "exit 22");
    stub("sleep", "exit 0");
    stub("poweroff", "echo off >/var/log/off");
    fs::write(folder.path().join("startup.sh"), longest()).unwrap();
    let log = folder.path().join("log");
    fs::create_dir_all(&log).unwrap();
    let output = Command::new("unshare")
        .args(["--mount", "--map-root-user", "bash", "-c"])
        .arg("mount --bind \"$1/log\" /var/log && mount -t tmpfs t /var/lib && PATH=$1/stubs:$PATH exec bash \"$1/startup.sh\"")
        .arg("bash")
        .arg(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if String::from_utf8_lossy(&output.stderr).contains("unshare failed") {
        return skipped("no user namespaces to try the bootstrap in");
    }
    assert_eq!(said.lines().count(), 60, "{said}");
    assert!(said.lines().all(|line| line.len() < 80), "{said}");
    assert_eq!(fs::read_to_string(log.join("off")).unwrap(), "off\n", "{output:?}");
}

#[test]
fn the_startup_script_ends_at_once_and_leaves_the_runner_nothing_to_wait_for() {
    let Some(lab) = Lab::new(Options { duration: 10, ..Options::default() }) else { return };
    lab.boot();
    lab.wait_for_run(1);
    let serial = lab.cloud.serial(VM);
    assert!(serial.contains("Finished running startup scripts."), "{serial}");
    lab.wait_until_off(1, 60);
    assert_eq!(lab.outcome(1).cause, None);
}

#[test]
fn endless_lines_in_the_logs_do_not_reach_the_serial_port() {
    let Some(lab) = Lab::new(Options { variant: Some("loud"), ..Options::default() }) else {
        return;
    };
    lab.run_expecting_success();
    let serial = lab.cloud.serial(VM);
    assert!(serial.len() < 4000 && !serial.contains("token too long"), "{serial}");
}

#[test]
fn a_guest_that_breaks_leaves_no_vm_on() {
    let Some(mut lab) = Lab::new(Options::default()) else { return };
    let folder = lab.cloud.path("broken");
    fs::create_dir_all(folder.join("platform")).unwrap();
    let launch = repository().join("scripts/guest/platform/gcp");
    let copied = Command::new("cp").arg("-r").arg(launch).arg(folder.join("platform/gcp")).status();
    assert!(copied.unwrap().success());
    fs::write(folder.join("main.sh"), "exit 9\n").unwrap();
    let archive = lab.cloud.path("broken.tar.gz");
    let packed =
        Command::new("tar").arg("-czf").arg(&archive).arg("-C").arg(&folder).arg(".").status();
    assert!(packed.unwrap().success());
    let bytes = fs::read(archive).unwrap();
    lab.guest_sha256 = crate::lab::sha256(&bytes);
    lab.put(&format!("guest/{}.tar.gz", lab.guest_sha256), &bytes);
    lab.boot();
    lab.wait_until_off(1, 60);
}
