//! What a cell's definition and setup key cover, and what they leave alone.

mod support;

use gen_tf_core::{blueprint::Cell, study::Study, tree::FileTree};

fn files() -> FileTree {
    let mut tree = FileTree::new();
    for path in [
        "harness.hcl",
        "setup.sh",
        "tool.sh",
        "setup/common.txt",
        "setup/tools/t-0/pins.txt",
        "tools/t-0/run.cfg",
        "services/s-0/openapi.json",
    ] {
        tree.put(path, path);
    }
    tree
}

fn study() -> Study {
    support::study(&support::names("s", 2), &support::names("t", 2), 2, 1)
}

fn cell(study: &Study, files: &FileTree, service: &str, tool: &str) -> Cell {
    support::blueprint(study, files).cells[service][tool].clone()
}

/// Which of the four cells change their (definition, setup key) when `change` happens.
fn changed(change: impl Fn(&mut Study, &mut FileTree)) -> Vec<(String, bool, bool)> {
    let (mut study_after, mut files_after) = (study(), files());
    change(&mut study_after, &mut files_after);
    let mut rows = Vec::new();
    for service in ["s-0", "s-1"] {
        for tool in ["t-0", "t-1"] {
            let before = cell(&study(), &files(), service, tool);
            let after = cell(&study_after, &files_after, service, tool);
            let definition = before.definition != after.definition;
            let setup = before.setup_key != after.setup_key;
            if definition || setup {
                rows.push((format!("{service}/{tool}"), definition, setup));
            }
        }
    }
    rows
}

fn touch(path: &'static str) -> impl Fn(&mut Study, &mut FileTree) {
    move |_, tree| tree.put(path, "changed")
}

fn names(rows: &[(String, bool, bool)]) -> Vec<&str> {
    rows.iter().map(|(name, _, _)| name.as_str()).collect()
}

#[test]
fn a_file_of_one_tool_counts_for_the_cells_of_that_tool_alone() {
    let rows = changed(touch("tools/t-0/run.cfg"));
    assert_eq!(names(&rows), ["s-0/t-0", "s-1/t-0"]);
    assert!(rows.iter().all(|(_, definition, setup)| *definition && !*setup));
}

#[test]
fn a_setup_file_of_one_tool_changes_its_setup_keys_and_definitions() {
    let rows = changed(touch("setup/tools/t-0/pins.txt"));
    assert_eq!(names(&rows), ["s-0/t-0", "s-1/t-0"]);
    assert!(rows.iter().all(|(_, definition, setup)| *definition && *setup));
}

#[test]
fn a_common_script_counts_for_every_cell() {
    let rows = changed(touch("tool.sh"));
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|(_, definition, setup)| *definition && !*setup));
}

#[test]
fn a_new_duration_changes_definitions_and_builds_nothing_again() {
    let rows = changed(|study, _| study.duration = 61);
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|(_, definition, setup)| *definition && !*setup));
}

#[test]
fn more_runs_and_more_places_change_nothing() {
    let rows = changed(|study, _| {
        study.runs = 10;
        study.local.as_mut().unwrap().max_parallel = 9;
    });
    assert!(rows.is_empty(), "{rows:?}");
}

#[test]
fn the_text_of_the_harness_file_is_no_part_of_a_definition() {
    assert!(changed(touch("harness.hcl")).is_empty());
}

#[test]
fn names_of_machines_are_unique_and_fit_a_label() {
    let services = ["a".to_owned(), "a-b".to_owned(), "x".repeat(40)];
    let tools = ["c".to_owned(), "b-c".to_owned(), "y".repeat(40)];
    let blueprint = support::blueprint(&support::study(&services, &tools, 99_999, 1), &files());
    let mut names: Vec<&str> =
        blueprint.cells.values().flat_map(|t| t.values()).map(|c| c.name.as_str()).collect();
    assert!(names.iter().all(|name| name.len() + "-99999".len() <= 63), "{names:?}");
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 9);
}
