//! `gen-tf apply`: one step towards "every experiment has an outcome", or with `--wait` all of them.

mod outage;

use std::time::{Duration, Instant};

use gen_tf_core::{
    pattern::Pattern,
    schedule::{ActiveSet, Counts, Limits, State},
    units::format_duration,
};

use outage::Outage;

use crate::{
    cli::ApplyArgs,
    failure::{Failure, Outcome, code},
    failures,
    project::Project,
    rows, screen,
    session::{Moves, Session, Stepped, View},
    spending,
};

/// How often a folder is looked at while waiting.
const LOOK_AT_FOLDER: Duration = Duration::from_millis(500);

/// How often a bucket is looked at: a VM beats every 30 s, and each look costs requests.
const LOOK_AT_BUCKET: Duration = Duration::from_secs(10);

/// Most VMs that one step starts: Terraform makes them a few at a time, and while it does nothing
/// else goes on. The next step follows at once.
const WAVE: usize = 100;

/// How many looks it takes until machines that could not be had are asked for again: one minute on
/// Google Cloud at first, twice as long each time, a quarter of an hour at most.
const FIRST_REST: u32 = 6;
const LONGEST_REST: u32 = 90;

/// Machines that could not be had: how many there were, and when more are asked for again.
struct Shortage {
    places: usize,
    until: Instant,
    rest: Duration,
}

impl Shortage {
    fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }
}

/// Applies.
///
/// # Errors
///
/// Exit code 4 when Terraform fails, 5 when an experiment has failed for good, 130 when interrupted.
pub fn run(args: &ApplyArgs) -> Outcome {
    let mut session = begin(args)?;
    let look_every = look_every(args, &session);
    let mut may_ask = !args.yes;
    let mut first = true;
    let mut shortage: Option<Shortage> = None;
    let mut had_vms = false;
    let mut outage = Outage::default();
    loop {
        let Some(view) = outage.look(&mut session, args.wait && !first)? else {
            if session.interrupts.wait(look_every) {
                return stopped_waiting();
            }
            continue;
        };
        had_vms |= Counts::of(&view.survey).active > 0;
        let limits = limits(args, &session, &view, shortage.as_ref())?;
        let (next, moves) = session.next(&view, &limits)?;
        if first || moves != Moves::default() {
            if !first && session.vms().is_some() && session.has_changed()? {
                continue;
            }
            session.live.clear();
            say_moves(&session, &view, &moves);
            let ask = |plan: &str| if may_ask { ask(plan) } else { Ok(true) };
            let more = shortage.as_ref().is_none_or(Shortage::is_over);
            match session.step(&next, ask)? {
                // All that were asked for were to be had again.
                Stepped::Done if more && !moves.start.is_empty() => shortage = None,
                Stepped::Done => {}
                Stepped::Declined => return declined(),
                Stepped::Postponed { reason, at_once } => {
                    let places = session.applied()?.len();
                    let goes_on = args.wait && (had_vms || at_once || places > 0);
                    if !goes_on {
                        return give_up(&reason);
                    }
                    shortage = postpone(&reason, at_once, places, look_every, shortage);
                }
            }
            (first, may_ask) = (false, false);
            if args.wait {
                if session.interrupts.level() > 0 {
                    return stopped(&mut session);
                }
                // What is shown and decided next follows from what the step has changed.
                continue;
            }
        }
        let done = only_kept(&next, &view) && is_complete(&view, &limits.only);
        if done || !args.wait {
            session.live.clear();
            return conclude(&mut session, args.wait);
        }
        show(&mut session, &view);
        if session.interrupts.wait(look_every) {
            return stopped(&mut session);
        }
    }
}

/// What comes before the first step; it fails where the answer to a question was no.
fn begin(args: &ApplyArgs) -> Result<Session, Failure> {
    let project = Project::open_to_start(&args.study, &args.only.only)?;
    let mut session = Session::open(project, &args.terraform)?;
    session.refuse_locked()?;
    if !session.reconcile(args.yes)? {
        declined()?;
    }
    let ask = |list: &str| ask_archive(list, !args.yes);
    if args.changed.rerun_changed && !session.archive_outdated(ask)? {
        declined()?;
    }
    Ok(session)
}

/// A signal has ended the waiting: says where the study stands now, also after a step that was let end.
fn stopped(session: &mut Session) -> Outcome {
    session.live.clear();
    match session.observe() {
        Ok(view) => screen::say(rows::totals(&Counts::of(&view.survey))),
        Err(failure) => failure.report(),
    }
    stopped_waiting()
}

fn stopped_waiting() -> Outcome {
    screen::say(
        "stopped waiting; running experiments go on, and `gen-tf apply --wait` takes up again",
    );
    Err(Failure::said(code::INTERRUPTED))
}

fn look_every(args: &ApplyArgs, session: &Session) -> Duration {
    let usual = if session.vms().is_some() { LOOK_AT_BUCKET } else { LOOK_AT_FOLDER };
    args.look_every.map_or(usual, Duration::from_secs)
}

/// What this step may start; a study over its budget only ends what runs.
fn limits(
    args: &ApplyArgs,
    session: &Session,
    view: &View,
    shortage: Option<&Shortage>,
) -> Result<Limits, Failure> {
    let mut limits = Limits {
        only: args.only.only.clone(),
        at_most: session.vms().map(|_| WAVE),
        start_nothing: false,
        places: shortage.filter(|shortage| !shortage.is_over()).map(|shortage| shortage.places),
    };
    let Some(excess) = spending::excess(&session.project, view) else { return Ok(limits) };
    let counts = Counts::of(&view.survey);
    if counts.active == 0 && !is_complete(view, &limits.only) {
        return Err(Failure::message(excess)
            .hint("raise `budget` in the study, or take less; nothing new was started"));
    }
    limits.start_nothing = true;
    Ok(limits)
}

/// Where there was never a machine, whoever waits is told at once, and not in the morning.
fn give_up(reason: &str) -> Outcome {
    screen::say(format_args!("{reason}: what could not start stays pending"));
    Err(Failure::said(code::TERRAFORM))
}

/// Machines that could not be had: says so, and when they are asked for again. Until then places that
/// become free are taken again, and no more.
fn postpone(
    reason: &str,
    at_once: bool,
    places: usize,
    look_every: Duration,
    before: Option<Shortage>,
) -> Option<Shortage> {
    if at_once {
        screen::say(format_args!("{reason}: tries the next zone"));
        return None;
    }
    let twice = before.map(|shortage| shortage.rest * 2);
    let rest = twice.unwrap_or(look_every * FIRST_REST).min(look_every * LONGEST_REST);
    screen::say(format_args!(
        "{reason}: what could not start stays pending; {places} machine{} for now, asks for more in {}",
        if places == 1 { "" } else { "s" },
        format_duration(rest.as_secs())
    ));
    Some(Shortage { places, until: Instant::now() + rest, rest })
}

fn declined() -> Outcome {
    screen::say("nothing was changed");
    Err(Failure::said(code::ERROR))
}

fn ask_archive(list: &str, may_ask: bool) -> Result<bool, Failure> {
    screen::say(list.trim_end());
    Ok(!may_ask || screen::confirm("Archive these results, and run their experiments again?")?)
}

fn ask(plan: &str) -> Result<bool, Failure> {
    screen::say(plan.trim_end());
    screen::confirm("\nApply this, and what follows from it?")
}

fn say_moves(session: &Session, view: &View, moves: &Moves) {
    for attempt in &moves.start {
        screen::say(format_args!("starts  {attempt}"));
    }
    for attempt in &moves.remove {
        let unknown = session.project.blueprint.cell_of(&attempt.experiment).is_none();
        if unknown && !view.snapshot.outcomes.contains_key(attempt) {
            screen::say(format_args!(
                "ends    {attempt}, which still runs: the study does not have it any more"
            ));
        } else {
            screen::say(format_args!("removes {attempt}"));
        }
    }
}

/// Whether nothing that is wanted waits or runs.
fn is_complete(view: &View, only: &[Pattern]) -> bool {
    let wanted = |id: &_| only.is_empty() || only.iter().any(|pattern| pattern.matches(id));
    view.survey.iter().all(|(id, state)| match state {
        State::Pending { .. } => !wanted(id),
        State::Active { .. } | State::Lost { .. } => false,
        State::Succeeded { .. } | State::Failed { .. } => true,
    })
}

/// Whether the active set holds nothing but the VMs of failed attempts that the study keeps.
fn only_kept(next: &ActiveSet, view: &View) -> bool {
    let mut failed = view.survey.iter().filter_map(|(id, state)| match state {
        State::Failed { .. } if next.contains_key(id) => Some(id),
        _ => None,
    });
    failed.by_ref().count() == next.len()
}

fn show(session: &mut Session, view: &View) {
    let blueprint = &session.project.blueprint;
    let rows = rows::rows(blueprint, &view.survey, &view.snapshot);
    let eta = format_duration(rows::eta(blueprint, &rows, &view.snapshot) as u64);
    let lines = rows::live_lines(&rows, &Counts::of(&view.survey), &eta);
    session.live.set_lines(&lines);
}

fn conclude(session: &mut Session, waited: bool) -> Outcome {
    let view = session.observe()?;
    let counts = Counts::of(&view.survey);
    let rows = rows::rows(&session.project.blueprint, &view.survey, &view.snapshot);
    if waited {
        screen::data(&rows::table(&rows))?;
    }
    screen::say(rows::totals(&counts));
    if counts.failed > 0 {
        let mut failed = failures::list(&session.project, &view, false);
        failures::read_logs(session.store(), &mut failed)?;
        screen::say(failures::report(&failed).trim_end());
        return Err(Failure::said(code::INCOMPLETE));
    }
    Ok(())
}
