//! `gen-tf cancel`: an end now. The outcome is put first, so that a guest that ends later finds its
//! place taken; then the machines are removed.

use gen_tf_core::{
    id::AttemptId,
    outcome::Cause,
    schedule::{Limits, State},
};
use gen_tf_store::PutOnce;

use crate::{
    cli::CancelArgs,
    failure::{Failure, Outcome, code},
    project::Project,
    screen,
    session::{Moves, Session, Stepped},
};

/// Cancels experiments that wait or run.
///
/// # Errors
///
/// When nothing that matches waits or runs.
pub fn run(args: CancelArgs) -> Outcome {
    let mut session = Session::open(Project::open(&args.study.into())?, &args.terraform)?;
    session.refuse_locked()?;
    let view = session.observe_and_close()?;
    let matches = |id: &_| args.experiments.iter().any(|pattern| pattern.matches(id));
    let wanted: Vec<AttemptId> = view
        .survey
        .iter()
        .filter(|(id, _)| matches(id))
        .filter_map(|(id, state)| match state {
            State::Active { attempt } | State::Pending { next: attempt } => {
                Some(AttemptId { experiment: id.clone(), attempt: *attempt })
            }
            _ => None,
        })
        .collect();
    if wanted.is_empty() {
        return Err(Failure::message("nothing that matches waits or runs")
            .hint("`gen-tf status` shows where each experiment stands"));
    }
    for attempt in &wanted {
        screen::say(format_args!("cancels {attempt}"));
    }
    if !args.yes && !screen::confirm("Cancel these?")? {
        screen::say("nothing was changed");
        return Err(Failure::said(code::ERROR));
    }
    for attempt in &wanted {
        if session.close(attempt, Cause::Cancelled, "cancelled by a person")? == PutOnce::Taken {
            screen::say(format_args!("{attempt} had just ended by itself"));
        }
    }
    let view = session.observe_and_close()?;
    let limits = Limits { start_nothing: true, ..Limits::default() };
    let (next, moves) = session.next(&view, &limits)?;
    if session.vms().is_some() && moves == Moves::default() {
        // None of them had a VM, and a cancel makes nothing.
        return Ok(());
    }
    match session.step(&next, |_| Ok(true))? {
        Stepped::Done => Ok(()),
        Stepped::Declined | Stepped::Postponed { .. } => Err(Failure::said(code::TERRAFORM)),
    }
}
