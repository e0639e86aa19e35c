//! Starts `fake-gcp`, the offline twin of Google Cloud, for tests of any crate:
//! `#[path = "../../../tests/support/fake_gcp.rs"] mod fake_gcp;`.
//! It knows how to build, start, ask and end it; what is tested is not known here.
#![allow(dead_code, reason = "each test program uses its part")]
#![allow(clippy::unwrap_used, reason = "a test ends with a panic")]

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The project that the twin knows where a test does not name another.
pub const PROJECT: &str = "test-project";
const START: Duration = Duration::from_secs(60);

/// A running twin. It ends with this value, and all its VMs with it.
pub struct FakeGcp {
    child: Child,
    folder: PathBuf,
    /// What it was started with besides its folder.
    options: Vec<String>,
    /// Removes the folder after the twin has ended, where it is ours.
    _own: Option<TempDir>,
    /// The variables that lead programs to it.
    pub variables: BTreeMap<String, String>,
}

impl FakeGcp {
    /// A twin whose instances exist and run nothing.
    pub fn start() -> Self {
        Self::of(PROJECT)
    }

    /// The same with a project of another name.
    pub fn of(project: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("fake-gcp-").tempdir().unwrap();
        let started = Self::serve(folder.path(), project, &[]);
        let mut twin = started.unwrap_or_else(|log| panic!("fake-gcp has ended: {log}"));
        twin._own = Some(folder);
        twin
    }

    /// A twin that boots its instances as sandboxes; `None`, and said in a line, where this machine
    /// can't make any.
    pub fn with_vms(folder: &Path, project: &str) -> Option<Self> {
        Self::unless_skipped(Self::serve(folder, project, &["--vms=sandbox"]))
    }

    /// The same, and it can be killed and started again.
    pub fn kept(folder: &Path, project: &str) -> Option<Self> {
        Self::unless_skipped(Self::serve(folder, project, &["--vms=sandbox", "--keep"]))
    }

    fn unless_skipped(started: Result<Self, String>) -> Option<Self> {
        match started {
            Ok(twin) => Some(twin),
            Err(log) => {
                assert!(log.contains("no sandboxes here"), "{log}");
                skipped(log.lines().last().unwrap_or_default());
                None
            }
        }
    }

    /// Serves from a folder; what it has said where it ends instead.
    pub fn serve(folder: &Path, project: &str, options: &[&str]) -> Result<Self, String> {
        let options: Vec<String> =
            ["--project", project].iter().chain(options).map(|&word| word.to_owned()).collect();
        let (child, variables) = Self::spawn(folder, &options)?;
        Ok(Self { child, folder: folder.to_owned(), options, _own: None, variables })
    }

    /// Kills it as a failing machine would, and starts it anew in its folder.
    pub fn kill_and_restart(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let again = Self::spawn(&self.folder, &self.options);
        (self.child, self.variables) = again.unwrap_or_else(|log| panic!("no restart: {log}"));
    }

    fn spawn(
        folder: &Path,
        options: &[String],
    ) -> Result<(Child, BTreeMap<String, String>), String> {
        let log = folder.join("fake-gcp.log");
        let ready = folder.join("env.json");
        if ready.exists() {
            // An earlier one's, which would be taken for the sign that this one is ready.
            fs::remove_file(&ready).unwrap();
        }
        let said = fs::File::create(&log).unwrap();
        let mut child = Command::new(program("fake-gcp"))
            .arg("serve")
            .args(options)
            .arg("--state")
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(said.try_clone().unwrap())
            .stderr(said)
            .spawn()
            .unwrap();
        let deadline = Instant::now() + START;
        while !ready.exists() {
            if child.try_wait().unwrap().is_some() {
                return Err(fs::read_to_string(log).unwrap());
            }
            assert!(Instant::now() < deadline, "{}", fs::read_to_string(log).unwrap());
            thread::sleep(Duration::from_millis(10));
        }
        let variables = serde_json::from_slice(&fs::read(ready).unwrap()).unwrap();
        Ok((child, variables))
    }

    /// The folder of its state.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Process id of the server.
    pub fn id(&self) -> u32 {
        self.child.id()
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

    /// How often each rule has struck, in the order in which they came.
    pub fn struck(&self) -> Vec<u64> {
        let rules = self.expect("GET", "/control/faults", None);
        rules.as_array().unwrap().iter().map(|rule| rule["struck"].as_u64().unwrap()).collect()
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
        self.expect("GET", "/control/requests", None).as_array().unwrap().clone()
    }

    /// Asks the twin and returns its JSON; anything but a success ends the test.
    #[track_caller]
    pub fn expect(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let (status, text) = self.ask(method, path, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {text}");
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() }
    }

    /// Asks the twin as the project's owner.
    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, String) {
        let body = body.map(Value::to_string).unwrap_or_default();
        let (status, bytes) = self.send("owner", method, path, "application/json", body.as_bytes());
        (status, String::from_utf8(bytes).unwrap())
    }

    /// Sends bytes with a token; status and answer.
    pub fn send(
        &self,
        token: &str,
        method: &str,
        path: &str,
        kind: &str,
        body: &[u8],
    ) -> (u16, Vec<u8>) {
        self.try_send(token, method, path, &format!("Content-Type: {kind}"), body).unwrap()
    }

    /// Sends bytes with a token and one more header; the error is the connection's.
    pub fn try_send(
        &self,
        token: &str,
        method: &str,
        path: &str,
        header: &str,
        body: &[u8],
    ) -> std::io::Result<(u16, Vec<u8>)> {
        let mut stream = TcpStream::connect(self.address())?;
        // Version 1.0 means that the answer ends with the connection.
        let head = format!(
            "{method} {path} HTTP/1.0\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\
             {header}\r\nContent-Length: {}\r\n\r\n",
            self.address(),
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
        let end = end.ok_or(std::io::ErrorKind::UnexpectedEof)?;
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Ok((status, answer.split_off(end + 4)))
    }
}

impl Drop for FakeGcp {
    fn drop(&mut self) {
        // By SIGTERM, so that it takes its VMs down.
        let ended = Command::new("kill").arg(self.child.id().to_string()).status();
        if !(ended.is_ok_and(|status| status.success()) && self.child.wait().is_ok()) {
            eprintln!("fake-gcp could not be ended");
        }
    }
}

/// A program of this Cargo workspace beside the test's own. Cargo builds no program of another
/// package for a test, so it is built on first use; that costs nothing where it is up to date.
pub fn program(name: &str) -> PathBuf {
    // A package's own programs are built with its tests.
    if let ("fake-gcp", Some(built)) = (name, option_env!("CARGO_BIN_EXE_fake-gcp")) {
        return PathBuf::from(built);
    }
    static BUILT: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if !built.iter().any(|done| done == name) {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--locked", "--package", name, "--bins"]);
        build.arg("--target-dir").arg(profile.parent().unwrap());
        if profile.ends_with("release") {
            build.arg("--release");
        }
        let status = build.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap();
        assert!(status.success(), "{name} could not be built");
        built.push(name.to_owned());
    }
    profile.join(name)
}

/// Says why a test proves nothing here; not captured by the test runner, so that it is seen.
pub fn skipped(reason: &str) {
    std::io::stderr().write_all(format!("SKIPPED: {reason}\n").as_bytes()).unwrap();
}
