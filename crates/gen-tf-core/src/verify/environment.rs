//! Compares the environments of all results, field by field, and blames the minority.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use serde::Serialize;

use super::{Finding, Judgement, Rule, Warning, WarningKind};
use crate::id::ExperimentId;

/// Fields that may differ, with the reason: where they do, it is said and no finding.
pub const TOLERATED: [(&str, &str); 3] = [
    (
        "zone",
        "a study goes on in the next of its zones where one has no machines left; what the machine is like has \
         fields of its own",
    ),
    (
        "clock",
        "whether the clock was synchronised within a minute of the boot; durations come from the monotonic clock",
    ),
    (
        "guest_sha256",
        "it changes with every edit of the study; what matters to a cell is in its definition, and the scripts are \
         those of gen_tf",
    ),
];
/// The memory that a kernel leaves to programs differs by some pages between boots of one machine.
/// Memory of two machine types of Google Cloud differs by 256 MiB at least, which is more.
const MEMORY: &str = "memory_bytes";
const MEMORY_TOLERANCE: f64 = 0.001;
/// What stands for a field that is not there.
const NOTHING: &str = "not told";

/// A field that is not the same in all results that have it, or that is missing in some of a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The field.
    pub field: String,
    /// Why it may differ; absent where it may not.
    pub tolerated: Option<&'static str>,
    /// Its values, the most frequent first.
    pub values: Vec<Value>,
}

/// A value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Value {
    /// The value; absent for results without the field in a cell of which others have it.
    pub value: Option<String>,
    /// How many results have it.
    pub experiments: usize,
}

/// The environments of all results. Each value is held once.
#[derive(Clone, Debug, Default)]
pub struct Environments {
    experiments: Vec<ExperimentId>,
    fields: BTreeMap<String, BTreeMap<String, Vec<usize>>>,
}

/// That a result differs from the majority in a field.
struct Deviation<'a> {
    field: &'a str,
    found: Option<&'a str>,
    wanted: Option<&'a str>,
    /// How many of how many are the majority.
    majority: (usize, usize),
}

impl Environments {
    /// Takes note of a result's environment.
    pub fn add(&mut self, experiment: &ExperimentId, environment: &BTreeMap<String, String>) {
        let number = self.experiments.len();
        self.experiments.push(experiment.clone());
        for (field, value) in environment {
            if !self.fields.contains_key(field) {
                self.fields.insert(field.clone(), BTreeMap::new());
            }
            let values = self.fields.get_mut(field).expect("it was just made");
            match values.get_mut(value) {
                Some(numbers) => numbers.push(number),
                None => drop(values.insert(value.clone(), vec![number])),
            }
        }
    }

    /// The fields that are not the same everywhere, and what follows from it.
    pub(super) fn compare(&self) -> (Vec<Difference>, Judgement) {
        let cells = self.cells();
        let mut differences = Vec::new();
        let mut judgement = Judgement::default();
        let mut deviations: BTreeMap<usize, Vec<Deviation<'_>>> = BTreeMap::new();
        for (field, values) in &self.fields {
            let values = merged(field, values);
            let lacking = lacking(&values, &cells);
            if values.len() == 1 && lacking.is_empty() {
                continue;
            }
            let difference = difference(field, &values, lacking.len());
            if difference.tolerated.is_some() {
                judgement.warnings.push(tolerated(&difference));
            } else {
                let blame = Blame { field, values: &values, cells: &cells };
                if !blame.values(&mut deviations) {
                    judgement.findings.push(undecided(&difference));
                }
                judgement.findings.extend(blame.presence(&lacking, &mut deviations));
            }
            differences.push(difference);
        }
        for (number, deviations) in deviations {
            judgement.findings.push(finding(&self.experiments[number], &deviations));
        }
        (differences, judgement)
    }

    fn cells(&self) -> Vec<Vec<usize>> {
        let mut cells: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
        for (number, id) in self.experiments.iter().enumerate() {
            cells.entry((&id.service, &id.tool)).or_default().push(number);
        }
        cells.into_values().collect()
    }
}

/// Each different value with the results that have it, the most frequent first.
type Values<'a> = Vec<(&'a str, Vec<usize>)>;

/// Values that count as one are put together.
fn merged<'a>(field: &str, values: &'a BTreeMap<String, Vec<usize>>) -> Values<'a> {
    let mut all: Values<'a> = values.iter().map(|(v, n)| (v.as_str(), n.clone())).collect();
    if field == MEMORY {
        all = merged_sizes(all);
    }
    all.sort_by(|(a, m), (b, n)| n.len().cmp(&m.len()).then(a.cmp(b)));
    all
}

fn merged_sizes(values: Values<'_>) -> Values<'_> {
    let size = |text: &str| text.parse::<f64>().ok();
    let mut sorted = values;
    sorted.sort_by(|(a, _), (b, _)| size(a).partial_cmp(&size(b)).unwrap_or(a.cmp(b)));
    let mut merged: Values<'_> = Vec::new();
    for (value, numbers) in sorted {
        let near = |last: &str| {
            size(last).zip(size(value)).is_some_and(|(a, b)| b - a <= MEMORY_TOLERANCE * a)
        };
        match merged.last_mut() {
            Some((last, held)) if near(last) => held.extend(numbers),
            _ => merged.push((value, numbers)),
        }
    }
    merged
}

/// The results without the field in cells of which others have it.
fn lacking(values: &Values<'_>, cells: &[Vec<usize>]) -> BTreeSet<usize> {
    let have: BTreeSet<usize> = values.iter().flat_map(|(_, numbers)| numbers).copied().collect();
    let mixed = cells.iter().filter(|cell| cell.iter().any(|n| have.contains(n)));
    mixed.flatten().filter(|number| !have.contains(number)).copied().collect()
}

fn difference(field: &str, values: &Values<'_>, lacking: usize) -> Difference {
    let value = |(value, numbers): &(&str, Vec<usize>)| Value {
        value: Some((*value).to_owned()),
        experiments: numbers.len(),
    };
    let mut all: Vec<Value> = values.iter().map(value).collect();
    if lacking > 0 {
        all.push(Value { value: None, experiments: lacking });
    }
    let reason = TOLERATED.iter().find(|(name, _)| *name == field).map(|(_, reason)| *reason);
    Difference { field: field.to_owned(), tolerated: reason, values: all }
}

/// Whom a difference is to be blamed on.
struct Blame<'a, 'b> {
    field: &'a str,
    values: &'b Values<'a>,
    cells: &'b [Vec<usize>],
}

impl<'a> Blame<'a, '_> {
    /// Blames those with another value than more than half; whether there are so many.
    fn values(&self, deviations: &mut BTreeMap<usize, Vec<Deviation<'a>>>) -> bool {
        let all: usize = self.values.iter().map(|(_, numbers)| numbers.len()).sum();
        let [(wanted, most), others @ ..] = self.values.as_slice() else { return true };
        if most.len() * 2 <= all {
            return false;
        }
        for (found, numbers) in others {
            for number in numbers {
                deviations.entry(*number).or_default().push(Deviation {
                    field: self.field,
                    found: Some(found),
                    wanted: Some(wanted),
                    majority: (most.len(), all),
                });
            }
        }
        true
    }

    /// Blames those that have the field, or have it not, unlike more than half of their cell; a
    /// finding where no cell of a mixed one can tell.
    fn presence(
        &self,
        lacking: &BTreeSet<usize>,
        deviations: &mut BTreeMap<usize, Vec<Deviation<'a>>>,
    ) -> Option<Finding> {
        let mut undecided = 0;
        for cell in self.cells {
            let (without, with): (Vec<usize>, Vec<usize>) =
                cell.iter().partition(|number| lacking.contains(number));
            if without.is_empty() {
                continue;
            }
            let (minority, majority) = match without.len().cmp(&with.len()) {
                Ordering::Less => (without, with.len()),
                Ordering::Greater => (with, without.len()),
                Ordering::Equal => {
                    undecided += cell.len();
                    continue;
                }
            };
            for number in minority {
                let has = |(_, numbers): &&(&str, Vec<usize>)| numbers.contains(&number);
                let found = self.values.iter().find(has).map(|(value, _)| *value);
                let wanted = if found.is_some() { None } else { self.values.first().map(|v| v.0) };
                let majority = (majority, cell.len());
                let deviation = Deviation { field: self.field, found, wanted, majority };
                deviations.entry(number).or_default().push(deviation);
            }
        }
        (undecided > 0).then(|| {
            let message = format!(
                "`{}` is there in half of the runs of a cell and missing in the others, so that nobody can be \
                 blamed ({undecided} experiments)",
                self.field
            );
            Finding::of_study(Rule::SameEnvironment, message)
        })
    }
}

fn finding(experiment: &ExperimentId, deviations: &[Deviation<'_>]) -> Finding {
    let told = |d: &Deviation<'_>| {
        let (most, all) = d.majority;
        let (found, wanted) = (d.found.unwrap_or(NOTHING), d.wanted.unwrap_or(NOTHING));
        format!("`{}` is {found}, and {wanted} in {most} of {all}", d.field)
    };
    let list = |tell: &dyn Fn(&Deviation<'_>) -> String, between: &str| {
        deviations.iter().map(tell).collect::<Vec<_>>().join(between)
    };
    let value = |value: Option<&str>| value.unwrap_or(NOTHING).to_owned();
    Finding::new(Rule::SameEnvironment, experiment, list(&told, "; "))
        .with(list(&|d| value(d.wanted), "; "), list(&|d| value(d.found), "; "))
}

fn counted(difference: &Difference) -> String {
    let one = |value: &Value| {
        format!("{} in {}", value.value.as_deref().unwrap_or(NOTHING), value.experiments)
    };
    difference.values.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn undecided(difference: &Difference) -> Finding {
    let message = format!(
        "`{}` has no value in more than half of the results, so that nobody can be blamed: {}",
        difference.field,
        counted(difference)
    );
    Finding::of_study(Rule::SameEnvironment, message)
}

fn tolerated(difference: &Difference) -> Warning {
    let reason = difference.tolerated.unwrap_or_default();
    let message = format!("`{}` differs: {}; {reason}", difference.field, counted(difference));
    Warning { kind: WarningKind::Environment, experiment: None, message }
}
