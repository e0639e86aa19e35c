//! A folder with a study, a cache of its own, and the binary to run on it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use gen_tf_core::outcome::Outcome;

/// A study's folder; what still runs in it is ended when the test is over.
pub struct Place {
    folder: tempfile::TempDir,
    /// Name of the workspace's folder.
    pub workspace: &'static str,
    /// What every command gets besides the test's own environment.
    pub environment: Vec<(String, String)>,
}

/// What a command printed, and how it ended.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The same, after checking how it ended.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

impl Place {
    pub fn new(study: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("gen-tf-test-").tempdir().unwrap();
        fs::write(folder.path().join("study.hcl"), study).unwrap();
        Self { folder, workspace: "workspace-local", environment: Vec::new() }
    }

    /// A study of the `pair` harness.
    pub fn pair(tools: &str, services: &str, runs: u32, duration: &str, more: &str) -> Self {
        let harness = repository().join("tests/harnesses/pair");
        Self::new(&format!(
            "study \"pair\" {{\n  harness  = \"{}\"\n  tools    = [{tools}]\n  services = [{services}]\n  \
             runs     = {runs}\n  duration = \"{duration}\"\n}}\n\ntarget \"local\" {{\n  \
             max_parallel = 2\n  memory       = \"512MiB\"\n}}\n{more}",
            harness.display()
        ))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gen-tf"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env("XDG_CACHE_HOME", self.path("cache"))
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().unwrap())
    }

    /// Starts it without keeping what it prints.
    pub fn spawn_quietly(&self, args: &[&str]) -> Child {
        self.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Terraform by hand in the workspace.
    pub fn terraform(&self, args: &[&str]) -> Ran {
        let mut command = Command::new(terraform());
        command
            .args(args)
            .current_dir(self.path(self.workspace))
            .env("XDG_CACHE_HOME", self.path("cache"))
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null());
        Ran::of(command.output().unwrap())
    }

    /// Every outcome in the store.
    pub fn outcomes(&self) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        let mut folders = vec![self.path("store")];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            for path in entries.map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.push(path);
                } else if path.components().any(|part| part.as_os_str() == "outcomes") {
                    outcomes.push(serde_json::from_slice(&fs::read(&path).unwrap()).unwrap());
                }
            }
        }
        outcomes
            .sort_by(|a: &Outcome, b| (&a.experiment, a.attempt).cmp(&(&b.experiment, b.attempt)));
        outcomes
    }

    /// Processes whose command line or environment names this folder.
    pub fn processes(&self) -> Vec<String> {
        let needle = self.folder.path().to_str().unwrap().as_bytes().to_vec();
        let names = |file: &str, pid: &str| {
            let bytes = fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
            bytes.windows(needle.len()).any(|window| window == needle)
        };
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap_or_default();
            let is_process = name.bytes().all(|byte| byte.is_ascii_digit());
            if is_process
                && !is_zombie(&name)
                && (names("cmdline", &name) || names("environ", &name))
            {
                let line = fs::read(format!("/proc/{name}/cmdline")).unwrap_or_default();
                found.push(format!("{name} {}", String::from_utf8_lossy(&line).replace('\0', " ")));
            }
        }
        found
    }

    /// Mounts of this folder that are left on the host.
    pub fn mounts(&self) -> usize {
        let needle = self.folder.path().to_str().unwrap();
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
        mounts.lines().filter(|line| line.contains(needle)).count()
    }

    #[track_caller]
    pub fn assert_nothing_is_left(&self) {
        wait_until("every process is gone", || self.processes().is_empty());
        assert_eq!(self.mounts(), 0, "mounts are left");
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.path(self.workspace).exists() {
            // The test has its verdict already; what is left must not outlive it.
            drop(self.command(&["destroy", "--yes"]).output());
        }
    }
}

/// The Terraform that tests start by hand.
pub fn terraform() -> String {
    std::env::var("GEN_TF_TERRAFORM").unwrap_or_else(|_| "terraform".to_owned())
}

fn is_zombie(pid: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .ok()
        .and_then(|stat| stat.rsplit_once(") ").map(|(_, rest)| rest.starts_with('Z')))
        .unwrap_or(true)
}

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Waits for a condition, with a deadline that only a broken build meets.
#[track_caller]
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(90);
    while !condition() {
        assert!(Instant::now() < deadline, "waited for: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Whether sandboxes work on this machine; a test that needs them says so when they do not.
pub fn has_sandboxes() -> bool {
    let doctor = Place::new("").command(&["doctor", "none.hcl", "--json"]).output().unwrap();
    let checks: Vec<serde_json::Value> = serde_json::from_slice(&doctor.stdout).unwrap_or_default();
    let works = !checks.is_empty() && checks.iter().all(|check| check["ok"] == true);
    if !works {
        println!("SKIPPED: this machine has no sandboxes, or no Terraform (see gen-tf doctor)");
    }
    works
}
