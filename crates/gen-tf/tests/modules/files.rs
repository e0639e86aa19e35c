//! The `.tf` files of the repository, parsed: the modules, and the workspaces that use them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use hcl::{Block, Body, Expression};

/// The modules of the Google Cloud target.
pub const MODULES: [&str; 5] =
    ["gcp-experiment", "gcp-network", "gcp-secrets", "gcp-service-account", "gcp-store"];

/// The folder of the repository.
pub fn repository() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
}

/// The folder of a module.
pub fn module(name: &str) -> PathBuf {
    repository().join("terraform-modules").join(name)
}

/// Text of a module's file.
pub fn text(name: &str, file: &str) -> String {
    fs::read_to_string(module(name).join(file)).unwrap()
}

/// Parses a `.tf` file.
pub fn parse(path: &Path) -> Body {
    let text = fs::read_to_string(path).unwrap();
    hcl::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The `.tf` files directly in a folder, sorted.
pub fn tf_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "tf"))
        .collect();
    files.sort();
    files
}

/// Folders with `.tf` files below a folder, sorted.
pub fn tf_folders(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        if !tf_files(&folder).is_empty() {
            found.push(folder.clone());
        }
        let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        folders.extend(entries.filter(|path| path.is_dir() && !path.is_symlink()));
    }
    found.sort();
    found
}

/// Every folder whose Terraform is ours: the modules, the golden workspaces and the examples.
pub fn all_folders() -> Vec<PathBuf> {
    ["terraform-modules", "tests/golden", "examples"]
        .iter()
        .flat_map(|folder| tf_folders(&repository().join(folder)))
        .collect()
}

/// The blocks of one kind in the files of a folder.
pub fn blocks(folder: &Path, kind: &str) -> Vec<Block> {
    tf_files(folder)
        .iter()
        .flat_map(|file| parse(file).into_blocks())
        .filter(|block| block.identifier() == kind)
        .collect()
}

/// A label of a block.
pub fn label(block: &Block, at: usize) -> &str {
    block.labels()[at].as_str()
}

/// The value of an attribute.
pub fn attribute<'a>(body: &'a Body, name: &str) -> Option<&'a Expression> {
    body.attributes().find(|attribute| attribute.key() == name).map(|attribute| attribute.expr())
}

/// Terraform, or nothing where it is not installed.
pub fn terraform() -> Option<Command> {
    let program = std::env::var("GEN_TF_TERRAFORM").unwrap_or_else(|_| "terraform".to_owned());
    let there = Command::new(&program).arg("version").output();
    if !there.is_ok_and(|output| output.status.success()) {
        crate::fake_gcp::skipped("terraform is not installed");
        return None;
    }
    let mut command = Command::new(program);
    command.env("CHECKPOINT_DISABLE", "1").env("TF_IN_AUTOMATION", "1");
    command.env("TF_CLI_CONFIG_FILE", "/dev/null");
    Some(command)
}
