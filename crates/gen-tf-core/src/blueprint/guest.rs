//! What travels to the machines: the guest's files, the harness, and the study's values as quoted
//! assignments. It decides nothing about single attempts.

use std::{collections::BTreeMap, fmt::Write as _};

use flate2::{Compression, write::GzEncoder};

use super::{Cell, Ingredients, SETUP_DEADLINE, Target};
use crate::{study::Study, tree::FileTree};

pub(super) fn assemble(
    study: &Study,
    target: &Target,
    ingredients: &Ingredients<'_>,
    cells: &BTreeMap<String, BTreeMap<String, Cell>>,
) -> FileTree {
    let mut tree = FileTree::new();
    tree.put_tree("", ingredients.guest_files);
    tree.put_tree("harness", ingredients.harness_files);
    tree.put("study.env", study_values(study, target, ingredients));
    for (name, service) in &ingredients.harness.services {
        if cells.contains_key(name) {
            let mut values = Assignments::new();
            values.add("GEN_TF_SERVICE_COMMANDS", &service.needs.commands.join(" "));
            values.add("GEN_TF_SERVICE_EVIDENCE", &service.evidence.join(" "));
            values.add("GEN_TF_READY_URL", &service.ready_url);
            values.add("GEN_TF_READY_TIMEOUT", &service.ready_timeout.to_string());
            tree.put(format!("services/{name}.env"), values.into_text());
        }
    }
    for (name, tool) in &ingredients.harness.tools {
        if cells.values().any(|tools| tools.contains_key(name)) {
            let mut values = Assignments::new();
            values.add("GEN_TF_TOOL_COMMANDS", &tool.needs.commands.join(" "));
            values.add("GEN_TF_TOOL_EVIDENCE", &tool.evidence.join(" "));
            values.add("GEN_TF_TOOL_RESTART", &tool.restart.to_string());
            tree.put(format!("tools/{name}.env"), values.into_text());
        }
    }
    tree
}

fn study_values(study: &Study, target: &Target, ingredients: &Ingredients<'_>) -> String {
    let harness = ingredients.harness;
    let mut values = Assignments::new();
    values.add("GEN_TF_VERSION", ingredients.version);
    values.add("GEN_TF_STUDY", &study.name);
    values.add("GEN_TF_TARGET", target.name());
    values.add("GEN_TF_HARNESS_NAME", &harness.name);
    values.add("GEN_TF_DURATION", &study.duration.to_string());
    values.add("GEN_TF_STUDY_SEED", &study.seed.to_string());
    values.add("GEN_TF_EVIDENCE", &harness.evidence.join(" "));
    values.add("GEN_TF_REQUEST_LOG", &harness.request_log);
    if harness.containers {
        values.add("GEN_TF_CONTAINERS", "true");
    }
    values.add("GEN_TF_SETUP_DEADLINE", &SETUP_DEADLINE.to_string());
    for (name, setting) in &harness.settings {
        if let Some(value) = study.settings.get(name).or(setting.default.as_ref()) {
            let variable = format!("GEN_TF_SETTING_{}", name.to_uppercase().replace('-', "_"));
            values.add(&variable, &value.to_string());
        }
    }
    values.into_text()
}

/// Bash assignments whose values are quoted, so that no value can end its place.
pub(crate) struct Assignments(String);

impl Assignments {
    fn new() -> Self {
        Self::after("# DO NOT EDIT: gen-tf renders this file from the study.\n".to_owned())
    }

    /// Assignments that follow a text.
    pub(crate) fn after(text: String) -> Self {
        Self(text)
    }

    /// The whole text.
    pub(crate) fn into_text(self) -> String {
        self.0
    }

    pub(crate) fn add(&mut self, name: &str, value: &str) {
        let quoted = value.replace('\'', r"'\''");
        writeln!(self.0, "{name}='{quoted}'").expect("a String takes every write");
    }
}

/// Packs a tree so that the same files always give the same bytes: sorted, no times, no owners.
pub(super) fn pack(tree: &FileTree) -> Vec<u8> {
    // Level 6 is gzip's own default; mtime 0 and no name keep the header free of "now".
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::new(6)));
    for (path, file) in tree.iter() {
        let mut header = tar::Header::new_gnu();
        header.set_size(file.bytes.len() as u64);
        header.set_mode(if file.executable { 0o755 } else { 0o644 });
        header.set_mtime(0);
        archive
            .append_data(&mut header, path, file.bytes.as_slice())
            .expect("a Vec takes every write, and paths of a tree are relative");
    }
    let gzip = archive.into_inner().expect("a Vec takes every write");
    gzip.finish().expect("a Vec takes every write")
}
