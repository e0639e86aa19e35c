//! What each resource type does beyond its schema (data/behaviour.json): which change replaces, what is
//! filled in, how attributes are called in the REST interface.
//! Calls that follow no pattern are code, beside this table, in `resources`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value as Json;

/// The behaviour of a resource type. Paths are dotted, without indexes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "a table of facts")]
pub struct Behaviour {
    /// How error messages call it.
    pub noun: String,
    /// The Terraform id; `{name}` stands for the attribute.
    pub id: String,
    /// Where it is created by POST: a product and a path below the product's endpoint.
    pub create: String,
    /// The resource whose policy an IAM member belongs to.
    pub iam: String,
    /// What replaces the resource: an attribute; the number of blocks; `block.*` for all below.
    pub replace: Vec<String>,
    /// What is planned where the configuration says nothing.
    pub defaults: BTreeMap<String, Json>,
    /// Blocks that the server fills in where the configuration has none.
    pub server_blocks: Vec<String>,
    /// The provider's project is planned where none is set.
    pub provider_project: bool,
    /// The same for the zone.
    pub provider_zone: bool,
    /// Has labels, terraform_labels and effective_labels.
    pub labels: bool,
    /// Has annotations and effective_annotations.
    pub annotations: bool,
    /// What is not sent and not read by its own name.
    pub local: Vec<String>,
    /// What only the provider knows: a change makes no call.
    #[serde(rename = "virtual")]
    pub only_here: Vec<String>,
    /// What is sent but never told by the server.
    pub unread: Vec<String>,
    /// The forms of an id that can be imported, the longest first; none where the type can't be imported.
    pub import: Vec<String>,
    /// Names in the REST interface that are not simply the camel case: dots go into objects,
    /// `[]` makes an array of an at-most-one block.
    pub names: BTreeMap<String, String>,
    /// The path that comes before a bare name in a reference.
    pub links: BTreeMap<String, String>,
    /// Links that the state holds by their last part.
    pub basename: Vec<String>,
    /// Values that may be spelled in more than one way.
    pub same: BTreeMap<String, Spelling>,
    /// Of each group exactly one must be set.
    pub exactly_one: Vec<Vec<String>>,
    /// Of each pair one at most may be set.
    pub conflicts: Vec<[String; 2]>,
    /// The first of a pair needs the second.
    pub together: Vec<[String; 2]>,
    /// What a value must look like.
    pub checks: BTreeMap<String, Check>,
    /// Changes that need a stopped instance.
    pub stopping: Vec<String>,
    /// How changes in place are sent; a plain PATCH where there is none.
    pub update: Vec<Update>,
}

/// How two spellings of one value are compared.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Spelling {
    /// A link, with or without the host.
    Link,
    /// A link by its last part alone.
    Name,
    /// A link, or its last part.
    NameOrLink,
    /// In either case.
    Case,
    /// In either case, held in upper case.
    Upper,
    /// An image or an image family.
    Image,
    /// An OAuth scope or its alias.
    Scope,
    /// "automatic" is no platform.
    CpuPlatform,
    /// `b/NAME` or `NAME`.
    Bucket,
    /// An IAM member, whose type is the same in either case.
    Member,
}

/// What a value must look like.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Check {
    /// One of these, or "".
    OneOf(Vec<String>),
    /// A rule by name.
    Rule(Rule),
}

/// A rule for a value.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A name of compute's.
    GceName,
    /// A label of RFC 1035.
    Rfc1035,
    /// A service account's id.
    AccountId,
    /// A bucket's name.
    Bucket,
    /// A secret's id.
    SecretId,
    /// A secret's full name.
    SecretName,
    /// An IAM member.
    Member,
    /// An IAM role.
    Role,
    /// A machine type.
    MachineType,
    /// Labels.
    Labels,
    /// Instance metadata.
    Metadata,
    /// An IPv4 or IPv6 range.
    Cidr,
    /// 1 or more.
    Positive,
    /// A firewall rule's priority.
    Priority,
    /// At most 256 characters.
    Description,
}

/// A call that sends changed attributes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Update {
    /// Whose change it sends; `*` for what no earlier call has sent.
    pub of: Vec<String>,
    /// A method, and what is appended to the resource's path.
    pub call: String,
    /// What the current object gives to the body.
    #[serde(default)]
    pub with: Vec<String>,
}

/// The behaviour of a resource type; data sources have the default.
pub fn behaviour(kind: &str) -> &'static Behaviour {
    static NONE: LazyLock<Behaviour> = LazyLock::new(Behaviour::default);
    table().get(kind).unwrap_or(&NONE)
}

fn table() -> &'static BTreeMap<String, Behaviour> {
    static TABLE: LazyLock<BTreeMap<String, Behaviour>> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../data/behaviour.json"))
            .expect("tested with the crate")
    });
    &TABLE
}

impl Behaviour {
    /// Whether a change at this path replaces the resource.
    pub fn replaces(&self, path: &str) -> bool {
        listed(&self.replace, path)
    }

    /// Whether a change at this path needs a stopped instance.
    pub fn stops(&self, path: &str) -> bool {
        listed(&self.stopping, path)
    }

    /// Whether the value at this path is not sent and not read by its own name.
    pub fn is_local(&self, path: &str) -> bool {
        matches!(path, "id" | "timeouts" | "deletion_policy") || listed(&self.local, path)
    }

    /// Whether only the provider knows this attribute.
    pub fn is_virtual(&self, name: &str) -> bool {
        matches!(name, "timeouts" | "deletion_policy") || listed(&self.only_here, name)
    }

    /// Whether the server fills in this block.
    pub fn fills(&self, path: &str) -> bool {
        listed(&self.server_blocks, path)
    }

    /// The name in the REST interface, without its parents'.
    pub fn api_name(&self, path: &str) -> String {
        self.names.get(path).cloned().unwrap_or_else(|| camel_case(path))
    }
}

fn listed(list: &[String], path: &str) -> bool {
    list.iter().any(|entry| match entry.strip_suffix(".*") {
        Some(parent) => path.strip_prefix(parent).is_some_and(|rest| rest.starts_with('.')),
        None => entry == path,
    })
}

fn camel_case(path: &str) -> String {
    let name = path.rsplit('.').next().unwrap_or(path);
    let mut camel = String::with_capacity(name.len());
    let mut upper = false;
    for letter in name.chars() {
        if letter == '_' {
            upper = true;
        } else {
            camel.push(if upper { letter.to_ascii_uppercase() } else { letter });
            upper = false;
        }
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::{camel_case, table};
    use crate::provider::schema::schemas;

    #[test]
    fn every_resource_of_the_schema_has_a_behaviour_and_the_other_way_round() {
        let schema: Vec<_> = schemas().resources.keys().collect();
        assert_eq!(schema, table().keys().collect::<Vec<_>>());
    }

    #[test]
    fn every_path_of_the_table_is_in_the_schema() {
        for (kind, behaviour) in table() {
            let block = &schemas().resources[kind].block;
            let lists =
                [&behaviour.replace, &behaviour.server_blocks, &behaviour.local, &behaviour.unread];
            let lists =
                lists.into_iter().chain([&behaviour.basename, &behaviour.stopping]).flatten();
            let groups = behaviour.exactly_one.iter().flatten();
            let pairs = behaviour.conflicts.iter().chain(&behaviour.together).flatten();
            let keys = behaviour.defaults.keys().chain(behaviour.names.keys());
            let keys = keys.chain(behaviour.links.keys()).chain(behaviour.same.keys());
            let keys = keys.chain(behaviour.checks.keys());
            let updates =
                behaviour.update.iter().flat_map(|update| &update.of).filter(|of| *of != "*");
            for path in lists.chain(groups).chain(pairs).chain(keys).chain(updates) {
                let path = path.trim_end_matches(".*");
                assert!(block.has(path), "{kind} has no {path}");
            }
        }
    }

    #[test]
    fn names_are_camel_case_unless_the_table_says_otherwise() {
        assert_eq!(camel_case("scheduling.max_run_duration"), "maxRunDuration");
    }
}
