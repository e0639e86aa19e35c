//! `gen-tf logs`: the log of an attempt, from the store.

use gen_tf_core::id::{AttemptId, AttemptObject, ExperimentId, log_prefix};
use gen_tf_store::Store;

use crate::{
    cli::LogsArgs,
    failure::{Failure, Outcome, code},
    interrupt::Interrupts,
    project::Project,
    screen,
};

/// Prints a log.
///
/// # Errors
///
/// When the study has no such experiment, or it was never tried.
pub fn run(args: LogsArgs) -> Outcome {
    let project = Project::open(&args.study.clone().into())?;
    if project.blueprint.cell_of(&args.experiment).is_none() {
        return Err(Failure::message(format!("the study has no experiment {}", args.experiment))
            .hint("`gen-tf status` lists them"));
    }
    let store = project.open_store()?;
    let attempt = match args.attempt {
        Some(attempt) => attempt,
        None => latest_attempt(&store, &args.experiment)?,
    };
    let id = AttemptId { experiment: args.experiment, attempt };
    let mut printed = String::new();
    if !args.follow {
        return print_after(&store, &id, &mut printed);
    }
    let interrupts = Interrupts::install()?;
    loop {
        // The outcome comes after the last segment: looked at first, nothing is missed.
        let ended = store.exists(&AttemptObject::Outcome.key(&id))?;
        print_after(&store, &id, &mut printed)?;
        if ended {
            return Ok(());
        }
        if interrupts.wait(project.refresh_every()) {
            return Err(Failure::said(code::INTERRUPTED));
        }
    }
}

fn latest_attempt(store: &Store, experiment: &ExperimentId) -> Result<u32, Failure> {
    let mut latest = None;
    for kind in [AttemptObject::Claim, AttemptObject::Outcome] {
        let entries = store.list(&format!("{}/{experiment}/", kind.prefix()))?;
        let attempts = entries.iter().filter_map(|entry| kind.attempt_of(&entry.key));
        latest = latest.max(attempts.map(|id| id.attempt).max());
    }
    latest
        .ok_or_else(|| Failure::message(format!("{experiment} was never tried, so it has no log")))
}

/// Prints the segments whose keys come after `printed`.
fn print_after(store: &Store, id: &AttemptId, printed: &mut String) -> Outcome {
    for entry in store.list(&log_prefix(id))? {
        if entry.key > *printed {
            let bytes = store.get(&entry.key)?.unwrap_or_default();
            screen::data(&String::from_utf8_lossy(&bytes))?;
            *printed = entry.key;
        }
    }
    Ok(())
}
