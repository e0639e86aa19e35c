//! Pulls from a bucket, as a user sees them: failures on the way, credentials, and workspaces whose
//! state is in a bucket.

#![expect(clippy::unwrap_used, reason = "a test ends with a panic")]

mod support;

#[path = "../../../tests/support/fake_gcp.rs"]
mod fake_gcp;

use std::{env, fs, process::Command};

use fake_gcp::FakeGcp;
use gen_tf_core::outcome::Cause;
use gen_tf_store::{Google, Store};
use serde_json::{Value, json};
use support::{Files, Pull, Study, attempt, outcome, some_files, tree};

/// A study whose store is in a bucket.
struct InCloud {
    study: Study,
    cloud: FakeGcp,
    store: Store,
}

impl InCloud {
    fn new() -> Self {
        let (study, cloud) = (Study::new(), FakeGcp::start());
        cloud.make_bucket("bucket");
        let google = Google::connect_by(|name| cloud.variables.get(name).cloned()).unwrap();
        let store = Store::open_with(&google, "gs://bucket/quick").unwrap();
        let facts = json!({
            "format": 1, "study": "quick", "store": "gs://bucket/quick", "results": "../results",
        });
        fs::write(study.workspace().join("gen-tf.json"), facts.to_string()).unwrap();
        Self { study, cloud, store }
    }

    /// Brings what guests have put into the folder store into the bucket.
    fn upload(&self) {
        for (key, bytes) in tree(&self.study.path("store/quick")) {
            self.store.put(&key, bytes).unwrap();
        }
    }

    /// The program with nothing in its environment but what leads to the cloud.
    fn sync(&self, arguments: &[&str]) -> Command {
        let mut command = self.study.sync(arguments);
        let path = self.study.path("bin");
        command.env_clear().env("PATH", path).env("HOME", self.study.folder.path());
        // Nobody listens on this port: there is no metadata server.
        command.env("GCE_METADATA_HOST", "127.0.0.1:1").envs(&self.cloud.variables);
        command
    }

    fn pull(&self) -> Pull {
        Pull::of(&mut self.sync(&["--json"]))
    }

    fn fail(&self, path: &str, times: u32, fault: &Value) {
        let request = json!({ "method": "GET", "path": path });
        self.cloud.fail(&json!({ "match": request, "times": times, "fault": fault }));
    }

    fn has(&self, name: &str, files: &Files) -> bool {
        self.study.has(name, files, &attempt(name, 1))
    }
}

const NAMES: [&str; 3] = ["httpbin/restler/1", "httpbin/restler/2", "kinto/x/1"];

fn with_results() -> InCloud {
    let place = InCloud::new();
    for (seed, name) in (0..).zip(NAMES) {
        place.study.put_success(name, 1, &some_files(seed));
    }
    let failed = outcome(&attempt("kinto/x/2", 1), Some(Cause::ServiceDied));
    place.study.put_outcome(&failed);
    place.upload();
    place
}

#[test]
fn pulls_everything_from_a_bucket_and_then_has_nothing_to_do() {
    let place = with_results();
    let pull = place.pull();
    assert_eq!(pull.code, 0, "{}", pull.stderr);
    assert_eq!(pull.pulled().len(), 4);
    for (seed, name) in (0..).zip(NAMES) {
        assert!(place.has(name, &some_files(seed)), "{name}");
    }
    let again = place.pull();
    assert_eq!((again.code, again.pulled().len()), (0, 0));
    assert_eq!(again.json()["up_to_date"], 3);
    // Not a folder of that name beside the workspace.
    assert!(!place.study.workspace().join("gs:").exists());
}

/// The requests since the first `known` ones, shortened to what they ask for.
fn asked(place: &InCloud, known: usize) -> Vec<String> {
    let requests = place.cloud.requests();
    let gets = requests[known..].iter().filter(|it| it["method"] == "GET");
    let paths = gets.map(|it| it["path"].as_str().unwrap().to_owned());
    paths.filter(|path| !path.starts_with("/control/")).collect()
}

#[test]
fn where_nothing_is_new_a_pull_costs_one_listing() {
    let place = with_results();
    let cell = json!({ "definition": "d".repeat(32) });
    let facts = json!({
        "format": 1, "study": "quick", "store": "gs://bucket/quick", "results": "../results",
        "runs": 2, "attempts": 1,
        "cells": { "httpbin": { "restler": &cell }, "kinto": { "x": &cell } },
    });
    fs::write(place.study.workspace().join("gen-tf.json"), facts.to_string()).unwrap();
    assert_eq!(place.pull().pulled().len(), 4);
    let known = place.cloud.requests().len();
    assert_eq!(place.pull().json()["up_to_date"], 3);
    let asked_now = asked(&place, known);
    assert_eq!(asked_now.len(), 1, "{asked_now:?}");
    assert!(asked_now[0].contains("list-type") && asked_now[0].contains("outcomes"));
    // A definition that has changed since may have made the store's results count no more.
    let changed = facts.to_string().replace(&"d".repeat(32), &"f".repeat(32));
    fs::write(place.study.workspace().join("gen-tf.json"), changed).unwrap();
    let known = place.cloud.requests().len();
    assert_eq!(place.pull().json()["up_to_date"], 3);
    assert_eq!(asked(&place, known).len(), 2);
    // A copy of the folder without the files' times costs a look at each outcome, once.
    for name in NAMES {
        let path = place.study.results(name).join("outcome.json");
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    }
    let known = place.cloud.requests().len();
    assert_eq!(place.pull().json()["up_to_date"], 3);
    assert_eq!(asked(&place, known).len(), 2 + NAMES.len());
    fs::write(place.study.workspace().join("gen-tf.json"), facts.to_string()).unwrap();
    let known = place.cloud.requests().len();
    assert_eq!(place.pull().json()["up_to_date"], 3);
    assert_eq!(asked(&place, known).len(), 1);
}

#[test]
fn a_cloud_that_fails_for_a_moment_does_no_harm() {
    for (path, times, fault) in [
        (".*", 2, json!({ "status": 503, "reason": "backendError", "message": "later" })),
        (".*", 2, json!({ "status": 429, "reason": "rateLimitExceeded", "message": "slow" })),
        (".*", 3, json!("drop_connection")),
        ("results.*gz", 3, json!({ "truncate_body": 100 })),
        ("outcomes.*json", 3, json!({ "truncate_body": 1 })),
    ] {
        let place = with_results();
        place.fail(path, times, &fault);
        let pull = place.pull();
        assert_eq!((pull.code, pull.pulled().len()), (0, 4), "{fault}: {}", pull.stderr);
        assert!(place.has(NAMES[0], &some_files(0)));
        place.cloud.assert_that_all_failed();
    }
}

#[test]
fn what_arrives_damaged_is_not_kept_and_the_next_pull_mends_it() {
    let place = with_results();
    place.fail("results.*gz", 1, &json!("corrupt_body"));
    let pull = place.pull();
    assert_eq!((pull.code, pull.failed().len()), (1, 1), "{}", pull.stderr);
    let whole = NAMES.iter().filter(|name| place.study.results(name).exists()).count();
    assert_eq!(whole, 2);
    let next = place.pull();
    assert_eq!((next.code, next.pulled().len()), (0, 1), "{}", next.stderr);
    for (seed, name) in (0..).zip(NAMES) {
        assert!(place.has(name, &some_files(seed)), "{name}");
    }
}

#[test]
fn a_bucket_that_is_gone_is_named_with_the_way_out() {
    let place = with_results();
    place.store.bucket().unwrap().remove_with_everything(&|_| {}).unwrap();
    let pull = place.pull();
    assert_eq!((pull.code, &pull.stdout[..]), (1, ""));
    for part in ["error: there is no bucket `bucket`", "gs://bucket/quick", "hint: "] {
        assert!(pull.stderr.contains(part), "{part}: {}", pull.stderr);
    }
}

#[test]
fn without_credentials_the_error_lists_what_was_tried_and_how_to_log_in() {
    let place = with_results();
    let mut sync = place.sync(&[]);
    let pull = Pull::of(sync.env_remove("GOOGLE_OAUTH_ACCESS_TOKEN"));
    assert_eq!(pull.code, 1);
    for part in [
        "there are no credentials for Google Cloud; tried: GOOGLE_OAUTH_ACCESS_TOKEN",
        ".config/gcloud/application_default_credentials.json (not there)",
        "the metadata server 127.0.0.1:1 (no answer)",
        "hint: log in with `gcloud auth application-default login`",
    ] {
        assert!(pull.stderr.contains(part), "{part}: {}", pull.stderr);
    }
}

#[test]
fn an_old_token_and_a_lacking_right_are_told_apart() {
    let place = with_results();
    let token = |expiry: &str| format!("fake.x@test-project.iam.gserviceaccount.com.1.{expiry}");
    for (token, part, hint) in [
        (token("1"), "401 ", "hint: log in again"),
        (token("9999999999"), "403 ", "hint: the account lacks a role"),
    ] {
        let pull = Pull::of(place.sync(&[]).env("GOOGLE_OAUTH_ACCESS_TOKEN", token));
        assert_eq!(pull.code, 1);
        assert!(pull.stderr.contains(part) && pull.stderr.contains(hint), "{}", pull.stderr);
    }
}

#[test]
fn gcloud_is_asked_for_a_token_only_when_that_is_wanted() {
    let place = with_results();
    let script = "#!/bin/sh\n[ \"$*\" = 'auth print-access-token --quiet' ] && echo of-gcloud\n";
    let sync = || {
        let mut command = place.sync(&["--json"]);
        command.env_remove("GOOGLE_OAUTH_ACCESS_TOKEN");
        command
    };
    let missing = Pull::of(sync().env("GEN_TF_CREDENTIALS", "gcloud"));
    assert_eq!(missing.code, 1);
    assert!(missing.stderr.contains("cannot start `gcloud`"), "{}", missing.stderr);
    place.study.put_program("gcloud", script);
    assert_eq!(Pull::of(&mut sync()).code, 1);
    let asked = Pull::of(sync().env("GEN_TF_CREDENTIALS", "gcloud"));
    assert_eq!((asked.code, asked.pulled().len()), (0, 4), "{}", asked.stderr);
    let refusal = "#!/bin/sh\necho 'Reauthentication failed.' >&2\nexit 1\n";
    place.study.put_program("gcloud", refusal);
    let refused = Pull::of(sync().env("GEN_TF_CREDENTIALS", "gcloud"));
    assert!(refused.stderr.contains("Reauthentication failed."), "{}", refused.stderr);
}

#[test]
fn a_workspace_with_its_state_in_a_bucket_is_pulled_before_and_after_its_destroy() {
    let wanted = env::var("GEN_TF_TERRAFORM").unwrap_or_else(|_| "terraform".to_owned());
    let is_there = |program: &String| Command::new(program).arg("version").output().is_ok();
    let Some(program) = [wanted, "tofu".to_owned()].into_iter().find(is_there) else {
        println!("SKIPPED: neither terraform nor tofu is on the path");
        return;
    };
    let place = with_results();
    place.cloud.make_bucket("state");
    let root = r#"
terraform {
  backend "gcs" {
    bucket = "state"
    prefix = "gen-tf/quick"
  }
}
output "format" { value = 1 }
output "study" { value = "quick" }
output "store" { value = "gs://bucket/quick" }
output "results" { value = "../results" }
"#;
    fs::write(place.study.workspace().join("main.tf"), root).unwrap();
    let terraform = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.args(arguments).current_dir(place.study.workspace()).envs(&place.cloud.variables);
        let ended = command.output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    };
    let pull = || {
        let mut command = place.sync(&["--json", "--terraform", &program]);
        Pull::of(command.env("PATH", env::var_os("PATH").unwrap()))
    };
    terraform(&["init", "-input=false"]);
    terraform(&["apply", "-auto-approve", "-input=false"]);
    assert!(!place.study.workspace().join("terraform.tfstate").exists());
    let applied = pull();
    assert_eq!((applied.code, applied.pulled().len()), (0, 4), "{}", applied.stderr);
    assert!(!applied.stderr.contains("note:"), "{}", applied.stderr);
    terraform(&["destroy", "-auto-approve", "-input=false"]);
    place.study.put_success("kinto/x/3", 1, &some_files(9));
    place.upload();
    let destroyed = pull();
    assert!(destroyed.stderr.contains("note: the workspace has no outputs"));
    assert_eq!(destroyed.pulled(), ["kinto/x/3/1"]);
}
