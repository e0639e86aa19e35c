//! `kill -9` of gen-tf, of Terraform, of a sandbox's first process and of its supervisor: the next
//! apply completes the study, no experiment succeeds twice, nothing is left running.

use std::{
    collections::BTreeSet,
    fs,
    process::{Child, Command},
    time::Duration,
};

use gen_tf_core::outcome::Verdict;

use crate::place::{Place, has_sandboxes, wait_until};

/// A small generator, so that a failing history can be repeated by its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % limit
    }
}

/// Processes of this place whose command line holds `needle`.
fn pids(place: &Place, needle: &str) -> Vec<u32> {
    let lines = place.processes();
    let wanted = lines.iter().filter(|line| line.contains(needle));
    wanted.filter_map(|line| line.split(' ').next()?.parse().ok()).collect()
}

/// How often each test kills; more by hand, with `GEN_TF_TEST_KILLS=10 cargo test --test cli crash`.
fn kills() -> u32 {
    std::env::var("GEN_TF_TEST_KILLS").map_or(4, |text| text.parse().unwrap())
}

/// `apply --wait`, started again whenever it has ended.
struct Apply<'a> {
    place: &'a Place,
    child: Child,
}

impl<'a> Apply<'a> {
    fn start(place: &'a Place) -> Self {
        Self { place, child: place.spawn_quietly(&["apply", "--wait", "--yes"]) }
    }

    fn keep_running(&mut self) {
        if self.child.try_wait().unwrap().is_some() {
            self.child = self.place.spawn_quietly(&["apply", "--wait", "--yes"]);
        }
    }
}

/// Kills one of what `victims` finds at random moments of `apply --wait`, then completes the study.
fn survive(seed: u64, victims: impl Fn(&Place, u32) -> Vec<u32>) {
    if !has_sandboxes() {
        return;
    }
    let retry = "\nretry {\n  attempts = 10\n}\n";
    // Enough to do that every kill finds something at work.
    let runs = kills();
    let place = Place::pair("\"steady\", \"quick\"", "\"left\", \"right\"", runs, "1s", retry);
    let mut random = Random(seed);
    let mut apply = Apply::start(&place);
    for _ in 0..kills() {
        // The random moment is what the test is about, no condition to wait for.
        std::thread::sleep(Duration::from_millis(random.below(1500)));
        wait_until("there is something to kill", || {
            apply.keep_running();
            let found = victims(&place, apply.child.id());
            let chosen = found.get(random.below(found.len().max(1) as u64) as usize);
            chosen.is_some_and(|pid| {
                let killed = Command::new("kill").args(["-KILL", &pid.to_string()]).output();
                killed.unwrap().status.success()
            })
        });
    }
    apply.child.wait().unwrap();
    place.run(&["apply", "--wait", "--yes"]).expect(0);
    let outcomes = place.outcomes();
    let succeeded: Vec<String> = outcomes
        .iter()
        .filter(|outcome| outcome.outcome == Verdict::Succeeded)
        .map(|outcome| outcome.experiment.to_string())
        .collect();
    let distinct: BTreeSet<&String> = succeeded.iter().collect();
    assert_eq!(distinct.len(), succeeded.len(), "one succeeded twice (seed {seed}): {outcomes:#?}");
    assert_eq!(distinct.len(), 4 * runs as usize, "the study is complete (seed {seed})");
    let failed = outcomes.len() - succeeded.len();
    println!("{} succeeded, {failed} attempts ended by kills (seed {seed})", succeeded.len());
    place.run(&["destroy", "--yes"]).expect(0);
    place.assert_nothing_is_left();
    let sandboxes = place.path("workspace-local/.gen-tf/sandboxes");
    let left = fs::read_dir(sandboxes).map(Iterator::count).unwrap_or(0);
    assert_eq!(left, 0, "folders of sandboxes are left");
}

#[test]
fn a_killed_gen_tf_loses_nothing() {
    survive(1, |_, gen_tf| vec![gen_tf]);
}

#[test]
fn a_killed_terraform_loses_nothing() {
    survive(2, |place, _| {
        pids(place, "terraform ").into_iter().chain(pids(place, "tofu ")).collect()
    });
}

#[test]
fn a_killed_first_process_of_a_sandbox_loses_nothing() {
    survive(3, |place, _| pids(place, "enter.sh").iter().flat_map(|pid| children(*pid)).collect());
}

#[test]
fn a_killed_supervisor_loses_nothing() {
    survive(4, |place, _| pids(place, "guest/main.sh"));
}

/// The processes that a process has started and that still live.
fn children(pid: u32) -> Vec<u32> {
    let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}
