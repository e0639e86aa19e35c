//! What instances go through, with and without somebody who boots them.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

mod support;

use fake_gcp::{
    cloud::Cloud,
    machine::{Host, Machines, Vm, VmName},
};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex, Weak},
    time::Duration,
};
use support::{Fake, until};

const A: &str = "/compute/v1/projects/p1/zones/us-central1-a/instances/a";

/// Writes down what it is asked for; its guests end as soon as they are told.
struct Recorder {
    cloud: Weak<Cloud>,
    calls: Mutex<Vec<String>>,
    boots: bool,
}

impl Recorder {
    fn attach(fake: &Fake, boots: bool) -> Arc<Self> {
        let cloud = Arc::downgrade(&fake.cloud);
        let recorder = Arc::new(Self { cloud, calls: Mutex::default(), boots });
        assert!(fake.cloud.attach(recorder.clone()).is_ok());
        recorder
    }

    fn note(&self, call: String) {
        self.calls.lock().unwrap().push(call);
    }

    fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }
}

impl Machines for Recorder {
    fn boot(&self, vm: Vm) -> anyhow::Result<()> {
        let script = &vm.metadata["startup-script"];
        self.note(format!("boot {} {script} {} GB {}", vm.name.name, vm.disk_gb, vm.machine_type));
        anyhow::ensure!(self.boots, "no sandbox here");
        Ok(())
    }

    fn stop(&self, name: &VmName, grace: Duration) {
        let cloud = self.cloud.upgrade().unwrap();
        let preempted = if cloud.preempted(name) { " preempted" } else { "" };
        self.note(format!("stop {} {}s{preempted}", name.name, grace.as_secs()));
        cloud.powered_off(name);
    }

    fn reboot(&self, name: &VmName) {
        self.note(format!("reboot {}", name.name));
    }

    fn delete(&self, name: &VmName) {
        self.note(format!("delete {}", name.name));
    }
}

fn body(scheduling: &Value) -> Value {
    json!({
        "name": "a", "machineType": "zones/us-central1-a/machineTypes/e2-medium",
        "disks": [{ "boot": true, "autoDelete": true, "initializeParams": {
            "sourceImage": "projects/debian-cloud/global/images/family/debian-12", "diskSizeGb": "20" } }],
        "networkInterfaces": [{ "network": "global/networks/n" }],
        "metadata": { "items": [{ "key": "startup-script", "value": "script" }] },
        "scheduling": scheduling,
    })
}

async fn insert(fake: &Fake, scheduling: &Value) -> Value {
    let network = json!({ "name": "n", "autoCreateSubnetworks": true });
    fake.send("POST", "/compute/v1/projects/p1/global/networks", &network.to_string()).await;
    let path = A.strip_suffix("/a").unwrap();
    fake.ok("POST", path, &body(scheduling)).await
}

async fn status(fake: &Fake) -> String {
    let reply = fake.send("GET", A, "").await;
    if reply.status == 404 {
        "gone".into()
    } else {
        reply.json()["status"].as_str().unwrap().into()
    }
}

async fn control(fake: &Fake, verb: &str) {
    fake.ok("POST", &format!("/control/instances/us-central1-a/a/{verb}"), &json!({})).await;
}

fn name() -> VmName {
    VmName { project: "p1".into(), zone: "us-central1-a".into(), name: "a".into() }
}

#[tokio::test]
async fn machines_are_booted_stopped_started_reset_and_deleted() {
    let fake = Fake::start().await;
    let machines = Recorder::attach(&fake, true);
    assert_eq!(insert(&fake, &json!({})).await["status"], "DONE");
    assert_eq!(status(&fake).await, "RUNNING");
    fake.ok("POST", &format!("{A}/stop"), &Value::Null).await;
    assert_eq!(status(&fake).await, "TERMINATED");
    fake.ok("POST", &format!("{A}/start"), &Value::Null).await;
    assert_eq!(status(&fake).await, "RUNNING");
    fake.ok("POST", &format!("{A}/reset"), &Value::Null).await;
    fake.ok("DELETE", A, &Value::Null).await;
    assert_eq!(status(&fake).await, "gone");
    let boot = "boot a script 20 GB e2-medium";
    assert_eq!(machines.calls(), [boot, "stop a 90s", boot, "reboot a", "stop a 90s", "delete a"]);
    assert_eq!(fake.get("/control/state").await["disks"], json!([]));
}

#[tokio::test]
async fn a_guest_that_powers_itself_off_leaves_a_stopped_instance() {
    let fake = Fake::start().await;
    let machines = Recorder::attach(&fake, true);
    insert(
        &fake,
        &json!({ "instanceTerminationAction": "DELETE", "maxRunDuration": { "seconds": 60 } }),
    )
    .await;
    fake.cloud.powered_off(&name());
    assert_eq!(status(&fake).await, "TERMINATED");
    assert!(!machines.calls().contains(&"delete a".to_owned()));
    assert!(fake.get(A).await["lastStopTimestamp"].is_string());
}

#[tokio::test]
async fn a_preempted_guest_is_told_and_then_stopped_or_deleted() {
    for (action, end) in [("STOP", "TERMINATED"), ("DELETE", "gone")] {
        let fake = Fake::start().await;
        let machines = Recorder::attach(&fake, true);
        insert(&fake, &json!({ "provisioningModel": "SPOT", "instanceTerminationAction": action }))
            .await;
        assert!(!fake.cloud.preempted(&name()));
        control(&fake, "preempt").await;
        until(end, || async { status(&fake).await == end }).await;
        assert_eq!(machines.calls()[1], "stop a 30s preempted");
        let operations = "/compute/v1/projects/p1/zones/us-central1-a/operations";
        let filter = "?filter=operationType=compute.instances.preempted";
        let list = fake.get(&format!("{operations}{filter}")).await;
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        let again = fake.send("POST", "/control/instances/us-central1-a/a/preempt", "{}").await;
        assert!([400, 404].contains(&again.status));
    }
}

#[tokio::test]
async fn a_started_instance_is_no_longer_preempted() {
    let fake = Fake::start().await;
    fake.set(json!({ "preempt_grace_ms": 20 })).await;
    insert(&fake, &json!({ "provisioningModel": "SPOT" })).await;
    control(&fake, "preempt").await;
    assert!(fake.cloud.preempted(&name()));
    until("off", || async { status(&fake).await == "TERMINATED" }).await;
    assert!(fake.cloud.preempted(&name()));
    fake.ok("POST", &format!("{A}/start"), &Value::Null).await;
    assert!(!fake.cloud.preempted(&name()));
}

#[tokio::test]
async fn an_instance_past_its_time_ends_as_its_schedule_says() {
    for (action, end) in [("STOP", "TERMINATED"), ("DELETE", "gone")] {
        let fake = Fake::start().await;
        let limit = json!({ "seconds": "60" });
        insert(&fake, &json!({ "maxRunDuration": limit, "instanceTerminationAction": action }))
            .await;
        control(&fake, "expire").await;
        until(end, || async { status(&fake).await == end }).await;
        assert!(!fake.cloud.preempted(&name()));
    }
}

/// The clock of the runtime stands still and jumps to the next timer when nothing else is to do.
#[tokio::test(start_paused = true)]
async fn the_time_of_an_instance_runs_out_by_itself() {
    let state = tempfile::tempdir().unwrap();
    let folder = camino::Utf8PathBuf::from_path_buf(state.path().to_owned()).unwrap();
    let cloud = Cloud::create(&folder, &["p1".to_owned()]).unwrap();
    let place = fake_gcp::cloud::compute::Place::zonal("p1", "us-central1-a", "instances");
    let instance = json!({ "name": "a", "status": "PROVISIONING", "scheduling": {
        "maxRunDuration": { "seconds": "60" }, "instanceTerminationAction": "DELETE" } });
    let operation = {
        let mut model = cloud.lock();
        model.compute.add(&place, "a", instance).unwrap();
        model.compute.begin("insert", &place, "a", "test")
    };
    let none = fake_gcp::cloud::fault::Struck::default();
    cloud.launch(name(), operation, &none).await;
    let status = || {
        let model = cloud.lock();
        model.compute.get(&place, "a").ok().map(|i| i["status"].clone())
    };
    assert_eq!(status(), Some(json!("RUNNING")));
    tokio::time::sleep(Duration::from_secs(59)).await;
    assert_eq!(status(), Some(json!("RUNNING")));
    tokio::time::sleep(Duration::from_secs(2)).await;
    // It is removed by a thread of its own.
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    while status().is_some() {
        assert!(std::time::Instant::now() < deadline);
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn what_does_not_boot_fails_its_operation_and_leaves_nothing() {
    let fake = Fake::start().await;
    Recorder::attach(&fake, false);
    let operation = insert(&fake, &json!({})).await;
    assert_eq!(operation["error"]["errors"][0]["message"], "no sandbox here");
    assert_eq!(status(&fake).await, "gone");
    assert_eq!(fake.get("/control/state").await["disks"], json!([]));
}

#[tokio::test]
async fn operations_take_as_long_as_is_set_and_can_be_waited_for() {
    let fake = Fake::start().await;
    fake.set(json!({ "operation_delay_ms": 300 })).await;
    let operation = insert(&fake, &json!({})).await;
    assert_eq!(operation["status"], "PENDING");
    let network_is_made = "/compute/v1/projects/p1/global/networks/n";
    fake.get(network_is_made).await;
    assert_eq!(status(&fake).await, "PROVISIONING");
    let path = format!(
        "/compute/v1/projects/p1/zones/us-central1-a/operations/{}",
        operation["name"].as_str().unwrap()
    );
    until("it is at work", || async { fake.get(&path).await["status"] == "RUNNING" }).await;
    let done = fake.ok("POST", &format!("{path}/wait"), &Value::Null).await;
    assert_eq!((&done["status"], &done["progress"]), (&json!("DONE"), &json!(100)));
    assert!(done["selfLink"].as_str().unwrap().starts_with(&fake.base));
    assert_eq!(status(&fake).await, "RUNNING");
    let global = path.replace("zones/us-central1-a", "global");
    assert_eq!(fake.send("GET", &global, "").await.status, 404);
}

#[tokio::test]
async fn an_instance_that_is_being_made_is_deleted_after_it_is_made() {
    let fake = Fake::start().await;
    let machines = Recorder::attach(&fake, true);
    let slow = json!({ "operation_delay_ms": 700 });
    fake.fault(json!({ "match": { "path": "/instances$" }, "fault": slow })).await;
    assert_eq!(insert(&fake, &json!({})).await["status"], "PENDING");
    let deleted = fake.ok("DELETE", A, &Value::Null).await;
    assert_ne!(deleted["status"], "DONE");
    until("gone", || async { status(&fake).await == "gone" }).await;
    assert_eq!(machines.calls(), ["boot a script 20 GB e2-medium", "stop a 90s", "delete a"]);
}

#[tokio::test]
async fn an_own_image_can_be_booted_and_a_machine_changed_while_it_is_off() {
    let fake = Fake::start().await;
    let image = json!({ "name": "baked", "diskSizeGb": "30" });
    fake.ok("POST", "/compute/v1/projects/p1/global/images", &image).await;
    assert_eq!(fake.get("/compute/v1/projects/p1/global/images/baked").await["status"], "READY");
    insert(&fake, &json!({})).await;
    let mut other = body(&json!({}));
    other["name"] = "b".into();
    other["disks"][0]["initializeParams"] = json!({ "sourceImage": "global/images/baked" });
    fake.ok("POST", A.strip_suffix("/a").unwrap(), &other).await;
    let disk = fake.get("/compute/v1/projects/p1/zones/us-central1-a/disks/b").await;
    assert_eq!(disk["sizeGb"], "30");
    fake.ok("POST", &format!("{A}/stop"), &Value::Null).await;
    let machine = json!({ "machineType": "zones/us-central1-a/machineTypes/n2-standard-4" });
    fake.ok("POST", &format!("{A}/setMachineType"), &machine).await;
    let link = fake.get(A).await["machineType"].as_str().unwrap().to_owned();
    assert!(link.ends_with("projects/p1/zones/us-central1-a/machineTypes/n2-standard-4"), "{link}");
    assert!(link.starts_with("https://www.googleapis.com/compute/v1/"));
    let none = fake.send("POST", &format!("{A}/reset"), "").await;
    assert_eq!((none.status, none.reason()), (400, "resourceNotReady".into()));
}

#[tokio::test]
async fn a_stockout_is_an_error_of_the_operation() {
    let fake = Fake::start().await;
    let message = "The zone 'projects/p1/zones/us-central1-a' does not have enough resources available to fulfill the request.  '(resource type:compute)'.";
    fake.fault(json!({
        "match": { "method": "POST", "path": "/instances$" }, "times": 1,
        "fault": { "operation_error": { "code": "ZONE_RESOURCE_POOL_EXHAUSTED", "message": message } },
    }))
    .await;
    let failed = insert(&fake, &json!({})).await;
    assert_eq!(
        failed["error"]["errors"],
        json!([{ "code": "ZONE_RESOURCE_POOL_EXHAUSTED", "message": message }])
    );
    assert_eq!(failed["httpErrorStatusCode"], 503);
    assert_eq!(status(&fake).await, "gone");
    assert_eq!(insert(&fake, &json!({})).await["error"], Value::Null);
}

#[tokio::test]
async fn a_disk_without_auto_delete_outlives_its_instance() {
    let fake = Fake::start().await;
    insert(&fake, &json!({})).await;
    let path = format!("{A}/setDiskAutoDelete?autoDelete=false&deviceName=persistent-disk-0");
    fake.ok("POST", &path, &Value::Null).await;
    fake.ok("DELETE", A, &Value::Null).await;
    let disk = "/compute/v1/projects/p1/zones/us-central1-a/disks/a";
    assert_eq!(fake.get(disk).await["users"], json!([]));
    assert_eq!(fake.ok("DELETE", disk, &Value::Null).await["status"], "DONE");
}

#[tokio::test]
async fn a_protected_instance_is_not_deleted() {
    let fake = Fake::start().await;
    insert(&fake, &json!({})).await;
    fake.ok("POST", &format!("{A}/setDeletionProtection"), &Value::Null).await;
    assert_eq!(fake.send("DELETE", A, "").await.reason(), "invalidResourceUsage");
    let path = format!("{A}/setDeletionProtection?deletionProtection=false");
    fake.ok("POST", &path, &Value::Null).await;
    fake.ok("DELETE", A, &Value::Null).await;
}

#[tokio::test]
async fn the_metadata_that_a_guest_sees_is_the_current_one() {
    let fake = Fake::start().await;
    insert(&fake, &json!({})).await;
    assert_eq!(fake.cloud.metadata(&name())["startup-script"], "script");
    let fingerprint = fake.get(A).await["metadata"]["fingerprint"].clone();
    let body = json!({ "fingerprint": fingerprint, "items": [{ "key": "k", "value": "v" }] });
    fake.ok("POST", &format!("{A}/setMetadata"), &body).await;
    assert_eq!(fake.cloud.metadata(&name())["k"], "v");
}
