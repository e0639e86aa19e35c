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
    let limits = limits(record, None);
    let mut seen: BTreeMap<(String, String), &Record> = BTreeMap::new();
    for exception in record.blocks(&schema::EXCEPTION) {
        let tool = named(exception, "tool", &schema::TOOL, file, findings);
        let service = named(exception, "service", &schema::SERVICE, file, findings);
        let Some(cell) = service.zip(tool) else { continue };
        if let Some(first) = seen.insert(cell, exception) {
            let message = "the same tool and service have an exception already";
            let finding = Diagnostic::error(exception.header.clone(), message)
                .with_related(first.header.clone(), "the first one")
                .with_help("keep one of the two");
            findings.push(finding);
        }
    }
    // What is broken was told; half of the limits are none.
    let limits = limits?;
    let exception = |(cell, record)| Some((cell, self::limits(record, Some(limits))?));
    let exceptions: Option<_> = seen.into_iter().map(exception).collect();
    Some(Integrity { limits, exceptions: exceptions? })
}

/// The limits in a block; those that it does not give are `others`.
fn limits(record: &Record, others: Option<Limits>) -> Option<Limits> {
    let limit = |name, other: fn(Limits) -> f64| {
        record.decimal(name).map(|limit| limit.value).or(others.map(other))
    };
    Some(Limits {
        min_requests_per_second: limit("min_requests_per_second", |l| l.min_requests_per_second)?,
        min_request_span: limit("min_request_span", |l| l.min_request_span)?,
        min_coverage_samples_per_minute: limit("min_coverage_samples_per_minute", |l| {
            l.min_coverage_samples_per_minute
        })?,
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{diagnostic::Source, harness};

    fn integrity(block: &str) -> Integrity {
        let text = format!(
            "harness \"mine\" {{\n description = \"A harness.\"\n evidence = [\"requests.jsonl\"]\n}}\n\
             {block}\n\
             tool \"fuzzer\" {{\n description = \"A tool.\"\n}}\n\
             service \"pets\" {{\n description = \"A service.\"\n \
             ready_url = \"http://127.0.0.1:9001/pets\"\n}}\n"
        );
        let (harness, findings) = harness::parse(Source { file: "harness.hcl", text: &text });
        harness.unwrap_or_else(|| panic!("{findings:#?}")).integrity
    }

    #[test]
    fn an_exception_holds_for_its_cell_and_keeps_the_limits_that_it_does_not_give() {
        let integrity = integrity(
            "integrity {\n min_requests_per_second = 2\n min_coverage_samples_per_minute = 12\n\
             exception {\n tool = \"fuzzer\"\n service = \"pets\"\n min_requests_per_second = 0.5\n}\n}",
        );
        let own = Limits {
            min_requests_per_second: 2.0,
            min_request_span: 0.9,
            min_coverage_samples_per_minute: 12.0,
        };
        assert_eq!(integrity.limits_of("pets", "walker"), own);
        assert_eq!(integrity.limits_of("dogs", "fuzzer"), own);
        assert_eq!(
            integrity.limits_of("pets", "fuzzer"),
            Limits { min_requests_per_second: 0.5, ..own }
        );
    }

    #[test]
    fn a_harness_without_the_block_has_the_limits_of_the_documentation() {
        assert_eq!(integrity("").limits_of("pets", "fuzzer"), Limits::default());
        assert_eq!(integrity("integrity {\n}"), Integrity::default());
    }
}
