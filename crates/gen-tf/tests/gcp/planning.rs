//! What a plan says about a study on Google Cloud before anything is made there.

use std::fs;

use serde_json::{Value, json};

use crate::{
    fake_gcp::FakeGcp,
    place::Place,
    registry::{Registry, Says, digest},
    study::{TARGET, place_of},
};

/// Two cells of ten runs, at three VMs at a time.
const TWENTY: &str = "  tools = [\"steady\"]\n  services = [\"left\", \"right\"]\n  runs = 10\n  \
                      duration = \"45m\"\n";

#[test]
fn a_plan_says_how_many_experiments_how_long_how_dear_and_in_how_many_waves() {
    let cloud = FakeGcp::start();
    let place = place_of(TWENTY, TARGET, &cloud);
    let plan = place.run(&["plan"]).expect(0);
    for line in [
        "  experiments        20\n",
        "  tools' time left   15.0 hours\n",
        // Each VM is allowed 15 minutes besides the tool's time: 20 hours, three at a time.
        "  complete in about  6h40m, in about 7 waves of at most 3\n",
        "  VM-hours           0.0 taken, about 20.0 left\n",
        "  cost left          about 7.60 USD: 0.3800 USD an hour and VM (list price in us-central1, \
         table of 2026-11-24; without disks and network)\n",
    ] {
        assert!(plan.stdout.contains(line), "{line}: {}", plan.stdout);
    }
    let json: Value =
        serde_json::from_str(&place.run(&["plan", "--json"]).expect(0).stdout).unwrap();
    let facts = json!([json["experiments"], json["waves"], json["max_parallel"]]);
    assert_eq!(facts, json!([20, 7, 3]));
    assert_eq!(json["eta_seconds"], 24_000);
    let basis = json["vms"]["price_basis"].as_str().unwrap();
    assert!(basis.contains("table of 2026-11-24"), "{basis}");
    let markdown = place.run(&["plan", "--markdown"]).expect(0).stdout;
    assert!(markdown.contains("| complete in about | 6h40m, in about 7 waves of at most 3 |"));
}

#[test]
fn what_is_applied_is_the_image_that_was_recorded() {
    let cloud = FakeGcp::start();
    let registry = Registry::start(&[("market:1", Says::Digest(7))]);
    let place = place_of(TWENTY, TARGET, &cloud);
    with_image(&place, &registry.image("market:1"));
    place.run(&["plan"]).expect(0);
    registry.set("market:1", Says::Digest(8));
    place.run(&["apply", "--yes"]).expect(0);
    let values = fs::read_to_string(place.path("workspace-gcp/guest/study.env")).unwrap();
    let exact =
        format!("GEN_TF_SETTING_LEFT_IMAGE='{}@{}'\n", registry.image("market:1"), digest(7));
    assert!(values.contains(&exact), "{values}");
    assert_eq!(registry.asked(), 1);
}

/// Gives the harness of the study, as a copy beside it, a setting for the image of one service.
fn with_image(place: &Place, image: &str) {
    let study = fs::read_to_string(place.path("study.hcl")).unwrap();
    let harness = study.split("harness  = \"").nth(1).unwrap().split('"').next().unwrap();
    let mut copy = std::process::Command::new("cp");
    let copied = copy.args(["-r", harness]).arg(place.path("copy"));
    assert!(copied.status().unwrap().success());
    let mut text = fs::read_to_string(place.path("copy/harness.hcl")).unwrap();
    text.push_str(
        "\nsetting \"left_image\" {\n  type = \"image\"\n  description = \"An image.\"\n  \
         services = [\"left\"]\n}\n",
    );
    fs::write(place.path("copy/harness.hcl"), text).unwrap();
    let settings = format!("./copy\"\n  settings = {{ left_image = \"{image}\" }}\n");
    let study = study.replace(&format!("{harness}\"\n"), &settings);
    fs::write(place.path("study.hcl"), study).unwrap();
}
