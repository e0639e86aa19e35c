//! The measures of a report: what each is called, its unit, and how it follows from an attempt's
//! metrics. They are counted elsewhere, and nothing is compared here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    metrics::{Coverage, CoverageCounts, Covered, Metrics},
    outcome::Outcome,
};

/// One number of an experiment, in the order in which reports tell them.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Lines covered at the end, in per cent of all.
    LineCoverage,
    /// Branches covered at the end, in per cent of all.
    BranchCoverage,
    /// Methods covered at the end, in per cent of all.
    MethodCoverage,
    /// Different failures of the service.
    #[serde(rename = "unique_5xx")]
    UniqueFailures,
    /// Operations with an answer 200 to 299.
    OperationsSucceeded,
    /// Operations with any answer.
    OperationsReached,
    /// Requests that the service has answered in the tool's time.
    Requests,
    /// The same by each second of the tool's time.
    RequestsPerSecond,
    /// Answers 200 to 299.
    #[serde(rename = "status_2xx")]
    Status2xx,
    /// Answers 300 to 399.
    #[serde(rename = "status_3xx")]
    Status3xx,
    /// Answers 400 to 499.
    #[serde(rename = "status_4xx")]
    Status4xx,
    /// Answers 500 to 599.
    #[serde(rename = "status_5xx")]
    Status5xx,
    /// Answers of any other status.
    StatusOther,
}

impl Measure {
    /// Every measure, in the order of reports.
    pub const ALL: [Self; 13] = [
        Self::LineCoverage,
        Self::BranchCoverage,
        Self::MethodCoverage,
        Self::UniqueFailures,
        Self::OperationsSucceeded,
        Self::OperationsReached,
        Self::Requests,
        Self::RequestsPerSecond,
        Self::Status2xx,
        Self::Status3xx,
        Self::Status4xx,
        Self::Status5xx,
        Self::StatusOther,
    ];

    /// The name in `report.json` and in the CSV files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LineCoverage => "line_coverage",
            Self::BranchCoverage => "branch_coverage",
            Self::MethodCoverage => "method_coverage",
            Self::UniqueFailures => "unique_5xx",
            Self::OperationsSucceeded => "operations_succeeded",
            Self::OperationsReached => "operations_reached",
            Self::Requests => "requests",
            Self::RequestsPerSecond => "requests_per_second",
            Self::Status2xx => "status_2xx",
            Self::Status3xx => "status_3xx",
            Self::Status4xx => "status_4xx",
            Self::Status5xx => "status_5xx",
            Self::StatusOther => "status_other",
        }
    }

    /// The name for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::LineCoverage => "Line coverage",
            Self::BranchCoverage => "Branch coverage",
            Self::MethodCoverage => "Method coverage",
            Self::UniqueFailures => "Unique failures (5xx)",
            Self::OperationsSucceeded => "Operations succeeded (2xx)",
            Self::OperationsReached => "Operations reached",
            Self::Requests => "Requests",
            Self::RequestsPerSecond => "Requests per second",
            Self::Status2xx => "Answers 2xx",
            Self::Status3xx => "Answers 3xx",
            Self::Status4xx => "Answers 4xx",
            Self::Status5xx => "Answers 5xx",
            Self::StatusOther => "Answers of other status",
        }
    }

    /// What is counted.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::LineCoverage => "% of lines",
            Self::BranchCoverage => "% of branches",
            Self::MethodCoverage => "% of methods",
            Self::UniqueFailures => "failures",
            Self::OperationsSucceeded | Self::OperationsReached => "operations",
            Self::Requests => "requests",
            Self::RequestsPerSecond => "requests/s",
            _ => "answers",
        }
    }

    /// Whether more of it is what a tool is to reach. Of the others, rank 1 is the highest number
    /// and no judgement.
    #[must_use]
    pub fn is_goal(self) -> bool {
        self <= Self::OperationsReached
    }

    /// The measure of an attempt; absent where its evidence does not tell.
    #[must_use]
    pub fn of(self, outcome: &Outcome, metrics: &Metrics) -> Option<f64> {
        let requests = || metrics.requests.as_ref();
        let operations = || metrics.operations.as_ref();
        let status = || requests().map(|requests| &requests.status);
        let end = || metrics.coverage.as_ref().and_then(|coverage| coverage.end);
        let count = |number: u64| number as f64;
        match self {
            Self::LineCoverage => percent(end()?.lines),
            Self::BranchCoverage => percent(end()?.branches),
            Self::MethodCoverage => percent(end()?.methods),
            Self::UniqueFailures => metrics.unique_5xx.map(count),
            Self::OperationsSucceeded => operations().map(|them| count(them.succeeded)),
            Self::OperationsReached => operations().map(|them| count(them.reached)),
            Self::Requests => requests().map(|them| count(them.total)),
            Self::RequestsPerSecond => {
                let seconds = Some(outcome.tool_seconds).filter(|seconds| *seconds > 0.0)?;
                requests().map(|them| count(them.total) / seconds)
            }
            Self::Status2xx => status().map(|them| count(them.success)),
            Self::Status3xx => status().map(|them| count(them.redirection)),
            Self::Status4xx => status().map(|them| count(them.client_error)),
            Self::Status5xx => status().map(|them| count(them.server_error)),
            Self::StatusOther => status().map(|them| count(them.other)),
        }
    }

    /// Whether its growth over the tool's time is told, and how one minute tells it.
    pub(super) fn at_minute(self) -> Option<fn(&crate::metrics::Minute) -> Option<f64>> {
        match self {
            Self::LineCoverage => Some(|minute| lines(minute.coverage)),
            Self::BranchCoverage => Some(|minute| branches(minute.coverage)),
            Self::UniqueFailures => Some(|minute| minute.unique_5xx.map(|n| n as f64)),
            Self::OperationsSucceeded => {
                Some(|minute| minute.operations_succeeded.map(|n| n as f64))
            }
            _ => None,
        }
    }

    /// What it is before the tool's first request: coverage of the idle service, else nothing at all.
    pub(super) fn at_start(self, metrics: &Metrics) -> Option<f64> {
        let idle = |coverage: &Coverage| coverage.idle;
        match self {
            Self::LineCoverage => lines(metrics.coverage.as_ref().and_then(idle)),
            Self::BranchCoverage => branches(metrics.coverage.as_ref().and_then(idle)),
            _ => Some(0.0),
        }
    }
}

fn lines(counts: Option<CoverageCounts>) -> Option<f64> {
    percent(counts?.lines)
}

fn branches(counts: Option<CoverageCounts>) -> Option<f64> {
    percent(counts?.branches)
}

fn percent(covered: Option<Covered>) -> Option<f64> {
    covered?.ratio().map(|ratio| ratio * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_is_written_by_its_name() {
        for measure in Measure::ALL {
            assert_eq!(serde_json::to_value(measure).unwrap(), measure.name());
        }
        assert!(Measure::ALL.is_sorted());
    }
}
