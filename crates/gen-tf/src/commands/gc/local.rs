//! What was left behind on this machine: sandboxes of the workspace that are in no state.

use std::{collections::BTreeSet, time::SystemTime};

use anyhow::Context as _;
use camino::Utf8Path;
use gen_tf_core::id::{AttemptId, AttemptObject};
use gen_tf_store::Store;

use super::found::{Found, Thing};
use crate::{
    cloud::state::Facts,
    failure::Failure,
    sandbox::{self, Sandbox},
    screen,
    session::Session,
};

/// The sandboxes of a workspace that are in no state.
pub fn of_study(session: &mut Session) -> Result<Vec<Found>, Failure> {
    let sandboxes = sandbox::list(&session.workspace.sandboxes())?;
    let known = match session.terraform.state(false)? {
        Some(json) => Facts::read(&json).context("reading Terraform's state")?.sandboxes,
        None => BTreeSet::new(),
    };
    let name = |sandbox: &Sandbox| sandbox.folder.file_name().unwrap_or_default().to_owned();
    let strays = sandboxes.into_iter().filter(|sandbox| !known.contains(&name(sandbox)));
    let study = &session.project.blueprint.study;
    strays
        .map(|sandbox| {
            Ok(Found {
                kind: "sandbox",
                name: name(&sandbox),
                zone: "this machine".to_owned(),
                study: study.clone(),
                age_seconds: Some(age(&sandbox.folder)?),
                expires: None,
                usd_per_day: Some(0.0),
                keeps: None,
                has_vms: false,
                thing: Thing::Sandbox(sandbox),
            })
        })
        .collect()
}

fn age(folder: &Utf8Path) -> Result<i64, Failure> {
    // The attempt is written once, when the sandbox is made.
    let file = folder.join("attempt");
    let made = std::fs::metadata(&file).and_then(|it| it.modified());
    let made = made.with_context(|| format!("reading {file}"))?;
    let age = SystemTime::now().duration_since(made).unwrap_or_default();
    Ok(i64::try_from(age.as_secs()).unwrap_or(i64::MAX))
}

/// Why a sandbox is not ended: it lives, and its attempt has no outcome.
pub fn life(store: &Store, found: &Found) -> Result<Option<String>, Failure> {
    let Thing::Sandbox(sandbox) = &found.thing else { return Ok(None) };
    if !sandbox.machine.alive {
        return Ok(None);
    }
    let attempt = sandbox.machine.attempt;
    let id = AttemptId { experiment: sandbox.experiment.clone(), attempt };
    let ended = store.exists(&AttemptObject::Outcome.key(&id))?;
    Ok((!ended).then(|| format!("serves {id} and lives")))
}

/// Ends these.
pub fn remove(workspace: &Utf8Path, found: &[&Found]) -> Result<(), Failure> {
    for one in found {
        if let Thing::Sandbox(sandbox) = &one.thing {
            sandbox::stop(workspace, sandbox)?;
            screen::say(format_args!("removed the sandbox {}", one.name));
        }
    }
    Ok(())
}
