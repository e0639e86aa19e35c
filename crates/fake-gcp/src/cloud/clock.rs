//! The time, in the forms that the APIs show it.

use jiff::Timestamp;
use std::time::Duration;

/// Now, as the JSON APIs write it.
#[must_use]
pub fn now() -> String {
    rfc3339(Timestamp::now())
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
    Timestamp::now().as_second()
}
