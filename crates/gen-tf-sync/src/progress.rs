//! Shows on stderr how far a pull is: a bar on a terminal, a line an attempt elsewhere.

use std::{
    io::{IsTerminal, stderr},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use gen_tf_sync::{
    pull::{Event, Failure, Pulled},
    watch::{Seen, Standing},
};
use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressStyle};

use crate::failure;

const PULLING: &str = "{msg} {wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
const WAITING: &str = "{spinner} {msg}";
const TICK: Duration = Duration::from_millis(250);

/// Where the events of a pull go.
pub struct Progress {
    bar: ProgressBar,
    is_terminal: bool,
    /// Time between two looks.
    every: Duration,
    attempts: AtomicUsize,
    done: AtomicUsize,
    /// The last line about a watch, which is not said twice.
    said: Mutex<String>,
}

impl Progress {
    /// Nothing is shown before the first event. `every` is the time between two looks of a watch.
    pub fn new(every: Duration) -> Self {
        Self {
            bar: ProgressBar::no_length(),
            is_terminal: stderr().is_terminal(),
            every,
            attempts: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            said: Mutex::default(),
        }
    }

    /// Shows an event of a pull.
    pub fn show(&self, event: &Event<'_>) {
        match event {
            Event::Decided { attempts: 0, .. } => {}
            Event::Decided { attempts, bytes } => {
                self.attempts.store(*attempts, Ordering::Relaxed);
                self.done.store(0, Ordering::Relaxed);
                self.bar.disable_steady_tick();
                self.bar.set_style(style(PULLING));
                self.bar.reset();
                self.bar.set_length(*bytes);
                self.bar.set_message(format!("0 of {attempts} attempts"));
            }
            Event::Received(bytes) => self.bar.inc(*bytes),
            Event::Pulled(pulled) => self.came_home(pulled),
            Event::Failed(failed) => self.could_not_come(failed),
        }
    }

    /// Shows what a watch does beside pulling.
    pub fn show_watch(&self, seen: &Seen<'_>) {
        match seen {
            Seen::Pull(event) => self.show(event),
            Seen::Waits(standing) => self.wait(standing),
            Seen::NoAnswer(error) => {
                let text = failure::text_of_silence(error);
                self.bar.suspend(|| eprint!("{text}"));
            }
            Seen::Answers => self.bar.suspend(|| eprintln!("the store answers again")),
        }
    }

    fn came_home(&self, pulled: &Pulled) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let attempts = self.attempts.load(Ordering::Relaxed);
        self.bar.set_message(format!("{done} of {attempts} attempts"));
        if !self.is_terminal {
            let (id, unpacked) = (&pulled.id, pulled.unpacked);
            eprintln!(
                "pulled {}, attempt {}: {} files, {} ({done} of {attempts})",
                id.experiment,
                id.attempt,
                unpacked.files,
                HumanBytes(unpacked.bytes)
            );
        }
    }

    fn could_not_come(&self, failed: &Failure) {
        let name = format!("{}, attempt {}", failed.id.experiment, failed.id.attempt);
        let text = failure::text_of_attempt(&name, &failed.error);
        self.bar.suspend(|| eprint!("{text}"));
    }

    /// On a terminal the line stays until something comes; elsewhere it is said when it changes.
    fn wait(&self, standing: &Standing) {
        let text = waiting(standing, self.every);
        if self.is_terminal {
            self.bar.set_style(style(WAITING));
            self.bar.set_message(text);
            self.bar.enable_steady_tick(TICK);
            return;
        }
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if *said != text {
            eprintln!("{text}");
            *said = text;
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is a constant")
}

fn waiting(standing: &Standing, every: Duration) -> String {
    let counts = &standing.counts;
    let failed = match counts.failed {
        0 => String::new(),
        failed => format!(", {failed} of them failed"),
    };
    format!(
        "{} of {} experiments have ended{failed}; looks again every {}",
        counts.total() - standing.open,
        counts.total(),
        HumanDuration(every)
    )
}
