//! The fault campaign: whole studies that are killed, starved, preempted and lied to at random moments.
//! After each, the study must end complete and its results sound, with nothing left running.
//!
//! Each test is a family of scenarios, which share studies. By itself it plays small studies;
//! `scripts/dev/fault-campaign.sh` has it play studies of twelve experiments and record how they end.

#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

#[path = "campaign/attacks.rs"]
mod attacks;
#[path = "../../../tests/support/fake_gcp.rs"]
mod fake_gcp;
#[path = "campaign/machines.rs"]
mod machines;
#[path = "campaign/phases.rs"]
mod phases;
#[path = "cli/place.rs"]
#[expect(dead_code, reason = "the rest of it serves other tests")]
mod place;
#[path = "campaign/play.rs"]
mod play;
#[path = "campaign/random.rs"]
mod random;
#[path = "campaign/scenario.rs"]
mod scenario;
#[path = "campaign/verdict.rs"]
mod verdict;
#[path = "campaign/weather.rs"]
mod weather;
#[path = "campaign/world.rs"]
mod world;

use play::play;
use scenario::{Family, SCENARIOS, Target};

#[test]
fn the_table_of_docs_reliability_has_every_scenario_and_no_failed_round() {
    let document = place::repository().join("docs/reliability.md");
    let document = std::fs::read_to_string(document).unwrap();
    for scenario in SCENARIOS {
        let row = format!("| {} |", scenario.name);
        let line = document.lines().find(|line| line.starts_with(&row));
        let cells: Vec<&str> = line.unwrap_or_else(|| panic!("no row {row}")).split('|').collect();
        for (target, cell) in [(Target::Local, cells[2]), (Target::Gcp, cells[4])] {
            let passed = cell.trim().split_once(" of ").map(|(passed, all)| passed == all);
            let expected = scenario.targets.contains(&target).then_some(true);
            assert_eq!(passed, expected, "{} on {}", scenario.name, target.name());
        }
    }
}

#[test]
fn a_local_study_survives_kills_of_its_processes() {
    play(Target::Local, Family::Kills);
}

#[test]
fn a_local_study_survives_interrupts_of_gen_tf() {
    play(Target::Local, Family::Interrupts);
}

#[test]
fn a_local_study_survives_tools_and_services_that_misbehave() {
    play(Target::Local, Family::Experiments);
}

#[test]
fn a_local_study_survives_troubles_of_its_store() {
    play(Target::Local, Family::Store);
}

#[test]
fn a_local_study_survives_the_loss_of_state_and_workspace() {
    play(Target::Local, Family::State);
}

#[test]
fn a_study_on_vms_survives_kills_of_its_processes() {
    play(Target::Gcp, Family::Kills);
}

#[test]
fn a_study_on_vms_survives_interrupts_of_gen_tf() {
    play(Target::Gcp, Family::Interrupts);
}

#[test]
fn a_study_on_vms_survives_what_happens_to_vms() {
    play(Target::Gcp, Family::Machines);
}

#[test]
fn a_study_on_vms_survives_tools_and_services_that_misbehave() {
    play(Target::Gcp, Family::Experiments);
}

#[test]
fn a_study_on_vms_survives_troubles_of_its_store() {
    play(Target::Gcp, Family::Store);
}

#[test]
fn a_study_on_vms_survives_troubles_of_the_cloud() {
    play(Target::Gcp, Family::Cloud);
}

#[test]
fn a_study_on_vms_survives_the_loss_of_state_and_workspace() {
    play(Target::Gcp, Family::State);
}
