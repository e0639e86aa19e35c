//! Which experiments are exported: the study's own that have succeeded. Failed attempts and archived
//! ones are elsewhere in the results folder, and are not looked at.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use gen_tf_core::{
    id::ExperimentId,
    metrics::Metrics,
    outcome::{Outcome, Verdict},
};

use super::{ExportError, Job, error::Findings};
use crate::collection::{self, Owner};

/// A succeeded experiment.
pub(super) struct Experiment {
    pub id: ExperimentId,
    /// Where its results are.
    pub folder: Utf8PathBuf,
    /// What they show.
    pub metrics: Metrics,
}

/// The succeeded experiments of the study, by id. Those that it lacks are told in remarks.
pub(super) fn select(
    job: &Job<'_>,
    findings: &mut Findings,
) -> Result<Vec<Experiment>, ExportError> {
    let mut found = BTreeMap::new();
    for place in collection::places(job.results)? {
        let id = match place.owner {
            Some(Owner::Experiment(id)) if job.study.matrix.has(&id) => id,
            Some(Owner::Failed(_)) => continue,
            _ => {
                findings.remark(format!("{} is no experiment of the study: left out", place.path));
                continue;
            }
        };
        found.insert(id.clone(), look(job, id, &place.path, findings));
    }
    for id in job.study.matrix.experiments().filter(|id| !found.contains_key(id)) {
        findings.remark(format!("{id} has no succeeded attempt among the results: left out"));
    }
    Ok(found.into_values().flatten().collect())
}

/// The experiment in a place, or a complaint why its results can't be taken for it.
fn look(
    job: &Job<'_>,
    id: ExperimentId,
    place: &Utf8PathBuf,
    findings: &mut Findings,
) -> Option<Experiment> {
    let folder = job.results.join(place);
    match collection::outcome(&folder) {
        Ok(Some(outcome)) => {
            if let Some(message) = objection(job, &id, &outcome) {
                findings.complain(&id, message);
                return None;
            }
            if job.study.matrix.cell(&id).is_some_and(|it| it.definition != outcome.definition) {
                findings.remark(format!(
                    "{id} was run under another definition than the study has now"
                ));
            }
        }
        Ok(None) => findings.complain(&id, "there is no outcome.json"),
        Err(error) => findings.complain(&id, format!("outcome.json {error}")),
    }
    match collection::metrics(&folder) {
        Ok(Some(metrics)) => return Some(Experiment { id, folder, metrics }),
        Ok(None) => {
            findings.complain(&id, "there is no metrics.json; `gen-tf-sync metrics` computes it");
        }
        Err(error) => findings.complain(&id, format!("metrics.json {error}")),
    }
    None
}

/// Why an outcome is not that of a succeeded experiment of this study and harness.
fn objection(job: &Job<'_>, id: &ExperimentId, outcome: &Outcome) -> Option<String> {
    let (study, wanted) = (&job.study.name, job.form.harness());
    if outcome.experiment != *id || outcome.study != *study {
        let (told, of) = (&outcome.experiment, &outcome.study);
        return Some(format!("outcome.json is that of {told} of the study `{of}`"));
    }
    if outcome.outcome != Verdict::Succeeded {
        return Some("outcome.json says that it failed".to_owned());
    }
    let harness = outcome.environment.get("harness").filter(|harness| *harness != wanted)?;
    Some(format!(
        "it was run by the harness `{harness}`, and this export is for experiments of the harness \
         `{wanted}`"
    ))
}
