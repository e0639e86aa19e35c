//! What an export refuses, and that it then leaves nothing.

use std::{fs, os::unix::fs::symlink, path::Path};

use gen_tf_core::outcome::Cause;

use crate::{
    llamaresttest, restgym, study,
    support::{Study, attempt, outcome},
};

fn market() -> Study {
    let study = study("restgym", &["market"], "deeprest", 1);
    study.put_success("market/deeprest/1", 1, &restgym::run("market", 200));
    study.pull_all();
    study
}

/// Exports, which must fail with these words and leave nothing.
fn refused(study: &Study, form: &str, words: &[&str]) {
    let export = study.export(form);
    assert_eq!(export.code, 1, "{}\n{}", export.stdout, export.stderr);
    for word in words {
        assert!(export.stderr.contains(word), "{word}\n{}", export.stderr);
    }
    assert!(!study.path("export").exists());
    assert!(!study.path(".export.part").exists());
}

#[test]
fn experiments_of_another_harness_are_refused() {
    let study = market();
    let words = ["the harness `restgym`", "for experiments of the harness `llamaresttest`"];
    refused(&study, "--llamaresttest", &words);
    let own = crate::study("my-own", &["market"], "deeprest", 1);
    own.put_success("market/deeprest/1", 1, &restgym::run("market", 200));
    own.pull_all();
    refused(&own, "--restgym", &["the harness `my-own`", "of the harness `restgym`"]);
}

#[test]
fn an_experiment_that_another_harness_has_run_is_named() {
    let study = market();
    let path = study.results("market/deeprest/1/outcome.json");
    let text = fs::read_to_string(&path).unwrap();
    let text = text.replace("\"environment\": {}", "\"environment\": {\"harness\": \"other\"}");
    fs::write(path, text).unwrap();
    refused(&study, "--restgym", &["market/deeprest/1: it was run by the harness `other`"]);
}

#[test]
fn what_the_scripts_need_and_an_experiment_lacks_is_named_all_at_once() {
    let study = study("restgym", &["market", "scs"], "deeprest", 1);
    let mut files = restgym::run("market", 200);
    files.remove("started.txt").and(files.remove("time-budget.txt")).unwrap();
    study.put_success("market/deeprest/1", 1, &files);
    let mut files = restgym::run("blog", 200);
    files.retain(|name, _| !name.ends_with(".csv") && name != "results.db");
    study.put_success("scs/deeprest/1", 1, &files);
    study.pull_all();
    let words = [
        "market/deeprest/1: there is no started.txt, without which check.py does not verify it",
        "market/deeprest/1: there is no time-budget.txt, without which check.py stops",
        "scs/deeprest/1: there is no results.db",
        "scs/deeprest/1: code-coverage has no report (*.csv)",
    ];
    refused(&study, "--restgym", &words);
}

#[test]
fn a_log_that_collect_py_would_stumble_on_is_named() {
    let study = study("llamaresttest", &["omdb", "youtube"], "arat-rl", 1);
    let mut files = llamaresttest::run("youtube");
    files.remove("9009.csv").unwrap();
    study.put_success("youtube/arat-rl/1", 1, &files);
    let mut files = llamaresttest::run("omdb");
    let log = files.get_mut("log-omdb.txt").unwrap();
    log.extend_from_slice(b"========RESPONSE========\n1\n");
    study.put_success("omdb/arat-rl/1", 1, &files);
    study.pull_all();
    let words = [
        "youtube/arat-rl/1: there is no 9009.csv, which collect.py reads",
        "omdb/arat-rl/1: collect.py stops at log-omdb.txt: ",
        "LlamaRestTest's collect.py would stop",
    ];
    refused(&study, "--llamaresttest", &words);
}

const HEAD: &str = "GROUP,PACKAGE,CLASS,INSTRUCTION_MISSED,INSTRUCTION_COVERED,BRANCH_MISSED,\
    BRANCH_COVERED,LINE_MISSED,LINE_COVERED,COMPLEXITY_MISSED,COMPLEXITY_COVERED,METHOD_MISSED,\
    METHOD_COVERED\n";

#[test]
fn reports_that_the_scripts_would_stop_at_are_named() {
    let study = study("llamaresttest", &["ocvn", "youtube"], "arat-rl", 1);
    for (service, report, text) in [
        ("ocvn", "9004.csv", "g,p,c,1,1,0,0,1,1,1,1,1,1\n"),
        ("youtube", "9009.csv", "g,p,c,1,1,0,0,1"),
    ] {
        let mut files = llamaresttest::run(service);
        files.insert(report.to_owned(), format!("{HEAD}{text}").into_bytes()).unwrap();
        study.put_success(&format!("{service}/arat-rl/1"), 1, &files);
    }
    study.pull_all();
    let words = [
        "ocvn/arat-rl/1: collect.py stops at 9004.csv, which has no branches, no lines or no",
        "youtube/arat-rl/1: collect.py stops at 9009.csv: line 2 is no whole line",
    ];
    refused(&study, "--llamaresttest", &words);

    let study = crate::study("restgym", &["market"], "deeprest", 1);
    let mut files = restgym::run("market", 200);
    let cut = format!("{HEAD}g,p,c,1,1,0,0").into_bytes();
    files.insert("code-coverage/jacoco_2026-11-28T10.00.20.csv".to_owned(), cut).unwrap();
    study.put_success("market/deeprest/1", 1, &files);
    study.pull_all();
    let word = "process_results.py stops at code-coverage/jacoco_2026-11-28T10.00.20.csv: line 2";
    refused(&study, "--restgym", &[word]);
}

#[test]
fn links_in_the_evidence_are_not_followed() {
    let study = market();
    let database = study.results("market/deeprest/1/results.db");
    fs::rename(&database, study.path("elsewhere.db")).unwrap();
    symlink(study.path("elsewhere.db"), &database).unwrap();
    refused(&study, "--restgym", &["market/deeprest/1: results.db is no file, and links are not"]);

    let study = market();
    let log = study.results("market/deeprest/1/logs/passwords.log");
    symlink("/etc/passwd", &log).unwrap();
    refused(&study, "--restgym", &["passwords.log is neither a file nor a folder"]);
}

#[test]
fn failed_and_archived_attempts_are_not_exported() {
    let study = study("restgym", &["market"], "deeprest", 1);
    study.put_outcome(&outcome(&attempt("market/deeprest/1", 1), Some(Cause::ToolFailed)));
    study.pull_all();
    refused(&study, "--restgym", &["holds no succeeded experiment of the study"]);
    // As a person may move it.
    let failed = study.results(".attempts/market/deeprest/1/1");
    fs::create_dir_all(study.results("market/deeprest")).unwrap();
    fs::rename(failed, study.results("market/deeprest/1")).unwrap();
    refused(&study, "--restgym", &["market/deeprest/1: outcome.json says that it failed"]);
    let place = study.results("market/deeprest/1");
    fs::create_dir_all(study.results(".archived/market/deeprest/1")).unwrap();
    fs::rename(place, study.results(".archived/market/deeprest/1/1")).unwrap();
    refused(&study, "--restgym", &["holds no succeeded experiment of the study"]);
}

#[test]
fn what_is_there_is_never_overwritten() {
    let study = market();
    for output in [study.path("export"), study.path("results/deep/export")] {
        fs::create_dir_all(output.parent().unwrap()).unwrap();
    }
    fs::create_dir(study.path("export")).unwrap();
    let export = study.export("--restgym");
    assert!(export.stderr.contains("is there already"), "{}", export.stderr);
    assert_eq!(fs::read_dir(study.path("export")).unwrap().count(), 0);
    fs::remove_dir(study.path("export")).unwrap();

    fs::create_dir(study.path(".export.part")).unwrap();
    let export = study.export("--restgym");
    assert!(export.stderr.contains("another export writes it"), "{}", export.stderr);
    assert!(study.path(".export.part").exists() && !study.path("export").exists());
}

#[test]
fn an_export_is_no_part_of_the_results() {
    let study = market();
    for output in ["../results/export", "../results/market/deeprest/2", "..", "../results"] {
        let arguments = ["export", "--restgym", "--output", output];
        let export = crate::Pull::of(&mut study.sync(&arguments));
        assert_eq!(export.code, 1, "{output}: {}", export.stderr);
        assert!(export.stderr.contains("hint: "), "{output}: {}", export.stderr);
    }
    assert!(!Path::new(&study.results("export")).exists());
}

#[test]
fn one_form_has_to_be_named_and_not_two() {
    let study = market();
    for arguments in [
        &["export", "--output", "../export"][..],
        &["export", "--restgym", "--llamaresttest", "--output", "../export"],
        &["export", "--restgym"],
    ] {
        assert_eq!(crate::Pull::of(&mut study.sync(arguments)).code, 1, "{arguments:?}");
    }
}
