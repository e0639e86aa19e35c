//! The guest under a real systemd, started by Google's own runner of startup scripts: Debian in systemd-nspawn, which
//! shares the network of a fake VM, and so finds that VM's metadata server and Google's hosts.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use gen_tf_core::outcome::Cause;
use serde_json::{Value, json};

use crate::{
    cloud::{Cloud, ZONE, repository, skipped, wait_for},
    lab::{Lab, Options, VM, is_root, sha256},
};

/// What the system has beside systemd: Google's agent, and what the guest and the tiny harness call.
const PACKAGES: &str = "systemd,systemd-sysv,dbus,google-guest-agent,curl,ca-certificates,perl-base,iproute2,\
                        python3,nftables";
const SUITE: &str = "bookworm";

fn have(program: &str) -> bool {
    Command::new("sh")
        .args(["-c", "command -v \"$1\" >/dev/null", "sh", program])
        .status()
        .unwrap()
        .success()
}

/// The system's folder, made once and kept in the user's cache.
fn rootfs() -> Result<PathBuf, String> {
    if !is_root() {
        return Err("a container with its own systemd needs root".to_owned());
    }
    for program in ["systemd-nspawn", "mmdebstrap", "flock"] {
        if !have(program) {
            return Err(format!("{program} is not installed"));
        }
    }
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache"),
        PathBuf::from,
    );
    let key = &sha256(format!("{SUITE} {PACKAGES}").as_bytes())[..16];
    let folder = cache.join("gen-tf").join(format!("rootfs-{key}"));
    fs::create_dir_all(folder.parent().unwrap()).unwrap();
    let half = folder.with_extension("partial");
    // Another test, or another checkout, may be making it.
    let script = "exec 9>\"$1.lock\" && flock 9 && { [ -d \"$1\" ] || { rm -rf \"$2\" && \
        mmdebstrap --quiet --variant=minbase --format=directory --include=\"$4\" \"$3\" \"$2\" && mv -T \"$2\" \"$1\"; }; }";
    let output = Command::new("sh")
        .args(["-c", script, "sh"])
        .args([&folder, &half])
        .args([SUITE, PACKAGES])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.success() {
        true => Ok(folder),
        false => Err(format!("no Debian to boot: {}", said.lines().last().unwrap_or_default())),
    }
}

/// A lab whose VM is a container with systemd.
struct Booted {
    lab: Lab,
    container: Child,
    folder: PathBuf,
}

impl Booted {
    /// `None`, and said in a line, where that can't be.
    fn new(options: Options) -> Option<Self> {
        let rootfs = rootfs().map_err(|reason| skipped(&reason)).ok()?;
        let lab = Lab::new(options)?;
        // A VM that only lends its network; its metadata are those of the container then.
        let mut metadata = lab.metadata(1);
        let script =
            std::mem::replace(&mut metadata.last_mut().unwrap().1, "exec sleep 600".to_owned());
        lab.boot_with(1, &metadata);
        let mut init = None;
        wait_for("the fake VM", 60, || {
            init = init_of(&lab.cloud);
            // Before it has entered its own world, its root is ours.
            let hosts = init.map(|pid| format!("/proc/{pid}/root/etc/hosts"));
            hosts.is_some_and(|hosts| {
                fs::read_to_string(hosts).is_ok_and(|text| text.contains("storage.googleapis.com"))
            }) && lab.cloud.status(VM) == "RUNNING"
        });
        metadata.last_mut().unwrap().1 = script;
        set_metadata(&lab.cloud, &metadata);
        let folder = lab.cloud.path("container");
        fs::create_dir_all(&folder).unwrap();
        let log = fs::File::create(folder.join("console.log")).unwrap();
        let container = Command::new("unshare")
            .args(["--mount", "--propagation=private", "bash"])
            .arg(repository().join("crates/gen-tf/tests/gcp_guest/boot.sh"))
            .args([&rootfs, &folder])
            .arg(init.unwrap().to_string())
            .arg(machine(&lab.cloud))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Some(Self { lab, container, folder })
    }

    fn console(&self) -> String {
        fs::read_to_string(self.folder.join("console.log")).unwrap()
    }

    /// Everything that the container has logged.
    fn everything(&self) -> String {
        let journal = Command::new("journalctl")
            .args(["--no-pager", "-o", "short-monotonic", "-D"])
            .arg(self.folder.join("upper/var/log/journal"))
            .output()
            .unwrap();
        let read = |path: &str| fs::read_to_string(self.folder.join(path)).unwrap_or_default();
        format!(
            "{}\n{}\n{}\n{}",
            self.console(),
            read("upper/var/log/gen-tf.log"),
            read("upper/gen-tf/log/guest.log"),
            String::from_utf8_lossy(&journal.stdout)
        )
    }

    /// Waits until the tool has done something.
    fn wait_for_run(&self) {
        let requests = self.folder.join("upper/gen-tf/work/requests.txt");
        wait_for("a request of the tool", 120, || {
            fs::metadata(&requests).is_ok_and(|file| file.len() > 0)
        });
    }

    #[track_caller]
    fn wait_until_off(&mut self) {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(150);
        while self.container.try_wait().unwrap().is_none() {
            assert!(std::time::Instant::now() < deadline, "not off:\n{}", self.everything());
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        assert!(self.container.wait().unwrap().success(), "{}", self.everything());
    }
}

impl Drop for Booted {
    fn drop(&mut self) {
        if self.container.try_wait().is_ok_and(|status| status.is_none()) {
            eprintln!("{}", self.everything());
            let killed = self.container.kill().and_then(|()| self.container.wait());
            assert!(killed.is_ok() || std::thread::panicking());
        }
        remove_cgroups(&machine(&self.lab.cloud));
    }
}

/// Name of the container: unique on this machine, because two of these tests may run at once.
fn machine(cloud: &Cloud) -> String {
    format!("gen-tf-test-{}", cloud.id())
}

/// What systemd-nspawn leaves where nobody else cleans up.
fn remove_cgroups(name: &str) {
    for hierarchy in ["systemd", "unified"] {
        let folder = Path::new("/sys/fs/cgroup").join(hierarchy).join(name);
        if folder.exists() {
            let removed =
                Command::new("find").arg(folder).args(["-depth", "-type", "d", "-delete"]).status();
            assert!(removed.is_ok_and(|status| status.success()) || std::thread::panicking());
        }
    }
}

/// The first process of the fake VM, as this machine sees it.
fn init_of(cloud: &Cloud) -> Option<u32> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let mut pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.find(|pid| {
        let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        command.ends_with(b"fake-gcp\0vm\0init\0")
            && !command.starts_with(b"unshare")
            && parent(*pid).and_then(parent) == Some(cloud.id())
    })
}

fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit(") ").next()?.split(' ').nth(1)?.parse().ok()
}

fn set_metadata(cloud: &Cloud, metadata: &[(String, String)]) {
    let instance = cloud.call("GET", &format!("{ZONE}/instances/{VM}"), &Value::Null);
    let items = metadata.iter().map(|(key, value)| json!({ "key": key, "value": value }));
    let body = json!({
        "fingerprint": instance["metadata"]["fingerprint"], "items": items.collect::<Vec<_>>(),
    });
    cloud.call("POST", &format!("{ZONE}/instances/{VM}/setMetadata"), &body);
}

#[test]
fn googles_runner_and_systemd_bring_an_attempt_to_its_outcome_and_the_machine_off() {
    let options = Options { duration: 2, variant: Some("vm-escape"), ..Options::default() };
    let Some(mut booted) = Booted::new(options) else { return };
    booted.wait_until_off();
    let outcome = booted.lab.outcome(1);
    assert_eq!(outcome.cause, None, "{}\n{}", outcome.message, booted.everything());
    let folder = booted.lab.results(&outcome);
    let groups = fs::read_to_string(folder.join("requests.txt")).unwrap();
    assert!(groups.contains("/gen-tf-tool-"), "the tool is in a unit of its own: {groups}");
    let left = fs::read_to_string(folder.join("daemons-after-the-tool.txt")).unwrap();
    assert_eq!(left, "0\n", "daemons that the final sample still saw");
    let everything = booted.everything();
    // The script ends long before the attempt does, so that the boot is complete while the tool runs.
    for expected in
        ["startup-script exit status 0", "Reached target multi-user.target", "gen-tf.service"]
    {
        assert!(everything.contains(expected), "{expected}\n{everything}");
    }
}

#[test]
fn a_shutdown_in_the_middle_of_a_run_still_delivers() {
    let options = Options { duration: 60, ..Options::default() };
    let Some(mut booted) = Booted::new(options) else { return };
    booted.wait_for_run();
    // systemd-nspawn asks its systemd for an orderly power off then.
    let asked = Command::new("kill").arg(booted.container.id().to_string()).status();
    assert!(asked.unwrap().success());
    booted.wait_until_off();
    let outcome = booted.lab.outcome(1);
    assert_eq!(
        outcome.cause,
        Some(Cause::Preempted),
        "{}\n{}",
        outcome.message,
        booted.everything()
    );
    assert_eq!(outcome.phase, "run");
    let folder = booted.lab.results(&outcome);
    assert!(folder.join("requests.txt").exists() && folder.join("report.txt").exists());
}
