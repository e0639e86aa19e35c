//! Progress as lines: one when work on a resource begins and one when it ends.

use super::{Progress, Screen, Task};
use crate::terraform::event::{Event, Hook};
use crate::terraform::{going_on, what_happens};

/// Lines instead of bars.
pub(super) struct Plain {
    screen: Screen,
    total: Option<usize>,
    done: usize,
}

impl Plain {
    pub fn new(screen: Screen) -> Self {
        Self { screen, total: None, done: 0 }
    }

    fn ended(&mut self, hook: &Hook, what: &str) {
        self.done += 1;
        let seconds = hook.elapsed_seconds.unwrap_or_default();
        let count = match self.total {
            Some(total) => format!("{}/{total}", self.done),
            None => self.done.to_string(),
        };
        self.screen.println(&format!("  {what} after {seconds:.0}s ({count})"));
    }
}

impl Progress for Plain {
    fn begin(&mut self, task: &Task) {
        self.total = task.total;
        self.done = task.done;
        let total = task.total.map(|total| match total {
            1 => ": 1 change".to_owned(),
            many => format!(": {many} changes"),
        });
        self.screen.println(&format!("{}{}", task.title, total.unwrap_or_default()));
        for (address, action) in &task.open {
            self.screen.println(&format!("  {}", going_on(address, *action)));
        }
    }

    fn event(&mut self, event: &Event) {
        if *event == Event::StateLockAcquire {
            self.screen.println(super::WAITS_FOR_LOCK);
        }
        let (Event::ApplyStart { hook }
        | Event::ApplyComplete { hook }
        | Event::ApplyErrored { hook }) = event
        else {
            return;
        };
        let Some(action) = hook.action.filter(|action| action.changes_something()) else { return };
        let address = &hook.resource.addr;
        match event {
            Event::ApplyComplete { .. } => {
                let done = what_happens(address, action).done();
                self.ended(hook, &format!("{done} {address}"));
            }
            Event::ApplyErrored { .. } => {
                self.ended(hook, &format!("failed {}", going_on(address, action)));
            }
            _ => self.screen.println(&format!("  {}", going_on(address, action))),
        }
    }

    fn tick(&mut self) {}

    fn end(&mut self) {}

    fn println(&mut self, text: &str) {
        self.screen.println(text);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::terraform::event::parse;

    #[test]
    fn a_run_is_a_line_for_each_start_and_each_end() {
        let out = Arc::new(Mutex::new(Vec::new()));
        let mut plain = Plain::new(Screen::Plain(out.clone()));
        plain.begin(&Task::new("terraform apply".to_owned(), Some(2)));
        for line in [
            r#"{"type":"apply_start","hook":{"resource":{"addr":"data.x.y"},"action":"read"}}"#,
            r#"{"type":"apply_start","hook":{"resource":{"addr":"a.b"},"action":"create"}}"#,
            r#"{"type":"apply_progress","hook":{"resource":{"addr":"a.b"},"action":"create"}}"#,
            r#"{"type":"apply_complete",
                "hook":{"resource":{"addr":"a.b"},"action":"create","elapsed_seconds":12}}"#,
            r#"{"type":"apply_errored","hook":{"resource":{"addr":"a.c"},"action":"delete"}}"#,
        ] {
            plain.event(&parse(line).expect("the sample is JSON"));
        }
        let printed = String::from_utf8(out.lock().expect("one thread").clone()).expect("UTF-8");
        insta::assert_snapshot!(printed, @r"
        terraform apply: 2 changes
          creating a.b
          created a.b after 12s (1/2)
          failed destroying a.c after 0s (2/2)
        ");
    }
}
