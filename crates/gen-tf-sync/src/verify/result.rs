//! Looks at the folder of one experiment: its outcome, its files, its metrics. What they are worth is
//! decided by the core, but for what concerns files alone.

use std::collections::BTreeMap;

use camino::Utf8Path;
use gen_tf_core::{
    id::ExperimentId,
    metrics::Metrics,
    outcome::{FORMAT, FileList, Outcome, Verdict},
    verify::{Evidence, Facts, Finding, Found, Judgement, Rule, judge},
};

use super::{
    Depth, figures,
    files::{self, Checked},
};
use crate::{
    collection,
    matrix::Cell,
    metrics::{DATABASE, check_database},
    results::OUTCOME,
    study::Study,
};

/// What is known of an experiment of the study that has a folder.
pub struct Inspected {
    pub found: Found,
    pub judgement: Judgement,
    /// Absent where there is no result of this study.
    pub environment: Option<BTreeMap<String, String>>,
    /// The same.
    pub evidence: Option<Evidence>,
}

impl Inspected {
    fn without_result(found: Found) -> Self {
        Self { found, judgement: Judgement::default(), environment: None, evidence: None }
    }
}

/// Looks at the folder of an experiment that the study has.
pub fn inspect(
    folder: &Utf8Path,
    id: &ExperimentId,
    study: &Study,
    cell: &Cell,
    depth: Depth,
) -> Inspected {
    let outcome = match read_outcome(folder) {
        Ok(outcome) => outcome,
        Err(why) => return Inspected::without_result(Found::Broken { why }),
    };
    if let Some(stranger) = stranger(&outcome, id, study) {
        // What is another's says nothing of this experiment.
        let mut inspected = Inspected::without_result(Found::Result);
        let message = format!("the result in its place {stranger}");
        inspected.judgement.findings.push(Finding::new(Rule::KnownExperiment, id, message));
        return inspected;
    }
    let mut bench = Bench { folder, id, outcome: &outcome, judgement: Judgement::default() };
    let checked = match depth {
        Depth::Thorough => files::check(folder, &outcome),
        Depth::Quick => {
            files::read_list(folder, &outcome).map_or_else(Checked::without_list, Checked::trusted)
        }
    };
    let metrics = match depth {
        Depth::Thorough => bench.thorough(&checked),
        Depth::Quick => bench.quick(),
    };
    bench.judgement.add(judge(&facts(&outcome, metrics.as_ref(), cell, study)));
    let evidence = evidence(&outcome, checked.list.as_ref(), metrics.as_ref());
    let Bench { judgement, .. } = bench;
    let environment = Some(outcome.environment);
    Inspected { found: Found::Result, judgement, environment, evidence: Some(evidence) }
}

/// The outcome of a succeeded attempt, or why there is none.
fn read_outcome(folder: &Utf8Path) -> Result<Outcome, String> {
    let outcome = match collection::outcome(folder) {
        Ok(Some(outcome)) => outcome,
        Ok(None) => return Err(format!("has a folder without {OUTCOME}")),
        Err(error) => return Err(format!("{OUTCOME} {error}")),
    };
    if outcome.format != FORMAT {
        let found = outcome.format;
        return Err(format!(
            "{OUTCOME} has format {found}, and this gen-tf-sync reads format {FORMAT}"
        ));
    }
    if outcome.outcome != Verdict::Succeeded {
        let cause = outcome.cause.map_or("for an unknown cause", |cause| cause.name());
        let attempt = outcome.attempt;
        return Err(format!("holds attempt {attempt}, which has failed: {cause}"));
    }
    Ok(outcome)
}

/// Whose an outcome is, unless it is of this experiment, study and harness.
pub fn stranger(outcome: &Outcome, id: &ExperimentId, study: &Study) -> Option<String> {
    if outcome.study != study.name {
        return Some(format!("is of the study `{}`, and this is `{}`", outcome.study, study.name));
    }
    // An attempt that was lost did not tell its harness.
    let harness = outcome.environment.get("harness").zip(study.harness.as_ref());
    if let Some((found, wanted)) = harness.filter(|(found, wanted)| found != wanted) {
        return Some(format!("is of the harness `{found}`, and the study has `{wanted}`"));
    }
    (outcome.experiment != *id).then(|| format!("is of the experiment {}", outcome.experiment))
}

fn facts<'a>(
    outcome: &'a Outcome,
    metrics: Option<&'a Metrics>,
    cell: &'a Cell,
    study: &Study,
) -> Facts<'a> {
    #[expect(clippy::cast_precision_loss, reason = "seconds of a duration are far below 2^53")]
    let duration = study.matrix.duration.map(|seconds| seconds as f64);
    Facts { outcome, metrics, definition: &cell.definition, limits: cell.limits, duration }
}

fn evidence(outcome: &Outcome, list: Option<&FileList>, metrics: Option<&Metrics>) -> Evidence {
    let requests = metrics.and_then(|metrics| metrics.requests.as_ref());
    let is_empty = requests.is_none_or(|r| r.total + r.outside_budget.unwrap_or(0) == 0);
    let record = metrics.and_then(|metrics| metrics.sources.requests.as_ref());
    let entry = record.filter(|_| !is_empty).and_then(|file| list?.files.get(file));
    Evidence {
        archive: outcome.results.as_ref().map(|results| results.sha256.clone()),
        record: entry.map(|entry| entry.sha256.clone()),
        is_own: Evidence::is_own(outcome),
    }
}

/// Where the files of one result are judged.
struct Bench<'a> {
    folder: &'a Utf8Path,
    id: &'a ExperimentId,
    outcome: &'a Outcome,
    judgement: Judgement,
}

impl Bench<'_> {
    fn find(&mut self, rule: Rule, message: impl Into<String>) {
        self.judgement.findings.push(Finding::new(rule, self.id, message));
    }

    fn doubt(&mut self, rule: Rule, reason: &str) {
        self.judgement.doubts.push((rule, reason.to_owned(), Some(self.id.clone())));
    }

    /// Checks files, database and metrics; what the evidence shows. Of files that are not as they
    /// were nothing is computed: then the metrics that are there are all that is known.
    fn thorough(&mut self, checked: &Checked) -> Option<Metrics> {
        if let Some(complaint) = &checked.complaint {
            self.find(Rule::FilesIntact, complaint);
            self.doubt(Rule::MetricsCurrent, "its files are not intact");
            self.doubt(Rule::DatabaseSound, "its files are not intact");
            return self.quick();
        }
        let database = self.folder.join(DATABASE);
        if database.is_file()
            && let Err(complaint) = check_database(&database)
        {
            self.find(Rule::DatabaseSound, format!("{DATABASE}: {complaint}"));
        }
        let (metrics, complaint) = figures::compare(self.folder, self.outcome);
        if let Some(complaint) = complaint {
            self.find(Rule::MetricsCurrent, complaint);
        }
        Some(metrics)
    }

    /// The metrics that are there.
    fn quick(&mut self) -> Option<Metrics> {
        let metrics = figures::stored(self.folder).ok();
        if metrics.is_none() {
            let rules = [
                Rule::EvidenceReadable,
                Rule::RequestSpan,
                Rule::RequestRate,
                Rule::CoverageAboveIdle,
                Rule::CoverageSamples,
            ];
            for rule in rules {
                self.doubt(
                    rule,
                    "there is no metrics.json that can be used: `gen-tf-sync metrics` writes it",
                );
            }
        }
        metrics
    }
}
