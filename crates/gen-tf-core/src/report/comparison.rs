//! The tools of one service in pairs: how large a difference is, and whether it may be chance.
//! Services are not put together here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ExperimentRow, Measure, Options};
use crate::statistics::{self, Magnitude, Method, Sample};

/// The tools of a service by one measure. Its tests are one family for Holm's correction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// The service.
    pub service: String,
    /// The measure.
    pub measure: Measure,
    /// Every pair of the study's tools on this service.
    pub pairs: Vec<Pair>,
}

/// Two tools on a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pair {
    /// The first tool.
    pub first: String,
    /// The second tool.
    pub second: String,
    /// How many experiments of the first have a value.
    pub first_count: usize,
    /// How many experiments of the second have a value.
    pub second_count: usize,
    /// The comparison; null where one of the two has no value.
    pub test: Option<PairTest>,
    /// Why there is no comparison; null where there is one.
    pub no_test: Option<String>,
}

/// The comparison of two tools.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PairTest {
    /// The Vargha-Delaney A of the first over the second: above 0.5 where the first's values tend to
    /// be larger.
    pub a12: f64,
    /// How far that is from 0.5, in the words of Vargha and Delaney.
    pub magnitude: Size,
    /// Mann-Whitney's U of the first.
    pub u: f64,
    /// The two-sided p value of the Mann-Whitney test, not corrected.
    pub p_value: f64,
    /// How that was computed.
    pub method: TestMethod,
    /// The p value, corrected by Holm over the tested pairs of this service and measure.
    pub p_holm: f64,
    /// Whether the corrected p value is below the report's level of significance.
    pub significant: bool,
}

/// A magnitude of Vargha and Delaney.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Size {
    /// A, or 1 - A, is below 0.56.
    Negligible,
    /// From 0.56.
    Small,
    /// From 0.64.
    Medium,
    /// From 0.71.
    Large,
}

/// How the p value of a Mann-Whitney test was computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TestMethod {
    /// From the distribution of U over all orders of the values.
    Exact,
    /// By the normal distribution, corrected for ties and for continuity.
    Asymptotic,
    /// All values are the same; the p value is 1.
    AllEqual,
}

impl From<Magnitude> for Size {
    fn from(magnitude: Magnitude) -> Self {
        match magnitude {
            Magnitude::Negligible => Self::Negligible,
            Magnitude::Small => Self::Small,
            Magnitude::Medium => Self::Medium,
            Magnitude::Large => Self::Large,
        }
    }
}

impl From<Method> for TestMethod {
    fn from(method: Method) -> Self {
        match method {
            Method::Exact => Self::Exact,
            Method::Asymptotic => Self::Asymptotic,
            Method::AllEqual => Self::AllEqual,
        }
    }
}

/// A tool's values on one service.
struct Values<'a> {
    tool: &'a str,
    count: usize,
    sample: Option<Sample>,
}

/// Every service by every measure that has a value there, where it has two tools or more.
pub(super) fn comparisons(rows: &[ExperimentRow], options: &Options) -> Vec<Comparison> {
    let by_service = rows.chunk_by(|a, b| a.service == b.service);
    by_service
        .flat_map(|rows| Measure::ALL.map(|it| comparison(it, rows, options)))
        .flatten()
        .collect()
}

fn comparison(measure: Measure, rows: &[ExperimentRow], options: &Options) -> Option<Comparison> {
    let tools: Vec<Values<'_>> = rows
        .chunk_by(|a, b| a.tool == b.tool)
        .map(|rows| {
            let counted = rows.iter().filter(|row| row.counted);
            let values: Vec<f64> = counted.filter_map(|row| row.measures[&measure]).collect();
            Values { tool: &rows[0].tool, count: values.len(), sample: Sample::new(&values).ok() }
        })
        .collect();
    if tools.len() < 2 || tools.iter().all(|tool| tool.sample.is_none()) {
        return None;
    }
    let mut pairs = Vec::new();
    for (index, first) in tools.iter().enumerate() {
        pairs.extend(tools[index + 1..].iter().map(|second| pair(first, second)));
    }
    correct(&mut pairs, options);
    Some(Comparison { service: rows[0].service.clone(), measure, pairs })
}

fn pair(first: &Values<'_>, second: &Values<'_>) -> Pair {
    let test = match (&first.sample, &second.sample) {
        (Some(one), Some(other)) => Ok(test(one, other)),
        (None, Some(_)) => Err(format!("{} has no value", first.tool)),
        (Some(_), None) => Err(format!("{} has no value", second.tool)),
        (None, None) => Err("neither has a value".to_owned()),
    };
    Pair {
        first: first.tool.to_owned(),
        second: second.tool.to_owned(),
        first_count: first.count,
        second_count: second.count,
        no_test: test.as_ref().err().cloned(),
        test: test.ok(),
    }
}

/// Without the correction, which needs the whole family.
fn test(first: &Sample, second: &Sample) -> PairTest {
    let effect = statistics::effect(first, second);
    let test = statistics::mann_whitney(first, second);
    PairTest {
        a12: effect.a,
        magnitude: effect.magnitude.into(),
        u: test.u,
        p_value: test.p_value,
        method: test.method.into(),
        p_holm: test.p_value,
        significant: false,
    }
}

fn correct(pairs: &mut [Pair], options: &Options) {
    let mut tests: Vec<&mut PairTest> =
        pairs.iter_mut().filter_map(|it| it.test.as_mut()).collect();
    let p_values: Vec<f64> = tests.iter().map(|test| test.p_value).collect();
    let corrected = statistics::holm(&p_values).expect("a p value of a test is within 0 to 1");
    for (test, p_holm) in tests.iter_mut().zip(corrected) {
        test.p_holm = p_holm;
        test.significant = p_holm < options.significance;
    }
}
