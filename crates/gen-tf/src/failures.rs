//! Attempts that have failed: what happened, the last words of the log, and what to do. It observes
//! nothing itself but the logs.

use gen_tf_core::{
    id::{AttemptId, ExperimentId, log_prefix},
    outcome::{Cause, Verdict},
    schedule::State,
};
use gen_tf_store::Store;
use serde::Serialize;

use crate::{failure::Failure, kept::KeptVm, project::Project, session::View};

/// How many of the log's last lines are shown.
const LAST_LINES: usize = 6;

/// A failed attempt.
#[derive(Clone, Debug, Serialize)]
pub struct FailedAttempt {
    /// The experiment.
    pub experiment: ExperimentId,
    /// The attempt.
    pub attempt: u32,
    /// Why it failed.
    pub cause: Cause,
    /// The phase in which it ended.
    pub phase: String,
    /// What the outcome says.
    pub message: String,
    /// What has become of the experiment since.
    pub now: String,
    /// What a person can do.
    pub advice: Vec<String>,
    /// Whether its machine stays when it is there.
    #[serde(skip)]
    pub stays: bool,
    /// Its VM, where that stays and is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vm: Option<KeptVm>,
    /// The last lines of its log.
    pub log: Vec<String>,
}

/// Failed attempts that count, in the order of their ids; `all`, or those of experiments that have
/// failed for good.
#[must_use]
pub fn list(project: &Project, view: &View, all: bool) -> Vec<FailedAttempt> {
    let mut failed = Vec::new();
    for (id, outcome) in &view.snapshot.outcomes {
        let state = view.survey.binary_search_by(|(known, _)| known.cmp(&id.experiment));
        let Ok(state) = state.map(|at| &view.survey[at].1) else { continue };
        let last = matches!(state, State::Failed { attempt, .. } if *attempt == id.attempt);
        if outcome.outcome != Verdict::Failed || !(all || last) || view.is_archived(id) {
            continue;
        }
        let cause = outcome.cause.unwrap_or(Cause::Lost);
        failed.push(FailedAttempt {
            experiment: id.experiment.clone(),
            attempt: id.attempt,
            cause,
            phase: outcome.phase.clone(),
            message: outcome.message.clone(),
            now: now(state, last),
            advice: last.then(|| cause.advice().to_owned()).into_iter().collect(),
            stays: last && project.blueprint.target.keeps_machine(cause),
            vm: None,
            log: Vec::new(),
        });
    }
    failed
}

fn now(state: &State, last: bool) -> String {
    match state {
        State::Failed { .. } if last => "no other attempt follows by itself".to_owned(),
        State::Failed { attempt, .. } => format!("attempt {attempt} was the last"),
        State::Pending { next } => format!("attempt {next} follows"),
        State::Active { attempt } | State::Lost { attempt } => format!("attempt {attempt} runs"),
        State::Succeeded { attempt } => format!("attempt {attempt} has succeeded"),
    }
}

/// Adds the last lines of each attempt's log.
///
/// # Errors
///
/// When the store can't be read.
pub fn read_logs(store: &Store, failed: &mut [FailedAttempt]) -> Result<(), Failure> {
    for attempt in failed {
        let id = AttemptId { experiment: attempt.experiment.clone(), attempt: attempt.attempt };
        let Some(last) = store.list(&log_prefix(&id))?.pop() else { continue };
        let bytes = store.get(&last.key)?.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let first = lines.len().saturating_sub(LAST_LINES);
        attempt.log = lines[first..].iter().map(|line| (*line).to_owned()).collect();
    }
    Ok(())
}

/// For people.
#[must_use]
pub fn report(failed: &[FailedAttempt]) -> String {
    failed.iter().map(paragraph).collect()
}

fn paragraph(failed: &FailedAttempt) -> String {
    let FailedAttempt { experiment, attempt, cause, phase, message, now, advice, vm, log, .. } =
        failed;
    let message = if message.is_empty() { "no message" } else { message };
    let mut text = format!(
        "{experiment} (attempt {attempt}): {} in phase {phase}; {now}\n  {message}\n",
        cause.name()
    );
    for line in log {
        text.push_str(&format!("  | {line}\n"));
    }
    for line in advice {
        text.push_str(&format!("  what to do: {line}\n"));
    }
    if let Some(vm) = vm {
        text.push_str(&format!("  {}; to get in (everything is in /gen-tf):\n", vm.describe()));
        for command in &vm.get_in {
            text.push_str(&format!("    {command}\n"));
        }
    }
    text.push_str(&format!("  log: gen-tf logs {experiment} --attempt {attempt}\n"));
    text
}
