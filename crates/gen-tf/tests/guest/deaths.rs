//! Signals and sudden deaths, of every process that matters.

use std::fs;

use gen_tf_core::outcome::Cause;

use crate::lab::{Lab, Options, wait_for};

fn running() -> Lab {
    let lab = Lab::new(Options { duration: 30, ..Options::default() });
    lab.start(1);
    lab.wait_for_run(1);
    lab
}

/// The sandbox's first process, as the host sees it: the child of the one whose parent is the supervisor.
fn first_process(lab: &Lab) -> u32 {
    let child_of = |parent: u32| {
        lab.processes(1).into_iter().find(|pid| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ').nth(1);
            fields == Some(parent.to_string().as_str())
        })
    };
    let launcher = child_of(lab.supervisor(1)).expect("a launcher");
    child_of(launcher).expect("a first process")
}

#[test]
fn a_killed_first_process_is_a_lost_attempt() {
    let lab = running();
    Lab::signal(first_process(&lab), "-KILL");
    let outcome = lab.outcome(1, 1);
    assert_eq!(outcome.cause, Some(Cause::Lost), "{}", outcome.message);
    assert_eq!(outcome.phase, "run");
    lab.assert_nothing_left(1);
}

#[test]
fn nothing_runs_on_without_its_supervisor() {
    let lab = running();
    Lab::signal(lab.supervisor(1), "-KILL");
    lab.assert_nothing_runs(1);
    assert!(!lab.object("outcomes/files/loop/1/1.json").exists());
    lab.stop(1);
    lab.assert_nothing_left(1);
}

#[test]
fn a_second_start_within_the_same_second_is_rebooted_too() {
    // The time of a claim has whole seconds, so that only quick deaths can look like one start.
    for run in 1..=5 {
        let lab = Lab::new(Options { duration: 30, ..Options::default() });
        lab.start(1);
        wait_for("the claim", 30, || lab.object("claims/files/loop/1/1.json").exists());
        Lab::signal(lab.supervisor(1), "-KILL");
        lab.assert_nothing_runs(1);
        lab.start(1);
        assert_eq!(lab.outcome(1, 1).cause, Some(Cause::Rebooted), "try {run}");
        lab.assert_nothing_left(1);
    }
}

#[test]
fn a_second_start_after_a_sudden_death_is_rebooted() {
    let lab = running();
    Lab::signal(lab.supervisor(1), "-KILL");
    lab.start(1);
    assert_eq!(lab.outcome(1, 1).cause, Some(Cause::Rebooted));
    lab.assert_nothing_left(1);
}

#[test]
fn a_machine_that_is_taken_away_delivers_what_it_has() {
    let lab = running();
    Lab::signal(lab.supervisor(1), "-TERM");
    let outcome = lab.outcome(1, 1);
    assert_eq!(outcome.cause, Some(Cause::Preempted), "{}", outcome.message);
    assert!(lab.results(&outcome).join("report.txt").exists());
    lab.assert_nothing_left(1);
}

#[test]
fn stop_ends_a_run_and_may_be_repeated() {
    let lab = running();
    lab.stop(1);
    lab.assert_nothing_left(1);
    assert_eq!(lab.outcome(1, 1).cause, Some(Cause::Preempted));
    lab.stop(1);
    lab.stop(7);
}

#[test]
fn stop_never_kills_a_process_that_has_got_the_same_number() {
    let lab = Lab::new(Options::default());
    let mut innocent = std::process::Command::new("sleep").arg("60").spawn().unwrap();
    fs::create_dir_all(lab.sandbox(1)).unwrap();
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    fs::write(lab.sandbox(1).join("pid"), format!("{} 1 {boot}", innocent.id())).unwrap();
    lab.stop(1);
    assert!(!lab.sandbox(1).exists());
    assert!(innocent.try_wait().unwrap().is_none(), "still alive");
    innocent.kill().unwrap();
    innocent.wait().unwrap();
}

#[test]
fn start_and_stop_may_be_killed_at_any_moment() {
    let lab = Lab::new(Options { duration: 30, ..Options::default() });
    for milliseconds in [5, 15, 25, 35, 45, 55, 65, 80, 100] {
        for verb in ["start", "stop"] {
            let mut child = lab.command(verb, 1, 1).spawn().unwrap();
            std::thread::sleep(std::time::Duration::from_millis(milliseconds));
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
    lab.stop(1);
    lab.assert_nothing_left(1);
    wait_for("no supervisor", 1, || !lab.sandbox(1).exists());
}
