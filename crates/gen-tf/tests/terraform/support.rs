//! Workspaces to try things in, and gen-tf's driver as a process of its own, to send signals to.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use gen_tf::interrupt::Interrupts;
use gen_tf::progress::{self, Progress, Task};
use gen_tf::screen;
use gen_tf::terraform::event::Event;
use gen_tf::terraform::{Error, PlanOptions, Terraform, Workspace};

/// Far more than anything here takes: it only ends tests that would hang.
const DEADLINE: Duration = Duration::from_secs(120);

/// Tells a process of this test program to be the driver, in this folder.
const DRIVE: &str = "GEN_TF_TEST_DRIVE";
const DRIVE_WITH: &str = "GEN_TF_TEST_DRIVE_WITH";

/// Exit codes of the driver's process.
pub const INTERRUPTED: i32 = 130;
pub const FAILED: i32 = 4;

/// A resource whose creation waits for the file `release`.
pub const SLOW: &str = r#"
resource "terraform_data" "slow" {
  provisioner "local-exec" {
    command = <<-EOT
      touch started
      turns=0
      while [ ! -e release ] && [ "$turns" -lt 2400 ]; do sleep 0.05; turns=$((turns + 1)); done
      touch finished
    EOT
  }
}
"#;

/// The installed Terraform, or a line that says why a test is left out.
pub fn real() -> Option<Terraform> {
    match Terraform::find(None) {
        Ok(terraform) => Some(terraform),
        Err(error) => {
            println!("SKIPPED: needs Terraform or OpenTofu: {error}");
            None
        }
    }
}

/// A folder with this `main.tf`, gone when it is dropped.
pub struct Folder {
    _temporary: tempfile::TempDir,
    pub path: Utf8PathBuf,
}

impl Folder {
    pub fn new(main: &str) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(temporary.path().canonicalize().unwrap()).unwrap();
        let folder = Self { _temporary: temporary, path };
        folder.write("main.tf", main);
        folder
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path.join(name)).unwrap()
    }

    pub fn has(&self, name: &str) -> bool {
        self.path.join(name).exists()
    }

    /// A program that is a shell script.
    pub fn script(&self, name: &str, text: &str) -> Utf8PathBuf {
        self.write(name, text);
        let path = self.path.join(name);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// The driver in this folder, and what it tells the user.
    pub fn open(&self, terraform: &Terraform) -> (Workspace, Told) {
        let told = Told::default();
        let workspace = terraform
            .in_workspace(&self.path, &Interrupts::none(), Box::new(told.clone()))
            .unwrap();
        (workspace, told)
    }

    /// Plans and applies.
    pub fn apply(&self, terraform: &Terraform) {
        let (mut workspace, _) = self.open(terraform);
        let plan = workspace.plan(&PlanOptions::default()).unwrap();
        workspace.apply(plan).unwrap();
    }

    /// The driver as a process that plans and applies; with the Terraform that is installed, or
    /// with this one.
    pub fn drive(&self, program: Option<&Utf8Path>) -> Driver {
        Driver::start(self, program)
    }

    pub fn wait_for(&self, name: &str) {
        wait_until(&format!("{name} in {}", self.path), || self.has(name));
    }

    /// The process of the Terraform that runs here.
    pub fn terraform_pid(&self) -> u32 {
        self.wait_for(".gen-tf/running.json");
        let running: serde_json::Value =
            serde_json::from_str(&self.read(".gen-tf/running.json")).unwrap();
        u32::try_from(running["pid"].as_u64().unwrap()).unwrap()
    }
}

/// Waits for a condition, with a deadline.
pub fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Sends a signal to one process.
pub fn signal(name: &str, pid: u32) {
    let status = Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).status();
    assert!(status.unwrap().success(), "cannot send SIG{name} to {pid}");
}

/// Sends a signal to a process group, as a terminal does.
pub fn signal_group(name: &str, leader: u32) {
    let group = format!("-{leader}");
    let status = Command::new("kill").args([&format!("-{name}"), "--", &group]).status();
    assert!(status.unwrap().success(), "cannot send SIG{name} to the group of {leader}");
}

/// Remembers what the user is told.
#[derive(Clone, Default)]
pub struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    pub fn text(&self) -> String {
        self.0.lock().unwrap().join("\n")
    }
}

impl Progress for Told {
    fn begin(&mut self, _: &Task) {}
    fn event(&mut self, _: &Event) {}
    fn tick(&mut self) {}
    fn end(&mut self) {}
    fn println(&mut self, text: &str) {
        self.0.lock().unwrap().push(text.to_owned());
    }
}

/// The driver as a process.
pub struct Driver {
    child: Child,
    stderr: Utf8PathBuf,
    _outside: tempfile::TempDir,
}

impl Driver {
    fn start(folder: &Folder, program: Option<&Utf8Path>) -> Self {
        let outside = tempfile::tempdir().unwrap();
        let stderr = Utf8PathBuf::from_path_buf(outside.path().join("stderr")).unwrap();
        let child = command(folder, program).stderr(fs::File::create(&stderr).unwrap()).spawn();
        Self { child: child.unwrap(), stderr, _outside: outside }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn stderr(&self) -> String {
        fs::read_to_string(&self.stderr).unwrap()
    }

    pub fn wait_for(&self, text: &str) {
        wait_until(&format!("{text:?} in {}", self.stderr), || self.stderr().contains(text));
    }

    pub fn end(mut self) -> (ExitStatus, String) {
        let status = wait_for_end(&mut self.child);
        (status, self.stderr())
    }
}

/// The command that [`Driver`] starts, for tests that need another stderr.
pub fn command(folder: &Folder, program: Option<&Utf8Path>) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["support::the_driver_as_a_process", "--exact", "--nocapture"])
        .env(DRIVE, &folder.path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .process_group(0);
    if let Some(program) = program {
        command.env(DRIVE_WITH, program);
    }
    command
}

pub fn wait_for_end(child: &mut Child) -> ExitStatus {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        assert!(Instant::now() < deadline, "process {} does not end", child.id());
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Not a test: what a [`Driver`] runs. Among the tests it sees that nothing is asked of it.
#[test]
fn the_driver_as_a_process() {
    let Some(folder) = std::env::var_os(DRIVE) else {
        assert!(std::env::var_os(DRIVE_WITH).is_none());
        return;
    };
    let folder = Utf8PathBuf::from_os_string(folder).unwrap();
    let program = std::env::var(DRIVE_WITH).ok().map(Utf8PathBuf::from);
    let code = match plan_and_apply(&folder, program.as_deref()) {
        Ok(()) => 0,
        Err(error) => {
            screen::say(format_args!("{error}\n{}", error.hint().unwrap_or_default()));
            if matches!(error, Error::Interrupted { .. }) { INTERRUPTED } else { FAILED }
        }
    };
    std::process::exit(code);
}

fn plan_and_apply(folder: &Utf8Path, program: Option<&Utf8Path>) -> Result<(), Error> {
    let interrupts = Interrupts::install().unwrap();
    let terraform = Terraform::find(program)?;
    let mut workspace = terraform.in_workspace(folder, &interrupts, progress::on_stderr(false))?;
    let plan = workspace.plan(&PlanOptions::default())?;
    workspace.apply(plan)?;
    Ok(())
}
