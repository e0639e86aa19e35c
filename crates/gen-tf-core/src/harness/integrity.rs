//! Limits of a trustworthy result, and the cells for which they are others. Whether a result keeps
//! them is for `crate::verify`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::schema;
use crate::{
    diagnostic::Diagnostic,
    schema::{BlockSchema, Record, shortened},
    suggest,
};

/// Limits of a trustworthy result of one cell.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Fewest requests a second that reached the service, over the study's duration.
    pub min_requests_per_second: f64,
    /// Smallest part of the duration between the first and the last request, 0 to 1.
    pub min_request_span: f64,
    /// Fewest samples of coverage a minute; with 0 none have to be there.
    pub min_coverage_samples_per_minute: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            min_requests_per_second: 0.0,
            min_request_span: 0.9,
            min_coverage_samples_per_minute: 0.0,
        }
    }
}

/// The limits of a harness.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Integrity {
    limits: Limits,
    /// By service and tool.
    exceptions: BTreeMap<(String, String), Limits>,
}

impl Integrity {
    /// The limits of a cell.
    #[must_use]
    pub fn limits_of(&self, service: &str, tool: &str) -> Limits {
        let cell = (service.to_owned(), tool.to_owned());
        self.exceptions.get(&cell).copied().unwrap_or(self.limits)
    }
}

/// Reads the block; `file` has the tools and services that exceptions may name.
pub(super) fn read(
    record: &Record,
    file: &Record,
    findings: &mut Vec<Diagnostic>,
) -> Option<Integrity> {
    let limits = Limits {
        min_requests_per_second: record.decimal("min_requests_per_second")?.value,
        min_request_span: record.decimal("min_request_span")?.value,
        min_coverage_samples_per_minute: record.decimal("min_coverage_samples_per_minute")?.value,
    };
    let mut exceptions = BTreeMap::new();
    for exception in record.blocks(&schema::EXCEPTION) {
        let tool = named(exception, "tool", &schema::TOOL, file, findings)?;
        let service = named(exception, "service", &schema::SERVICE, file, findings)?;
        let limit = |name, own| exception.decimal(name).map_or(own, |limit| limit.value);
        let limits = Limits {
            min_requests_per_second: limit(
                "min_requests_per_second",
                limits.min_requests_per_second,
            ),
            min_request_span: limit("min_request_span", limits.min_request_span),
            min_coverage_samples_per_minute: limit(
                "min_coverage_samples_per_minute",
                limits.min_coverage_samples_per_minute,
            ),
        };
        if exceptions.insert((service, tool), limits).is_some() {
            let message = "the same tool and service have an exception already";
            let finding = Diagnostic::error(exception.header.clone(), message);
            findings.push(finding.with_help("keep one of the two"));
        }
    }
    Some(Integrity { limits, exceptions })
}

/// The tool or service that an exception names, if the harness has it.
fn named(
    exception: &Record,
    field: &str,
    owner: &'static BlockSchema,
    file: &Record,
    findings: &mut Vec<Diagnostic>,
) -> Option<String> {
    let name = exception.text(field)?;
    let known: Vec<_> = file.blocks(owner).map(|it| it.label.value.as_str()).collect();
    if !known.contains(&name.value.as_str()) && !file.is_broken_block(owner.name) {
        let message = format!("the harness has no {field} `{}`", shortened(&name.value));
        let help = suggest::help(&name.value, known, &format!("its {field}s are"));
        findings.push(Diagnostic::error(name.span.clone(), message).with_optional_help(help));
    }
    Some(name.value)
}
