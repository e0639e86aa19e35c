//! The rules that a trustworthy result keeps: their names, their limits and where those come from.
//! Applying them is for the modules beside this one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A rule: a closed list, in the order in which findings are told.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Each cell and run has a result.
    CompleteMatrix,
    /// Each folder is that of an experiment of this study.
    KnownExperiment,
    /// Each result was made under the definition that its cell has now.
    SameDefinition,
    /// All results were made in the same environment.
    SameEnvironment,
    /// Each file is as the experiment has left it.
    FilesIntact,
    /// `metrics.json` is what the evidence shows.
    MetricsCurrent,
    /// All evidence could be read to its end.
    EvidenceReadable,
    /// SQLite finds nothing wrong with a database.
    DatabaseSound,
    /// The tool has worked for its whole budget.
    FullBudget,
    /// Requests came from the beginning of the budget to its end.
    RequestSpan,
    /// Enough requests have reached the service.
    RequestRate,
    /// The tool has covered code that the idle service does not.
    CoverageAboveIdle,
    /// Coverage was measured often enough on the way.
    CoverageSamples,
    /// No two results are of one and the same run.
    DistinctEvidence,
}

/// What is said of a rule.
struct Text {
    name: &'static str,
    sentence: &'static str,
    limit: &'static str,
    source: &'static str,
}

impl Rule {
    /// Every rule, in the order of the documentation.
    pub const ALL: [Self; 14] = [
        Self::CompleteMatrix,
        Self::KnownExperiment,
        Self::SameDefinition,
        Self::SameEnvironment,
        Self::FilesIntact,
        Self::MetricsCurrent,
        Self::EvidenceReadable,
        Self::DatabaseSound,
        Self::FullBudget,
        Self::RequestSpan,
        Self::RequestRate,
        Self::CoverageAboveIdle,
        Self::CoverageSamples,
        Self::DistinctEvidence,
    ];

    /// Its name, as `--json` and the documentation have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.text().name
    }

    /// What it demands, in a sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        self.text().sentence
    }

    /// Where it draws the line.
    #[must_use]
    pub fn limit(self) -> &'static str {
        self.text().limit
    }

    /// Where the line comes from.
    #[must_use]
    pub fn source(self) -> &'static str {
        self.text().source
    }

    fn text(self) -> &'static Text {
        &TEXTS[self as usize]
    }
}

/// In the order of the rules.
static TEXTS: [Text; Rule::ALL.len()] = [
    Text {
        name: "complete-matrix",
        sentence: "Every run of every cell has the result of a succeeded attempt.",
        limit: "all of them",
        source: "a missing run is a dropped cell: of LlamaRestTest's published runs oh9 and spo5 to \
                 spo9 are not there (codingsoo/LlamaRestTest at 8d617e8)",
    },
    Text {
        name: "known-experiment",
        sentence: "Every folder of results is that of an experiment of this study, and its outcome \
                   names the same experiment, study and harness.",
        limit: "no other folder",
        source: "results of two studies are never pooled: services of one name are other builds in \
                 RESTgym and in LlamaRestTest",
    },
    Text {
        name: "same-definition",
        sentence: "Every result was made under the definition that its cell has in the study now.",
        limit: "equal",
        source: "the definition is a hash over all that can change a result; `gen-tf apply \
                 --rerun-changed` runs again what has another",
    },
    Text {
        name: "same-environment",
        sentence: "All experiments have the same value of each field of their outcomes' environment; \
                   a field that only some cells have is compared among those.",
        limit: "equal; memory_bytes within 0.1 %; zone, clock and guest_sha256 may differ, which is said",
        source: "tools are compared on equal machines only; the memory that a kernel leaves to \
                 programs differs by some pages between two boots of one machine",
    },
    Text {
        name: "files-intact",
        sentence: "Every file has the size and sha256 that the experiment has written down, none is \
                   missing, and none was added.",
        limit: "equal",
        source: "outcome.files.json, whose own sha256 is in outcome.json",
    },
    Text {
        name: "metrics-current",
        sentence: "metrics.json is there and holds what the evidence shows.",
        limit: "equal, figure by figure",
        source: "it is computed from the evidence once more",
    },
    Text {
        name: "evidence-readable",
        sentence: "All evidence could be read, to its end.",
        limit: "no `problems` in the metrics",
        source: "figures of evidence that is cut are too small",
    },
    Text {
        name: "database-sound",
        sentence: "SQLite finds nothing wrong with results.db.",
        limit: "`PRAGMA integrity_check` says ok",
        source: "RESTgym's src/check.py (SeUniVr/RESTgym at 56a9300)",
    },
    Text {
        name: "full-budget",
        sentence: "The tool has worked for the study's duration.",
        limit: "at most 0.01 s less, and 1 s more",
        source: "the guest's clock counts hundredths of a second and ends the tool when the duration is \
                 over, never before; more than a second late is a machine that slept or starved",
    },
    Text {
        name: "request-span",
        sentence: "From the first to the last request it is most of the duration.",
        limit: "`min_request_span` of the harness x duration; 0.9 where it says nothing",
        source: "RESTgym's src/check.py: 0.9 of the budget",
    },
    Text {
        name: "request-rate",
        sentence: "Enough requests were answered by the service in the tool's time.",
        limit: "`min_requests_per_second` of the harness x duration",
        source: "RESTgym's src/check.py: 130 a minute; runs with 0 requests among LlamaRestTest's published \
                 results (llamarest/lang7.csv, llamarest/spo2.csv at 8d617e8)",
    },
    Text {
        name: "coverage-above-idle",
        sentence: "Lines, branches or methods that are covered at the end are more than those of the \
                   service that nobody has asked for anything.",
        limit: "more, of one of the three",
        source: "LlamaRestTest's published llamarest/lang7.csv has the coverage of the idle service, and \
                 was kept (at 8d617e8)",
    },
    Text {
        name: "coverage-samples",
        sentence: "Coverage was sampled often enough on the way.",
        limit: "`min_coverage_samples_per_minute` of the harness x minutes of the duration",
        source: "RESTgym's src/check.py: 12 a minute",
    },
    Text {
        name: "distinct-evidence",
        sentence: "No two experiments have the same archive of results, or the same record of requests.",
        limit: "no sha256 twice; records without a request are not compared",
        source: "records hold the time of each request, so that only a copy can be equal",
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_rule_is_written_by_its_name_and_says_limit_and_source() {
        let mut names = BTreeSet::new();
        for rule in Rule::ALL {
            assert_eq!(serde_json::to_value(rule).unwrap(), rule.name());
            assert!(names.insert(rule.name()) && !rule.limit().is_empty(), "{rule:?}");
            assert!(rule.sentence().ends_with('.') && !rule.source().is_empty(), "{rule:?}");
        }
        assert!(Rule::ALL.is_sorted());
    }
}
