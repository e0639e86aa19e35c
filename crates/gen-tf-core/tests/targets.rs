//! What a study is told about its harness and its targets, beyond the mistakes in its own text.

use gen_tf_core::{
    diagnostic::{Source, render},
    harness::{self, Harness},
    study::{
        Budget, HarnessState, LocalTarget, ParseOptions, Study, TargetKind, check_target, parse,
        rehearsal,
    },
};

const HARNESS: &str = include_str!("../../../tests/studies/harness/harness.hcl");
const STUDY: &str = include_str!("../../../tests/studies/warned/service-with-a-defect.hcl");

fn sample() -> Harness {
    harness::parse(Source { file: "harness.hcl", text: HARNESS }).0.expect("the sample is good")
}

fn study(text: &str) -> Study {
    let source = Source { file: "study.hcl", text };
    let parsed = parse(source, HarnessState::Known(&sample()), &ParseOptions::default());
    let shown = render(&parsed.diagnostics, source, false);
    parsed.study.unwrap_or_else(|| panic!("{shown}"))
}

fn refusals(study: &Study, kind: TargetKind) -> Vec<String> {
    check_target(study, &sample(), kind).into_iter().map(|refusal| refusal.message).collect()
}

#[test]
fn a_harness_that_can_not_be_loaded_is_reported_where_the_study_names_it_and_nothing_else_is() {
    let text = include_str!("../../../tests/studies/invalid/unknown-tool.hcl");
    let source = Source { file: "study.hcl", text };
    let state = HarnessState::Unknown { reason: "there is no folder ./harness" };
    let parsed = parse(source, state, &ParseOptions::default());
    insta::assert_snapshot!(render(&parsed.diagnostics, source, false), @r#"
    error: the harness `./harness` can't be loaded
     --> study.hcl:2:14
      |
    2 |   harness  = "./harness"
      |              ^^^^^^^^^^^
      |
      = help: there is no folder ./harness
    "#);
}

#[test]
fn services_that_need_the_internet_are_refused_on_the_local_target_only() {
    let study = study(STUDY);
    assert_eq!(refusals(&study, TargetKind::Gcp), [""; 0]);
    let rehearsed = refusals(&rehearsal(&study, None, None), TargetKind::Local);
    assert_eq!(
        rehearsed[0],
        "`omdb` needs the internet, which a sandbox of the local target does not have"
    );
}

#[test]
fn a_service_whose_cells_are_all_left_out_is_not_refused() {
    let exclude = "  exclude {\n    service = \"omdb\"\n  }\n}\n\ntarget";
    let study = study(&STUDY.replacen("}\n\ntarget", exclude, 1));
    let rehearsed = Study {
        local: Some(LocalTarget { cpus: 2, ..LocalTarget::default() }),
        ..rehearsal(&study, None, None)
    };
    assert_eq!(refusals(&rehearsed, TargetKind::Local), [""; 0]);
}

#[test]
fn a_target_that_the_study_lacks_is_refused() {
    assert_eq!(refusals(&study(STUDY), TargetKind::Local), ["the study has no `target \"local\"`"]);
}

#[test]
fn a_rehearsal_in_sandboxes_of_the_usual_size_says_what_the_harness_needs() {
    let text = include_str!("../../../tests/studies/valid/defaults-of-models.hcl");
    let rehearsed = rehearsal(&study(text), Some(60), Some(1));
    assert_eq!(
        refusals(&rehearsed, TargetKind::Local),
        [
            "`lama` on `pets` needs 4 CPUs; a sandbox has 1",
            "`lama` on `books` needs 14 GiB of memory; a sandbox has 4 GiB",
        ]
    );
}

#[test]
fn a_rehearsal_is_the_same_study_under_its_own_name_without_cloud_and_budget() {
    let original = study(include_str!("../../../tests/studies/valid/every-field.hcl"));
    let rehearsed = rehearsal(&original, Some(60), Some(1));
    let expected = Study {
        name: "rest-2026-rehearsal".to_owned(),
        duration: 60,
        runs: 1,
        gcp: None,
        budget: Budget::default(),
        ..original.clone()
    };
    assert_eq!(rehearsed, expected);
    assert_eq!(rehearsal(&original, None, None).duration, original.duration);
}

#[test]
fn a_machine_type_and_a_disk_that_are_too_small_are_refused_on_google_cloud() {
    let mut study = study(include_str!("../../../tests/studies/valid/every-field.hcl"));
    assert_eq!(refusals(&study, TargetKind::Gcp), [""; 0]);
    let target = study.gcp.as_mut().unwrap();
    (target.machine_type, target.disk_gb) = ("n1-standard-1".to_owned(), 20);
    assert_eq!(
        refusals(&study, TargetKind::Gcp),
        [
            "`lama` on `pets` needs 4 CPUs; `n1-standard-1` has 1",
            "`lama` on `pets` needs 12 GiB of memory; `n1-standard-1` has 3.75 GiB",
            "`lama` on `pets` needs 70 GiB of disk; the boot disk has 20 GiB",
        ]
    );
    // Of a machine that the table lacks, only the disk can be told.
    study.gcp.as_mut().unwrap().machine_type = "c4-standard-8".to_owned();
    assert_eq!(refusals(&study, TargetKind::Gcp).len(), 1);
}
