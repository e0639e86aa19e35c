//! `gen-tf plan`: what apply would do. It renders the workspace and starts nothing.

use std::io::IsTerminal as _;

use gen_tf_core::{schedule::Limits, units::format_duration};
use serde::Serialize;

use crate::{
    cli::PlanArgs, failure::Outcome, project::Project, rows, screen, session::Session,
    terraform::PlanOptions,
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
    terraform: Changes,
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
    let project = Project::open(&args.study)?;
    project.check_target(&args.only.only)?;
    let mut session = Session::open(project, &args.terraform)?;
    let view = session.observe()?;
    let limits = Limits { only: args.only.only.clone(), ..Limits::default() };
    let (next, moves) = session.next(&view, &limits)?;
    let planned = session.workspace.write_planned_set(&next)?;
    let options = PlanOptions { var_file: Some(planned), ..PlanOptions::default() };
    let plan = session.terraform.plan(&options)?;
    let blueprint = &session.project.blueprint;
    let table = rows::rows(blueprint, &view.survey, &view.snapshot);
    let counts = gen_tf_core::schedule::Counts::of(&view.survey);
    let left = (counts.pending + counts.active) as f64 * blueprint.duration as f64 / 3600.0;
    let summary = Summary {
        study: blueprint.study.clone(),
        target: blueprint.target.name(),
        experiments: counts.total(),
        succeeded: counts.succeeded,
        failed: counts.failed,
        starts: moves.start.iter().map(ToString::to_string).collect(),
        removes: moves.remove.iter().map(ToString::to_string).collect(),
        tool_hours_left: left,
        eta_seconds: rows::eta(blueprint, &table, &view.snapshot) as u64,
        terraform: Changes { add: plan.add, change: plan.change, remove: plan.remove },
    };
    if args.json {
        return Ok(screen::json(&summary)?);
    }
    let color = !args.markdown && std::io::stdout().is_terminal();
    let changes = session.terraform.show_plan(&plan, color)?;
    let text = if args.markdown { markdown(&summary, &changes) } else { plain(&summary, &changes) };
    Ok(screen::data(&text)?)
}

fn facts(summary: &Summary) -> [(&'static str, String); 5] {
    [
        ("experiments", summary.experiments.to_string()),
        ("done", format!("{} succeeded, {} failed", summary.succeeded, summary.failed)),
        ("tools' time left", format!("{:.1} hours", summary.tool_hours_left)),
        ("complete in about", format_duration(summary.eta_seconds)),
        ("cost", "none: sandboxes of this machine".to_owned()),
    ]
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
    // A fence that is longer than any run of backquotes in what it holds.
    format!(
        "{text}<details><summary>Terraform: {} to add, {} to change, {} to destroy</summary>\n\n````\n{}\n````\n\n</details>\n",
        summary.terraform.add,
        summary.terraform.change,
        summary.terraform.remove,
        changes.trim()
    )
}
