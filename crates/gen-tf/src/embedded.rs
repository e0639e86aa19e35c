//! What the binary carries inside it: modules, guest and harnesses, so that it works from any folder.

use gen_tf_core::tree::{File, FileTree};
use include_dir::{Dir, include_dir};

static MODULES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../terraform-modules");
static GUEST: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../scripts/guest");
static HARNESSES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../scripts/harnesses");

/// The hand-written Terraform modules.
#[must_use]
pub fn modules() -> FileTree {
    tree_of(&MODULES)
}

/// What runs inside a VM or sandbox.
#[must_use]
pub fn guest() -> FileTree {
    tree_of(&GUEST)
}

/// Names of the built-in harnesses.
#[must_use]
pub fn harness_names() -> Vec<&'static str> {
    HARNESSES.dirs().filter_map(|dir| dir.path().to_str()).collect()
}

/// The files of a built-in harness.
#[must_use]
pub fn harness(name: &str) -> Option<FileTree> {
    HARNESSES.get_dir(name).map(tree_of)
}

/// The files below a folder, their paths relative to it.
fn tree_of(dir: &Dir<'_>) -> FileTree {
    let mut tree = FileTree::new();
    let mut folders = vec![dir];
    while let Some(folder) = folders.pop() {
        for file in folder.files() {
            let path = file.path().strip_prefix(dir.path()).unwrap_or(file.path());
            let path = path.to_str().expect("names of our own files are UTF-8");
            tree.put_file(path, file_of(file.contents().to_vec()));
        }
        folders.extend(folder.dirs());
    }
    tree
}

/// A file whose mode follows from its bytes: what starts with `#!` may be executed. Git and zip
/// archives do not keep modes alike, and the same study must give the same bytes everywhere.
#[must_use]
pub fn file_of(bytes: Vec<u8>) -> File {
    File { executable: bytes.starts_with(b"#!"), bytes }
}
