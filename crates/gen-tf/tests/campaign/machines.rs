//! What happens to VMs of the cloud: from the console, by the cloud, or inside them.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    random::Random,
    world::{World, kill},
};

pub fn preempt(world: &mut World, random: &mut Random) -> bool {
    act_on_one(world, random, "preempt")
}

pub fn reboot(world: &mut World, random: &mut Random) -> bool {
    act_on_one(world, random, "reboot")
}

pub fn delete(world: &mut World, random: &mut Random) -> bool {
    act_on_one(world, random, "delete")
}

/// The next VM that is made runs nothing.
pub fn boot_nothing(world: &mut World, _: &mut Random) -> bool {
    world.cloud().fail(&json!({
        "match": { "method": "POST", "path": "/zones/[^/]+/instances$" },
        "times": 1, "fault": "no_startup",
    }));
    true
}

/// Every process of a VM but its init stands still; it goes on after it was given up.
pub fn freeze(world: &mut World, random: &mut Random) -> bool {
    let Some(Machine { name, processes, .. }) = one_that_works(world, random) else { return false };
    if processes.is_empty() {
        return false;
    }
    println!("freezes {name}: {} processes", processes.len());
    kill("STOP", &processes);
    world.frozen.extend(&processes);
    world.struck.insert(name)
}

fn act_on_one(world: &mut World, random: &mut Random, verb: &str) -> bool {
    let Some(machine) = one_that_works(world, random) else { return false };
    println!("{verb}: {}", machine.name);
    let is_done = act(world, &machine, verb);
    world.struck.insert(machine.name) && is_done
}

/// Does something to a VM; false where it has ended by itself in this moment.
pub fn act(world: &World, machine: &Machine, verb: &str) -> bool {
    let path = format!("/control/instances/{}/{}/{verb}", machine.zone, machine.name);
    (200..300).contains(&world.cloud().ask("POST", &path, None).0)
}

/// A VM that runs, whose attempt has no outcome yet, and to which nothing has happened.
fn one_that_works(world: &World, random: &mut Random) -> Option<Machine> {
    let mut working = working(world);
    working.retain(|machine| !world.struck.contains(&machine.name));
    random.one_of(&working).cloned()
}

/// A VM that runs.
#[derive(Clone)]
pub struct Machine {
    pub zone: String,
    pub name: String,
    /// Its processes but for its init.
    pub processes: Vec<u32>,
}

/// The VMs that run and whose attempts have no outcome yet.
pub fn working(world: &World) -> Vec<Machine> {
    let state = world.cloud().state();
    let objects = state["buckets"]["test-project-pair"]["objects"].as_array();
    let has_ended = |vm: &Value| {
        let label = |name: &str| vm["labels"][name].as_str().unwrap();
        let experiment = label("gen-tf-experiment").replace('_', "/");
        let outcome = format!("pair/outcomes/{experiment}/{}.json", label("gen-tf-attempt"));
        objects.is_some_and(|all| all.iter().any(|object| object["name"] == outcome.as_str()))
    };
    let last = |json: &Value| json.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let instances = state["instances"].as_array().unwrap().iter();
    let working = instances.filter(|vm| vm["status"] == "RUNNING" && !has_ended(vm));
    let machine = |vm: &Value| {
        let name = last(&vm["name"]);
        let processes = processes_of(&world.disks().join(&name));
        Machine { zone: last(&vm["zone"]), name, processes }
    };
    working.map(machine).collect()
}

/// The processes inside the VM of a folder: its init has the serial log for its output, and a table
/// of its own.
fn processes_of(folder: &Path) -> Vec<u32> {
    let all = || {
        let entries = fs::read_dir("/proc").unwrap();
        entries.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse::<u32>().ok())
    };
    let link = |pid: u32, name: &str| fs::read_link(format!("/proc/{pid}/{name}")).ok();
    let own = link(std::process::id(), "ns/pid");
    let serial = folder.join("serial.log");
    let table = all()
        .filter(|pid| link(*pid, "fd/1").is_some_and(|path| path == serial))
        .map(|pid| link(pid, "ns/pid"))
        .find(|table| table.is_some() && *table != own);
    let Some(table) = table else { return Vec::new() };
    all().filter(|pid| link(*pid, "ns/pid") == table && !is_init(*pid)).collect()
}

fn is_init(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status.lines().any(|line| line.starts_with("NSpid:") && line.ends_with("\t1"))
}
