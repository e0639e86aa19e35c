//! Progress as bars: one for the whole run, one for each resource that is worked on.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::{Progress, Task};
use crate::terraform::event::{Action, Event, Hook};
use crate::terraform::going_on;

/// More resources at a time are only counted.
const SHOWN: usize = 8;

/// Bars on a terminal.
pub(super) struct Bars {
    screen: MultiProgress,
    whole: ProgressBar,
    title: String,
    shown: Vec<(String, ProgressBar)>,
    waiting: VecDeque<(String, Action, Instant)>,
}

impl Bars {
    pub fn new(screen: MultiProgress) -> Self {
        Self {
            screen,
            whole: ProgressBar::hidden(),
            title: String::new(),
            shown: Vec::new(),
            waiting: VecDeque::new(),
        }
    }

    fn begun(&mut self, address: &str, action: Action) {
        self.waiting.push_back((address.to_owned(), action, Instant::now()));
        self.show_waiting();
    }

    fn ended(&mut self, hook: &Hook) {
        let address = &hook.resource.addr;
        self.whole.inc(1);
        self.waiting.retain(|(other, ..)| other != address);
        self.shown.retain(|(other, bar)| {
            let ended = other == address;
            if ended {
                bar.finish_and_clear();
                self.screen.remove(bar);
            }
            !ended
        });
        self.show_waiting();
    }

    fn show_waiting(&mut self) {
        while self.shown.len() < SHOWN {
            let Some((address, action, since)) = self.waiting.pop_front() else { break };
            let bar = self.screen.add(ProgressBar::new_spinner());
            bar.set_style(style("  {spinner} {msg} {elapsed}"));
            bar.set_elapsed(since.elapsed());
            bar.set_message(going_on(&address, action));
            self.shown.push((address, bar));
        }
        let more = match self.waiting.len() {
            0 => String::new(),
            many => format!(" (and {many} more)"),
        };
        self.whole.set_message(format!("{}{more}", self.title));
    }
}

impl Progress for Bars {
    fn begin(&mut self, task: &Task) {
        self.end();
        self.title.clone_from(&task.title);
        let total = task.total.map(|total| total as u64);
        let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        self.whole = self.screen.add(bar);
        self.whole.set_style(style(match total {
            Some(_) => "{spinner} {msg} {wide_bar} {pos}/{len} {elapsed}",
            None => "{spinner} {msg} {elapsed}",
        }));
        self.whole.set_message(task.title.clone());
        self.whole.set_position(task.done as u64);
        for (address, action) in &task.open {
            self.begun(address, *action);
        }
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::ApplyStart { hook } => {
                if let Some(action) = hook.action.filter(|action| action.changes_something()) {
                    self.begun(&hook.resource.addr, action);
                }
            }
            Event::ApplyComplete { hook } | Event::ApplyErrored { hook }
                if hook.action.is_some_and(Action::changes_something) =>
            {
                self.ended(hook);
            }
            Event::StateLockAcquire => self.println(super::WAITS_FOR_LOCK),
            _ => {}
        }
    }

    fn tick(&mut self) {
        self.whole.tick();
        for (_, bar) in &self.shown {
            bar.tick();
        }
    }

    fn end(&mut self) {
        self.waiting.clear();
        for (_, bar) in self.shown.drain(..) {
            bar.finish_and_clear();
            self.screen.remove(&bar);
        }
        self.whole.finish_and_clear();
        self.screen.remove(&self.whole);
    }

    fn println(&mut self, text: &str) {
        super::Screen::Bars(self.screen.clone()).println(text);
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .expect("the templates of this file are well formed")
        .with_key("elapsed", |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
            // Text that cannot be written into a line in memory is not worth an error.
            match write!(out, "{}", clock(state.elapsed())) {
                Ok(()) | Err(_) => {}
            }
        })
}

/// `7s`, `3m07s`, `2h03m`.
fn clock(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m{seconds:02}s"),
        (hours, minutes, _) => format!("{hours}h{minutes:02}m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terraform::event::parse;

    fn hook(kind: &str, address: &str) -> Event {
        let line = format!(
            r#"{{"type":"{kind}","hook":{{"resource":{{"addr":"{address}"}},"action":"create"}}}}"#
        );
        parse(&line).expect("the sample is JSON")
    }

    #[test]
    fn more_resources_than_fit_are_counted_and_shown_later() {
        let hidden = indicatif::ProgressDrawTarget::hidden();
        let mut bars = Bars::new(MultiProgress::with_draw_target(hidden));
        bars.begin(&Task::new("terraform apply".to_owned(), Some(10)));
        for number in 0..10 {
            bars.event(&hook("apply_start", &format!("a.b{number}")));
        }
        assert_eq!((bars.shown.len(), bars.waiting.len()), (SHOWN, 2));
        assert_eq!(bars.whole.message(), "terraform apply (and 2 more)");

        bars.event(&hook("apply_complete", "a.b0"));
        bars.event(&hook("apply_errored", "a.b1"));
        assert_eq!((bars.shown.len(), bars.waiting.len()), (SHOWN, 0));
        assert_eq!(bars.whole.position(), 2);

        bars.end();
        assert!(bars.shown.is_empty());
    }

    #[test]
    fn elapsed_time_is_short() {
        assert_eq!(clock(Duration::from_secs(7)), "7s");
        assert_eq!(clock(Duration::from_secs(187)), "3m07s");
        assert_eq!(clock(Duration::from_secs(7384)), "2h03m");
    }
}
