//! The time, in the forms that the APIs show it.

use jiff::Timestamp;

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

/// Seconds since 1970.
#[must_use]
pub fn unix_seconds() -> i64 {
    Timestamp::now().as_second()
}
