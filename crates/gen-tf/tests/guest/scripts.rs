//! The shell files themselves: clean by shellcheck, small, and parsable.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::lab::{repository, skipped};

fn shell_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            shell_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "sh") {
            found.push(path);
        }
    }
}

fn all() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["scripts/guest", "terraform-modules/local-experiment", "tests/harnesses"] {
        shell_files(&repository().join(folder), &mut found);
    }
    assert!(found.len() > 20);
    found.sort();
    found
}

#[test]
fn every_shell_file_is_clean() {
    let files = all();
    for file in &files {
        let parsed = Command::new("bash").arg("-n").arg(file).status().unwrap();
        assert!(parsed.success(), "{}", file.display());
    }
    match Command::new("shellcheck")
        .args(["--severity=style", "--external-sources"])
        .args(&files)
        .output()
    {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        }
        Err(error) => skipped(&format!("shellcheck: {error}")),
    }
}

#[test]
fn every_shell_file_is_small_and_says_what_it_is_for() {
    for file in all() {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.lines().count() < 250, "{}", file.display());
        let comments = text.lines().take(4).filter(|line| line.starts_with("# ")).count();
        assert!(comments >= 1, "{}", file.display());
    }
}
