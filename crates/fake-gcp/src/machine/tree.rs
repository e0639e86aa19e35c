//! What the metadata server knows of a machine, as a tree, and the three ways to print a part of it.
//! It answers no requests, and holds no tokens.

use std::{collections::BTreeMap, fmt::Write};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::Vm;
use crate::cloud::project;

/// The scopes that the machines' service accounts have.
pub const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// Folders whose entries are named by people.
const NAMED_BY_PEOPLE: [&str; 3] = ["attributes", "guest-attributes", "service-accounts"];

/// The whole tree, its names as they are in paths.
pub fn tree(
    vm: &Vm,
    attributes: &BTreeMap<String, String>,
    preempted: bool,
    guest_attributes: &BTreeMap<String, BTreeMap<String, String>>,
) -> Value {
    let at = &vm.name;
    let number = project::number(&at.project);
    json!({
        "instance": {
            "attributes": attributes,
            "cpu-platform": "Unknown CPU Platform",
            "description": "",
            "disks": [{ "device-name": "persistent-disk-0", "index": 0, "mode": "READ_WRITE" }],
            "guest-attributes": guest_attributes,
            "hostname": fqdn(vm),
            "id": vm.id,
            "image": vm.image,
            "licenses": [],
            "machine-type": format!("projects/{number}/machineTypes/{}", vm.machine_type),
            "maintenance-event": "NONE",
            "name": at.name,
            "network-interfaces": [],
            "preempted": if preempted { "TRUE" } else { "FALSE" },
            "scheduling": { "automatic-restart": "FALSE" },
            "service-accounts": service_accounts(vm.service_account.as_deref()),
            "tags": [],
            "zone": format!("projects/{number}/zones/{}", at.zone),
        },
        "project": {
            "attributes": {},
            "numeric-project-id": number,
            "project-id": at.project,
        },
        "universe": { "universe-domain": "googleapis.com" },
    })
}

/// The machine's name in Google's internal DNS.
pub fn fqdn(vm: &Vm) -> String {
    format!("{}.{}.c.{}.internal", vm.name.name, vm.name.zone, vm.name.project)
}

/// The part of the tree at a path.
pub fn find<'a>(tree: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(tree, |node, name| match node {
        Value::Object(entries) => entries.get(*name),
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Changes when the part of the tree does.
pub fn etag(node: &Value) -> String {
    let digest = Sha256::digest(node.to_string());
    digest[..8].iter().fold(String::new(), |mut text, byte| {
        // Writing to a string can't fail.
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    })
}

/// As JSON, where names that Google made are in camel case.
pub fn as_json(node: &Value, inside: Option<&str>) -> Value {
    match node {
        Value::Object(entries) => {
            let verbatim = inside.is_some_and(|name| NAMED_BY_PEOPLE.contains(&name));
            let entries = entries.iter().map(|(name, value)| {
                let printed = if verbatim { name.clone() } else { camel(name) };
                // What people named is a value, or holds what Google named.
                let within = if verbatim { None } else { Some(name.as_str()) };
                (printed, as_json(value, within))
            });
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(|item| as_json(item, None)).collect(),
        other => other.clone(),
    }
}

/// As text: a value alone, or with `recursive` a line for each value, after its path.
pub fn as_text(node: &Value) -> String {
    match node {
        Value::Object(_) => {
            let mut lines = String::new();
            add_lines(node, "", &mut lines);
            lines
        }
        other => value(other),
    }
}

/// The entries of a folder, a line each.
pub fn listing(entries: &Map<String, Value>, path: &[&str]) -> String {
    let mut lines: Vec<String> = entries
        .iter()
        .map(|(name, node)| match node {
            Value::Object(_) => format!("{name}/\n"),
            Value::Array(items) if items.iter().any(Value::is_object) => format!("{name}/\n"),
            _ => format!("{name}\n"),
        })
        .collect();
    if matches!(path, ["instance", "service-accounts", _]) {
        lines.extend(["identity\n".to_owned(), "token\n".to_owned()]);
        lines.sort();
    }
    lines.concat()
}

fn service_accounts(email: Option<&str>) -> Value {
    let Some(email) = email else {
        return json!({});
    };
    let account = json!({ "aliases": ["default"], "email": email, "scopes": [SCOPE] });
    json!({ "default": account, email: account })
}

fn camel(name: &str) -> String {
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut text, word| {
        let mut letters = word.chars();
        text.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        text.push_str(letters.as_str());
        text
    })
}

fn add_lines(node: &Value, path: &str, lines: &mut String) {
    let below = |name: &str| {
        if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
    };
    match node {
        Value::Object(entries) => {
            for (name, node) in entries {
                add_lines(node, &below(name), lines);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (index, node) in items.iter().enumerate() {
                add_lines(node, &below(&index.to_string()), lines);
            }
        }
        other => {
            lines.push_str(&format!("{path} {}\n", value(other)));
        }
    }
}

fn value(node: &Value) -> String {
    match node {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(|item| value(item) + "\n").collect(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_leaves_the_names_of_attributes_and_accounts_alone() {
        let node = json!({ "numeric-project-id": 1, "attributes": { "startup-script": "x" },
            "service-accounts": { "a-b@c": { "some-thing": 2 } } });
        assert_eq!(
            as_json(&node, None),
            json!({ "numericProjectId": 1, "attributes": { "startup-script": "x" },
                "serviceAccounts": { "a-b@c": { "someThing": 2 } } })
        );
        assert_eq!(as_json(&json!({ "a-b": 1 }), Some("attributes")), json!({ "a-b": 1 }));
    }

    #[test]
    fn text_has_a_line_for_each_value() {
        let node = json!({ "a": { "b": "c" }, "d": [{ "e": 1 }] });
        assert_eq!(as_text(&node), "a/b c\nd/0/e 1\n");
        assert_eq!(as_text(&json!(["x", "y"])), "x\ny\n");
    }
}
