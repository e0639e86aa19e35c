//! A lab: one study folder with a workspace made by hand, a store and a cache, and the ways to look at them.
//! It renders nothing with gen-tf's own code, so that the guest is tested alone.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use gen_tf_core::outcome::{Cause, FileList, Outcome, Verdict};
use sha2::{Digest, Sha256};

/// What differs between tests; the rest is the tiny harness.
pub struct Options {
    /// Folder below tests/harnesses/misbehaving whose files replace those of the tiny harness.
    pub variant: Option<&'static str>,
    pub duration: u32,
    pub restart: bool,
    /// Whether the harness starts containers.
    pub containers: bool,
    pub commands: &'static str,
    pub evidence: &'static str,
    pub ready_timeout: u32,
    pub setup_deadline: u32,
    pub memory: u64,
    /// Name of the secret and of the environment variable that holds its value.
    pub secret: Option<(&'static str, &'static str)>,
    /// Name and bytes of a model, and the bytes that the store has under its hash.
    pub model: Option<(&'static str, &'static [u8], &'static [u8])>,
    /// Variables for `sandbox.sh`, beside those of this process.
    pub environment: Vec<(&'static str, String)>,
    /// Runs `sandbox.sh` as this user and group.
    pub user: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            variant: None,
            duration: 1,
            restart: true,
            containers: false,
            commands: "python3 curl",
            evidence: "requests.txt",
            ready_timeout: 20,
            setup_deadline: 20,
            memory: 1 << 30,
            secret: None,
            model: None,
            environment: Vec::new(),
            user: None,
        }
    }
}

/// A study folder.
pub struct Lab {
    folder: PathBuf,
    _guard: Option<tempfile::TempDir>,
    pub study: String,
    pub options: Options,
}

pub const DEFINITION: &str = "0123456789abcdef0123456789abcdef";
pub const SETUP_KEY: &str = "fedcba9876543210fedcba9876543210";

pub fn repository() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
}

/// Whether this machine has a program.
pub fn have(program: &str) -> bool {
    Command::new("sh")
        .args(["-c", "command -v \"$1\" >/dev/null", "sh", program])
        .status()
        .unwrap()
        .success()
}

pub fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// Says why a test proves nothing here; not captured by the test runner, so that it is seen.
pub fn skipped(reason: &str) {
    std::io::stderr().write_all(format!("SKIPPED: {reason}\n").as_bytes()).unwrap();
}

/// Waits for a condition, with a deadline.
pub fn wait_for(what: &str, seconds: u64, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(seconds);
    while !condition() {
        assert!(Instant::now() < deadline, "not within {seconds} s: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Lab {
    pub fn new(options: Options) -> Self {
        let guard = tempfile::Builder::new().prefix("gen-tf lab ").tempdir().unwrap();
        let folder = guard.path().to_owned();
        Self::inside(folder, Some(guard), options)
    }

    /// A lab in a folder that the test has made and cleans up.
    pub fn at(folder: &Path, options: Options) -> Self {
        Self::inside(folder.to_owned(), None, options)
    }

    fn inside(folder: PathBuf, guard: Option<tempfile::TempDir>, options: Options) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let study = format!("t{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let lab = Self { folder, _guard: guard, study, options };
        for name in ["home", "cache", "store", "workspace-local/modules"] {
            fs::create_dir_all(lab.path(name)).unwrap();
        }
        copy(
            &repository().join("terraform-modules/local-experiment"),
            &lab.path("workspace-local/modules/local-experiment"),
        );
        lab.pack_guest();
        if let Some((_, bytes, stored)) = lab.options.model {
            fs::create_dir_all(lab.store().join("inputs")).unwrap();
            fs::write(lab.store().join("inputs").join(sha256(bytes)), stored).unwrap();
        }
        if let Some(user) = lab.options.user {
            let owner = format!("{user}:{user}");
            assert!(
                Command::new("chown")
                    .arg("-R")
                    .arg(owner)
                    .arg(&lab.folder)
                    .status()
                    .unwrap()
                    .success()
            );
        }
        lab
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.folder.join(relative)
    }

    pub fn store(&self) -> PathBuf {
        self.path("store").join(&self.study)
    }

    pub fn machine(&self, run: u32) -> String {
        format!("{}-files-loop-{run}", self.study)
    }

    pub fn sandbox(&self, run: u32) -> PathBuf {
        self.path("workspace-local/.gen-tf/sandboxes").join(self.machine(run))
    }

    fn pack_guest(&self) {
        let guest = self.path("guest");
        copy(&repository().join("scripts/guest"), &guest);
        let harness = guest.join("harness");
        copy(&repository().join("tests/harnesses/tiny"), &harness);
        if let Some(variant) = self.options.variant {
            copy(&repository().join("tests/harnesses/misbehaving").join(variant), &harness);
        }
        let o = &self.options;
        fs::create_dir_all(guest.join("tools")).unwrap();
        fs::create_dir_all(guest.join("services")).unwrap();
        let study = format!(
            "GEN_TF_VERSION='0.1.0'\nGEN_TF_STUDY='{}'\nGEN_TF_TARGET='local'\nGEN_TF_HARNESS_NAME='tiny'\n\
             GEN_TF_DURATION='{}'\nGEN_TF_STUDY_SEED='42'\nGEN_TF_EVIDENCE='{}'\nGEN_TF_REQUEST_LOG='requests.txt'\n\
             GEN_TF_SETUP_DEADLINE='{}'\nGEN_TF_TOOL_GRACE='1'\nGEN_TF_SERVICE_GRACE='1'\n",
            self.study, o.duration, o.evidence, o.setup_deadline
        );
        let containers = if o.containers { "GEN_TF_CONTAINERS='true'\n" } else { "" };
        fs::write(guest.join("study.env"), study + containers).unwrap();
        let tool = format!(
            "GEN_TF_TOOL_COMMANDS='{}'\nGEN_TF_TOOL_EVIDENCE=''\nGEN_TF_TOOL_RESTART='{}'\n",
            o.commands, o.restart
        );
        fs::write(guest.join("tools/loop.env"), tool).unwrap();
        let service = format!(
            "GEN_TF_SERVICE_COMMANDS='python3'\nGEN_TF_SERVICE_EVIDENCE=''\n\
             GEN_TF_READY_URL='http://127.0.0.1:9001/index.txt'\nGEN_TF_READY_TIMEOUT='{}'\n",
            o.ready_timeout
        );
        fs::write(guest.join("services/files.env"), service).unwrap();
        let archive = Command::new("tar")
            .args(["-czf"])
            .arg(self.path("workspace-local/guest.tar.gz"))
            .arg("-C")
            .arg(&guest)
            .arg(".")
            .status();
        assert!(archive.unwrap().success());
    }

    pub fn guest_sha256(&self) -> String {
        sha256(&fs::read(self.path("workspace-local/guest.tar.gz")).unwrap())
    }

    /// `sandbox.sh VERB` for one attempt, not yet started.
    pub fn command(&self, verb: &str, run: u32, attempt: u32) -> Command {
        let mut command = match self.options.user {
            None => Command::new("bash"),
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", &user.to_string(), "--regid", &user.to_string()]);
                command.args(["--clear-groups", "bash"]);
                command.env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
                command
            }
        };
        command.arg("modules/local-experiment/sandbox.sh").arg(verb);
        command.current_dir(self.path("workspace-local"));
        command.env("HOME", self.path("home")).env("XDG_CACHE_HOME", self.path("cache"));
        let o = &self.options;
        for (name, value) in [
            ("ATTEMPT", attempt.to_string()),
            ("CPUS", "1".to_owned()),
            ("DEFINITION", DEFINITION.to_owned()),
            ("EXPERIMENT", format!("files/loop/{run}")),
            ("GUEST_SHA256", self.guest_sha256()),
            ("MACHINE", self.machine(run)),
            ("MEMORY_BYTES", o.memory.to_string()),
            ("MODELS", o.model.map_or(String::new(), |m| format!("{}={}", m.0, sha256(m.1)))),
            ("RUN", run.to_string()),
            ("SECRETS", o.secret.map_or(String::new(), |s| format!("{}={}", s.0, s.1))),
            ("SERVICE", "files".to_owned()),
            ("SETUP_KEY", SETUP_KEY.to_owned()),
            ("STORE", format!("../store/{}", self.study)),
            ("STUDY", self.study.clone()),
            ("TOOL", "loop".to_owned()),
            ("WORKSPACE", ".".to_owned()),
        ] {
            command.env(format!("GEN_TF_{name}"), value);
        }
        command.envs(o.environment.iter().map(|(name, value)| (*name, value)));
        command
    }

    pub fn start(&self, run: u32) -> Output {
        self.start_attempt(run, 1)
    }

    pub fn start_attempt(&self, run: u32, attempt: u32) -> Output {
        let output = self.command("start", run, attempt).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "start: {text}");
        output
    }

    pub fn stop(&self, run: u32) {
        let output = self.command("stop", run, 1).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "stop: {text}");
    }

    /// Starts the first run's first attempt and waits for its end.
    pub fn run(&self) -> Outcome {
        self.start(1);
        let outcome = self.outcome(1, 1);
        self.assert_nothing_left(1);
        outcome
    }

    pub fn run_expecting(&self, cause: Cause) -> Outcome {
        let outcome = self.run();
        assert_eq!(outcome.cause, Some(cause), "{}\n{}", outcome.message, self.log(1, 1));
        assert_eq!(outcome.outcome, Verdict::Failed);
        outcome
    }

    pub fn run_expecting_success(&self) -> Outcome {
        let outcome = self.run();
        assert_eq!(outcome.cause, None, "{}\n{}", outcome.message, self.log(1, 1));
        assert_eq!(outcome.outcome, Verdict::Succeeded);
        outcome
    }

    pub fn object(&self, key: &str) -> PathBuf {
        self.store().join(key)
    }

    pub fn outcome(&self, run: u32, attempt: u32) -> Outcome {
        let file = self.object(&format!("outcomes/files/loop/{run}/{attempt}.json"));
        let deadline = Instant::now() + Duration::from_secs(40);
        while !file.exists() {
            assert!(Instant::now() < deadline, "no outcome:\n{}", self.log(run, attempt));
            std::thread::sleep(Duration::from_millis(20));
        }
        serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
    }

    /// Everything that can be read about an attempt, for the message of a failed test.
    pub fn log(&self, run: u32, attempt: u32) -> String {
        let mut text = String::new();
        for number in 1.. {
            let key = format!("logs/files/loop/{run}/{attempt}/{number:04}.txt");
            let Ok(segment) = fs::read_to_string(self.object(&key)) else { break };
            text += &segment;
        }
        for file in ["supervisor.log", "box/log/guest.log"] {
            text += &fs::read_to_string(self.sandbox(run).join(file)).unwrap_or_default();
        }
        text
    }

    /// Unpacks the results of the first run's attempt, after comparing them with the outcome and the file list.
    pub fn results(&self, outcome: &Outcome) -> PathBuf {
        let uploaded = outcome.results.as_ref().expect("results were uploaded");
        let archive = fs::read(self.object(&uploaded.archive)).unwrap();
        assert_eq!(sha256(&archive), uploaded.sha256);
        assert_eq!(archive.len() as u64, uploaded.size);
        let list = fs::read(self.object(&uploaded.file_list)).unwrap();
        assert_eq!(sha256(&list), uploaded.file_list_sha256);
        let list: FileList = serde_json::from_slice(&list).unwrap();
        assert_eq!(list.files.len() as u64, uploaded.files);
        let folder = self.path(&format!("unpacked-{}-{}", outcome.experiment.run, outcome.attempt));
        tar::Archive::new(flate2::read::GzDecoder::new(&archive[..])).unpack(&folder).unwrap();
        for (name, entry) in &list.files {
            let bytes = fs::read(folder.join(name)).unwrap();
            assert_eq!(
                (bytes.len() as u64, sha256(&bytes)),
                (entry.size, entry.sha256.clone()),
                "{name}"
            );
        }
        folder
    }

    /// Processes that carry this run's mark.
    pub fn processes(&self, run: u32) -> Vec<u32> {
        let mark = format!("GEN_TF_SANDBOX={}", self.sandbox(run).display()).into_bytes();
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|n| n.parse::<u32>().ok()) else {
                continue;
            };
            // A process may end while it is looked at; then it has no environment.
            let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
            if environment.split(|byte| *byte == 0).any(|variable| variable == mark) {
                found.push(pid);
            }
        }
        found
    }

    /// Process id of the supervisor, from its file.
    pub fn supervisor(&self, run: u32) -> u32 {
        let text = fs::read_to_string(self.sandbox(run).join("pid")).unwrap();
        text.split(' ').next().unwrap().parse().unwrap()
    }

    pub fn signal(pid: u32, signal: &str) {
        let status = Command::new("kill").arg(signal).arg(pid.to_string()).status();
        assert!(status.unwrap().success());
    }

    /// Waits until the experiment is in its run phase.
    pub fn wait_for_run(&self, run: u32) {
        let journal = self.sandbox(run).join("box/state/journal");
        let requests = self.sandbox(run).join("box/work/requests.txt");
        wait_for(&format!("the tool runs\n{}", self.log(run, 1)), 30, || {
            fs::read_to_string(&journal).is_ok_and(|text| text.contains("tool-start"))
                && fs::metadata(&requests).is_ok_and(|file| file.len() > 0)
        });
    }

    /// No process, folder, mount or cgroup.
    pub fn assert_nothing_left(&self, run: u32) {
        wait_for(&format!("the sandbox is gone\n{}", self.log(run, 1)), 10, || {
            !self.sandbox(run).exists()
        });
        self.assert_nothing_runs(run);
        for controller in ["memory", "pids", "cpuset", ""] {
            let Ok(entries) = fs::read_dir(Path::new("/sys/fs/cgroup").join(controller)) else {
                continue;
            };
            for entry in entries.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                assert!(
                    !(name.starts_with("gen-tf.") && name.ends_with(&self.machine(run))),
                    "cgroup {name}"
                );
            }
        }
    }

    pub fn assert_nothing_runs(&self, run: u32) {
        wait_for("no process is left", 5, || self.processes(run).is_empty());
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
        assert!(!mounts.contains(&self.machine(run)), "{mounts}");
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        for entry in
            fs::read_dir(self.path("workspace-local/.gen-tf/locks")).into_iter().flatten().flatten()
        {
            let name = entry.file_name().to_string_lossy().into_owned();
            let stopped = self.command("stop", 1, 1).env("GEN_TF_MACHINE", &name).status();
            if !stopped.is_ok_and(|status| status.success()) {
                eprintln!("sandbox {name} could not be stopped");
            }
        }
    }
}

/// Copies a folder into another, over what is there.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
