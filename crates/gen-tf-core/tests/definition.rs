//! What a cell's definition and setup key cover, and what they leave alone.

mod support;

use std::collections::BTreeMap;

use gen_tf_core::{
    blueprint::Cell,
    study::{GcpTarget, Study},
    tree::FileTree,
};

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

/// Whether (definition, setup key) of a cell change with the target.
fn changed_on_gcp(change: impl Fn(&mut GcpTarget)) -> (bool, bool) {
    let cell_of = |target: GcpTarget| {
        let study = Study { gcp: Some(target), local: None, ..study() };
        cell(&study, &files(), "s-0", "t-0")
    };
    let mut target = support::gcp_target();
    change(&mut target);
    let (before, after) = (cell_of(support::gcp_target()), cell_of(target));
    (before.definition != after.definition, before.setup_key != after.setup_key)
}

#[test]
fn a_vm_s_machine_disk_and_region_are_part_of_the_definition_alone() {
    let changes: [fn(&mut GcpTarget); 4] = [
        |t| t.machine_type = "n2-standard-8".to_owned(),
        |t| t.disk_type = "pd-standard".to_owned(),
        |t| t.disk_gb = 200,
        |t| t.zones = vec!["europe-west4-a".to_owned()],
    ];
    for change in changes {
        assert_eq!(changed_on_gcp(change), (true, false));
    }
}

#[test]
fn another_image_also_builds_the_setup_again() {
    let image = "projects/debian-cloud/global/images/debian-13-trixie-v20260901";
    assert_eq!(changed_on_gcp(|t| t.image = image.to_owned()), (true, true));
}

#[test]
fn names_prices_and_the_kind_of_vm_change_no_result() {
    let changes: [fn(&mut GcpTarget); 7] = [
        |t| t.project = "other-project".to_owned(),
        |t| t.bucket = "other-bucket".to_owned(),
        |t| t.zones.reverse(),
        |t| t.spot = true,
        |t| t.labels = BTreeMap::from([("a".to_owned(), "b".to_owned())]),
        |t| t.usd_per_hour = Some(1.0),
        |t| t.iap_ssh = true,
    ];
    for change in changes {
        assert_eq!(changed_on_gcp(change), (false, false));
    }
}

#[test]
fn the_local_target_and_google_cloud_share_no_definition() {
    let on_gcp = Study { gcp: Some(support::gcp_target()), local: None, ..study() };
    let (here, there) =
        (cell(&study(), &files(), "s-0", "t-0"), cell(&on_gcp, &files(), "s-0", "t-0"));
    assert_ne!(here.definition, there.definition);
    assert_ne!(here.setup_key, there.setup_key);
}
