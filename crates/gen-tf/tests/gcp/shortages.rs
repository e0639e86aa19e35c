//! Machines that can't be had: what the next call knows of it, and quotas that are kept to before they
//! are an error.

use std::fs;

use serde_json::{Value, json};

use crate::{
    fake_gcp::FakeGcp,
    place::{Place, wait_until},
    study::{APPLY, TARGET, assert_no_changes, cloud, count, place_of},
};

/// Two experiments that could run side by side.
const TWO: &str =
    "  tools = [\"steady\"]\n  services = [\"left\", \"right\"]\n  runs = 1\n  duration = \"2s\"\n";

/// A call of a schedule, with rests of ten minutes at first: longer than any test.
const CALL: &[&str] = &["apply", "--yes", "--look-every", "100s"];

const SHORTAGE: &str = "/storage/v1/b/test-project-pair/o/pair%2Fshortage.json";

/// What the store remembers of a shortage.
fn shortage(cloud: &FakeGcp) -> Option<Value> {
    let (status, body) = cloud.ask("GET", &format!("{SHORTAGE}?alt=media"), None);
    (status == 200).then(|| serde_json::from_str(&body).unwrap())
}

/// As if the rest had passed.
fn let_it_rest(cloud: &FakeGcp) {
    let mut shortage = shortage(cloud).unwrap();
    shortage["next"] = json!("2020-01-01T00:00:00Z");
    let upload =
        "/upload/storage/v1/b/test-project-pair/o?uploadType=media&name=pair/shortage.json";
    cloud.expect("POST", upload, Some(&shortage));
}

/// How many VMs were asked for, in vain or not.
fn creates(cloud: &FakeGcp) -> usize {
    let is_create = |it: &&Value| {
        it["method"] == "POST" && it["path"].as_str().unwrap().ends_with("/instances")
    };
    cloud.requests().iter().filter(is_create).count()
}

fn set_quota(cloud: &FakeGcp, metric: &str, limit: f64) {
    cloud.expect("PATCH", "/control/settings", Some(&json!({ "quotas": { metric: limit } })));
}

fn status(place: &Place) -> Value {
    serde_json::from_str(&place.run(&["status", "--json"]).expect(0).stdout).unwrap()
}

/// A folder that knows nothing but the study; the store and the state are all that is left of others.
fn elsewhere(cloud: &FakeGcp) -> Place {
    place_of(TWO, &format!("{TARGET}  state_bucket = \"test-project-state\"\n"), cloud)
}

/// Leaves a folder without destroying anything.
fn leave(place: &Place) {
    fs::remove_dir_all(place.path("workspace-gcp")).unwrap();
}

#[test]
fn calls_without_a_memory_of_their_own_keep_to_the_rest_after_a_stockout() {
    let cloud = FakeGcp::start();
    cloud.make_bucket("test-project-state");
    let message = "The zone does not have enough resources available to fulfill the request.";
    let error = json!({ "code": "ZONE_RESOURCE_POOL_EXHAUSTED", "message": message });
    cloud.fail(&json!({ "match": { "method": "POST", "path": "/zones/[^/]+/instances$" },
        "fault": { "operation_error": error } }));

    let first = elsewhere(&cloud);
    let refused = first.run(CALL).expect(4);
    assert!(
        refused.stderr.contains("us-central1-a has no machines left for now: tries the next zone")
    );
    assert!(refused.stderr.contains("us-central1-b has no machines left for now: what could not"));
    assert_eq!(creates(&cloud), 4, "two VMs in each zone");
    leave(&first);

    let second = elsewhere(&cloud);
    let rests = second.run(CALL).expect(0);
    assert!(rests.stderr.contains("more machines are asked for in"), "{}", rests.stderr);
    assert_eq!(creates(&cloud), 4, "nobody asked");
    let by_hand = second.run(&["apply"]).expect(1);
    assert!(by_hand.stderr.contains("asks again now"), "{}", by_hand.stderr);
    told_by_status(&second, &shortage(&cloud).unwrap());
    leave(&second);

    let_it_rest(&cloud);
    let third = elsewhere(&cloud);
    let asked = third.run(CALL).expect(4);
    assert!(asked.stderr.contains("us-central1-a"), "it has rested longest: {}", asked.stderr);
    let again = shortage(&cloud).unwrap();
    assert_eq!((creates(&cloud), &again["rest_seconds"]), (6, &json!(1200)), "twice as long");

    cloud.heal();
    let_it_rest(&cloud);
    third.run(CALL).expect(0);
    assert_eq!(count(&cloud.state(), "instances"), 2);
    assert_eq!(shortage(&cloud), None, "all were to be had again");
    let status = status(&third);
    assert!(
        status["shortage"].is_null() && status["experiments"][0]["waits"].is_null(),
        "{status}"
    );
    third.run(&["destroy", "--yes"]).expect(0);
}

/// Reason and next time stand beside the counts and at each pending experiment.
#[track_caller]
fn told_by_status(place: &Place, shortage: &Value) {
    let status = status(place);
    assert_eq!((&status["pending"], &status["shortage"]), (&json!(2), shortage));
    let zones = shortage["zones"].as_object().unwrap();
    assert_eq!((zones.len(), &shortage["rest_seconds"]), (2, &json!(600)), "{shortage}");
    for row in status["experiments"].as_array().unwrap() {
        assert_eq!((&row["state"], &row["attempt"]), (&json!("pending"), &json!(1)));
        let expected =
            json!({ "kind": "stockout", "reason": shortage["reason"], "next": shortage["next"] });
        assert_eq!(row["waits"], expected);
    }
    let text = place.run(&["status"]).expect(0);
    assert!(
        text.stdout.contains("  until ") && text.stdout.contains("stockout"),
        "{}",
        text.stdout
    );
    let next = format!("the first apply after {}", shortage["next"].as_str().unwrap());
    assert!(
        text.stderr.contains(&next) && text.stderr.contains("no machines left"),
        "{}",
        text.stderr
    );
}

#[test]
fn a_quota_below_max_parallel_is_kept_to_and_no_create_fails() {
    let Some((_folder, cloud)) = cloud() else { return };
    let place = place_of(TWO, TARGET, &cloud);
    // A VM that has stopped counts for this one until it is removed.
    set_quota(&cloud, "SSD_TOTAL_GB", 100.0);
    let plan: Value =
        serde_json::from_str(&place.run(&["plan", "--json"]).expect(0).stdout).unwrap();
    let facts = json!([plan["starts"].as_array().unwrap().len(), plan["waves"], plan["at_once"]]);
    assert_eq!(facts, json!([1, 2, 1]));
    let quota =
        json!({ "metric": "SSD_TOTAL_GB", "limit": 100.0, "usage": 0.0, "each": 100.0, "vms": 1 });
    assert_eq!(plan["quota"], quota);
    let text = place.run(&["plan"]).expect(0).stdout;
    assert!(
        text.contains("quota SSD_TOTAL_GB: 0 of 100 are in use, a VM takes 100: 1 at a time"),
        "{text}"
    );

    let applied = place.run(APPLY).expect(0);
    let told =
        "quota SSD_TOTAL_GB: 0 of 100 are in use, a VM takes 100: 1 of at most 3 VMs at a time";
    assert_eq!(applied.stderr.matches(told).count(), 1, "{}", applied.stderr);
    assert!(applied.stderr.contains("2 of 2 succeeded"), "{}", applied.stderr);
    assert!(!applied.stderr.contains("error:"), "{}", applied.stderr);
    assert_eq!((creates(&cloud), shortage(&cloud)), (2, None));
    assert_no_changes(&place);
    place.run(&["destroy", "--yes"]).expect(0);
}

#[test]
fn a_quota_that_holds_no_vm_is_told_with_its_numbers_before_anything_is_made() {
    let cloud = FakeGcp::start();
    let place = place_of(TWO, TARGET, &cloud);
    set_quota(&cloud, "CPUS", 4.0);
    let refused = place.run(&["apply", "--yes"]).expect(4);
    let told = "no VM fits into quota CPUS: 0 of 4 are in use, a VM takes 8";
    assert!(
        refused.stderr.contains(told) && refused.stderr.contains("hint:"),
        "{}",
        refused.stderr
    );
    assert_eq!(count(&cloud.state(), "networks"), 0);
    let mut waits = place.spawn_quietly(APPLY);
    let asks = |cloud: &FakeGcp| {
        let requests = cloud.requests();
        requests.iter().filter(|it| it["path"].as_str().unwrap().ends_with("/us-central1")).count()
    };
    let before = asks(&cloud);
    wait_until("it has asked for the quotas", || asks(&cloud) > before);
    set_quota(&cloud, "CPUS", 24.0);
    wait_until("both run", || count(&cloud.state(), "instances") == 2);
    // The first signal ends the waiting alone.
    assert!(
        std::process::Command::new("kill")
            .args(["-INT", &waits.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(waits.wait().unwrap().code(), Some(130));
    place.run(&["destroy", "--yes"]).expect(0);
}
