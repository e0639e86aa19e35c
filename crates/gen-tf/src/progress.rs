//! What is going on, on stderr: bars on a terminal, lines elsewhere.
//!
//! Nothing here decides anything, and nothing goes to stdout.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::MultiProgress;

use crate::terraform::event::{Action, Event};

mod bars;
mod live;
mod plain;

pub use live::{Line, LiveView};

/// Said while somebody else has locked the state.
const WAITS_FOR_LOCK: &str = "  waits for the lock of the state, which somebody else holds";

/// A run of Terraform that begins to be shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Task {
    /// What it is called, e.g. `terraform apply`.
    pub title: String,
    /// How many changes it makes, where that is known.
    pub total: Option<usize>,
    /// How many of them are done already.
    pub done: usize,
    /// What it works on already.
    pub open: Vec<(String, Action)>,
}

impl Task {
    /// A run from its beginning.
    pub fn new(title: String, total: Option<usize>) -> Self {
        Self { title, total, ..Self::default() }
    }
}

/// Shows runs of Terraform.
pub trait Progress {
    /// A run begins.
    fn begin(&mut self, task: &Task);
    /// Terraform has said something.
    fn event(&mut self, event: &Event);
    /// Time has passed.
    fn tick(&mut self);
    /// The run has ended, well or not.
    fn end(&mut self);
    /// Shows lines that stay.
    fn println(&mut self, text: &str);
}

/// Where progress is shown. Clones share one place, so that bars and lines do not mix.
#[derive(Clone)]
pub(crate) enum Screen {
    /// A terminal.
    Bars(MultiProgress),
    /// Anything that keeps every line.
    Plain(Arc<Mutex<dyn Write + Send>>),
}

impl Screen {
    pub(crate) fn stderr(is_terminal: bool) -> Self {
        if is_terminal {
            Self::Bars(MultiProgress::new())
        } else {
            Self::Plain(Arc::new(Mutex::new(io::stderr())))
        }
    }

    pub(crate) fn println(&self, text: &str) {
        match self {
            // Bars that cannot be drawn, because the terminal is gone, are no reason to end.
            Self::Bars(bars) => match bars.println(text) {
                Ok(()) | Err(_) => {}
            },
            Self::Plain(out) => {
                let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
                write_line(&mut *out, text);
            }
        }
    }

    pub(crate) fn progress(&self) -> Box<dyn Progress> {
        match self {
            Self::Bars(bars) => Box::new(bars::Bars::new(bars.clone())),
            Self::Plain(_) => Box::new(plain::Plain::new(self.clone())),
        }
    }
}

/// Shows runs of Terraform on stderr.
pub fn on_stderr(is_terminal: bool) -> Box<dyn Progress> {
    Screen::stderr(is_terminal).progress()
}

/// Shows nothing.
pub fn hidden() -> Box<dyn Progress> {
    Box::new(Hidden)
}

fn write_line(out: &mut dyn Write, text: &str) {
    // Nobody is left to tell when this fails, and what gen-tf does matters more.
    match writeln!(out, "{text}") {
        Ok(()) | Err(_) => {}
    }
}

struct Hidden;

impl Progress for Hidden {
    fn begin(&mut self, _: &Task) {}
    fn event(&mut self, _: &Event) {}
    fn tick(&mut self) {}
    fn end(&mut self) {}
    fn println(&mut self, _: &str) {}
}
