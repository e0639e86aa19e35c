//! How this host makes sandboxes: with which namespaces, and on which file system their disks can be.
//! It finds out by making one; it knows nothing of machines and their lives.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read},
    os::{
        fd::OwnedFd,
        unix::{net::UnixStream, process::CommandExt},
    },
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use rustix::mount::{MountFlags, mount};

use super::{
    wire::{self, Boot, Order},
    world::PATH,
};

/// Users that a sandbox has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Users {
    /// The host's own; only its root can do that.
    Host,
    /// As many as the host lets this user have.
    Many,
    /// Root alone.
    Root,
}

impl Users {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Users::Host => &[],
            Users::Many => &["--user", "--map-root-user", "--map-auto"],
            Users::Root => &["--user", "--map-root-user"],
        }
    }
}

/// A way to make sandboxes that works here.
pub struct Launcher {
    program: PathBuf,
    users: Users,
    disks: PathBuf,
    keeper: Option<Keeper>,
    /// What it lacks, and why it is not a better way.
    pub shortcoming: Option<String>,
}

impl Launcher {
    /// Looks for a way; the error says for each why it is none.
    ///
    /// `program` is fake-gcp itself; disks come into `folder`, or in memory when its file system can't carry overlays.
    pub fn find(program: &Path, folder: &Path) -> Result<Launcher> {
        fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        let folder = folder.canonicalize()?;
        let users: &[Users] = if rustix::process::geteuid().is_root() {
            &[Users::Host]
        } else {
            &[Users::Many, Users::Root]
        };
        let mut reasons = Vec::new();
        for in_memory in [false, true] {
            for &users in users {
                match Launcher::with(program, users, &folder, in_memory) {
                    Ok(mut launcher) => {
                        launcher.say_what_is_missing(&reasons);
                        return Ok(launcher);
                    }
                    Err(error) => reasons.push(format!("{error:#}")),
                }
            }
        }
        reasons.dedup();
        bail!("{}", reasons.join("; "))
    }

    fn with(program: &Path, users: Users, folder: &Path, in_memory: bool) -> Result<Launcher> {
        let program = program.to_owned();
        let mut launcher =
            Launcher { program, users, disks: folder.to_owned(), keeper: None, shortcoming: None };
        if in_memory {
            // No machine's name begins so.
            launcher.disks = folder.join(".memory");
            launcher.keeper = Some(Keeper::start(&launcher)?);
        }
        launcher.probe(folder)?;
        Ok(launcher)
    }

    fn say_what_is_missing(&mut self, reasons: &[String]) {
        let memory = self.keeper.is_some().then_some("their disks in memory");
        let users = (self.users == Users::Root).then_some("no user but root");
        let missing: Vec<&str> = memory.into_iter().chain(users).collect();
        if !missing.is_empty() {
            let (missing, reasons) = (missing.join(" and "), reasons.join("; "));
            self.shortcoming = Some(format!("the machines have {missing} ({reasons})"));
        }
    }

    /// Where the disk of a machine is, as its init sees it.
    pub fn disk(&self, machine: &str) -> PathBuf {
        self.disks.join(machine).join("disk")
    }

    /// Whether sandboxes have users of their own.
    pub fn own_users(&self) -> bool {
        self.users != Users::Host
    }

    /// Starts a sandbox; its log is appended to, and it ends with the socket.
    pub fn start(&self, log: &File, socket: UnixStream) -> Result<Child> {
        let mut command = self.command(&[
            "--mount",
            "--uts",
            "--ipc",
            "--net",
            "--pid",
            "--propagation=private",
            "--fork",
            "--kill-child",
        ]);
        command
            .args(["vm", "init"])
            .stdin(OwnedFd::from(socket))
            .stdout(log.try_clone()?)
            .stderr(log.try_clone()?);
        command.spawn().context("start unshare")
    }

    /// Makes the folder of a machine's disk.
    pub fn make_disk(&self, machine: &str) -> Result<()> {
        let seen = self.seen(&self.disk(machine));
        fs::create_dir_all(&seen).with_context(|| format!("make {}", seen.display()))
    }

    /// The name that a path among the disks has for the host.
    fn seen(&self, path: &Path) -> PathBuf {
        match &self.keeper {
            Some(keeper) => keeper.seen(path),
            None => path.to_owned(),
        }
    }

    /// Removes a machine's disk, whoever its files belong to.
    pub fn remove_disk(&self, machine: &str) -> Result<()> {
        let disk = self.disk(machine);
        let output = self
            .command(&[])
            .args(["vm", "remove"])
            .arg(&disk)
            .stdin(Stdio::null())
            .output()
            .context("start the removal of a disk")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "remove {}: {}", disk.display(), said.trim());
        Ok(())
    }

    /// Removes the disks of all machines.
    pub fn remove_all_disks(&self) -> Result<()> {
        for entry in fs::read_dir(self.seen(&self.disks))? {
            let entry = entry?;
            if entry.path().join("disk").exists() {
                self.remove_disk(&entry.file_name().to_string_lossy())?;
            }
        }
        Ok(())
    }

    /// `unshare [namespaces] fake-gcp`, from within the keeper's namespaces if there is one.
    fn command(&self, namespaces: &[&str]) -> Command {
        let mut words: Vec<String> = Vec::new();
        let users = match &self.keeper {
            Some(keeper) => {
                words.extend(keeper.entrance(self.own_users()));
                &[]
            }
            None => self.users.arguments(),
        };
        words.push("unshare".to_owned());
        words.extend(users.iter().chain(namespaces).map(|&word| word.to_owned()));
        words.push("--".to_owned());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).arg(&self.program);
        // A group of its own: an interrupt at the terminal is for fake-gcp, which ends its sandboxes itself.
        command.env_clear().env("PATH", PATH).current_dir("/").process_group(0);
        command
    }

    /// Boots a machine that does nothing, and switches it off.
    fn probe(&self, folder: &Path) -> Result<()> {
        const NAME: &str = ".probe";
        self.remove_disk(NAME)?;
        self.make_disk(NAME)?;
        let log_path = folder.join(".probe.log");
        let log = File::create(&log_path)?;
        let status = self.probe_with(NAME, &log);
        let said = fs::read_to_string(&log_path)?;
        fs::remove_file(&log_path)?;
        self.remove_disk(NAME)?;
        fs::remove_dir(self.seen(&self.disks.join(NAME)))?;
        let last = said.lines().last().unwrap_or("it said nothing");
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => bail!("{last} ({status})"),
            Err(error) => Err(error),
        }
    }

    fn probe_with(&self, machine: &str, log: &File) -> Result<ExitStatus> {
        let (socket, of_init) = UnixStream::pair()?;
        let mut child = self.start(log, of_init)?;
        let boot = Boot {
            hostname: "probe".to_owned(),
            fqdn: "probe.internal".to_owned(),
            disk: self.disk(machine),
            own_users: self.own_users(),
            authority: String::new(),
            script: None,
        };
        // An init that fails closes the socket, and says why in its log.
        let told = wire::send(&socket, &boot)
            .and_then(|()| wire::receive_doors(&socket))
            .and_then(|_| wire::send(&socket, &Order::Stop { grace: Duration::ZERO }));
        let status = child.wait().context("wait for unshare")?;
        match told {
            Err(error) if status.success() => Err(error).context("talk to the init"),
            _ => Ok(status),
        }
    }
}

/// A process that holds a file system in memory, in a mount namespace of its own:
/// it vanishes with the process, and the process with fake-gcp.
struct Keeper {
    child: Child,
    /// Its end is the keeper's.
    _alive: ChildStdin,
}

impl Keeper {
    fn start(launcher: &Launcher) -> Result<Keeper> {
        fs::create_dir_all(&launcher.disks)?;
        let mut child = launcher
            .command(&["--mount", "--propagation=private"])
            .args(["vm", "keep"])
            .arg(&launcher.disks)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("start unshare")?;
        let (Some(alive), Some(stdout), Some(mut stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            bail!("a child without the pipes that it was started with");
        };
        let mut ready = String::new();
        BufReader::new(stdout).read_line(&mut ready)?;
        if ready.is_empty() {
            let mut said = String::new();
            stderr.read_to_string(&mut said)?;
            child.wait()?;
            bail!("no file system in memory: {}", said.trim());
        }
        Ok(Keeper { child, _alive: alive })
    }

    /// Words that run the words after them in the keeper's namespaces.
    fn entrance(&self, own_users: bool) -> Vec<String> {
        let target = format!("--target={}", self.child.id());
        let mut words = vec!["nsenter".to_owned(), target, "--mount".to_owned()];
        if own_users {
            // This user is root there; it may set no groups.
            words.extend(["--user".to_owned(), "--preserve-credentials".to_owned()]);
        }
        words
    }

    /// The name that a path in the keeper's file system has for the host.
    fn seen(&self, path: &Path) -> PathBuf {
        let below_root = path.strip_prefix("/").unwrap_or(path);
        Path::new("/proc").join(self.child.id().to_string()).join("root").join(below_root)
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        let ended = self.child.kill().and_then(|()| self.child.wait());
        if let Err(error) = ended {
            eprintln!("fake-gcp: the keeper of the disks in memory: {error}");
        }
    }
}

/// Holds a file system in memory until nobody needs it: `fake-gcp vm keep FOLDER`.
pub fn keep(folder: &Path) -> Result<()> {
    mount("tmpfs", folder, "tmpfs", MountFlags::NODEV, None)
        .with_context(|| format!("mount a file system in memory on {}", folder.display()))?;
    println!("ready");
    let mut nothing = Vec::new();
    std::io::stdin().read_to_end(&mut nothing)?;
    Ok(())
}
