//! VMs of failed attempts that stay, and how a person gets at what they hold.

use serde_json::{Value, json};

use crate::{
    fake_gcp::FakeGcp,
    place::{Place, Ran},
    study::{TARGET, assert_no_changes, place_of},
};

const TWO: &str = "  tools = [\"steady\"]\n  services = [\"left\", \"right\"]\n  runs = 1\n  duration = \"25s\"\n";

/// The instance of an experiment and its attempt.
fn instance(cloud: &FakeGcp, service: &str) -> Option<Value> {
    let state = cloud.state();
    let all = state["instances"].as_array().unwrap();
    all.iter().find(|it| it["labels"]["gen-tf-service"] == service).cloned()
}

/// As if the guest had failed by this cause, and switched its VM off.
fn fail(cloud: &FakeGcp, service: &str, cause: &str) {
    let vm = instance(cloud, service).unwrap();
    let metadata = vm["metadata"]["items"].as_array().unwrap();
    let value = |key: &str| &metadata.iter().find(|item| item["key"] == key).unwrap()["value"];
    let experiment = format!("{service}/steady/1");
    let outcome = json!({
        "format": 1, "study": "pair", "experiment": experiment, "attempt": 1,
        "definition": value("gen-tf-definition"), "setup_key": value("gen-tf-setup-key"),
        "outcome": "failed", "cause": cause, "message": "no way", "phase": cause,
        "written_by": "guest", "duration": 25.0, "tool_seconds": 25.0, "tool_starts": 1,
        "timings": { "started": "", "ended": "", "wall_seconds": 40.0, "phases": {} },
        "results": null, "environment": {},
    });
    let upload = "/upload/storage/v1/b/test-project-pair/o?uploadType=media";
    let name = format!("pair/outcomes/{experiment}/1.json");
    cloud.expect("POST", &format!("{upload}&name={name}"), Some(&outcome));
    let name = vm["name"].as_str().unwrap();
    let zone = vm["zone"].as_str().unwrap().rsplit('/').next().unwrap();
    cloud.expect("POST", &format!("/control/instances/{zone}/{name}/stop"), None);
}

fn failed(place: &Place) -> (Value, Ran) {
    let json = place.run(&["status", "--failed", "--json"]).expect(0);
    (serde_json::from_str(&json.stdout).unwrap(), place.run(&["status", "--failed"]).expect(0))
}

#[test]
fn a_vm_with_results_that_could_not_be_uploaded_stays_until_a_person_gives_them_up() {
    let cloud = FakeGcp::start();
    let place = place_of(TWO, TARGET, &cloud);
    place.run(&["apply", "--yes"]).expect(0);
    fail(&cloud, "left", "upload");
    let applied = place.run(&["apply", "--yes"]).expect(5);
    assert!(!applied.stderr.contains("removes"), "{}", applied.stderr);
    assert_no_changes(&place);
    let kept = instance(&cloud, "left").unwrap();
    assert_eq!(
        (&kept["labels"]["gen-tf-attempt"], &kept["status"]),
        (&json!("1"), &json!("TERMINATED"))
    );

    let (json, text) = failed(&place);
    let vm = &json["failed_attempts"][0]["vm"];
    assert_eq!(
        (&vm["name"], &vm["state"], &vm["disk"]),
        (&kept["name"], &json!("stopped"), &json!("100 GB pd-ssd"))
    );
    assert!((vm["usd_per_day"].as_f64().unwrap() - 0.56).abs() < 0.01, "{vm}");
    for command in
        [" --keys startup-script", "instances start", "--internal-ip --command 'sudo tar"]
    {
        assert!(text.stdout.contains(command), "no `{command}` in:\n{}", text.stdout);
    }
    assert!(
        text.stdout
            .contains("us-central1-a stays, stopped, with 100 GB pd-ssd, about 0.56 USD a day")
    );

    let denied = json!({ "status": 403, "reason": "forbidden", "message": "Required 'compute.instances.list'" });
    cloud.fail(&json!({ "match": { "path": "/aggregated/instances" }, "fault": denied }));
    let (json, text) = failed(&place);
    assert!(json["kept_unknown"].as_str().unwrap().contains("compute.instances.list"), "{json}");
    assert!(text.stderr.contains("which VMs are kept could not be looked at"), "{}", text.stderr);
    cloud.heal();

    let kept = place.run(&["destroy"]).expect(1);
    assert!(
        kept.stderr.contains("results of left/steady/1 are on its machine alone"),
        "{}",
        kept.stderr
    );
    let retried = place.run(&["retry", "left/*/*"]).expect(0);
    assert!(retried.stderr.contains("on its machine alone"), "{}", retried.stderr);
    place.run(&["apply", "--yes"]).expect(0);
    assert_eq!(instance(&cloud, "left").unwrap()["labels"]["gen-tf-attempt"], "2");
    place.run(&["destroy", "--yes"]).expect(0);
}

#[test]
fn only_a_vm_that_is_there_is_told_as_kept_and_the_way_in_is_the_studys() {
    let cloud = FakeGcp::start();
    let target = format!("{TARGET}  keep_failed = true\n  iap_ssh = true\n");
    let place = place_of(TWO, &target, &cloud);
    place.run(&["apply", "--yes"]).expect(0);
    fail(&cloud, "left", "out-of-memory");
    fail(&cloud, "right", "disk-full");
    place.run(&["apply", "--yes"]).expect(5);
    // Somebody has removed one by hand, and looks into the other.
    let project = "/compute/v1/projects/test-project/zones/us-central1-a/instances";
    let name =
        |service: &str| instance(&cloud, service).unwrap()["name"].as_str().unwrap().to_owned();
    cloud.expect("DELETE", &format!("{project}/{}", name("right")), None);
    cloud.expect("POST", &format!("{project}/{}/start", name("left")), None);
    let (json, text) = failed(&place);
    let (left, right) = (&json["failed_attempts"][0], &json["failed_attempts"][1]);
    assert_eq!((&left["vm"]["state"], &right["vm"]), (&json!("running"), &Value::Null));
    assert!(left["vm"]["usd_per_day"].as_f64().unwrap() > 5.0, "{left}");
    assert!(text.stdout.contains(" --tunnel-through-iap\n"), "{}", text.stdout);
    assert!(!text.stdout.contains("instances start"), "it runs: {}", text.stdout);
    place.run(&["apply", "--yes"]).expect(5);
    assert_eq!(instance(&cloud, "right"), None, "what somebody has removed is not made anew");
    assert!(instance(&cloud, "left").is_some());
    assert_no_changes(&place);
    place.run(&["retry", "left/*/*"]).expect(0);
    place.run(&["cancel", "--yes", "left/*/*"]).expect(0);
    assert_eq!(instance(&cloud, "left"), None, "a person needs it no more");
    place.run(&["destroy", "--yes"]).expect(0);
}
