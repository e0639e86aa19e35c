//! The metrics of an attempt, as `metrics.json` holds them: what raw evidence shows of a tool's time.
//! Here are the figures and the rules by which they are counted; who reads the evidence's files is
//! elsewhere. What the evidence does not hold is absent (`null`), never 0.

mod document;
mod failure;
mod tally;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::{
    document::{Document, Operation},
    failure::normalised,
    tally::{Count, Counted, FarAway, Tally, Window},
};
use crate::id::ExperimentId;

/// Format version of `metrics.json`: raised whenever a figure changes its meaning or is added, so
/// that older files are computed again.
pub const FORMAT: u32 = 1;

/// What an attempt's evidence shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Format version; the first field, so that a look at the start of a file tells it.
    pub format: u32,
    /// The experiment.
    pub experiment: ExperimentId,
    /// The attempt.
    pub attempt: u32,
    /// The tool's time, which requests must fall into to count; absent where the outcome does not
    /// tell it, and then all count.
    pub window: Option<Window>,
    /// Which files the figures come from.
    pub sources: Sources,
    /// Requests and their answers.
    pub requests: Option<Requests>,
    /// Operations of the OpenAPI document.
    pub operations: Option<Operations>,
    /// Different failures of the service; absent without a document, and where failed answers came
    /// without what they said.
    pub unique_5xx: Option<u64>,
    /// Each of them, the most frequent first.
    pub failures: Option<Vec<Failure>>,
    /// Code coverage.
    pub coverage: Option<Coverage>,
    /// The attempt minute by minute, from the start of the tool's time or else the first request.
    pub minutes: Option<Vec<Minute>>,
    /// The figures that the tools' own projects publish, as their scripts compute them.
    pub published: Published,
    /// What tools say of themselves: shown beside the figures and used for none of them.
    pub claims: Vec<Claim>,
    /// Evidence that could not be read, or not to its end.
    pub problems: Vec<Problem>,
}

/// Which file of the results each part comes from, relative to the attempt's folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    /// Requests, their status and time.
    pub requests: Option<String>,
    /// What failed answers said.
    pub failures: Option<String>,
    /// The OpenAPI document.
    pub document: Option<String>,
    /// Coverage at the end and on the way.
    pub coverage: Option<String>,
    /// Coverage of the idle service.
    pub idle_coverage: Option<String>,
}

/// Requests that the service has answered in the tool's time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Requests {
    /// How many.
    pub total: u64,
    /// How many by the class of their status.
    pub status: StatusClasses,
    /// How many were answered 401.
    pub unauthorized: u64,
    /// How many were answered 403.
    pub forbidden: u64,
    /// How many the proxy answered itself, or nobody: they are in no other figure.
    pub unanswered: Option<u64>,
    /// How many were sent before or after the tool's time: they are in no other figure.
    pub outside_budget: Option<u64>,
    /// When the first was sent, in seconds since 1970.
    pub first: Option<f64>,
    /// When the last was sent, in seconds since 1970.
    pub last: Option<f64>,
    /// Seconds between the two.
    pub span_seconds: Option<f64>,
}

/// Numbers of answers by the hundreds of their status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusClasses {
    /// 200 to 299.
    #[serde(rename = "2xx")]
    pub success: u64,
    /// 300 to 399.
    #[serde(rename = "3xx")]
    pub redirection: u64,
    /// 400 to 499.
    #[serde(rename = "4xx")]
    pub client_error: u64,
    /// 500 to 599.
    #[serde(rename = "5xx")]
    pub server_error: u64,
    /// Any other.
    pub other: u64,
}

impl StatusClasses {
    /// Counts an answer.
    pub fn add(&mut self, status: u32) {
        let class = match status / 100 {
            2 => &mut self.success,
            3 => &mut self.redirection,
            4 => &mut self.client_error,
            5 => &mut self.server_error,
            _ => &mut self.other,
        };
        *class += 1;
    }
}

/// How many operations of the OpenAPI document were reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operations {
    /// Operations that the document has.
    pub documented: u64,
    /// Those that any answer came from.
    pub reached: u64,
    /// Those with an answer 200 to 299.
    pub succeeded: u64,
    /// Those with an answer 500 to 599.
    pub failed: u64,
    /// Requests that belong to none of them.
    pub requests_elsewhere: u64,
}

/// One kind of failure: answers 500 to 599 of one operation with the same normalised message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The operation, such as `GET /pets/{id}`; absent for requests that belong to none.
    pub operation: Option<String>,
    /// The normalised message; empty where the answer said nothing.
    pub message: String,
    /// How many answers.
    pub answers: u64,
    /// The minute of the first one.
    pub first_minute: u64,
}

/// Code coverage of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Of the idle service, before the tool's first request.
    pub idle: Option<CoverageCounts>,
    /// At the end.
    #[serde(rename = "final")]
    pub end: Option<CoverageCounts>,
    /// How many samples on the way could be read; absent where the harness takes none.
    pub samples: Option<u64>,
}

/// What one sample of coverage counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageCounts {
    /// Lines.
    pub lines: Option<Covered>,
    /// Branches.
    pub branches: Option<Covered>,
    /// Methods.
    pub methods: Option<Covered>,
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// Those covered.
    pub covered: u64,
    /// All.
    pub total: u64,
}

impl Covered {
    /// The covered part of all; absent where there is nothing to cover.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of code are far below 2^53")]
    pub fn ratio(self) -> Option<f64> {
        (self.total > 0).then(|| self.covered as f64 / self.total as f64)
    }
}

/// One minute of an attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minute {
    /// Requests sent in this minute.
    pub requests: u64,
    /// The same by the class of their status.
    pub status: StatusClasses,
    /// Operations reached up to the end of this minute.
    pub operations_reached: Option<u64>,
    /// Operations with an answer 200 to 299 up to the end of this minute.
    pub operations_succeeded: Option<u64>,
    /// Different failures up to the end of this minute.
    pub unique_5xx: Option<u64>,
    /// The last sample of coverage taken in this minute or before.
    pub coverage: Option<CoverageCounts>,
}

/// The figures that projects publish, by their own rules: over all requests, whenever they came.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// The line of `res.csv` of LlamaRestTest's `collect.py` for this service.
    pub llamaresttest: Option<LlamaRestTest>,
    /// `summary.json` of RESTgym's `process_results.py`.
    pub restgym: Option<RestGym>,
}

/// The columns of LlamaRestTest's `res.csv`, in their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LlamaRestTest {
    /// Requests in the proxy's log.
    pub requests: u64,
    /// Answers 200 to 299.
    pub success: u64,
    /// Answers 400 to 499.
    pub client_error: u64,
    /// Different messages of answers 500 and 502 by path prefix.
    pub unique_500: u64,
    /// Pairs of method and path prefix with an answer 200 to 299.
    pub executed_operations: u64,
    /// Average seconds from the first answer to the first success of each such pair.
    pub seconds_to_success: f64,
    /// Number of requests before the last such first success, divided by the number of pairs.
    pub requests_to_success: f64,
    /// Part of the branches that is covered, 0 to 1.
    pub branch: Option<f64>,
    /// Part of the lines that is covered, 0 to 1.
    pub line: Option<f64>,
    /// Part of the methods that is covered, 0 to 1.
    pub method: Option<f64>,
}

/// RESTgym's `summary.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestGym {
    /// Counts over the table `interactions`.
    pub interactions: RestGymInteractions,
    /// The last sample of coverage.
    pub final_code_coverage: RestGymCoverage,
}

/// Counts of RESTgym's `summary.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestGymInteractions {
    /// Rows.
    pub count: u64,
    /// Answers 200 to 299.
    #[serde(rename = "2XX")]
    pub success: u64,
    /// Answers 400 to 499.
    #[serde(rename = "4XX")]
    pub client_error: u64,
    /// Answers 500 to 599.
    #[serde(rename = "5XX")]
    pub server_error: u64,
    /// Answers 401.
    #[serde(rename = "401")]
    pub unauthorized: u64,
    /// Answers 403.
    #[serde(rename = "403")]
    pub forbidden: u64,
    /// Operations with an answer 200 to 299; absent without an OpenAPI document.
    pub covered_operations: Option<u64>,
    /// Buckets of similar answers of 500 and more; absent for a service whose threshold RESTgym does not have.
    #[serde(rename = "unique_5XX")]
    pub unique_server_errors: Option<u64>,
}

/// Coverage of RESTgym's `summary.json`, each a part from 0 to 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RestGymCoverage {
    /// Of branches.
    pub branch: Option<f64>,
    /// Of lines.
    pub line: Option<f64>,
    /// Of methods.
    pub method: Option<f64>,
}

/// What a tool's report in the form of Web Fuzzing Commons says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// The report, relative to the attempt's folder.
    pub file: String,
    /// The tool.
    pub tool: String,
    /// Its version.
    pub version: String,
    /// Calls that it says it made.
    pub http_calls: Option<u64>,
    /// Faults that it says it found.
    pub faults: Option<u64>,
    /// The same by the codes of Web Fuzzing Commons: operations with a fault of the code.
    pub operations_by_fault: BTreeMap<String, u64>,
    /// Operations that it knows.
    pub operations: Option<u64>,
    /// Operations that it says answered 200 to 299.
    pub operations_succeeded: Option<u64>,
    /// Tests that it wrote.
    pub tests: Option<u64>,
}

/// Evidence that could not be read, or not to its end: the figures are of what could be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The file, relative to the attempt's folder.
    pub file: String,
    /// What is wrong with it, and where.
    pub message: String,
}
