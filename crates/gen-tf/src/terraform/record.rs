//! What a run of Terraform said, gathered from its events.

use std::collections::{BTreeMap, VecDeque};

use super::diagnostic::Diagnostic;
use super::event::{Action, Change, Event, Hook, Operation, Summary};

/// How many lines of a provisioner, and of what is not JSON, are worth showing.
const TAIL: usize = 20;

/// Everything that matters of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    /// Changes that are planned.
    pub planned: Vec<Change>,
    /// Changes that were found.
    pub drift: Vec<Change>,
    /// Counts of what is planned.
    pub to_do: Option<Summary>,
    /// Counts of what was done; absent after a failure.
    pub done: Option<Summary>,
    /// Errors and warnings, each once.
    pub diagnostics: Vec<Diagnostic>,
    /// What was begun and has not ended.
    pub open: BTreeMap<String, Action>,
    /// What has succeeded, in that order.
    pub completed: Vec<(String, Action)>,
    /// The last lines that are not events.
    pub noise: VecDeque<String>,
    output: BTreeMap<String, VecDeque<String>>,
    failed: Vec<String>,
}

impl Record {
    /// Takes one event in.
    pub fn take(&mut self, event: &Event) {
        match event {
            Event::PlannedChange { change } => self.planned.push(change.clone()),
            Event::ResourceDrift { change } => self.drift.push(change.clone()),
            Event::ChangeSummary { changes } => match changes.operation {
                Operation::Plan => self.to_do = Some(*changes),
                Operation::Apply | Operation::Destroy => self.done = Some(*changes),
            },
            Event::ApplyStart { hook } => self.begun(hook),
            Event::ApplyComplete { hook } => {
                self.ended(hook, |record, action| {
                    record.completed.push((hook.resource.addr.clone(), action));
                });
            }
            Event::ApplyErrored { hook } => {
                self.ended(hook, |record, _| record.failed.push(hook.resource.addr.clone()));
            }
            Event::ProvisionProgress { hook } => self.printed(hook),
            Event::Diagnostic { diagnostic } => {
                if !self.diagnostics.contains(diagnostic) {
                    self.diagnostics.push(diagnostic.clone());
                }
            }
            Event::RefreshStart { .. }
            | Event::RefreshComplete { .. }
            | Event::StateLockAcquire
            | Event::Other => {}
        }
    }

    /// Takes a line in that is no event.
    pub fn take_noise(&mut self, line: &str) {
        push_bounded(&mut self.noise, line);
    }

    /// How many changes an apply of this plan makes; a replacement counts twice, as its events do.
    pub fn total(&self) -> usize {
        let weight = |change: &Change| match change.action {
            Action::Replace => 2,
            action => usize::from(action.changes_something()),
        };
        self.planned.iter().map(weight).sum()
    }

    /// What of these changes has not ended, and so may be waited for.
    pub fn left_of(&self, planned: &[(String, Action)]) -> Vec<(String, Action)> {
        let has_ended = |change: &(String, Action)| {
            self.completed.contains(change) || self.failed.contains(&change.0)
        };
        planned.iter().filter(|change| !has_ended(change)).cloned().collect()
    }

    /// The last lines that the provisioners of failed resources printed.
    pub fn output_of_failed(&self) -> Vec<(String, Vec<String>)> {
        let lines = |address: &String| {
            let lines = self.output.get(address)?;
            Some((address.clone(), lines.iter().cloned().collect()))
        };
        self.failed.iter().filter_map(lines).collect()
    }

    fn begun(&mut self, hook: &Hook) {
        if let Some(action) = changing(hook) {
            self.open.insert(hook.resource.addr.clone(), action);
        }
    }

    fn ended(&mut self, hook: &Hook, then: impl FnOnce(&mut Self, Action)) {
        if let Some(action) = changing(hook) {
            self.open.remove(&hook.resource.addr);
            then(self, action);
        }
    }

    fn printed(&mut self, hook: &Hook) {
        let Some(line) = &hook.output else { return };
        // Terraform's own first line repeats the command, which the diagnostic names already.
        if !line.starts_with("Executing: [") {
            push_bounded(self.output.entry(hook.resource.addr.clone()).or_default(), line);
        }
    }
}

/// The action of an event, unless nothing changes by it.
fn changing(hook: &Hook) -> Option<Action> {
    hook.action.filter(|action| action.changes_something())
}

fn push_bounded(lines: &mut VecDeque<String>, line: &str) {
    if lines.len() == TAIL {
        lines.pop_front();
    }
    lines.push_back(line.to_owned());
}

#[cfg(test)]
mod tests {
    use super::super::event::parse;
    use super::*;

    fn record(lines: &[&str]) -> Record {
        let mut record = Record::default();
        for line in lines {
            record.take(&parse(line).expect("the sample is JSON"));
        }
        record
    }

    #[test]
    fn the_same_diagnostic_counts_once() {
        let line = r#"{"type":"diagnostic",
            "diagnostic":{"severity":"error","summary":"No","detail":""}}"#;
        assert_eq!(record(&[line, line]).diagnostics.len(), 1);
    }

    #[test]
    fn reading_data_sources_is_no_change() {
        let start = r#"{"type":"apply_start",
            "hook":{"resource":{"addr":"data.a.b"},"action":"read"}}"#;
        assert!(record(&[start]).open.is_empty());
    }

    #[test]
    fn only_the_end_of_what_a_failed_provisioner_printed_is_kept() {
        let mut record = Record::default();
        let event = |text: String| parse(&text).expect("the sample is JSON");
        for number in 0..50 {
            record.take(&event(format!(
                r#"{{"type":"provision_progress",
                "hook":{{"resource":{{"addr":"a.b"}},"output":"line {number}"}}}}"#
            )));
        }
        assert_eq!(record.output_of_failed(), []);
        record.take(&event(
            r#"{"type":"apply_errored","hook":{"resource":{"addr":"a.b"},"action":"create"}}"#
                .to_owned(),
        ));
        let output = record.output_of_failed();
        assert_eq!(output[0].1.first().map(String::as_str), Some("line 30"));
        assert_eq!(output[0].1.len(), TAIL);
    }
}
