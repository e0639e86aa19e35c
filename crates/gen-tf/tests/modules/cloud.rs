//! A cloud without machines: fake-gcp as a child process, whose instances exist and run nothing.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Once,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::files::repository;

/// Far more than starting takes.
const DEADLINE: Duration = Duration::from_secs(60);

/// The project of every example.
pub const PROJECT: &str = "my-project";

/// A running fake-gcp; it ends with the test.
pub struct Cloud {
    server: Child,
    folder: tempfile::TempDir,
    pub environment: BTreeMap<String, String>,
}

impl Cloud {
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("gen-tf-modules-").tempdir().unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let server = Command::new(program())
            .args(["serve", "--vms", "off", "--project", PROJECT, "--state"])
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut cloud = Self { server, folder, environment: BTreeMap::new() };
        let ready = cloud.folder.path().join("env.json");
        let deadline = Instant::now() + DEADLINE;
        while !ready.exists() {
            let ended = cloud.server.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < deadline, "{}", cloud.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        cloud.environment = serde_json::from_slice(&fs::read(ready).unwrap()).unwrap();
        cloud
    }

    /// What the server has said.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Calls an API as the owner of the project; fails unless it is answered by success.
    #[track_caller]
    pub fn call(&self, method: &str, path: &str, body: &str) -> String {
        let (status, answer) = self.ask(method, path, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    /// Calls an API as the owner of the project.
    pub fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        self.ask_as("owner", method, path, body)
    }

    /// Calls an API with a token.
    pub fn ask_as(&self, token: &str, method: &str, path: &str, body: &str) -> (u16, String) {
        let storage = &self.environment["GOOGLE_STORAGE_CUSTOM_ENDPOINT"];
        let origin = storage.strip_suffix("/storage/v1/").unwrap();
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--noproxy", "*", "--request", method]);
        command.args(["--write-out", "\n%{http_code}"]);
        command.args(["--header", &format!("Authorization: Bearer {token}")]);
        if !body.is_empty() {
            command.args(["--header", "Content-Type: application/json", "--data-binary", body]);
        }
        let output = command.arg(format!("{origin}{path}")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let (answer, status) = text.rsplit_once('\n').unwrap();
        (status.parse().unwrap(), answer.to_owned())
    }

    /// What an API answers, parsed.
    #[track_caller]
    pub fn get(&self, path: &str) -> Value {
        serde_json::from_str(&self.call("GET", path, "")).unwrap()
    }

    /// Names of what a listing of compute holds.
    #[track_caller]
    pub fn names(&self, place: &str) -> Vec<String> {
        let listing = self.get(&format!("/compute/v1/projects/{PROJECT}/{place}"));
        let items = listing["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        // By SIGTERM, as a person ends it; the test has its verdict already.
        drop(Command::new("kill").arg(self.server.id().to_string()).status());
        drop(self.server.wait());
    }
}

/// The server's program, built on first use: Cargo builds no program of another package for a test.
fn program() -> PathBuf {
    static BUILT: Once = Once::new();
    BUILT.call_once(|| {
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--locked", "-p", "fake-gcp", "--bins"])
            .current_dir(repository())
            .status()
            .unwrap();
        assert!(built.success(), "fake-gcp could not be built");
    });
    Path::new(env!("CARGO_BIN_EXE_gen-tf")).with_file_name("fake-gcp")
}
