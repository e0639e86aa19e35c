//! What must hold after a study, whatever has happened to it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    fake_gcp::{FakeGcp, program},
    place::{Ran, wait_until},
    scenario::Target,
    world::World,
};

/// Figures of a study that has ended.
pub struct Figures {
    pub experiments: usize,
    pub succeeded: usize,
    pub attempts: usize,
}

/// Checks a study that is complete, destroys it, and looks for what is left.
#[track_caller]
pub fn check(world: &World) -> Figures {
    let status = world.status().unwrap();
    let rows = status["experiments"].as_array().unwrap();
    for row in rows {
        assert_is_explained(row, &world.log());
    }
    pull(world).expect(0);
    let mut attempts = 0;
    let mut successes: BTreeMap<String, usize> = BTreeMap::new();
    for outcome in outcomes(world) {
        attempts += 1;
        if outcome["outcome"] != "succeeded" {
            let text = |name: &str| outcome[name].as_str().unwrap_or_default().to_owned();
            let Value::Number(attempt) = &outcome["attempt"] else { panic!("{outcome}") };
            println!("{}/{attempt}: {} ({})", text("experiment"), text("cause"), text("message"));
        }
        let success = usize::from(outcome["outcome"] == "succeeded");
        *successes.entry(outcome["experiment"].as_str().unwrap().to_owned()).or_default() +=
            success;
    }
    for row in rows {
        let id = row["experiment"].as_str().unwrap();
        let expected = usize::from(row["state"] == "succeeded");
        assert_eq!(successes.get(id), Some(&expected), "{id} has so many successes: {rows:#?}");
        let home = world.place.path(&format!("results/{id}/outcome.json"));
        assert_eq!(home.exists(), expected == 1, "{}", home.display());
    }
    assert_leaves_nothing(world);
    let succeeded = rows.iter().filter(|row| row["state"] == "succeeded").count();
    Figures { experiments: rows.len(), succeeded, attempts }
}

/// An experiment has succeeded, or its own tool is to blame.
fn assert_is_explained(row: &Value, log: &str) {
    if row["state"] == "succeeded" {
        return;
    }
    let id = row["experiment"].as_str().unwrap();
    let expected = match id.split('/').nth(1).unwrap() {
        "quits" => "tool-failed",
        "greedy" => "out-of-memory",
        // Beside a tool that fills the disk of all.
        "filling" | "steady" if id.starts_with("calm/") => "disk-full",
        _ => "no failure",
    };
    assert_eq!(row["cause"], expected, "{row:#}\n{log}");
}

/// The other binary, which checks the hash of every file.
fn pull(world: &World) -> Ran {
    let gen_tf = world.place.command(&[world.place.workspace]);
    let mut sync = std::process::Command::new(program("gen-tf-sync"));
    sync.args(gen_tf.get_args()).current_dir(gen_tf.get_current_dir().unwrap());
    sync.envs(gen_tf.get_envs().map(|(name, value)| (name, value.unwrap())));
    Ran::of(sync.output().unwrap())
}

/// Every outcome in the store.
fn outcomes(world: &World) -> Vec<Value> {
    match &world.cloud {
        None => {
            let outcomes = world.place.outcomes();
            outcomes.iter().map(|outcome| serde_json::to_value(outcome).unwrap()).collect()
        }
        Some(cloud) => outcomes_of(cloud),
    }
}

fn outcomes_of(cloud: &FakeGcp) -> Vec<Value> {
    let bucket = "/storage/v1/b/test-project-pair/o";
    let listing = format!("{bucket}?prefix=pair/outcomes/&maxResults=1000");
    let listing = cloud.expect("GET", &listing, None);
    let items = listing["items"].as_array().cloned().unwrap_or_default();
    let names = items.iter().map(|item| item["name"].as_str().unwrap().replace('/', "%2F"));
    names.map(|name| cloud.expect("GET", &format!("{bucket}/{name}?alt=media"), None)).collect()
}

/// A plain `terraform destroy` takes everything but the results.
#[track_caller]
fn assert_leaves_nothing(world: &World) {
    world.place.terraform(&["destroy", "-input=false", "-auto-approve"]).expect(0);
    let found = world.place.run(&["gc"]).expect(0);
    assert!(found.stderr.contains("nothing is left behind"), "{}", found.stderr);
    if world.target == Target::Local {
        wait_until("every process is gone", || world.place.processes().is_empty());
        assert_eq!(world.place.mounts(), world.small.len(), "mounts are left");
        return;
    }
    let state = world.cloud().state();
    let kinds = ["instances", "disks", "networks", "subnetworks", "routers", "firewalls"];
    for kind in kinds.into_iter().chain(["secrets", "accounts"]) {
        assert_eq!(state[kind].as_array().unwrap().len(), 0, "{kind} are left: {}", state[kind]);
    }
}
