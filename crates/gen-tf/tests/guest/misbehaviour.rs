//! Scripts that misbehave: each ends in an outcome of its own kind and leaves no process.

use std::{fs, path::Path, process::Command};

use gen_tf_core::outcome::Cause;

use crate::lab::{Lab, Options, is_root, skipped};

fn lab(variant: &'static str) -> Lab {
    Lab::new(Options { variant: Some(variant), ..Options::default() })
}

#[test]
fn a_tool_that_fails_early_is_a_failed_tool() {
    let outcome = lab("failing-tool").run_expecting(Cause::ToolFailed);
    assert_eq!(outcome.message, "tool.sh ended with status 3 at its start number 1");
    assert_eq!(outcome.phase, "run");
    assert!(outcome.results.is_some());
}

#[test]
fn a_tool_that_may_not_start_again_must_use_its_budget() {
    let options = Options { variant: Some("short-tool"), restart: false, ..Options::default() };
    let outcome = Lab::new(options).run_expecting(Cause::ToolFailed);
    assert!(outcome.message.contains("may not start again"), "{}", outcome.message);
}

#[test]
fn a_tool_that_leaves_no_evidence_has_failed() {
    let options = Options { evidence: "requests.txt nothing/*.json", ..Options::default() };
    let outcome = Lab::new(options).run_expecting(Cause::ToolFailed);
    assert_eq!(outcome.message, "no evidence: results/nothing/*.json is missing or empty");
}

#[test]
fn a_service_that_dies_ends_the_run() {
    let outcome = lab("dying-service").run_expecting(Cause::ServiceDied);
    assert_eq!((outcome.phase.as_str(), outcome.tool_starts), ("run", 1));
    assert!(outcome.message.contains("service.sh ended with status 7"), "{}", outcome.message);
}

#[test]
fn a_service_that_never_answers_is_not_ready() {
    let options =
        Options { variant: Some("silent-service"), ready_timeout: 1, ..Options::default() };
    let outcome = Lab::new(options).run_expecting(Cause::ServiceNotReady);
    assert_eq!((outcome.phase.as_str(), outcome.tool_seconds), ("ready", 0.0));
    assert_eq!(outcome.timings.tool_started, None);
}

#[test]
fn a_proxy_that_dies_ends_the_run() {
    let outcome = lab("dying-proxy").run_expecting(Cause::ServiceDied);
    assert!(outcome.message.contains("proxy.sh"), "{}", outcome.message);
}

#[test]
fn a_daemon_does_not_outlive_the_tool() {
    let lab = lab("daemons");
    let outcome = lab.run_expecting_success();
    let folder = lab.results(&outcome);
    let seen = fs::read_to_string(folder.join("daemons-after-the-tool.txt")).unwrap();
    assert_eq!(seen, "0\n", "daemons that the final sample still saw");
}

#[test]
fn scripts_that_ignore_signals_are_killed() {
    let lab = lab("deaf");
    let outcome = lab.run_expecting_success();
    assert!(outcome.timings.wall_seconds < 12.0, "{}", outcome.timings.wall_seconds);
    assert!(outcome.tool_seconds >= 1.0, "{}", outcome.tool_seconds);
}

#[test]
fn endless_output_fills_no_disk() {
    let lab = lab("loud");
    let outcome = lab.run_expecting_success();
    let size = fs::metadata(lab.results(&outcome).join("log/tool.log")).unwrap().len();
    assert!((1 << 20..(64 << 20) + 100).contains(&size), "{size}");
}

#[test]
fn a_hundred_thousand_files_arrive() {
    // In memory, because the test is about the guest and not about the disk.
    let folder = tempfile::tempdir_in("/dev/shm").unwrap();
    let lab = Lab::at(folder.path(), Options { variant: Some("many-files"), ..Options::default() });
    let outcome = lab.run_expecting_success();
    let uploaded = outcome.results.expect("results were uploaded");
    assert!(uploaded.files > 100_000, "{}", uploaded.files);
    assert!(outcome.timings.phases["upload"] < 25.0, "{:?}", outcome.timings.phases);
}

#[test]
fn names_that_are_no_text_are_made_so() {
    let lab = lab("odd-names");
    let outcome = lab.run_expecting_success();
    let folder = lab.results(&outcome);
    assert!(folder.join("odd/new%0Aline").exists());
    assert!(folder.join("odd/no%FFtext").exists());
    assert!(folder.join("odd/quote\"back\\slash").exists());
    assert!(folder.join("locked/file").exists(), "rights that a tool took away are given back");
    assert!(!folder.join("odd/link").exists(), "links are not followed and not kept");
}

#[test]
fn a_collector_that_fails_loses_the_attempt() {
    let outcome = lab("failing-collector").run_expecting(Cause::Upload);
    assert_eq!(outcome.message, "collect.sh ended with status 5");
}

#[test]
fn too_much_memory_is_named_as_the_cause() {
    if !Path::new("/sys/fs/cgroup/memory/memory.limit_in_bytes").exists() || !is_root() {
        return skipped("no memory cgroup that may be written");
    }
    let options =
        Options { variant: Some("greedy"), memory: 96 << 20, duration: 10, ..Options::default() };
    let outcome = Lab::new(options).run_expecting(Cause::OutOfMemory);
    assert_eq!(outcome.environment["limits"], "enforced");
}

#[test]
fn endless_forks_end_with_the_experiment() {
    if !Path::new("/sys/fs/cgroup/pids").exists() || !is_root() {
        return skipped("no pids cgroup that may be written");
    }
    let lab = lab("fork-bomb");
    let outcome = lab.run();
    assert!(outcome.cause.is_none_or(|cause| cause == Cause::ToolFailed), "{}", outcome.message);
}

#[test]
fn a_full_disk_is_named_as_the_cause() {
    if !is_root() {
        return skipped("a file system of limited size needs root");
    }
    let folder = tempfile::tempdir().unwrap();
    let mount = |program: &str, arguments: &[&str]| {
        let status = Command::new(program).args(arguments).arg(folder.path()).status();
        assert!(status.unwrap().success(), "{program}");
    };
    mount("mount", &["-t", "tmpfs", "-o", "size=48m", "disk"]);
    let lab = Lab::at(
        folder.path(),
        Options { variant: Some("filling"), duration: 20, ..Options::default() },
    );
    let outcome = lab.run_expecting(Cause::DiskFull);
    assert!(outcome.timings.wall_seconds < 15.0, "{}", outcome.timings.wall_seconds);
    drop(lab);
    mount("umount", &[]);
}
