//! A synthetic study of 100 experiments, made by `scripts/dev/synthetic_study.py`, comes home with
//! exactly the figures that are known of it. Nothing in it was ever measured.
#![allow(clippy::unwrap_used, reason = "a test ends with a panic")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use gen_tf_core::statistics::{Method, Sample, Summary, effect, mann_whitney};
use serde_json::Value;
use tempfile::TempDir;

/// How far two times or shares may be apart that were added up in another order.
const CLOSE: f64 = 1e-5;
/// The same for numbers that are only counted and compared.
const EQUAL: f64 = 1e-9;

/// A made study, and what must come out of it.
struct Synthetic {
    folder: TempDir,
    expected: Value,
}

fn generator(arguments: &[&str], folder: &Path) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/dev/synthetic_study.py");
    let mut command = Command::new("python3");
    // The tests of one machine share the script's folder: nothing is written into it.
    command.arg("-B").arg(script).args(arguments).current_dir(folder);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

impl Synthetic {
    fn make(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        generator(&[&["make", "study"], options].concat(), folder.path());
        let expected = fs::read(folder.path().join("study/expected.json")).unwrap();
        Self { folder, expected: serde_json::from_slice(&expected).unwrap() }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("study").join(path)
    }

    /// Runs the program with no Terraform on the path; answers its exit code and what it wrote.
    fn sync(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gen-tf-sync"));
        command.args(arguments).current_dir(self.path("workspace"));
        command.env("PATH", self.path("no-programs")).env_remove("GEN_TF_TERRAFORM");
        let Output { status, stdout, stderr } = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (status.code(), text(stdout), text(stderr))
    }

    fn experiments(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.expected["experiments"].as_object().unwrap().iter()
    }

    fn metrics(&self, experiment: &str) -> Option<Value> {
        let text = fs::read(self.path("results").join(experiment).join("metrics.json")).ok()?;
        Some(serde_json::from_slice(&text).unwrap())
    }
}

/// Where `found` is not what is expected; members that are not expected may be there.
fn differences(expected: &Value, found: &Value, place: &str, all: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(members), Value::Object(_)) => {
            for (name, member) in members {
                let missing = Value::String("missing".to_owned());
                let found = found.get(name).unwrap_or(&missing);
                differences(member, found, &format!("{place}/{name}"), all);
            }
        }
        (Value::Array(elements), Value::Array(others)) if elements.len() == others.len() => {
            for (number, (element, other)) in elements.iter().zip(others).enumerate() {
                differences(element, other, &format!("{place}/{number}"), all);
            }
        }
        (Value::Number(number), Value::Number(other)) if number.is_f64() => {
            let distance = number.as_f64().unwrap() - other.as_f64().unwrap();
            if distance.abs() > CLOSE {
                all.push(format!("{place}: {expected} expected, {found} found"));
            }
        }
        _ if expected == found => {}
        _ => all.push(format!("{place}: {expected} expected, {found} found")),
    }
}

#[test]
fn every_known_figure_of_a_hundred_experiments_comes_out_of_their_evidence() {
    let study = Synthetic::make(&["--plant-defects"]);
    let (code, _, stderr) = study.sync(&[]);
    assert_eq!(code, Some(1), "one archive is cut: {stderr}");
    assert_eq!(stderr.matches("error: ").count(), 1, "{stderr}");
    let (mut known, mut all) = (0, Vec::new());
    for (experiment, expected) in study.experiments() {
        let metrics = study.metrics(experiment);
        assert_eq!(metrics.is_some(), expected["home"].as_bool().unwrap(), "{experiment}");
        if let (Some(metrics), figures @ Value::Object(_)) = (metrics, &expected["figures"]) {
            differences(figures, &metrics, experiment, &mut all);
            assert_eq!(metrics["problems"], Value::Array(Vec::new()), "{experiment}");
            known += 1;
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
    assert_eq!((known, study.experiments().count()), (97, 100));
}

#[test]
fn twelve_experiments_have_a_defect_each_of_another_kind() {
    let study = Synthetic::make(&["--plant-defects"]);
    let defects = study.expected["defects"].as_array().unwrap();
    let different = |member: &str| {
        let values = defects.iter().map(|defect| (defect[member].as_str().unwrap(), ()));
        values.collect::<BTreeMap<_, ()>>().len()
    };
    assert_eq!((defects.len(), different("experiment"), different("kind")), (12, 12, 12));
}

#[test]
fn a_study_without_defects_comes_home_whole() {
    let study = Synthetic::make(&["--experiments", "20", "--file-bytes", "400000"]);
    let (code, _, stderr) = study.sync(&[]);
    assert_eq!(code, Some(0), "{stderr}");
    for (experiment, expected) in study.experiments() {
        let mut all = Vec::new();
        differences(
            &expected["figures"],
            &study.metrics(experiment).unwrap(),
            experiment,
            &mut all,
        );
        assert!(all.is_empty(), "{}", all.join("\n"));
        let record = ["results.db", "requests.jsonl"]
            .map(|name| study.path("results").join(experiment).join(name))
            .into_iter()
            .find_map(|path| fs::metadata(path).ok())
            .unwrap();
        assert!(record.len() >= 400_000, "{experiment}: {} bytes", record.len());
    }
}

#[test]
fn the_same_seed_makes_the_same_study() {
    let options = ["--experiments", "10", "--seed", "7"];
    let (one, other) = (Synthetic::make(&options), Synthetic::make(&options));
    assert_eq!(one.expected, other.expected);
    let key = "store/synthetic/results/service-1/tool-1/1/1.tar.gz";
    assert_eq!(fs::read(one.path(key)).unwrap(), fs::read(other.path(key)).unwrap());
    let another = Synthetic::make(&["--experiments", "10", "--seed", "8"]);
    assert_ne!(one.expected["experiments"], another.expected["experiments"]);
}

/// The numbers that cells are compared by, as the script names them.
fn measures(figures: &Value) -> Vec<(String, f64)> {
    let places = [
        ("requests", "/requests/total"),
        ("2xx", "/requests/status/2xx"),
        ("3xx", "/requests/status/3xx"),
        ("4xx", "/requests/status/4xx"),
        ("5xx", "/requests/status/5xx"),
        ("unique_5xx", "/unique_5xx"),
        ("operations_reached", "/operations/reached"),
        ("operations_succeeded", "/operations/succeeded"),
        ("operations_failed", "/operations/failed"),
    ];
    let number = |place: &str| figures.pointer(place).and_then(Value::as_f64);
    let counts = places.into_iter().map(|(name, place)| (name.to_owned(), number(place)));
    let shares = ["lines", "branches", "methods"].into_iter().map(|what| {
        let covered = number(&format!("/coverage/final/{what}/covered"));
        let total = number(&format!("/coverage/final/{what}/total"));
        (what.to_owned(), covered.zip(total).map(|(covered, total)| covered / total))
    });
    counts.chain(shares).filter_map(|(name, number)| Some((name, number?))).collect()
}

type Cells = BTreeMap<(String, String), BTreeMap<String, Vec<f64>>>;

fn cells(study: &Synthetic) -> Cells {
    let mut cells = Cells::new();
    for (experiment, expected) in study.experiments() {
        let (cell, _) = experiment.rsplit_once('/').unwrap();
        let (service, tool) = cell.split_once('/').unwrap();
        let cell = cells.entry((service.to_owned(), tool.to_owned())).or_default();
        for (measure, number) in measures(&expected["figures"]) {
            cell.entry(measure).or_default().push(number);
        }
    }
    cells
}

fn assert_equal(expected: &Value, found: f64, place: &str) {
    let expected = expected.as_f64().unwrap();
    assert!((expected - found).abs() <= EQUAL, "{place}: {expected} expected, {found} found");
}

#[test]
fn the_known_statistics_are_what_the_core_computes() {
    // Fewer runs than ten of a cell make some of the tests exact.
    for options in [&["--experiments", "100"][..], &["--experiments", "30"]] {
        let study = Synthetic::make(options);
        let statistics = &study.expected["statistics"]["all"];
        let cells = cells(&study);
        for ((service, tool), measures) in &cells {
            let known = &statistics["cells"][service][tool];
            assert_eq!(known.as_object().unwrap().len(), measures.len());
            for (measure, numbers) in measures {
                let (known, place) = (&known[measure], format!("{service}/{tool} {measure}"));
                let found = Summary::of(&Sample::new(numbers).unwrap());
                assert_equal(&known["lower_quartile"], found.lower_quartile, &place);
                assert_equal(&known["median"], found.median, &place);
                assert_equal(&known["upper_quartile"], found.upper_quartile, &place);
            }
        }
        for (service, pairs) in statistics["pairs"].as_object().unwrap() {
            for pair in pairs.as_array().unwrap() {
                compare(&cells, service, pair);
            }
        }
    }
}

/// Compares a pair of tools on a service with what the core makes of it.
fn compare(cells: &Cells, service: &str, pair: &Value) {
    let sample = |member: &str| {
        let cell = (service.to_owned(), pair[member].as_str().unwrap().to_owned());
        Sample::new(&cells[&cell][pair["measure"].as_str().unwrap()]).unwrap()
    };
    let (first, second) = (sample("first"), sample("second"));
    let place = format!("{service} {pair}");
    let test = mann_whitney(&first, &second);
    assert_equal(&pair["a12"], effect(&first, &second).a, &place);
    assert_equal(&pair["u"], test.u, &place);
    assert_equal(&pair["p_value"], test.p_value, &place);
    let method = match test.method {
        Method::Exact => "exact",
        Method::Asymptotic => "asymptotic",
        Method::AllEqual => "all-equal",
    };
    assert_eq!(pair["method"], method, "{place}");
}
