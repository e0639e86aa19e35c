//! Shows on stderr how far a pull is: a bar on a terminal, a line an attempt elsewhere.

use std::{
    io::{IsTerminal, stderr},
    sync::atomic::{AtomicUsize, Ordering},
};

use gen_tf_sync::pull::Event;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use crate::failure;

/// Where the events of a pull go.
pub struct Progress {
    bar: ProgressBar,
    is_terminal: bool,
    attempts: AtomicUsize,
    done: AtomicUsize,
}

impl Progress {
    /// Nothing is shown before the first event.
    pub fn new() -> Self {
        let style = ProgressStyle::with_template(
            "{msg} {wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
        );
        let bar = ProgressBar::no_length();
        bar.set_style(style.expect("the template is a constant"));
        Self {
            bar,
            is_terminal: stderr().is_terminal(),
            attempts: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
        }
    }

    /// Shows an event.
    pub fn show(&self, event: &Event<'_>) {
        match event {
            Event::Decided { attempts, bytes } => {
                self.attempts.store(*attempts, Ordering::Relaxed);
                self.bar.set_length(*bytes);
                self.bar.set_message(format!("0 of {attempts} attempts"));
            }
            Event::Received(bytes) => self.bar.inc(*bytes),
            Event::Pulled(pulled) => {
                let (done, attempts) = self.count();
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
            Event::Failed(failed) => {
                let name = format!("{}, attempt {}", failed.id.experiment, failed.id.attempt);
                let text = failure::text_of_attempt(&name, &failed.error);
                self.bar.suspend(|| eprint!("{text}"));
            }
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn count(&self) -> (usize, usize) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        (done, self.attempts.load(Ordering::Relaxed))
    }
}
