//! `kill -9` of gen-tf, of Terraform, of a sandbox's first process and of its supervisor: the next
//! apply completes the study, no experiment succeeds twice, nothing is left running.

use std::{
    fs,
    process::Command,
    time::{Duration, Instant},
};

use gen_tf_core::outcome::Verdict;

use crate::place::{Place, has_sandboxes};

/// A small generator, so that a failing history can be repeated by its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % limit
    }
}

fn kill_9(pids: &[u32]) {
    for pid in pids {
        // It may have ended by itself since it was found.
        drop(Command::new("kill").args(["-KILL", &pid.to_string()]).output());
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

/// Kills what `victims` finds at random moments of `apply --wait`, several times, then completes.
fn survive(seed: u64, victims: impl Fn(&Place, u32) -> Vec<u32>) {
    if !has_sandboxes() {
        return;
    }
    let retry = "\nretry {\n  attempts = 20\n}\n";
    let place = Place::pair("\"steady\", \"quick\"", "\"left\", \"right\"", 1, "1s", retry);
    let mut random = Random(seed);
    for _ in 0..kills() {
        let mut apply = place.spawn(&["apply", "--wait", "--yes"]);
        let moment = Instant::now() + Duration::from_millis(random.below(2500));
        while Instant::now() < moment && apply.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        kill_9(&victims(&place, apply.id()));
        // Whoever was not killed ends by itself, with or without an error.
        if victims(&place, apply.id()).contains(&apply.id()) {
            apply.kill().unwrap();
        }
        apply.wait_with_output().unwrap();
    }
    place.run(&["apply", "--wait", "--yes"]).expect(0);
    let outcomes = place.outcomes();
    for id in ["left/quick/1", "left/steady/1", "right/quick/1", "right/steady/1"] {
        let of_id = outcomes.iter().filter(|o| o.experiment.to_string() == id);
        let succeeded = of_id.filter(|o| o.outcome == Verdict::Succeeded).count();
        assert_eq!(succeeded, 1, "{id} (seed {seed}): {outcomes:#?}");
    }
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
        pids(place, "/terraform").into_iter().chain(pids(place, "terraform ")).collect()
    });
}

#[test]
fn a_killed_first_process_of_a_sandbox_loses_nothing() {
    survive(3, |place, _| pids(place, "measure.sh"));
}

#[test]
fn a_killed_supervisor_loses_nothing() {
    survive(4, |place, _| pids(place, "guest/main.sh"));
}
