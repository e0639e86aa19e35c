//! The time, in the forms that the APIs show it. It can be set ahead, for tests of what takes minutes.

use jiff::{SignedDuration, Timestamp};
use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// By how many seconds the cloud's clock is ahead of the host's.
static AHEAD: AtomicU32 = AtomicU32::new(0);

/// Sets the clock ahead of the host's; timers are not affected.
pub fn set_ahead(seconds: u32) {
    AHEAD.store(seconds, Ordering::Relaxed);
}

/// This moment.
#[must_use]
pub fn moment() -> Timestamp {
    Timestamp::now() + SignedDuration::from_secs(AHEAD.load(Ordering::Relaxed).into())
}

/// Now, as the JSON APIs write it.
#[must_use]
pub fn now() -> String {
    rfc3339(moment())
}

/// A moment as the JSON APIs write it.
#[must_use]
pub fn rfc3339(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// A moment as HTTP headers write it.
#[must_use]
pub fn http_date(moment: Timestamp) -> String {
    moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Waits; not at all for no time, while a timer would take a millisecond even then.
pub async fn wait(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

/// Seconds since 1970.
#[must_use]
pub fn unix_seconds() -> i64 {
    moment().as_second()
}
