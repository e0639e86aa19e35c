//! The same to VMs, one in each phase of the guest. What may be done to a VM is in `machines`.

use std::{
    collections::BTreeSet,
    fs, thread,
    time::{Duration, Instant},
};

use crate::{
    machines::{self, Machine},
    random::Random,
    world::World,
};

/// The phases of the guest that do something in this harness: it has neither inputs nor secrets.
const PHASES: [&str; 11] = [
    "boot",
    "claim",
    "provision",
    "setup",
    "service",
    "ready",
    "run",
    "stop",
    "collect",
    "upload",
    "outcome",
];

/// How long VMs are watched before `apply` is looked after again.
const WATCHED: Duration = Duration::from_secs(1);

/// An experiment of which so many VMs were struck is spared, because its attempts would run out.
const STRIKES: usize = 3;

/// Phases in which something has happened already, and the VMs that it happened to.
#[derive(Default)]
pub struct Struck {
    phases: BTreeSet<&'static str>,
    machines: Vec<String>,
}

pub fn preempt(world: &mut World, _: &mut Random) -> bool {
    strike_in_each(world, "preempt")
}

pub fn reboot(world: &mut World, _: &mut Random) -> bool {
    strike_in_each(world, "reboot")
}

/// Watches VMs for a while and strikes those that are in a phase that is still missing; true when
/// none is missing any more.
fn strike_in_each(world: &mut World, verb: &str) -> bool {
    let until = Instant::now() + WATCHED;
    let mut struck = std::mem::take(&mut world.struck_in);
    let spared = |name: &str, struck: &Struck| {
        struck.machines.iter().filter(|it| *it == name).count() >= STRIKES
    };
    let mut working = machines::working(world);
    while Instant::now() < until && struck.phases.len() < PHASES.len() {
        working.retain(|machine| {
            let Some(phase) = phase_of(machine) else { return true };
            let is_wanted = !struck.phases.contains(phase) && !spared(&machine.name, &struck);
            if is_wanted && machines::act(world, machine, verb) {
                println!("{verb} in phase {phase}: {}", machine.name);
                struck.phases.insert(phase);
                struck.machines.push(machine.name.clone());
            }
            !is_wanted
        });
        thread::sleep(Duration::from_millis(5));
    }
    world.struck_in = struck;
    world.struck_in.phases.len() == PHASES.len()
}

/// What the guest of a VM does just now: the last phase of its journal.
fn phase_of(machine: &Machine) -> Option<&'static str> {
    let mut read = machine
        .processes
        .iter()
        .map(|pid| fs::read_to_string(format!("/proc/{pid}/root/gen-tf/state/journal")).ok());
    let journal = read.find_map(|journal| journal).unwrap_or_default();
    let last = journal.lines().rev().find_map(|line| line.strip_prefix("phase "));
    let name = last.map_or("boot", |rest| rest.split(' ').next().unwrap());
    PHASES.into_iter().find(|phase| *phase == name)
}
