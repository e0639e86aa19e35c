//! `gen-tf.json`: what a render made, for the next render (what to remove) and for gen-tf-sync
//! (where the store is, also after a destroy).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{blueprint::Blueprint, harness::Limits, hash::sha256_hex, tree::FileTree};

/// Name of the file.
pub const MANIFEST: &str = "gen-tf.json";

/// What a render made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Says that nobody should edit the file; JSON has no comments.
    pub note: String,
    /// Format version: 1.
    pub format: u32,
    /// Version of gen-tf that rendered it.
    pub gen_tf: String,
    /// Name of the study.
    pub study: String,
    /// Name of the harness; absent in what an older gen-tf rendered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harness: Option<String>,
    /// Where experiments run.
    pub target: String,
    /// Id of the Google Cloud project; absent on the local target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Zones of the VMs, in the order in which they are tried; none on the local target.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// The store: a folder relative to the workspace, or `gs://…`.
    pub store: String,
    /// Default folder of results, relative to the workspace.
    pub results: String,
    /// Runs of each cell.
    pub runs: u32,
    /// Most attempts of an experiment that gen-tf starts by itself; absent in what an older gen-tf rendered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// Budget of the tool, in seconds.
    pub duration: u64,
    /// Seed of the order of experiments.
    pub seed: u32,
    /// Cells by service and tool.
    pub cells: BTreeMap<String, BTreeMap<String, CellRecord>>,
    /// sha256 of each rendered file, by its path in the workspace; this file is not among them.
    pub files: BTreeMap<String, String>,
}

/// The hashes of a cell, and what `gen-tf-sync verify` measures its results by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellRecord {
    /// Hash over everything that can change a result.
    pub definition: String,
    /// Hash over what the setup depends on.
    pub setup_key: String,
    /// Limits of a trustworthy result; absent in what an older gen-tf rendered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
}

impl Manifest {
    pub(super) fn of(blueprint: &Blueprint, tree: &FileTree) -> Self {
        let record = |cell: &crate::blueprint::Cell| CellRecord {
            definition: cell.definition.clone(),
            setup_key: cell.setup_key.clone(),
            limits: Some(cell.limits),
        };
        let cells = blueprint.cells.iter().map(|(service, tools)| {
            (service.clone(), tools.iter().map(|(t, cell)| (t.clone(), record(cell))).collect())
        });
        let files = tree.iter().map(|(path, file)| (path.to_owned(), sha256_hex(&file.bytes)));
        Self {
            note: "DO NOT EDIT: gen-tf renders this file from the study.".to_owned(),
            format: 1,
            gen_tf: blueprint.version.clone(),
            study: blueprint.study.clone(),
            harness: Some(blueprint.harness.clone()),
            target: blueprint.target.name().to_owned(),
            project: blueprint.target.gcp().map(|gcp| gcp.project.clone()),
            zones: blueprint.target.gcp().map(|gcp| gcp.zones.clone()).unwrap_or_default(),
            store: blueprint.store.clone(),
            results: blueprint.results.clone(),
            runs: blueprint.runs,
            attempts: Some(blueprint.attempts),
            duration: blueprint.duration,
            seed: blueprint.seed,
            cells: cells.collect(),
            files: files.collect(),
        }
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("strings and numbers are JSON");
        bytes.push(b'\n');
        bytes
    }
}
