//! Starts `fake-gcp`, the offline twin of Google Cloud, for tests of any crate:
//! `#[path = "../../../tests/support/fake_gcp.rs"] mod fake_gcp;`.
//! It knows how to start, ask and end it; what is tested is not known here.
#![allow(dead_code, reason = "each test program uses its part")]
#![allow(clippy::unwrap_used, reason = "a test ends with a panic")]

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The project that the twin knows.
pub const PROJECT: &str = "test-project";
const START: Duration = Duration::from_secs(60);

/// A running twin without VMs. It ends with this value.
pub struct FakeGcp {
    child: Child,
    folder: TempDir,
    /// The variables that lead programs to it.
    pub variables: BTreeMap<String, String>,
}

impl FakeGcp {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(program());
        command.arg("serve").arg("--state").arg(folder.path());
        command.args(["--vms", "off", "--project", PROJECT]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log(folder.path()));
        let mut child = command.spawn().unwrap();
        let ready = folder.path().join("env.json");
        let deadline = Instant::now() + START;
        while !ready.exists() {
            let ended = child.try_wait().unwrap();
            let said = fs::read_to_string(folder.path().join("stderr.log")).unwrap();
            assert!(ended.is_none() && Instant::now() < deadline, "fake-gcp: {ended:?} {said}");
            thread::yield_now();
        }
        let variables = serde_json::from_slice(&fs::read(ready).unwrap()).unwrap();
        Self { child, folder, variables }
    }

    /// The folder of its state.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where it listens: `127.0.0.1:<port>`.
    pub fn address(&self) -> &str {
        let storage = &self.variables["GOOGLE_STORAGE_CUSTOM_ENDPOINT"];
        storage.strip_prefix("http://").and_then(|rest| rest.split('/').next()).unwrap()
    }

    /// Makes a bucket.
    pub fn make_bucket(&self, name: &str) {
        let path = format!("/storage/v1/b?project={PROJECT}");
        let bucket = json!({ "name": name, "location": "US-CENTRAL1" });
        self.expect("POST", &path, Some(&bucket));
    }

    /// From now on the twin fails as the rule says. Its path is searched for in the URL as it was
    /// sent: clients encode most characters of an object's name.
    pub fn fail(&self, rule: &Value) {
        self.expect("POST", "/control/faults", Some(rule));
    }

    /// Ends the test unless every failure that was asked for has happened.
    pub fn assert_that_all_failed(&self) {
        let rules = self.expect("GET", "/control/faults", None);
        let left: Vec<_> =
            rules.as_array().unwrap().iter().filter(|rule| rule["times"] != 0).collect();
        assert!(left.is_empty(), "failures that did not happen: {left:?}");
    }

    /// No more failures.
    pub fn heal(&self) {
        self.expect("DELETE", "/control/faults", None);
    }

    /// Everything that it holds.
    pub fn state(&self) -> Value {
        self.expect("GET", "/control/state", None)
    }

    /// The requests so far, each with `method`, `path`, `caller` and `status`.
    pub fn requests(&self) -> Vec<Value> {
        match self.expect("GET", "/control/requests", None) {
            Value::Array(requests) => requests,
            mut other => serde_json::from_value(other["requests"].take()).unwrap(),
        }
    }

    /// Asks the twin and returns its JSON; anything but a success ends the test.
    pub fn expect(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let (status, text) = self.ask(method, path, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {text}");
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() }
    }

    /// Asks the twin as the project's owner.
    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, String) {
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut stream = TcpStream::connect(self.address()).unwrap();
        // Version 1.0 means that the answer ends with the connection.
        let request = format!(
            "{method} {path} HTTP/1.0\r\nHost: {}\r\nAuthorization: Bearer owner\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address(),
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, text) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, text.to_owned())
    }
}

impl Drop for FakeGcp {
    fn drop(&mut self) {
        // It has no VMs to end, so that it may go at once.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn log(folder: &Path) -> fs::File {
    fs::File::create(folder.join("stderr.log")).unwrap()
}

/// The program beside the test's own; built where nobody has built it yet.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        let profile = test.ancestors().nth(2).unwrap();
        let program = profile.join("fake-gcp");
        if !program.exists() {
            let mut build = Command::new(env!("CARGO"));
            build.args(["build", "--quiet", "--package", "fake-gcp", "--bin", "fake-gcp"]);
            build.arg("--target-dir").arg(profile.parent().unwrap());
            if profile.ends_with("release") {
                build.arg("--release");
            }
            assert!(build.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap().success());
        }
        program
    })
}
