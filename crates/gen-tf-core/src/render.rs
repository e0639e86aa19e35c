//! Renders a blueprint as the files of a workspace: one function a file.
//! It writes nothing and reads nothing; what apply writes from observation is no part of it.

mod adoption;
mod hcl;
mod layout;
mod manifest;
mod readme;
mod root;
mod startup;

use crate::{
    blueprint::{Blueprint, Target},
    tree::{File, FileTree},
};

pub use adoption::{Import, Kind, adoption, shared, vm};
pub use manifest::{CellRecord, MANIFEST, Manifest};

/// The active set, written by apply only.
pub const ACTIVE_SET: &str = "active.auto.tfvars.json";

/// Import blocks of what exists already, written by apply only.
pub const ADOPTION: &str = "adopt.tf";

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
    for module in modules_of(&blueprint.target) {
        tree.put_tree(&format!("modules/{module}"), &modules.subtree(module));
    }
    tree.put_tree("guest", &blueprint.guest);
    tree.put("guest.tar.gz", blueprint.guest_archive.clone());
    if blueprint.target.gcp().is_some() {
        let bytes = startup::script(blueprint).into_bytes();
        tree.put_file("startup.sh", File { bytes, executable: true });
    }
    tree.put("README.md", readme::readme(blueprint));
    tree.put(".gitignore", GITIGNORE);
    let manifest = Manifest::of(blueprint, &tree);
    tree.put(MANIFEST, manifest.to_json());
    tree
}

fn modules_of(target: &Target) -> &'static [&'static str] {
    match target {
        Target::Local(_) => &["local-experiment"],
        Target::Gcp(_) => &root::gcp::MODULES,
    }
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
