//! examples/gcp-quickstart/github-workflow.yml: what it may do, what it runs, and that nothing of
//! a pull request becomes part of a script.

use std::process::Command;

use clap::Parser;
use gen_tf::cli::Cli;
use yaml_rust2::{Yaml, YamlLoader};

use crate::{read, repository, words};

const PATH: &str = "examples/gcp-quickstart/github-workflow.yml";

fn workflow() -> Yaml {
    YamlLoader::load_from_str(&read(PATH)).unwrap().remove(0)
}

/// The steps of all jobs.
fn steps(workflow: &Yaml) -> Vec<&Yaml> {
    let jobs = workflow["jobs"].as_hash().unwrap();
    jobs.values().flat_map(|job| job["steps"].as_vec().unwrap()).collect()
}

#[test]
fn the_workflow_renders_checks_and_plans_with_commands_that_exist() {
    let workflow = workflow();
    let scripts: Vec<&str> =
        steps(&workflow).iter().filter_map(|step| step["run"].as_str()).collect();
    let lines = scripts.iter().flat_map(|script| script.lines());
    let commands: Vec<&str> = lines.filter(|line| line.starts_with("gen-tf ")).collect();
    for command in &commands {
        let command = command.split('>').next().unwrap();
        Cli::try_parse_from(words(command)).unwrap();
    }
    for wanted in ["gen-tf render --check", "gen-tf plan --markdown"] {
        assert!(commands.iter().any(|command| command.starts_with(wanted)), "{wanted}");
    }
}

#[test]
fn the_workflow_holds_no_secret_and_may_do_no_more_than_it_needs() {
    let (text, workflow) = (read(PATH), workflow());
    assert!(!text.contains("secrets."), "it needs no secret");
    assert!(!text.contains("pull_request_target"), "a fork's code must not run with rights");
    assert!(workflow["permissions"].as_hash().unwrap().is_empty());
    let rights = |job: &str| {
        let rights = workflow["jobs"][job]["permissions"].as_hash().unwrap();
        rights.iter().map(|(right, how)| (right.as_str().unwrap(), how.as_str().unwrap())).collect()
    };
    let render: Vec<_> = rights("render");
    let plan: Vec<_> = rights("plan");
    assert_eq!(render, [("contents", "read")]);
    assert_eq!(plan, [("contents", "read"), ("id-token", "write"), ("pull-requests", "write")]);
    let condition = workflow["jobs"]["plan"]["if"].as_str().unwrap();
    assert!(condition.contains("head.repo.full_name == github.repository"), "{condition}");
}

#[test]
fn the_workflow_pins_every_action_and_pastes_nothing_into_scripts() {
    let workflow = workflow();
    for step in steps(&workflow) {
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
fn the_workflow_is_one_by_actionlint() {
    let checked = Command::new("actionlint").arg(repository().join(PATH)).output();
    let Ok(checked) = checked else {
        println!("SKIPPED: there is no actionlint on the path");
        return;
    };
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}
