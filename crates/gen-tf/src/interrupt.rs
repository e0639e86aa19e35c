//! Signals that ask gen-tf to end, as a level that only rises: 1 end soon, 2 ask Terraform to
//! stop, 3 kill it.
//!
//! What each level means is decided by whoever waits: the driver of Terraform drains at 1, the
//! loop of `apply --wait` ends. Nothing is printed here.

use std::io;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// The level above which gen-tf ends at once, whatever it is doing.
const LAST_LEVEL: u8 = 3;

/// How often a wait for something else looks for signals.
const POLL: Duration = Duration::from_millis(20);

/// Exit code of a program that was interrupted.
const EXIT_INTERRUPTED: i32 = 130;

/// Signals come to the process as a whole.
static OF_PROCESS: OnceLock<Interrupts> = OnceLock::new();

/// How urgently gen-tf was asked to end. Clones share one level.
#[derive(Clone, Debug, Default)]
pub struct Interrupts {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    level: Mutex<u8>,
    risen: Condvar,
}

impl Interrupts {
    /// A level that no signal raises.
    pub fn none() -> Self {
        Self::default()
    }

    /// Listens to SIGINT and SIGTERM, which raise the level by one, and to SIGHUP, which raises
    /// it to 1: the terminal is gone, nobody can press Ctrl-C again.
    ///
    /// Where SIGHUP was ignored from the start, as under `nohup`, it stays ignored.
    ///
    /// # Errors
    /// The handlers or the thread that listens could not be installed.
    pub fn install() -> io::Result<Self> {
        if let Some(installed) = OF_PROCESS.get() {
            return Ok(installed.clone());
        }
        let mut wanted = vec![SIGINT, SIGTERM];
        if !ignored_from_the_start(SIGHUP) {
            wanted.push(SIGHUP);
        }
        let mut signals = Signals::new(wanted)?;
        let interrupts = Self::default();
        let listener = interrupts.clone();
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for signal in signals.forever() {
                listener.take(signal);
            }
        })?;
        Ok(OF_PROCESS.get_or_init(|| interrupts).clone())
    }

    /// What this process listens to; without [`Self::install`] a level that no signal raises, because
    /// signals then end the process by themselves.
    pub fn of_process() -> Self {
        OF_PROCESS.get().cloned().unwrap_or_default()
    }

    /// Does what may be given up at any moment, in a thread of its own. Nothing where a signal came
    /// first: the thread then ends with the process.
    ///
    /// # Errors
    /// The thread could not be started, or has panicked.
    pub fn unless_asked<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<Option<T>> {
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::Builder::new().spawn(move || {
            // Whoever does not wait any more does not want it either.
            drop(sender.send(work()));
        })?;
        while self.level() == 0 {
            match receiver.recv_timeout(POLL) {
                Ok(done) => return Ok(Some(done)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(io::Error::other("a thread of gen-tf has panicked"));
                }
            }
        }
        Ok(None)
    }

    /// How often gen-tf was asked to end so far.
    pub fn level(&self) -> u8 {
        *self.lock()
    }

    /// Waits until a signal asks to end or the time is over; says whether one did.
    ///
    /// A signal that came before the call counts: no caller can miss one between two waits.
    pub fn wait(&self, timeout: Duration) -> bool {
        self.wait_above(0, timeout)
    }

    /// Waits until the level is above `known` or the time is over; says whether it is above.
    pub fn wait_above(&self, known: u8, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
        let mut level = self.lock();
        while *level <= known {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let woken = self.shared.risen.wait_timeout(level, left);
            level = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    fn take(&self, signal: i32) {
        let mut level = self.lock();
        if signal == SIGHUP {
            *level = (*level).max(1);
        } else if *level == LAST_LEVEL {
            // Three were not enough: something that cannot be interrupted hangs. Terraform, if
            // it still runs, goes on alone and the next gen-tf waits for it.
            std::process::exit(EXIT_INTERRUPTED);
        } else {
            *level += 1;
        }
        self.shared.risen.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, u8> {
        // A number cannot be left half changed by a thread that panicked.
        self.shared.level.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the program was started with this signal ignored. Where the system has no `/proc` the
/// answer is no, which is the usual state.
fn ignored_from_the_start(signal: i32) -> bool {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return false };
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|text| u64::from_str_radix(text.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (signal - 1)) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_ctrl_c_raises_the_level_by_one() {
        let interrupts = Interrupts::none();
        interrupts.take(SIGINT);
        interrupts.take(SIGTERM);
        assert_eq!(interrupts.level(), 2);
    }

    #[test]
    fn a_lost_terminal_never_asks_more_than_to_drain() {
        let interrupts = Interrupts::none();
        interrupts.take(SIGHUP);
        interrupts.take(SIGHUP);
        assert_eq!(interrupts.level(), 1);
    }

    #[test]
    fn waiting_ends_early_when_another_thread_takes_a_signal() {
        let interrupts = Interrupts::none();
        let other = interrupts.clone();
        let thread = std::thread::spawn(move || other.take(SIGINT));
        assert!(interrupts.wait(Duration::from_secs(60)));
        thread.join().expect("the other thread does not panic");
    }

    #[test]
    fn work_that_may_be_given_up_is_waited_for_until_a_signal_comes() {
        let interrupts = Interrupts::none();
        assert_eq!(interrupts.unless_asked(|| 7).expect("a thread"), Some(7));
        interrupts.take(SIGINT);
        let (_keep, never) = std::sync::mpsc::channel::<u8>();
        let waited = interrupts.unless_asked(move || never.recv().unwrap_or_default());
        assert_eq!(waited.expect("a thread"), None);
    }

    #[test]
    fn a_signal_before_the_wait_is_not_missed() {
        let interrupts = Interrupts::none();
        interrupts.take(SIGINT);
        assert!(interrupts.wait(Duration::ZERO));
        assert!(!interrupts.wait_above(1, Duration::ZERO));
    }
}
