//! `gen-tf doctor`: what this machine can and cannot do, each with its remedy. It mends nothing.

mod cloud;

use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt as _};

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use gen_tf_core::harness::Needs;
use serde::Serialize;

use crate::{
    cli::DoctorArgs,
    embedded,
    failure::{Failure, Outcome, code},
    project::{self, Checked},
    screen,
    terraform::Terraform,
};

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    name: String,
    /// Whether experiments can run in spite of it.
    ok: bool,
    /// What was found.
    found: String,
    /// What to do; empty where nothing is to be done.
    remedy: String,
}

/// Examines the machine.
///
/// # Errors
///
/// Exit code 1 when something is missing without which no experiment runs.
pub fn run(args: &DoctorArgs) -> Outcome {
    let mut checks = vec![terraform(args)];
    let checked = args.study.exists().then(|| project::check(&args.study)).transpose()?;
    if checked.as_ref().is_none_or(|checked| checked.study.local.is_some()) {
        let containers = checked.as_ref().is_some_and(|checked| checked.harness.containers);
        checks.extend(sandbox(containers)?);
        checks.extend(checked.iter().flat_map(harness_commands));
    }
    if let Some(checked) = &checked
        && let Some(target) = &checked.study.gcp
    {
        checks.extend(cloud::checks(&checked.study, target));
    }
    let failed = checks.iter().any(|check| !check.ok);
    if args.json {
        screen::json(&checks)?;
    } else {
        screen::data(&table(&checks))?;
    }
    if failed { Err(Failure::said(code::ERROR)) } else { Ok(()) }
}

fn table(checks: &[Check]) -> String {
    let mut text = String::new();
    for check in checks {
        let mark = if check.ok { "ok     " } else { "MISSING" };
        text.push_str(&format!("{mark}  {:<16} {}\n", check.name, check.found));
        if !check.remedy.is_empty() {
            text.push_str(&format!("         {:<16} {}\n", "", check.remedy));
        }
    }
    text
}

fn terraform(args: &DoctorArgs) -> Check {
    let name = "terraform".to_owned();
    match Terraform::find(args.terraform.terraform.as_deref()) {
        Ok(found) => Check { name, ok: true, found: describe(&found), remedy: String::new() },
        Err(error) => Check {
            name,
            ok: false,
            found: error.to_string(),
            remedy: error.hint().unwrap_or_default(),
        },
    }
}

fn describe(found: &Terraform) -> String {
    format!("{} {} ({})", found.flavour, found.version, found.program)
}

/// What the sandbox's own probe says, one `name: finding` a line. A container engine is needed only for `containers`.
fn sandbox(containers: bool) -> anyhow::Result<Vec<Check>> {
    let folder = tempfile::tempdir().context("making a folder for the sandbox's probe")?;
    let root = Utf8Path::from_path(folder.path()).context("the temporary folder is not UTF-8")?;
    let output = duct::cmd!("bash", unpack_module(root)?, "probe")
        .stdin_null()
        .stderr_capture()
        .stdout_capture()
        .unchecked()
        .run()
        .context("running bash")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let checks: Vec<Check> =
        text.lines().filter_map(|line| parse_probe(line, containers)).collect();
    anyhow::ensure!(
        output.status.success() && !checks.is_empty(),
        "the sandbox's probe failed ({}): {}",
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(checks)
}

/// `no: …` carries its remedy or consequence; only what no sandbox can do without is a failure.
fn parse_probe(line: &str, containers: bool) -> Option<Check> {
    let (name, found) = line.split_once(": ")?;
    let found = found.trim();
    let missing_commands = name == "missing commands" && found != "none";
    let (found, remedy) = match found.strip_prefix("no: ") {
        Some(rest) => ("no", rest.to_owned()),
        None if missing_commands => (found, format!("install {found}")),
        None => (found, String::new()),
    };
    let needed = match name {
        "user namespaces" | "network" => true,
        "containers" => containers,
        _ => false,
    };
    let ok = !(missing_commands || needed && found == "no");
    Some(Check { name: name.to_owned(), ok, found: found.to_owned(), remedy })
}

/// The binary carries the scripts; bash wants files.
fn unpack_module(root: &Utf8Path) -> anyhow::Result<Utf8PathBuf> {
    for (path, file) in embedded::modules().subtree("local-experiment").iter() {
        let path = root.join(path);
        let parent = path.parent().context("a file has a parent")?;
        fs::create_dir_all(parent).with_context(|| format!("making {parent}"))?;
        fs::write(&path, &file.bytes).with_context(|| format!("writing {path}"))?;
    }
    Ok(root.join("sandbox.sh"))
}

/// The commands that a study's tools and services need.
fn harness_commands(checked: &Checked) -> Vec<Check> {
    let tools = checked.study.tools.iter().filter_map(|t| checked.harness.tools.get(t));
    let services = checked.study.services.iter().filter_map(|s| checked.harness.services.get(s));
    let needs: Vec<&Needs> = tools.map(|t| &t.needs).chain(services.map(|s| &s.needs)).collect();
    let commands: BTreeSet<&str> =
        needs.iter().flat_map(|needs| &needs.commands).map(String::as_str).collect();
    commands.into_iter().map(command).collect()
}

fn command(name: &str) -> Check {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_program = |path: &std::path::Path| {
        fs::metadata(path).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
    };
    let found = std::env::split_paths(&path).map(|dir| dir.join(name)).find(|p| is_program(p));
    Check {
        name: name.to_owned(),
        ok: found.is_some(),
        found: found.as_ref().map_or("not on PATH".to_owned(), |p| p.display().to_string()),
        remedy: if found.is_some() {
            String::new()
        } else {
            format!("install `{name}`: the study's harness needs it")
        },
    }
}
