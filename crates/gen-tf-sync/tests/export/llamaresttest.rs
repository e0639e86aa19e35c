//! The tree for LlamaRestTest: its own `collect.py` writes the lines that metrics.json has.

use std::{fs, path::Path};

use crate::{
    evidence, python,
    res_csv::{self, SERVICES},
    script, study,
    support::{Files, Study, tree},
};

const VARIABLE: &str = "GEN_TF_LLAMARESTTEST_REPOSITORY";
const COMMIT: &str = "69f2e95e78a9a58cf0492613cde94f90fe57ea61";
pub fn run(service: &str) -> Files {
    let mut files = evidence(&format!("llamaresttest/{service}"));
    files.insert("requests.json".to_owned(), b"{}\n".to_vec());
    if service == "youtube" {
        files.insert("jacoco9009.exec".to_owned(), vec![7; 30]);
    }
    files
}

fn pulled(services: &[&str]) -> Study {
    let study = study("llamaresttest", services, "arat-rl", 1);
    for service in services {
        study.put_success(&format!("{service}/arat-rl/1"), 1, &run(service));
    }
    study.pull_all();
    study
}

#[test]
fn a_run_of_a_tool_is_a_folder_with_what_collect_py_reads() {
    let study = pulled(&SERVICES);
    let (export, told) = study.exported("--llamaresttest");
    assert_eq!(told.stderr.matches("warning: ").count(), 0, "{}", told.stderr);
    let mut expected = Files::new();
    for service in SERVICES {
        let mut files = run(service);
        files.remove("requests.json").unwrap();
        files.remove("idle.csv");
        let document = files.remove("openapi.json").unwrap();
        expected.insert(format!("arat-rl/1/specs/openapi_json/{service}.json"), document);
        expected.extend(files.into_iter().map(|(name, it)| (format!("arat-rl/1/0/{name}"), it)));
    }
    let found = tree(&export);
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    assert!(found == expected);
}

#[test]
fn lines_of_res_csv_that_nothing_stands_behind_are_named() {
    let study = pulled(&["omdb", "youtube"]);
    let (export, told) = study.exported("--llamaresttest");
    assert!(told.stderr.contains("warning: res.csv has a line for each of the 9 services"));
    let named = fs::read_to_string(export.join("arat-rl/1/not-measured.txt")).unwrap();
    assert_eq!(
        named,
        "Lines of res.csv that no experiment stands behind:\nline 1: fdic\n\
         line 2: genome-nexus, 0/9002.csv is made up\nline 3: language-tool, 0/9003.csv is made up\n\
         line 4: ocvn, 0/9004.csv is made up\nline 5: ohsome\nline 7: rest-countries\nline 8: spotify\n"
    );
}

/// The lines that `collect.py` writes in the export's only run, as numbers.
fn collected(study: &Study) -> Option<Vec<Vec<f64>>> {
    let text = script(VARIABLE, COMMIT, "collect.py")?;
    let modules = study.path("modules");
    fs::create_dir(&modules).unwrap();
    let program = modules.join("collect.py");
    fs::write(&program, text).unwrap();
    let folder = study.path("export/arat-rl/1");
    python(&program, &folder, &modules, "");
    Some(res_csv::lines(&fs::read_to_string(folder.join("res.csv")).unwrap()))
}

fn published(study: &Study, service: &str) -> Vec<f64> {
    res_csv::line(&study.published(&format!("{service}/arat-rl/1"), "llamaresttest"))
}

#[test]
fn llamaresttests_own_script_finds_the_figures_of_metrics_json() {
    let study = pulled(&SERVICES);
    study.exported("--llamaresttest");
    let Some(lines) = collected(&study) else { return };
    assert_eq!(lines.len(), SERVICES.len());
    for (service, line) in SERVICES.into_iter().zip(lines) {
        assert_eq!(line, published(&study, service), "{service}");
    }
}

#[test]
fn llamaresttests_own_script_writes_zeros_for_services_that_were_not_run() {
    let study = pulled(&["omdb", "youtube"]);
    study.exported("--llamaresttest");
    let Some(lines) = collected(&study) else { return };
    for (service, line) in SERVICES.into_iter().zip(lines) {
        let is_run = Path::new(&study.results(service)).exists();
        let expected = if is_run { published(&study, service) } else { vec![0.0; line.len()] };
        assert_eq!(line, expected, "{service}");
    }
}
