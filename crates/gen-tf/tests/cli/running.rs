//! A gen-tf that runs while a test looks at what it says, and sends it signals.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use crate::place::{Place, Ran, wait_until};

pub struct Running {
    child: Child,
    stderr: PathBuf,
}

impl Running {
    /// Starts it; one at a time in a place.
    pub fn start(place: &Place, args: &[&str]) -> Self {
        let stderr = place.path("stderr");
        let file = fs::File::create(&stderr).unwrap();
        let child = place.command(args).stdout(Stdio::null()).stderr(file).spawn().unwrap();
        Self { child, stderr }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.stderr).unwrap()
    }

    /// Waits until it says this.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        wait_until(&format!("{text:?} in {}", self.stderr.display()), || {
            self.said().contains(text)
        });
    }

    /// Waits for its end.
    pub fn end(mut self) -> Ran {
        let code = self.child.wait().unwrap().code();
        Ran { code, stdout: String::new(), stderr: self.said() }
    }
}

/// Sends a signal to one process.
pub fn signal(name: &str, pid: u32) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).status().unwrap();
    assert!(sent.success(), "cannot send SIG{name} to {pid}");
}
