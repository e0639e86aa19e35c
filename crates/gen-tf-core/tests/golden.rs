//! Golden workspaces: every folder of `tests/golden` holds a study, and the workspace that it gives.
//! Accept changes with `UPDATE_EXPECT=1`, then read the diff.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]
#![expect(clippy::disallowed_methods, reason = "tests read files; the crate does not")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use gen_tf_core::{
    blueprint::{self, Blueprint, Ingredients},
    container::ImageRecord,
    harness, render,
    study::{self, HarnessState, ParseOptions, Source, TargetKind},
    tree::{Changes, File, FileTree},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden")
}

fn read_tree(root: &Path) -> FileTree {
    let mut tree = FileTree::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            tree.put_file(name, File { executable: bytes.starts_with(b"#!"), bytes });
        }
    }
    tree
}

fn blueprint(case: &Path) -> Blueprint {
    let harness_files = read_tree(&root().join("fixture/harness"));
    let harness_text =
        String::from_utf8(harness_files.get("harness.hcl").unwrap().bytes.clone()).unwrap();
    let (harness, mistakes) = harness::parse(Source { file: "harness.hcl", text: &harness_text });
    let harness = harness.unwrap_or_else(|| panic!("{mistakes:?}"));
    let text = fs::read_to_string(case.join("study.hcl")).unwrap();
    let source = Source { file: "study.hcl", text: &text };
    let options = ParseOptions { builtin_harnesses: &["fixture"] };
    let parsed = study::parse(source, HarnessState::Known(&harness), &options);
    let study = parsed.study.unwrap_or_else(|| panic!("{:?}", parsed.diagnostics));
    let store = format!("../store/{}", study.name);
    let ingredients = Ingredients {
        harness: &harness,
        harness_files: &harness_files,
        guest_files: &read_tree(&root().join("fixture/guest")),
        store: &store,
        results: "../results",
        images: &ImageRecord::default(),
        version: "0.0.0",
    };
    // A study of a golden workspace declares one target.
    let kind = if study.gcp.is_some() { TargetKind::Gcp } else { TargetKind::Local };
    blueprint::decide(&study, study.target(kind).unwrap(), &ingredients)
}

fn check(case: &str) {
    let folder = root().join(case);
    let modules = read_tree(&root().join("fixture/modules"));
    let rendered = render::workspace(&blueprint(&folder), &modules);
    let again = render::workspace(&blueprint(&folder), &modules);
    assert_eq!(rendered, again, "the same study gives the same bytes");
    let expected_folder = folder.join("workspace");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        write_tree(&expected_folder, &rendered);
    }
    let expected = read_tree(&expected_folder);
    let changes = Changes::between(&expected, &rendered);
    assert!(changes.is_empty(), "{}", changes.unified_diff(&expected, &rendered));
}

fn write_tree(folder: &Path, tree: &FileTree) {
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
    for (path, file) in tree.iter() {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &file.bytes).unwrap();
    }
}

#[test]
fn a_study_of_two_tools_and_two_services_renders_as_its_golden_workspace() {
    check("two-by-two");
}

#[test]
fn excludes_models_and_secrets_reach_only_the_cells_that_they_name() {
    check("models-and-secrets");
}

#[test]
fn names_that_are_no_identifiers_are_quoted() {
    check("odd-names");
}

#[test]
fn a_small_study_on_google_cloud_renders_with_every_default() {
    check("gcp-minimal");
}

#[test]
fn everything_that_the_google_cloud_target_has_reaches_its_place() {
    check("gcp-everything");
}

#[test]
fn the_longest_and_oddest_values_stay_in_their_places() {
    check("gcp-hostile");
}

#[test]
fn everything_that_a_study_makes_on_google_cloud_can_be_taken_over() {
    let blueprint = blueprint(&root().join("gcp-everything"));
    let (id, _) = blueprint.experiments().next().unwrap();
    let mut imports = render::shared(&blueprint);
    imports.push(render::vm(&id, "projects/my-project/zones/us-central1-b/instances/vm-1"));
    let told: Vec<String> =
        imports.iter().map(|it| format!("{} {}", it.address(), it.id)).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    module.store.google_storage_bucket.store my-project/my-project-everything
    module.network.google_compute_firewall.iap_ssh[0] projects/my-project/global/firewalls/gen-tf-everything-iap-ssh
    module.service_account.google_service_account.study projects/my-project/serviceAccounts/gen-tf-everything@my-project.iam.gserviceaccount.com
    module.secrets.google_secret_manager_secret.secret["everywhere"] projects/my-project/secrets/gen-tf-everything-everywhere
    module.secrets.google_secret_manager_secret.secret["omdb-api-key"] projects/my-project/secrets/gen-tf-everything-omdb-api-key
    module.experiment["httpbin/llama/1"].google_compute_instance.experiment projects/my-project/zones/us-central1-b/instances/vm-1
    "#);
    insta::assert_snapshot!(render::adoption(&blueprint, &imports[4..]), @r#"
    # DO NOT EDIT: gen-tf renders this file from study "everything".
    # Takes over what exists already and is in no state.

    import {
      to = module.secrets.google_secret_manager_secret.secret["omdb-api-key"]
      id = "projects/my-project/secrets/gen-tf-everything-omdb-api-key"
    }

    import {
      to = module.experiment["httpbin/llama/1"].google_compute_instance.experiment
      id = "projects/my-project/zones/us-central1-b/instances/vm-1"
    }
    "#);
}
