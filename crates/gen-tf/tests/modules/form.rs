//! The form of the modules: files, order, descriptions, and what must not be in them.

use std::{collections::BTreeSet, fs};

use hcl::{Block, Expression};

use crate::files::{MODULES, attribute, blocks, label, module, terraform, text, tf_files};

/// Variables that a module must be told: a default would be somebody else's project.
const NEVER_DEFAULT: [&str; 6] = ["bucket", "location", "project", "region", "study", "zone"];

/// String variables that can be anything: a path, and what never becomes part of another text.
const ANYTHING: [&str; 2] = ["guest_archive", "values"];

fn described(block: &Block) -> String {
    match attribute(block.body(), "description") {
        Some(Expression::String(text)) => text.clone(),
        other => panic!("{:?}: {other:?}", block.labels()),
    }
}

#[test]
fn every_module_has_the_house_files() {
    for name in MODULES {
        let found: BTreeSet<String> = fs::read_dir(module(name))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        for file in ["README.md", "main.tf", "outputs.tf", "variables.tf", "versions.tf"] {
            assert!(found.contains(file), "{name} lacks {file}");
        }
        let extra: Vec<&String> = found
            .iter()
            .filter(|file| {
                !["README.md", "main.tf", "outputs.tf", "variables.tf", "versions.tf"]
                    .contains(&file.as_str())
            })
            .collect();
        let expected: &[&str] = if name == "gcp-store" { &["iam.tf"] } else { &[] };
        assert_eq!(extra, expected, "{name}");
    }
}

#[test]
fn variables_and_outputs_are_alphabetical_and_described() {
    for name in MODULES {
        for kind in ["variable", "output"] {
            let found = blocks(&module(name), kind);
            let names: Vec<&str> = found.iter().map(|block| label(block, 0)).collect();
            assert!(names.is_sorted(), "{name}: {names:?}");
            for block in &found {
                let description = described(block);
                assert!(description.ends_with('.'), "{name}, {:?}: {description}", block.labels());
                let typed = attribute(block.body(), "type").is_some();
                assert_eq!(typed, kind == "variable", "{name}: {:?}", block.labels());
            }
        }
    }
}

#[test]
fn everything_that_becomes_part_of_a_text_is_validated() {
    for name in MODULES {
        for block in blocks(&module(name), "variable") {
            let kind = attribute(block.body(), "type").unwrap().to_string();
            let checked = block.body().blocks().any(|inner| inner.identifier() == "validation");
            let exempt = kind == "bool" || ANYTHING.contains(&label(&block, 0));
            assert!(checked || exempt, "{name}: {:?} takes any {kind}", block.labels());
        }
    }
}

#[test]
fn no_default_speaks_for_a_project() {
    for name in MODULES {
        for block in blocks(&module(name), "variable") {
            if NEVER_DEFAULT.contains(&label(&block, 0)) {
                assert!(
                    attribute(block.body(), "default").is_none(),
                    "{name}: {:?}",
                    block.labels()
                );
            }
        }
    }
}

/// A caller that has no value passes null on, and must get the default.
#[test]
fn null_stands_for_the_default() {
    for name in MODULES {
        for block in blocks(&module(name), "variable") {
            let default = attribute(block.body(), "default");
            let replaced = default.is_some_and(|default| *default != Expression::Null);
            let nullable = attribute(block.body(), "nullable");
            let expected = replaced.then_some(&Expression::Bool(false));
            assert_eq!(nullable, expected, "{name}: {:?}", block.labels());
        }
    }
}

/// Every skipped check says why, beside its resource.
#[test]
fn checks_are_skipped_with_a_reason() {
    for name in MODULES {
        for file in tf_files(&module(name)) {
            let text = fs::read_to_string(&file).unwrap();
            for line in text.lines().filter(|line| line.contains("checkov:")) {
                let skip =
                    line.strip_prefix("  #checkov:skip=CKV").and_then(|rest| rest.split_once(':'));
                let (_, reason) = skip.unwrap_or_else(|| panic!("{}: {line}", file.display()));
                assert!(reason.ends_with('.') && reason.split(' ').count() > 5, "{line}");
            }
        }
    }
}

#[test]
fn modules_configure_no_provider_and_look_nothing_up() {
    for name in MODULES {
        for kind in ["provider", "data", "module", "import", "moved", "check"] {
            assert!(blocks(&module(name), kind).is_empty(), "{name} has a {kind} block");
        }
        let settings = blocks(&module(name), "terraform");
        assert_eq!(settings.len(), 1, "{name}");
        let required = attribute(settings[0].body(), "required_version");
        assert_eq!(required, Some(&Expression::from(">= 1.11.0")), "{name}");
        let versions = text(name, "versions.tf");
        assert!(versions.contains("source  = \"hashicorp/google\""), "{name}");
        assert!(versions.contains("version = \">= 7.45.0, < 9.0.0\""), "{name}");
    }
}

#[test]
fn nothing_is_open_to_the_internet() {
    for name in MODULES {
        for file in tf_files(&module(name)) {
            let text = fs::read_to_string(&file).unwrap();
            for open in
                ["0.0.0.0/0", "::/0", "allUsers", "allAuthenticatedUsers", "access_config {"]
            {
                assert!(!text.contains(open), "{}: {open}", file.display());
            }
        }
    }
    let rules = blocks(&module("gcp-network"), "resource");
    let rules: Vec<&Block> =
        rules.iter().filter(|block| label(block, 0) == "google_compute_firewall").collect();
    assert_eq!(rules.len(), 1);
    let sources = attribute(rules[0].body(), "source_ranges").unwrap();
    assert_eq!(sources, &Expression::from_iter(["35.235.240.0/20"]));
    let allowed: Vec<&Block> =
        rules[0].body().blocks().filter(|block| block.identifier() == "allow").collect();
    assert_eq!(allowed.len(), 1);
    assert_eq!(attribute(allowed[0].body(), "ports"), Some(&Expression::from_iter(["22"])));
    assert_eq!(attribute(allowed[0].body(), "protocol"), Some(&Expression::from("tcp")));
}

#[test]
fn a_vm_gets_these_roles_and_no_others() {
    let mut roles = BTreeSet::new();
    for name in MODULES {
        for file in tf_files(&module(name)) {
            let text = fs::read_to_string(&file).unwrap();
            roles.extend(
                text.split('"').filter(|part| part.starts_with("roles/")).map(str::to_owned),
            );
            for grant in ["_iam_policy", "_iam_binding", "google_project_iam"] {
                assert!(!text.contains(grant), "{}: {grant}", file.display());
            }
        }
    }
    let expected = [
        "roles/secretmanager.secretAccessor",
        "roles/storage.objectCreator",
        "roles/storage.objectUser",
        "roles/storage.objectViewer",
    ];
    assert_eq!(roles, BTreeSet::from(expected.map(str::to_owned)));
}

type Entries = hcl::expr::Object<hcl::ObjectKey, Expression>;

fn entry<'a>(object: &'a Entries, key: &str) -> Option<&'a Expression> {
    object.iter().find(|(name, _)| name.to_string() == key).map(|(_, value)| value)
}

fn entry_object<'a>(object: &'a Entries, key: &str) -> &'a Entries {
    match entry(object, key) {
        Some(Expression::Object(inner)) => inner,
        other => panic!("{key}: {other:?}"),
    }
}

#[test]
fn a_vm_overwrites_its_beats_alone() {
    let locals = blocks(&module("gcp-store"), "locals");
    let Some(Expression::Object(rights)) = attribute(locals[0].body(), "rights") else {
        panic!("no rights")
    };
    let folders = |right: &str| -> Vec<String> {
        let Some(Expression::Array(folders)) = entry(entry_object(rights, right), "folders") else {
            panic!("{right} has no folders")
        };
        folders
            .iter()
            .map(|folder| match folder {
                Expression::String(name) => name.clone(),
                other => panic!("{other:?}"),
            })
            .collect()
    };
    assert_eq!(rights.len(), 3);
    assert_eq!(folders("create"), ["claims", "logs", "outcomes", "results", "setup", "status"]);
    assert_eq!(folders("overwrite"), ["status"]);
    assert_eq!(folders("read"), ["claims", "guest", "inputs", "outcomes", "results", "setup"]);
    // Google takes twelve logical operators in a condition; n folders need n - 1.
    assert!(["create", "overwrite", "read"].iter().all(|right| folders(right).len() <= 13));
}

/// How a value stands in a README's table.
fn shown(default: Option<&Expression>) -> String {
    let Some(default) = default else { return "required".to_owned() };
    match default {
        Expression::String(text) => format!("`\"{text}\"`"),
        Expression::Object(object) if object.is_empty() => "`{}`".to_owned(),
        Expression::Null => "`null`".to_owned(),
        Expression::Bool(_) | Expression::Number(_) => {
            format!("`{}`", hcl::format::to_string(default).unwrap())
        }
        other => panic!("{other:?}"),
    }
}

/// Markdown would take `<x>` for a tag.
fn escaped(text: &str) -> String {
    text.replace('<', "\\<")
}

#[test]
fn the_tables_of_every_readme_are_in_step() {
    for name in MODULES {
        let mut expected =
            "## Variables\n\n| name | description | default |\n|---|---|---|\n".to_owned();
        for block in blocks(&module(name), "variable") {
            let default = shown(attribute(block.body(), "default"));
            let description = escaped(&described(&block));
            expected += &format!("| `{}` | {description} | {default} |\n", label(&block, 0));
        }
        expected += "\n## Outputs\n\n| name | description |\n|---|---|\n";
        for block in blocks(&module(name), "output") {
            expected += &format!("| `{}` | {} |\n", label(&block, 0), escaped(&described(&block)));
        }
        let readme = text(name, "README.md");
        assert!(readme.ends_with(&expected), "README.md of {name} should end with:\n{expected}");
    }
}

#[test]
fn modules_are_formatted() {
    let Some(mut command) = terraform() else { return };
    command.args(["fmt", "-check", "-recursive"]).args(MODULES.map(module));
    assert!(command.status().unwrap().success());
}
