//! The report of a results folder: read attempt by attempt, computed by the core, rendered as files.
//! What the figures mean is decided by the core; results are never changed here.

mod charts;
mod files;
mod numbers;
mod page;
mod tables;

use camino::Utf8Path;
use gen_tf_core::{
    metrics,
    outcome::{Outcome, Verdict},
    report::{Checked, Draft, Facts, Options, Report},
};

pub use self::{
    charts::ChartError,
    files::{NAMES, Rendered, WriteError, write},
};
use crate::{
    collection::{self, Owner, Place},
    results::ResultsError,
    study::Study,
};

/// A report could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A chart could not be drawn.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// The page could not be put together.
    #[error("cannot render index.html")]
    Page(#[from] tera::Error),
    /// A table could not be written.
    #[error("cannot render {file}")]
    Table {
        /// The file.
        file: &'static str,
        /// What the library said.
        source: csv::Error,
    },
    /// The report could not be written as JSON.
    #[error("cannot render report.json")]
    Json(#[from] serde_json::Error),
}

/// Computes the report of a results folder, one attempt in memory at a time; `checked` is what
/// `gen-tf-sync verify` says of it.
pub fn compute(
    results: &Utf8Path,
    study: &Study,
    checked: Checked,
    options: Options,
) -> Result<Report, ResultsError> {
    let mut draft = Draft::new(facts(study), options);
    for place in collection::places(results)? {
        add(&mut draft, &results.join(&place.path), &place);
    }
    Ok(draft.finish(checked))
}

/// The facts of a study that a report is measured by.
fn facts(study: &Study) -> Facts {
    let cells =
        study.matrix.cells.iter().flat_map(|(service, tools)| {
            tools.keys().map(move |tool| (service.clone(), tool.clone()))
        });
    Facts {
        study: study.name.clone(),
        harness: study.harness.clone(),
        duration: study.matrix.duration.map(|seconds| seconds as f64),
        cells: cells.collect(),
        runs: study.matrix.runs,
    }
}

/// Adds the attempt of a folder, or says in the report why it can't be used.
fn add(draft: &mut Draft, folder: &Utf8Path, place: &Place) {
    let outcome = match outcome_of(folder, place) {
        Ok(outcome) => outcome,
        Err(reason) => return draft.add_unusable(place.path.to_string(), reason),
    };
    if outcome.outcome == Verdict::Failed {
        return draft.add(&outcome, None);
    }
    match metrics_of(folder) {
        Ok(metrics) => draft.add(&outcome, metrics.as_ref()),
        Err(reason) => {
            draft.add_unusable(place.path.join("metrics.json").to_string(), reason);
            draft.add(&outcome, None);
        }
    }
}

/// The outcome in a folder, where it belongs there.
fn outcome_of(folder: &Utf8Path, place: &Place) -> Result<Outcome, String> {
    let owner = place.owner.as_ref().ok_or("its name is none of an experiment")?;
    let outcome = collection::outcome(folder)
        .map_err(|error| format!("outcome.json {error}"))?
        .ok_or("it has no outcome.json")?;
    let (is_its_own, verdict) = match owner {
        Owner::Experiment(id) => (outcome.experiment == *id, Verdict::Succeeded),
        Owner::Failed(id) => {
            let own = outcome.experiment == id.experiment && outcome.attempt == id.attempt;
            (own, Verdict::Failed)
        }
    };
    if !is_its_own {
        let Outcome { experiment, attempt, .. } = &outcome;
        return Err(format!("its outcome.json is that of {experiment}, attempt {attempt}"));
    }
    if outcome.outcome != verdict {
        return Err(
            "its outcome.json does not belong to this place: it tells the other verdict".to_owned()
        );
    }
    Ok(outcome)
}

fn metrics_of(folder: &Utf8Path) -> Result<Option<metrics::Metrics>, String> {
    let read = collection::metrics(folder).map_err(|error| error.to_string())?;
    match read {
        Some(metrics) if metrics.format != metrics::FORMAT => Err(format!(
            "has format {}, and this gen-tf-sync reads format {}: `gen-tf-sync metrics` computes it anew",
            metrics.format,
            metrics::FORMAT
        )),
        other => Ok(other),
    }
}
