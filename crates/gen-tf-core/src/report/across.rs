//! All tools over all services by one measure: the Friedman test, and the Nemenyi test of pairs.
//! Single services are compared elsewhere; no diagram is drawn here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cell, Measure, Options};
use crate::statistics::{self, Best, Friedman, NoAnswer};

/// Tools over services by one measure. A block is a service, its values are the medians of the cells;
/// the highest has rank 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Across {
    /// The measure.
    pub measure: Measure,
    /// The tools that are compared: those with a value on some service.
    pub tools: Vec<String>,
    /// The tools of the study without any value.
    pub tools_left_out: Vec<String>,
    /// The services that are the blocks: those where every compared tool has a value.
    pub services: Vec<String>,
    /// The other services of the study, and why.
    pub services_left_out: Vec<LeftOut>,
    /// The answer; null where there is none.
    pub friedman: Option<FriedmanTest>,
    /// Why there is no answer; null where there is one.
    pub no_test: Option<String>,
    /// All pairs of tools; null where they are not compared.
    pub nemenyi: Option<NemenyiTest>,
    /// Why pairs are not compared; null where they are.
    pub no_pairs: Option<String>,
}

/// A service that is no block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// The service.
    pub service: String,
    /// The compared tools that have no value there.
    pub without: Vec<String>,
}

/// The answer of a Friedman test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FriedmanTest {
    /// Each tool with its average rank over the blocks, the best first.
    pub average_ranks: Vec<Rank>,
    /// Friedman's chi-square, corrected for ties.
    pub statistic: f64,
    /// The number of tools less one.
    pub degrees_of_freedom: usize,
    /// The p value by the chi-square distribution.
    pub p_value: f64,
    /// Whether it is below the report's level of significance.
    pub significant: bool,
}

/// A tool's place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rank {
    /// The tool.
    pub tool: String,
    /// From 1, always the highest value, to the number of tools.
    pub average_rank: f64,
}

/// The answer of a Nemenyi test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NemenyiTest {
    /// Average ranks that differ by less are not significantly different.
    pub critical_difference: f64,
    /// Every pair; the p values are corrected for the number of pairs already.
    pub pairs: Vec<RankedPair>,
    /// Groups of tools, the best first, of which none differs significantly from another.
    pub alike: Vec<Vec<String>>,
}

/// Two tools over all blocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RankedPair {
    /// The first tool.
    pub first: String,
    /// The second tool.
    pub second: String,
    /// The p value.
    pub p_value: f64,
    /// Whether it is below the report's level of significance.
    pub significant: bool,
}

/// Every measure that has a value in some cell.
pub(super) fn across(cells: &[Cell], options: &Options) -> Vec<Across> {
    Measure::ALL.into_iter().filter_map(|measure| compare(measure, cells, options)).collect()
}

fn compare(measure: Measure, cells: &[Cell], options: &Options) -> Option<Across> {
    let mut medians: BTreeMap<&str, BTreeMap<&str, f64>> = BTreeMap::new();
    let mut tools: BTreeMap<&str, bool> = BTreeMap::new();
    for cell in cells {
        let of_service = medians.entry(&cell.service).or_default();
        let has_value = tools.entry(&cell.tool).or_default();
        if let Some(spread) = &cell.measures[&measure] {
            of_service.insert(&cell.tool, spread.median);
            *has_value = true;
        }
    }
    let names = |with: bool| -> Vec<&str> {
        tools.iter().filter(|(_, has)| **has == with).map(|(tool, _)| *tool).collect()
    };
    let compared = names(true);
    if compared.is_empty() {
        return None;
    }
    let (blocks, others): (Vec<_>, Vec<_>) =
        medians.iter().partition(|(_, values)| values.len() == compared.len());
    let left_out = |(service, values): (&&str, &BTreeMap<&str, f64>)| LeftOut {
        service: (*service).to_owned(),
        without: owned(compared.iter().filter(|tool| !values.contains_key(**tool))),
    };
    let values: Vec<Vec<f64>> =
        blocks.iter().map(|(_, values)| values.values().copied().collect()).collect();
    let answer = statistics::friedman(&values, Best::Highest);
    let (nemenyi, no_pairs) = pairs(&answer, &compared, options);
    Some(Across {
        measure,
        tools: owned(compared.iter()),
        tools_left_out: owned(names(false).iter()),
        services: owned(blocks.iter().map(|(service, _)| *service)),
        services_left_out: others.into_iter().map(left_out).collect(),
        no_test: answer.as_ref().err().map(|reason| in_words(reason, &compared)),
        friedman: answer.as_ref().ok().map(|test| told(test, &compared, options)),
        nemenyi,
        no_pairs,
    })
}

fn owned<'a>(names: impl Iterator<Item = &'a &'a str>) -> Vec<String> {
    names.map(|&name| name.to_owned()).collect()
}

/// The reason in the words of a report, where blocks are services and groups are tools.
fn in_words(reason: &NoAnswer, tools: &[&str]) -> String {
    match reason {
        NoAnswer::NoValues => "there is no service on which every tool has a value".to_owned(),
        NoAnswer::OneBlock => {
            "there is only one service on which every tool has a value; it takes two".to_owned()
        }
        NoAnswer::OneGroup => {
            format!("only one tool has values, {}; it takes two to compare", tools[0])
        }
        NoAnswer::AllEqual => "on every service all tools have the same median".to_owned(),
        other => other.to_string(),
    }
}

fn told(test: &Friedman, tools: &[&str], options: &Options) -> FriedmanTest {
    let rank =
        |(tool, &average_rank): (&&str, &f64)| Rank { tool: (*tool).to_owned(), average_rank };
    let mut average_ranks: Vec<Rank> = tools.iter().zip(&test.average_ranks).map(rank).collect();
    average_ranks.sort_by(|a, b| a.average_rank.total_cmp(&b.average_rank));
    FriedmanTest {
        average_ranks,
        statistic: test.statistic,
        degrees_of_freedom: test.degrees_of_freedom,
        p_value: test.p_value,
        significant: test.p_value < options.significance,
    }
}

/// The pairs are compared only where the first test has found a difference, as Demšar has it.
fn pairs(
    answer: &Result<Friedman, NoAnswer>,
    tools: &[&str],
    options: &Options,
) -> (Option<NemenyiTest>, Option<String>) {
    let level = options.significance;
    let test = match answer {
        Err(_) => return (None, Some("there is no Friedman test to follow".to_owned())),
        Ok(test) if test.p_value >= level => {
            let reason = format!("the Friedman test finds no difference at the level {level}");
            return (None, Some(reason));
        }
        Ok(test) => test,
    };
    let found = match test.nemenyi(level) {
        Ok(found) => found,
        Err(reason) => return (None, Some(reason.to_string())),
    };
    let pair = |first: usize, second: usize| RankedPair {
        first: tools[first].to_owned(),
        second: tools[second].to_owned(),
        p_value: found.p_values[first][second],
        significant: found.p_values[first][second] < level,
    };
    let seconds = |first: usize| (first + 1..tools.len()).map(move |second| (first, second));
    let test = NemenyiTest {
        critical_difference: found.critical_difference,
        pairs: (0..tools.len()).flat_map(seconds).map(|(one, two)| pair(one, two)).collect(),
        alike: found
            .alike
            .iter()
            .map(|group| group.iter().map(|&tool| tools[tool].to_owned()).collect())
            .collect(),
    };
    (Some(test), None)
}
