//! A synthetic study of 100 experiments, made by `scripts/dev/synthetic_study.py`: its report has
//! exactly the statistics that the script knows of it. Nothing in it was ever measured.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use gen_tf_core::report::{Distribution, Measure, Pair, Report};
use serde_json::Value;
use tempfile::TempDir;

use super::made::repository;

/// How far two numbers may be apart that were computed in another order.
const CLOSE: f64 = 1e-9;

/// The measures of the report by the script's names, and how many of its units one is there.
const MEASURES: [(&str, Measure, f64); 11] = [
    ("requests", Measure::Requests, 1.0),
    ("2xx", Measure::Status2xx, 1.0),
    ("3xx", Measure::Status3xx, 1.0),
    ("4xx", Measure::Status4xx, 1.0),
    ("5xx", Measure::Status5xx, 1.0),
    ("unique_5xx", Measure::UniqueFailures, 1.0),
    ("operations_reached", Measure::OperationsReached, 1.0),
    ("operations_succeeded", Measure::OperationsSucceeded, 1.0),
    ("lines", Measure::LineCoverage, 100.0),
    ("branches", Measure::BranchCoverage, 100.0),
    ("methods", Measure::MethodCoverage, 100.0),
];

/// The report of a made study, and what the script knows of it.
fn reported(options: &[&str], report: &[&str]) -> (Report, Value) {
    let folder = TempDir::new().unwrap();
    let mut script = Command::new("python3");
    script.arg("-B").arg(repository("scripts/dev/synthetic_study.py")).args(["make", "study"]);
    let made = script.args(options).current_dir(folder.path()).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    // Of a planted defect, an archive that is cut, a pull complains.
    sync(folder.path(), &[]);
    let options: Vec<_> = std::iter::once("report").chain(report.iter().copied()).collect();
    assert_eq!(sync(folder.path(), &options), Some(0));
    let file = |path: &str| fs::read(folder.path().join("study").join(path)).unwrap();
    let report = serde_json::from_slice(&file("report/report.json")).unwrap();
    (report, serde_json::from_slice(&file("expected.json")).unwrap())
}

fn sync(folder: &Path, arguments: &[&str]) -> Option<i32> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gen-tf-sync"));
    command.args(arguments).current_dir(folder.join("study/workspace"));
    command.env("PATH", folder.join("no-programs")).env_remove("GEN_TF_TERRAFORM");
    command.output().unwrap().status.code()
}

fn assert_close(found: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap();
    let apart = (found - expected).abs();
    assert!(apart <= CLOSE * expected.abs().max(1.0), "{what}: {found} and not {expected}");
}

/// The cells, `service/tool`, with a run at home whose figures the script does not know.
fn unknown(expected: &Value) -> BTreeSet<String> {
    let experiments = expected["experiments"].as_object().unwrap().iter();
    let unknown = experiments.filter(|(_, it)| it["home"] == true && it["figures"].is_null());
    unknown.map(|(id, _)| id.rsplit_once('/').unwrap().0.to_owned()).collect()
}

/// Compares every cell but these; gives how many numbers had values.
fn compare_cells(report: &Report, expected: &Value, without: &BTreeSet<String>) -> usize {
    let is_known = |service: &str, tool: &str| !without.contains(&format!("{service}/{tool}"));
    let mut compared = 0;
    for cell in report.cells.iter().filter(|it| is_known(&it.service, &it.tool)) {
        let known = &expected[&cell.service][&cell.tool];
        for (name, measure, unit) in MEASURES {
            let what = format!("{}/{} {name}", cell.service, cell.tool);
            match &cell.measures[&measure] {
                Some(spread) => compare_spread(spread, &known[name], unit, &what),
                None => assert!(known[name].is_null(), "{what} has no value"),
            }
            compared += usize::from(cell.measures[&measure].is_some());
        }
    }
    compared
}

fn compare_spread(spread: &Distribution, known: &Value, unit: f64, what: &str) {
    assert_eq!(known["count"], spread.count, "{what}");
    for (name, value) in [
        ("minimum", spread.minimum),
        ("lower_quartile", spread.lower_quartile),
        ("median", spread.median),
        ("upper_quartile", spread.upper_quartile),
        ("maximum", spread.maximum),
    ] {
        assert_close(value / unit, &known[name], what);
    }
}

/// Compares every pair that the script knows, without those cells; gives how many.
fn compare_pairs(report: &Report, expected: &Value, without: &BTreeSet<String>) -> usize {
    let measures: BTreeMap<&str, Measure> =
        MEASURES.into_iter().map(|(name, measure, _)| (name, measure)).collect();
    let pair_of = |service: &str, known: &Value| -> Option<&Pair> {
        let measure = *measures.get(known["measure"].as_str()?)?;
        let mut all = report.comparisons.iter();
        let one = all.find(|it| it.service == service && it.measure == measure)?;
        one.pairs.iter().find(|it| known["first"] == it.first && known["second"] == it.second)
    };
    let mut compared = 0;
    for (service, pairs) in expected.as_object().unwrap() {
        for known in pairs.as_array().unwrap() {
            let tools = ["first", "second"].map(|it| known[it].as_str().unwrap());
            let is_known = tools.iter().all(|it| !without.contains(&format!("{service}/{it}")));
            if !is_known || !measures.contains_key(known["measure"].as_str().unwrap()) {
                continue;
            }
            let test = pair_of(service, known).and_then(|pair| pair.test.as_ref());
            let test = test.unwrap_or_else(|| panic!("{service}: {known}"));
            assert_close(test.a12, &known["a12"], service);
            assert_close(test.u, &known["u"], service);
            assert_close(test.p_value, &known["p_value"], service);
            assert_eq!(serde_json::to_value(test.method).unwrap(), known["method"]);
            compared += 1;
        }
    }
    compared
}

#[test]
fn the_report_of_a_hundred_experiments_has_the_known_statistics() {
    let (report, expected) = reported(&[], &[]);
    assert_eq!((report.completeness.expected, report.completeness.succeeded), (100, 100));
    let known = &expected["statistics"]["all"];
    let cells = compare_cells(&report, &known["cells"], &BTreeSet::new());
    let pairs = compare_pairs(&report, &known["pairs"], &BTreeSet::new());
    assert!(cells >= 100 && pairs >= 200, "{cells} {pairs}");
}

/// Compares the report of a study with planted defects; `known` names the script's statistics.
fn compare_with_defects(known: &str, report: &[&str]) -> (Report, Value) {
    let (report, expected) = reported(&["--plant-defects"], report);
    let home = expected["experiments"].as_object().unwrap().values();
    let home = home.filter(|it| it["home"] == true).count();
    assert_eq!(report.completeness.succeeded, home);
    assert!(home < 100 && !report.completeness.is_whole);
    let without = if known == "all" { unknown(&expected) } else { BTreeSet::new() };
    let statistics = &expected["statistics"][known];
    let cells = compare_cells(&report, &statistics["cells"], &without);
    let pairs = compare_pairs(&report, &statistics["pairs"], &without);
    assert!(cells >= 50 && pairs >= 50, "{cells} {pairs}");
    (report, expected)
}

#[test]
fn results_with_planted_defects_are_in_no_figure_and_all_of_them_are_named() {
    let (report, expected) = compare_with_defects("sound", &[]);
    let planted = expected["defects"].as_array().unwrap().iter();
    let planted: BTreeSet<&str> =
        planted.map(|defect| defect["experiment"].as_str().unwrap()).collect();
    assert_eq!(planted.len(), 12);
    let missing = report.completeness.missing.iter().map(|it| it.experiment.to_string());
    let found = report.checked.findings.iter().map(|it| it.experiment.as_ref().unwrap());
    let named: BTreeSet<String> = missing.chain(found.map(ToString::to_string)).collect();
    assert!(named.iter().eq(planted.iter().copied()), "{named:?} and not {planted:?}");
    assert_eq!(report.experiments.iter().filter(|row| row.counted).count(), 88);
}

#[test]
fn with_all_the_statistics_are_of_everything_that_is_home() {
    let (report, _) = compare_with_defects("all", &["--all"]);
    assert!(report.methods.count_findings && !report.checked.findings.is_empty());
}
