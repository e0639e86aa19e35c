//! The examples' workflows: what they may do, what they run, and that nothing of a pull request becomes
//! part of a script.

use std::process::Command;

use clap::Parser;
use gen_tf::cli::Cli;
use yaml_rust2::{Yaml, YamlLoader};

use crate::{read, repository, words};

/// Reviews a pull request.
const REVIEW: &str = "examples/gcp-quickstart/github-workflow.yml";
/// Takes a step on a schedule.
const STEP: &str = "examples/scheduled/github-workflow.yml";

fn workflow(path: &str) -> Yaml {
    YamlLoader::load_from_str(&read(path)).unwrap().remove(0)
}

/// The steps of all jobs.
fn steps(workflow: &Yaml) -> Vec<&Yaml> {
    let jobs = workflow["jobs"].as_hash().unwrap();
    jobs.values().flat_map(|job| job["steps"].as_vec().unwrap()).collect()
}

/// What a job may do.
fn rights(workflow: &Yaml, job: &str) -> Vec<(String, String)> {
    let text = |yaml: &Yaml| yaml.as_str().unwrap().to_owned();
    let rights = workflow["jobs"][job]["permissions"].as_hash().unwrap();
    rights.iter().map(|(right, how)| (text(right), text(how))).collect()
}

fn pairs(rights: &[(&str, &str)]) -> Vec<(String, String)> {
    rights.iter().map(|(right, how)| ((*right).to_owned(), (*how).to_owned())).collect()
}

#[test]
fn the_workflows_run_commands_that_exist() {
    let wanted = [
        (REVIEW, &["gen-tf validate", "gen-tf render --check", "gen-tf plan --markdown"][..]),
        (STEP, &["gen-tf apply --yes", "gen-tf status"][..]),
    ];
    for (path, wanted) in wanted {
        let workflow = workflow(path);
        let scripts: Vec<&str> =
            steps(&workflow).iter().filter_map(|step| step["run"].as_str()).collect();
        let lines = scripts.iter().flat_map(|script| script.lines());
        let commands: Vec<&str> = lines.filter(|line| line.starts_with("gen-tf ")).collect();
        for command in &commands {
            let command = command.split('>').next().unwrap();
            Cli::try_parse_from(words(command)).unwrap();
        }
        for wanted in wanted {
            assert!(commands.iter().any(|command| command.starts_with(wanted)), "{path}: {wanted}");
        }
    }
}

#[test]
fn the_crontab_calls_a_command_that_exists_and_never_two_at_a_time() {
    let text = read("examples/scheduled/crontab");
    let line = text.lines().find(|line| line.starts_with("*/15 ")).unwrap();
    assert!(line.contains("flock --nonblock "), "{line}");
    let (_, command) = line.split_once("gen-tf ").unwrap();
    Cli::try_parse_from(words(&format!("gen-tf {}", command.split(" >>").next().unwrap())))
        .unwrap();
}

#[test]
fn the_workflows_hold_no_secret_and_may_do_no_more_than_they_need() {
    for path in [REVIEW, STEP] {
        let text = read(path);
        assert!(!text.contains("secrets."), "{path} needs no secret");
        assert!(!text.contains("pull_request_target"), "a fork's code must not run with rights");
        assert!(workflow(path)["permissions"].as_hash().unwrap().is_empty());
        assert_eq!(workflow(path)["concurrency"]["cancel-in-progress"], Yaml::Boolean(false));
    }
    assert_eq!(
        rights(&workflow(STEP), "step"),
        pairs(&[("contents", "read"), ("id-token", "write")])
    );
    let workflow = workflow(REVIEW);
    assert_eq!(rights(&workflow, "render"), pairs(&[("contents", "read")]));
    let plan = [("contents", "read"), ("id-token", "write"), ("pull-requests", "write")];
    assert_eq!(rights(&workflow, "plan"), pairs(&plan));
    let condition = workflow["jobs"]["plan"]["if"].as_str().unwrap();
    assert!(condition.contains("head.repo.full_name == github.repository"), "{condition}");
}

#[test]
fn the_workflows_pin_every_action_and_paste_nothing_into_scripts() {
    let (review, step) = (workflow(REVIEW), workflow(STEP));
    for step in steps(&review).into_iter().chain(steps(&step)) {
        if let Some(action) = step["uses"].as_str() {
            let (_, commit) = action.split_once('@').unwrap();
            let is_commit = commit.len() == 40 && commit.bytes().all(|it| it.is_ascii_hexdigit());
            assert!(is_commit, "{action}");
        }
        let script = step["run"].as_str().unwrap_or_default();
        assert!(!script.contains("${{"), "{script}");
    }
}

#[test]
fn the_workflows_are_some_by_actionlint() {
    let paths = [REVIEW, STEP].map(|path| repository().join(path));
    let checked = Command::new("actionlint").args(paths).output();
    let Ok(checked) = checked else {
        println!("SKIPPED: there is no actionlint on the path");
        return;
    };
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}
