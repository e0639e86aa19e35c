//! Secret Manager's API.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

mod support;

use serde_json::{Value, json};
use support::{Fake, Reply};

const SECRETS: &str = "/secretmanager/v1/projects/p1/secrets";
/// `a/b&c`
const VALUE: &str = "YS9iJmM=";

async fn with_secret() -> Fake {
    let fake = Fake::start().await;
    let body = json!({ "replication": { "automatic": {} }, "labels": { "a": "b" } });
    let secret = fake.ok("POST", &format!("{SECRETS}?secretId=s-1"), &body).await;
    assert!(secret["name"].as_str().unwrap().ends_with("/secrets/s-1"), "{secret}");
    let version = json!({ "payload": { "data": VALUE } });
    fake.ok("POST", &format!("{SECRETS}/s-1:addVersion"), &version).await;
    fake
}

async fn access(fake: &Fake, version: &str) -> Reply {
    fake.send("GET", &format!("{SECRETS}/s-1/versions/{version}:access"), "").await
}

#[tokio::test]
async fn a_secret_keeps_its_labels_and_an_empty_replication() {
    let fake = with_secret().await;
    let secret = fake.get(&format!("{SECRETS}/s-1")).await;
    assert_eq!(secret["labels"], json!({ "a": "b" }));
    assert_eq!(secret["replication"], json!({ "automatic": {} }));
    let number =
        fake.get("/crm/v1/projects/p1").await["projectNumber"].as_str().unwrap().to_owned();
    assert_eq!(secret["name"], format!("projects/{number}/secrets/s-1"));
    let by_number = format!("/secretmanager/v1/{}", secret["name"].as_str().unwrap());
    assert_eq!(fake.get(&by_number).await, secret);
    let path = format!("{SECRETS}/s-1?updateMask=labels");
    let body = json!({ "labels": { "c": "d" }, "replication": {} });
    let patched = fake.ok("PATCH", &path, &body).await;
    assert_eq!(patched["labels"], json!({ "c": "d" }));
    let list = fake.get(&format!("{SECRETS}?filter=labels.c=d")).await;
    assert_eq!(list["totalSize"], 1);
    assert_eq!(fake.get(&format!("{SECRETS}?filter=labels.c=x")).await["totalSize"], 0);
}

#[tokio::test]
async fn a_payload_comes_back_with_its_checksum() {
    let fake = with_secret().await;
    for version in ["1", "latest"] {
        let payload = &access(&fake, version).await.json()["payload"];
        assert_eq!(payload["data"], VALUE);
        assert_eq!(payload["dataCrc32c"], crc32c::crc32c(b"a/b&c").to_string());
    }
    assert_eq!(access(&fake, "2").await.status, 404);
}

#[tokio::test]
async fn a_version_is_read_only_while_it_is_enabled() {
    let fake = with_secret().await;
    let verb = async |verb: &str| {
        fake.send("POST", &format!("{SECRETS}/s-1/versions/1:{verb}"), "{}").await
    };
    assert_eq!(verb("disable").await.json()["state"], "DISABLED");
    let refused = access(&fake, "1").await;
    assert_eq!((refused.status, refused.reason()), (400, "failedPrecondition".into()));
    assert!(refused.message().ends_with("is in DISABLED state."));
    assert_eq!(verb("enable").await.json()["state"], "ENABLED");
    assert_eq!(access(&fake, "1").await.status, 200);
    let destroyed = verb("destroy").await.json();
    assert_eq!(destroyed["state"], "DESTROYED");
    assert!(destroyed["destroyTime"].is_string());
    assert_eq!(access(&fake, "1").await.status, 400);
    assert_eq!(verb("enable").await.status, 400);
}

#[tokio::test]
async fn versions_count_upwards_and_are_listed_newest_first() {
    let fake = with_secret().await;
    let body = json!({ "payload": { "data": "Yg==" } });
    let second = fake.ok("POST", &format!("{SECRETS}/s-1:addVersion"), &body).await;
    assert_eq!(second["state"], "ENABLED");
    assert!(second["name"].as_str().unwrap().ends_with("/versions/2"), "{second}");
    let list = fake.get(&format!("{SECRETS}/s-1/versions")).await;
    assert_eq!(list["totalSize"], 2);
    assert!(list["versions"][0]["name"].as_str().unwrap().ends_with("/2"));
    assert_eq!(access(&fake, "latest").await.json()["payload"]["data"], "Yg==");
}

#[tokio::test]
async fn what_is_taken_missing_or_malformed_is_refused() {
    let fake = with_secret().await;
    let body = r#"{"replication":{"automatic":{}}}"#;
    let create = async |id: &str, body: &str| {
        fake.send("POST", &format!("{SECRETS}?secretId={id}"), body).await.status
    };
    assert_eq!(create("s-1", body).await, 409);
    assert_eq!(create("", body).await, 400);
    assert_eq!(create("a.b", body).await, 400);
    assert_eq!(create("s-2", "{}").await, 400);
    let add = format!("{SECRETS}/s-1:addVersion");
    for payload in
        [r#"{}"#, r#"{"payload":{"data":"%"}}"#, r#"{"payload":{"data":"YQ==","dataCrc32c":"1"}}"#]
    {
        assert_eq!(fake.send("POST", &add, payload).await.status, 400, "{payload}");
    }
    assert_eq!(fake.send("DELETE", &format!("{SECRETS}/s-1"), "").await.status, 200);
    assert_eq!(fake.send("GET", &format!("{SECRETS}/s-1"), "").await.status, 404);
}

#[tokio::test]
async fn an_accessor_reads_the_payload_of_its_secret_and_nothing_else() {
    let fake = with_secret().await;
    let (guest, email) = fake.account("gen-tf-s").await;
    let path = format!("{SECRETS}/s-1/versions/1:access");
    assert_eq!(fake.by(&guest, "GET", &path, "").await.status, 403);
    let policy =
        fake.get(&format!("{SECRETS}/s-1:getIamPolicy?options.requestedPolicyVersion=3")).await;
    let mut policy = json!({ "etag": policy["etag"], "version": 3 });
    let member = format!("serviceAccount:{email}");
    policy["bindings"] =
        json!([{ "role": "roles/secretmanager.secretAccessor", "members": [member] }]);
    let set = format!("{SECRETS}/s-1:setIamPolicy");
    fake.ok("POST", &set, &json!({ "policy": policy })).await;
    let stale = fake.send("POST", &set, &json!({ "policy": policy }).to_string()).await;
    assert_eq!((stale.status, stale.json()["error"]["status"].clone()), (409, json!("ABORTED")));
    assert_eq!(fake.by(&guest, "GET", &path, "").await.status, 200);
    for (method, path) in [
        ("GET", format!("{SECRETS}/s-1")),
        ("GET", format!("{SECRETS}/s-1/versions")),
        ("POST", format!("{SECRETS}/s-1/versions/1:destroy")),
        ("POST", format!("{SECRETS}/s-1:addVersion")),
        ("GET", format!("{SECRETS}/other/versions/1:access")),
    ] {
        assert_eq!(fake.by(&guest, method, &path, "{}").await.status, 403, "{method} {path}");
    }
}

#[tokio::test]
async fn the_real_hosts_paths_lead_to_the_same_secret() {
    let fake = with_secret().await;
    let host = [("host", "secretmanager.googleapis.com")];
    let path = "/v1/projects/p1/secrets/s-1/versions/1:access";
    let reply = fake.try_send("owner", "GET", path, &host, "").await.unwrap();
    assert_eq!(reply.json()["payload"]["data"], VALUE);
    let host = [("host", "storage.googleapis.com")];
    fake.bucket("b-1").await;
    let reply = fake.try_send("owner", "GET", "/storage/v1/b/b-1", &host, "").await.unwrap();
    assert_eq!(reply.json()["name"], "b-1");
}

#[tokio::test]
async fn no_dump_or_log_holds_a_payload() {
    let fake = with_secret().await;
    access(&fake, "1").await;
    for path in ["/control/state", "/control/requests"] {
        let dump = fake.send("GET", path, "").await;
        assert!(dump.text().contains("s-1"));
        for value in [VALUE, "a/b&c"] {
            assert!(!dump.text().contains(value), "{path}");
        }
    }
    let state: Value = fake.get("/control/state").await;
    assert_eq!(state["secrets"][0]["versions"][0]["state"], "ENABLED");
}

#[tokio::test]
async fn lists_of_secrets_and_of_accounts_come_in_pages() {
    let fake = with_secret().await;
    let body = json!({ "replication": { "automatic": {} } });
    fake.ok("POST", &format!("{SECRETS}?secretId=s-2"), &body).await;
    let accounts = "/iam/v1/projects/p1/serviceAccounts";
    for id in ["account-1", "account-2"] {
        fake.ok("POST", accounts, &json!({ "accountId": id })).await;
    }
    for (path, field) in [(SECRETS, "secrets"), (accounts, "accounts")] {
        let first = fake.get(&format!("{path}?pageSize=1")).await;
        let token = first["nextPageToken"].as_str().unwrap();
        let second = fake.get(&format!("{path}?pageSize=1&pageToken={token}")).await;
        assert_eq!(second["nextPageToken"], Value::Null);
        assert_ne!(first[field][0]["name"], second[field][0]["name"]);
        assert_eq!(second[field].as_array().unwrap().len(), 1);
    }
    let none = fake.get(&format!("{SECRETS}?filter=labels.c=d")).await;
    assert_eq!(none, json!({ "totalSize": 0 }));
}

#[tokio::test]
async fn a_project_that_does_not_use_the_api_is_told_so() {
    let fake = with_secret().await;
    fake.cloud.lock().project_mut("p1").unwrap().services.remove("secretmanager.googleapis.com");
    let refused = fake.send("GET", SECRETS, "").await;
    assert_eq!(refused.status, 403);
    let error = &refused.json()["error"];
    assert_eq!(error["errors"][0]["reason"], "accessNotConfigured");
    assert!(error["message"].as_str().unwrap().starts_with("Secret Manager API"), "{error}");
}
