//! `gen-tf status`: where each experiment stands. It needs no Terraform and changes nothing.

use std::io::IsTerminal as _;

use gen_tf_core::{
    schedule::{Counts, survey},
    shortage::Shortage,
    units::format_duration,
};
use gen_tf_store::Store;
use serde::Serialize;

use crate::{
    cli::StatusArgs,
    failure::{Failure, Outcome, code},
    failures::{self, FailedAttempt},
    interrupt::Interrupts,
    kept,
    observe::Observer,
    progress::LiveView,
    project::Project,
    rows::{self, Row},
    screen,
    session::{View, read_shortage},
    spending,
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
    /// VM-hours and money so far, on Google Cloud.
    #[serde(skip_serializing_if = "Option::is_none")]
    spend: Option<Spending>,
    /// Why pending ones have no machine yet, where machines could not be had.
    #[serde(skip_serializing_if = "Option::is_none")]
    shortage: Option<Shortage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    experiments: Option<Vec<Row>>,
    /// With `--failed`, in the place of the experiments.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_attempts: Option<Vec<FailedAttempt>>,
    /// Why it is not known which VMs are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_unknown: Option<String>,
}

#[derive(Serialize)]
struct Spending {
    vm_hours: f64,
    vm_hours_left: f64,
    usd: Option<f64>,
    usd_left: Option<f64>,
    price_basis: Option<String>,
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
    let survey = survey(&project.blueprint, &snapshot.observations);
    print(&project, observer.store(), &View { snapshot, survey }, args)
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
        let at_once = project.blueprint.target.max_parallel();
        let eta = rows::eta(&project.blueprint, &rows, &snapshot, at_once);
        let eta = format_duration(eta as u64);
        live.set_lines(&rows::live_lines(&rows, &counts, &eta));
        if interrupts.wait(project.refresh_every()) {
            live.clear();
            return Err(Failure::said(code::INTERRUPTED));
        }
    }
}

fn print(project: &Project, store: &Store, view: &View, args: &StatusArgs) -> Outcome {
    let blueprint = &project.blueprint;
    let counts = Counts::of(&view.survey);
    let mut rows = rows::rows(blueprint, &view.survey, &view.snapshot);
    let eta = rows::eta(blueprint, &rows, &view.snapshot, blueprint.target.max_parallel());
    let waits = project.gcp().is_some() && counts.pending > 0;
    let shortage = if waits { read_shortage(store)? } else { None };
    if let Some(shortage) = &shortage {
        rows::mark_waiting(&mut rows, shortage);
    }
    let mut failed = args.failed.then(|| failures::list(project, view, true));
    if let Some(failed) = &mut failed {
        failures::read_logs(store, failed)?;
    }
    let look = |failed: &mut Vec<_>| kept::look(project, store.google(), failed);
    let unknown = failed.as_mut().and_then(look);
    let spend = spending(project, view);
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
            spend,
            shortage,
            experiments: failed.is_none().then_some(rows),
            failed_attempts: failed,
            kept_unknown: unknown,
        })?);
    }
    screen::data(&failed.map_or_else(|| rows::table(&rows), |failed| failures::report(&failed)))?;
    if let Some(unknown) = unknown {
        screen::say(unknown);
    }
    let mut totals = rows::totals(&counts);
    if counts.pending + counts.active > 0 {
        totals.push_str(&format!(", about {} left", format_duration(eta as u64)));
    }
    screen::say(totals);
    if let Some(shortage) = &shortage {
        screen::say(say_shortage(shortage));
    }
    if let Some(spend) = spend {
        screen::say(say_spending(&spend));
    }
    Ok(())
}

/// Nobody asks for machines but an apply.
fn say_shortage(shortage: &Shortage) -> String {
    let Shortage { reason, next, since, .. } = shortage;
    format!(
        "{reason} (since {since}): pending ones stay pending, and the first apply after {next} asks for \
         more machines, or one by hand at once"
    )
}

fn spending(project: &Project, view: &View) -> Option<Spending> {
    let spend = spending::spend(project, view)?;
    let price = spending::price(project);
    let usd = |hours: f64| price.map(|price| price.usd_per_hour * hours);
    Some(Spending {
        vm_hours: spend.spent,
        vm_hours_left: spend.left,
        usd: usd(spend.spent),
        usd_left: usd(spend.left),
        price_basis: price.map(|price| price.basis()),
    })
}

fn say_spending(spend: &Spending) -> String {
    let hours =
        format!("{:.1} VM-hours so far, about {:.1} left", spend.vm_hours, spend.vm_hours_left);
    match (spend.usd, spend.usd_left, &spend.price_basis) {
        (Some(usd), Some(left), Some(basis)) => {
            format!("{hours}; about {usd:.2} USD so far, {left:.2} left ({basis})")
        }
        _ => hours,
    }
}
