//! What a VM's service account may and may not do.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

mod support;

use fake_gcp::cloud::token;
use serde_json::{Value, json};
use support::{Fake, until};

/// `resource.name` begins with one of these, in bucket `b-1`, study `s`.
fn below(prefixes: &[&str]) -> String {
    let test = |prefix: &&str| {
        format!("resource.name.startsWith(\"projects/_/buckets/b-1/objects/s/{prefix}\")")
    };
    prefixes.iter().map(test).collect::<Vec<_>>().join(" || ")
}

fn binding(role: &str, email: &str, expression: &str) -> Value {
    json!({
        "role": role,
        "members": [format!("serviceAccount:{email}")],
        "condition": { "title": "study", "expression": expression },
    })
}

/// The rights of a study's guest, as the store's module grants them.
fn guest_policy(email: &str) -> Value {
    let creates = below(&["claims/", "logs/", "outcomes/", "results/", "setup/", "status/"]);
    let reads = below(&["guest/", "inputs/", "setup/", "claims/", "results/", "outcomes/"]);
    json!({ "version": 3, "bindings": [
        binding("roles/storage.objectCreator", email, &creates),
        binding("roles/storage.objectUser", email, &below(&["status/"])),
        binding("roles/storage.objectViewer", email, &reads),
    ] })
}

async fn with_guest() -> (Fake, String, String) {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    let (token, email) = fake.account("gen-tf-s").await;
    fake.ok("PUT", "/storage/v1/b/b-1/iam", &guest_policy(&email)).await;
    (fake, token, email)
}

#[tokio::test]
async fn a_guest_creates_in_its_study_and_overwrites_its_status_only() {
    let (fake, guest, _) = with_guest().await;
    for (name, first, second) in [
        ("s/claims/a/b/1/1.json", 200, 403),
        ("s/outcomes/a/b/1/1.json", 200, 403),
        ("s/results/a/b/1/1.tar.gz", 200, 403),
        ("s/logs/a/b/1/1/0001.txt", 200, 403),
        ("s/status/a/b/1/1.json", 200, 200),
        ("s/guest/x.tar.gz", 403, 403),
        ("s/inputs/x", 403, 403),
        ("other/claims/a", 403, 403),
        ("claims/a", 403, 403),
        ("s", 403, 403),
    ] {
        assert_eq!(fake.put(&guest, "b-1", name, "1", "").await.status, first, "{name}");
        assert_eq!(fake.put(&guest, "b-1", name, "2", "").await.status, second, "{name} again");
    }
}

#[tokio::test]
async fn a_guest_that_puts_once_is_told_that_the_name_is_taken() {
    let (fake, guest, _) = with_guest().await;
    let once = "&ifGenerationMatch=0";
    assert_eq!(fake.put(&guest, "b-1", "s/outcomes/1", "a", once).await.status, 200);
    assert_eq!(fake.put(&guest, "b-1", "s/outcomes/1", "b", once).await.status, 412);
    let path = "/upload/storage/v1/b/b-1/o?uploadType=resumable&name=s/outcomes/1";
    assert_eq!(fake.by(&guest, "POST", path, "{}").await.status, 403);
    assert_eq!(fake.by(&guest, "POST", &format!("{path}{once}"), "{}").await.status, 412);
}

#[tokio::test]
async fn a_guest_deletes_nothing_but_its_status() {
    let (fake, guest, _) = with_guest().await;
    for (folder, status) in [("claims", 403), ("results", 403), ("outcomes", 403), ("status", 204)]
    {
        fake.put("owner", "b-1", &format!("s/{folder}/1"), "x", "").await;
        let path = format!("/storage/v1/b/b-1/o/s%2F{folder}%2F1");
        assert_eq!(fake.by(&guest, "DELETE", &path, "").await.status, status, "{folder}");
        let path = format!("/b-1/s/{folder}/1");
        let xml = fake.by(&guest, "DELETE", &path, "").await.status;
        // What the first request has removed is hidden from who may not list.
        assert_eq!(xml, 403, "{folder} by XML");
    }
}

#[tokio::test]
async fn who_may_not_list_gets_403_for_what_does_not_exist() {
    let (fake, guest, email) = with_guest().await;
    let path = "/storage/v1/b/b-1/o/s%2Finputs%2Fnone";
    assert_eq!(fake.by(&guest, "GET", path, "").await.status, 403);
    assert_eq!(fake.by(&guest, "GET", "/b-1/s/inputs/none", "").await.status, 403);
    assert_eq!(fake.by(&guest, "GET", "/storage/v1/b/b-1/o", "").await.status, 403);
    let member = format!("serviceAccount:{email}");
    let bindings = json!([{ "role": "roles/storage.objectViewer", "members": [member] }]);
    fake.ok("PUT", "/storage/v1/b/b-1/iam", &json!({ "bindings": bindings })).await;
    assert_eq!(fake.by(&guest, "GET", path, "").await.status, 404);
    assert_eq!(fake.by(&guest, "GET", "/storage/v1/b/b-1/o", "").await.status, 200);
}

#[tokio::test]
async fn a_guest_reads_inputs_and_neither_logs_nor_other_studies() {
    let (fake, guest, _) = with_guest().await;
    for (name, status) in
        [("s/inputs/1", 200), ("s/claims/1", 200), ("s/logs/1", 403), ("other/inputs/1", 403)]
    {
        fake.put("owner", "b-1", name, "x", "").await;
        assert_eq!(fake.by(&guest, "GET", &format!("/b-1/{name}"), "").await.status, status);
        let path = format!("/storage/v1/b/b-1/o/{}?alt=media", name.replace('/', "%2F"));
        assert_eq!(fake.by(&guest, "GET", &path, "").await.status, status, "{name}");
    }
}

#[tokio::test]
async fn a_guest_has_no_right_outside_its_store() {
    let (fake, guest, _) = with_guest().await;
    for (method, path) in [
        ("GET", "/compute/v1/projects/p1/zones/us-central1-a/instances"),
        ("DELETE", "/compute/v1/projects/p1/zones/us-central1-a/instances/a"),
        ("GET", "/compute/v1/projects/p1/aggregated/instances"),
        ("GET", "/compute/v1/projects/p1"),
        ("GET", "/compute/v1/projects/p1/zones"),
        ("GET", "/compute/v1/projects/p1/regions/us-central1"),
        ("GET", "/compute/v1/projects/p1/zones/us-central1-a/operations/x"),
        ("GET", "/storage/v1/b/b-1"),
        ("GET", "/storage/v1/b/b-1/iam"),
        ("PUT", "/storage/v1/b/b-1/iam"),
        ("DELETE", "/storage/v1/b/b-1"),
        ("POST", "/storage/v1/b?project=p1"),
        ("GET", "/secretmanager/v1/projects/p1/secrets"),
        ("GET", "/secretmanager/v1/projects/p1/secrets/none/versions/1:access"),
        ("GET", "/iam/v1/projects/p1/serviceAccounts"),
        ("POST", "/crm/v1/projects/p1:getIamPolicy"),
        ("POST", "/serviceusage/v1/projects/p1/services/compute.googleapis.com:disable"),
    ] {
        assert_eq!(fake.by(&guest, method, path, "{}").await.status, 403, "{method} {path}");
    }
}

#[tokio::test]
async fn who_has_no_token_or_an_old_one_gets_401() {
    let (fake, _, email) = with_guest().await;
    for token in ["", &token::issue(&email, 1, -1)] {
        let reply = fake.by(token, "GET", "/storage/v1/b/b-1/o/a", "").await;
        assert_eq!((reply.status, reply.reason()), (401, "authError".into()));
    }
    let xml = fake.by("", "GET", "/b-1/a", "").await;
    assert!(xml.text().contains("<Code>AuthenticationRequired</Code>"));
}

#[tokio::test]
async fn a_disabled_account_has_no_rights() {
    let (fake, guest, email) = with_guest().await;
    let path = format!("/iam/v1/projects/p1/serviceAccounts/{email}:disable");
    fake.ok("POST", &path, &json!({})).await;
    assert_eq!(fake.put(&guest, "b-1", "s/claims/1", "x", "").await.status, 403);
}

#[tokio::test]
async fn new_bindings_take_effect_after_the_delay_that_is_set() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    let (guest, email) = fake.account("gen-tf-s").await;
    fake.set(json!({ "iam_delay_ms": 3_600_000 })).await;
    fake.ok("PUT", "/storage/v1/b/b-1/iam", &guest_policy(&email)).await;
    assert_eq!(fake.put(&guest, "b-1", "s/claims/1", "x", "").await.status, 403);
    fake.ok("PUT", "/storage/v1/b/b-1/iam", &json!({ "bindings": [] })).await;
    fake.set(json!({ "iam_delay_ms": 50 })).await;
    fake.ok("PUT", "/storage/v1/b/b-1/iam", &guest_policy(&email)).await;
    until("the binding counts", || async {
        fake.put(&guest, "b-1", "s/status/1", "x", "").await.status == 200
    })
    .await;
    // A policy that is written again grants nothing new, so nothing waits.
    fake.set(json!({ "iam_delay_ms": 3_600_000 })).await;
    fake.ok("PUT", "/storage/v1/b/b-1/iam", &guest_policy(&email)).await;
    assert_eq!(fake.put(&guest, "b-1", "s/status/1", "x", "").await.status, 200);
}

#[tokio::test]
async fn a_policy_is_refused_for_what_google_would_refuse() {
    let (fake, _, email) = with_guest().await;
    let role = "roles/storage.objectViewer";
    let good = guest_policy(&email);
    let mut old_version = good.clone();
    old_version["version"] = 1.into();
    let thirteen = below(&["a"; 14]);
    let mut untitled = json!({ "version": 3, "bindings": [binding(role, &email, &below(&["a"]))] });
    untitled["bindings"][0]["condition"]["title"] = "".into();
    let nobody = "none@p1.iam.gserviceaccount.com";
    for (why, policy) in [
        ("conditions need version 3", old_version),
        (
            "too many operators",
            json!({ "version": 3, "bindings": [binding(role, &email, &thirteen)] }),
        ),
        ("not understood", json!({ "version": 3, "bindings": [binding(role, &email, "true")] })),
        ("no title", untitled),
        (
            "no such account",
            json!({ "version": 3, "bindings": [binding(role, nobody, &below(&["a"]))] }),
        ),
        ("no such role", json!({ "bindings": [{ "role": "roles/x", "members": ["allUsers"] }] })),
        ("no such kind of member", json!({ "bindings": [{ "role": role, "members": ["me"] }] })),
    ] {
        let reply = fake.send("PUT", "/storage/v1/b/b-1/iam", &policy.to_string()).await;
        assert_eq!(reply.status, 400, "{why}: {reply:?}");
    }
    let stale = json!({ "etag": "AAAAAAAAAAA=", "bindings": [] });
    assert_eq!(fake.send("PUT", "/storage/v1/b/b-1/iam", &stale.to_string()).await.status, 412);
    fake.ok("POST", "/storage/v1/b?project=p1", &json!({ "name": "b-2" })).await;
    let fine_grained = fake.send("PUT", "/storage/v1/b/b-2/iam", &good.to_string()).await;
    assert!(fine_grained.message().contains("uniform"), "{fine_grained:?}");
}

#[tokio::test]
async fn a_policy_reads_back_as_it_was_set() {
    let (fake, _, email) = with_guest().await;
    let policy = fake.get("/storage/v1/b/b-1/iam?optionsRequestedPolicyVersion=3").await;
    assert_eq!(policy["version"], 3);
    assert_eq!(policy["bindings"], guest_policy(&email)["bindings"]);
    let again = fake.ok("PUT", "/storage/v1/b/b-1/iam", &policy).await;
    assert_ne!(again["etag"], policy["etag"]);
    let old = fake.get("/storage/v1/b/b-1/iam").await;
    assert_eq!(old["version"], 1);
    assert!(old["bindings"][0]["role"].as_str().unwrap().contains("_withcond_"));
}

#[tokio::test]
async fn a_deleted_account_stays_in_policies_as_deleted() {
    let (fake, _, email) = with_guest().await;
    let path = format!("/iam/v1/projects/p1/serviceAccounts/{email}");
    fake.ok("DELETE", &path, &Value::Null).await;
    let policy = fake.get("/storage/v1/b/b-1/iam?optionsRequestedPolicyVersion=3").await;
    let member = policy["bindings"][0]["members"][0].as_str().unwrap();
    assert!(member.starts_with(&format!("deleted:serviceAccount:{email}?uid=")), "{member}");
    assert_eq!(fake.send("GET", &path, "").await.status, 404);
}

#[tokio::test]
async fn who_may_what_can_be_asked() {
    let (fake, guest, _) = with_guest().await;
    let path = "/storage/v1/b/b-1/iam/testPermissions?permissions=storage.buckets.get&permissions=storage.objects.list";
    let owner = fake.get(path).await;
    assert_eq!(owner["permissions"], json!(["storage.buckets.get", "storage.objects.list"]));
    assert_eq!(fake.by(&guest, "GET", path, "").await.json()["permissions"], json!([]));
}
