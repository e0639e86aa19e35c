//! A cloud whose instances are sandboxes, and what happens to them. What a study needs in it is made in `lab.rs`.

use std::{
    fs,
    ops::Deref,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::fake_gcp::FakeGcp;
pub use crate::fake_gcp::skipped;

/// The project that exists in it.
pub const PROJECT: &str = "p-1";
/// Where its instances are.
pub const ZONE: &str = "compute/v1/projects/p-1/zones/us-central1-a";

/// A running fake-gcp; all its VMs end with it.
pub struct Cloud(FakeGcp);

impl Deref for Cloud {
    type Target = FakeGcp;

    fn deref(&self) -> &FakeGcp {
        &self.0
    }
}

impl Cloud {
    /// Serves from a folder; `None`, and said in a line, where this machine can't make sandboxes.
    pub fn start(folder: &Path) -> Option<Self> {
        FakeGcp::with_vms(folder, PROJECT).map(Self)
    }

    /// What it keeps on the disk.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Calls an API as the owner of the project with JSON, or with nothing, which must succeed.
    #[track_caller]
    pub fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        self.expect(method, &format!("/{path}"), (!body.is_null()).then_some(body))
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

pub fn repository() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
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
