//! What the modules take and refuse: real Terraform evaluates their variables, without any provider.

use std::{fs, process::Command};

use serde_json::{Map, Value, json};

use crate::files::{MODULES, attribute, blocks, label, module, terraform};

/// Text that would break out of its place in HCL, shell, JSON or a label.
const HOSTILE: [&str; 14] = [
    "a\"b", "a'b", "a\nb", "a\n", "a${b}", "a%{b}", "a b", "a;b", "$(id)", "a`id`", "a\\b", "a|b",
    "", "ä",
];

/// Variables that may hold any text.
const ANYTHING: [&str; 2] = ["guest_archive", "values"];

/// Values that a module takes.
fn good(name: &str) -> Map<String, Value> {
    let sha256 = "0123456789abcdef".repeat(4);
    let half = "0123456789abcdef".repeat(2);
    let member = "serviceAccount:gen-tf-rest@my-project.iam.gserviceaccount.com";
    let values = match name {
        "gcp-experiment" => json!({
            "attempt": 1, "definition": half, "experiment": "omdb/evo.Master_2/1",
            "guest_sha256": sha256, "image": UBUNTU, "max_run_seconds": 9000,
            "models": { "ex.gguf": sha256 }, "name": "rest-omdb-evomaster-1",
            "project": "my-project", "run": 1,
            "secrets": { "omdb-api-key": "projects/123/secrets/gen-tf-rest-omdb/versions/1" },
            "service": "omdb", "service_account": "gen-tf-rest@my-project.iam.gserviceaccount.com",
            "setup_key": half, "startup_script": "#!/usr/bin/env bash\n", "store": "gs://b-1/rest",
            "study": "rest", "subnetwork": "projects/my-project/regions/us-central1/subnetworks/s",
            "tool": "evo.Master_2", "zone": "us-central1-a",
        }),
        "gcp-network" => {
            json!({ "name": "gen-tf-rest", "project": "my-project", "region": "us-central1" })
        }
        "gcp-secrets" => json!({
            "accessor": member, "project": "my-project", "study": "rest",
            "secrets": { "omdb-api-key": { "version": 1 } }, "values": { "omdb-api-key": "x" },
        }),
        "gcp-service-account" => {
            json!({ "account_id": "gen-tf-rest", "project": "my-project", "study": "rest" })
        }
        "gcp-store" => json!({
            "bucket": "my-project.rest_2026", "guest_archive": "guest.tar.gz", "guest_sha256": sha256,
            "labels": { "team": "testing" }, "location": "us-central1", "project": "my-project",
            "study": "rest", "writer": member,
        }),
        other => panic!("{other}"),
    };
    values.as_object().unwrap().clone()
}

const UBUNTU: &str = "projects/ubuntu-os-cloud/global/images/ubuntu-2204-jammy-v20260901";

/// A root module of a module's variables alone.
struct Variables {
    folder: tempfile::TempDir,
}

impl Variables {
    fn of(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(module(name).join("variables.tf"), folder.path().join("variables.tf")).unwrap();
        Self { folder }
    }

    /// The variables that Terraform refuses, in order.
    fn refused(&self, terraform: &mut Command, values: &Map<String, Value>) -> Vec<String> {
        let file = self.folder.path().join("values.auto.tfvars.json");
        fs::write(file, Value::Object(values.clone()).to_string()).unwrap();
        let output = terraform
            .args(["plan", "-json", "-input=false", "-refresh=false"])
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let declarations = fs::read_to_string(self.folder.path().join("variables.tf")).unwrap();
        let mut refused: Vec<String> =
            text.lines().filter_map(|event| refused_variable(&declarations, event)).collect();
        refused.sort();
        refused.dedup();
        assert_eq!(output.status.success(), refused.is_empty(), "{text}");
        refused
    }
}

/// The variable that a diagnostic is about: the one whose block holds the rule that the message names.
fn refused_variable(declarations: &str, event: &str) -> Option<String> {
    let event: Value = serde_json::from_str(event).unwrap();
    let diagnostic = event.get("diagnostic")?;
    let detail = diagnostic["detail"].as_str().unwrap();
    let line = detail.split("variables.tf:").nth(1).and_then(|rest| rest.split(',').next());
    let line: usize = line.unwrap_or_else(|| panic!("{diagnostic}")).parse().unwrap();
    let before: Vec<&str> = declarations.lines().take(line).collect();
    let block = before.iter().rev().find_map(|line| line.strip_prefix("variable \""));
    block.and_then(|rest| rest.split('"').next()).map(str::to_owned)
}

fn refused(name: &str, changes: &Value) -> Option<Vec<String>> {
    let mut terraform = terraform()?;
    let mut values = good(name);
    values.extend(changes.as_object().unwrap().clone());
    Some(Variables::of(name).refused(&mut terraform, &values))
}

/// Asserts which variables are refused after a change; true where Terraform could be asked.
fn expect(name: &str, changes: &Value, expected: &[&str]) -> bool {
    let Some(found) = refused(name, changes) else { return false };
    assert_eq!(found, expected, "{name}: {changes}");
    true
}

#[test]
fn usual_values_are_taken() {
    for name in MODULES {
        if !expect(name, &json!({}), &[]) {
            return;
        }
    }
    expect(
        "gcp-experiment",
        &json!({ "spot": true, "started": 1_790_000_000, "on_timeout": "DELETE" }),
        &[],
    );
    let existing = json!({ "network": "projects/host-project/global/networks/vpc", "iap_ssh": true,
        "subnetwork": "projects/host-project/regions/us-central1/subnetworks/s" });
    expect("gcp-network", &existing, &[]);
    expect("gcp-network", &json!({ "subnetwork": "mine" }), &[]);
    expect(
        "gcp-store",
        &json!({ "noncurrent_days": null, "versioning": false, "location": "EU" }),
        &[],
    );
    expect("gcp-secrets", &json!({ "values": {}, "labels": null }), &[]);
    for name in ["gcp-secrets", "gcp-store"] {
        expect(name, &json!({ "expires": 1_790_000_000 }), &[]);
    }
    // What a caller does not know is null, and means the default.
    let unknown = json!({ "spot": null, "started": null, "labels": null, "models": null,
        "secrets": null, "disk_gb": null, "disk_type": null, "machine_type": null,
        "on_timeout": null, "secure_boot": null });
    expect("gcp-experiment", &unknown, &[]);
}

/// Every text of a module, and every text inside its maps, with each hostile text in its place.
#[test]
fn hostile_text_is_refused_everywhere() {
    for name in MODULES {
        let variables = blocks(&module(name), "variable");
        let kind = |at: usize| attribute(variables[at].body(), "type").unwrap().to_string();
        let of_kind = |wanted: &str| -> Vec<&str> {
            (0..variables.len())
                .filter(|at| kind(*at).trim_matches(['$', '{', '}']) == wanted)
                .map(|at| label(&variables[at], 0))
                .filter(|variable| !ANYTHING.contains(variable))
                .collect()
        };
        let texts = of_kind("string");
        let maps = of_kind("map(string)");
        assert!(!texts.is_empty());
        for hostile in HOSTILE {
            // All at once, because Terraform takes a while to start.
            let changed =
                |entry: Value| maps.iter().map(move |map| ((*map).to_owned(), entry.clone()));
            let mut changes: Map<String, Value> = changed(json!({ "a": hostile })).collect();
            changes.extend(texts.iter().map(|text| ((*text).to_owned(), json!(hostile))));
            let Some(found) = refused(name, &Value::Object(changes)) else { return };
            let missing = |variable: &&&str| !found.contains(&(**variable).to_owned());
            for text in texts.iter().filter(missing) {
                // A rule about two variables is not evaluated while the other one is refused.
                expect(name, &json!({ *text: hostile }), &[text]);
            }
            let taken: Vec<&&str> = maps.iter().filter(missing).collect();
            let empty_labels = hostile.is_empty() && maps.contains(&"labels");
            assert_eq!(taken, if empty_labels { vec![&"labels"] } else { vec![] }, "{hostile:?}");
            if !maps.is_empty() {
                let keys = changed(json!({ hostile: "a" })).collect();
                expect(name, &Value::Object(keys), &maps);
            }
        }
    }
}

#[test]
fn images_that_can_not_be_provisioned_are_refused() {
    let public = |name: &str| format!("projects/{name}");
    let good = [
        "debian-cloud/global/images/debian-12-bookworm-v20260901",
        "debian-cloud/global/images/debian-13-trixie-v20260901",
        "ubuntu-os-cloud/global/images/ubuntu-2404-noble-amd64-v20260901",
        "ubuntu-os-cloud/global/images/ubuntu-minimal-2204-jammy-v20260901",
        "my-project/global/images/my-image",
        "example.com:my-project/global/images/ubuntu-2004",
    ];
    for image in good {
        if !expect("gcp-experiment", &json!({ "image": public(image) }), &[]) {
            return;
        }
    }
    let bad = [
        "ubuntu-os-cloud/global/images/family/ubuntu-2204-lts",
        "ubuntu-os-cloud/global/images/ubuntu-2004-focal-v20260901",
        "ubuntu-os-cloud/global/images/ubuntu-2404-noble-arm64-v20260901",
        "ubuntu-os-pro-cloud/global/images/ubuntu-pro-2204-jammy-v20260901",
        "debian-cloud/global/images/debian-11-bullseye-v20260901",
        "rocky-linux-cloud/global/images/rocky-linux-9-v20260901",
        "cos-cloud/global/images/cos-117",
        "windows-cloud/global/images/windows-2022",
        "my-project/zones/us-central1-a/images/x",
    ];
    for image in bad {
        expect("gcp-experiment", &json!({ "image": public(image) }), &["image"]);
    }
    expect("gcp-experiment", &json!({ "image": "debian-12" }), &["image"]);
}

#[test]
fn values_that_contradict_each_other_are_refused() {
    let cases = [
        ("gcp-experiment", json!({ "experiment": "omdb/evo.Master_2/2" }), "experiment"),
        ("gcp-experiment", json!({ "store": "gs://b-1/other" }), "store"),
        (
            "gcp-experiment",
            json!({ "startup_script": format!("#!{}", "x".repeat(1023)) }),
            "startup_script",
        ),
        ("gcp-experiment", json!({ "secrets": { "a": "the value itself" } }), "secrets"),
        ("gcp-experiment", json!({ "max_run_seconds": 10_368_001 }), "max_run_seconds"),
        ("gcp-experiment", json!({ "attempt": 0 }), "attempt"),
        ("gcp-experiment", json!({ "attempt": 1.5 }), "attempt"),
        ("gcp-experiment", json!({ "on_timeout": "SUSPEND" }), "on_timeout"),
        ("gcp-network", json!({ "network": "vpc" }), "network"),
        ("gcp-network", json!({ "subnetwork": "mine", "iap_ssh": true }), "iap_ssh"),
        ("gcp-network", json!({ "ip_cidr_range": "10.0.0.0" }), "ip_cidr_range"),
        ("gcp-network", json!({ "nat_ports_per_vm": 63 }), "nat_ports_per_vm"),
        ("gcp-secrets", json!({ "secrets": { "a": { "version": 0 } } }), "secrets"),
        ("gcp-secrets", json!({ "accessor": "allUsers" }), "accessor"),
        ("gcp-store", json!({ "writer": "user:me@example.com" }), "writer"),
        ("gcp-store", json!({ "bucket": "a..b" }), "bucket"),
        ("gcp-store", json!({ "noncurrent_days": 0 }), "noncurrent_days"),
        ("gcp-store", json!({ "expires": -1 }), "expires"),
        ("gcp-secrets", json!({ "expires": 0.5 }), "expires"),
    ];
    for (name, changes, variable) in cases {
        if !expect(name, &changes, &[variable]) {
            return;
        }
    }
    let longest = json!({ "startup_script": format!("#!{}", "x".repeat(1022)) });
    expect("gcp-experiment", &longest, &[]);
}
