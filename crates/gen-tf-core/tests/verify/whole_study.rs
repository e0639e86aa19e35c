//! What is concluded of a study as a whole: its table, copies, and the order of everything.

use std::collections::BTreeMap;

use gen_tf_core::{
    outcome::Cause,
    verify::{
        Copies, Environments, Evidence, Finding, Found, Judgement, Rule, State, Verification,
    },
};

use crate::{id, outcome};

fn conclude(found: &[(&str, Found)], judgement: Judgement) -> Verification {
    let found: BTreeMap<_, _> =
        found.iter().map(|(name, found)| (id(name), found.clone())).collect();
    Verification::conclude(&found, judgement, &Environments::default(), &Copies::default())
}

fn evidence(archive: &str, record: Option<&str>) -> Evidence {
    let record = record.map(str::to_owned);
    Evidence { archive: Some(archive.to_owned()), record, is_own: true }
}

/// Who is told to be a copy.
fn copied(results: &[(&str, Evidence)]) -> Vec<String> {
    let mut copies = Copies::default();
    for (experiment, evidence) in results {
        copies.add(&id(experiment), evidence.clone());
    }
    let (found, none) = (BTreeMap::new(), Environments::default());
    let told = Verification::conclude(&found, Judgement::default(), &none, &copies);
    assert!(told.findings.iter().all(|finding| finding.rule == Rule::DistinctEvidence));
    told.findings.iter().map(|finding| finding.experiment.as_ref().unwrap().to_string()).collect()
}

#[test]
fn the_table_has_a_row_for_each_cell_and_tells_every_state() {
    let failed = Found::Failed { attempt: 3, cause: Some(Cause::Setup) };
    let broken = Found::Broken { why: "has a folder without outcome.json".to_owned() };
    let finding = Finding::new(Rule::FilesIntact, &id("a/x/2"), "is edited");
    let judgement = Judgement { findings: vec![finding], ..Judgement::default() };
    let told = conclude(
        &[
            ("a/x/1", Found::Result),
            ("a/x/2", Found::Result),
            ("a/y/1", Found::Nothing),
            ("a/y/2", failed),
            ("b/x/1", broken),
            ("b/x/10", Found::Result),
        ],
        judgement,
    );
    let rows: Vec<_> =
        told.cells.iter().map(|row| (row.service.as_str(), row.tool.as_str())).collect();
    assert_eq!(rows, [("a", "x"), ("a", "y"), ("b", "x")]);
    let runs: Vec<_> = told.cells.iter().flat_map(|row| row.runs.clone()).collect();
    use State::{Broken, Failed, Missing, Usable};
    assert_eq!(runs, [Usable, State::Finding, Missing, Failed, Broken, Usable]);
    assert_eq!((told.experiments, told.usable, told.is_good()), (6, 2, false));
    let messages: Vec<_> = told.findings.iter().map(|f| (f.rule, f.message.as_str())).collect();
    assert_eq!(messages.len(), 4);
    assert!(messages[0].1.starts_with("has no result, and no failed attempt either"));
    assert_eq!(messages[1].1, "has no result; its last attempt 3 has failed: setup");
    assert_eq!(messages[2], (Rule::CompleteMatrix, "has a folder without outcome.json"));
    assert_eq!(messages[3], (Rule::FilesIntact, "is edited"));
}

#[test]
fn a_complete_study_without_findings_is_good() {
    let told =
        conclude(&[("a/x/1", Found::Result), ("a/x/2", Found::Result)], Judgement::default());
    assert!(told.is_good());
    assert_eq!((told.experiments, told.usable), (2, 2));
}

#[test]
fn a_finding_of_the_study_as_a_whole_leaves_its_results_usable_and_the_study_not_good() {
    let finding = Finding::of_study(Rule::KnownExperiment, "something else is there");
    let judgement = Judgement { findings: vec![finding], ..Judgement::default() };
    let told = conclude(&[("a/x/1", Found::Result)], judgement);
    assert_eq!((told.usable, told.is_good()), (1, false));
}

#[test]
fn doubts_of_one_kind_are_told_together() {
    let doubt = |rule, reason: &str, name: Option<&str>| (rule, reason.to_owned(), name.map(id));
    let doubts = vec![
        doubt(Rule::RequestSpan, "no record", Some("a/x/2")),
        doubt(Rule::FilesIntact, "quick", None),
        doubt(Rule::RequestSpan, "no record", Some("a/x/1")),
        doubt(Rule::RequestSpan, "unreadable", Some("a/x/3")),
    ];
    let told = conclude(&[("a/x/1", Found::Result)], Judgement { doubts, ..Judgement::default() });
    let told: Vec<_> =
        told.unjudged.iter().map(|u| (u.rule, u.reason.as_str(), u.experiments.clone())).collect();
    assert_eq!(
        told,
        [
            (Rule::FilesIntact, "quick", vec![]),
            (Rule::RequestSpan, "no record", vec![id("a/x/1"), id("a/x/2")]),
            (Rule::RequestSpan, "unreadable", vec![id("a/x/3")]),
        ]
    );
}

#[test]
fn results_of_different_runs_are_no_copies() {
    let results = [
        ("a/x/1", evidence("1", Some("r1"))),
        ("a/x/2", evidence("2", Some("r2"))),
        ("a/x/3", evidence("3", None)),
        ("a/x/4", evidence("4", None)),
    ];
    assert_eq!(copied(&results), [""; 0]);
}

#[test]
fn of_copies_within_a_cell_the_first_run_counts() {
    let archives = [
        ("a/x/1", evidence("1", None)),
        ("a/x/2", evidence("1", None)),
        ("a/x/3", evidence("1", None)),
    ];
    assert_eq!(copied(&archives), ["a/x/2", "a/x/3"]);
    let records = [("a/x/4", evidence("4", Some("r"))), ("a/x/7", evidence("7", Some("r")))];
    assert_eq!(copied(&records), ["a/x/7"]);
}

#[test]
fn a_copy_whose_archive_is_that_of_another_experiment_is_known_for_it() {
    let foreign = Evidence { is_own: false, ..evidence("1", None) };
    assert_eq!(copied(&[("a/x/1", foreign.clone()), ("a/x/2", evidence("1", None))]), ["a/x/1"]);
    assert_eq!(copied(&[("a/x/1", evidence("1", None)), ("b/y/1", foreign)]), ["b/y/1"]);
}

#[test]
fn of_copies_in_several_cells_nobody_knows_which_to_trust() {
    let results = [("a/x/1", evidence("1", None)), ("a/y/1", evidence("1", None))];
    assert_eq!(copied(&results), ["a/x/1", "a/y/1"]);
}

#[test]
fn an_archive_is_ones_own_under_the_key_of_the_attempt() {
    let mut told = outcome("a/x/2");
    assert!(Evidence::is_own(&told));
    told.experiment = id("a/x/3");
    assert!(!Evidence::is_own(&told));
    told.results = None;
    assert!(!Evidence::is_own(&told));
}

#[test]
fn findings_come_by_rule_and_experiment_whatever_the_order_was() {
    let findings = vec![
        Finding::new(Rule::RequestRate, &id("a/x/1"), "few"),
        Finding::new(Rule::FilesIntact, &id("b/x/10"), "edited"),
        Finding::new(Rule::FilesIntact, &id("b/x/9"), "edited"),
        Finding::of_study(Rule::FilesIntact, "all"),
    ];
    let turned: Vec<_> = findings.iter().rev().cloned().collect();
    let told = conclude(&[], Judgement { findings, ..Judgement::default() });
    assert_eq!(told, conclude(&[], Judgement { findings: turned, ..Judgement::default() }));
    let order: Vec<_> = told.findings.iter().map(|f| (f.rule, f.experiment.clone())).collect();
    let files = Rule::FilesIntact;
    assert_eq!(
        order,
        [
            (files, None),
            (files, Some(id("b/x/9"))),
            (files, Some(id("b/x/10"))),
            (Rule::RequestRate, Some(id("a/x/1"))),
        ]
    );
}
