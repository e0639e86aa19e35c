//! A cloud of one's own: fake-gcp as a child process, and what a test asks of it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::Once,
};

use serde_json::Value;

use crate::place::{repository, wait_until};

/// A running fake-gcp; it ends with the test, and all its VMs with it.
pub struct Cloud {
    server: Child,
    folder: tempfile::TempDir,
    environment: BTreeMap<String, String>,
}

impl Cloud {
    /// Starts one with VMs as sandboxes; `None`, said in a line, where this machine has none.
    pub fn start() -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("gen-tf-cloud-").tempdir().unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let server = Command::new(program("fake-gcp"))
            .args(["serve", "--project", "test-project", "--vms", "sandbox", "--state"])
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut cloud = Self { server, folder, environment: BTreeMap::new() };
        let ready = cloud.path("env.json");
        wait_until("fake-gcp serves", || ready.exists() || cloud.has_ended());
        if !ready.exists() {
            let log = fs::read_to_string(cloud.path("log")).unwrap();
            assert!(log.contains("SKIPPED: "), "{log}");
            println!("{}", log.lines().find(|line| line.starts_with("SKIPPED: ")).unwrap());
            return None;
        }
        cloud.environment = serde_json::from_slice(&fs::read(ready).unwrap()).unwrap();
        Some(cloud)
    }

    fn has_ended(&mut self) -> bool {
        self.server.try_wait().unwrap().is_some()
    }

    /// What the cloud keeps on the disk.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What points Terraform, gen-tf and gen-tf-sync at this cloud.
    pub fn environment(&self) -> Vec<(String, String)> {
        self.environment.clone().into_iter().collect()
    }

    /// The address that all APIs share.
    pub fn origin(&self) -> String {
        let storage = &self.environment["GOOGLE_STORAGE_CUSTOM_ENDPOINT"];
        storage.strip_suffix("/storage/v1/").unwrap().to_owned()
    }

    /// Calls an API as the owner of the project.
    pub fn call(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, String) {
        let mut command = Command::new("curl");
        command
            .args(["--silent", "--show-error", "--noproxy", "*", "--request", method])
            .args(["--write-out", "\n%{http_code}", "--header", "Authorization: Bearer owner"])
            .arg(format!("{}{path}", self.origin()));
        if let Some(body) = body {
            command.args(["--header", "Content-Type: application/json", "--data"]);
            command.arg(body.to_string());
        }
        let output: Output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let (answer, status) = text.rsplit_once('\n').unwrap();
        (status.parse().unwrap(), answer.to_owned())
    }

    /// Everything that exists.
    pub fn state(&self) -> Value {
        let (status, answer) = self.call("GET", "/control/state", None);
        assert_eq!(status, 200, "{answer}");
        serde_json::from_str(&answer).unwrap()
    }

    /// Adds a rule that injects a fault.
    pub fn add_fault(&self, rule: &Value) {
        let (status, answer) = self.call("POST", "/control/faults", Some(rule));
        assert_eq!(status, 200, "{answer}");
    }

    /// Makes a bucket, as a person does it for Terraform's state.
    pub fn make_bucket(&self, project: &str, name: &str) {
        let body = serde_json::json!({ "name": name, "location": "US-CENTRAL1" });
        let path = format!("/storage/v1/b?project={project}");
        let (status, answer) = self.call("POST", &path, Some(&body));
        assert_eq!(status, 200, "{answer}");
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        // SIGTERM, so that it takes its VMs down; the test has its verdict already.
        let pid = self.server.id().to_string();
        drop(Command::new("kill").arg(pid).status());
        drop(self.server.wait());
    }
}

/// A program of another package of this Cargo workspace, built on first use.
pub fn program(name: &str) -> PathBuf {
    static BUILT: Once = Once::new();
    BUILT.call_once(|| {
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--locked", "-p", "fake-gcp", "-p", "gen-tf-sync", "--bins"])
            .current_dir(repository())
            .status()
            .unwrap();
        assert!(built.success(), "fake-gcp and gen-tf-sync could not be built");
    });
    Path::new(env!("CARGO_BIN_EXE_gen-tf")).with_file_name(name)
}
