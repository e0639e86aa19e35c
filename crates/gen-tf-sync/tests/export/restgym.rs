//! The tree for RESTgym: its own `check.py` verifies it, and its `process_results.py` finds the figures
//! that metrics.json has.

use std::{fs, path::Path};

use serde_json::Value;

use crate::{
    evidence, python, script, study,
    support::{Files, Study, tree},
};

const VARIABLE: &str = "GEN_TF_RESTGYM_REPOSITORY";
const COMMIT: &str = "56a9300bbda7b9ccbb49b015bb8edb001daaa50b";
/// Those with every kind of rule for messages of failures.
const SERVICES: [&str; 4] = ["market", "languagetool", "features-service", "user-management"];

/// What RESTgym leaves of a minute, which passes its check; the requests are those of tests/metrics,
/// more often and faster.
pub fn run(service: &str, rows: usize) -> Files {
    let mut files = evidence(&format!("restgym/{service}"));
    let found = files.remove("interactions.json").unwrap();
    files.insert("results.db".to_owned(), database(&found, rows));
    let names: Vec<_> = files.keys().filter(|name| name.ends_with(".csv")).cloned().collect();
    let reports: Vec<_> = names.iter().map(|name| files.remove(name).unwrap()).collect();
    for sample in 0..12 {
        let report = reports[sample % reports.len()].clone();
        let name = format!("code-coverage/jacoco_2026-11-28T10.00.{:02}", sample * 5);
        files.insert(format!("{name}.exec"), vec![1; 20]);
        files.insert(format!("{name}.csv"), report);
    }
    let texts = [
        ("started.txt", "Run started on Sat Nov 28 10:00:00 2026.\n"),
        ("completed.txt", "Run completed on Sat Nov 28 10:01:00 2026.\n"),
        ("time-budget.txt", "Time budget: 1 minutes.\n"),
        ("logs/deeprest-stdout.log", "hello\n"),
        ("check.json", r#"{"format": 1, "ok": true, "rules": [{"rule": "db", "ok": true}]}"#),
    ];
    files.extend(texts.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())));
    files
}

fn database(interactions: &[u8], rows: usize) -> Vec<u8> {
    type Row = (String, String, f64, i64, String, f64);
    let found: Vec<Row> = serde_json::from_slice(interactions).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.db");
    let database = rusqlite::Connection::open(&path).unwrap();
    let table = "CREATE TABLE interactions (id integer PRIMARY KEY, request_method text, \
         request_path text, request_headers text, request_content text, request_timestamp real, \
         response_status_code integer, response_headers text, response_content text, \
         response_timestamp real)";
    database.execute(table, []).unwrap();
    database.execute_batch("BEGIN").unwrap();
    let insert = "INSERT INTO interactions VALUES (NULL, ?1, ?2, '', '', ?3, ?4, '', ?5, ?6)";
    let first = found[0].2;
    let mut sent = first;
    for (method, path, _, status, body, _) in found.iter().cycle().take(rows) {
        database.execute(insert, (method, path, sent, status, body, sent + 0.1)).unwrap();
        sent += 0.29;
    }
    database.execute_batch("COMMIT").unwrap();
    database.close().unwrap();
    fs::read(path).unwrap()
}

fn pulled(rows: usize) -> Study {
    let study = study("restgym", &SERVICES, "deeprest", 2);
    for service in SERVICES {
        study.put_success(&format!("{service}/deeprest/1"), 1, &run(service, rows));
    }
    study.put_success("market/deeprest/2", 2, &run("market", 300));
    study.pull_all();
    study
}

#[test]
fn restgyms_own_files_of_each_succeeded_experiment_stand_at_its_place() {
    let study = pulled(200);
    let (export, told) = study.exported("--restgym");
    assert_eq!(told.stdout, format!("5 experiments exported: {}\n", export.display()));
    let mut expected = Files::new();
    for (place, service, rows) in [
        ("market/deeprest/1", "market", 200),
        ("market/deeprest/2", "market", 300),
        ("languagetool/deeprest/1", "languagetool", 200),
        ("features-service/deeprest/1", "features-service", 200),
        ("user-management/deeprest/1", "user-management", 200),
    ] {
        let mut files = run(service, rows);
        files.remove("check.json").and(files.remove("openapi.json")).unwrap();
        expected.extend(files.into_iter().map(|(name, bytes)| (format!("{place}/{name}"), bytes)));
    }
    let found = tree(&export);
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    assert!(found == expected);
}

#[test]
fn what_is_left_out_and_what_the_scripts_will_say_is_told() {
    let study = study("restgym", &["market"], "deeprest", 3);
    let mut files = run("market", 130);
    let broken = r#"{"format": 1, "ok": false, "rules": [{"rule": "requests", "ok": false}]}"#;
    files.insert("check.json".to_owned(), broken.as_bytes().to_vec());
    study.put_success("market/deeprest/1", 1, &files);
    study.put_success("market/deeprest/4", 1, &run("market", 200));
    study.pull_all();
    let (export, told) = study.exported("--restgym");
    for part in [
        "market/deeprest/4 is no experiment of the study",
        "market/deeprest/2 has no succeeded attempt",
        "market/deeprest/3 has no succeeded attempt",
        "market/deeprest/1: results.db has 130 rows, no multiple of 100",
        "market/deeprest/1: check.py will not verify it",
        "names the rules: requests",
    ] {
        assert!(told.stderr.contains(part), "{part}\n{}", told.stderr);
    }
    assert_eq!(told.stderr.matches("warning: ").count(), 5, "{}", told.stderr);
    assert!(!export.join("market/deeprest/4").exists());
}

#[test]
fn an_exported_run_keeps_the_rules_of_check_py_as_the_harness_knows_them() {
    let study = pulled(200);
    let (export, _) = study.exported("--restgym");
    let modules = study.path("modules");
    fs::create_dir(&modules).unwrap();
    for service in SERVICES {
        let folder = export.join(service).join("deeprest/1");
        let program = modules.join("look.py");
        let text = format!(
            "import sys\nsys.path.insert(0, {:?})\nimport rules\n\
             rules.main(['.', '{service}', 'deeprest', 'look.json'])\n",
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/harnesses/restgym")
        );
        fs::write(&program, text).unwrap();
        assert_eq!(python(&program, &folder, &modules, ""), "", "{service}");
        let look: Value =
            serde_json::from_slice(&fs::read(folder.join("look.json")).unwrap()).unwrap();
        assert_eq!(look["ok"], true, "{service}: {look}");
    }
}

/// RESTgym's folder as its scripts find it, without what they import and do not use.
fn restgym(study: &Study) -> Option<()> {
    for name in ["src/check.py", "src/process_results.py", "src/common.py"] {
        let text = script(VARIABLE, COMMIT, name)?;
        write(&study.path("RESTgym").join(name), &text);
    }
    for service in SERVICES {
        let document = &evidence(&format!("restgym/{service}"))["openapi.json"];
        let name = format!("RESTgym/apis/{service}/specifications/{service}-openapi.json");
        write(&study.path(&name), document);
    }
    let progress = "class Progress:\n    def __enter__(self):\n        return self\n\n    \
         def __exit__(self, *_):\n        pass\n\n    def add_task(self, *_, **__):\n        \
         pass\n\n    def update(self, *_, **__):\n        pass\n";
    for (name, text) in [
        ("docker.py", "def from_env():\n    return None\n"),
        ("yaml.py", ""),
        ("rich/progress.py", progress),
    ] {
        write(&study.path("modules").join(name), text.as_bytes());
    }
    Some(())
}

fn write(path: &Path, text: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn restgyms_own_scripts_verify_the_export_and_find_the_figures_of_metrics_json() {
    let study = pulled(200);
    if restgym(&study).is_none() {
        return;
    }
    let (export, _) = study.exported("--restgym");
    let before = tree(&study.results(""));
    fs::rename(export, study.path("RESTgym/results")).unwrap();
    let run = |name: &str| {
        let folder = study.path("RESTgym");
        python(&folder.join("src").join(name), &folder, &study.path("modules"), "1\n")
    };
    let told = run("check.py");
    assert!(told.contains("All runs passed the verification."), "{told}");
    let told = run("process_results.py");
    assert!(told.contains("Found 5 verified run"), "{told}");
    for place in ["market/deeprest/1", "market/deeprest/2", "languagetool/deeprest/1"]
        .into_iter()
        .chain(["features-service/deeprest/1", "user-management/deeprest/1"])
    {
        let summary = study.path("RESTgym/results").join(place).join("summary.json");
        let summary: Value = serde_json::from_slice(&fs::read(summary).unwrap()).unwrap();
        assert_eq!(summary, study.published(place, "restgym"), "{place}");
    }
    let table = tree(&study.path("RESTgym/results"));
    let table = table.iter().find(|(name, _)| name.starts_with("aggregate_results_req_")).unwrap();
    assert_eq!(String::from_utf8_lossy(table.1).lines().count(), 6);
    assert!(tree(&study.results("")) == before, "the scripts have changed the results");
}
