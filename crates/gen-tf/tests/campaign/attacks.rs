//! Blows against processes, the state and the workspace. Each says whether there was something to hit.

use std::{
    fs::{self, OpenOptions},
    os::unix::process::ExitStatusExt,
    thread,
    time::Duration,
};

use crate::{
    random::Random,
    scenario::Target,
    world::{World, kill},
};

pub fn kill_gen_tf(world: &mut World, _: &mut Random) -> bool {
    let pid = world.apply();
    kill("KILL", &[pid]);
    world.wait_for_end().is_some()
}

pub fn kill_terraform(world: &mut World, random: &mut Random) -> bool {
    strike_one(random, &world.terraforms())
}

pub fn kill_sandbox(world: &mut World, random: &mut Random) -> bool {
    let first: Vec<u32> = world.pids(&["enter.sh"]).into_iter().flat_map(children).collect();
    strike_one(random, &first)
}

pub fn kill_supervisor(world: &mut World, random: &mut Random) -> bool {
    strike_one(random, &world.pids(&["guest/main.sh"]))
}

pub fn kill_cloud(world: &mut World, _: &mut Random) -> bool {
    world.kill_cloud();
    true
}

pub fn interrupt_once(world: &mut World, random: &mut Random) -> bool {
    press(world, random, "INT", 1)
}

pub fn interrupt_twice(world: &mut World, random: &mut Random) -> bool {
    press(world, random, "INT", 2)
}

pub fn interrupt_thrice(world: &mut World, random: &mut Random) -> bool {
    press(world, random, "INT", 3)
}

pub fn hang_up(world: &mut World, random: &mut Random) -> bool {
    press(world, random, "HUP", 1)
}

/// Sends signals to gen-tf, which then has to end by itself, and to say that it was interrupted.
fn press(world: &mut World, random: &mut Random, signal: &str, times: u32) -> bool {
    let pid = world.apply();
    for _ in 0..times {
        kill(signal, &[pid]);
        thread::sleep(Duration::from_millis(random.below(1500)));
    }
    let Some(status) = world.wait_for_end() else { return false };
    // One that had just begun listens to no signal yet; one that was at its end has ended well.
    let ended = status.code().is_some_and(|code| [0, 5, 130].contains(&code));
    assert!(
        ended || status.signal().is_some(),
        "ended with {status} after {times} x {signal}:\n{}",
        world.log()
    );
    true
}

/// As Terraform leaves it when it is killed in the middle of a write.
pub fn empty_state(world: &mut World, _: &mut Random) -> bool {
    let path = world.place.path(world.place.workspace).join("terraform.tfstate");
    if fs::metadata(&path).map_or(0, |meta| meta.len()) < 1000 {
        return false;
    }
    world.kill_all_of_apply();
    OpenOptions::new().write(true).truncate(true).open(&path).unwrap();
    true
}

/// Kills everything while Terraform holds its lock: of a state in a bucket the lock stays there.
pub fn leave_lock(world: &mut World, _: &mut Random) -> bool {
    let held = match world.target {
        Target::Local => !world.terraforms().is_empty(),
        Target::Gcp => world.has_state_lock(),
    };
    if held {
        world.kill_all_of_apply();
    }
    held && (world.target == Target::Local || world.has_state_lock())
}

pub fn delete_workspace(world: &mut World, _: &mut Random) -> bool {
    let workspace = world.place.path(world.place.workspace);
    if !workspace.exists() {
        return false;
    }
    world.kill_all_of_apply();
    // Something may still write there.
    while workspace.exists() && fs::remove_dir_all(&workspace).is_err() {
        world.pause();
    }
    true
}

fn strike_one(random: &mut Random, pids: &[u32]) -> bool {
    let chosen = random.one_of(pids).copied();
    kill("KILL", chosen.as_slice());
    chosen.is_some()
}

/// The processes that a process has started and that still live.
fn children(pid: u32) -> Vec<u32> {
    let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}
