//! What a test may turn while the cloud runs: times and limits.

use super::compute::quota::{self, Limits};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The settings, as the control API shows and takes them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How long Compute Engine's operations take.
    pub operation_delay_ms: u64,
    /// After how long new IAM bindings count.
    pub iam_delay_ms: u64,
    /// How long a preempted guest has.
    pub preempt_grace_ms: u64,
    /// How long a guest has that is stopped, deleted or past its time.
    pub stop_grace_ms: u64,
    /// How long tokens of service accounts are good, in seconds.
    pub token_seconds: i64,
    /// By how many seconds the cloud's clock is ahead of the host's.
    pub clock_ahead_seconds: u32,
    /// Limits of every region's quotas.
    pub quotas: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            operation_delay_ms: 0,
            iam_delay_ms: 0,
            preempt_grace_ms: 30_000,
            stop_grace_ms: 90_000,
            token_seconds: 3600,
            clock_ahead_seconds: 0,
            quotas: quota::default_limits(),
        }
    }
}

impl Settings {
    /// After how long new IAM bindings count.
    #[must_use]
    pub fn iam_delay(&self) -> Duration {
        Duration::from_millis(self.iam_delay_ms)
    }
}
