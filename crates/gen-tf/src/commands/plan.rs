//! `gen-tf plan`: what apply would do. It renders the workspace and starts nothing.

use std::io::IsTerminal as _;

use gen_tf_core::{
    blueprint::StatePlace,
    quota::{ASK_FOR_MORE, Room},
    schedule::{ActiveSet, Counts, Limits},
    units::format_duration,
};
use serde::Serialize;

use crate::{
    cli::PlanArgs,
    failure::{Failure, Outcome},
    project::Project,
    rows, screen,
    session::{Session, Step, View},
    spending,
    terraform::Plan,
};

/// What a plan says, as data.
#[derive(Serialize)]
struct Summary {
    study: String,
    target: &'static str,
    experiments: usize,
    succeeded: usize,
    failed: usize,
    starts: Vec<String>,
    removes: Vec<String>,
    /// Hours of the tools' time that are left.
    tool_hours_left: f64,
    eta_seconds: u64,
    /// Most experiments at one time.
    max_parallel: u32,
    /// As many of these as the quotas hold now.
    at_once: u32,
    /// How often that many start until all are done, each tried once more.
    waves: usize,
    /// What VMs take, on Google Cloud.
    #[serde(skip_serializing_if = "Option::is_none")]
    vms: Option<Vms>,
    /// The quota that holds fewer VMs than the study may have, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    quota: Option<Room>,
    terraform: Changes,
}

#[derive(Serialize)]
struct Vms {
    machine_type: String,
    zone: String,
    /// With this step.
    running: usize,
    max_parallel: u32,
    hours_spent: f64,
    hours_left: f64,
    usd_per_hour: Option<f64>,
    usd_left: Option<f64>,
    /// Where the price comes from, with its date, and what it leaves out.
    price_basis: Option<String>,
}

#[derive(Serialize)]
struct Changes {
    add: usize,
    change: usize,
    remove: usize,
}

/// Plans the next step.
///
/// # Errors
///
/// As `apply`, but for what only applying can bring.
pub fn run(args: &PlanArgs) -> Outcome {
    let project = Project::open_to_start(&args.study, &args.only.only)?;
    let mut session = Session::open(project, &args.terraform)?;
    session.refuse_locked()?;
    session.as_if_archived = args.changed.rerun_changed;
    let view = session.observe()?;
    let limits = Limits { only: args.only.only.clone(), ..Limits::default() };
    let step = session.next_within_quotas(&view, limits)?;
    session.warn_of_secrets();
    recommend_state_bucket(&session);
    refuse_excess(&session, &view)?;
    let plan = session.plan_only(&step.next)?;
    let summary = summarise(&session, &view, &step, &plan);
    if args.json {
        return Ok(screen::json(&summary)?);
    }
    let color = !args.markdown && std::io::stdout().is_terminal();
    let changes = session.terraform.show_plan(&plan, color)?;
    let text = if args.markdown { markdown(&summary, &changes) } else { plain(&summary, &changes) };
    Ok(screen::data(&text)?)
}

/// Terraform writes a state that is a file anew after every resource, so that its work grows with the
/// square of the VMs.
const MANY_VMS: u32 = 200;

fn recommend_state_bucket(session: &Session) {
    let Some(gcp) = session.project.gcp() else { return };
    if gcp.max_parallel >= MANY_VMS && gcp.state == StatePlace::File {
        screen::say(format_args!(
            "note: with {} VMs at a time keep Terraform's state in a bucket (`state_bucket`): as a file \
             it is written anew after every VM",
            gcp.max_parallel
        ));
    }
}

fn refuse_excess(session: &Session, view: &View) -> Outcome {
    match spending::excess(&session.project, view) {
        Some(excess) => {
            Err(Failure::message(excess).hint("raise `budget` in the study, or take less"))
        }
        None => Ok(()),
    }
}

fn summarise(session: &Session, view: &View, step: &Step, plan: &Plan) -> Summary {
    let Step { next, moves, narrowed } = step;
    let blueprint = &session.project.blueprint;
    let most = blueprint.target.max_parallel();
    // What is removed makes room.
    let places = narrowed.as_ref().map(|narrowed| narrowed.places + moves.remove.len());
    let at_once = places.map_or(most, |places| most.min(u32::try_from(places).unwrap_or(most)));
    let table = rows::rows(blueprint, &view.survey, &view.snapshot);
    let counts = Counts::of(&view.survey);
    let left = (counts.pending + counts.active) as f64 * blueprint.duration as f64 / 3600.0;
    Summary {
        study: blueprint.study.clone(),
        target: blueprint.target.name(),
        experiments: counts.total(),
        succeeded: counts.succeeded,
        failed: counts.failed,
        starts: moves.start.iter().map(ToString::to_string).collect(),
        removes: moves.remove.iter().map(ToString::to_string).collect(),
        tool_hours_left: left,
        max_parallel: most,
        at_once,
        waves: (counts.pending + counts.active).div_ceil(at_once.max(1) as usize),
        eta_seconds: rows::eta(blueprint, &table, &view.snapshot, at_once) as u64,
        vms: vms(session, view, next),
        quota: narrowed.as_ref().filter(|_| at_once < most).map(|narrowed| narrowed.room.clone()),
        terraform: Changes { add: plan.add, change: plan.change, remove: plan.remove },
    }
}

fn vms(session: &Session, view: &View, next: &ActiveSet) -> Option<Vms> {
    let gcp = session.project.gcp()?;
    let spend = spending::spend(&session.project, view)?;
    Some(Vms {
        machine_type: gcp.machine_type.clone(),
        zone: gcp.zones.first().cloned().unwrap_or_default(),
        running: next.len(),
        max_parallel: gcp.max_parallel,
        hours_spent: spend.spent,
        hours_left: spend.left,
        usd_per_hour: gcp.price.map(|price| price.usd_per_hour),
        usd_left: gcp.price.map(|price| price.usd_per_hour * spend.left),
        price_basis: gcp.price.map(|price| price.basis()),
    })
}

fn facts(summary: &Summary) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("experiments", summary.experiments.to_string()),
        ("done", format!("{} succeeded, {} failed", summary.succeeded, summary.failed)),
        ("tools' time left", format!("{:.1} hours", summary.tool_hours_left)),
        ("complete in about", pace(summary)),
    ];
    let Some(vms) = &summary.vms else {
        facts.push(("cost", "none: sandboxes of this machine".to_owned()));
        return facts;
    };
    let Vms { machine_type, zone, running, max_parallel, hours_spent, hours_left, .. } = vms;
    facts.push((
        "VMs",
        format!("{running} with this step, {max_parallel} at most: {machine_type} in {zone}"),
    ));
    if let Some(room) = &summary.quota {
        let places = summary.at_once;
        facts.push((
            "quota",
            format!("{}: {places} at a time for now; {ASK_FOR_MORE}", room.describe()),
        ));
    }
    facts.push(("VM-hours", format!("{hours_spent:.1} taken, about {hours_left:.1} left")));
    facts.push(("cost left", cost(vms)));
    facts
}

/// The time that is left, and at how many experiments in parallel.
fn pace(summary: &Summary) -> String {
    let Summary { eta_seconds, at_once, waves, .. } = summary;
    let time = format_duration(*eta_seconds);
    match waves {
        0 => time,
        _ if *at_once == 0 => format!("{time}, one at a time, once there is room"),
        1 => format!("{time}, in one wave of at most {at_once}"),
        _ => format!("{time}, in about {waves} waves of at most {at_once}"),
    }
}

fn cost(vms: &Vms) -> String {
    match (vms.usd_left, vms.usd_per_hour, &vms.price_basis) {
        (Some(left), Some(hour), Some(basis)) => {
            format!("about {left:.2} USD: {hour:.4} USD an hour and VM ({basis})")
        }
        _ => format!(
            "not known: {} is not in gen-tf's table; write `usd_per_hour` into the study",
            vms.machine_type
        ),
    }
}

fn plain(summary: &Summary, changes: &str) -> String {
    let mut text = format!("Study {} on target {}\n", summary.study, summary.target);
    for (name, value) in facts(summary) {
        text.push_str(&format!("  {name:<18} {value}\n"));
    }
    text.push_str("\nThe next step\n");
    for attempt in &summary.starts {
        text.push_str(&format!("  starts  {attempt}\n"));
    }
    for attempt in &summary.removes {
        text.push_str(&format!("  removes {attempt}\n"));
    }
    if summary.starts.is_empty() && summary.removes.is_empty() {
        text.push_str("  starts and removes nothing\n");
    }
    format!("{text}\n{}\n", changes.trim_end())
}

fn markdown(summary: &Summary, changes: &str) -> String {
    let mut text = format!(
        "### gen-tf plan: `{}` on `{}`\n\n| | |\n|---|---|\n",
        summary.study, summary.target
    );
    for (name, value) in facts(summary) {
        text.push_str(&format!("| {name} | {value} |\n"));
    }
    text.push_str(&format!(
        "\nThe next step starts {} and removes {}.\n\n",
        summary.starts.len(),
        summary.removes.len()
    ));
    let changes = shortened(changes.trim());
    // A fence that is longer than any run of backquotes in what it holds.
    format!(
        "{text}<details><summary>Terraform: {} to add, {} to change, {} to destroy</summary>\n\n````\n{}\n````\n\n</details>\n",
        summary.terraform.add, summary.terraform.change, summary.terraform.remove, changes
    )
}

/// As much as a comment on a pull request takes; the plan of many VMs says the same many times.
fn shortened(changes: &str) -> String {
    const MOST: usize = 50_000;
    if changes.len() <= MOST {
        return changes.to_owned();
    }
    let end = changes[..changes.floor_char_boundary(MOST)].rfind('\n').unwrap_or_default();
    let left = changes[end..].lines().count() - 1;
    format!("{}\n\n… and {left} more lines: `gen-tf plan` shows all", &changes[..end])
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn a_long_plan_is_cut_at_a_line() {
        assert_eq!(shortened("a\nb"), "a\nb");
        let long = "é 23456789\n".repeat(6_000);
        let short = shortened(&long);
        assert!(short.len() < 51_000 && short.contains("é 23456789\n\n… and "), "{}", short.len());
        let kept = short.lines().filter(|line| *line == "é 23456789").count();
        assert!(short.ends_with(&format!("{} more lines: `gen-tf plan` shows all", 6_000 - kept)));
    }
}
