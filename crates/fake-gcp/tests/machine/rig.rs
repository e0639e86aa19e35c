//! A small cloud for the machines' tests: it knows one project, records what is posted to its storage host, and counts power offs.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, extract::State, http::Uri};
use fake_gcp::machine::{Host, Machines, Sandboxes, Settings, Vm, VmName};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Long enough for a loaded machine; no test waits for it but one that fails.
const DEADLINE: Duration = Duration::from_secs(60);

/// The account of every machine.
pub const ACCOUNT: &str = "runner@p-1.iam.gserviceaccount.com";

/// What the tests can see and set of the cloud.
#[derive(Default)]
pub struct Cloud {
    pub off: Mutex<Vec<String>>,
    pub preempted: Mutex<bool>,
    pub metadata: Mutex<BTreeMap<String, BTreeMap<String, String>>>,
    pub posted: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Host for Cloud {
    fn powered_off(&self, name: &VmName) {
        lock(&self.off).push(name.name.clone());
    }

    fn preempted(&self, _: &VmName) -> bool {
        *lock(&self.preempted)
    }

    fn token(&self, service_account: &str) -> (String, u64) {
        (format!("token-of-{service_account}"), 3599)
    }

    fn metadata(&self, name: &VmName) -> BTreeMap<String, String> {
        lock(&self.metadata).get(&name.name).cloned().unwrap_or_default()
    }

    fn router(&self) -> Router {
        Router::new().fallback(record).with_state(self.posted.clone())
    }
}

async fn record(
    State(posted): State<Arc<Mutex<BTreeMap<String, String>>>>,
    uri: Uri,
    body: Bytes,
) -> String {
    let body = String::from_utf8_lossy(&body).into_owned();
    lock(&posted).insert(uri.path().trim_start_matches('/').to_owned(), body);
    format!("took {}\n", uri.path())
}

/// A cloud with machines, in a temporary folder.
pub struct Rig {
    pub cloud: Arc<Cloud>,
    pub machines: Sandboxes,
    pub folder: PathBuf,
    _runtime: Runtime,
    _temporary: Option<TempDir>,
}

impl Rig {
    /// None, and a line that says why, where there can be no sandboxes.
    pub fn new() -> Option<Rig> {
        let temporary = tempfile::tempdir().unwrap();
        let mut rig = Rig::at(temporary.path())?;
        rig._temporary = Some(temporary);
        Some(rig)
    }

    pub fn at(folder: &Path) -> Option<Rig> {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_fake-gcp"));
        if let Err(why) = Sandboxes::probe(&program, folder) {
            assert!(!can_unshare(), "sandboxes could be made here: {why}");
            println!("SKIPPED: {why}");
            return None;
        }
        let runtime = Runtime::new().unwrap();
        let cloud = Arc::new(Cloud::default());
        let settings =
            Settings { folder: folder.to_owned(), program, runtime: runtime.handle().clone() };
        let machines = Sandboxes::new(settings, cloud.clone()).unwrap();
        Some(Rig {
            cloud,
            machines,
            folder: folder.to_owned(),
            _runtime: runtime,
            _temporary: None,
        })
    }

    /// Boots a machine with a startup script that can `post NAME` its standard input, and `get` metadata.
    pub fn boot(&self, name: &str, script: &str) {
        let script = format!(
            "#!/bin/bash
            post() {{ curl -sS --data-binary @- \"https://storage.googleapis.com/$1\"; }}
            get() {{ curl -sS -H Metadata-Flavor:Google \"http://metadata.google.internal/computeMetadata/v1/$1\" \"${{@:2}}\"; }}
            {script}\n"
        );
        let attributes = BTreeMap::from([
            ("gen-tf-store".to_owned(), "gs://b/s".to_owned()),
            ("enable-guest-attributes".to_owned(), "TRUE".to_owned()),
            ("startup-script".to_owned(), script),
        ]);
        lock(&self.cloud.metadata).insert(name.to_owned(), attributes.clone());
        self.machines.boot(self.vm(name, attributes)).unwrap();
    }

    pub fn vm(&self, name: &str, metadata: BTreeMap<String, String>) -> Vm {
        Vm {
            name: at(name),
            id: 4_711,
            service_account: Some(ACCOUNT.to_owned()),
            metadata,
            disk_gb: 10,
            machine_type: "n1-standard-8".to_owned(),
            image: "projects/debian-cloud/global/images/debian-12".to_owned(),
        }
    }

    /// Waits for what a machine posts.
    pub fn posted(&self, name: &str) -> String {
        self.wait(name, || lock(&self.cloud.posted).get(name).cloned())
    }

    pub fn is_off(&self, name: &str) -> bool {
        lock(&self.cloud.off).iter().any(|off| off == name)
    }

    pub fn wait_until_off(&self, name: &str) {
        self.wait("a power off", || self.is_off(name).then_some(()));
    }

    pub fn serial(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name).join("serial.log")).unwrap_or_default()
    }

    pub fn wait_for_serial(&self, name: &str, text: &str) {
        self.wait(text, || self.serial(name).contains(text).then_some(()));
    }

    /// Waits until there is a value, but not for ever.
    pub fn wait<T>(&self, what: &str, look: impl Fn() -> Option<T>) -> T {
        wait(what, look).unwrap_or_else(|| {
            let logs: Vec<String> = fs::read_dir(&self.folder)
                .unwrap()
                .map(|entry| self.serial(&entry.unwrap().file_name().to_string_lossy()))
                .collect();
            panic!("waited in vain for {what}; serial logs:\n{}", logs.join("\n--\n"))
        })
    }
}

/// Whether the host lets this user have namespaces: then a sandbox that can't be made is a defect of ours.
fn can_unshare() -> bool {
    let mut command = Command::new("unshare");
    if !rustix::process::geteuid().is_root() {
        command.arg("--map-root-user");
    }
    command.args(["-mnpf", "mount", "-t", "tmpfs", "none", "/mnt"]);
    command.status().is_ok_and(|status| status.success())
}

/// The name of a machine in the tests' only zone.
pub fn at(name: &str) -> VmName {
    VmName { project: "p-1".to_owned(), zone: "us-central1-a".to_owned(), name: name.to_owned() }
}

/// Looks again and again, until the deadline.
pub fn wait<T>(what: &str, look: impl Fn() -> Option<T>) -> Option<T> {
    let begin = Instant::now();
    while begin.elapsed() < DEADLINE {
        if let Some(found) = look() {
            return Some(found);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    eprintln!("no {what} within {DEADLINE:?}");
    None
}

/// A length of sleep that no other process on the host has, so that the process can be found.
pub fn nap(test: u32) -> String {
    format!("{}.{test}", 1_000_000 + std::process::id())
}

/// Ids of the host's processes that have a text among their arguments.
pub fn processes_with(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        // A process that is gone by now has no arguments.
        let arguments = fs::read(format!("/proc/{name}/cmdline")).unwrap_or_default();
        if String::from_utf8_lossy(&arguments).contains(text) {
            found.push(name);
        }
    }
    found
}

/// A lock that no panicked test spoils.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}
