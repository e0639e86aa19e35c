//! A cloud of one's own: fake-gcp as a child process, and the calls that prepare it and look at it.
//! What a study needs in it is made in `lab.rs`.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Once,
    time::{Duration, Instant},
};

use serde_json::Value;

/// The project that exists in it.
pub const PROJECT: &str = "p-1";
/// Where its instances are.
pub const ZONE: &str = "compute/v1/projects/p-1/zones/us-central1-a";

/// A running fake-gcp; all its VMs end with it.
pub struct Cloud {
    server: Child,
    folder: PathBuf,
    origin: String,
}

impl Cloud {
    /// Serves from a folder; `None`, and said in a line, where this machine can't make sandboxes.
    pub fn start(folder: &Path) -> Option<Self> {
        let log_file = folder.join("fake-gcp.log");
        let log = fs::File::create(&log_file).unwrap();
        let server = Command::new(program())
            .args(["serve", "--vms", "sandbox", "--project", PROJECT, "--state"])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut cloud = Self { server, folder: folder.to_owned(), origin: String::new() };
        let ready = folder.join("env.json");
        wait_for("fake-gcp serves", 60, || {
            ready.exists() || cloud.server.try_wait().unwrap().is_some()
        });
        let Ok(environment) = fs::read(ready) else {
            let log = fs::read_to_string(log_file).unwrap();
            assert!(log.contains("no sandboxes here"), "{log}");
            skipped(log.lines().last().unwrap_or_default());
            return None;
        };
        let environment: Value = serde_json::from_slice(&environment).unwrap();
        environment["FAKE_GCP"].as_str().unwrap().clone_into(&mut cloud.origin);
        Some(cloud)
    }

    /// What it keeps on the disk.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Process id of the server.
    pub fn id(&self) -> u32 {
        self.server.id()
    }

    /// Calls an API as the owner of the project; status and bytes.
    pub fn send(&self, method: &str, path: &str, arguments: &[&str]) -> (u16, Vec<u8>) {
        let output = Command::new("curl")
            .args(["-sS", "--noproxy", "*", "-X", method, "-w", "\n%{http_code}"])
            .args(["-H", "Authorization: Bearer owner"])
            .args(arguments)
            .arg(format!("{}/{path}", self.origin))
            .output()
            .unwrap();
        assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stderr));
        let mut bytes = output.stdout;
        let status = String::from_utf8(bytes.split_off(bytes.len() - 3)).unwrap();
        bytes.pop();
        (status.parse().unwrap(), bytes)
    }

    /// Calls an API with JSON, which must succeed.
    #[track_caller]
    pub fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        let json = ["-H", "Content-Type: application/json", "-d", &body];
        let (status, answer) = self.send(method, path, if body == "null" { &[] } else { &json });
        assert!(status < 300, "{method} {path}: {status} {}", String::from_utf8_lossy(&answer));
        serde_json::from_slice(&answer).unwrap_or(Value::Null)
    }

    /// Adds a rule that injects a fault.
    pub fn add_fault(&self, rule: &Value) {
        self.call("POST", "control/faults", rule);
    }

    /// How often each rule has struck, in the order in which they came.
    pub fn struck(&self) -> Vec<u64> {
        let rules = self.call("GET", "control/faults", &Value::Null);
        rules.as_array().unwrap().iter().map(|rule| rule["struck"].as_u64().unwrap()).collect()
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Value> {
        let requests = self.call("GET", "control/requests", &Value::Null);
        requests.as_array().unwrap().clone()
    }

    /// Does to a VM what the cloud or a person does: preempt, stop, reboot, delete.
    pub fn act(&self, vm: &str, verb: &str) {
        self.call("POST", &format!("control/instances/us-central1-a/{vm}/{verb}"), &Value::Null);
    }

    /// The instance's state, such as RUNNING.
    pub fn status(&self, vm: &str) -> String {
        let instance = self.call("GET", &format!("{ZONE}/instances/{vm}"), &Value::Null);
        instance["status"].as_str().unwrap().to_owned()
    }

    /// What the VM wrote to its serial port, and what the runner of the startup script said there.
    pub fn serial(&self, vm: &str) -> String {
        fs::read_to_string(self.path(&format!("vms/{vm}/serial.log"))).unwrap_or_default()
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        let ended = Command::new("kill").arg(self.server.id().to_string()).status();
        if !(ended.is_ok_and(|status| status.success()) && self.server.wait().is_ok()) {
            eprintln!("fake-gcp could not be ended");
        }
    }
}

/// fake-gcp, built on first use.
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

pub fn repository() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
}

/// Says why a test proves nothing here; not captured by the test runner, so that it is seen.
pub fn skipped(reason: &str) {
    std::io::stderr().write_all(format!("SKIPPED: {reason}\n").as_bytes()).unwrap();
}

/// Waits for a condition, with a deadline.
#[track_caller]
pub fn wait_for(what: &str, seconds: u64, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(seconds);
    while !condition() {
        assert!(Instant::now() < deadline, "not within {seconds} s: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
