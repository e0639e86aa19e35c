//! Container images by digest: looked up once by plan and apply on Google Cloud, and used by everything.

use std::fs;

use crate::{
    place::{Place, Ran},
    registry::{Registry, Says, digest},
};

const HARNESS: &str = r#"
harness "boxed" {
  description = "Starts containers."
  evidence    = ["requests.txt"]
}

setting "market_image" {
  type        = "image"
  description = "Image of the market."
  services    = ["market"]
}

setting "blog_image" {
  type        = "image"
  description = "Image of the blog."
  default     = "nobody.invalid/blog:1"
  services    = ["blog"]
}

setting "memory" {
  type        = "size"
  description = "Limit of the container."
  default     = "16GiB"
}

tool "fuzzer" {
  description = "A tool."
}

service "market" {
  description = "A service in a container."
  ready_url   = "http://127.0.0.1:9090/"
  needs {
    memory_from = "memory"
  }
}

service "blog" {
  description = "Another one."
  ready_url   = "http://127.0.0.1:9090/"
}
"#;

/// A study of the market on both targets; `memory` fits the machine of each.
fn place(image: &str, memory: &str) -> Place {
    let mut place = Place::new(&format!(
        r#"study "boxes" {{
  harness  = "./boxed"
  tools    = ["fuzzer"]
  services = ["market"]
  runs     = 1
  duration = "1m"
  settings = {{ market_image = "{image}", memory = "{memory}" }}
}}

target "gcp" {{
  project      = "my-project"
  zones        = ["us-central1-a"]
  machine_type = "n1-standard-8"
  image        = "projects/debian-cloud/global/images/debian-12-bookworm-v20260901"
  max_parallel = 2
  bucket       = "my-project-boxes"
}}

target "local" {{
  memory = "64GiB"
}}
"#
    ));
    fs::create_dir(place.path("boxed")).unwrap();
    fs::write(place.path("boxed/harness.hcl"), HARNESS).unwrap();
    place.workspace = "workspace-gcp";
    // Nobody is logged in: what needs the cloud ends there, after the images.
    let home = place.path("home").to_str().unwrap().to_owned();
    for (name, value) in [
        ("HOME", home.as_str()),
        ("CLOUDSDK_CONFIG", &home),
        ("GCE_METADATA_HOST", "127.0.0.1:1"),
        ("GOOGLE_OAUTH_ACCESS_TOKEN", ""),
        ("GOOGLE_APPLICATION_CREDENTIALS", ""),
        ("GOOGLE_CREDENTIALS", ""),
    ] {
        place.environment.push((name.to_owned(), value.to_owned()));
    }
    place
}

fn plan(place: &Place) -> Ran {
    place.run(&["plan", "--target", "gcp"])
}

fn record(place: &Place) -> serde_json::Value {
    serde_json::from_slice(&fs::read(place.path("boxes.images.json")).unwrap()).unwrap()
}

fn rendered(place: &Place, workspace: &str) -> String {
    fs::read_to_string(place.path(workspace).join("guest/study.env")).unwrap()
}

#[test]
fn a_plan_records_the_digest_of_every_image_that_cells_use_and_asks_for_none_twice() {
    let registry = Registry::start(&[("restgym/market-api:1.0.0", Says::Digest(7))]);
    let image = registry.image("restgym/market-api:1.0.0");
    let place = place(&image, "16GiB");
    let first = plan(&place).expect(1);
    assert!(first.stderr.contains(&format!("{image} is {}", digest(7))), "{}", first.stderr);
    assert!(first.stderr.contains("boxes.images.json: commit it"), "{}", first.stderr);
    assert!(first.stderr.contains("gcloud auth"), "it goes on: {}", first.stderr);
    // The blog has no cell, so that nobody asks for its image.
    assert_eq!(record(&place)["images"], serde_json::json!({ &image: digest(7) }));

    registry.set("restgym/market-api:1.0.0", Says::Digest(8));
    plan(&place).expect(1);
    place.run(&["apply", "--yes", "--target", "gcp"]).expect(1);
    let render = place.run(&["render", "--target", "gcp"]).expect(0);
    assert!(!render.stderr.contains("warning"), "{}", render.stderr);
    let exact = format!("GEN_TF_SETTING_MARKET_IMAGE='{image}@{}'\n", digest(7));
    assert!(rendered(&place, "workspace-gcp").contains(&exact));
    assert_eq!(registry.asked(), 1);

    fs::write(place.path("boxes.images.json"), r#"{"format": 1, "images": {}}"#).unwrap();
    plan(&place).expect(1);
    assert_eq!(record(&place)["images"], serde_json::json!({ &image: digest(8) }));
}

#[test]
fn what_a_study_no_longer_uses_stays_in_the_record() {
    let registry = Registry::start(&[("market:2", Says::Digest(2))]);
    let place = place(&registry.image("market:2"), "16GiB");
    let old = format!(r#"{{"format": 1, "images": {{"old:1": "{}"}}}}"#, digest(1));
    fs::write(place.path("boxes.images.json"), old).unwrap();
    plan(&place).expect(1);
    let images = serde_json::json!({ "old:1": digest(1), registry.image("market:2"): digest(2) });
    assert_eq!(record(&place)["images"], images);
}

#[test]
fn a_digest_in_the_study_needs_no_registry() {
    let image = format!("nobody.invalid/market:1@{}", digest(3));
    let place = place(&image, "16GiB");
    let planned = plan(&place).expect(1);
    assert!(planned.stderr.contains("gcloud auth"), "{}", planned.stderr);
    assert!(!place.path("boxes.images.json").exists());
    place.run(&["render", "--target", "gcp"]).expect(0);
    assert!(rendered(&place, "workspace-gcp").contains(&format!("MARKET_IMAGE='{image}'\n")));
}

#[test]
fn a_render_and_a_validation_ask_nobody_and_the_render_says_what_is_open() {
    let registry = Registry::start(&[("market:1", Says::Digest(1))]);
    let image = registry.image("market:1");
    let place = place(&image, "16GiB");
    place.run(&["validate"]).expect(0);
    let render = place.run(&["render", "--target", "gcp"]).expect(0);
    let warning = format!("warning: no digest is known of {image}; `gen-tf plan` looks it up");
    assert_eq!(render.stderr.matches(&warning).count(), 1, "{}", render.stderr);
    assert!(rendered(&place, "workspace-gcp").contains(&format!("MARKET_IMAGE='{image}'\n")));
    assert_eq!(registry.asked(), 0);
}

#[test]
fn sandboxes_and_rehearsals_take_the_reference_as_given_and_a_record_where_there_is_one() {
    let registry = Registry::start(&[("market:1", Says::Digest(1))]);
    let image = registry.image("market:1");
    let place = place(&image, "1GiB");
    for (args, workspace) in [
        (["plan", "--target", "local"].as_slice(), "workspace-local"),
        (["plan", "--rehearse"].as_slice(), "workspace-rehearsal"),
    ] {
        place.run(args).expect(0);
        let values = rendered(&place, workspace);
        assert!(values.contains(&format!("MARKET_IMAGE='{image}'\n")), "{values}");
    }
    assert_eq!(registry.asked(), 0);
    plan(&place).expect(1);
    let render = place.run(&["render", "--rehearse"]).expect(0);
    assert!(!render.stderr.contains("warning"), "{}", render.stderr);
    let exact = format!("MARKET_IMAGE='{image}@{}'\n", digest(1));
    assert!(rendered(&place, "workspace-rehearsal").contains(&exact));
}

#[test]
fn an_image_that_a_registry_does_not_tell_ends_the_plan_with_the_way_out() {
    let says = [("hidden:1", Says::Hidden), ("limit:1", Says::Limit)];
    let registry = Registry::start(&says);
    for (image, way) in [
        ("hidden:1", "give the digest"),
        ("limit:1", "Artifact Registry"),
        ("gone:1", "name and tag"),
    ] {
        let place = place(&registry.image(image), "16GiB");
        let planned = plan(&place).expect(1);
        for part in [&registry.image(image), "hint: ", way] {
            assert!(planned.stderr.contains(part), "{part}: {}", planned.stderr);
        }
        assert!(!place.path("boxes.images.json").exists());
        assert!(!place.path("workspace-gcp").exists(), "nothing is rendered");
    }
}

#[test]
fn what_was_found_before_a_limit_is_kept() {
    let registry = Registry::start(&[("a:1", Says::Digest(1)), ("b:1", Says::Limit)]);
    let place = place(&registry.image("b:1"), "16GiB");
    let study = fs::read_to_string(place.path("study.hcl")).unwrap();
    let blog = format!("settings = {{ blog_image = \"{}\",", registry.image("a:1"));
    let study =
        study.replace("settings = {", &blog).replace("[\"market\"]", "[\"market\", \"blog\"]");
    fs::write(place.path("study.hcl"), study).unwrap();
    plan(&place).expect(1);
    let images = serde_json::json!({ registry.image("a:1"): digest(1) });
    assert_eq!(record(&place)["images"], images);
    registry.set("b:1", Says::Digest(2));
    plan(&place).expect(1);
    assert_eq!(record(&place)["images"].as_object().unwrap().len(), 2);
    assert_eq!(registry.asked(), 3);
}

#[test]
fn a_broken_record_is_a_mistake_that_every_command_names() {
    let place = place("market:1", "16GiB");
    fs::write(place.path("boxes.images.json"), r#"{"format": 1, "images": {"a": "b",}}"#).unwrap();
    for args in
        [["validate"].as_slice(), &["render", "--target", "gcp"], &["plan", "--target", "gcp"]]
    {
        let ran = place.run(args).expect(3);
        for part in ["boxes.images.json is no record of images", "mind the commas"] {
            assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
        }
    }
}

#[test]
fn a_machine_that_is_too_small_is_refused_before_any_registry_is_asked() {
    let registry = Registry::start(&[("market:1", Says::Digest(1))]);
    let place = place(&registry.image("market:1"), "32GiB");
    let ran = plan(&place).expect(3);
    for part in [
        "`fuzzer` on `market` needs 32 GiB of memory (setting `memory`)",
        "`n1-standard-8` has 30 GiB",
        "`n1-highmem-8`",
        "or give `memory` a smaller value",
    ] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    assert_eq!(registry.asked(), 0);
}
