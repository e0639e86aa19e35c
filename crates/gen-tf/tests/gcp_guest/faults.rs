//! What goes wrong between a VM and the store: each fault is overcome, or ends as it should.

use gen_tf_core::outcome::Cause;
use serde_json::{Value, json};

use crate::lab::{Lab, Options, VM};

/// Runs an attempt that succeeds although all these faults strike.
#[track_caller]
fn assert_overcome(options: Options, rules: &[Value]) -> Option<Lab> {
    let lab = Lab::new(options)?;
    for rule in rules {
        lab.cloud.fail(rule);
    }
    let outcome = lab.run_expecting_success();
    lab.results(&outcome);
    for (rule, struck) in rules.iter().zip(lab.cloud.struck()) {
        assert!(struck > 0, "{rule} has met nothing");
    }
    Some(lab)
}

/// A rule for the VM's requests.
fn rule(method: &str, path: &str, times: u32, fault: &Value) -> Value {
    let caller = "gen-tf-s1@";
    json!({ "match": { "method": method, "path": path, "caller": caller }, "times": times, "fault": fault })
}

#[test]
fn a_store_that_is_overloaded_for_a_while_is_asked_again() {
    let rules = [
        rule("POST", "name=s1%2Fclaims", 2, &json!({ "status": 503 })),
        rule("GET", "outcomes", 2, &json!({ "status": 429 })),
        rule("POST", "name=s1%2Fresults", 2, &json!({ "status": 500 })),
        rule("POST", "name=s1%2Foutcomes", 2, &json!({ "status": 503 })),
        rule("POST", "name=s1%2Flogs", 1, &json!({ "status": 503 })),
    ];
    assert_overcome(Options::default(), &rules);
}

#[test]
fn rights_that_arrive_late_are_waited_for() {
    let options = Options { secret: Some(1), variant: Some("secret"), ..Options::default() };
    let rules = [
        rule("GET", "/bucket-1/s1/guest/", 1, &json!({ "status": 403 })),
        rule("POST", "name=s1%2Fclaims", 2, &json!({ "status": 403 })),
        rule("GET", ":access", 2, &json!({ "status": 403 })),
    ];
    assert_overcome(options, &rules);
}

#[test]
fn a_guest_that_arrives_cut_or_changed_is_fetched_again() {
    let rules = [
        rule("GET", "/bucket-1/s1/guest/", 1, &json!({ "truncate_body": 1000 })),
        rule("GET", "/bucket-1/s1/guest/", 1, &json!("corrupt_body")),
    ];
    assert_overcome(Options::default(), &rules[..1]);
    assert_overcome(Options::default(), &rules[1..]);
}

#[test]
fn a_model_that_arrives_cut_or_changed_is_fetched_again() {
    let options = Options {
        variant: Some("model"),
        model: Some(("ex.gguf", b"weights", b"weights")),
        ..Options::default()
    };
    let rules = [
        rule("GET", "inputs.*alt=media", 1, &json!({ "truncate_body": 3 })),
        rule("GET", "inputs.*alt=media", 2, &json!("corrupt_body")),
    ];
    assert_overcome(options, &rules);
}

#[test]
fn an_upload_that_is_changed_on_its_way_is_refused_and_repeated() {
    let rules = [rule("POST", "name=s1%2Fresults.*tar", 1, &json!("corrupt_body"))];
    assert_overcome(Options::default(), &rules);
}

#[test]
fn a_lost_answer_is_no_lost_claim_result_or_outcome() {
    for object in ["claims", "results", "outcomes", "logs", "setup"] {
        let path = format!("name=s1%2F{object}");
        let rules = [rule("POST", &path, 1, &json!("drop_response"))];
        let Some(lab) = assert_overcome(Options::default(), &rules) else { return };
        assert!(lab.asked("POST", &path).contains(&412), "{object}");
    }
}

#[test]
fn a_broken_connection_is_made_anew() {
    let rules = [
        rule("POST", "name=s1%2Fclaims", 1, &json!("drop_connection")),
        rule("POST", "name=s1%2Foutcomes", 1, &json!("drop_connection")),
    ];
    assert_overcome(Options::default(), &rules);
}

#[test]
fn a_large_upload_goes_on_after_a_broken_connection_and_a_lost_answer() {
    let rules = [
        rule("PUT", "upload_id=", 1, &json!("drop_connection")),
        rule("PUT", "upload_id=", 1, &json!({ "status": 503 })),
        rule("POST", "uploadType=resumable", 1, &json!("drop_response")),
    ];
    let options = || Options { variant: Some("vm-large"), ..Options::default() };
    assert_overcome(options(), &rules);
    assert_overcome(options(), &[rule("PUT", "upload_id=", 1, &json!("drop_response"))]);
}

#[test]
fn a_token_that_has_just_expired_is_fetched_anew() {
    let Some(lab) = Lab::new(Options::default()) else { return };
    let expired = rule("POST", "name=s1%2F(claims|results|outcomes)", 3, &json!({ "status": 401 }));
    lab.cloud.fail(&expired);
    lab.run_expecting_success();
    assert_eq!(lab.cloud.struck(), [3]);
}

#[test]
fn results_that_cannot_be_put_stay_on_the_disk_of_a_stopped_vm() {
    let Some(lab) = Lab::new(Options::default()) else { return };
    lab.cloud.fail(&rule("POST", "name=s1%2Fresults", 1000, &json!({ "status": 400 })));
    let outcome = lab.run_expecting(Cause::Upload);
    assert!(outcome.results.is_none());
    assert_eq!(outcome.phase, "upload");
    assert!(lab.disk(1, "gen-tf/results/requests.txt").exists());
    let serial = lab.cloud.serial(VM);
    assert!(serial.contains("NOT UPLOADED: /gen-tf stays on this disk"), "{serial}");
}

#[test]
fn an_outcome_that_cannot_be_put_leaves_everything_on_the_disk() {
    let Some(lab) = Lab::new(Options::default()) else { return };
    lab.cloud.fail(&rule("POST", "name=s1%2Foutcomes", 1000, &json!({ "status": 400 })));
    lab.boot();
    lab.wait_until_off(1, 240);
    assert!(lab.object("outcomes/files/loop/1/1.json").is_none());
    assert!(lab.disk(1, "gen-tf/state/outcome.json").exists());
    assert!(lab.cloud.serial(VM).contains("NOT UPLOADED"), "{}", lab.cloud.serial(VM));
}
