//! The blueprint: the fully decided study, with every name, size, path and hash.
//! No `Option` that means "default" survives into it; it makes no files, `render` does.

mod definition;
mod gcp;
mod guest;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    container::ImageRecord,
    harness::{Harness, Limits},
    hash::sha256_hex,
    id::ExperimentId,
    matrix,
    outcome::Cause,
    study::{Chosen, LocalTarget, Model, Study},
    tree::FileTree,
};

pub use gcp::{CloudSecret, Gcp, StatePlace};
pub(crate) use guest::Assignments;

/// Longest time that a setup may take, in seconds: a Maven build of the largest service of the
/// research systems takes about 20 minutes on two cores.
const SETUP_DEADLINE: u64 = 3600;

/// What a study becomes once everything is decided.
#[derive(Clone, Debug)]
pub struct Blueprint {
    /// Name of the study.
    pub study: String,
    /// Name of the harness.
    pub harness: String,
    /// Where experiments run.
    pub target: Target,
    /// Runs of each cell.
    pub runs: u32,
    /// The tool's time, in seconds.
    pub duration: u64,
    /// Seed of the order of experiments and of the tools' own seeds.
    pub seed: u32,
    /// Most attempts of one experiment that gen-tf starts by itself.
    pub attempts: u32,
    /// Models that any cell opens, each once.
    pub models: Vec<Model>,
    /// Cells, by service and tool.
    pub cells: BTreeMap<String, BTreeMap<String, Cell>>,
    /// The store: a folder relative to the workspace, or `gs://<bucket>/<study>`.
    pub store: String,
    /// The default folder of results, relative to the workspace.
    pub results: String,
    /// The guest and the harness, with the study's values beside them.
    pub guest: FileTree,
    /// The same bytes as a `.tar.gz`.
    pub guest_archive: Vec<u8>,
    /// sha256 of the archive, lower-case hexadecimal.
    pub guest_sha256: String,
    /// Version of gen-tf that decided this.
    pub version: String,
}

/// Where experiments run.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// Sandboxes on this machine.
    Local(LocalTarget),
    /// VMs of Google Cloud.
    Gcp(Box<Gcp>),
}

impl Target {
    /// The target's name in a study.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Local(_) => "local",
            Self::Gcp(_) => "gcp",
        }
    }

    /// Most experiments at one time.
    #[must_use]
    pub fn max_parallel(&self) -> u32 {
        match self {
            Self::Local(local) => local.max_parallel,
            Self::Gcp(gcp) => gcp.max_parallel,
        }
    }

    /// Whether the machine of an experiment that has failed for good stays: because the study says
    /// so, or because it has the only copy of the results.
    #[must_use]
    pub fn keeps_machine(&self, cause: Cause) -> bool {
        cause == Cause::Upload || self.gcp().is_some_and(|gcp| gcp.keep_failed)
    }

    /// The Google Cloud target, where it is that.
    #[must_use]
    pub fn gcp(&self) -> Option<&Gcp> {
        match self {
            Self::Local(_) => None,
            Self::Gcp(gcp) => Some(gcp),
        }
    }
}

/// One (tool, service) pair, decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Hash over everything that can change a result: 32 hexadecimal digits, so that a label can carry it.
    pub definition: String,
    /// Hash over what the setup depends on: 32 hexadecimal digits.
    pub setup_key: String,
    /// Name of the cell's VMs or sandboxes, less `-<run>`.
    pub name: String,
    /// Models that the tool opens: sha256 by name.
    pub models: BTreeMap<String, String>,
    /// Secrets that the cell needs: environment variable by name.
    pub secrets: BTreeMap<String, String>,
    /// Limits of a trustworthy result.
    pub limits: Limits,
}

/// What goes into a blueprint besides the study.
#[derive(Clone, Copy, Debug)]
pub struct Ingredients<'a> {
    /// What `harness.hcl` declares.
    pub harness: &'a Harness,
    /// The harness's folder.
    pub harness_files: &'a FileTree,
    /// The guest's folder.
    pub guest_files: &'a FileTree,
    /// The store of the local target: a folder relative to the workspace. On Google Cloud the store
    /// follows from the study's bucket.
    pub store: &'a str,
    /// The default folder of results, relative to the workspace.
    pub results: &'a str,
    /// Digests of container images that were looked up before.
    pub images: &'a ImageRecord,
    /// Version of gen-tf.
    pub version: &'a str,
}

/// Decides everything about a study on one of its targets.
#[must_use]
pub fn decide(study: &Study, chosen: Chosen<'_>, ingredients: &Ingredients<'_>) -> Blueprint {
    // From here on an image is what its digest says, in hashes as in what scripts get.
    let study = &ingredients.images.applied_to(study, ingredients.harness);
    let target = match chosen {
        Chosen::Local(local) => Target::Local(local.clone()),
        Chosen::Gcp(gcp) => Target::Gcp(Box::new(Gcp::decide(study, gcp))),
    };
    let cells = decide_cells(study, &target, ingredients);
    let guest = guest::assemble(study, &target, ingredients, &cells);
    let guest_archive = guest::pack(&guest);
    let (store, target) = match target {
        Target::Local(local) => (ingredients.store.to_owned(), Target::Local(local)),
        Target::Gcp(gcp) => {
            let store = gcp.store(&study.name);
            (store, Target::Gcp(Box::new(gcp.with_secrets(study, &cells))))
        }
    };
    Blueprint {
        study: study.name.clone(),
        harness: ingredients.harness.name.clone(),
        runs: study.runs,
        duration: study.duration,
        seed: study.seed,
        attempts: study.attempts,
        models: used_models(study, &cells),
        cells,
        store,
        results: ingredients.results.to_owned(),
        guest_sha256: sha256_hex(&guest_archive),
        guest,
        guest_archive,
        target,
        version: ingredients.version.to_owned(),
    }
}

/// Longest name of a VM is 63; six are left for `-<run>`.
const LONGEST_CELL_NAME: usize = 57;

fn decide_cells(
    study: &Study,
    target: &Target,
    ingredients: &Ingredients<'_>,
) -> BTreeMap<String, BTreeMap<String, Cell>> {
    let hashes = definition::Parts::of(study, target, ingredients);
    let mut taken = BTreeSet::new();
    let mut cells: BTreeMap<String, BTreeMap<String, Cell>> = BTreeMap::new();
    let sorted: BTreeSet<(&str, &str)> = matrix::cells(study).collect();
    for (service, tool) in sorted {
        let (definition, setup_key) = hashes.cell(service, tool);
        let name = cell_name(&study.name, service, tool, &mut taken);
        let models = study
            .models
            .iter()
            .filter(|model| model.tools.iter().any(|name| name == tool))
            .map(|model| (model.name.clone(), model.sha256.clone()))
            .collect();
        let secrets = secrets_of(study, ingredients.harness, service, tool);
        let limits = ingredients.harness.integrity.limits_of(service, tool);
        let cell = Cell { definition, setup_key, name, models, secrets, limits };
        cells.entry(service.to_owned()).or_default().insert(tool.to_owned(), cell);
    }
    cells
}

fn used_models(study: &Study, cells: &BTreeMap<String, BTreeMap<String, Cell>>) -> Vec<Model> {
    let used: BTreeSet<&str> = cells
        .values()
        .flat_map(BTreeMap::values)
        .flat_map(|cell| cell.models.values())
        .map(String::as_str)
        .collect();
    study.models.iter().filter(|model| used.contains(model.sha256.as_str())).cloned().collect()
}

/// A secret goes to the cells that its lists name; an empty list names every one that the harness
/// says needs it, or simply every one where the harness says nothing.
fn secrets_of(
    study: &Study,
    harness: &Harness,
    service: &str,
    tool: &str,
) -> BTreeMap<String, String> {
    let named = |list: &[String], name: &str| list.is_empty() || list.iter().any(|n| n == name);
    let wanted = |secret: &str| {
        let by_tool =
            harness.tools.get(tool).is_some_and(|t| t.secrets.iter().any(|s| s == secret));
        let by_service =
            harness.services.get(service).is_some_and(|s| s.secrets.iter().any(|n| n == secret));
        by_tool || by_service
    };
    study
        .secrets
        .iter()
        .filter(|s| named(&s.services, service) && named(&s.tools, tool))
        .filter(|s| !(s.services.is_empty() && s.tools.is_empty()) || wanted(&s.name))
        .map(|s| (s.name.clone(), s.env.clone()))
        .collect()
}

/// `<study>-<service>-<tool>`, or with a hash where that is too long or stands for another cell too.
fn cell_name(study: &str, service: &str, tool: &str, taken: &mut BTreeSet<String>) -> String {
    let plain = format!("{study}-{service}-{tool}");
    let name = if plain.len() <= LONGEST_CELL_NAME && !taken.contains(&plain) {
        plain
    } else {
        let hash = sha256_hex(format!("{study}/{service}/{tool}").as_bytes());
        let kept: String = plain.chars().take(LONGEST_CELL_NAME - 9).collect();
        format!("{kept}-{}", &hash[..8])
    };
    taken.insert(name.clone());
    name
}

impl Blueprint {
    /// The cell of an experiment, if the study has the experiment.
    #[must_use]
    pub fn cell_of(&self, id: &ExperimentId) -> Option<&Cell> {
        let cell = self.cells.get(&id.service)?.get(&id.tool)?;
        (1..=self.runs).contains(&id.run).then_some(cell)
    }

    /// Every experiment with its cell, by service, tool and run.
    pub fn experiments(&self) -> impl Iterator<Item = (ExperimentId, &Cell)> {
        self.cells.iter().flat_map(move |(service, tools)| {
            tools.iter().flat_map(move |(tool, cell)| {
                (1..=self.runs).map(move |run| {
                    (ExperimentId { service: service.clone(), tool: tool.clone(), run }, cell)
                })
            })
        })
    }

    /// Number of cells.
    #[must_use]
    pub fn cell_count(&self) -> usize {
        self.cells.values().map(BTreeMap::len).sum()
    }

    /// Number of experiments.
    #[must_use]
    pub fn experiment_count(&self) -> usize {
        self.cell_count() * self.runs as usize
    }
}
