//! A clock that is ahead of the host's. It is one for the whole process, so nothing else is tested here.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

mod support;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use support::Fake;

#[tokio::test]
async fn answers_and_objects_show_the_time_that_the_clock_was_set_ahead_to() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    fake.set(json!({ "clock_ahead_seconds": 86_400 })).await;
    let hours = |time: Timestamp| time.duration_since(Timestamp::now()).as_hours();
    fake.put("owner", "b-1", "a", "0123456789", "").await;
    let updated = fake.get("/storage/v1/b/b-1/o/a").await["updated"].clone();
    let updated: Timestamp = updated.as_str().unwrap().parse().unwrap();
    assert_eq!(hours(updated + SignedDuration::from_mins(10)), 24);
    let reply = fake.send("GET", "/storage/v1/b/b-1/o/a", "").await;
    let date = jiff::fmt::rfc2822::parse(reply.header("date")).unwrap().timestamp();
    assert_eq!(hours(date + SignedDuration::from_mins(10)), 24);
}
