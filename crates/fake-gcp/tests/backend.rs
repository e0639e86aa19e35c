//! Terraform's own gcs backend, without any provider, keeps its state in the fake cloud.
//! Skipped where there is no `terraform`.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

mod support;

use serde_json::{Value, json};
use std::{
    path::Path,
    process::{Command, Output},
};
use support::Fake;

const CONFIGURATION: &str = r#"
terraform {
  backend "gcs" {
    bucket = "state-1"
    prefix = "gen-tf/s"
  }
}
resource "terraform_data" "a" { input = "hello" }
output "a" { value = terraform_data.a.output }
"#;

async fn terraform(fake: &Fake, folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("terraform");
    command.current_dir(folder).args(arguments).envs(fake_gcp::env::variables(&fake.base));
    command.env("TF_IN_AUTOMATION", "1");
    let run = tokio::task::spawn_blocking(move || command.output());
    run.await.unwrap().unwrap()
}

fn assert_success(output: &Output) {
    assert!(
        output.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_is_locked_written_read_and_found_again() {
    if Command::new("terraform").arg("version").output().is_err() {
        eprintln!("SKIPPED: no terraform on the path, so its gcs backend is not tried");
        return;
    }
    let fake = Fake::start().await;
    fake.bucket("state-1").await;
    fake.ok("PATCH", "/storage/v1/b/state-1", &json!({ "versioning": { "enabled": true } })).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.tf"), CONFIGURATION).unwrap();
    assert_success(&terraform(&fake, folder.path(), &["init", "-input=false"]).await);
    let apply = ["apply", "-auto-approve", "-input=false"];
    assert_success(&terraform(&fake, folder.path(), &apply).await);
    let names = |state: &Value| -> Vec<String> {
        let objects = state["buckets"]["state-1"]["objects"].as_array().unwrap();
        let live = objects.iter().filter(|object| object["live"] == true);
        live.map(|object| object["name"].as_str().unwrap().to_owned()).collect()
    };
    // The lock is gone, the state is there.
    assert_eq!(names(&fake.get("/control/state").await), ["gen-tf/s/default.tfstate"]);
    let plan = terraform(&fake, folder.path(), &["plan", "-detailed-exitcode"]).await;
    assert_eq!(plan.status.code(), Some(0), "no changes");
    let other = tempfile::tempdir().unwrap();
    std::fs::write(other.path().join("main.tf"), CONFIGURATION).unwrap();
    assert_success(&terraform(&fake, other.path(), &["init", "-input=false"]).await);
    let output = terraform(&fake, other.path(), &["output", "-raw", "a"]).await;
    assert_eq!(output.stdout, b"hello");
    // Somebody else holds the lock.
    fake.put("owner", "state-1", "gen-tf/s/default.tflock", "{}", "").await;
    let locked = terraform(&fake, folder.path(), &apply).await;
    assert_eq!(locked.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&locked.stderr).contains("state lock"), "{locked:?}");
    fake.send("DELETE", "/storage/v1/b/state-1/o/gen-tf%2Fs%2Fdefault.tflock", "").await;
    assert_success(&terraform(&fake, folder.path(), &["destroy", "-auto-approve"]).await);
}
