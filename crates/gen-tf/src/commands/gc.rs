//! `gen-tf gc`: what a study has made and no state holds, or with `--expired` what every study of a
//! project has forgotten. It lists; with `--delete` it removes. Buckets hold results and are never
//! among it.

mod cloud;
mod found;
mod local;

use crate::{
    cli::GcArgs,
    failure::{Failure, Outcome, code},
    project::Project,
    screen,
    session::Session,
};
use found::Found;

/// Lists what was left behind, or removes it.
///
/// # Errors
///
/// Exit code 2 when something was found and is still there.
pub fn run(args: &GcArgs) -> Outcome {
    let mut place = Place::open(args)?;
    let mut found = place.look()?;
    for one in &mut found {
        one.keeps = place.why_kept(one)?;
    }
    keep_what_others_need(&mut found);
    show(&found, args)?;
    if found.is_empty() {
        screen::say("nothing is left behind");
        return Ok(());
    }
    if !args.delete {
        screen::say("nothing was changed; --delete removes it");
        return Err(Failure::said(code::DIFFERENT));
    }
    remove(&place, &found, args.yes)
}

/// Where is looked.
enum Place {
    /// At a study on Google Cloud.
    Study(Box<Session>),
    /// At a study on this machine.
    Local(Box<Session>),
    /// At every study of a project.
    Project(cloud::Project),
}

impl Place {
    fn open(args: &GcArgs) -> Result<Self, Failure> {
        if let Some(project) = &args.project {
            return Ok(Self::Project(cloud::Project::open(project)?));
        }
        let project = Project::open(&args.study)?;
        let on_gcp = project.gcp().is_some();
        let session = Box::new(Session::open(project, &args.terraform)?);
        Ok(if on_gcp { Self::Study(session) } else { Self::Local(session) })
    }

    fn look(&mut self) -> Result<Vec<Found>, Failure> {
        match self {
            Self::Study(session) => cloud::of_study(session),
            Self::Local(session) => local::of_study(session),
            Self::Project(project) => project.expired(),
        }
    }

    /// Why something is not removed, if it is not.
    fn why_kept(&self, found: &Found) -> Result<Option<String>, Failure> {
        match self {
            Self::Study(session) => cloud::life(session.store().google(), found),
            Self::Local(session) => local::life(session.store(), found),
            Self::Project(project) => cloud::life(Some(project.google()), found),
        }
    }

    fn remove(&self, found: &[&Found]) -> Result<(), Failure> {
        match self {
            Self::Study(session) => cloud::remove(session.store().google(), found),
            Self::Local(session) => local::remove(session.workspace.root(), found),
            Self::Project(project) => cloud::remove(Some(project.google()), found),
        }
    }
}

/// A VM that goes on needs its network, its account and its secrets.
fn keep_what_others_need(found: &mut [Found]) {
    let alive: Vec<String> = found
        .iter()
        .filter(|one| one.keeps.is_some() && !one.is_shared())
        .map(|one| one.study.clone())
        .collect();
    for one in found.iter_mut().filter(|one| one.is_shared() && one.keeps.is_none()) {
        if alive.contains(&one.study) || one.has_vms {
            one.keeps = Some("serves VMs of its study".to_owned());
        }
    }
}

fn show(found: &[Found], args: &GcArgs) -> Outcome {
    if args.json {
        return Ok(screen::json(&found)?);
    }
    if !found.is_empty() {
        screen::data(&found::table(found, args.expired))?;
        screen::say(found::total(found));
    }
    Ok(())
}

fn remove(place: &Place, found: &[Found], yes: bool) -> Outcome {
    let (kept, gone): (Vec<&Found>, Vec<&Found>) =
        found.iter().partition(|one| one.keeps.is_some());
    for one in &kept {
        let reason = one.keeps.as_deref().unwrap_or_default();
        screen::say(format_args!("keeps the {} {}: it {reason}", one.kind, one.name));
    }
    if !gone.is_empty() {
        if !yes && !screen::confirm(&format!("Remove {} of these for good?", gone.len()))? {
            screen::say("nothing was changed");
            return Err(Failure::said(code::ERROR));
        }
        place.remove(&gone)?;
    }
    if kept.is_empty() { Ok(()) } else { Err(Failure::said(code::DIFFERENT)) }
}
