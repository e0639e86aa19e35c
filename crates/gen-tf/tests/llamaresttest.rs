//! The llamaresttest harness with the real repository: four cells of a minute each, in sandboxes of this machine.
//! It runs only where `GEN_TF_LLAMARESTTEST_REPOSITORY` names a clone, because it needs that, Maven Central and PyPI, and
//! a quarter of an hour the first time; what it builds is kept in the user's own cache. The clone's HEAD is what is tested.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

use std::{env, fs, io::Read as _, path::Path, process::Command};

use flate2::read::GzDecoder;
use gen_tf_core::outcome::{Outcome, Verdict};

#[path = "cli/place.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod place;
use place::Place;

const CELLS: usize = 4;

fn study(repository: &str, commit: &str) -> String {
    format!(
        r#"study "llama" {{
  harness  = "llamaresttest"
  tools    = ["arat-rl", "schemathesis"]
  services = ["language-tool", "youtube"]
  runs     = 1
  duration = "60s"
  settings = {{
    repository   = "{repository}"
    commit       = "{commit}"
    java_options = "-Xmx1g"
  }}
}}

retry {{
  attempts = 1
}}

target "local" {{
  cpus   = 2
  memory = "4GiB"
}}
"#
    )
}

fn head(repository: &str) -> String {
    let output =
        Command::new("git").args(["-C", repository, "rev-parse", "HEAD"]).output().unwrap();
    assert!(output.status.success(), "{repository} is no clone");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A folder for everything that a setup builds: the user's own, so that the next test finds it.
fn cache() -> Option<String> {
    let home = || env::var("HOME").ok().map(|home| format!("{home}/.cache"));
    env::var("XDG_CACHE_HOME").ok().or_else(home)
}

fn file(archive: &Path, name: &str) -> String {
    let mut archive = tar::Archive::new(GzDecoder::new(fs::File::open(archive).unwrap()));
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.path().unwrap().to_str() == Some(name) {
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            return text;
        }
    }
    panic!("the results have no {name}");
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

/// What proves that a minute measured something: answers of the service, its log, and coverage above the idle service.
fn check(place: &Place, outcome: &Outcome) {
    let id = &outcome.experiment;
    assert_eq!(outcome.outcome, Verdict::Succeeded, "{id}: {}", outcome.message);
    let archive = place.path("store/llama").join(&outcome.results.as_ref().unwrap().archive);
    let requests = json(&file(&archive, "requests.json"));
    assert!(requests["requests"].as_u64().unwrap() > 0, "{id}: {requests}");
    let log = file(&archive, &format!("log-{}.txt", id.service));
    assert!(log.contains("========RESPONSE========"), "{id}");
    let coverage = json(&file(&archive, "coverage.json"));
    let lines = |moment: &str| coverage[moment]["lines_covered"].as_u64().unwrap();
    assert!(lines("final") > lines("idle"), "{id}: {coverage}");
    println!("{id}: {requests} {coverage}");
}

#[test]
fn the_real_repository_s_tools_reach_its_services_and_cover_more_than_idle() {
    let Ok(repository) = env::var("GEN_TF_LLAMARESTTEST_REPOSITORY") else {
        println!("SKIPPED: llamaresttest: GEN_TF_LLAMARESTTEST_REPOSITORY names no clone");
        return;
    };
    if !place::has_sandboxes() {
        return;
    }
    let mut place = Place::new(&study(&repository, &head(&repository)));
    place.environment.extend(cache().map(|folder| ("XDG_CACHE_HOME".to_owned(), folder)));
    let ran = place.run(&["apply", "--wait", "--yes"]);
    let outcomes = place.outcomes();
    assert_eq!(outcomes.len(), CELLS, "{}\n{}", ran.stdout, ran.stderr);
    for outcome in &outcomes {
        check(&place, outcome);
    }
    ran.expect(0);
}
