//! Renders a blueprint as the files of a workspace: one function a file.
//! It writes nothing and reads nothing; what apply writes from observation is no part of it.

mod hcl;
mod layout;
mod manifest;
mod root;

use crate::{blueprint::Blueprint, tree::FileTree};

pub use manifest::{CellRecord, MANIFEST, Manifest};

/// The active set, written by apply only.
pub const ACTIVE_SET: &str = "active.auto.tfvars.json";

/// The folder of what only this machine knows: journal, plans, logs, copies of the state, sandboxes.
pub const PRIVATE_FOLDER: &str = ".gen-tf";

/// Renders the workspace of a blueprint; `modules` is the content of `terraform-modules/`.
///
/// The same blueprint always gives the same bytes.
#[must_use]
pub fn workspace(blueprint: &Blueprint, modules: &FileTree) -> FileTree {
    let mut tree = FileTree::new();
    tree.put("main.tf", root::main(blueprint));
    tree.put("variables.tf", root::variables(blueprint));
    tree.put("outputs.tf", root::outputs(blueprint));
    tree.put("experiments.tf", root::experiments(blueprint));
    tree.put_tree("modules/local-experiment", &modules.subtree("local-experiment"));
    tree.put_tree("guest", &blueprint.guest);
    tree.put("guest.tar.gz", blueprint.guest_archive.clone());
    tree.put("README.md", readme(blueprint));
    tree.put(".gitignore", GITIGNORE);
    let manifest = Manifest::of(blueprint, &tree);
    tree.put(MANIFEST, manifest.to_json());
    tree
}

const GITIGNORE: &str = "\
# What apply and Terraform write: no part of a review.
/.gen-tf/
/.terraform/
/*.tfstate
/*.tfstate.*
/.terraform.tfstate.lock.info
/active.auto.tfvars.json
/adopt.tf
";

const README: &str = include_str!("../templates/workspace-README.md");

fn readme(blueprint: &Blueprint) -> String {
    let mut context = tera::Context::new();
    context.insert("study", &blueprint.study);
    context.insert("target", blueprint.target.name());
    context.insert("experiments", &blueprint.experiment_count());
    context.insert("cells", &blueprint.cell_count());
    context.insert("runs", &blueprint.runs);
    context.insert("duration", &crate::units::format_duration(blueprint.duration));
    context.insert("max_parallel", &blueprint.target.max_parallel());
    context.insert("store", &blueprint.store);
    context.insert("results", &blueprint.results);
    let hours = blueprint.experiment_count() as f64 * blueprint.duration as f64 / 3600.0;
    context.insert("hours", &format!("{hours:.1}"));
    // Markdown of our own making holds no HTML, so nothing is to be escaped.
    tera::Tera::one_off(README, &context, false)
        .expect("the template is part of this crate, and a golden test renders it")
}
