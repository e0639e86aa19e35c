//! Ctrl-C while VMs are being made: they are made to the end and known to Terraform.

use serde_json::json;

use crate::{
    left::{FOUR, LONG, assert_completes_with_one_machine_each, instances},
    place::wait_until,
    running::{Running, signal},
    study::{APPLY, TARGET, cloud, place_of},
};

#[test]
fn ctrl_c_in_the_middle_of_creates_leaves_them_to_end_and_costs_no_attempt() {
    let Some((_folder, cloud)) = cloud() else { return };
    let place = place_of(&format!("{FOUR}{LONG}"), TARGET, &cloud);
    let slow = json!({ "match": { "method": "POST", "path": "/zones/[^/]+/instances$" },
        "fault": { "operation_delay_ms": 10_000 } });
    cloud.fail(&slow);
    let apply = Running::start(&place, APPLY);
    wait_until("two VMs are being made", || instances(&cloud).len() == 2);
    // The cloud may know of them a moment before gen-tf has read of them.
    apply.wait_for(".google_compute_instance.experiment");
    signal("INT", apply.pid());
    apply.wait_for("asked to end: waiting for terraform apply (creating ");
    let ended = apply.end().expect(130);
    let told = &ended.stderr;
    assert!(told.contains("), at most 20m; once more asks it to stop"), "{told}");
    assert!(told.contains("0 of 4 succeeded, 2 active"), "{told}");
    let state = place.terraform(&["state", "list"]).expect(0).stdout;
    let vms = state.lines().filter(|line| line.contains("google_compute_instance")).count();
    assert_eq!(vms, 2, "{state}");
    cloud.heal();
    assert_completes_with_one_machine_each(&cloud, &place);
}
