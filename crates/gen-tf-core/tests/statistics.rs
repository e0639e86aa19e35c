//! Statistics against what scipy computes for the same numbers, and against worked examples of
//! publications. `tests/statistics/make_reference.py` made the numbers; it is not run here.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

use gen_tf_core::statistics::{
    Best, Bootstrap, Magnitude, Method, NoAnswer, Sample, Summary, effect, friedman, holm,
    mann_whitney, median_interval,
};
use proptest::prelude::*;
use serde::Deserialize;

const REFERENCE: &str = include_str!("../../../tests/statistics/reference.json");

/// What closed forms agree to, of the larger figure.
const CLOSED_FORM: f64 = 1e-9;
/// What scipy's studentised range, an integral that is taken from 1, agrees to.
const SCIPY_RANGE: f64 = 1e-9;

#[derive(Deserialize)]
struct Reference {
    made_with: std::collections::BTreeMap<String, String>,
    level: f64,
    resamples: u32,
    significance: f64,
    pairs: Vec<Pair>,
    families: Vec<Family>,
    tables: Vec<Table>,
    intervals: Vec<Drawn>,
}

#[derive(Deserialize)]
struct Pair {
    first: Vec<f64>,
    second: Vec<f64>,
    quantiles: [f64; 5],
    spread: f64,
    a: f64,
    u: f64,
    p: f64,
    method: String,
}

#[derive(Deserialize)]
struct Family {
    p: Vec<f64>,
    adjusted: Vec<f64>,
}

#[derive(Deserialize)]
struct Table {
    blocks: Vec<Vec<f64>>,
    statistic: f64,
    p: f64,
    ranks: Vec<f64>,
    critical_difference: f64,
    nemenyi: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Drawn {
    pair: usize,
    seed: u64,
    same_draws: [f64; 2],
    low: [f64; 2],
    high: [f64; 2],
}

fn reference() -> Reference {
    serde_json::from_str(REFERENCE).unwrap()
}

fn sample(values: &[f64]) -> Sample {
    Sample::new(values).unwrap()
}

/// Small probabilities have to agree in their digits too, so the tolerance is relative.
#[track_caller]
fn assert_close(found: f64, expected: f64, tolerance: f64) {
    let apart = (found - expected).abs();
    assert!(apart <= tolerance * expected.abs(), "{found} is not {expected}: {apart:e} apart");
}

#[track_caller]
fn assert_all_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_close(*found, *expected, tolerance);
    }
}

#[test]
fn the_reference_says_what_made_it_and_has_two_hundred_samples_with_ties() {
    let reference = reference();
    assert_eq!(reference.made_with["scipy"], "1.17.1");
    let tied = |pair: &&Pair| {
        let mut pooled = [&pair.first[..], &pair.second[..]].concat();
        pooled.sort_by(f64::total_cmp);
        pooled.windows(2).any(|two| two[0] == two[1])
    };
    assert_eq!(reference.pairs.iter().filter(tied).count(), 200);
}

#[test]
fn quartiles_and_spread_are_those_of_numpy() {
    for pair in reference().pairs {
        let summary = Summary::of(&sample(&pair.first));
        let (low, high) = (summary.lower_quartile, summary.upper_quartile);
        let found = [summary.minimum, low, summary.median, high, summary.maximum];
        assert_all_close(&found, &pair.quantiles, CLOSED_FORM);
        assert!((summary.spread() - pair.spread).abs() <= CLOSED_FORM);
    }
}

#[test]
fn the_mann_whitney_test_and_its_choice_of_method_are_those_of_scipy() {
    let mut methods = Vec::new();
    for pair in reference().pairs {
        let test = mann_whitney(&sample(&pair.first), &sample(&pair.second));
        assert_eq!(test.u, pair.u);
        assert_close(test.p_value, pair.p, CLOSED_FORM);
        assert!(test.method.to_string().starts_with(&pair.method), "{}", test.method);
        methods.push(test.method);
    }
    assert!(methods.contains(&Method::Exact) && methods.contains(&Method::Asymptotic));
}

#[test]
fn the_effect_is_the_share_of_pairs_that_are_won() {
    for pair in reference().pairs {
        let there = effect(&sample(&pair.first), &sample(&pair.second));
        let back = effect(&sample(&pair.second), &sample(&pair.first));
        assert_close(there.a, pair.a, CLOSED_FORM);
        assert_close(there.a + back.a, 1.0, CLOSED_FORM);
        assert_eq!(there.magnitude, back.magnitude);
    }
}

#[test]
fn families_are_corrected_as_statsmodels_does() {
    for family in reference().families {
        assert_all_close(&holm(&family.p).unwrap(), &family.adjusted, CLOSED_FORM);
    }
}

#[test]
fn the_friedman_test_is_that_of_scipy() {
    for table in reference().tables {
        let test = friedman(&table.blocks, Best::Highest).unwrap();
        assert_all_close(&test.average_ranks, &table.ranks, CLOSED_FORM);
        assert_close(test.statistic, table.statistic, CLOSED_FORM);
        assert_close(test.p_value, table.p, CLOSED_FORM);
    }
}

#[test]
fn the_nemenyi_test_agrees_with_the_studentised_range_of_scipy() {
    let reference = reference();
    for table in reference.tables {
        let test = friedman(&table.blocks, Best::Highest).unwrap();
        let nemenyi = test.nemenyi(reference.significance).unwrap();
        assert_close(nemenyi.critical_difference, table.critical_difference, SCIPY_RANGE);
        for (found, expected) in
            nemenyi.p_values.iter().flatten().zip(table.nemenyi.iter().flatten())
        {
            assert!((found - expected).abs() <= SCIPY_RANGE, "{found} is not {expected}");
        }
    }
}

#[test]
fn a_bootstrap_of_the_same_draws_gives_the_interval_of_numpy() {
    let reference = reference();
    for drawn in reference.intervals.iter().step_by(10) {
        let found = interval(&reference, drawn);
        assert_all_close(&found, &drawn.same_draws, CLOSED_FORM);
    }
}

/// Two bootstraps draw differently. Their ends agree if ours lies between scipy's at levels that are
/// lower and higher by 0.01, four standard errors of the difference.
#[test]
fn a_bootstrap_of_other_draws_gives_the_interval_of_scipy_within_its_chance() {
    let reference = reference();
    assert_eq!(reference.intervals.len(), 200);
    for drawn in &reference.intervals {
        let [low, high] = interval(&reference, drawn);
        assert!(drawn.low[0] <= low && low <= drawn.low[1], "{low} of pair {}", drawn.pair);
        assert!(drawn.high[0] <= high && high <= drawn.high[1], "{high} of pair {}", drawn.pair);
    }
}

fn interval(reference: &Reference, drawn: &Drawn) -> [f64; 2] {
    let options =
        Bootstrap { level: reference.level, resamples: reference.resamples, seed: drawn.seed };
    let first = sample(&reference.pairs[drawn.pair].first);
    let interval = median_interval(&first, &options).unwrap();
    [interval.low, interval.high]
}

/// Table 6 of Demšar 2006: the ranks of C4.5, C4.5+m, C4.5+cf and C4.5+m+cf on 14 data sets.
const DEMSAR: [[f64; 4]; 14] = [
    [4.0, 3.0, 2.0, 1.0],
    [1.0, 2.0, 3.0, 4.0],
    [4.0, 1.0, 2.0, 3.0],
    [4.0, 1.0, 3.0, 2.0],
    [4.0, 2.0, 3.0, 1.0],
    [1.0, 2.5, 4.0, 2.5],
    [3.0, 2.0, 4.0, 1.0],
    [2.5, 2.5, 4.0, 1.0],
    [4.0, 3.0, 2.0, 1.0],
    [2.5, 2.5, 2.5, 2.5],
    [4.0, 2.5, 1.0, 2.5],
    [3.0, 2.0, 4.0, 1.0],
    [4.0, 1.0, 2.0, 3.0],
    [3.0, 1.0, 4.0, 2.0],
];

#[test]
fn the_example_of_demsar_has_its_published_figures() {
    let test = friedman(&DEMSAR, Best::Lowest).unwrap();
    let published = [3.143, 2.000, 2.893, 1.964];
    for (found, expected) in test.average_ranks.iter().zip(published) {
        assert!((found - expected).abs() < 0.0005, "{found} {expected}");
    }
    // The paper has 9.28, without a correction for ties.
    let squares: f64 = test.average_ranks.iter().map(|rank| rank * rank).sum();
    let uncorrected = 12.0 * 14.0 / 20.0 * (squares - 25.0);
    assert!((uncorrected - 9.28).abs() < 0.005, "{uncorrected}");
    // Three data sets have two equal ranks, one has four.
    let correction = 1.0 - (3.0 * 6.0 + 60.0) / (14.0 * 60.0);
    assert_close(test.statistic, uncorrected / correction, CLOSED_FORM);
    let strict = test.nemenyi(0.05).unwrap();
    assert!((strict.critical_difference - 1.25).abs() < 0.005);
    // At 0.05 the ends differ by 1.18: the paper finds no difference, at 0.10 it finds two.
    assert_eq!(strict.alike, [[3, 1, 2, 0]]);
    let loose = test.nemenyi(0.10).unwrap();
    assert!((loose.critical_difference - 1.12).abs() < 0.005);
    assert_eq!(loose.alike, [vec![3, 1, 2], vec![2, 0]]);
    assert!(loose.p_values[0][1] < 0.10 && loose.p_values[0][3] < 0.10);
}

/// Table 5 (a) of Demšar 2006, printed to three decimals from a table of the range.
#[test]
fn critical_values_are_those_of_the_published_table() {
    let strict = [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164];
    let loose = [1.645, 2.052, 2.291, 2.459, 2.589, 2.693, 2.780, 2.855, 2.920];
    for (level, published) in [(0.05, strict), (0.10, loose)] {
        for (groups, expected) in (2_u32..).zip(published) {
            let block: Vec<f64> = (0..groups).map(f64::from).collect();
            let test = friedman(&[block.clone(), block], Best::Lowest).unwrap();
            let k = f64::from(groups);
            let error = (k * (k + 1.0) / 12.0).sqrt();
            let found = test.nemenyi(level).unwrap().critical_difference / error;
            assert!((found - expected).abs() < 0.001, "{groups} groups: {found} {expected}");
        }
    }
}

/// Hollander and Wolfe's permeability of membranes, the example of R's `wilcox.test`: W = 35, and
/// p = 0.1272 on one side.
#[test]
fn the_example_of_hollander_and_wolfe_has_its_published_figures() {
    let term = sample(&[0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]);
    let early = sample(&[1.15, 0.88, 0.90, 0.74, 1.21]);
    let test = mann_whitney(&term, &early);
    assert_eq!((test.u, test.method), (35.0, Method::Exact));
    assert!((test.p_value / 2.0 - 0.1272).abs() < 0.00005, "{}", test.p_value);
    let effect = effect(&term, &early);
    assert_eq!((effect.a, effect.magnitude), (0.7, Magnitude::Medium));
}

/// Demšar 2006, section 3.2: three comparisons with a control, of which Holm rejects two.
#[test]
fn the_example_of_holm_rejects_what_is_published() {
    let adjusted = holm(&[0.019, 0.607, 0.016]).unwrap();
    let rejected: Vec<bool> = adjusted.iter().map(|p| *p <= 0.05).collect();
    assert_eq!(rejected, [true, false, true]);
}

proptest! {
    #[test]
    fn no_input_gives_a_panic_or_a_figure_that_is_no_number(
        first in prop::collection::vec(any_value(), 0..12),
        second in prop::collection::vec(any_value(), 0..12),
        blocks in prop::collection::vec(prop::collection::vec(any_value(), 2..4), 0..5),
    ) {
        let samples = Sample::new(&first).and_then(|first| Ok((first, Sample::new(&second)?)));
        if let Ok((first, second)) = samples {
            let summary = Summary::of(&first);
            prop_assert!(summary.median.is_finite() && summary.spread() >= 0.0);
            let (test, effect) = (mann_whitney(&first, &second), effect(&first, &second));
            prop_assert!((0.0..=1.0).contains(&test.p_value), "{:?}", test);
            prop_assert!((0.0..=1.0).contains(&effect.a), "{:?}", effect);
            let few = Bootstrap { resamples: 20, ..Bootstrap::default() };
            match median_interval(&first, &few) {
                Ok(interval) => prop_assert!(interval.low <= interval.high),
                Err(answer) => prop_assert_eq!(answer, NoAnswer::OneValue),
            }
        }
        if let Ok(test) = friedman(&blocks, Best::Highest) {
            prop_assert!(test.statistic >= 0.0 && (0.0..=1.0).contains(&test.p_value));
            let nemenyi = test.nemenyi(0.05).unwrap();
            let rows = nemenyi.p_values.iter().flatten();
            prop_assert!(rows.clone().all(|p| (0.0..=1.0).contains(p)), "{:?}", nemenyi);
        }
    }
}

/// Mostly few different values, so that ties are common; sometimes what no sample may hold.
fn any_value() -> impl Strategy<Value = f64> {
    prop_oneof![
        20 => (0..4_i32).prop_map(f64::from),
        3 => any::<f64>(),
        1 => Just(1e300),
        1 => Just(-1e300),
        1 => Just(f64::MIN_POSITIVE),
    ]
}
