//! Tables that name the tests that answer something: each test exists, in Rust or in Python, and no row is missing.

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

/// The last cell of each row of a document's tables.
fn last_cells(document: &str) -> impl Iterator<Item = &str> {
    let rows = document.lines().filter(|line| line.starts_with("| "));
    rows.map(|row| row.trim_end_matches('|').rsplit('|').next().unwrap())
}

/// Names of tests are sentences; other things between backquotes are shorter or have a point.
fn is_test(name: &str) -> bool {
    name.matches('_').count() > 2 && !name.contains(['.', '/', ' '])
}

#[test]
fn every_test_that_a_table_names_exists() {
    let existing = existing();
    let harnesses = fs::read_dir(repository().join("docs/harnesses")).unwrap();
    let mut documents: Vec<_> = harnesses.map(|entry| entry.unwrap().path()).collect();
    assert!(documents.len() >= 2);
    documents.push(repository().join("docs/known-defects.md"));
    for path in documents {
        let document = fs::read_to_string(&path).unwrap();
        let named: Vec<&str> =
            last_cells(&document).flat_map(quoted).filter(|name| is_test(name)).collect();
        assert!(named.len() >= 15, "{}: {} tests", path.display(), named.len());
        let missing: Vec<_> = named.iter().filter(|name| !existing.contains(**name)).collect();
        assert!(missing.is_empty(), "{} names what does not exist: {missing:#?}", path.display());
    }
}

/// Every row of a document's table, by what it begins with, names a test.
#[track_caller]
fn assert_answered(document: &str, rows: impl Iterator<Item = String>) {
    let document = read(document);
    for begin in rows {
        let row = document.lines().find(|line| line.starts_with(&format!("| {begin} |")));
        let row = row.unwrap_or_else(|| panic!("no row {begin}"));
        assert!(last_cells(row).flat_map(quoted).any(is_test), "{row}");
    }
}

#[test]
fn each_of_the_eighteen_defects_names_a_test_that_closes_it() {
    assert_answered("docs/known-defects.md", (1..=18).map(|number| number.to_string()));
}

#[test]
fn each_trap_of_llamaresttest_names_a_test_that_answers_it() {
    // The facts have no fifteenth.
    let traps = (1..=20).filter(|number| *number != 15).map(|number| format!("F{number}"));
    assert_answered("docs/harnesses/llamaresttest.md", traps);
}
