//! `gen-tf apply`: one step towards "every experiment has an outcome", or with `--wait` all of them.

use std::time::Duration;

use gen_tf_core::{
    pattern::Pattern,
    schedule::{Counts, Limits, State},
    units::format_duration,
};

use crate::{
    cli::ApplyArgs,
    failure::{Failure, Outcome, code},
    project::Project,
    rows, screen,
    session::{Moves, Session, View},
};

/// How often the store is looked at while waiting.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Applies.
///
/// # Errors
///
/// Exit code 4 when Terraform fails, 5 when an experiment has failed for good, 130 when interrupted.
pub fn run(args: &ApplyArgs) -> Outcome {
    let project = Project::open(&args.study)?;
    project.check_target(&args.only.only)?;
    let mut session = Session::open(project, &args.terraform)?;
    let limits = Limits { only: args.only.only.clone(), ..Limits::default() };
    let mut may_ask = !args.yes;
    let mut first = true;
    loop {
        let view = session.observe_and_close()?;
        let (next, moves) = session.next(&view, &limits)?;
        if first || moves != Moves::default() {
            session.live.clear();
            say_moves(&moves);
            let ask = |plan: &str| if may_ask { ask(plan) } else { Ok(true) };
            if !session.step(&next, ask)? {
                screen::say("nothing was changed");
                return Err(Failure::said(code::ERROR));
            }
            (first, may_ask) = (false, false);
            if args.wait && session.interrupts.level() == 0 {
                // What is shown and decided next follows from what the step has changed.
                continue;
            }
        }
        let done = next.is_empty() && is_complete(&view, &limits.only);
        if done || !args.wait {
            session.live.clear();
            return conclude(&mut session, args.wait);
        }
        show(&mut session, &view);
        if session.interrupts.level() > 0 || session.interrupts.wait(LOOK_EVERY) {
            session.live.clear();
            screen::say(
                "stopped waiting; running experiments go on, and `gen-tf apply --wait` takes up again",
            );
            return Err(Failure::said(code::INTERRUPTED));
        }
    }
}

fn ask(plan: &str) -> Result<bool, Failure> {
    screen::say(plan.trim_end());
    screen::confirm("\nApply this, and what follows from it?")
}

fn say_moves(moves: &Moves) {
    for attempt in &moves.start {
        screen::say(format_args!("starts  {attempt}"));
    }
    for attempt in &moves.remove {
        screen::say(format_args!("removes {attempt}"));
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
        screen::say(rows::failure_report(&rows).trim_end());
        return Err(Failure::said(code::INCOMPLETE));
    }
    Ok(())
}
