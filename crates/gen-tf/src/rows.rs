//! One row an experiment: where it stands, in words and as JSON. It observes nothing itself.

use gen_tf_core::{
    blueprint::Blueprint,
    id::{AttemptId, ExperimentId},
    outcome::Cause,
    schedule::{Counts, State, Survey},
    shortage::{Kind, Shortage},
    study::SETUP_ALLOWANCE,
    units::format_duration,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::{observe::Snapshot, progress::Line, screen};

/// Where an experiment stands.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The experiment.
    pub experiment: ExperimentId,
    /// `pending`, `active`, `succeeded` or `failed`.
    pub state: &'static str,
    /// The attempt that runs, or ended, or comes next.
    pub attempt: u32,
    /// The guest's phase, or the one in which it ended.
    pub phase: Option<String>,
    /// Seconds that the tool has worked.
    pub tool_seconds: Option<f64>,
    /// Its budget in seconds.
    pub duration: u64,
    /// Requests, where they are known.
    pub requests: Option<u64>,
    /// Why it failed.
    pub cause: Option<Cause>,
    /// What the outcome says.
    pub message: Option<String>,
    /// Why it has no machine yet, where machines could not be had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits: Option<Waits>,
}

/// Why a pending experiment has no machine yet.
#[derive(Clone, Debug, Serialize)]
pub struct Waits {
    /// What there was too little of.
    pub kind: Kind,
    /// In words.
    pub reason: String,
    /// When machines are asked for again.
    pub next: Timestamp,
}

/// Marks what is pending because machines could not be had.
pub fn mark_waiting(rows: &mut [Row], shortage: &Shortage) {
    for row in rows.iter_mut().filter(|row| row.state == "pending") {
        let Shortage { kind, reason, next, .. } = shortage.clone();
        row.waits = Some(Waits { kind, reason, next });
    }
}

/// The rows of a survey.
#[must_use]
pub fn rows(blueprint: &Blueprint, survey: &Survey, snapshot: &Snapshot) -> Vec<Row> {
    survey.iter().map(|(id, state)| row(blueprint, id, state, snapshot)).collect()
}

fn row(blueprint: &Blueprint, id: &ExperimentId, state: &State, snapshot: &Snapshot) -> Row {
    let (name, attempt, cause) = match state {
        State::Pending { next } => ("pending", *next, None),
        State::Active { attempt } => ("active", *attempt, None),
        State::Lost { attempt } => ("active", *attempt, Some(Cause::Lost)),
        State::Succeeded { attempt } => ("succeeded", *attempt, None),
        State::Failed { attempt, cause } => ("failed", *attempt, Some(*cause)),
    };
    let mut row = Row {
        experiment: id.clone(),
        state: name,
        attempt,
        phase: None,
        tool_seconds: None,
        duration: blueprint.duration,
        requests: None,
        cause,
        message: None,
        waits: None,
    };
    let ended = AttemptId { experiment: id.clone(), attempt };
    if let Some(outcome) = snapshot.outcomes.get(&ended) {
        row.phase = Some(outcome.phase.clone());
        row.tool_seconds = Some(outcome.tool_seconds);
        row.message = Some(outcome.message.clone()).filter(|message| !message.is_empty());
    } else if let Some(status) = snapshot.statuses.get(id).filter(|s| s.attempt == attempt) {
        row.phase = Some(status.phase.clone());
        row.tool_seconds = Some(status.tool_seconds);
        row.requests = status.requests;
    } else if name == "active" {
        row.phase = Some("start".to_owned());
    }
    row
}

impl Row {
    /// Elapsed over budget, such as `12s/20s`; empty before the tool starts.
    #[must_use]
    pub fn progress(&self) -> String {
        match self.tool_seconds {
            Some(seconds) if seconds > 0.0 => {
                format!("{seconds:.0}s/{}", format_duration(self.duration))
            }
            _ => String::new(),
        }
    }

    /// One line for a live view.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = format!("  {:<40} ", self.experiment.to_string());
        line.push_str(self.phase.as_deref().unwrap_or_default());
        if let Some(progress) = Some(self.progress()).filter(|text| !text.is_empty()) {
            line.push_str(&format!("  {progress}"));
        }
        if let Some(requests) = self.requests {
            line.push_str(&format!("  {requests} requests"));
        }
        if self.attempt > 1 {
            line.push_str(&format!("  attempt {}", self.attempt));
        }
        line
    }
}

/// One line an active experiment, and the totals. A line's key changes when it says something new
/// that is worth a line where lines can't be overwritten.
#[must_use]
pub fn live_lines(rows: &[Row], counts: &Counts, eta: &str) -> Vec<Line> {
    let active = rows.iter().filter(|row| row.state == "active");
    let mut lines: Vec<Line> = active
        .map(|row| Line {
            key: format!("{} {} {:?}", row.experiment, row.attempt, row.phase),
            text: row.line(),
        })
        .collect();
    let totals = totals(counts);
    lines.push(Line { text: format!("  {totals}, about {eta} left"), key: totals });
    lines
}

/// A table of rows.
#[must_use]
pub fn table(rows: &[Row]) -> String {
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let waits = row.waits.as_ref();
            let cause = row.cause.map(Cause::name).or(waits.map(|waits| waits.kind.name()));
            let until = waits.map(|waits| format!("until {}", waits.next.strftime("%H:%MZ")));
            vec![
                row.experiment.to_string(),
                row.state.to_owned(),
                row.phase.clone().or(until).unwrap_or_default(),
                row.progress(),
                row.attempt.to_string(),
                cause.unwrap_or_default().to_owned(),
            ]
        })
        .collect();
    screen::table(&["EXPERIMENT", "STATE", "PHASE", "TOOL TIME", "ATTEMPT", "CAUSE"], &cells)
}

/// Totals in one line.
#[must_use]
pub fn totals(counts: &Counts) -> String {
    format!(
        "{} of {} succeeded, {} active, {} pending, {} failed",
        counts.succeeded,
        counts.total(),
        counts.active,
        counts.pending,
        counts.failed
    )
}

/// Seconds until the study is complete, at the pace of what has ended so far, with so many experiments
/// at one time.
///
/// Before anything has ended, an experiment is taken to last its budget and 30 seconds in a sandbox,
/// and on a VM what is allowed for boot, setup and upload.
#[must_use]
pub fn eta(blueprint: &Blueprint, rows: &[Row], snapshot: &Snapshot, at_once: u32) -> f64 {
    // A setup is built once, so that what is left hardly ever waits for one.
    let walls: Vec<f64> = snapshot
        .outcomes
        .values()
        .map(|o| o.timings.wall_seconds - o.timings.phases.get("setup").copied().unwrap_or(0.0))
        .collect();
    let budget = blueprint.duration as f64;
    let around = if blueprint.target.gcp().is_some() { SETUP_ALLOWANCE as f64 } else { 30.0 };
    let each = if walls.is_empty() {
        budget + around
    } else {
        (walls.iter().sum::<f64>() / walls.len() as f64).max(budget)
    };
    let left: f64 = rows
        .iter()
        .map(|row| match row.state {
            "pending" => each,
            "active" => each - row.tool_seconds.unwrap_or(0.0).min(each),
            _ => 0.0,
        })
        .sum();
    left / f64::from(at_once.max(1))
}
