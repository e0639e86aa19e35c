//! Starts a container engine of a test's own, with its socket, images and containers in a temporary folder:
//! `#[path = "../../../tests/support/engine.rs"] mod engine;`.
//! It reaches no registry and has no network of its own making; what is tested is not known here.
#![allow(dead_code, reason = "each test program uses its part")]
#![allow(clippy::unwrap_used, reason = "a test ends with a panic")]

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

const START: Duration = Duration::from_secs(60);

/// A running Docker Engine. It ends with this value, and all its containers with it.
pub struct Engine {
    daemon: Child,
    folder: TempDir,
}

impl Engine {
    /// `None`, and said in a line, where this machine can run none.
    pub fn start() -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("engine-").tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let log = File::create(at("log")).unwrap();
        let daemon = Command::new("dockerd")
            .arg("--host")
            .arg(format!("unix://{}", at("docker.sock").display()))
            .args(["--bridge", "none", "--iptables=false", "--ip6tables=false"])
            .arg("--data-root")
            .arg(at("data"))
            .arg("--exec-root")
            .arg(at("exec"))
            .arg("--pidfile")
            .arg(at("pid"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        let daemon = match daemon {
            Ok(daemon) => daemon,
            Err(error) => {
                skipped(&format!("dockerd: {error}"));
                return None;
            }
        };
        let mut engine = Self { daemon, folder };
        let deadline = Instant::now() + START;
        while !engine.docker(&["version"]).status.success() {
            let ended = engine.daemon.try_wait().unwrap().is_some();
            if ended || Instant::now() > deadline {
                let log = fs::read_to_string(engine.folder.path().join("log")).unwrap();
                skipped(&format!("dockerd: {}", log.lines().last().unwrap_or("no answer")));
                return None;
            }
            thread::sleep(Duration::from_millis(100));
        }
        Some(engine)
    }

    /// What `DOCKER_HOST` must be to reach it.
    pub fn host(&self) -> String {
        format!("unix://{}", self.folder.path().join("docker.sock").display())
    }

    /// Runs the client.
    pub fn docker(&self, arguments: &[&str]) -> Output {
        Command::new("docker").env("DOCKER_HOST", self.host()).args(arguments).output().unwrap()
    }

    /// Makes an image of programs of this machine and the libraries that they need.
    pub fn import(&self, name: &str, programs: &[&str]) {
        let root = self.folder.path().join("root");
        for program in programs {
            let found = which(program);
            copy_to(&root, &found, &Path::new("/usr/bin").join(program));
            let needs = Command::new("ldd").arg(&found).output().unwrap();
            for word in String::from_utf8(needs.stdout).unwrap().split_whitespace() {
                if word.starts_with('/') {
                    copy_to(&root, Path::new(word), Path::new(word));
                }
            }
        }
        let packed = Command::new("tar").arg("-C").arg(&root).args(["-c", "."]).output().unwrap();
        assert!(packed.status.success());
        let mut client = Command::new("docker")
            .env("DOCKER_HOST", self.host())
            .args(["import", "--change", "ENV PATH=/usr/bin", "-", name])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        client.stdin.take().unwrap().write_all(&packed.stdout).unwrap();
        assert!(client.wait().unwrap().success());
        fs::remove_dir_all(root).unwrap();
    }

    /// Ids of all containers, also of those that have ended.
    pub fn containers(&self) -> Vec<String> {
        let output = self.docker(&["ps", "--all", "--quiet"]);
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let ids = self.containers();
        if !ids.is_empty() {
            let mut arguments = vec!["rm", "--force", "--volumes"];
            arguments.extend(ids.iter().map(String::as_str));
            self.docker(&arguments);
        }
        let told = Command::new("kill").arg(self.daemon.id().to_string()).status();
        if !told.is_ok_and(|status| status.success()) {
            eprintln!("dockerd has ended by itself");
        }
        if let Err(error) = self.daemon.wait() {
            eprintln!("dockerd: {error}");
        }
    }
}

fn which(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    let found =
        std::env::split_paths(&path).map(|folder| folder.join(program)).find(|p| p.exists());
    found.unwrap_or_else(|| panic!("{program} is not in PATH"))
}

fn copy_to(root: &Path, from: &Path, to: &Path) {
    let target = root.join(to.strip_prefix("/").unwrap());
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    fs::copy(from, target).unwrap();
}

/// Says why a test proves nothing here; not captured by the test runner, so that it is seen.
fn skipped(reason: &str) {
    std::io::stderr().write_all(format!("SKIPPED: {reason}\n").as_bytes()).unwrap();
}
