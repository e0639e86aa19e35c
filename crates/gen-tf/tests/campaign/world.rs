//! The world of one study: its folder, its cloud, and the `apply` that is started again and again.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    fake_gcp::{FakeGcp, PROJECT},
    phases,
    place::{Place, repository},
    scenario::Target,
};

/// How long a study may take to its end; only a study that hangs takes so long.
const PATIENCE: Duration = Duration::from_secs(900);

/// A study that changes nothing for so long waits for VMs that are silent: they beat every 30 s.
const STILL: Duration = Duration::from_secs(45);

/// How often it is looked whether anything changes.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Longer than a VM may be silent or unclaimed.
const LONG: u32 = 16 * 60;

pub const APPLY: &[&str] = &["apply", "--wait", "--yes", "--look-every", "3s"];

/// The bucket of a state that is in one.
const STATE_BUCKET: &str = "test-project-state";

/// Where Terraform's state of a study on VMs is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum StateIn {
    File,
    Bucket,
}

/// Size of a study.
#[derive(Clone, Copy)]
pub struct Size {
    pub experiments: u32,
    /// Seconds.
    pub duration: u32,
}

pub struct World {
    // Ends before the cloud and its folder.
    pub place: Place,
    pub cloud: Option<FakeGcp>,
    pub target: Target,
    /// VMs to which something has happened.
    pub struck: BTreeSet<String>,
    /// Processes that stand still.
    pub frozen: Vec<u32>,
    /// What has happened to VMs phase by phase.
    pub struck_in: phases::Struck,
    /// What `status` showed last, and since when.
    seen: (Value, Instant),
    /// When that was looked at.
    looked: Instant,
    apply: Option<Child>,
    /// File systems of limited size.
    pub small: Vec<PathBuf>,
    ahead: u32,
    /// How much of what `apply` has said was read for commands.
    read: usize,
    deadline: Instant,
    _folder: tempfile::TempDir,
}

impl World {
    /// A study of this size, or of these cells; none where this machine has no sandboxes.
    pub fn new(target: Target, size: Size, cells: &[&str], state: StateIn) -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("gen-tf-campaign-").tempdir().unwrap();
        let cloud = match target {
            Target::Local => None,
            Target::Gcp => Some(FakeGcp::kept(folder.path(), PROJECT)?),
        };
        let mut place = Place::new(&study(target, size, cells, state));
        if let Some(cloud) = &cloud {
            if state == StateIn::Bucket {
                cloud.make_bucket(STATE_BUCKET);
            }
            place.workspace = "workspace-gcp";
            place.environment = cloud.variables.clone().into_iter().collect();
        }
        Some(Self {
            place,
            cloud,
            target,
            struck: BTreeSet::new(),
            frozen: Vec::new(),
            struck_in: phases::Struck::default(),
            seen: (Value::Null, Instant::now()),
            looked: Instant::now(),
            apply: None,
            small: Vec::new(),
            ahead: 0,
            read: 0,
            deadline: Instant::now() + PATIENCE,
            _folder: folder,
        })
    }

    /// The cloud of a study that has one.
    pub fn cloud(&self) -> &FakeGcp {
        self.cloud.as_ref().unwrap()
    }

    /// Puts a small file system in the place of a folder.
    pub fn make_small(&mut self, folder: PathBuf, megabytes: u32) {
        fs::create_dir_all(&folder).unwrap();
        mount(&["mount", "-t", "tmpfs", "-o", &format!("size={megabytes}m"), "small"], &folder);
        self.small.push(folder);
    }

    /// The folder in which the disks of machines are.
    pub fn disks(&self) -> PathBuf {
        match &self.cloud {
            Some(cloud) => cloud.folder().join("vms"),
            None => self.place.path(self.place.workspace),
        }
    }

    /// Kills the cloud and lets it come back with what it knew.
    pub fn kill_cloud(&mut self) {
        let cloud = self.cloud.as_mut().unwrap();
        cloud.kill_and_restart();
        self.place.environment = cloud.variables.clone().into_iter().collect();
    }

    /// Process of the running `apply`; it is started where none runs.
    pub fn apply(&mut self) -> u32 {
        self.apply.get_or_insert_with(|| start(&self.place)).id()
    }

    /// How `apply` ended, if it did since this was last asked.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        let status = self.apply.as_mut()?.try_wait().unwrap()?;
        self.apply = None;
        Some(status)
    }

    /// Whether an `apply` that ended so has completed the study.
    pub fn is_complete(&self, status: ExitStatus) -> bool {
        let is_good = status.code().is_some_and(|code| [0, 5].contains(&code));
        is_good && self.status().is_some_and(|it| it["active"] == 0 && it["pending"] == 0)
    }

    /// Waits until the running `apply` has ended.
    pub fn wait_for_end(&mut self) -> Option<ExitStatus> {
        while self.apply.is_some() {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            self.pause();
        }
        None
    }

    /// Ends `apply` and its Terraform the hard way, so that nothing writes any more.
    pub fn kill_all_of_apply(&mut self) {
        let pids = self.terraforms();
        if let Some(child) = &mut self.apply {
            child.kill().unwrap();
            child.wait().unwrap();
            self.apply = None;
        }
        kill("KILL", &pids);
        while !self.terraforms().is_empty() {
            self.pause();
        }
    }

    /// A Terraform's process, wherever gen-tf started it in this place.
    pub fn terraforms(&self) -> Vec<u32> {
        self.pids(&["terraform ", "tofu "])
    }

    /// Processes of this place whose command line holds one of the needles.
    pub fn pids(&self, needles: &[&str]) -> Vec<u32> {
        let lines = self.place.processes();
        let wanted = lines.iter().filter(|line| needles.iter().any(|needle| line.contains(needle)));
        wanted.filter_map(|line| line.split(' ').next()?.parse().ok()).collect()
    }

    /// What `status` says, if it can.
    pub fn status(&self) -> Option<Value> {
        serde_json::from_str(&self.place.run(&["status", "--json"]).stdout).ok()
    }

    /// Whether somebody holds the lock of a state that is in a bucket.
    pub fn has_state_lock(&self) -> bool {
        let state = self.cloud().state();
        let objects = state["buckets"][STATE_BUCKET]["objects"].as_array().cloned();
        let is_lock = |object: &Value| {
            object["live"] == true && object["name"].as_str().unwrap().ends_with(".tflock")
        };
        objects.unwrap_or_default().iter().any(is_lock)
    }

    /// Does what `apply` has said about a lock that was left behind, if it has.
    pub fn unlock(&mut self) {
        let log = self.log();
        let said = log.get(self.read..).unwrap_or_default();
        if let Some((_, rest)) = said.rsplit_once(" force-unlock ") {
            let number = rest.split_whitespace().next().unwrap();
            self.place.terraform(&["force-unlock", "-force", number]).expect(0);
        } else if let Some((_, rest)) = said.rsplit_once("gcloud storage rm 'gs://") {
            self.remove_object(rest.split('\'').next().unwrap());
        }
        self.read = log.len();
    }

    /// Removes one generation of an object, `BUCKET/NAME#GENERATION`, as `gcloud storage rm` does.
    fn remove_object(&self, object: &str) {
        let (name, generation) = object.rsplit_once('#').unwrap();
        let (bucket, name) = name.split_once('/').unwrap();
        let name = name.replace('/', "%2F");
        let path = format!("/storage/v1/b/{bucket}/o/{name}?generation={generation}");
        self.cloud().expect("DELETE", &path, None);
    }

    /// A short wait, which ends the test when the study hangs.
    #[track_caller]
    pub fn pause(&self) {
        assert!(Instant::now() < self.deadline, "the study hangs:\n{}", self.log());
        thread::sleep(Duration::from_millis(50));
    }

    /// Lets minutes pass where nothing happens any more: a VM that is silent is given up after minutes.
    /// What stood still goes on then, and is late.
    pub fn let_time_pass(&mut self) {
        if self.target == Target::Local || self.looked.elapsed() < LOOK_EVERY {
            return;
        }
        self.looked = Instant::now();
        let Some(status) = self.status() else { return };
        if self.seen.0 != status["experiments"] {
            self.seen = (status["experiments"].clone(), Instant::now());
        } else if self.seen.1.elapsed() > STILL {
            self.ahead += LONG;
            let settings = json!({ "clock_ahead_seconds": self.ahead });
            self.cloud().expect("PATCH", "/control/settings", Some(&settings));
            kill("CONT", &std::mem::take(&mut self.frozen));
            self.seen.1 = Instant::now();
        }
    }

    /// Everything that every `apply` has said.
    pub fn log(&self) -> String {
        fs::read_to_string(self.place.path("apply.log")).unwrap_or_default()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.kill_all_of_apply();
        if self.small.is_empty() {
            return;
        }
        // What the study has made must go while its workspace is still there.
        self.place.run(&["destroy", "--yes"]);
        for folder in &self.small {
            mount(&["umount", "--lazy"], folder);
        }
    }
}

/// Mounts or unmounts something at a folder.
pub fn mount(words: &[&str], folder: &Path) {
    let status = Command::new(words[0]).args(&words[1..]).arg(folder).status().unwrap();
    assert!(status.success(), "{words:?} {}", folder.display());
}

fn start(place: &Place) -> Child {
    let log = File::options().create(true).append(true).open(place.path("apply.log")).unwrap();
    let mut command = place.command(APPLY);
    command.stdout(Stdio::null()).stderr(log);
    command.spawn().unwrap()
}

/// Sends a signal to processes; one that is gone by now is no failure.
pub fn kill(signal: &str, pids: &[u32]) {
    for pid in pids {
        let sent = Command::new("kill").args([&format!("-{signal}"), &pid.to_string()]).output();
        sent.unwrap();
    }
}

/// A study, whose experiments are of the `pair` harness unless cells of `campaign` are given.
fn study(target: Target, size: Size, cells: &[&str], state: StateIn) -> String {
    let harness = if cells.is_empty() { "pair" } else { "campaign" };
    let harness = repository().join("tests/harnesses").join(harness);
    let matrix = if cells.is_empty() {
        let runs = size.experiments / 2;
        format!("  tools = [\"steady\"]\n  services = [\"left\", \"right\"]\n  runs = {runs}\n")
    } else {
        matrix_of(cells, size.experiments)
    };
    let state = match state {
        StateIn::File => String::new(),
        StateIn::Bucket => format!("  state_bucket = \"{STATE_BUCKET}\"\n"),
    };
    let target = match target {
        Target::Local => {
            "target \"local\" {\n  max_parallel = 2\n  memory = \"256MiB\"\n}\n".to_owned()
        }
        Target::Gcp => format!(
            "target \"gcp\" {{\n  project = \"test-project\"\n  \
             zones = [\"us-central1-a\", \"us-central1-b\"]\n  \
             image = \"projects/debian-cloud/global/images/debian-12-bookworm-v20260901\"\n  \
             max_parallel = 4\n  bucket = \"test-project-pair\"\n{state}}}\n"
        ),
    };
    format!(
        "study \"pair\" {{\n  harness = \"{}\"\n{matrix}  duration = \"{}s\"\n}}\n\n\
         {target}\nretry {{\n  attempts = 6\n}}\n",
        harness.display(),
        size.duration,
    )
}

/// Tools, services, runs and exclusions that make up these cells and no others.
fn matrix_of(cells: &[&str], experiments: u32) -> String {
    let pairs: BTreeSet<(&str, &str)> =
        cells.iter().map(|cell| cell.split_once('/').unwrap()).collect();
    let services: BTreeSet<&str> = pairs.iter().map(|(service, _)| *service).collect();
    let tools: BTreeSet<&str> = pairs.iter().map(|(_, tool)| *tool).collect();
    let runs = (experiments / u32::try_from(pairs.len()).unwrap()).max(1);
    let mut text = format!("  tools = {tools:?}\n  services = {services:?}\n  runs = {runs}\n");
    text = text.replace('{', "[").replace('}', "]");
    for service in &services {
        for tool in tools.iter().filter(|tool| !pairs.contains(&(*service, **tool))) {
            text += &format!(
                "  exclude {{\n    tool = \"{tool}\"\n    service = \"{service}\"\n  }}\n"
            );
        }
    }
    text
}
