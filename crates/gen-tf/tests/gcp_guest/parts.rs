//! Parts of the guest that a fake VM can't show, each alone in a shell: images, the package manager, systemd's results.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command};

use crate::cloud::repository;

/// Runs a script in a shell that has the guest's basic parts; what it prints.
#[track_caller]
fn shell(folder: &Path, script: &str) -> String {
    let guest = repository().join("scripts/guest");
    fs::create_dir_all(folder.join("box/state")).unwrap();
    fs::create_dir_all(folder.join("box/log")).unwrap();
    fs::create_dir_all(folder.join("stubs")).unwrap();
    let begin = "set -euo pipefail; shopt -s inherit_errexit
        . \"$GUEST/clock.sh\"; . \"$GUEST/journal.sh\"
        say() { printf '%s\\n' \"$*\"; }
        TERMINATED='' OVERDUE='' BOOT_CS=0; uptime_cs; BOOT_CS=$REPLY
        pause_before() { return 0; }
        watch_step() { shift; STEP_STATUS=0; \"$@\" || STEP_STATUS=$?; }
        . \"$GUEST/platform/gcp/steps.sh\"
        start_logged() { shift; bash \"$@\"; }
        . \"$GUEST/platform/gcp/packages.sh\"\n";
    let output = Command::new("bash")
        .args(["-c", &format!("{begin}{script}")])
        .env("GUEST", guest)
        .env("GEN_TF_BOX", folder.join("box"))
        .env("FOLDER", folder)
        .env(
            "PATH",
            format!("{}:{}", folder.join("stubs").display(), std::env::var("PATH").unwrap()),
        )
        .envs([("GEN_TF_TOOL_COMMANDS", "no-such-tool"), ("GEN_TF_SERVICE_COMMANDS", "")])
        .env("GEN_TF_CONTAINERS", "")
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}\n{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap()
}

fn stub(folder: &Path, name: &str, text: &str) {
    let file = folder.join("stubs").join(name);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn only_images_that_somebody_has_tried_are_provisioned() {
    let cases = [
        ("debian", "12", "Debian 12", ""),
        ("debian", "13", "Debian 13", ""),
        ("ubuntu", "22.04", "Ubuntu 22.04.5 LTS", ""),
        ("ubuntu", "24.04", "Ubuntu 24.04.3 LTS", ""),
        ("debian", "11", "Debian 11", "provision"),
        ("ubuntu", "20.04", "Ubuntu 20.04 LTS", "provision"),
        ("cos", "117", "Container-Optimized OS", "provision"),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (id, version, pretty, cause) in cases {
        let text = format!("PRETTY_NAME=\"{pretty}\"\nID={id}\nVERSION_ID=\"{version}\"\n");
        fs::write(folder.path().join("os-release"), text).unwrap();
        let said = shell(
            folder.path(),
            "check_image <\"$FOLDER/os-release\" || say refused; say \"cause: $CAUSE\"; say \"$MESSAGE\"",
        );
        assert!(said.contains(&format!("cause: {cause}\n")), "{id} {version}: {said}");
        if !cause.is_empty() {
            let told =
                format!("this image is {pretty}; gen-tf can provision Debian 12 and 13 and Ubuntu");
            assert!(said.contains(&told), "{said}");
        }
    }
}

#[test]
fn a_package_manager_that_is_busy_or_offline_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    stub(folder.path(), "dpkg", "exit 0");
    stub(
        folder.path(),
        "apt-get",
        "echo \"$DEBIAN_FRONTEND $*\" >>\"$FOLDER/calls\"
        [ $(grep -c update \"$FOLDER/calls\") -ge 3 ] || exit 100",
    );
    let script = "OS=debian:12 POLICY=$FOLDER/policy
        needed_commands() { echo no-such-git; }
        package_of() { REPLY=git; }
        install_packages; say \"cause: $CAUSE\"; [[ ! -e $POLICY ]] && say 'services may start again'";
    let said = shell(folder.path(), script);
    assert!(said.contains("cause: \n") && said.contains("services may start again"), "{said}");
    let calls = fs::read_to_string(folder.path().join("calls")).unwrap();
    let last = calls.lines().last().unwrap();
    for part in [
        "noninteractive ",
        "DPkg::Lock::Timeout=600",
        "Acquire::Retries=3",
        "--no-install-recommends",
        "ca-certificates git",
    ] {
        assert!(last.contains(part), "{part} in {last}");
    }
    assert_eq!(
        calls.lines().count(),
        4,
        "two updates that fail, one that does not, one installation: {calls}"
    );
}

#[test]
fn a_package_manager_that_never_succeeds_ends_the_attempt() {
    let folder = tempfile::tempdir().unwrap();
    stub(folder.path(), "dpkg", "exit 0");
    stub(folder.path(), "apt-get", "echo x >>\"$FOLDER/calls\"; exit 100");
    let script = "OS=ubuntu:24.04 POLICY=$FOLDER/policy
        needed_commands() { echo no-such-git; }
        package_of() { REPLY=git; }
        install_packages; say \"cause: $CAUSE: $MESSAGE\"";
    let said = shell(folder.path(), script);
    assert!(said.contains("cause: provision: installing packages ended with status 100"), "{said}");
    assert_eq!(fs::read_to_string(folder.path().join("calls")).unwrap().lines().count(), 4);
}

#[test]
fn an_engine_is_started_for_a_harness_that_starts_containers_alone() {
    let folder = tempfile::tempdir().unwrap();
    stub(folder.path(), "usermod", "echo \"usermod $*\" >>\"$FOLDER/calls\"");
    stub(folder.path(), "docker", "echo 20.10.24");
    let begin = "GEN_TF_USER=gen-tf; . \"$GUEST/platform/gcp/engine.sh\"; ";
    shell(folder.path(), &format!("GEN_TF_CONTAINERS=''; {begin} start_engine"));
    assert!(!folder.path().join("calls").exists());
    let script = format!("GEN_TF_CONTAINERS=true; {begin} start_engine; env");
    let said = shell(folder.path(), &script);
    for line in ["GEN_TF_ENGINE=docker", "GEN_TF_ENGINE_VERSION=docker 20.10.24"] {
        assert!(said.lines().any(|said| said == line), "{line}: {said}");
    }
    let calls = fs::read_to_string(folder.path().join("calls")).unwrap();
    assert_eq!(calls, "usermod --append --groups docker gen-tf\n");
}

#[test]
fn an_engine_that_does_not_answer_ends_the_attempt_with_what_it_said() {
    let folder = tempfile::tempdir().unwrap();
    stub(folder.path(), "usermod", "exit 0");
    stub(folder.path(), "docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1");
    let script = "GEN_TF_USER=gen-tf GEN_TF_CONTAINERS=true; . \"$GUEST/platform/gcp/engine.sh\"
        pause() { return 0; }; now=0; uptime_cs() { REPLY=$((now += 1000)); }
        start_engine; say \"cause: $CAUSE: $MESSAGE\"";
    let said = shell(folder.path(), script);
    let expected = "cause: provision: no container engine answers within 90 s: Cannot connect";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn every_system_gets_the_packages_that_bring_a_docker_client() {
    let folder = tempfile::tempdir().unwrap();
    for (os, packages) in [("debian:12", "docker.io"), ("debian:13", "docker.io docker-cli")] {
        let script = format!(
            "OS={os} GEN_TF_CONTAINERS=true; needed_commands; package_of docker; say \"$REPLY\""
        );
        let said = shell(folder.path(), &script);
        assert!(said.lines().any(|line| line == "docker"), "{said}");
        assert_eq!(said.lines().last(), Some(packages), "{os}");
    }
}

#[test]
fn a_unit_that_ran_out_of_memory_is_told_from_one_that_failed() {
    let folder = tempfile::tempdir().unwrap();
    for (result, code, status, expected) in [
        ("oom-kill", "killed", "KILL", "out-of-memory"),
        ("exit-code", "exited", "3", "none"),
        ("timeout", "killed", "TERM", "none"),
    ] {
        let script = format!(
            "GEN_TF_GUEST=$GUEST GEN_TF_READY_TIMEOUT=1 GEN_TF_DURATION=1 HASTY_COLLECT=1 PHASE=run
            . \"$GUEST/processes.sh\"; . \"$GUEST/groups.sh\"; . \"$GUEST/units.sh\"
            rm -f \"$GEN_TF_BOX/state/events\"; mkfifo \"$GEN_TF_BOX/state/events\"; open_events
            name_unit tool; PIDS[tool]=42; echo 42 >\"$GEN_TF_BOX/state/unit.tool\"
            SERVICE_RESULT={result} EXIT_CODE={code} EXIT_STATUS={status} bash \"$GUEST/unit-ended.sh\" tool
            next_event 500; say \"event: ${{EVENT[*]}}\"; say \"cause: ${{CAUSE:-none}}\""
        );
        let said = shell(folder.path(), &script);
        assert!(said.contains(&format!("cause: {expected}\n")), "{result}: {said}");
        let number = if status == "3" {
            3
        } else if status == "KILL" {
            137
        } else {
            143
        };
        assert!(said.contains(&format!("event: ended tool 42 {number} {result}\n")), "{said}");
    }
}

#[test]
fn what_disturbs_the_hour_is_masked_for_this_boot_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    stub(
        folder.path(),
        "systemctl",
        "case $1 in
          list-unit-files) echo 'apt-daily.timer enabled enabled'; echo 'fstrim.timer enabled enabled' ;;
          mask) echo \"$*\" >\"$FOLDER/masked\" ;;
        esac",
    );
    let script =
        "eval \"$(declare -f keep_quiet | sed 's#-d /run/systemd/system#-d /#')\"; keep_quiet";
    shell(folder.path(), script);
    let masked = fs::read_to_string(folder.path().join("masked")).unwrap();
    assert_eq!(masked, "mask --runtime --now --no-block apt-daily.timer fstrim.timer\n");
}

#[test]
fn every_deadline_ends_before_the_vms_fuse() {
    let folder = tempfile::tempdir().unwrap();
    let within = |passed: u32, seconds: u32, reserve: u32| {
        let script = format!(
            "GEN_TF_DURATION=3600; uptime_cs; BOOT_CS=$((REPLY - {passed} * 100))
            platform_within_fuse {seconds} {reserve}; say \"$REPLY\""
        );
        shell(folder.path(), &script).trim().parse::<u32>().unwrap()
    };
    let fuse = 3600 + 3600 + 1800;
    assert_eq!(within(0, 3600, 5520), fuse - 120 - 5520, "a setup leaves the time of the rest");
    assert_eq!(within(0, 60, 600), 60, "what is short enough stays");
    let late = within(5000, 4620, 600);
    assert!((1..=fuse - 5000 - 600).contains(&late), "{late}");
    assert_eq!(within(20_000, 60, 0), 1, "nothing is left");
}
