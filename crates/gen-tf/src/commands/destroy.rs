//! `gen-tf destroy`: `terraform destroy`, after saying what still runs. Results stay in the store
//! unless the user wants them gone and has them at home.

use gen_tf_core::{
    id::AttemptId,
    outcome::{Cause, Outcome as Ended, Verdict},
    schedule::{ActiveSet, Placed, State},
};

use gen_tf_store::PutOnce;

use crate::{
    cli::DestroyArgs,
    cloud::inventory::{self, Scope},
    failure::{Failure, Outcome, code},
    project::Project,
    screen,
    session::{Session, View},
    terraform::PlanOptions,
};

/// Destroys.
///
/// # Errors
///
/// When Terraform fails, or `--with-results` finds a result that is not synced.
pub fn run(args: &DestroyArgs) -> Outcome {
    let mut session = Session::open(Project::open(&args.study)?, &args.terraform)?;
    session.refuse_locked()?;
    let view = session.observe_what_is_left()?;
    let on_gcp = session.vms().is_some();
    say_running(&view, on_gcp);
    say_only_copies(&view);
    if args.with_results {
        if on_gcp {
            refuse_running(&view)?;
        }
        refuse_unsynced(&session, &view)?;
        let count = view.snapshot.outcomes.len();
        screen::say(format_args!(
            "the store's copy of {count} results goes too: {}",
            session.project.store
        ));
    } else if on_gcp {
        screen::say(format_args!("the results stay, and their bucket: {}", session.project.store));
    }
    let ask = |plan: &str| {
        if args.yes {
            return Ok(true);
        }
        screen::say(plan.trim_end());
        screen::confirm("\nDestroy this?")
    };
    let options = PlanOptions { destroy: true, ..PlanOptions::default() };
    let something = !args.with_results || args.yes || screen::confirm("Remove the results too?")?;
    if something && on_gcp {
        session.workspace.set_adoption(None)?;
    }
    if !something || !session.plan_and_apply(&options, ask)? {
        screen::say("nothing was changed");
        return Err(Failure::said(code::ERROR));
    }
    session.sweep(&ActiveSet::new())?;
    close_destroyed(&session, &view)?;
    session.workspace.write_active_set(&Placed::new(), None)?;
    if args.with_results {
        remove_results(&session)?;
    }
    screen::say(format_args!(
        "destroyed; results: {}",
        if args.with_results { "removed from the store" } else { session.project.store.as_str() }
    ));
    say_what_is_left(&session);
    Ok(())
}

/// What Terraform knew nothing of is still there. The destroy itself is done, so that a question which
/// Google does not answer fails nothing.
fn say_what_is_left(session: &Session) {
    let (Some(gcp), Some(google)) = (session.project.gcp(), session.store().google()) else {
        return;
    };
    let scope = Scope::Study(&session.project.blueprint.study, gcp);
    match inventory::everything(google, scope) {
        Ok(left) if left.items.is_empty() => {}
        Ok(left) => screen::say(format_args!(
            "warning: {} things of the study were in no state and are still there: see `gen-tf gc`",
            left.items.len()
        )),
        Err(error) => {
            screen::say(format_args!("warning: whether anything is left is unknown: {error}"));
        }
    }
}

/// A VM that had no time to say how its attempt ended says nothing any more; nobody waits for it then.
/// An attempt that was never claimed has not begun.
fn close_destroyed(session: &Session, view: &View) -> Outcome {
    if session.vms().is_none() {
        return Ok(());
    }
    for (id, state) in &view.survey {
        let State::Active { attempt } = state else { continue };
        let traces = view.snapshot.observations.experiments.get(id);
        let trace = traces.and_then(|traces| traces.attempts.get(attempt));
        if trace.is_some_and(|trace| trace.claimed) {
            let id = AttemptId { experiment: id.clone(), attempt: *attempt };
            if session.close(&id, Cause::Lost, "its VM was destroyed")? == PutOnce::Written {
                screen::say(format_args!("{id}: its VM was destroyed; closed as lost"));
            }
        }
    }
    Ok(())
}

/// Removes what the study has in its store; a bucket goes with it unless others use it too.
fn remove_results(session: &Session) -> Outcome {
    let store = session.store();
    let Some(bucket) = store.bucket() else {
        for entry in store.list("")? {
            store.delete(&entry.key)?;
        }
        return Ok(());
    };
    if !bucket.exists()? {
        return Ok(());
    }
    let tell = |count: u64| screen::say(format_args!("removed {count} objects"));
    bucket.remove_objects(&session.project.blueprint.study, &tell)?;
    let others = bucket.folders()?;
    if let Some(first) = others.first() {
        screen::say(format_args!(
            "the bucket `{}` stays: it holds more than this study, such as {first}/",
            bucket.name()
        ));
        return Ok(());
    }
    Ok(bucket.remove()?)
}

fn say_running(view: &View, on_gcp: bool) {
    let end = if on_gcp { "its VM goes with it" } else { "ends as `preempted`" };
    for (id, state) in &view.survey {
        if let State::Active { attempt } = state {
            screen::say(format_args!("{id}, attempt {attempt}, still runs and {end}"));
        }
    }
}

/// Results that could not be uploaded go with their machines.
fn say_only_copies(view: &View) {
    for (id, state) in &view.survey {
        let applied = view.snapshot.observations.experiments.get(id).and_then(|it| it.applied);
        if matches!(state, State::Failed { attempt, cause: Cause::Upload } if applied == Some(*attempt))
        {
            screen::say(format_args!(
                "warning: the results of {id} are on its machine alone and go with it: `gen-tf status \
                 --failed` says how to get at them"
            ));
        }
    }
}

/// What a VM writes while it is removed would go unseen.
fn refuse_running(view: &View) -> Outcome {
    let running = view.survey.iter().filter(|(_, state)| matches!(state, State::Active { .. }));
    match running.count() {
        0 => Ok(()),
        count => Err(Failure::message(format!(
            "{count} experiments still run, and their results would go too"
        ))
        .hint("wait for them, or end them with `gen-tf cancel '*'`; then run gen-tf-sync")),
    }
}

/// Every outcome must lie in the results folder, as gen-tf-sync puts it there.
fn refuse_unsynced(session: &Session, view: &View) -> Outcome {
    let results = session.workspace.root().join(&session.project.blueprint.results);
    let missing: Vec<String> = view
        .snapshot
        .outcomes
        .iter()
        .filter(|(id, outcome)| {
            let folder = match outcome.outcome {
                _ if view.is_archived(id) => results.join(".archived").join(id.to_string()),
                Verdict::Succeeded => results.join(id.experiment.to_string()),
                Verdict::Failed => results.join(".attempts").join(id.to_string()),
            };
            !is_synced(&folder.join("outcome.json"), id)
        })
        .map(|(id, _)| id.to_string())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::message(format!(
        "{} results are not synced to {results}, {} the first",
        missing.len(),
        missing[0]
    ))
    .hint(format!("run `gen-tf-sync {}` first", session.workspace.root())))
}

fn is_synced(path: &camino::Utf8Path, id: &AttemptId) -> bool {
    std::fs::read(path)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Ended>(&bytes).ok())
        .is_some_and(|outcome| outcome.experiment == id.experiment && outcome.attempt == id.attempt)
}
