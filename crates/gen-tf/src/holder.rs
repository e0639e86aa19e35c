//! Who holds something that only one may have, in words: the workspace, which gen-tf writes into its
//! lock here, and since when somebody has something.

use std::{env, fs};

use gen_tf_core::units::format_duration;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A gen-tf that has a workspace for itself, as it writes itself into the lock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Holder {
    /// `user@host`.
    who: String,
    pid: u32,
    since: Timestamp,
    /// The command line.
    command: String,
}

impl Holder {
    /// This process.
    pub fn this_process() -> Self {
        let user = ["USER", "LOGNAME"].into_iter().find_map(|name| env::var(name).ok());
        // A machine that hides its name is named no better by an error.
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let user = user.unwrap_or_else(|| "somebody".to_owned());
        let arguments = env::args().skip(1).collect::<Vec<_>>().join(" ");
        Self {
            who: format!("{user}@{}", host.trim()),
            pid: std::process::id(),
            since: Timestamp::now(),
            command: format!("gen-tf {arguments}"),
        }
    }

    /// Its words for an error message.
    pub fn describe(&self) -> String {
        let Self { who, pid, since, command } = self;
        format!("{who} runs `{command}` (pid {pid}) {}", held_since(*since))
    }
}

/// `since 2026-11-28 22:46:16 UTC (3m2s ago)`.
pub(crate) fn held_since(since: Timestamp) -> String {
    let seconds = Timestamp::now().as_second() - since.as_second();
    // A clock that is behind another one says nothing about the age.
    let age = u64::try_from(seconds).unwrap_or_default();
    let age = if age < 3600 { age } else { age - age % 60 };
    format!("since {} ({} ago)", since.strftime("%Y-%m-%d %H:%M:%S UTC"), format_duration(age))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_of_hours_has_no_seconds() {
        let since = Timestamp::now() - jiff::SignedDuration::from_secs(2 * 3600 + 61);
        assert!(held_since(since).ends_with(" UTC (2h1m ago)"), "{}", held_since(since));
    }
}
