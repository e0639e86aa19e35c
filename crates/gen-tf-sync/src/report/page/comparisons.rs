//! What the page shows of comparisons: pairs of tools on each service, and ranks over all services.

use gen_tf_core::report::{Across, Measure, NemenyiTest, Pair, PairTest, Report, Size, TestMethod};
use serde::Serialize;

use crate::report::{
    ChartError,
    charts::{self, Label},
    numbers::{full, probability},
};

/// Pairs of tools by one measure.
#[derive(Serialize)]
pub(super) struct Compared<'a> {
    title: &'static str,
    rows: Vec<ComparedRow<'a>>,
    significant: usize,
}

#[derive(Serialize)]
struct ComparedRow<'a> {
    service: &'a str,
    first: &'a str,
    second: &'a str,
    counts: String,
    no_test: Option<&'a str>,
    test: Option<Test>,
}

#[derive(Serialize)]
struct Test {
    a12: String,
    magnitude: String,
    u: String,
    p_value: String,
    p_holm: String,
    method: &'static str,
    significant: bool,
}

/// Every measure with a comparison.
pub(super) fn compared(report: &Report) -> Vec<Compared<'_>> {
    let of = |measure: Measure| {
        let comparisons = report.comparisons.iter().filter(|it| it.measure == measure);
        let rows: Vec<_> =
            comparisons.flat_map(|it| it.pairs.iter().map(|pair| row(&it.service, pair))).collect();
        let is_significant =
            |row: &&ComparedRow<'_>| row.test.as_ref().is_some_and(|it| it.significant);
        let significant = rows.iter().filter(is_significant).count();
        (!rows.is_empty()).then_some(Compared { title: measure.title(), rows, significant })
    };
    Measure::ALL.into_iter().filter_map(of).collect()
}

fn row<'a>(service: &'a str, pair: &'a Pair) -> ComparedRow<'a> {
    ComparedRow {
        service,
        first: &pair.first,
        second: &pair.second,
        counts: format!("{}, {}", pair.first_count, pair.second_count),
        no_test: pair.no_test.as_deref(),
        test: pair.test.as_ref().map(|test| told(test, pair)),
    }
}

fn told(test: &PairTest, pair: &Pair) -> Test {
    let size = match test.magnitude {
        Size::Negligible => "negligible",
        Size::Small => "small",
        Size::Medium => "medium",
        Size::Large => "large",
    };
    let higher = if test.a12 > 0.5 { &pair.first } else { &pair.second };
    let magnitude = match test.magnitude {
        Size::Negligible => size.to_owned(),
        _ => format!("{size}, {higher} higher"),
    };
    Test {
        a12: format!("{:.2}", test.a12),
        magnitude,
        u: full(test.u),
        p_value: probability(test.p_value),
        p_holm: probability(test.p_holm),
        method: match test.method {
            TestMethod::Exact => "exact",
            TestMethod::Asymptotic => "asymptotic",
            TestMethod::AllEqual => "all values are the same",
        },
        significant: test.significant,
    }
}

/// Tools over services by one measure.
#[derive(Serialize)]
pub(super) struct Ranked<'a> {
    title: &'static str,
    /// Absent where there is no test.
    svg: Option<String>,
    sentences: Vec<String>,
    pairs: Vec<RankedRow<'a>>,
}

#[derive(Serialize)]
struct RankedRow<'a> {
    first: &'a str,
    second: &'a str,
    p_value: String,
    significant: bool,
}

/// Every measure with charts.
pub(super) fn ranked(report: &Report) -> Result<Vec<Ranked<'_>>, ChartError> {
    let charted = report.across.iter().filter(|it| super::CHARTED.contains(&it.measure));
    charted.map(|across| rank(across, report.methods.significance)).collect()
}

fn rank(across: &Across, significance: f64) -> Result<Ranked<'_>, ChartError> {
    let sentences = sentences(across, significance);
    let title = across.measure.title();
    let label = Label {
        id: &format!("ranks-{}", across.measure.name()),
        title: &format!("Critical-difference diagram: {title}"),
        text: &sentences.join(" "),
    };
    let pair = |it: &NemenyiTest| -> Vec<(usize, f64, bool)> {
        it.pairs.iter().enumerate().map(|(at, it)| (at, it.p_value, it.significant)).collect()
    };
    let pairs = across.nemenyi.as_ref().map_or(Vec::new(), |test| {
        let rows = pair(test).into_iter().map(|(at, p_value, significant)| RankedRow {
            first: &test.pairs[at].first,
            second: &test.pairs[at].second,
            p_value: probability(p_value),
            significant,
        });
        rows.collect()
    });
    Ok(Ranked { title, svg: charts::ranks(&label, across)?, sentences, pairs })
}

/// The answer in words, so that the diagram is not needed.
fn sentences(across: &Across, significance: f64) -> Vec<String> {
    let mut told = Vec::new();
    match (&across.friedman, &across.no_test) {
        (Some(test), _) => {
            let verdict = if test.significant { "a difference" } else { "no difference" };
            told.push(format!(
                "Friedman test over {} services: χ²({}) = {:.2}, p {}; it finds {verdict} at the level {significance}.",
                across.services.len(),
                test.degrees_of_freedom,
                test.statistic,
                equals(test.p_value),
            ));
            let ranks = test.average_ranks.iter();
            let ranks: Vec<_> =
                ranks.map(|rank| format!("{} {:.2}", rank.tool, rank.average_rank)).collect();
            told.push(format!("Average ranks: {}.", ranks.join(", ")));
            if across.services.len() <= 10 || across.tools.len() <= 6 {
                told.push(
                    "With ten services or fewer, or six tools or fewer, this p value is rough."
                        .to_owned(),
                );
            }
        }
        (None, Some(reason)) => told.push(format!("Not tested: {reason}.")),
        (None, None) => {}
    }
    if let Some(test) = &across.nemenyi {
        told.push(format!(
            "Nemenyi test: average ranks that differ by {:.2} or more differ significantly; bars join tools that do not.",
            test.critical_difference
        ));
    } else if let (Some(_), Some(reason)) = (&across.friedman, &across.no_pairs) {
        told.push(format!("Pairs are not compared: {reason}."));
    }
    for left in &across.services_left_out {
        told.push(format!(
            "{} is left out: no value of {}.",
            left.service,
            left.without.join(", ")
        ));
    }
    if !across.tools_left_out.is_empty() {
        told.push(format!("Without any value: {}.", across.tools_left_out.join(", ")));
    }
    told
}

fn equals(p: f64) -> String {
    let p = probability(p);
    if p.starts_with('<') { p } else { format!("= {p}") }
}
