//! How the experiments of each cell spread. Cells are not compared here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ExperimentRow, Measure, Options, State};
use crate::statistics::{self, Sample, Summary};

/// A cell: a tool on a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cell {
    /// The service.
    pub service: String,
    /// The tool.
    pub tool: String,
    /// How many experiments the study has of it.
    pub expected: usize,
    /// How many of them have succeeded.
    pub succeeded: usize,
    /// How many of the succeeded ones have a finding of `gen-tf-sync verify`.
    pub with_findings: usize,
    /// How many are in the cell's figures.
    pub counted: usize,
    /// Each measure; null where no experiment has a value.
    pub measures: BTreeMap<Measure, Option<Distribution>>,
}

/// How the values of a measure spread over experiments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Distribution {
    /// How many experiments have a value.
    pub count: usize,
    /// The smallest value.
    pub minimum: f64,
    /// A quarter of the way up; quantiles are of type 7, as in numpy and R.
    pub lower_quartile: f64,
    /// Half of the way up.
    pub median: f64,
    /// Three quarters of the way up.
    pub upper_quartile: f64,
    /// The largest value.
    pub maximum: f64,
    /// The bootstrap interval of the median; null where there is none.
    pub interval: Option<Interval>,
    /// Why there is no interval; null where there is one.
    pub no_interval: Option<String>,
}

/// Both ends are within.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Every cell, from all rows of the study in their order.
pub(super) fn cells(rows: &[ExperimentRow], options: &Options) -> Vec<Cell> {
    let by_cell = rows.chunk_by(|a, b| (&a.service, &a.tool) == (&b.service, &b.tool));
    by_cell.map(|rows| cell(rows, options)).collect()
}

fn cell(rows: &[ExperimentRow], options: &Options) -> Cell {
    let succeeded = || rows.iter().filter(|row| row.state == State::Succeeded);
    let counted = || rows.iter().filter(|row| row.counted);
    let distribution = |measure: Measure| {
        let values: Vec<f64> = counted().filter_map(|row| row.measures[&measure]).collect();
        (measure, Sample::new(&values).ok().map(|sample| spread(&sample, options)))
    };
    Cell {
        service: rows[0].service.clone(),
        tool: rows[0].tool.clone(),
        expected: rows.len(),
        succeeded: succeeded().count(),
        with_findings: succeeded().filter(|row| !row.findings.is_empty()).count(),
        counted: counted().count(),
        measures: Measure::ALL.into_iter().map(distribution).collect(),
    }
}

fn spread(sample: &Sample, options: &Options) -> Distribution {
    let summary = Summary::of(sample);
    let interval = statistics::median_interval(sample, &options.bootstrap);
    Distribution {
        count: summary.count,
        minimum: summary.minimum,
        lower_quartile: summary.lower_quartile,
        median: summary.median,
        upper_quartile: summary.upper_quartile,
        maximum: summary.maximum,
        no_interval: interval.as_ref().err().map(ToString::to_string),
        interval: interval.ok().map(|it| Interval { low: it.low, high: it.high }),
    }
}
