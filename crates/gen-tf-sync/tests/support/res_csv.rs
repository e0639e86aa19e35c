//! The lines and columns of LlamaRestTest's `res.csv`, as two test programs compare them.

use serde_json::Value;

/// In the order of the lines.
pub const SERVICES: [&str; 9] = [
    "fdic",
    "genome-nexus",
    "language-tool",
    "ocvn",
    "ohsome",
    "omdb",
    "rest-countries",
    "spotify",
    "youtube",
];
const COLUMNS: [&str; 10] = [
    "requests",
    "success",
    "client_error",
    "unique_500",
    "executed_operations",
    "seconds_to_success",
    "requests_to_success",
    "branch",
    "line",
    "method",
];

/// The numbers of each line of a `res.csv`.
pub fn lines(text: &str) -> Vec<Vec<f64>> {
    let numbers = |line: &str| line.split(',').map(|cell| cell.parse().unwrap()).collect();
    text.lines().map(numbers).collect()
}

/// The same numbers of `published.llamaresttest`.
pub fn line(published: &Value) -> Vec<f64> {
    COLUMNS.iter().filter_map(|column| published[column].as_f64()).collect()
}
