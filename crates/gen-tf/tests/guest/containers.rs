//! A harness that starts containers: its scripts reach the engine from their sandbox, and nothing stays with it.

use std::{fs, process::Command};

use gen_tf_core::outcome::Cause;

use crate::{
    engine::Engine,
    lab::{Lab, Options, have, is_root, skipped, wait_for},
};

/// A lab with an engine of its own; `None`, and said in a line, where there can be none.
fn lab_and_engine(duration: u32) -> Option<(Lab, Engine)> {
    if !is_root() {
        skipped("only root can start a container engine");
        return None;
    }
    let engine = Engine::start()?;
    let lab = Lab::new(Options {
        variant: Some("containers"),
        containers: true,
        commands: "python3 curl",
        evidence: "requests.txt container.txt",
        duration,
        environment: vec![("DOCKER_HOST", engine.host())],
        ..Options::default()
    });
    Some((lab, engine))
}

#[test]
fn a_container_shares_the_work_folder_and_goes_with_its_attempt() {
    let Some((lab, engine)) = lab_and_engine(1) else { return };
    engine.import("gen-tf-test:1", &["bash", "sleep"]);
    let outcome = lab.run_expecting_success();
    let results = lab.results(&outcome);
    assert_eq!(fs::read_to_string(results.join("container.txt")).unwrap(), "from a container\n");
    assert!(outcome.environment["container_engine"].as_str().starts_with("docker "));
    assert_eq!(engine.containers(), Vec::<String>::new());
}

#[test]
fn a_sandbox_of_bwrap_reaches_the_engine_too() {
    if !have("bwrap") {
        return skipped("bwrap is not installed");
    }
    let Some((mut lab, engine)) = lab_and_engine(1) else { return };
    lab.options.environment.push(("GEN_TF_LAUNCHER", "bwrap".to_owned()));
    engine.import("gen-tf-test:1", &["bash", "sleep"]);
    let outcome = lab.run_expecting_success();
    assert_eq!(outcome.environment["launcher"], "bwrap");
    assert_eq!(engine.containers(), Vec::<String>::new());
}

#[test]
fn containers_of_a_killed_supervisor_are_removed_by_stop() {
    let Some((lab, engine)) = lab_and_engine(60) else { return };
    engine.import("gen-tf-test:1", &["bash", "sleep"]);
    lab.start(1);
    lab.wait_for_run(1);
    Lab::signal(lab.supervisor(1), "-KILL");
    wait_for("the sandbox has ended", 10, || lab.processes(1).is_empty());
    assert_eq!(engine.containers().len(), 1, "the engine knows nothing of our processes");
    lab.stop(1);
    assert_eq!(engine.containers(), Vec::<String>::new());
    lab.assert_nothing_left(1);
}

#[test]
fn a_stop_whose_engine_is_away_says_so_and_can_be_repeated() {
    let Some((lab, engine)) = lab_and_engine(60) else { return };
    engine.import("gen-tf-test:1", &["bash", "sleep"]);
    lab.start(1);
    lab.wait_for_run(1);
    Lab::signal(lab.supervisor(1), "-KILL");
    let socket = engine.host().replace("unix://", "");
    let away = format!("{socket}.away");
    fs::rename(&socket, &away).unwrap();
    let output = lab.command("stop", 1, 1).output().unwrap();
    fs::rename(&away, &socket).unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && text.contains("container engine"), "{text}");
    lab.stop(1);
    assert_eq!(engine.containers(), Vec::<String>::new());
}

#[test]
fn a_service_that_ready_sh_never_finds_ready_fails_and_its_last_words_are_kept() {
    let lab =
        Lab::new(Options { variant: Some("never-ready"), ready_timeout: 1, ..Options::default() });
    lab.run_expecting(Cause::ServiceNotReady);
    let words = "the database of http://127.0.0.1:9001/index.txt is empty";
    assert!(lab.log(1, 1).contains(words), "{}", lab.log(1, 1));
}

#[test]
fn without_an_engine_nothing_starts_and_the_remedy_is_named() {
    let lab = Lab::new(Options {
        variant: Some("containers"),
        containers: true,
        environment: vec![("DOCKER_HOST", "unix:///nowhere.sock".to_owned())],
        ..Options::default()
    });
    let output = lab.command("start", 1, 1).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{text}");
    assert!(text.contains("this harness starts containers"), "{text}");
    lab.stop(1);
    assert!(!lab.sandbox(1).exists());
}

#[test]
fn the_probe_names_the_engine_that_it_found() {
    if !is_root() {
        return skipped("only root can start a container engine");
    }
    let Some(engine) = Engine::start() else { return };
    let probe = Command::new("bash")
        .arg(crate::lab::repository().join("terraform-modules/local-experiment/sandbox.sh"))
        .arg("probe")
        .env("DOCKER_HOST", engine.host())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&probe.stdout);
    assert!(text.lines().any(|line| line.starts_with("containers: docker ")), "{text}");
}
