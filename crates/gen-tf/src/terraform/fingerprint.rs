//! Hashes over the files that Terraform reads, to notice when they change.

use std::fs;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest, Sha256};

use super::Error;

/// Over everything that a plan may depend on: configuration, values, modules, what the guest is
/// started with. Not over Terraform's own files: it refuses a plan for another state by itself.
pub(super) fn of_workspace(workspace: &Utf8Path) -> Result<String, Error> {
    let read_by_terraform = |name: &str| {
        is_configuration(name)
            || name.ends_with(".tfvars")
            || name.ends_with(".tfvars.json")
            || matches!(name, "guest.tar.gz" | "startup.sh" | ".terraform.lock.hcl")
    };
    of_files(workspace, read_by_terraform, |_| true)
}

/// Over everything that `terraform init` depends on.
pub(super) fn of_configuration(workspace: &Utf8Path) -> Result<String, Error> {
    // An import block needs no init, and comes and goes.
    let read_by_init =
        |name: &str| is_configuration(name) && name != "adopt.tf" || name == ".terraform.lock.hcl";
    of_files(workspace, read_by_init, is_configuration)
}

fn is_configuration(name: &str) -> bool {
    [".tf", ".tf.json", ".tofu", ".tofu.json"].iter().any(|suffix| name.ends_with(suffix))
}

fn of_files(
    workspace: &Utf8Path,
    at_root: impl Fn(&str) -> bool,
    in_modules: impl Fn(&str) -> bool + Copy,
) -> Result<String, Error> {
    let collect = || -> io::Result<Vec<Utf8PathBuf>> {
        let mut paths = Vec::new();
        for entry in workspace.read_dir_utf8()? {
            let entry = entry?;
            if at_root(entry.file_name()) && !entry.file_type()?.is_dir() {
                paths.push(entry.into_path());
            }
        }
        let modules = workspace.join("modules");
        if modules.is_dir() {
            add_below(&modules, in_modules, &mut paths)?;
        }
        paths.sort();
        Ok(paths)
    };
    let paths = collect().map_err(Error::file("list", workspace))?;
    let mut hash = Sha256::new();
    for path in paths {
        let content = fs::read(&path).map_err(Error::file("read", &path))?;
        let name = path.strip_prefix(workspace).unwrap_or(&path).as_str();
        // With the lengths in between, no two sets of files give the same bytes.
        hash.update(format!("{}:{name}:{}:", name.len(), content.len()));
        hash.update(&content);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn add_below(
    folder: &Utf8Path,
    wanted: impl Fn(&str) -> bool + Copy,
    paths: &mut Vec<Utf8PathBuf>,
) -> io::Result<()> {
    for entry in folder.read_dir_utf8()? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            add_below(entry.path(), wanted, paths)?;
        } else if wanted(entry.file_name()) {
            paths.push(entry.into_path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).expect("UTF-8");
        for (name, text) in [
            ("main.tf", "# main"),
            ("active.auto.tfvars.json", "{}"),
            ("modules/one/main.tf", "# one"),
            ("modules/one/run.sh", "true"),
        ] {
            fs::create_dir_all(path.join(name).parent().expect("below the folder"))
                .expect("a folder");
            fs::write(path.join(name), text).expect("a file");
        }
        (folder, path)
    }

    fn changes(write: &str, hash: fn(&Utf8Path) -> Result<String, Error>) -> bool {
        let (_folder, path) = workspace();
        let before = hash(&path).expect("it can be read");
        fs::write(path.join(write), "changed").expect("a file");
        before != hash(&path).expect("it can be read")
    }

    #[test]
    fn every_file_that_terraform_reads_counts_for_a_plan() {
        for name in ["main.tf", "new.tf", "active.auto.tfvars.json", "modules/one/run.sh"] {
            assert!(changes(name, of_workspace), "{name}");
        }
    }

    #[test]
    fn the_state_and_notes_do_not_count_for_a_plan() {
        for name in ["terraform.tfstate", "NOTES.md"] {
            assert!(!changes(name, of_workspace), "{name}");
        }
    }

    #[test]
    fn values_and_scripts_do_not_count_for_init() {
        for name in ["active.auto.tfvars.json", "modules/one/run.sh", "guest.tar.gz"] {
            assert!(!changes(name, of_configuration), "{name}");
        }
        assert!(changes("modules/one/main.tf", of_configuration));
    }
}
