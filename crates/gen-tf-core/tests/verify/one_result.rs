//! Rules about one result.

use gen_tf_core::{
    metrics::{Coverage, CoverageCounts, Metrics, Problem},
    outcome::Outcome,
    verify::{Facts, Judgement, Rule, WarningKind, judge},
};

use crate::{DEFINITION, DURATION, LIMITS, covered, lines, metrics, outcome};

/// Judges a good result that was changed.
fn judged(change: impl FnOnce(&mut Outcome, &mut Metrics)) -> Judgement {
    let (mut outcome, mut metrics) = (outcome("pets/fuzzer/1"), metrics());
    change(&mut outcome, &mut metrics);
    judge(&Facts {
        outcome: &outcome,
        metrics: Some(&metrics),
        definition: DEFINITION,
        limits: Some(LIMITS),
        duration: Some(DURATION),
    })
}

fn broken(judgement: &Judgement) -> Vec<Rule> {
    judgement.findings.iter().map(|finding| finding.rule).collect()
}

fn doubted(judgement: &Judgement) -> Vec<Rule> {
    judgement.doubts.iter().map(|(rule, ..)| *rule).collect()
}

/// That a rule alone is broken, or none.
fn check(rule: Rule, holds: bool, change: impl FnOnce(&mut Outcome, &mut Metrics)) {
    let judgement = judged(change);
    let wanted = if holds { vec![] } else { vec![rule] };
    assert_eq!(broken(&judgement), wanted, "{judgement:#?}");
    assert_eq!(judgement.doubts, [], "{judgement:#?}");
}

#[test]
fn a_good_result_breaks_no_rule_and_leaves_no_doubt() {
    assert_eq!(judged(|_, _| {}), Judgement::default());
}

#[test]
fn a_result_of_another_definition_is_none_of_the_study() {
    check(Rule::SameDefinition, false, |outcome, _| outcome.definition = "0".repeat(32));
}

#[test]
fn a_tool_works_for_its_budget_up_to_the_step_of_the_clock_and_a_second_of_delay() {
    for (seconds, holds) in [
        (300.0, true),
        (299.99, true),
        (299.98, false),
        (301.0, true),
        (301.01, false),
        (0.0, false),
        (f64::NAN, false),
        (f64::INFINITY, false),
    ] {
        check(Rule::FullBudget, holds, |outcome, _| outcome.tool_seconds = seconds);
    }
}

#[test]
fn the_studys_duration_counts_and_that_of_the_outcome_where_the_study_tells_none() {
    let mut short = outcome("pets/fuzzer/1");
    (short.duration, short.tool_seconds) = (60.0, 60.0);
    let facts = Facts {
        outcome: &short,
        metrics: None,
        definition: DEFINITION,
        limits: Some(LIMITS),
        duration: Some(DURATION),
    };
    assert_eq!(broken(&judge(&facts)), [Rule::FullBudget]);
    assert_eq!(broken(&judge(&Facts { duration: None, ..facts })), []);
}

#[test]
fn requests_span_the_part_of_the_duration_that_the_harness_demands() {
    for (span, holds) in
        [(Some(270.0), true), (Some(269.99), false), (Some(0.0), false), (None, false)]
    {
        check(Rule::RequestSpan, holds, |_, metrics| {
            metrics.requests.as_mut().unwrap().span_seconds = span;
        });
    }
}

#[test]
fn as_many_requests_reach_the_service_as_the_harness_demands() {
    for (total, holds) in [(330, true), (329, false), (0, false)] {
        check(Rule::RequestRate, holds, |_, metrics| {
            metrics.requests.as_mut().unwrap().total = total;
        });
    }
}

#[test]
fn a_limit_is_what_arithmetic_says_whatever_a_computer_makes_of_decimal_numbers() {
    // 0.07 × 300 is 21.000000000000004 here.
    let (outcome, mut metrics) = (outcome("pets/fuzzer/1"), metrics());
    let mut limits = LIMITS;
    limits.min_requests_per_second = 0.07;
    for (total, wanted) in [(21, vec![]), (20, vec![Rule::RequestRate])] {
        metrics.requests.as_mut().unwrap().total = total;
        let judgement = judge(&Facts {
            outcome: &outcome,
            metrics: Some(&metrics),
            definition: DEFINITION,
            limits: Some(limits),
            duration: Some(DURATION),
        });
        assert_eq!(broken(&judgement), wanted);
        let told: Vec<_> = judgement.findings.iter().map(|f| f.wanted.as_deref()).collect();
        assert!(
            told.iter().all(|wanted| *wanted == Some("at least 21, 0.07 a second")),
            "{told:?}"
        );
    }
}

#[test]
fn without_a_record_of_requests_their_span_is_unknown_and_a_demanded_rate_is_not_kept() {
    let without = |_: &mut Outcome, metrics: &mut Metrics| {
        metrics.requests = None;
        metrics.sources.requests = None;
    };
    let judgement = judged(without);
    assert_eq!(broken(&judgement), [Rule::RequestRate]);
    assert_eq!(doubted(&judgement), [Rule::RequestSpan]);
    let (outcome, mut metrics) = (outcome("pets/fuzzer/1"), metrics());
    metrics.requests = None;
    metrics.sources.requests = None;
    let mut limits = LIMITS;
    limits.min_requests_per_second = 0.0;
    let facts = Facts {
        outcome: &outcome,
        metrics: Some(&metrics),
        definition: DEFINITION,
        limits: Some(limits),
        duration: None,
    };
    let judgement = judge(&facts);
    assert_eq!((broken(&judgement), doubted(&judgement)), (vec![], vec![Rule::RequestSpan]));
}

#[test]
fn of_a_record_that_cannot_be_read_nothing_is_known() {
    let judgement = judged(|_, metrics| {
        metrics.requests = None;
        let (file, message) = ("requests.jsonl".to_owned(), "cannot be read".to_owned());
        metrics.problems.push(Problem { file, message });
    });
    assert_eq!(broken(&judgement), [Rule::EvidenceReadable]);
    assert_eq!(doubted(&judgement), [Rule::RequestSpan, Rule::RequestRate]);
}

#[test]
fn evidence_with_problems_is_named_with_the_first_of_them() {
    let problem = |file: &str| Problem { file: file.to_owned(), message: "is cut".to_owned() };
    let judgement = judged(|_, metrics| {
        metrics.problems = vec![problem("a.csv"), problem("b.csv"), problem("c.csv")];
    });
    assert_eq!(broken(&judgement), [Rule::EvidenceReadable]);
    assert_eq!(judgement.findings[0].message, "a.csv: is cut; 2 more");
}

#[test]
fn one_kind_of_coverage_above_that_of_the_idle_service_is_enough() {
    let none = CoverageCounts::default();
    let with_methods = |lines, methods| CoverageCounts {
        lines: covered(lines),
        methods: covered(methods),
        branches: None,
    };
    for (idle, end, holds) in [
        (lines(10), lines(11), true),
        (lines(10), lines(10), false),
        (lines(10), lines(0), false),
        (with_methods(10, 5), with_methods(10, 6), true),
        (with_methods(10, 5), with_methods(10, 5), false),
        (with_methods(10, 5), lines(10), false),
        (lines(0), lines(0), false),
    ] {
        check(Rule::CoverageAboveIdle, holds, |_, metrics| {
            let coverage = metrics.coverage.as_mut().unwrap();
            (coverage.idle, coverage.end) = (Some(idle), Some(end));
        });
    }
    let methods = CoverageCounts { methods: covered(1), ..none };
    for (idle, end) in
        [(None, Some(lines(10))), (Some(lines(10)), None), (Some(lines(10)), Some(methods))]
    {
        let judgement = judged(|_, metrics| {
            metrics.coverage = Some(Coverage { idle, end, samples: Some(60) });
        });
        assert_eq!(broken(&judgement), []);
        assert_eq!(doubted(&judgement), [Rule::CoverageAboveIdle]);
    }
}

#[test]
fn coverage_is_sampled_as_often_as_the_harness_demands() {
    for (samples, holds) in [(Some(60), true), (Some(59), false), (Some(0), false), (None, false)] {
        check(Rule::CoverageSamples, holds, |_, metrics| {
            metrics.coverage.as_mut().unwrap().samples = samples;
        });
    }
}

#[test]
fn a_harness_that_demands_no_samples_gets_none_and_coverage_that_is_not_measured_is_said() {
    let (outcome, mut metrics) = (outcome("pets/fuzzer/1"), metrics());
    metrics.coverage = None;
    let mut limits = LIMITS;
    limits.min_coverage_samples_per_minute = 0.0;
    let judgement = judge(&Facts {
        outcome: &outcome,
        metrics: Some(&metrics),
        definition: DEFINITION,
        limits: Some(limits),
        duration: Some(DURATION),
    });
    assert_eq!(broken(&judgement), []);
    assert_eq!(doubted(&judgement), [Rule::CoverageAboveIdle]);
}

#[test]
fn without_limits_the_rules_that_need_them_are_not_judged() {
    let (outcome, mut metrics) = (outcome("pets/fuzzer/1"), metrics());
    metrics.requests.as_mut().unwrap().total = 0;
    let judgement = judge(&Facts {
        outcome: &outcome,
        metrics: Some(&metrics),
        definition: DEFINITION,
        limits: None,
        duration: Some(DURATION),
    });
    assert_eq!(broken(&judgement), []);
    assert_eq!(doubted(&judgement), [Rule::RequestSpan, Rule::RequestRate, Rule::CoverageSamples]);
}

#[test]
fn answers_of_which_none_is_2xx_are_a_warning() {
    let warnings = |success, total| {
        let judgement = judged(|_, metrics| {
            let requests = metrics.requests.as_mut().unwrap();
            (requests.status.success, requests.total) = (success, total);
        });
        judgement.warnings.iter().map(|warning| warning.kind).collect::<Vec<_>>()
    };
    assert_eq!(warnings(0, 600), [WarningKind::NoSuccess]);
    assert_eq!(warnings(1, 600), []);
    assert_eq!(warnings(0, 0), [], "a record without a request says nothing of tokens");
}

#[test]
fn a_tool_that_starts_again_and_again_is_a_warning() {
    for (starts, warned) in [(1, false), (3, false), (60, false), (61, true), (300, true)] {
        let judgement = judged(|outcome, _| outcome.tool_starts = starts);
        assert_eq!(judgement.warnings.len(), usize::from(warned), "{starts}");
        assert_eq!(broken(&judgement), []);
    }
}
