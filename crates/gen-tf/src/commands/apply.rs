//! `gen-tf apply`: one step towards "every experiment has an outcome", or with `--wait` all of them.

mod outage;
mod shortages;

use std::time::Duration;

use gen_tf_core::{
    id::ExperimentId,
    pattern::Pattern,
    quota::ASK_FOR_MORE,
    schedule::{ActiveSet, Counts, Limits, State},
    shortage::Kind,
    units::format_duration,
};

use outage::Outage;

use crate::{
    cli::ApplyArgs,
    failure::{Failure, Outcome, code},
    failures, kept,
    project::Project,
    rows, screen,
    session::{Moves, Narrowed, Session, Step, Stepped, View},
    spending,
};
use shortages::Shortages;

/// How often a folder is looked at while waiting.
const LOOK_AT_FOLDER: Duration = Duration::from_millis(500);

/// How often a bucket is looked at: a VM beats every 30 s, and each look costs requests.
const LOOK_AT_BUCKET: Duration = Duration::from_secs(10);

/// Most VMs that one step starts: Terraform makes them a few at a time, and while it does nothing
/// else goes on. The next step follows at once.
const WAVE: usize = 100;

/// Applies.
///
/// # Errors
///
/// Exit code 4 when Terraform fails, 5 when an experiment has failed for good, 130 when interrupted.
pub fn run(args: &ApplyArgs) -> Outcome {
    let mut session = begin(args)?;
    let look_every = look_every(args, &session);
    let may_ask = !args.yes;
    let shortages = Shortages::recall(&mut session, may_ask, look_every)?;
    let begun = Progress { first: true, may_ask, had_vms: false, told: false };
    let mut apply = Apply { args, session, shortages, begun };
    let mut outage = Outage::default();
    loop {
        let waits = args.wait && !apply.begun.first;
        let Some(view) = outage.look(&mut apply.session, waits)? else {
            if apply.session.interrupts.wait(look_every) {
                return stopped_waiting();
            }
            continue;
        };
        apply.begun.had_vms |= Counts::of(&view.survey).active > 0;
        let limits = apply.limits(&view)?;
        let step = apply.session.next_within_quotas(&view, limits)?;
        if apply.take(&view, &step)? {
            // What is shown and decided next follows from what the step has changed.
            continue;
        }
        let done = only_kept(&step.next, &view) && is_complete(&view, &args.only.only);
        let session = &mut apply.session;
        if done || !args.wait {
            session.live.clear();
            return apply.conclude();
        }
        if session.interrupts.level() == 0 {
            show(session, &view);
        }
        if session.interrupts.wait(look_every) {
            return stopped(session);
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

/// One call of apply.
struct Apply<'a> {
    args: &'a ApplyArgs,
    session: Session,
    shortages: Shortages,
    begun: Progress,
}

/// How far it has come.
struct Progress {
    /// Whether no step has been taken yet.
    first: bool,
    /// Whether somebody is asked before the next step.
    may_ask: bool,
    /// Whether any machine was there.
    had_vms: bool,
    /// Whether it was said which quota limits the study.
    told: bool,
}

impl Apply<'_> {
    /// Takes a step where there is one to take; says whether to decide anew at once.
    fn take(&mut self, view: &View, step: &Step) -> Result<bool, Failure> {
        let Step { next, moves, .. } = step;
        let is_nothing = *moves == Moves::default();
        let active = Counts::of(&view.survey).active;
        match &step.narrowed {
            Some(narrowed) if is_nothing && active == 0 => {
                return self.refuse(narrowed).map(|()| false);
            }
            Some(narrowed) if moves.remove.is_empty() => self.tell(narrowed),
            _ => {}
        }
        let Progress { first, may_ask, .. } = self.begun;
        if !first && is_nothing {
            return Ok(false);
        }
        if !first && self.session.vms().is_some() && self.session.has_changed()? {
            return Ok(true);
        }
        self.session.live.clear();
        say_moves(&self.session, view, moves);
        let ask = |plan: &str| if may_ask { ask(plan) } else { Ok(true) };
        let may_end = self.shortages.may_ask() && !moves.start.is_empty();
        // Only what is removed by this step makes room for what the quota had none for.
        let mut at_once = step.narrowed.is_some() && !moves.remove.is_empty();
        match self.session.step(next, ask)? {
            Stepped::Done if may_end => self.shortages.end(&self.session)?,
            Stepped::Done => {}
            Stepped::Declined => return declined().map(|()| false),
            Stepped::Postponed { reason, at_once: true, .. } => {
                screen::say(format_args!("{reason}: tries the next zone"));
                at_once = true;
            }
            Stepped::Postponed { kind, reason, .. } => self.postpone(view, kind, &reason)?,
        }
        (self.begun.first, self.begun.may_ask) = (false, false);
        Ok((self.args.wait || at_once) && self.session.interrupts.level() == 0)
    }

    /// What this step may start; a study over its budget only ends what runs.
    fn limits(&self, view: &View) -> Result<Limits, Failure> {
        let mut limits = Limits {
            only: self.args.only.only.clone(),
            at_most: self.session.vms().map(|_| WAVE),
            start_nothing: false,
            places: self.shortages.places(),
        };
        let Some(excess) = spending::excess(&self.session.project, view) else {
            return Ok(limits);
        };
        let counts = Counts::of(&view.survey);
        if counts.active == 0 && !is_complete(view, &limits.only) {
            return Err(Failure::message(excess)
                .hint("raise `budget` in the study, or take less; nothing new was started"));
        }
        limits.start_nothing = true;
        Ok(limits)
    }

    /// Says once which quota limits the study.
    fn tell(&mut self, narrowed: &Narrowed) {
        if !self.begun.told {
            self.begun.told = true;
            self.session.live.clear();
            let most = self.session.project.blueprint.target.max_parallel();
            screen::say(narrowed.describe(most));
        }
    }

    /// No VM fits, and none is there that could end: a shortage that needs no Terraform to be met.
    fn refuse(&mut self, narrowed: &Narrowed) -> Outcome {
        let reason = format!("no VM fits into {}", narrowed.room.describe());
        self.session.live.clear();
        self.begun.first = false;
        self.shortages.postpone(&self.session, (Kind::Quota, &reason), 0)?;
        if self.args.wait {
            return Ok(());
        }
        let failure = Failure { code: code::TERRAFORM, ..Failure::message(reason) };
        Err(failure.hint(format!("{ASK_FOR_MORE}, or free some; nothing was started")))
    }

    /// Machines could not be had. Where there was never one, whoever waits is told at once, and not in
    /// the morning.
    fn postpone(&mut self, view: &View, kind: Kind, reason: &str) -> Outcome {
        let places = self.places_taken(view)?;
        self.shortages.postpone(&self.session, (kind, reason), places)?;
        if self.args.wait && (self.begun.had_vms || places > 0) {
            return Ok(());
        }
        Err(Failure::said(code::TERRAFORM))
    }

    /// How many machines there are, without those that are kept.
    fn places_taken(&self, view: &View) -> Result<usize, Failure> {
        let applied = self.session.applied()?;
        let failed = |(id, state): &&(ExperimentId, State)| {
            matches!(state, State::Failed { .. }) && applied.contains_key(id)
        };
        Ok(applied.len() - view.survey.iter().filter(failed).count())
    }

    fn conclude(&mut self) -> Outcome {
        let view = self.session.observe()?;
        let counts = Counts::of(&view.survey);
        if counts.pending == 0 {
            self.shortages.end(&self.session)?;
        }
        let rows = rows::rows(&self.session.project.blueprint, &view.survey, &view.snapshot);
        if self.args.wait {
            screen::data(&rows::table(&rows))?;
        }
        screen::say(rows::totals(&counts));
        if counts.failed > 0 {
            let mut failed = failures::list(&self.session.project, &view, false);
            failures::read_logs(self.session.store(), &mut failed)?;
            let google = self.session.store().google();
            let unknown = kept::look(&self.session.project, google, &mut failed);
            screen::say(failures::report(&failed).trim_end());
            if let Some(unknown) = unknown {
                screen::say(unknown);
            }
            return Err(Failure::said(code::INCOMPLETE));
        }
        Ok(())
    }
}

fn look_every(args: &ApplyArgs, session: &Session) -> Duration {
    let usual = if session.vms().is_some() { LOOK_AT_BUCKET } else { LOOK_AT_FOLDER };
    args.look_every.map_or(usual, Duration::from_secs)
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
    let at_once = blueprint.target.max_parallel();
    let eta = format_duration(rows::eta(blueprint, &rows, &view.snapshot, at_once) as u64);
    let lines = rows::live_lines(&rows, &Counts::of(&view.survey), &eta);
    session.live.set_lines(&lines);
}
