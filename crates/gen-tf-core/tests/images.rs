//! Digests of container images: which ones a study lacks, and what a record of them changes.

mod support;

use gen_tf_core::{
    blueprint::{Blueprint, Ingredients, decide},
    container::ImageRecord,
    harness::{Harness, Setting, SettingKind},
    study::{SettingValue, Study, TargetKind},
    tree::FileTree,
};

const MARKET: &str = "restgym/market-api:1.0.0";
const DIGEST: &str = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

fn image(default: &str, services: &[&str]) -> Setting {
    Setting {
        description: "An image.".to_owned(),
        kind: SettingKind::Image,
        default: Some(SettingValue::String(default.to_owned())),
        tools: Vec::new(),
        services: services.iter().map(|name| (*name).to_owned()).collect(),
    }
}

/// Two services, each with its image.
fn sample() -> (Study, Harness) {
    let study = support::study(&support::names("s", 2), &support::names("t", 1), 1, 1);
    let mut harness = support::harness(&study);
    harness.settings.insert("market-image".to_owned(), image(MARKET, &["s-0"]));
    harness.settings.insert("other_image".to_owned(), image("other:1", &["s-1"]));
    (study, harness)
}

fn record(image: &str) -> ImageRecord {
    let mut record = ImageRecord::default();
    record.note(image, DIGEST);
    record
}

fn blueprint((study, harness): &(Study, Harness), images: &ImageRecord) -> Blueprint {
    let ingredients = Ingredients {
        harness,
        harness_files: &FileTree::new(),
        guest_files: &FileTree::new(),
        store: "../store/test",
        results: "../results",
        images,
        version: "0.0.0",
    };
    decide(study, study.target(TargetKind::Local).expect("it has the target"), &ingredients)
}

fn study_values(blueprint: &Blueprint) -> String {
    let file = blueprint.guest.get("study.env").expect("every guest has it");
    String::from_utf8(file.bytes.clone()).expect("it is text")
}

fn give(study: &mut Study, name: &str, value: &str) {
    study.settings.insert(name.to_owned(), SettingValue::String(value.to_owned()));
}

#[test]
fn scripts_get_the_reference_with_its_digest_once_it_is_recorded() {
    let sample = sample();
    let before = study_values(&blueprint(&sample, &ImageRecord::default()));
    assert!(before.contains(&format!("GEN_TF_SETTING_MARKET_IMAGE='{MARKET}'\n")), "{before}");
    let after = study_values(&blueprint(&sample, &record(MARKET)));
    let exact = format!("GEN_TF_SETTING_MARKET_IMAGE='{MARKET}@{DIGEST}'\n");
    assert!(after.contains(&exact), "{after}");
    assert!(after.contains("GEN_TF_SETTING_OTHER_IMAGE='other:1'\n"), "{after}");
}

#[test]
fn a_digest_changes_the_definitions_and_setup_keys_of_the_cells_that_use_the_image_alone() {
    let sample = sample();
    let before = blueprint(&sample, &ImageRecord::default());
    let after = blueprint(&sample, &record(MARKET));
    let cell = |blueprint: &Blueprint, service: &str| blueprint.cells[service]["t-0"].clone();
    assert_ne!(cell(&before, "s-0").definition, cell(&after, "s-0").definition);
    assert_ne!(cell(&before, "s-0").setup_key, cell(&after, "s-0").setup_key);
    assert_eq!(cell(&before, "s-1"), cell(&after, "s-1"));
}

#[test]
fn a_recorded_digest_and_the_same_one_in_the_study_are_one_definition() {
    let recorded = blueprint(&sample(), &record(MARKET));
    let mut given = sample();
    give(&mut given.0, "market-image", &format!("{MARKET}@{DIGEST}"));
    assert_eq!(blueprint(&given, &ImageRecord::default()).cells, recorded.cells);
    // A study that names a digest itself has no use for a record.
    assert_eq!(blueprint(&given, &record(MARKET)).cells, recorded.cells);
}

#[test]
fn only_images_of_cells_without_a_digest_and_without_a_record_are_looked_up() {
    let (mut study, harness) = sample();
    let missing = |study: &Study, record: &ImageRecord| -> Vec<String> {
        record.missing(study, &harness).into_iter().collect()
    };
    assert_eq!(missing(&study, &ImageRecord::default()), ["other:1", MARKET]);
    assert_eq!(missing(&study, &record(MARKET)), ["other:1"]);
    study.services.pop();
    assert_eq!(missing(&study, &ImageRecord::default()), [MARKET]);
    give(&mut study, "market-image", "restgym/market-api:2.0.0");
    assert_eq!(missing(&study, &record(MARKET)), ["restgym/market-api:2.0.0"]);
    give(&mut study, "market-image", &format!("{MARKET}@{DIGEST}"));
    assert_eq!(missing(&study, &ImageRecord::default()), [""; 0]);
}

#[test]
fn a_text_that_happens_to_look_like_a_recorded_image_stays_a_text() {
    let (mut study, mut harness) = sample();
    let text = Setting { kind: SettingKind::String, ..image(MARKET, &[]) };
    harness.settings.insert("greeting".to_owned(), text);
    give(&mut study, "greeting", MARKET);
    let values = study_values(&blueprint(&(study, harness), &record(MARKET)));
    assert!(values.contains(&format!("GEN_TF_SETTING_GREETING='{MARKET}'\n")), "{values}");
}

#[test]
fn a_record_is_sorted_reads_back_and_keeps_what_it_has() {
    let mut record = record(MARKET);
    let other = DIGEST.replace("9f86", "0000");
    record.note("genomenexus/gn-mongo", &other);
    record.note(MARKET, &other);
    let text = String::from_utf8(record.to_json()).expect("it is text");
    insta::assert_snapshot!(text, @r#"
    {
      "note": "Digests of container images, looked up once by gen-tf. Commit this file. Only an image whose line is deleted is looked up again.",
      "format": 1,
      "images": {
        "genomenexus/gn-mongo": "sha256:0000d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "restgym/market-api:1.0.0": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
      }
    }
    "#);
    assert_eq!(ImageRecord::parse(text.as_bytes()).expect("it reads back"), record);
}

#[test]
fn what_is_no_record_is_refused_and_said_why() {
    let why = |text: &str| ImageRecord::parse(text.as_bytes()).expect_err(text).to_string();
    assert_eq!(
        why(r#"{"format": 2, "images": {}}"#),
        "it has format 2, and this gen-tf reads format 1"
    );
    assert_eq!(
        why(r#"{"format": 1, "images": {"a": "sha256:12"}}"#),
        "the entry of `a` has a digest that has 2 characters; a sha256 has 64"
    );
    for text in ["", "{", r#"{"images": {}}"#, r#"{"format": 1, "images": {"a": "x",}}"#] {
        assert_eq!(why(text), "it is not as gen-tf writes it", "{text}");
    }
    assert_eq!(ImageRecord::file_name("rest-2026"), "rest-2026.images.json");
}
