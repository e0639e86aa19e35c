//! Ctrl-C and SIGTERM: the first asks for an end, the second takes it. What a pull has brought home
//! stays in any case, and what it has not finished is removed by the next one.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};

/// Exit code of a program that was interrupted.
pub const EXIT_INTERRUPTED: u8 = 130;
/// How often a wait looks for signals.
const POLL: Duration = Duration::from_millis(50);

/// Whether a signal has asked for an end.
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens to the signals.
    pub fn install() -> io::Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal finds nobody who has asked before.
            flag::register_conditional_shutdown(
                signal,
                i32::from(EXIT_INTERRUPTED),
                Arc::clone(&asked),
            )?;
            flag::register(signal, Arc::clone(&asked))?;
        }
        Ok(Self(asked))
    }

    /// Becomes true with the first signal.
    pub fn flag(&self) -> &AtomicBool {
        &self.0
    }

    /// Whether a signal has come.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Waits until a signal comes or the time is over.
    pub fn wait(&self, time: Duration) {
        let end = Instant::now() + time;
        while !self.is_asked() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::sleep(left.min(POLL));
        }
    }
}
