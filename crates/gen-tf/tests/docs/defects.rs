//! docs/known-defects.md: eighteen rows, and tests that exist. docs/harnesses: the same of the traps of each system.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{quoted, read, repository};

/// The names of all tests, in Rust and in Python.
fn existing() -> BTreeSet<String> {
    let mut existing = BTreeSet::new();
    tests(&repository().join("crates"), &mut existing);
    tests(&repository().join("tests"), &mut existing);
    assert!(existing.len() > 500, "{} tests", existing.len());
    existing
}

/// The names of all tests below a folder.
fn tests(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            let text = fs::read_to_string(&path).unwrap();
            let names = text.lines().filter_map(|line| line.trim().strip_prefix("def test_"));
            found.extend(names.map(|name| format!("test_{}", name.split('(').next().unwrap())));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let mut lines = text.lines();
            while let Some(line) = lines.next() {
                if matches!(line.trim(), "#[test]" | "#[tokio::test]")
                    || line.trim().starts_with("#[tokio::test(")
                {
                    found.extend(lines.by_ref().find_map(name_of_function));
                }
            }
        }
    }
}

fn name_of_function(line: &str) -> Option<String> {
    let rest = line.trim().trim_start_matches("async ").strip_prefix("fn ")?;
    Some(rest.split('(').next()?.to_owned())
}

#[test]
fn every_test_that_closes_a_known_defect_exists() {
    let document = read("docs/known-defects.md");
    let existing = existing();
    let mut missing = Vec::new();
    let rows: Vec<&str> = document.lines().filter(|line| line.starts_with("| ")).collect();
    for row in &rows {
        let last = row.trim_end_matches('|').rsplit('|').next().unwrap();
        for name in quoted(last) {
            let is_there = match name.strip_prefix("tests/") {
                Some(_) => repository().join(name).exists(),
                None => name == "run.py" || existing.contains(name),
            };
            if !is_there {
                missing.push(name);
            }
        }
    }
    assert!(missing.is_empty(), "docs/known-defects.md names what does not exist: {missing:#?}");
}

#[test]
fn each_of_the_eighteen_defects_names_a_test_that_closes_it() {
    let document = read("docs/known-defects.md");
    for number in 1..=18 {
        let row = document.lines().find(|line| line.starts_with(&format!("| {number} |")));
        let row = row.unwrap_or_else(|| panic!("no row {number}"));
        let last = row.trim_end_matches('|').rsplit('|').next().unwrap();
        assert!(quoted(last).iter().any(|name| name.matches('_').count() > 2), "{row}");
    }
}

/// The tests that a table with a last column `tests` names.
fn named(document: &str) -> Vec<String> {
    let rows = document.lines().skip_while(|line| !line.ends_with("| tests |"));
    let rows = rows.skip(2).take_while(|line| line.starts_with("| "));
    rows.flat_map(|row| quoted(row.trim_end_matches('|').rsplit('|').next().unwrap()))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_test_that_answers_a_trap_of_a_harness_exists() {
    let existing = existing();
    for entry in fs::read_dir(repository().join("docs/harnesses")).unwrap() {
        let path = entry.unwrap().path();
        let named = named(&fs::read_to_string(&path).unwrap());
        assert!(named.len() >= 15, "{}: {} tests", path.display(), named.len());
        let missing: Vec<_> = named.iter().filter(|name| !existing.contains(*name)).collect();
        assert!(missing.is_empty(), "{} names what does not exist: {missing:#?}", path.display());
    }
}
