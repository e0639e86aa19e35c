//! The restgym harness as a whole, on the local target: real Terraform, sandboxes, a container engine of the
//! test's own, and images that stand in for RESTgym's. The harness's parts are tested by scripts/dev/test-restgym.sh.

#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

#[path = "../../../tests/support/engine.rs"]
mod engine;
#[path = "../../../tests/support/fake_gcp.rs"]
mod fake_gcp;
#[path = "cli/place.rs"]
#[expect(dead_code, reason = "the other half of it serves other tests")]
mod place;

use std::{
    fs,
    path::Path,
    process::{Child, Command},
};

use gen_tf_core::outcome::Verdict;
use serde_json::Value;

use crate::{
    engine::Engine,
    fake_gcp::{program, skipped},
    place::{Place, Ran, has_sandboxes, repository, wait_until},
};

/// Nobody listens there: a registry that is never asked, so that stand-ins are what the engine has.
const REGISTRY: &str = "127.0.0.1:1/restgym";
const IMAGES: [&str; 3] = ["market-api", "scs-api", "deeprest-tool"];

/// A study of DeepREST with limits that a small machine has, and an engine with the images for it.
fn study(services: &str, duration: &str) -> Option<(Place, Engine)> {
    if !has_sandboxes() {
        return None;
    }
    if !is_root() {
        skipped("restgym: only root can start a container engine");
        return None;
    }
    let engine = Engine::start()?;
    let references = IMAGES.map(|name| format!("{REGISTRY}/{name}:1.0.0"));
    let imported = Command::new("python3")
        .args(["-B", "tests/restgym/standins.py"])
        .args(&references)
        .current_dir(repository())
        .env("DOCKER_HOST", engine.host())
        .status();
    assert!(imported.unwrap().success());
    let [market, scs, deeprest] = references;
    let mut place = Place::new(&format!(
        "study \"gym\" {{\n  harness  = \"restgym\"\n  tools    = [\"deeprest\"]\n  services = [{services}]\n  \
         runs     = 1\n  duration = \"{duration}\"\n  settings = {{\n    \
         market_api_image    = \"{market}\"\n    scs_api_image       = \"{scs}\"\n    \
         deeprest_tool_image = \"{deeprest}\"\n    api_memory = \"256MiB\"\n    tool_memory = \"128MiB\"\n    \
         api_cpus = 1\n    tool_cpus = 1\n    privileged = false\n    api_start_seconds = 0\n  }}\n}}\n\n\
         target \"local\" {{\n  max_parallel = 2\n  memory = \"512MiB\"\n}}\n\nretry {{\n  attempts = 1\n}}\n"
    ));
    place.environment.push(("DOCKER_HOST".to_owned(), engine.host()));
    Some((place, engine))
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn sync(place: &Place) -> Ran {
    let mut sync = Command::new(program("gen-tf-sync"));
    sync.arg("workspace-local").current_dir(place.path("")).env("HOME", place.path(""));
    Ran::of(sync.output().unwrap())
}

#[test]
fn deeprest_runs_on_two_apis_of_restgym_and_its_results_come_home_as_restgym_names_them() {
    let Some((place, engine)) = study("\"market\", \"scs\"", "8s") else { return };
    place.run(&["apply", "--wait", "--yes"]).expect(0);
    let outcomes = place.outcomes();
    assert_eq!(outcomes.len(), 2);
    assert!(outcomes.iter().all(|outcome| outcome.outcome == Verdict::Succeeded));
    assert_eq!(engine.containers(), Vec::<String>::new());

    sync(&place).expect(0);
    for service in ["market", "scs"] {
        let home = place.path(&format!("results/{service}/deeprest/1"));
        for name in ["results.db", "started.txt", "completed.txt", "time-budget.txt"] {
            assert!(fs::metadata(home.join(name)).unwrap().len() > 0, "{service}: {name}");
        }
        assert!(!home.join("errors.txt").exists());
        for name in [service, "deeprest"] {
            assert!(home.join(format!("logs/{name}-stdout.log")).exists());
            assert!(home.join(format!("logs/{name}-stderr.log")).exists());
        }
        assert!(json(&home.join("requests.json"))["requests"].as_u64().unwrap() > 0);
        let coverage = json(&home.join("coverage.json"));
        let covered = |moment: &str| coverage[moment]["lines_covered"].as_u64().unwrap();
        assert!(covered("final") > covered("idle"), "{coverage}");
        let containers = json(&home.join("containers.json"));
        assert_eq!(containers["api"]["memory"], 256 << 20);
        assert_eq!(containers["tool"]["memory"], 128 << 20);
        assert_eq!(containers["api"]["image"], json(&home.join("images.json"))["api"]["id"]);
        let rules = json(&home.join("check.json"));
        let sound = rules["rules"]
            .as_array()
            .unwrap()
            .iter()
            .any(|rule| rule["rule"] == "db_integrity" && rule["ok"] == true);
        assert!(sound, "{rules}");
    }
}

#[test]
fn a_destroy_removes_both_containers_of_a_supervisor_that_was_killed() {
    let Some((place, engine)) = study("\"market\"", "1h") else { return };
    let mut apply: Child = place.spawn_quietly(&["apply", "--wait", "--yes"]);
    wait_until("API and tool run", || engine.containers().len() == 2);
    apply.kill().unwrap();
    apply.wait().unwrap();
    // The supervisor and its heartbeat have one command line; the second may end with the first.
    let supervisors = place.processes();
    let killed = supervisors.iter().filter(|line| line.contains("/main.sh ")).filter(|line| {
        let pid = line.split(' ').next().unwrap();
        Command::new("kill").args(["-KILL", pid]).output().unwrap().status.success()
    });
    assert!(killed.count() > 0, "{supervisors:?}");
    wait_until("the sandbox has ended", || place.processes().is_empty());
    assert_eq!(engine.containers().len(), 2, "the engine knows nothing of our processes");
    place.run(&["destroy", "--yes"]).expect(0);
    assert_eq!(engine.containers(), Vec::<String>::new());
    place.assert_nothing_is_left();
}
