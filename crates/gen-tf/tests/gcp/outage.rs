//! A store that does not answer, answers late, twice or in part: asked again, then reported, and never
//! taken for one without results.

use std::{fs, process::Stdio, thread};

use serde_json::{Value, json};

use crate::{
    fake_gcp::FakeGcp,
    place::{Place, Ran, wait_until},
    study::{APPLY, TARGET, cloud, count, place_of},
};

/// One experiment that is soon done.
const ONE: &str =
    "  tools = [\"steady\"]\n  services = [\"left\"]\n  runs = 1\n  duration = \"2s\"\n";

/// One that is still at work when the store goes away.
const LONGER: &str =
    "  tools = [\"steady\"]\n  services = [\"left\"]\n  runs = 1\n  duration = \"10s\"\n";

/// A listing of outcomes.
fn listings() -> Value {
    json!({ "method": "GET", "path": "prefix=[^&]*outcomes" })
}

/// A rule that breaks listings, for some times or for ever.
fn breaks(times: Option<u32>, fault: &Value) -> Value {
    json!({ "match": listings(), "times": times, "fault": fault })
}

fn down() -> Value {
    json!({ "status": 503, "reason": "backendError", "message": "down for long" })
}

/// How many VMs the cloud was ever asked for.
fn vms(cloud: &FakeGcp) -> usize {
    let requests = cloud.requests();
    let is_create = |request: &&Value| {
        request["method"] == "POST" && request["path"].as_str().unwrap().ends_with("/instances")
    };
    requests.iter().filter(is_create).count()
}

/// A study that is done.
fn done(cloud: &FakeGcp) -> Place {
    let place = place_of(ONE, TARGET, cloud);
    place.run(APPLY).expect(0);
    assert_eq!(vms(cloud), 1);
    place
}

#[test]
fn a_listing_that_fails_for_a_moment_is_asked_again_and_no_result_is_missed() {
    let Some((_folder, cloud)) = cloud() else { return };
    let place = done(&cloud);
    for fault in [
        down(),
        json!("drop_connection"),
        json!("drop_response"),
        json!({ "truncate_body": 60 }),
        json!({ "delay_ms": 1_500 }),
    ] {
        cloud.heal();
        cloud.fail(&breaks(Some(2), &fault));
        let applied = place.run(&["apply", "--yes"]).expect(0);
        assert!(applied.stderr.contains("1 of 1 succeeded"), "{fault}: {}", applied.stderr);
        assert!(!applied.stderr.contains("starts "), "{fault}: {}", applied.stderr);
        cloud.assert_that_all_failed();
    }
    assert_eq!(vms(&cloud), 1, "nothing was run again");
    place.run(&["destroy", "--yes"]).expect(0);
}

#[test]
fn a_listing_that_keeps_failing_is_an_error_that_names_it_and_nothing_is_changed() {
    let Some((_folder, cloud)) = cloud() else { return };
    let place = done(&cloud);
    let before = fs::read(place.path("workspace-gcp/terraform.tfstate")).unwrap();
    cloud.fail(&breaks(None, &down()));
    // Each asks for most of a minute; side by side.
    thread::scope(|scope| {
        for command in [&["apply", "--yes"][..], &["status"], &["retry", "*"]] {
            scope.spawn(|| assert_told(&place.run(command).expect(1)));
        }
    });
    cloud.heal();
    let cut = json!({ "truncate_body": 60 });
    cloud.fail(&breaks(None, &cut));
    assert_told(&place.run(&["apply", "--wait", "--yes"]).expect(1));
    assert_eq!(fs::read(place.path("workspace-gcp/terraform.tfstate")).unwrap(), before);
    assert_eq!((vms(&cloud), count(&cloud.state(), "instances")), (1, 0));
    cloud.heal();
    place.run(&["destroy", "--yes"]).expect(0);
}

#[track_caller]
fn assert_told(ran: &Ran) {
    let error = "error: cannot list `outcomes/` in the store gs://test-project-pair/pair";
    assert!(ran.stderr.contains(error), "{}", ran.stderr);
    assert!(!ran.stderr.contains("starts "), "{}", ran.stderr);
}

#[test]
fn whoever_waits_outlives_a_store_that_is_away_for_longer_than_a_look_takes() {
    let Some((_folder, cloud)) = cloud() else { return };
    let place = place_of(LONGER, TARGET, &cloud);
    let said = place.path("said");
    let mut waiting = place
        .command(APPLY)
        .stdout(Stdio::null())
        .stderr(fs::File::create(&said).unwrap())
        .spawn()
        .unwrap();
    let says = |text: &str| fs::read_to_string(&said).unwrap().contains(text);
    wait_until("the attempt is claimed", || {
        let path = "/storage/v1/b/test-project-pair/o?prefix=pair/claims/";
        let (status, listing) = cloud.ask("GET", path, None);
        status == 200 && listing.contains("1.json")
    });
    cloud.fail(&breaks(None, &down()));
    wait_until("a look has failed", || says("looks again"));
    assert!(says("cannot list `outcomes/` in the store gs://test-project-pair/pair"));
    cloud.heal();
    let status = waiting.wait().unwrap();
    let said = fs::read_to_string(&said).unwrap();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(said.contains("the store answers again"), "{said}");
    assert!(said.contains("1 of 1 succeeded"), "{said}");
    assert_eq!(vms(&cloud), 1, "{said}");
    let requests = cloud.requests();
    let listed = requests.iter().filter(|it| {
        let path = it["path"].as_str().unwrap();
        path.contains("prefix=") && path.contains("status")
    });
    assert_eq!(listed.count(), 0, "beats of what runs are read, not all there ever were listed");
    place.run(&["destroy", "--yes"]).expect(0);
}

#[test]
fn a_bucket_that_was_removed_is_no_study_without_results() {
    let Some((_folder, cloud)) = cloud() else { return };
    let place = done(&cloud);
    let bucket = "/storage/v1/b/test-project-pair";
    let state = cloud.state();
    for object in state["buckets"]["test-project-pair"]["objects"].as_array().unwrap() {
        let name = object["name"].as_str().unwrap().replace('/', "%2F");
        let generation = object["generation"].as_str().unwrap();
        let path = format!("{bucket}/o/{name}?generation={generation}");
        cloud.expect("DELETE", &path, None);
    }
    cloud.expect("DELETE", bucket, None);
    let refused = place.run(APPLY).expect(1);
    assert!(refused.stderr.contains("the study's results were in it"), "{}", refused.stderr);
    assert_eq!(vms(&cloud), 1, "nothing was run again");
    place.run(&["destroy", "--yes"]).expect(0);
    let again = place.run(APPLY).expect(0);
    assert!(again.stderr.contains("1 of 1 succeeded"), "{}", again.stderr);
    assert_eq!(vms(&cloud), 2);
    place.run(&["destroy", "--yes"]).expect(0);
}
