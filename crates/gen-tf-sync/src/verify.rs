//! Verifies a results folder: reads it once, attempt by attempt, and hands what it finds to the rules
//! of the core. It writes nothing, so that a folder can be verified that is nobody's to write, and
//! while a pull goes on.

mod files;
mod figures;
mod result;

use std::{
    collections::BTreeMap,
    num::NonZero,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use camino::Utf8Path;
use gen_tf_core::{
    id::{AttemptId, ExperimentId},
    outcome::Outcome,
    verify::{Copies, Environments, Finding, Found, Judgement, Rule, Verification},
};

use self::result::{Inspected, inspect};
use crate::{
    collection::{self, Owner, Place},
    parallel,
    results::{OUTCOME, ResultsError},
    study::Study,
};

/// How closely to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Outcomes, lists of files and `metrics.json` are read and believed.
    Quick,
    /// All files are read: hashed, computed from, checked by SQLite.
    Thorough,
}

/// Verifies the results of a study; `tell` hears how many places of how many are done. The answer is
/// the same for the same files.
pub fn verify(
    results: &Utf8Path,
    study: &Study,
    depth: Depth,
    tell: &(dyn Fn(usize, usize) + Sync),
) -> Result<Verification, ResultsError> {
    let places = collection::places(results)?;
    let (all, done) = (places.len(), AtomicUsize::new(0));
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let gathered = Mutex::new(Gathered::new(study));
    parallel::map(places, workers, |place| {
        let seen = look(results, &place, study, depth);
        // A panicking worker ends the program, so its poison tells nothing more.
        gathered.lock().unwrap_or_else(PoisonError::into_inner).add(seen);
        tell(done.fetch_add(1, Ordering::Relaxed) + 1, all);
    });
    Ok(gathered.into_inner().unwrap_or_else(PoisonError::into_inner).conclude(depth))
}

/// What is in a place.
enum Seen {
    /// Nothing that matters.
    Nothing,
    /// The folder of an experiment of the study.
    Result(ExperimentId, Box<Inspected>),
    /// A failed attempt, with its outcome where that can be read.
    Failed(AttemptId, Option<Box<Outcome>>),
    /// What belongs to no experiment of the study.
    Foreign(Finding),
}

fn look(results: &Utf8Path, place: &Place, study: &Study, depth: Depth) -> Seen {
    let folder = results.join(&place.path);
    let is_result = folder.join(OUTCOME).is_file();
    match &place.owner {
        Some(Owner::Experiment(id)) => match study.matrix.cell(id) {
            Some(cell) if study.matrix.has(id) => {
                Seen::Result(id.clone(), Box::new(inspect(&folder, id, study, cell, depth)))
            }
            // A folder of other things is let alone, unless it looks like a result.
            _ if !is_result && !study.matrix.cells.contains_key(&id.service) => Seen::Nothing,
            _ => {
                let message =
                    "has a folder and is no experiment of the study: move the folder away";
                Seen::Foreign(Finding::new(Rule::KnownExperiment, id, message))
            }
        },
        Some(Owner::Failed(id)) => look_at_failed(&folder, place, id, study),
        None if is_result => {
            let message =
                format!("`{}` holds results and is no place of an experiment", place.path);
            Seen::Foreign(Finding::of_study(Rule::KnownExperiment, message))
        }
        None => Seen::Nothing,
    }
}

fn look_at_failed(folder: &Utf8Path, place: &Place, id: &AttemptId, study: &Study) -> Seen {
    // Where its outcome cannot be read, nothing is known but that it has failed.
    let outcome = collection::outcome(folder).ok().flatten();
    let stranger = outcome.as_ref().and_then(|it| result::stranger(it, &id.experiment, study));
    if let Some(stranger) = stranger {
        let message = format!("the failed attempt in `{}` {stranger}", place.path);
        return Seen::Foreign(Finding::of_study(Rule::KnownExperiment, message));
    }
    Seen::Failed(id.clone(), outcome.map(Box::new))
}

/// What was seen so far.
struct Gathered {
    found: BTreeMap<ExperimentId, Found>,
    /// The last failed attempt of each experiment.
    failed: BTreeMap<ExperimentId, Found>,
    judgement: Judgement,
    environments: Environments,
    copies: Copies,
}

impl Gathered {
    fn new(study: &Study) -> Self {
        Self {
            found: study.matrix.experiments().map(|id| (id, Found::Nothing)).collect(),
            failed: BTreeMap::new(),
            judgement: Judgement::default(),
            environments: Environments::default(),
            copies: Copies::default(),
        }
    }

    fn add(&mut self, seen: Seen) {
        match seen {
            Seen::Nothing => {}
            Seen::Foreign(finding) => self.judgement.findings.push(finding),
            Seen::Failed(id, outcome) => self.add_failed(id, outcome.as_deref()),
            Seen::Result(id, inspected) => {
                let Inspected { found, judgement, environment, evidence } = *inspected;
                self.judgement.add(judgement);
                if let Some(environment) = environment {
                    self.environments.add(&id, &environment);
                }
                if let Some(evidence) = evidence {
                    self.copies.add(&id, evidence);
                }
                self.found.insert(id, found);
            }
        }
    }

    fn add_failed(&mut self, id: AttemptId, outcome: Option<&Outcome>) {
        let is_later = match self.failed.get(&id.experiment) {
            Some(Found::Failed { attempt, .. }) => id.attempt > *attempt,
            _ => true,
        };
        if is_later {
            let cause = outcome.and_then(|outcome| outcome.cause);
            self.failed.insert(id.experiment, Found::Failed { attempt: id.attempt, cause });
        }
    }

    fn conclude(mut self, depth: Depth) -> Verification {
        for (id, found) in &mut self.found {
            if *found == Found::Nothing {
                *found = self.failed.remove(id).unwrap_or(Found::Nothing);
            }
        }
        if depth == Depth::Quick {
            for rule in [Rule::FilesIntact, Rule::MetricsCurrent, Rule::DatabaseSound] {
                self.judgement.doubts.push((
                    rule,
                    "a quick look reads no evidence".to_owned(),
                    None,
                ));
            }
        }
        Verification::conclude(&self.found, self.judgement, &self.environments, &self.copies)
    }
}
