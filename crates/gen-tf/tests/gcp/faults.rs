//! What goes wrong in a cloud, and what a user then sees: an outcome, or a message with a way out.

use serde_json::{Value, json};

use crate::{
    cloud::Cloud,
    place::Place,
    study::{APPLY, TARGET, assert_no_changes},
};

/// One experiment, so that every fault meets it.
const ONE: &str =
    "  tools = [\"steady\"]\n  services = [\"left\"]\n  runs = 1\n  duration = \"2s\"\n";

fn place(cloud: &Cloud) -> Place {
    Place::on_gcp(ONE, TARGET, cloud.environment())
}

fn creates_of_instances() -> Value {
    json!({ "method": "POST", "path": "/zones/[^/]+/instances$" })
}

/// The study ends succeeded although the fault was there.
#[track_caller]
fn assert_overcome(rule: &Value) {
    let Some(cloud) = Cloud::start() else { return };
    let place = place(&cloud);
    cloud.add_fault(rule);
    let applied = place.run(APPLY).expect(0);
    assert!(applied.stderr.contains("1 of 1 succeeded"), "{}", applied.stderr);
    assert_was_met(&cloud, rule);
    assert_no_changes(&place);
    place.run(&["destroy", "--yes"]).expect(0);
}

/// The step fails with a message that says all of these; when the fault is over, the next one succeeds.
#[track_caller]
fn assert_told(rule: &Value, words: &[&str]) {
    let Some(cloud) = Cloud::start() else { return };
    let place = place(&cloud);
    cloud.add_fault(rule);
    let failed = place.run(APPLY).expect(4);
    for word in words {
        assert!(failed.stderr.contains(word), "no `{word}` in:\n{}", failed.stderr);
    }
    let (status, answer) = cloud.call("DELETE", "/control/faults", None);
    assert_eq!(status, 200, "{answer}");
    let applied = place.run(APPLY).expect(0);
    assert!(applied.stderr.contains("1 of 1 succeeded"), "{}", applied.stderr);
    place.run(&["destroy", "--yes"]).expect(0);
}

/// A rule that nothing has met proves nothing.
#[track_caller]
fn assert_was_met(cloud: &Cloud, rule: &Value) {
    let (status, answer) = cloud.call("GET", "/control/faults", None);
    assert_eq!(status, 200, "{answer}");
    let rules: Value = serde_json::from_str(&answer).unwrap();
    let met = rules.as_array().unwrap().iter().all(|rule| rule["met"].as_u64() > Some(0));
    assert!(met, "{rule} was never met: {rules}");
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
    for status in [429, 503] {
        let fault = json!({ "status": status, "reason": "backendError", "message": "try again" });
        let rule =
            json!({ "match": { "path": "^/(upload/)?storage/" }, "times": 3, "fault": fault });
        assert_overcome(&rule);
    }
}

#[test]
fn slow_operations_are_waited_for() {
    let rule =
        json!({ "match": creates_of_instances(), "fault": { "operation_delay_ms": 12_000 } });
    assert_overcome(&rule);
}

#[test]
fn a_download_that_is_cut_or_corrupted_is_taken_again() {
    for fault in [json!({ "truncate_body": 100 }), json!("corrupt_body")] {
        let guest = json!({ "path": "/guest(/|%2F)", "caller": "gen-tf-pair@" });
        assert_overcome(&json!({ "match": guest, "times": 1, "fault": fault }));
    }
}

#[test]
fn a_lost_connection_or_answer_is_no_lost_result() {
    for fault in ["drop_connection", "drop_response"] {
        for object in ["claims", "results", "outcomes"] {
            let path = format!("pair(/|%2F){object}(/|%2F)");
            let matched = json!({ "method": "POST", "path": path, "caller": "gen-tf-pair@" });
            assert_overcome(&json!({ "match": matched, "times": 1, "fault": fault }));
        }
    }
}

#[test]
fn a_token_that_expires_in_the_middle_is_fetched_again() {
    let rule = json!({ "match": { "path": "/token$" }, "fault": { "token_expires_in": 1 } });
    assert_overcome(&rule);
}
