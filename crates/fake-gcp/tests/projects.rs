//! Projects, their services, and service accounts.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

mod support;

use serde_json::{Value, json};
use support::Fake;

const ACCOUNTS: &str = "/iam/v1/projects/p1/serviceAccounts";

#[tokio::test]
async fn a_project_has_a_number_a_state_and_a_policy() {
    let fake = Fake::start().await;
    for path in ["/crm/v1/projects/p1", "/crm/v3/projects/p1"] {
        let project = fake.get(path).await;
        assert_eq!(
            (&project["projectId"], &project["lifecycleState"]),
            (&json!("p1"), &json!("ACTIVE"))
        );
        assert!(project["projectNumber"].as_str().unwrap().parse::<u64>().is_ok());
    }
    assert_eq!(fake.send("GET", "/crm/v1/projects/other", "").await.status, 403);
    let policy = fake.ok("POST", "/crm/v1/projects/p1:getIamPolicy", &json!({})).await;
    let mut changed = policy.clone();
    changed["bindings"] = json!([{ "role": "roles/viewer", "members": ["user:a@b.c"] }]);
    let body = json!({ "policy": changed });
    let set = fake.ok("POST", "/crm/v1/projects/p1:setIamPolicy", &body).await;
    assert_eq!(set["bindings"], changed["bindings"]);
    let stale = fake.send("POST", "/crm/v1/projects/p1:setIamPolicy", &body.to_string()).await;
    assert_eq!(stale.status, 409);
    let asked = json!({ "permissions": ["compute.instances.create", "storage.buckets.create"] });
    let held = fake.ok("POST", "/crm/v1/projects/p1:testIamPermissions", &asked).await;
    assert_eq!(held, asked);
}

#[tokio::test]
async fn a_right_in_the_project_is_a_right_in_its_buckets() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    let (token, email) = fake.account("gen-tf-s").await;
    let member = format!("serviceAccount:{email}");
    let policy = json!({ "policy": { "bindings": [
        { "role": "roles/storage.objectViewer", "members": [member] },
        { "role": "roles/compute.viewer", "members": [member] },
    ] } });
    fake.ok("POST", "/crm/v1/projects/p1:setIamPolicy", &policy).await;
    assert_eq!(fake.by(&token, "GET", "/storage/v1/b/b-1/o", "").await.status, 200);
    assert_eq!(fake.put(&token, "b-1", "a", "x", "").await.status, 403);
    let instances = "/compute/v1/projects/p1/zones/us-central1-a/instances";
    assert_eq!(fake.by(&token, "GET", instances, "").await.status, 200);
    assert_eq!(fake.by(&token, "POST", instances, "{}").await.status, 403);
}

#[tokio::test]
async fn an_account_is_made_changed_switched_off_and_deleted() {
    let fake = Fake::start().await;
    let body = json!({ "accountId": "gen-tf-s", "serviceAccount": { "displayName": "Study s" } });
    let account = fake.ok("POST", ACCOUNTS, &body).await;
    assert_eq!(account["email"], "gen-tf-s@p1.iam.gserviceaccount.com");
    assert_eq!((&account["projectId"], &account["displayName"]), (&json!("p1"), &json!("Study s")));
    let again = fake.send("POST", ACCOUNTS, &body.to_string()).await;
    assert_eq!((again.status, again.reason()), (409, "alreadyExists".into()));
    assert_eq!(
        again.message(),
        "Service account gen-tf-s already exists within project projects/p1."
    );
    let path = format!("{ACCOUNTS}/{}", account["email"].as_str().unwrap());
    let patch = json!({ "serviceAccount": { "displayName": "New" }, "updateMask": "display_name" });
    assert_eq!(fake.ok("PATCH", &path, &patch).await["displayName"], "New");
    fake.ok("POST", &format!("{path}:disable"), &json!({})).await;
    let by_number =
        format!("/iam/v1/projects/-/serviceAccounts/{}", account["uniqueId"].as_str().unwrap());
    assert_eq!(fake.get(&by_number).await["disabled"], true);
    fake.ok("POST", &format!("{path}:enable"), &json!({})).await;
    assert_eq!(fake.get(&path).await["disabled"], Value::Null);
    assert_eq!(fake.get(ACCOUNTS).await["accounts"].as_array().unwrap().len(), 1);
    fake.ok("DELETE", &path, &Value::Null).await;
    assert_eq!(fake.send("GET", &path, "").await.status, 404);
    let second = fake.ok("POST", ACCOUNTS, &body).await;
    assert_ne!(second["uniqueId"], account["uniqueId"]);
}

#[tokio::test]
async fn an_accounts_id_must_be_well_formed() {
    let fake = Fake::start().await;
    for bad in ["short", "Upper-case", "1-digit-first", "ends-with-", &"x".repeat(31), "${x}-aaa"] {
        let body = json!({ "accountId": bad }).to_string();
        assert_eq!(fake.send("POST", ACCOUNTS, &body).await.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn who_may_act_as_an_account_gets_its_token() {
    let fake = Fake::start().await;
    let (_, email) = fake.account("gen-tf-s").await;
    let path = format!("/iamcredentials/v1/projects/-/serviceAccounts/{email}:generateAccessToken");
    let answer = fake.ok("POST", &path, &json!({ "scope": ["x"] })).await;
    let token = answer["accessToken"].as_str().unwrap();
    assert!(token.starts_with(&format!("fake.{email}.")), "{token}");
    assert!(answer["expireTime"].as_str().unwrap().ends_with('Z'));
    assert_eq!(fake.by(token, "POST", &path, "{}").await.status, 403);
}

#[tokio::test]
async fn services_are_listed_enabled_and_disabled() {
    let fake = Fake::start().await;
    let services = "/serviceusage/v1/projects/p1/services";
    let listed = fake.get(&format!("{services}?filter=state:ENABLED&pageSize=200")).await;
    let names = listed["services"].to_string();
    assert!(names.contains("/services/compute.googleapis.com"), "{names}");
    let done = fake.ok("POST", &format!("{services}/run.googleapis.com:enable"), &json!({})).await;
    assert_eq!(done["done"], true);
    assert_eq!(fake.get(&format!("{services}/run.googleapis.com")).await["state"], "ENABLED");
    fake.ok("POST", &format!("{services}/run.googleapis.com:disable"), &json!({})).await;
    assert_eq!(fake.get(&format!("{services}/run.googleapis.com")).await["state"], "DISABLED");
    let batch = format!("{services}:batchGet?names=projects/p1/services/run.googleapis.com");
    assert_eq!(fake.get(&batch).await["services"][0]["state"], "DISABLED");
    assert_eq!(fake.send("POST", &format!("{services}/run:enable"), "{}").await.status, 403);
}
