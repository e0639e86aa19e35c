//! What goes wrong in a cloud, and what a user then sees: an outcome, or a message with a way out.

use serde_json::{Value, json};

use crate::{
    fake_gcp::FakeGcp,
    study::{APPLY, TARGET, assert_no_changes, cloud, place_of},
};

/// One experiment, so that every fault meets it.
const ONE: &str =
    "  tools = [\"steady\"]\n  services = [\"left\"]\n  runs = 1\n  duration = \"2s\"\n";

/// The VMs' service account, as callers are named.
const GUEST: &str = "gen-tf-pair@";

fn creates_of_instances() -> Value {
    json!({ "method": "POST", "path": "/zones/[^/]+/instances$" })
}

/// The study ends succeeded although the faults were there.
#[track_caller]
fn assert_overcome(rules: &[Value]) {
    let Some((_folder, cloud)) = cloud() else { return };
    let place = place_of(ONE, TARGET, &cloud);
    for rule in rules {
        cloud.fail(rule);
    }
    let applied = place.run(APPLY).expect(0);
    assert!(applied.stderr.contains("1 of 1 succeeded"), "{}", applied.stderr);
    assert_were_met(&cloud);
    assert_no_changes(&place);
    place.run(&["destroy", "--yes"]).expect(0);
}

/// The step fails with a message that says all of these; when the fault is over, the next one succeeds.
#[track_caller]
fn assert_told(rule: &Value, words: &[&str]) {
    let Some((_folder, cloud)) = cloud() else { return };
    let place = place_of(ONE, TARGET, &cloud);
    cloud.fail(rule);
    let failed = place.run(APPLY).expect(4);
    for word in words {
        assert!(failed.stderr.contains(word), "no `{word}` in:\n{}", failed.stderr);
    }
    cloud.heal();
    let applied = place.run(APPLY).expect(0);
    assert!(applied.stderr.contains("1 of 1 succeeded"), "{}", applied.stderr);
    place.run(&["destroy", "--yes"]).expect(0);
}

/// A rule that nothing has met proves nothing.
#[track_caller]
fn assert_were_met(cloud: &FakeGcp) {
    let struck = cloud.struck();
    assert!(struck.iter().all(|times| *times > 0), "not every rule was met: {struck:?}");
}

#[test]
fn a_zone_without_machines_is_named_and_costs_no_attempt() {
    let message = "The zone 'projects/test-project/zones/us-central1-a' does not have enough \
                   resources available to fulfill the request.  '(resource type:compute)'.";
    let error = json!({ "code": "ZONE_RESOURCE_POOL_EXHAUSTED", "message": message });
    let rule = json!({ "match": creates_of_instances(), "fault": { "operation_error": error } });
    assert_told(&rule, &["does not have enough resources", "hint:", "zone"]);
}

#[test]
fn a_quota_that_is_used_up_is_named() {
    let message = "Quota 'CPUS' exceeded.  Limit: 24.0 in region us-central1.";
    let error = json!({ "code": "QUOTA_EXCEEDED", "message": message });
    let rule = json!({ "match": creates_of_instances(), "fault": { "operation_error": error } });
    assert_told(&rule, &["Quota 'CPUS' exceeded", "hint:", "max_parallel"]);
}

/// Two experiments that could run side by side.
const TWO: &str =
    "  tools = [\"steady\"]\n  services = [\"left\", \"right\"]\n  runs = 1\n  duration = \"2s\"\n";

#[test]
fn a_quota_that_nobody_may_read_makes_a_study_slower_and_costs_no_attempt() {
    let Some((_folder, cloud)) = cloud() else { return };
    let place = place_of(TWO, TARGET, &cloud);
    let denied = json!({ "status": 403, "reason": "forbidden", "message": "Required 'compute.regions.get'" });
    let regions = json!({ "method": "GET", "path": "/regions/us-central1$" });
    cloud.fail(&json!({ "match": regions, "fault": denied }));
    cloud.expect("PATCH", "/control/settings", Some(&json!({ "quotas": { "INSTANCES": 1 } })));
    let applied = place.run(APPLY).expect(0);
    let told = applied.stderr.matches("the quotas of us-central1 can't be read").count();
    assert_eq!(told, 1, "{}", applied.stderr);
    assert!(applied.stderr.contains("the project's quota is used up"), "{}", applied.stderr);
    assert!(applied.stderr.contains("1 machine for now"), "{}", applied.stderr);
    assert!(applied.stderr.contains("2 of 2 succeeded"), "{}", applied.stderr);
    let status = place.run(&["status", "--json"]).expect(0);
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    let rows = status["experiments"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["attempt"] == 1), "{rows:?}");
    place.run(&["destroy", "--yes"]).expect(0);
}

#[test]
fn zones_that_run_out_for_a_while_are_asked_again_and_cost_no_attempt() {
    let Some((_folder, cloud)) = cloud() else { return };
    let place = place_of(TWO, TARGET, &cloud);
    let message = "The zone 'projects/test-project/zones/us-central1-a' does not have enough \
                   resources available to fulfill the request.";
    let error = json!({ "code": "ZONE_RESOURCE_POOL_EXHAUSTED", "message": message });
    let fault = json!({ "operation_error": error });
    cloud.fail(&json!({ "match": creates_of_instances(), "times": 3, "fault": fault }));
    let applied = place.run(&["apply", "--wait", "--yes", "--look-every", "1s"]);
    let applied = if applied.code == Some(4) { place.run(APPLY) } else { applied }.expect(0);
    assert!(applied.stderr.contains("2 of 2 succeeded"), "{}", applied.stderr);
    assert_were_met(&cloud);
    place.run(&["destroy", "--yes"]).expect(0);
}

#[test]
fn an_api_that_is_not_enabled_is_named_with_the_command_that_enables_it() {
    let message = "Compute Engine API has not been used in project 123 before or it is disabled.";
    let fault = json!({ "status": 403, "reason": "accessNotConfigured", "message": message });
    let rule =
        json!({ "match": { "method": "POST", "path": "/global/networks$" }, "fault": fault });
    assert_told(&rule, &["Compute Engine API", "gcloud services enable"]);
}

#[test]
fn a_name_that_somebody_else_has_is_told() {
    let fault = json!({ "status": 409, "reason": "alreadyExists", "message": "already exists" });
    let rule = json!({ "match": creates_of_instances(), "fault": fault });
    assert_told(&rule, &["already exists", "hint:"]);
}

#[test]
fn an_overloaded_api_is_asked_again() {
    let rules = [429, 503].map(|status| {
        let fault = json!({ "status": status, "reason": "backendError", "message": "try again" });
        json!({ "match": { "path": "^/(upload/)?storage/" }, "times": 3, "fault": fault })
    });
    assert_overcome(&rules);
}

#[test]
fn slow_operations_are_waited_for() {
    let fault = json!({ "operation_delay_ms": 12_000 });
    assert_overcome(&[json!({ "match": creates_of_instances(), "fault": fault })]);
}

#[test]
fn a_download_that_is_cut_or_corrupted_is_taken_again() {
    let guest = json!({ "path": "/guest(/|%2F)", "caller": GUEST });
    let rules = [json!({ "truncate_body": 100 }), json!("corrupt_body")]
        .map(|fault| json!({ "match": guest, "times": 1, "fault": fault }));
    assert_overcome(&rules);
}

#[test]
fn a_lost_connection_is_no_lost_result() {
    assert_overcome(&on_each_upload("drop_connection"));
}

#[test]
fn a_lost_answer_is_no_lost_result() {
    assert_overcome(&on_each_upload("drop_response"));
}

/// The fault once for each object that decides over a result.
fn on_each_upload(fault: &str) -> Vec<Value> {
    let rule = |kind: &str| {
        let path = format!("name=pair(/|%2F){kind}(/|%2F)");
        json!({ "match": { "path": path, "caller": GUEST }, "times": 1, "fault": fault })
    };
    ["claims", "results", "outcomes"].map(rule).to_vec()
}

#[test]
fn a_token_that_expires_in_the_middle_is_fetched_again() {
    let rule = json!({ "match": { "path": "/token$" }, "fault": { "token_expires_in": 1 } });
    assert_overcome(&[rule]);
}
