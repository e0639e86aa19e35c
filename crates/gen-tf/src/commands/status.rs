//! `gen-tf status`: where each experiment stands. It needs no Terraform and changes nothing.

use std::io::IsTerminal as _;

use gen_tf_core::{
    schedule::{Counts, survey},
    units::format_duration,
};
use serde::Serialize;

use crate::{
    cli::StatusArgs,
    failure::{Failure, Outcome, code},
    interrupt::Interrupts,
    observe::{Observer, Snapshot},
    progress::LiveView,
    project::Project,
    rows::{self, Row},
    screen,
    workspace::Workspace,
};

#[derive(Serialize)]
struct Report<'a> {
    study: &'a str,
    target: &'static str,
    total: usize,
    succeeded: usize,
    failed: usize,
    active: usize,
    pending: usize,
    eta_seconds: u64,
    experiments: Vec<Row>,
}

/// Shows where each experiment stands.
///
/// # Errors
///
/// When the store can't be read; exit code 130 when `--watch` is interrupted.
pub fn run(args: &StatusArgs) -> Outcome {
    let project = Project::open(&args.study)?;
    let workspace = Workspace::at(&project.workspace);
    let mut observer = Observer::new(&project, project.open_store()?, workspace);
    if args.watch {
        watch(&project, &mut observer)?;
    }
    let snapshot = observer.observe()?;
    print(&project, &snapshot, args)
}

fn watch(project: &Project, observer: &mut Observer) -> Outcome {
    let interrupts = Interrupts::install()?;
    let mut live = LiveView::new(std::io::stderr().is_terminal());
    loop {
        let snapshot = observer.observe()?;
        let survey = survey(&project.blueprint, &snapshot.observations);
        let counts = Counts::of(&survey);
        if counts.pending + counts.active == 0 {
            live.clear();
            return Ok(());
        }
        let rows = rows::rows(&project.blueprint, &survey, &snapshot);
        let eta = format_duration(rows::eta(&project.blueprint, &rows, &snapshot) as u64);
        live.set_lines(&rows::live_lines(&rows, &counts, &eta));
        if interrupts.wait(project.refresh_every()) {
            live.clear();
            return Err(Failure::said(code::INTERRUPTED));
        }
    }
}

fn print(project: &Project, snapshot: &Snapshot, args: &StatusArgs) -> Outcome {
    let blueprint = &project.blueprint;
    let survey = survey(blueprint, &snapshot.observations);
    let counts = Counts::of(&survey);
    let mut rows = rows::rows(blueprint, &survey, snapshot);
    let eta = rows::eta(blueprint, &rows, snapshot);
    if args.failed {
        rows.retain(|row| row.state == "failed");
    }
    if args.json {
        return Ok(screen::json(&Report {
            study: &blueprint.study,
            target: blueprint.target.name(),
            total: counts.total(),
            succeeded: counts.succeeded,
            failed: counts.failed,
            active: counts.active,
            pending: counts.pending,
            eta_seconds: eta as u64,
            experiments: rows,
        })?);
    }
    screen::data(&if args.failed { rows::failure_report(&rows) } else { rows::table(&rows) })?;
    let mut totals = rows::totals(&counts);
    if counts.pending + counts.active > 0 {
        totals.push_str(&format!(", about {} left", format_duration(eta as u64)));
    }
    screen::say(totals);
    Ok(())
}
