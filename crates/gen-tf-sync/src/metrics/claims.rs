//! Reads what tools say of themselves in the report form of Web Fuzzing Commons
//! (github.com/WebFuzzing/Commons, `report.yaml`). None of it is used for a figure.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use gen_tf_core::metrics::Claim;
use serde::Deserialize;

use super::{evidence, problems::Problems};

const REPORT: &str = "wfc.json";
const STARTS: &str = "tool";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    tool_name: String,
    tool_version: String,
    faults: Option<Faults>,
    problem_details: Option<Details>,
    total_tests: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Faults {
    total_number: Option<u64>,
    #[serde(default)]
    found_faults: Vec<FoundFault>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FoundFault {
    operation_id: Option<String>,
    #[serde(default)]
    fault_categories: Vec<Category>,
}

#[derive(Deserialize)]
struct Category {
    code: u32,
}

#[derive(Deserialize)]
struct Details {
    rest: Option<Rest>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rest {
    evaluated_http_calls: Option<u64>,
    /// Its name in older versions of the form.
    total_http_calls: Option<u64>,
    endpoint_ids: Option<Vec<String>>,
    covered_http_status: Option<Vec<CoveredStatus>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CoveredStatus {
    endpoint_id: String,
    http_status: Option<Vec<Option<u32>>>,
}

/// The reports of an attempt: `wfc.json`, and one of each start of the tool, `tool/<start>/wfc.json`.
pub fn read(folder: &Utf8Path, problems: &mut Problems) -> Vec<Claim> {
    let starts = evidence::names(folder, STARTS, problems);
    let names = starts.iter().map(|start| format!("{STARTS}/{start}/{REPORT}"));
    let names: Vec<String> = std::iter::once(REPORT.to_owned()).chain(names).collect();
    names.into_iter().filter_map(|name| read_one(folder, name, problems)).collect()
}

fn read_one(folder: &Utf8Path, name: String, problems: &mut Problems) -> Option<Claim> {
    let text = evidence::read_small(folder, &name, problems)?;
    match serde_json::from_slice(&text) {
        Ok(report) => Some(claim(name, report)),
        Err(error) => {
            problems.add(&name, &error);
            None
        }
    }
}

fn claim(file: String, report: Report) -> Claim {
    let mut by_code: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let faults = report.faults.as_ref();
    for fault in faults.iter().flat_map(|faults| &faults.found_faults) {
        for category in &fault.fault_categories {
            let operation = fault.operation_id.clone().unwrap_or_default();
            by_code.entry(category.code.to_string()).or_default().insert(operation);
        }
    }
    let rest = report.problem_details.and_then(|details| details.rest);
    let rest = rest.as_ref();
    let succeeded = |statuses: &Vec<CoveredStatus>| {
        let good = |status: &&CoveredStatus| {
            let mut codes = status.http_status.iter().flatten().flatten();
            codes.any(|code| (200..300).contains(code))
        };
        statuses.iter().filter(good).map(|s| &s.endpoint_id).collect::<BTreeSet<_>>().len() as u64
    };
    Claim {
        file,
        tool: report.tool_name,
        version: report.tool_version,
        http_calls: rest.and_then(|rest| rest.evaluated_http_calls.or(rest.total_http_calls)),
        faults: faults.and_then(|faults| faults.total_number),
        operations_by_fault: by_code
            .into_iter()
            .map(|(code, ops)| (code, ops.len() as u64))
            .collect(),
        operations: rest.and_then(|rest| rest.endpoint_ids.as_ref()).map(|ids| ids.len() as u64),
        operations_succeeded: rest.and_then(|r| r.covered_http_status.as_ref()).map(succeeded),
        tests: report.total_tests,
    }
}
