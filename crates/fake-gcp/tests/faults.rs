//! Faults by rule, and the log of requests.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

mod support;

use fake_gcp::machine::Host;
use serde_json::{Value, json};
use support::Fake;

async fn with_object() -> Fake {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    fake.put("owner", "b-1", "a", "0123456789", "").await;
    fake
}

const MEDIA: &str = "/storage/v1/b/b-1/o/a?alt=media";

#[tokio::test]
async fn an_error_comes_as_often_as_the_rule_says_and_nothing_is_done() {
    let fake = with_object().await;
    fake.fault(json!({
        "match": { "method": "POST", "path": "name=new" }, "times": 2,
        "fault": { "status": 503, "reason": "backendError", "message": "try again" },
    }))
    .await;
    for _ in 0..2 {
        let reply = fake.put("owner", "b-1", "new", "x", "").await;
        assert_eq!((reply.status, reply.message()), (503, "try again".into()));
    }
    assert_eq!(fake.send("GET", "/storage/v1/b/b-1/o/new", "").await.status, 404);
    assert_eq!(fake.put("owner", "b-1", "new", "x", "").await.status, 200);
    let rules = fake.get("/control/faults").await;
    assert_eq!((&rules[0]["times"], &rules[0]["struck"]), (&json!(0), &json!(2)));
}

#[tokio::test]
async fn errors_have_the_form_of_the_api_they_come_from() {
    let fake = with_object().await;
    fake.fault(json!({ "fault": { "status": 429 } })).await;
    let json = fake.send("GET", MEDIA, "").await;
    assert_eq!((json.status, json.reason()), (429, "rateLimitExceeded".into()));
    let xml = fake.send("GET", "/b-1/a", "").await;
    assert!(xml.text().contains("<Code>SlowDown</Code>"), "{}", xml.text());
    fake.ok("DELETE", "/control/faults", &Value::Null).await;
    assert_eq!(fake.send("GET", MEDIA, "").await.status, 200);
}

#[tokio::test]
async fn a_rule_for_one_caller_spares_the_others() {
    let fake = with_object().await;
    let (guest, email) = fake.account("gen-tf-s").await;
    fake.fault(json!({ "match": { "caller": email }, "fault": { "status": 500 } })).await;
    assert_eq!(fake.by(&guest, "GET", MEDIA, "").await.status, 500);
    assert_eq!(fake.send("GET", MEDIA, "").await.status, 200);
}

#[tokio::test]
async fn a_dropped_connection_gives_no_answer_and_does_nothing() {
    let fake = with_object().await;
    let path = "/storage/v1/b/b-1/o/a";
    fake.fault(json!({ "match": { "method": "DELETE" }, "times": 1, "fault": "drop_connection" }))
        .await;
    assert!(fake.try_send("owner", "DELETE", path, &[], "").await.is_err());
    assert_eq!(fake.send("DELETE", path, "").await.status, 204);
}

#[tokio::test]
async fn a_dropped_answer_is_lost_after_the_deed() {
    let fake = with_object().await;
    let path = "/upload/storage/v1/b/b-1/o?uploadType=media&name=new&ifGenerationMatch=0";
    fake.fault(json!({ "match": { "path": "name=new" }, "times": 1, "fault": "drop_response" }))
        .await;
    assert!(fake.try_send("owner", "POST", path, &[], "x").await.is_err());
    assert_eq!(fake.send("POST", path, "x").await.status, 412);
}

/// The client at the end blocks its thread, so the server needs another one.
#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_answer_breaks_off_after_its_first_bytes() {
    let fake = with_object().await;
    fake.fault(json!({ "times": 1, "fault": { "truncate_body": 4 } })).await;
    let error = fake.try_send("owner", "GET", MEDIA, &[], "").await.unwrap_err();
    assert!(!error.is_empty());
    // What arrives before is seen by a client that reads the bytes itself.
    fake.fault(json!({ "times": 1, "fault": { "truncate_body": 4 } })).await;
    let text =
        raw(&fake, &format!("GET {MEDIA} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer x\r\n\r\n"));
    assert!(text.contains("content-length: 10"), "{text}");
    assert!(text.ends_with("\r\n\r\n0123"), "{text}");
    assert_eq!(fake.send("GET", MEDIA, "").await.text(), "0123456789");
}

/// Everything that the server sends before it ends the connection.
fn raw(fake: &Fake, request: &str) -> String {
    use std::io::{Read, Write};
    let address = fake.base.strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn a_corrupted_download_differs_and_a_corrupted_upload_is_stored_wrong() {
    let fake = with_object().await;
    fake.fault(json!({ "match": { "method": "GET" }, "times": 1, "fault": "corrupt_body" })).await;
    let wrong = fake.send("GET", MEDIA, "").await;
    assert_ne!(wrong.text(), "0123456789");
    assert_eq!(wrong.body.len(), 10);
    let good = fake.get("/storage/v1/b/b-1/o/a").await["md5Hash"].clone();
    for path in ["/upload/storage/v1/b/b-1/o?uploadType=media&name=c", "/b-1/c"] {
        let method = if path.starts_with("/upload") { "POST" } else { "PUT" };
        fake.fault(json!({ "match": { "method": method }, "times": 1, "fault": "corrupt_body" }))
            .await;
        assert_eq!(fake.send(method, path, "0123456789").await.status, 200);
        assert_ne!(fake.get("/storage/v1/b/b-1/o/c").await["md5Hash"], good, "{path}");
    }
    let hash = [("content-md5", good.as_str().unwrap())];
    fake.fault(json!({ "times": 1, "fault": "corrupt_body" })).await;
    let refused = fake.try_send("owner", "PUT", "/b-1/c", &hash, "0123456789").await.unwrap();
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn an_operation_can_be_slow_by_rule() {
    let fake = Fake::start().await;
    fake.fault(
        json!({ "match": { "path": "networks" }, "fault": { "operation_delay_ms": 3_600_000 } }),
    )
    .await;
    let body = json!({ "name": "n" });
    let slow = fake.ok("POST", "/compute/v1/projects/p1/global/networks", &body).await;
    assert_eq!(slow["status"], "PENDING");
}

#[tokio::test]
async fn a_delayed_request_is_carried_out_in_the_end() {
    let fake = with_object().await;
    fake.fault(json!({ "times": 1, "fault": { "delay_ms": 50 } })).await;
    assert_eq!(fake.send("GET", MEDIA, "").await.status, 200);
}

#[tokio::test]
async fn tokens_can_be_issued_old() {
    let fake = with_object().await;
    let (_, email) = fake.account("gen-tf-s").await;
    let get = async |token: &str| fake.by(token, "GET", MEDIA, "").await.status;
    fake.fault(json!({
        "match": { "path": "/token$", "caller": email }, "times": 1,
        "fault": { "token_expires_in": -60 },
    }))
    .await;
    let (old, announced) = fake.cloud.token(&email);
    assert_eq!((get(&old).await, announced), (401, 3600));
    let (fresh, _) = fake.cloud.token(&email);
    assert_eq!(get(&fresh).await, 403);
    assert_ne!(old, fresh);
}

#[tokio::test]
async fn a_mistyped_rule_or_setting_is_refused() {
    let fake = Fake::start().await;
    for rule in [r#"{"fault":"explode"}"#, r#"{"match":{"path":"("},"fault":{"status":500}}"#, "[]"]
    {
        assert_eq!(fake.send("POST", "/control/faults", rule).await.status, 400, "{rule}");
    }
    let wrong = fake.send("PATCH", "/control/settings", r#"{"iam_delay":5}"#).await;
    assert_eq!(wrong.status, 400);
    assert_eq!(fake.get("/control/settings").await["iam_delay_ms"], 0);
}

#[tokio::test]
async fn the_log_says_who_asked_for_what_and_how_it_ended() {
    let fake = with_object().await;
    let (guest, email) = fake.account("gen-tf-s").await;
    fake.ok("DELETE", "/control/requests", &Value::Null).await;
    fake.by(&guest, "GET", MEDIA, "").await;
    fake.fault(json!({ "times": 1, "fault": { "status": 503 } })).await;
    fake.send("GET", "/b-1/a", "").await;
    let log = fake.get("/control/requests").await;
    let entry = |n: usize, field: &str| log[n][field].clone();
    assert_eq!((entry(0, "method"), entry(0, "path")), (json!("GET"), json!(MEDIA)));
    assert_eq!((entry(0, "caller"), entry(0, "status")), (json!(email), json!(403)));
    assert_eq!((entry(1, "status"), entry(1, "faults")), (json!(503), json!(["status"])));
    assert_eq!(log.as_array().unwrap().len(), 2, "control requests are not logged");
}
