//! Reports of small studies, against figures that were computed by hand.
#![allow(clippy::unwrap_used, reason = "a test ends with a panic")]

use gen_tf_core::{
    metrics::{
        self, CoverageCounts, Covered, Metrics, Minute, Operations, Requests, StatusClasses,
    },
    outcome::{Cause, FORMAT, Outcome, Timings, Verdict},
    report::{Checked, Draft, Facts, Measure, Options, Report, Size, State, TestMethod},
    statistics::Bootstrap,
    verify::{Finding, Rule, Verification},
};

/// A study of these cells, written `service/tool`, of three minutes.
fn facts(cells: &[&str], runs: u32) -> Facts {
    let cell = |cell: &&str| {
        let (service, tool) = cell.split_once('/').unwrap();
        (service.to_owned(), tool.to_owned())
    };
    Facts {
        study: "s".to_owned(),
        harness: Some("h".to_owned()),
        duration: Some(180.0),
        cells: cells.iter().map(cell).collect(),
        runs,
    }
}

fn outcome(experiment: &str, attempt: u32, cause: Option<Cause>) -> Outcome {
    Outcome {
        format: FORMAT,
        study: "s".to_owned(),
        experiment: experiment.parse().unwrap(),
        attempt,
        definition: "d".to_owned(),
        setup_key: String::new(),
        outcome: if cause.is_some() { Verdict::Failed } else { Verdict::Succeeded },
        cause,
        message: String::new(),
        phase: "run".to_owned(),
        written_by: "guest".to_owned(),
        duration: 180.0,
        tool_seconds: 180.0,
        tool_starts: 1,
        timings: Timings { ended: "2026-11-24T10:00:00Z".to_owned(), ..Timings::default() },
        results: None,
        environment: Default::default(),
    }
}

fn counts(lines: u64) -> CoverageCounts {
    let lines = Some(Covered { covered: lines, total: 200 });
    CoverageCounts { lines, branches: None, methods: Some(Covered { covered: 0, total: 0 }) }
}

/// Metrics with so many requests, and lines covered of 200 at the end.
fn metrics(experiment: &str, requests: u64, lines: u64) -> Metrics {
    let status = StatusClasses { success: requests, ..StatusClasses::default() };
    Metrics {
        format: metrics::FORMAT,
        experiment: experiment.parse().unwrap(),
        attempt: 1,
        window: None,
        sources: metrics::Sources::default(),
        requests: Some(Requests {
            total: requests,
            status,
            unauthorized: 0,
            forbidden: 0,
            unanswered: None,
            outside_budget: None,
            first: None,
            last: None,
            span_seconds: None,
        }),
        operations: None,
        unique_5xx: None,
        failures: None,
        coverage: Some(metrics::Coverage {
            idle: Some(counts(20)),
            end: Some(counts(lines)),
            samples: None,
        }),
        minutes: None,
        published: metrics::Published::default(),
        claims: Vec::new(),
        problems: Vec::new(),
    }
}

fn options() -> Options {
    Options {
        bootstrap: Bootstrap { resamples: 200, ..Bootstrap::default() },
        ..Options::default()
    }
}

/// The report of experiments with so many requests each.
fn report_of(cells: &[&str], runs: u32, requests: &[(&str, u64)]) -> Report {
    let mut draft = Draft::new(facts(cells, runs), options());
    for (experiment, requests) in requests {
        draft.add(&outcome(experiment, 1, None), Some(&metrics(experiment, *requests, *requests)));
    }
    draft.finish(Checked::default())
}

#[test]
fn a_cell_is_summed_up_with_its_count() {
    let report = report_of(&["a/x"], 4, &[("a/x/1", 10), ("a/x/2", 40), ("a/x/4", 20)]);
    let cell = &report.cells[0];
    assert_eq!((cell.succeeded, cell.expected), (3, 4));
    let spread = cell.measures[&Measure::Requests].as_ref().unwrap();
    assert_eq!(
        (spread.count, spread.minimum, spread.median, spread.maximum),
        (3, 10.0, 20.0, 40.0)
    );
    assert_eq!((spread.lower_quartile, spread.upper_quartile), (15.0, 30.0));
    let interval = spread.interval.unwrap();
    assert!(10.0 <= interval.low && interval.low <= 20.0, "{interval:?}");
    assert!(20.0 <= interval.high && interval.high <= 40.0, "{interval:?}");
    let lines = cell.measures[&Measure::LineCoverage].as_ref().unwrap();
    assert_eq!((lines.median, lines.maximum), (10.0, 20.0), "per cent of 200 lines");
    let pace = cell.measures[&Measure::RequestsPerSecond].as_ref().unwrap();
    assert_eq!(pace.median, 20.0 / 180.0);
}

#[test]
fn what_the_evidence_does_not_tell_is_absent_and_never_zero() {
    let report = report_of(&["a/x"], 1, &[("a/x/1", 10)]);
    let row = &report.experiments[0];
    for measure in [Measure::UniqueFailures, Measure::OperationsReached, Measure::BranchCoverage] {
        assert_eq!((row.measures[&measure], &report.cells[0].measures[&measure]), (None, &None));
    }
    assert_eq!(row.measures[&Measure::MethodCoverage], None, "of no methods");
    assert_eq!(row.measures[&Measure::Status4xx], Some(0.0), "counted, and there were none");
    let spread = report.cells[0].measures[&Measure::Requests].as_ref().unwrap();
    assert_eq!(spread.interval, None);
    assert_eq!(spread.no_interval.as_deref(), Some("there is only one value; it takes two"));
}

#[test]
fn missing_experiments_are_told_with_what_is_known_of_them() {
    let mut draft = Draft::new(facts(&["a/x", "a/y"], 2), options());
    draft.add(&outcome("a/x/1", 1, Some(Cause::Preempted)), None);
    draft.add(&outcome("a/x/1", 2, None), Some(&metrics("a/x/1", 1, 1)));
    draft.add(&outcome("a/x/2", 2, Some(Cause::ToolFailed)), None);
    draft.add(&outcome("a/x/2", 1, Some(Cause::Lost)), None);
    draft.add(&outcome("a/y/1", 1, None), None);
    draft.add(&outcome("a/y/3", 1, None), Some(&metrics("a/y/3", 1, 1)));
    let report = draft.finish(Checked::default());
    let told = &report.completeness;
    assert_eq!((told.expected, told.succeeded, told.is_whole), (4, 2, false));
    assert_eq!(
        told.statement,
        "Only 2 of 4 experiments have succeeded, 1 of them in the figures; 1 without metrics."
    );
    let missing: Vec<_> = told
        .missing
        .iter()
        .map(|it| (it.experiment.to_string(), it.failed_attempts, it.cause))
        .collect();
    let expected =
        [("a/x/2".to_owned(), 2, Some(Cause::ToolFailed)), ("a/y/2".to_owned(), 0, None)];
    assert_eq!(missing, expected);
    assert_eq!(told.without_metrics, ["a/y/1".parse().unwrap()]);
    assert_eq!(told.not_in_study, ["a/y/3".parse().unwrap()]);
    let states: Vec<_> = report.experiments.iter().map(|row| row.state).collect();
    assert_eq!(states, [State::Succeeded, State::Failed, State::Succeeded, State::Missing]);
    assert_eq!(report.experiments[0].attempt, Some(2));
    let failed: Vec<_> =
        report.failed_attempts.iter().map(|it| (it.experiment.to_string(), it.attempt)).collect();
    let expected = [("a/x/1", 1), ("a/x/2", 1), ("a/x/2", 2)];
    assert_eq!(failed, expected.map(|(id, attempt)| (id.to_owned(), attempt)));
}

#[test]
fn a_whole_study_is_told_to_be_whole_unless_a_rule_speaks_against_it() {
    let draft = || {
        let mut draft = Draft::new(facts(&["a/x"], 1), options());
        draft.add(&outcome("a/x/1", 1, None), Some(&metrics("a/x/1", 1, 1)));
        draft
    };
    let whole = draft().finish(Checked::default()).completeness;
    assert!(whole.is_whole);
    assert_eq!(whole.statement, "The one experiment of the study has succeeded.");
    let finding = Finding::new(Rule::FilesIntact, &"a/x/1".parse().unwrap(), "a file differs");
    let checked = Checked { findings: vec![finding.clone(), finding], ..Checked::default() };
    let report = draft().finish(checked);
    assert!(!report.completeness.is_whole);
    assert!(report.completeness.statement.ends_with("; there are 2 findings against the results."));
    assert_eq!(report.experiments[0].findings, [Rule::FilesIntact]);
    let cell = &report.cells[0];
    assert_eq!((cell.succeeded, cell.with_findings), (1, 1));
    let mut draft = draft();
    draft.add_unusable("a/x/9".to_owned(), "it has no outcome.json".to_owned());
    let told = draft.finish(Checked::default()).completeness;
    assert!(!told.is_whole && told.statement.ends_with("there is 1 folder that can't be used."));
}

#[test]
fn a_result_that_breaks_a_rule_is_in_no_figure_unless_it_is_wanted_there() {
    let report = |count_findings| {
        let options = Options { count_findings, ..options() };
        let mut draft = Draft::new(facts(&["a/x", "a/y"], 2), options);
        for (id, strength) in [("a/x/1", 1), ("a/x/2", 9), ("a/y/1", 4), ("a/y/2", 4)] {
            draft.add(&outcome(id, 1, None), Some(&metrics(id, 1, strength)));
        }
        let finding = Finding::new(Rule::RequestRate, &"a/x/2".parse().unwrap(), "dead");
        draft.finish(Checked { findings: vec![finding], ..Checked::default() })
    };
    let (without, with) = (report(false), report(true));
    let counts = |report: &Report| {
        let cell = &report.cells[0];
        let spread = cell.measures[&Measure::Requests].as_ref().unwrap();
        let pairs = report.comparisons.iter().find(|it| it.measure == Measure::Requests).unwrap();
        (cell.counted, spread.count, pairs.pairs[0].first_count)
    };
    assert_eq!((counts(&without), counts(&with)), ((1, 1, 1), (2, 2, 2)));
    let row = &without.experiments[1];
    assert!(!row.counted && row.measures[&Measure::Requests].is_some(), "its own figures stay");
    assert!(with.experiments[1].counted && with.methods.count_findings);
    assert!(!with.completeness.is_whole, "the banner stays");
}

#[test]
fn that_a_run_is_missing_is_told_once() {
    let missing = Finding::new(Rule::CompleteMatrix, &"a/x/1".parse().unwrap(), "has no result");
    let broken = Finding::new(Rule::FullBudget, &"a/x/2".parse().unwrap(), "is short");
    let verification = Verification {
        experiments: 2,
        usable: 0,
        cells: Vec::new(),
        findings: vec![missing, broken.clone()],
        unjudged: Vec::new(),
        warnings: Vec::new(),
        environment: Vec::new(),
    };
    assert_eq!(Checked::from(verification).findings, [broken]);
}

#[test]
fn pairs_of_a_service_are_one_family() {
    let mut runs = Vec::new();
    for (tool, values) in [("x", [1, 2, 3]), ("y", [4, 5, 6]), ("z", [2, 2, 7])] {
        for (run, value) in (1..).zip(values) {
            runs.push((format!("a/{tool}/{run}"), value));
        }
    }
    let runs: Vec<(&str, u64)> = runs.iter().map(|(id, value)| (&id[..], *value)).collect();
    let report = report_of(&["a/x", "a/y", "a/z", "b/x"], 3, &runs);
    let of = report.comparisons.iter().filter(|it| it.measure == Measure::Requests);
    let [comparison] = &of.collect::<Vec<_>>()[..] else { panic!("service b has one tool") };
    let pair = |first: &str, second: &str| {
        let mut pairs = comparison.pairs.iter();
        pairs
            .find(|it| (&it.first[..], &it.second[..]) == (first, second))
            .unwrap()
            .test
            .clone()
            .unwrap()
    };
    let x_y = pair("x", "y");
    assert_eq!((x_y.a12, x_y.u, x_y.magnitude), (0.0, 0.0, Size::Large));
    // Two of the 20 orders are as far apart.
    assert_eq!((x_y.method, x_y.p_value), (TestMethod::Exact, 0.1));
    // 1, 2, 3 against 2, 2, 7: no win, two halves, two wins, of nine pairs.
    assert_eq!((pair("x", "z").a12, pair("x", "z").method), (3.0 / 9.0, TestMethod::Asymptotic));
    let smallest = comparison.pairs.iter().filter_map(|it| it.test.as_ref());
    assert!(smallest.clone().all(|test| test.p_value >= 0.1));
    assert!((x_y.p_holm - 0.3).abs() < 1e-12, "three pairs were tested");
    assert!(smallest.into_iter().all(|test| !test.significant));
}

#[test]
fn a_pair_without_values_is_told_and_in_no_family() {
    let runs = [("a/x/1", 1), ("a/x/2", 2), ("a/y/1", 3), ("a/y/2", 4)];
    let report = report_of(&["a/x", "a/y", "a/z"], 2, &runs);
    let comparison = report.comparisons.iter().find(|it| it.measure == Measure::Requests).unwrap();
    let told: Vec<_> = comparison.pairs.iter().map(|it| it.no_test.as_deref()).collect();
    assert_eq!(told, [None, Some("z has no value"), Some("z has no value")]);
    let test = comparison.pairs[0].test.as_ref().unwrap();
    assert_eq!(test.p_holm, test.p_value, "a family of one");
    assert_eq!((comparison.pairs[1].first_count, comparison.pairs[1].second_count), (2, 0));
}

#[test]
fn tools_are_ranked_over_the_services_where_all_have_values() {
    let mut runs = Vec::new();
    for service in ["a", "b", "c", "d"] {
        runs.extend([(service, "x", 30), (service, "y", 20), (service, "z", 10)]);
    }
    runs.extend([("e", "x", 1), ("e", "y", 2)]);
    let cells: Vec<String> =
        runs.iter().map(|(service, tool, _)| format!("{service}/{tool}")).collect();
    let mut cells: Vec<&str> = cells.iter().map(|cell| &cell[..]).collect();
    cells.extend(["e/z", "e/w"]);
    let runs: Vec<_> = runs.iter().map(|(s, t, value)| (format!("{s}/{t}/1"), *value)).collect();
    let runs: Vec<(&str, u64)> = runs.iter().map(|(id, value)| (&id[..], *value)).collect();
    let report = report_of(&cells, 1, &runs);
    let across = report.across.iter().find(|it| it.measure == Measure::Requests).unwrap();
    assert_eq!(
        (&across.services[..], &across.tools_left_out[..]),
        (&["a", "b", "c", "d"].map(str::to_owned)[..], &["w".to_owned()][..])
    );
    let left = &across.services_left_out[0];
    assert_eq!((&left.service[..], &left.without[..]), ("e", &["z".to_owned()][..]));
    let test = across.friedman.as_ref().unwrap();
    let ranks: Vec<_> =
        test.average_ranks.iter().map(|it| (&it.tool[..], it.average_rank)).collect();
    assert_eq!(ranks, [("x", 1.0), ("y", 2.0), ("z", 3.0)]);
    // Of k tools and N services that all agree it is N (k - 1), and with two degrees of freedom the
    // tail of chi-square is exp(-x / 2).
    assert_eq!((test.statistic, test.degrees_of_freedom), (8.0, 2));
    assert!((test.p_value - (-4.0_f64).exp()).abs() < 1e-12);
    let nemenyi = across.nemenyi.as_ref().unwrap();
    // Demšar's table has 2.343 for three groups; √(3 · 4 / (6 · 4)) is √½.
    assert!((nemenyi.critical_difference - 2.343 * 0.5_f64.sqrt()).abs() < 1e-3);
    assert_eq!(nemenyi.alike, [["x", "y"], ["y", "z"]]);
    let significant: Vec<_> =
        nemenyi.pairs.iter().map(|it| (&it.first[..], &it.second[..], it.significant)).collect();
    assert_eq!(significant, [("x", "y", false), ("x", "z", true), ("y", "z", false)]);
}

#[test]
fn what_can_not_be_tested_says_why() {
    let why = |cells: &[&str], runs: &[(&str, u64)]| {
        let report = report_of(cells, 1, runs);
        let across = report.across.into_iter().find(|it| it.measure == Measure::Requests).unwrap();
        assert!(across.friedman.is_none() && across.nemenyi.is_none() && across.no_pairs.is_some());
        across.no_test.unwrap()
    };
    let two = ["a/x", "a/y"];
    assert_eq!(
        why(&two, &[("a/x/1", 1), ("a/y/1", 2)]),
        "there is only one service on which every tool has a value; it takes two"
    );
    assert_eq!(why(&two, &[("a/x/1", 1)]), "only one tool has values, x; it takes two to compare");
    let apart = ["a/x", "a/y", "b/x", "b/y"];
    assert_eq!(
        why(&apart, &[("a/x/1", 1), ("b/y/1", 2)]),
        "there is no service on which every tool has a value"
    );
    let same = [("a/x/1", 1), ("a/y/1", 1), ("b/x/1", 2), ("b/y/1", 2)];
    assert_eq!(why(&apart, &same), "on every service all tools have the same median");
}

#[test]
fn pairs_are_not_compared_where_no_difference_was_found() {
    let runs = [("a/x/1", 1), ("a/y/1", 2), ("b/x/1", 2), ("b/y/1", 1)];
    let report = report_of(&["a/x", "a/y", "b/x", "b/y"], 1, &runs);
    let across = report.across.iter().find(|it| it.measure == Measure::Requests).unwrap();
    assert_eq!(across.friedman.as_ref().unwrap().p_value, 1.0);
    assert_eq!(across.nemenyi, None);
    assert_eq!(
        across.no_pairs.as_deref(),
        Some("the Friedman test finds no difference at the level 0.05")
    );
}

/// Metrics of minutes with these numbers of unique failures and of lines covered.
fn growing(experiment: &str, minutes: &[(u64, Option<u64>)]) -> Metrics {
    let minute = |(unique, lines): &(u64, Option<u64>)| Minute {
        unique_5xx: Some(*unique),
        coverage: lines.map(counts),
        ..Minute::default()
    };
    let minutes = Some(minutes.iter().map(minute).collect());
    Metrics { minutes, ..metrics(experiment, 1, 1) }
}

#[test]
fn growth_is_the_median_of_runs_and_then_of_services() {
    let mut draft = Draft::new(facts(&["a/x", "a/y", "b/x", "b/y", "c/x"], 2), options());
    let mut add = |id: &str, minutes: &[(u64, Option<u64>)]| {
        draft.add(&outcome(id, 1, None), Some(&growing(id, minutes)));
    };
    add("a/x/1", &[(1, None), (3, Some(60)), (5, Some(80))]);
    // This one's evidence ends a minute before the tool's time.
    add("a/x/2", &[(2, Some(40)), (4, Some(40))]);
    add("b/x/1", &[(10, None), (10, None), (10, None)]);
    add("a/y/1", &[(0, None), (0, None), (0, None)]);
    add("b/y/1", &[(0, None), (1, None), (2, None)]);
    add("c/x/1", &[(99, None), (99, None), (99, None)]);
    let report = draft.finish(Checked::default());
    let of = |measure| report.growth.iter().find(|it| it.measure == measure).unwrap();
    let failures = of(Measure::UniqueFailures);
    assert_eq!(failures.minutes, [0, 1, 2, 3]);
    let cell = &failures.cells[0];
    assert_eq!((&cell.service[..], &cell.tool[..], cell.experiments), ("a", "x", 2));
    let medians = |points: &[Option<gen_tf_core::report::Band>]| -> Vec<Option<f64>> {
        points.iter().map(|band| band.map(|it| it.median)).collect()
    };
    assert_eq!(medians(&cell.points), [0.0, 1.5, 3.5, 4.5].map(Some), "4 stays 4");
    let last = cell.points[3].unwrap();
    assert_eq!((last.lower_quartile, last.upper_quartile), (4.25, 4.75));
    assert_eq!(failures.common_services, ["a", "b"], "y has nothing on c");
    assert_eq!(medians(&failures.tools[0].points), [0.0, 5.75, 6.75, 7.25].map(Some));
    let lines = of(Measure::LineCoverage);
    // Minute 0 is the idle service, and in minute 1 not both have a sample.
    assert_eq!(medians(&lines.cells[0].points), [Some(10.0), None, Some(25.0), Some(30.0)]);
    assert!(report.growth.iter().all(|it| it.measure != Measure::OperationsSucceeded));
}

#[test]
fn the_order_in_which_attempts_are_added_changes_nothing() {
    let runs = [("a/x/1", 3), ("a/y/1", 5), ("a/x/2", 4), ("b/y/1", 1), ("b/x/2", 2)];
    let cells = ["a/x", "a/y", "b/x", "b/y"];
    let mut backwards = runs;
    backwards.reverse();
    let [one, other] = [runs, backwards].map(|runs| report_of(&cells, 2, &runs));
    assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&other).unwrap());
}

#[test]
fn a_report_reads_back_as_it_was_written() {
    let report = report_of(&["a/x", "a/y"], 2, &[("a/x/1", 3), ("a/y/1", 5), ("a/x/2", 7)]);
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    assert!(text.starts_with(r#"{"format":1,"#));
}

#[test]
fn operations_and_a_study_without_experiments_are_no_trouble() {
    let empty = Draft::new(facts(&[], 0), options()).finish(Checked::default());
    assert_eq!(empty.completeness.statement, "The study has no experiments.");
    let mut draft = Draft::new(Facts { duration: None, ..facts(&["a/x"], 1) }, options());
    let operations =
        Operations { documented: 9, reached: 5, succeeded: 4, failed: 1, requests_elsewhere: 0 };
    let told = Metrics { operations: Some(operations), ..growing("a/x/1", &[(1, None)]) };
    draft.add(&outcome("a/x/1", 1, None), Some(&told));
    let report = draft.finish(Checked::default());
    assert_eq!(report.experiments[0].measures[&Measure::OperationsReached], Some(5.0));
    assert_eq!(report.growth[0].minutes, [0, 1, 2, 3], "the outcome tells the tool's time");
}
