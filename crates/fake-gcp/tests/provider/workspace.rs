//! A folder with HCL, and the real Terraform in it, attached to a provider for a cloud.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use crate::support::Fake;

/// A folder for Terraform.
pub struct Workspace {
    folder: tempfile::TempDir,
    env: BTreeMap<String, String>,
}

/// What a run of Terraform said.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    /// stdout and stderr, without the frames of diagnostics and their line breaks.
    pub text: String,
}

impl Workspace {
    /// A folder with the given files, initialized.
    pub async fn new(fake: &Fake, files: &[(&str, &str)]) -> Self {
        let provider = fake_gcp::provider::serve(fake.base.clone()).await.unwrap();
        let mut env = fake_gcp::env::variables(&fake.base);
        env.insert("TF_REATTACH_PROVIDERS".to_owned(), provider.json.clone());
        env.insert("TF_IN_AUTOMATION".to_owned(), "1".to_owned());
        let workspace = Self { folder: tempfile::tempdir().unwrap(), env };
        for (name, text) in files {
            workspace.write(name, text);
        }
        workspace.run(&["init", "-input=false"]).ok();
        workspace
    }

    /// The workspace with one of everything.
    pub async fn of_everything(fake: &Fake) -> Self {
        let files = [
            ("main.tf", include_str!("workspace/main.tf")),
            ("variables.tf", include_str!("workspace/variables.tf")),
            ("guest.txt", "the guest"),
        ];
        Self::new(fake, &files).await
    }

    /// The provider block and the given resources.
    pub async fn of(fake: &Fake, resources: &str) -> Self {
        let head = r#"
            terraform {
              required_providers {
                google = { source = "hashicorp/google", version = "7.45.0" }
              }
            }
            provider "google" {
              project = "p1"
              region  = "us-central1"
            }
        "#;
        Self::new(fake, &[("main.tf", &format!("{head}\n{resources}"))]).await
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    pub fn remove(&self, name: &str) {
        std::fs::remove_file(self.folder.path().join(name)).unwrap();
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.path().join(name)).unwrap()
    }

    /// Sets a variable of Terraform's for all that follows.
    pub fn set(&mut self, name: &str, value: &str) {
        self.env.insert(format!("TF_VAR_{name}"), value.to_owned());
    }

    pub fn unset(&mut self, name: &str) {
        self.env.remove(&format!("TF_VAR_{name}"));
    }

    /// Sets an environment variable.
    pub fn export(&mut self, name: &str, value: &str) {
        self.env.insert(name.to_owned(), value.to_owned());
    }

    /// The value of an environment variable.
    pub fn environment(&self, name: &str) -> String {
        self.env[name].clone()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(terraform());
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .envs(&self.env)
            .stdin(Stdio::null());
        command
    }

    /// Runs Terraform. The provider serves on other threads meanwhile.
    pub fn run(&self, arguments: &[&str]) -> Said {
        Said::of(&tokio::task::block_in_place(|| self.command(arguments).output().unwrap()))
    }

    pub fn apply(&self) -> Said {
        self.run(&["apply", "-auto-approve", "-input=false", "-no-color"])
    }

    pub fn destroy(&self) -> Said {
        self.run(&["destroy", "-auto-approve", "-input=false", "-no-color"])
    }

    /// What a plan would do, by address: "update", "replace" and so on; nothing for no changes.
    pub fn plan(&self) -> BTreeMap<String, String> {
        self.run(&["plan", "-out=plan", "-input=false", "-no-color"]).ok();
        let changes = self.show(&["show", "-json", "plan"])["resource_changes"].clone();
        let action = |change: &Value| {
            let actions = change["change"]["actions"].as_array().unwrap();
            let import = change["change"]["importing"].is_object();
            let action =
                match actions.iter().map(|action| action.as_str().unwrap()).collect::<Vec<_>>()[..]
                {
                    ["no-op"] if import => "import",
                    ["update"] if import => "import and update",
                    ["no-op" | "read"] => return None,
                    [one] => one,
                    _ => "replace",
                };
            Some((change["address"].as_str().unwrap().to_owned(), action.to_owned()))
        };
        changes.as_array().unwrap_or(&Vec::new()).iter().filter_map(action).collect()
    }

    /// The attributes of a resource in the state; null if it is not there.
    pub fn state(&self, address: &str) -> Value {
        let state = self.show(&["show", "-json"]);
        let resources = state["values"]["root_module"]["resources"].as_array().cloned();
        let found = resources.unwrap_or_default().into_iter().find(|one| one["address"] == address);
        found.map_or(Value::Null, |one| one["values"].clone())
    }

    /// Addresses in the state.
    pub fn addresses(&self) -> Vec<String> {
        self.run(&["state", "list"]).text.lines().map(str::to_owned).collect()
    }

    pub fn show(&self, arguments: &[&str]) -> Value {
        let output = tokio::task::block_in_place(|| self.command(arguments).output().unwrap());
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

impl Said {
    pub fn of(output: &Output) -> Self {
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&output.stderr));
        Self { code: output.status.code(), text }
    }

    /// Expects success.
    pub fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.text);
        self
    }

    /// Expects failure with a message, wherever its lines are broken.
    pub fn fails_with(self, message: &str) -> Self {
        assert_eq!(self.code, Some(1), "{}", self.text);
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = words(&self.text.replace(['│', '╷', '╵'], " "));
        assert!(text.contains(&words(message)), "no {message:?} in {}", self.text);
        self
    }
}

/// The program that the developers' script finds.
fn terraform() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/dev/find-terraform.sh");
        let output = Command::new("bash").arg(script).stderr(Stdio::inherit()).output().unwrap();
        assert!(output.status.success(), "{script} found no Terraform");
        String::from_utf8(output.stdout).unwrap().trim().into()
    })
}
