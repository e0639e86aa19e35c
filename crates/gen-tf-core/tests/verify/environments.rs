//! The environments of all results, compared field by field.

use std::collections::BTreeMap;

use gen_tf_core::verify::{
    Copies, Environments, Finding, Judgement, Rule, Verification, WarningKind,
};
use proptest::prelude::*;

use crate::id;

/// A result: its experiment, and fields as `name=value` words.
type Told<'a> = (&'a str, &'a str);

fn compared(results: &[Told<'_>]) -> Verification {
    let mut environments = Environments::default();
    for (experiment, fields) in results {
        let field = |word: &str| {
            let (name, value) = word.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        };
        environments.add(&id(experiment), &fields.split_whitespace().map(field).collect());
    }
    let judgement = Judgement::default();
    Verification::conclude(&BTreeMap::new(), judgement, &environments, &Copies::default())
}

/// Who is blamed, `*` for the study, with the message.
fn blamed(results: &[Told<'_>]) -> Vec<String> {
    let told = |finding: &Finding| {
        assert_eq!(finding.rule, Rule::SameEnvironment);
        let whose = finding.experiment.as_ref().map_or("*".to_owned(), ToString::to_string);
        format!("{whose}: {}", finding.message)
    };
    compared(results).findings.iter().map(told).collect()
}

#[test]
fn equal_environments_are_no_difference() {
    let told =
        compared(&[("a/x/1", "cpu=A os=D"), ("a/x/2", "cpu=A os=D"), ("b/x/1", "cpu=A os=D")]);
    assert!(told.findings.is_empty() && told.environment.is_empty() && told.warnings.is_empty());
}

#[test]
fn the_minority_is_blamed_with_its_value_and_that_of_the_majority() {
    let results = [("a/x/1", "cpu=A"), ("a/x/2", "cpu=B"), ("b/y/1", "cpu=A")];
    assert_eq!(blamed(&results), ["a/x/2: `cpu` is B, and A in 2 of 3"]);
    let told = compared(&results);
    let finding = &told.findings[0];
    assert_eq!((finding.wanted.as_deref(), finding.found.as_deref()), (Some("A"), Some("B")));
    let values = &told.environment[0].values;
    let values: Vec<_> = values.iter().map(|v| (v.value.as_deref(), v.experiments)).collect();
    assert_eq!(values, [(Some("A"), 2), (Some("B"), 1)]);
}

#[test]
fn a_result_on_another_machine_is_one_finding_whatever_its_fields_are() {
    let results =
        [("a/x/1", "cpu=A kernel=6"), ("a/x/2", "cpu=B kernel=5"), ("a/x/3", "cpu=A kernel=6")];
    let told = ["a/x/2: `cpu` is B, and A in 2 of 3; `kernel` is 5, and 6 in 2 of 3"];
    assert_eq!(blamed(&results), told);
}

#[test]
fn without_a_majority_nobody_is_blamed_and_the_study_is() {
    let halves = [("a/x/1", "cpu=A"), ("a/x/2", "cpu=B")];
    let nobody =
        "*: `cpu` has no value in more than half of the results, so that nobody can be blamed";
    assert_eq!(blamed(&halves), [format!("{nobody}: A in 1, B in 1")]);
    let thirds = [("a/x/1", "cpu=A"), ("a/x/2", "cpu=A"), ("a/x/3", "cpu=B"), ("a/x/4", "cpu=C")];
    assert_eq!(blamed(&thirds), [format!("{nobody}: A in 2, B in 1, C in 1")]);
}

#[test]
fn a_field_of_some_cells_is_compared_among_those_that_have_it() {
    let good = [("a/x/1", "model.ex=1"), ("a/x/2", "model.ex=1"), ("a/y/1", ""), ("a/y/2", "")];
    assert_eq!(blamed(&good), [""; 0]);
    let bad =
        [("a/x/1", "model.ex=1"), ("a/x/2", "model.ex=2"), ("a/x/3", "model.ex=1"), ("a/y/1", "")];
    assert_eq!(blamed(&bad), ["a/x/2: `model.ex` is 2, and 1 in 2 of 3"]);
}

#[test]
fn a_field_that_some_runs_of_a_cell_lack_differs() {
    let one_lacks = [("a/x/1", "java=17"), ("a/x/2", ""), ("a/x/3", "java=17"), ("b/y/1", "")];
    assert_eq!(blamed(&one_lacks), ["a/x/2: `java` is not told, and 17 in 2 of 3"]);
    let one_has = [("a/x/1", ""), ("a/x/2", "java=17"), ("a/x/3", "")];
    assert_eq!(blamed(&one_has), ["a/x/2: `java` is 17, and not told in 2 of 3"]);
    let halves = [("a/x/1", ""), ("a/x/2", "java=17")];
    let told = blamed(&halves);
    assert!(told.len() == 1 && told[0].starts_with("*: `java` is there in half"), "{told:?}");
}

#[test]
fn what_may_differ_is_said_and_blamed_on_nobody() {
    for field in ["zone", "clock", "guest_sha256"] {
        let (one, other) = (format!("{field}=a"), format!("{field}=b"));
        let told = compared(&[("a/x/1", &one), ("a/x/2", &other), ("a/x/3", &one)]);
        assert_eq!((told.findings.len(), told.environment.len()), (0, 1), "{field}");
        assert!(told.environment[0].tolerated.is_some());
        assert_eq!((told.warnings.len(), told.warnings[0].kind), (1, WarningKind::Environment));
    }
}

#[test]
fn memory_differs_by_pages_between_boots_and_by_more_between_machines() {
    let results = |other| {
        let other = format!("memory_bytes={other}");
        let one = "memory_bytes=8000000000";
        blamed(&[("a/x/1", one), ("a/x/2", &other), ("a/x/3", one)])
    };
    for same in ["8000004096", "7999995904", "8008000000", "7992007993"] {
        assert_eq!(results(same), [""; 0], "{same}");
    }
    for other in ["8008000001", "7992000000", "16000000000", "much"] {
        assert_eq!(results(other).len(), 1, "{other}");
    }
}

proptest! {
    #[test]
    fn the_order_in_which_results_are_read_does_not_matter(
        results in prop::collection::vec(("[ab]", "[xy]", 1u32..40, "[AB]", "[AB]?"), 1..30),
        seed in any::<prop::sample::Index>(),
    ) {
        let mut all: BTreeMap<String, String> = BTreeMap::new();
        for (service, tool, run, cpu, java) in results {
            let java = if java.is_empty() { String::new() } else { format!(" java={java}") };
            all.insert(format!("{service}/{tool}/{run}"), format!("cpu={cpu}{java}"));
        }
        let told: Vec<Told<'_>> = all.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
        let mut turned = told.clone();
        turned.rotate_left(seed.index(told.len()));
        turned.reverse();
        prop_assert_eq!(compared(&told), compared(&turned));
    }

    #[test]
    fn fewer_than_half_are_blamed_for_a_value(
        values in prop::collection::vec("[ABC]", 1..30),
    ) {
        let results: Vec<_> = values.iter().enumerate()
            .map(|(run, value)| (format!("a/x/{}", run + 1), format!("cpu={value}"))).collect();
        let told: Vec<Told<'_>> = results.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
        let findings = compared(&told).findings;
        let blamed = findings.iter().filter(|finding| finding.experiment.is_some()).count();
        let differ = values.iter().any(|value| *value != values[0]);
        prop_assert!(blamed * 2 < values.len());
        prop_assert_eq!(!findings.is_empty(), differ);
    }
}
