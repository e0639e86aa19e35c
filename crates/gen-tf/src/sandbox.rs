//! Sandboxes as seen from outside: which supervisors live on this machine, and ending one that
//! Terraform knows nothing of. Starting them is Terraform's part alone.

use std::{fs, io};

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use gen_tf_core::{id::ExperimentId, schedule::Machine};

/// A sandbox that has a folder on this machine.
#[derive(Clone, Debug)]
pub struct Sandbox {
    /// Its folder.
    pub folder: Utf8PathBuf,
    /// The experiment that it serves.
    pub experiment: ExperimentId,
    /// Attempt, and whether its supervisor lives.
    pub machine: Machine,
}

/// Every sandbox below a folder; one that is just being made or removed is left out.
///
/// # Errors
///
/// When the folder can't be read.
pub fn list(folder: &Utf8Path) -> anyhow::Result<Vec<Sandbox>> {
    let entries = match folder.read_dir_utf8() {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("reading {folder}")),
    };
    let mut sandboxes = Vec::new();
    for entry in entries {
        let entry = entry.with_context(|| format!("reading {folder}"))?;
        sandboxes.extend(read(entry.path()));
    }
    Ok(sandboxes)
}

fn read(folder: &Utf8Path) -> Option<Sandbox> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
    let experiment = read("experiment")?.trim().parse().ok()?;
    let attempt = read("attempt")?.trim().parse().ok()?;
    let alive = read("pid").is_some_and(|pid| is_alive(&pid));
    Some(Sandbox { folder: folder.to_owned(), experiment, machine: Machine { attempt, alive } })
}

/// Whether the process of a pid file lives: same pid, same start time, same boot, and no zombie.
fn is_alive(pid_file: &str) -> bool {
    let mut fields = pid_file.split_whitespace();
    let (Some(pid), Some(start), boot) = (fields.next(), fields.next(), fields.next()) else {
        return false;
    };
    let this_boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    if boot.is_some_and(|boot| boot != this_boot.trim()) {
        return false;
    }
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    // The command's name stands in parentheses and may hold anything.
    let Some((_, after_name)) = stat.rsplit_once(") ") else { return false };
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    // State is field 3 and start time field 22 of proc(5); two were cut off with the name.
    fields.first().is_some_and(|state| *state != "Z") && fields.get(19) == Some(&start)
}

/// Ends a sandbox and removes its folder, through the same script that Terraform's destroy calls.
///
/// # Errors
///
/// When the script fails.
pub fn stop(workspace: &Utf8Path, sandbox: &Sandbox) -> anyhow::Result<()> {
    let script = workspace.join("modules/local-experiment/sandbox.sh");
    let name = sandbox.folder.file_name().context("a sandbox's folder has a name")?;
    let output = duct::cmd!("bash", &script, "stop")
        .env("GEN_TF_WORKSPACE", workspace)
        .env("GEN_TF_MACHINE", name)
        .stdin_null()
        .stderr_to_stdout()
        .stdout_capture()
        .unchecked()
        .run()
        .with_context(|| format!("running {script}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        bail!("ending sandbox {name} failed ({}): {}", output.status, said.trim());
    }
    Ok(())
}
