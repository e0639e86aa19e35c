//! A root module in a folder of its own, run by real Terraform against an offline cloud.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

use crate::{
    cloud::Cloud,
    files::{MODULES, module, terraform, tf_files},
};

/// What a root module says besides calling modules.
const PROVIDER: &str = r#"terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "7.45.0"
    }
  }
}

provider "google" {
  project = "my-project"
  region  = "us-central1"
}
"#;

/// A root module that can be planned and applied.
pub struct Root<'a> {
    cloud: &'a Cloud,
    folder: tempfile::TempDir,
}

impl<'a> Root<'a> {
    /// With this `main.tf`, the modules, an archive and a bootstrap; `init` has been run.
    #[track_caller]
    pub fn new(cloud: &'a Cloud, main: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("gen-tf-root-").tempdir().unwrap();
        let root = Self { cloud, folder };
        root.write("main.tf", main);
        root.write("provider.tf", PROVIDER);
        root.write("guest.tar.gz", "the first guest");
        root.write("startup.sh", "#!/usr/bin/env bash\ntrue \"${x:-}\"\n");
        for name in MODULES {
            let copy = root.path("modules").join(name);
            fs::create_dir_all(&copy).unwrap();
            for file in tf_files(&module(name)) {
                fs::copy(&file, copy.join(file.file_name().unwrap())).unwrap();
            }
        }
        root.succeed(&["fmt", "-check", "-recursive"]);
        root.succeed(&["init", "-input=false"]);
        root.succeed(&["validate"]);
        root
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Writes the values of the root's variables.
    pub fn set(&self, values: &Value) {
        self.write("values.auto.tfvars.json", &values.to_string());
    }

    pub fn terraform(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        let mut command: Command = terraform().unwrap();
        command.args(arguments).current_dir(self.folder.path());
        command.envs(&self.cloud.variables).envs(environment.iter().copied());
        command.output().unwrap()
    }

    #[track_caller]
    pub fn succeed(&self, arguments: &[&str]) -> String {
        self.succeed_with(arguments, &[])
    }

    #[track_caller]
    pub fn succeed_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> String {
        let output = self.terraform(arguments, environment);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}:\n{text}{errors}\n{}", self.cloud.log());
        text
    }

    #[track_caller]
    pub fn apply(&self) -> String {
        self.succeed(&["apply", "-auto-approve", "-input=false", "-no-color"])
    }

    #[track_caller]
    pub fn destroy(&self) -> String {
        self.succeed(&["destroy", "-auto-approve", "-input=false", "-no-color"])
    }

    /// Fails unless a plan would change nothing.
    #[track_caller]
    pub fn assert_no_changes(&self) {
        let planned =
            self.terraform(&["plan", "-detailed-exitcode", "-input=false", "-no-color"], &[]);
        let text = String::from_utf8_lossy(&planned.stdout);
        let errors = String::from_utf8_lossy(&planned.stderr);
        assert_eq!(planned.status.code(), Some(0), "there are changes:\n{text}{errors}");
    }

    /// What a plan would do: addresses with their actions, in order, without what stays.
    #[track_caller]
    pub fn changes(&self) -> Vec<(String, Vec<String>)> {
        self.succeed(&["plan", "-out=plan", "-input=false"]);
        let shown: Value = serde_json::from_str(&self.succeed(&["show", "-json", "plan"])).unwrap();
        let changes = shown["resource_changes"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        changes
            .iter()
            .map(|found| {
                let actions = found["change"]["actions"].as_array().unwrap();
                (text(&found["address"]), actions.iter().map(text).collect::<Vec<String>>())
            })
            .filter(|(_, actions)| actions != &["no-op"])
            .collect()
    }

    /// The root's outputs.
    #[track_caller]
    pub fn output(&self, name: &str) -> Value {
        serde_json::from_str(&self.succeed(&["output", "-json", name])).unwrap()
    }

    /// Everything in the folder that Terraform wrote, for a search of what must not be there.
    pub fn state(&self) -> String {
        fs::read_to_string(self.path("terraform.tfstate")).unwrap()
    }
}

/// The example of a module's README.
pub fn example(name: &str) -> String {
    let readme = fs::read_to_string(module(name).join("README.md")).unwrap();
    let block = readme.split("```hcl\n").nth(1).and_then(|rest| rest.split("```").next());
    block.unwrap_or_else(|| panic!("README.md of {name} has no example")).to_owned()
}

/// Whether real Terraform is here; says so where it is not.
pub fn possible() -> bool {
    terraform().is_some()
}
