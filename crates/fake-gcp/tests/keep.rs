//! A cloud that is kept: what was answered outlives `kill -9`. Machines that are sandboxes are tested at the end only.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

#[path = "../../../tests/support/fake_gcp.rs"]
mod fake_gcp;

use fake_gcp::{FakeGcp, PROJECT};
use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    process::Command,
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

const OBJECTS: &str = "/storage/v1/b/bucket-1/o";
const ZONE: &str = "/compute/v1/projects/test-project/zones/us-central1-a";
const GLOBAL: &str = "/compute/v1/projects/test-project/global";
const UPLOAD: &str = "/upload/storage/v1/b/bucket-1/o?uploadType=media";

fn kept(folder: &Path) -> FakeGcp {
    FakeGcp::serve(folder, PROJECT, &["--keep"]).unwrap()
}

/// Puts an object where there is none, as a client that may be cut off; status and answer.
fn put_once(twin: &FakeGcp, token: &str, name: &str, text: &str) -> Option<(u16, Value)> {
    let path = format!("{UPLOAD}&ifGenerationMatch=0&name={name}");
    let kind = "Content-Type: text/plain";
    let (status, answer) = twin.try_send(token, "POST", &path, kind, text.as_bytes()).ok()?;
    Some((status, serde_json::from_slice(&answer).ok()?))
}

fn content(twin: &FakeGcp, name: &str) -> (u16, Vec<u8>) {
    twin.send("owner", "GET", &format!("{OBJECTS}/{name}?alt=media"), "text/plain", b"")
}

fn network(name: &str) -> Value {
    json!({ "name": name, "autoCreateSubnetworks": false })
}

fn make_subnetwork(twin: &FakeGcp) {
    twin.expect("POST", &format!("{GLOBAL}/networks"), Some(&network("net")));
    let subnetwork =
        json!({ "name": "sub", "network": "global/networks/net", "ipCidrRange": "10.0.0.0/24" });
    let region = "/compute/v1/projects/test-project/regions/us-central1/subnetworks";
    twin.expect("POST", region, Some(&subnetwork));
}

fn insert(twin: &FakeGcp, name: &str, restarts: bool, script: &str) {
    let image = "projects/debian-cloud/global/images/debian-12-bookworm-v20261014";
    let instance = json!({
        "name": name,
        "machineType": "zones/us-central1-a/machineTypes/n1-standard-8",
        "scheduling": { "automaticRestart": restarts },
        "disks": [{ "boot": true, "autoDelete": true,
            "initializeParams": { "sourceImage": image, "diskSizeGb": "20" } }],
        "networkInterfaces": [{ "subnetwork": "regions/us-central1/subnetworks/sub" }],
        "metadata": { "items": [{ "key": "startup-script", "value": script }] },
    });
    let operation = twin.expect("POST", &format!("{ZONE}/instances"), Some(&instance));
    assert_eq!(operation["error"], Value::Null, "{operation}");
}

fn status(twin: &FakeGcp, name: &str) -> String {
    let instance = twin.expect("GET", &format!("{ZONE}/instances/{name}"), None);
    instance["status"].as_str().unwrap().to_owned()
}

fn wait(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Uploads and makes networks one after the other until the twin is gone; notes what was answered.
fn work(twin: &FakeGcp, prefix: &str, answered: &Mutex<Vec<(String, Value)>>) {
    for n in 0.. {
        let name = format!("{prefix}-{n}");
        let Some((status, object)) = put_once(twin, "owner", &name, &format!("text of {name}"))
        else {
            return;
        };
        assert_eq!(status, 200, "{object}");
        let body = network(&name).to_string();
        let kind = "Content-Type: application/json";
        let path = format!("{GLOBAL}/networks");
        let made = twin.try_send("owner", "POST", &path, kind, body.as_bytes());
        answered.lock().unwrap().push((name, object));
        if !made.is_ok_and(|(status, _)| status == 200) {
            // The last network has not been answered; its object has.
            return;
        }
    }
}

#[test]
fn what_was_answered_is_there_after_kills_in_the_middle_of_uploads_and_creates() {
    let folder = tempfile::tempdir().unwrap();
    let mut twin = kept(folder.path());
    twin.make_bucket("bucket-1");
    let address = twin.address().to_owned();
    for round in 0..3 {
        let answered = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for worker in 0..4 {
                let (twin, answered) = (&twin, &answered);
                scope.spawn(move || work(twin, &format!("o{round}-{worker}"), answered));
            }
            wait("some answers", || answered.lock().unwrap().len() > 40);
            let kill = Command::new("kill").args(["-9", &twin.id().to_string()]).status();
            assert!(kill.unwrap().success());
        });
        twin.kill_and_restart();
        assert_eq!(twin.address(), address, "programs still call it there");
        for (name, object) in answered.into_inner().unwrap() {
            let found = twin.expect("GET", &format!("{OBJECTS}/{name}"), None);
            assert_eq!(found, object);
            assert_eq!(content(&twin, &name), (200, format!("text of {name}").into_bytes()));
            assert_eq!(put_once(&twin, "owner", &name, "other").unwrap().0, 412);
        }
        // Whatever else there is, is whole.
        let state = twin.state();
        let networks = state["networks"].as_array().unwrap().len();
        let objects = state["buckets"]["bucket-1"]["objects"].as_array().unwrap();
        assert!(objects.len() >= networks && objects.len() <= networks + 4 * (round + 1));
        for object in objects {
            let name = object["name"].as_str().unwrap();
            assert_eq!(content(&twin, name).1, format!("text of {name}").into_bytes());
        }
    }
}

#[test]
fn rights_secrets_settings_and_rules_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut twin = kept(folder.path());
    let bucket = json!({ "name": "bucket-1",
        "iamConfiguration": { "uniformBucketLevelAccess": { "enabled": true } } });
    twin.expect("POST", "/storage/v1/b?project=test-project", Some(&bucket));
    let accounts = "/iam/v1/projects/test-project/serviceAccounts";
    twin.expect("POST", accounts, Some(&json!({ "accountId": "runner" })));
    let email = "runner@test-project.iam.gserviceaccount.com";
    let prefix = "projects/_/buckets/bucket-1/objects/mine";
    let policy = json!({ "version": 3, "bindings": [{
        "role": "roles/storage.objectCreator", "members": [format!("serviceAccount:{email}")],
        "condition": { "title": "mine", "expression": format!("resource.name.startsWith('{prefix}')") },
    }] });
    let policy = twin.expect("PUT", "/storage/v1/b/bucket-1/iam", Some(&policy));
    let secrets = "/secretmanager/v1/projects/test-project/secrets";
    let secret = json!({ "replication": { "automatic": {} } });
    twin.expect("POST", &format!("{secrets}?secretId=key"), Some(&secret));
    let payload = json!({ "payload": { "data": "aGVsbG8=" } });
    twin.expect("POST", &format!("{secrets}/key:addVersion"), Some(&payload));
    twin.expect("PATCH", "/control/settings", Some(&json!({ "token_seconds": 77 })));
    twin.fail(&json!({ "match": { "path": "nothing" }, "times": 3, "fault": { "status": 503 } }));
    twin.ask("GET", "/storage/v1/b/nothing", None);
    let token = format!("fake.{email}.1.4000000000");

    twin.kill_and_restart();

    let found = "/storage/v1/b/bucket-1/iam?optionsRequestedPolicyVersion=3";
    assert_eq!(twin.expect("GET", found, None)["etag"], policy["etag"]);
    assert_eq!(put_once(&twin, &token, "mine-1", "text").unwrap().0, 200);
    assert_eq!(put_once(&twin, &token, "yours-1", "text").unwrap().0, 403);
    assert_eq!(put_once(&twin, &token, "mine-1", "text").unwrap().0, 412);
    let secret = twin.expect("GET", &format!("{secrets}/key/versions/latest:access"), None);
    assert_eq!(secret["payload"]["data"], "aGVsbG8=");
    assert_eq!(twin.expect("GET", "/control/settings", None)["token_seconds"], 77);
    let rule = &twin.expect("GET", "/control/faults", None)[0];
    assert_eq!((&rule["times"], &rule["struck"]), (&json!(2), &json!(1)));
    assert_eq!(twin.ask("GET", "/storage/v1/b/nothing", None).0, 503);
}

#[test]
fn an_upload_that_broke_off_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut twin = kept(folder.path());
    twin.make_bucket("bucket-1");
    let begun = "/upload/storage/v1/b/bucket-1/o?uploadType=resumable&name=big";
    twin.expect("POST", begun, None);
    let path = "/upload/storage/v1/b/bucket-1/o?uploadType=resumable&upload_id=upload-00000001";
    let bytes: Vec<u8> = (0..400_000_u32).flat_map(u32::to_be_bytes).collect();
    let (first, second) = bytes.split_at(262_144);
    let total = bytes.len();
    let send = |twin: &FakeGcp, range: &str, part: &[u8]| {
        let header = format!("Content-Range: bytes {range}/{total}");
        twin.try_send("owner", "PUT", path, &header, part).unwrap()
    };
    assert_eq!(send(&twin, "0-262143", first).0, 308);
    twin.kill_and_restart();
    assert_eq!(send(&twin, "*", b"").0, 308);
    assert_eq!(send(&twin, &format!("262144-{}", total - 1), second).0, 200);
    twin.kill_and_restart();
    assert_eq!(content(&twin, "big").1, bytes);
    assert_eq!(send(&twin, "*", b"").0, 404);
}

#[test]
fn files_go_only_when_nothing_has_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut twin = kept(folder.path());
    twin.make_bucket("bucket-1");
    for text in ["one", "two"] {
        let (status, _) =
            twin.send("owner", "POST", &format!("{UPLOAD}&name=a"), "text/plain", text.as_bytes());
        assert_eq!(status, 200);
    }
    twin.expect("POST", &format!("{OBJECTS}/a/copyTo/b/bucket-1/o/b"), Some(&json!({})));
    twin.kill_and_restart();
    let files = || fs::read_dir(folder.path().join("objects")).unwrap().count();
    assert_eq!(files(), 1, "both objects have the same bytes");
    twin.expect("DELETE", &format!("{OBJECTS}/a"), None);
    assert_eq!(content(&twin, "b").1, b"two");
    twin.expect("DELETE", &format!("{OBJECTS}/b"), None);
    twin.kill_and_restart();
    assert_eq!(files(), 0);
}

#[test]
fn what_was_under_way_ends_and_instances_have_had_a_host_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut twin = kept(folder.path());
    make_subnetwork(&twin);
    twin.expect("POST", &format!("{GLOBAL}/networks"), Some(&network("old")));
    insert(&twin, "stays-off", false, "");
    insert(&twin, "comes-back", true, "");
    insert(&twin, "goes", false, "");
    twin.expect("PATCH", "/control/settings", Some(&json!({ "operation_delay_ms": 3_600_000 })));
    twin.expect("POST", &format!("{GLOBAL}/networks"), Some(&network("new")));
    twin.expect("DELETE", &format!("{GLOBAL}/networks/old"), None);
    twin.expect("DELETE", &format!("{ZONE}/instances/goes"), None);
    twin.expect("PATCH", "/control/settings", Some(&json!({ "operation_delay_ms": 0 })));

    twin.kill_and_restart();

    assert_eq!(status(&twin, "stays-off"), "TERMINATED");
    assert_eq!(status(&twin, "comes-back"), "RUNNING");
    assert_eq!(twin.ask("GET", &format!("{ZONE}/instances/goes"), None).0, 404);
    assert_eq!(twin.ask("GET", &format!("{GLOBAL}/networks/new"), None).0, 200);
    assert_eq!(twin.ask("GET", &format!("{GLOBAL}/networks/old"), None).0, 404);
    let state = twin.state();
    let operations = state["operations"].as_array().unwrap();
    assert!(operations.iter().all(|operation| operation["status"] == "DONE"), "{operations:?}");
    let failed = |o: &&Value| o["operationType"] == "compute.instances.hostError";
    assert_eq!(operations.iter().filter(failed).count(), 2);
}

#[test]
fn a_second_twin_and_a_spoilt_file_are_refused_and_a_start_without_the_option_forgets() {
    let folder = tempfile::tempdir().unwrap();
    let twin = kept(folder.path());
    twin.make_bucket("bucket-1");
    let said = FakeGcp::serve(folder.path(), PROJECT, &["--keep"]).map(drop).unwrap_err();
    assert!(said.contains("cloud.lock (end the fake-gcp that has it)"), "{said}");
    drop(twin);
    drop(FakeGcp::serve(folder.path(), PROJECT, &[]).unwrap());
    let twin = kept(folder.path());
    assert_eq!(twin.state()["buckets"], json!({}));
    drop(twin);
    fs::write(folder.path().join("cloud.json"), "{").unwrap();
    let said = FakeGcp::serve(folder.path(), PROJECT, &["--keep"]).map(drop).unwrap_err();
    assert!(said.contains("cloud.json (remove it to begin with an empty cloud)"), "{said}");
}

#[test]
fn a_machine_is_off_after_a_kill_and_can_be_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut twin) = FakeGcp::kept(folder.path(), PROJECT) else { return };
    make_subnetwork(&twin);
    let script = "#!/bin/bash\necho up\nwhile :; do date >>/var/tmp/busy; done\n";
    insert(&twin, "vm", false, script);
    insert(&twin, "again", true, script);
    let log = |name: &str| {
        fs::read_to_string(folder.path().join(format!("vms/{name}/serial.log"))).unwrap_or_default()
    };
    let boots = |name: &str| log(name).matches("startup-script: up\n").count();
    wait("two guests", || boots("vm") == 1 && boots("again") == 1);

    twin.kill_and_restart();

    assert_eq!(status(&twin, "vm"), "TERMINATED");
    wait("another boot", || boots("again") == 2);
    assert_eq!(status(&twin, "again"), "RUNNING");
    assert_eq!(boots("vm"), 1);
    twin.expect("POST", &format!("{ZONE}/instances/vm/start"), None);
    wait("a start", || boots("vm") == 2);
    twin.kill_and_restart();
    twin.expect("PATCH", "/control/settings", Some(&json!({ "stop_grace_ms": 0 })));
    for name in ["vm", "again"] {
        twin.expect("DELETE", &format!("{ZONE}/instances/{name}"), None);
        let path = format!("{ZONE}/instances/{name}");
        wait("a deletion", || twin.ask("GET", &path, None).0 == 404);
        assert!(!folder.path().join(format!("vms/{name}/disk")).exists());
    }
}
