//! Compute Engine: resources in global, regional and zonal collections, and the operations on them.
//! This Rust module keeps them; what a new one looks like, what an instance goes through and what a quota is are its children's.

pub mod catalogue;
pub mod filter;
pub mod instance;
pub mod lifecycle;
pub mod operation;
pub mod quota;
pub mod resource;
mod resume;

use super::{
    error::{ApiError, Result},
    pairs,
};
use crate::machine::VmName;
use operation::Operation;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Where the real service's links begin.
pub const ORIGIN: &str = "https://www.googleapis.com/compute/v1/";

/// Which part of a project a collection belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// The project.
    Global,
    /// A region.
    Region(String),
    /// A zone.
    Zone(String),
}

impl Scope {
    /// Its part of a path.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Global => "global".into(),
            Self::Region(region) => format!("regions/{region}"),
            Self::Zone(zone) => format!("zones/{zone}"),
        }
    }
}

/// A collection.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Id of the project.
    pub project: String,
    /// Which part of it.
    pub scope: Scope,
    /// Such as `networks`.
    pub kind: String,
}

impl Place {
    /// A collection of a zone.
    #[must_use]
    pub fn zonal(project: &str, zone: &str, kind: &str) -> Self {
        let scope = Scope::Zone(zone.to_owned());
        Self { project: project.to_owned(), scope, kind: kind.to_owned() }
    }

    /// Path of one of its resources, from `projects/` on.
    #[must_use]
    pub fn path(&self, name: &str) -> String {
        format!("projects/{}/{}/{}/{name}", self.project, self.scope.path(), self.kind)
    }

    /// Link to one of its resources.
    #[must_use]
    pub fn link(&self, name: &str) -> String {
        format!("{ORIGIN}{}", self.path(name))
    }

    /// 404 for one of its resources.
    #[must_use]
    pub fn no_such(&self, name: &str) -> ApiError {
        ApiError::not_found(format!("The resource '{}' was not found", self.path(name)))
    }
}

/// The collections, the operations, and what is known of running instances beyond their JSON.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Compute {
    #[serde(with = "pairs")]
    collections: BTreeMap<Place, BTreeMap<String, Value>>,
    /// Operations by name.
    pub operations: BTreeMap<String, Operation>,
    /// Instances that exist.
    #[serde(with = "pairs")]
    pub running: BTreeMap<VmName, Running>,
    last_id: u64,
}

/// What an instance goes through.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Running {
    /// Counts starts, so that a timer of an earlier one does nothing.
    pub boot: u64,
    /// Whether it was preempted since its last start.
    pub preempted: bool,
    /// Whether it goes altogether once it is off.
    pub delete_when_off: bool,
}

impl Compute {
    /// A number that nothing has had.
    pub fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        // Real ids have 19 digits; clients must not take them for doubles.
        4_611_686_018_427_387_904 + self.last_id * 7919
    }

    /// A resource.
    pub fn get(&self, place: &Place, name: &str) -> Result<&Value> {
        let found = self.collections.get(place).and_then(|all| all.get(name));
        found.ok_or_else(|| place.no_such(name))
    }

    /// A resource, to change it.
    pub fn get_mut(&mut self, place: &Place, name: &str) -> Result<&mut Value> {
        let found = self.collections.get_mut(place).and_then(|all| all.get_mut(name));
        found.ok_or_else(|| place.no_such(name))
    }

    /// Adds a resource; 409 if its name is taken.
    pub fn add(&mut self, place: &Place, name: &str, resource: Value) -> Result<()> {
        self.check_free(place, name)?;
        self.collections.entry(place.clone()).or_default().insert(name.to_owned(), resource);
        Ok(())
    }

    /// 409 if a name is taken.
    pub fn check_free(&self, place: &Place, name: &str) -> Result<()> {
        if self.get(place, name).is_ok() {
            let path = place.path(name);
            return Err(ApiError::exists(format!("The resource '{path}' already exists")));
        }
        Ok(())
    }

    /// Takes a resource out.
    pub fn remove(&mut self, place: &Place, name: &str) -> Result<Value> {
        let found = self.collections.get_mut(place).and_then(|all| all.remove(name));
        found.ok_or_else(|| place.no_such(name))
    }

    /// The resources of a collection in the order of their names.
    pub fn list(&self, place: &Place) -> impl Iterator<Item = &Value> {
        self.collections.get(place).into_iter().flat_map(BTreeMap::values)
    }

    /// The collections of a kind in a project.
    pub fn everywhere<'a>(
        &'a self,
        project: &'a str,
        kind: &'a str,
    ) -> impl Iterator<Item = (&'a Place, &'a BTreeMap<String, Value>)> {
        self.collections.iter().filter(move |(p, _)| p.project == project && p.kind == kind)
    }

    /// Says that disks of a zone are no longer used by an instance.
    pub fn detach(&mut self, disks: &Place, user: &str) {
        let disks = self.collections.get_mut(disks).into_iter().flat_map(BTreeMap::values_mut);
        for users in disks.filter_map(|disk| disk["users"].as_array_mut()) {
            users.retain(|other| other != user);
        }
    }

    /// Every collection.
    pub fn all(&self) -> impl Iterator<Item = (&Place, &BTreeMap<String, Value>)> {
        self.collections.iter().filter(|(_, resources)| !resources.is_empty())
    }

    /// Finds a resource by any form of a reference to it.
    pub fn resolve(&self, reference: &str) -> Option<&Value> {
        let (place, name) = parse_reference(reference)?;
        self.get(&place, &name).ok()
    }

    /// A resource that refers to this one in any field, as `projects/…`.
    pub fn user_of(&self, place: &Place, name: &str) -> Option<String> {
        let link = place.link(name);
        self.all().find_map(|(user, resources)| {
            let found = resources.iter().find(|(other, resource)| {
                (user, other.as_str()) != (place, name) && mentions(resource, &link)
            });
            found.map(|(other, _)| user.path(other))
        })
    }
}

/// Whether a resource's fields hold a link; what uses the resource itself does not count.
fn mentions(value: &Value, link: &str) -> bool {
    match value {
        Value::String(text) => text == link,
        Value::Array(items) => items.iter().any(|item| mentions(item, link)),
        Value::Object(fields) => {
            let own = |key: &str| ["users", "selfLink", "zone", "region"].contains(&key);
            fields.iter().any(|(key, value)| !own(key) && mentions(value, link))
        }
        _ => false,
    }
}

/// A reference without what comes before `projects/`, completed where it is relative.
#[must_use]
pub fn normalize(project: &str, reference: &str) -> String {
    match reference.find("projects/") {
        Some(at) => reference[at..].to_owned(),
        None => format!("projects/{project}/{}", reference.trim_start_matches('/')),
    }
}

/// The parts of a reference.
#[must_use]
pub fn parse_reference(reference: &str) -> Option<(Place, String)> {
    let path = normalize("", reference);
    let parts: Vec<&str> = path.split('/').collect();
    let (project, scope, kind, name) = match parts.as_slice() {
        ["projects", p, "global", kind, name] => (p, Scope::Global, kind, name),
        ["projects", p, "regions", r, kind, name] => (p, Scope::Region((*r).into()), kind, name),
        ["projects", p, "zones", z, kind, name] => (p, Scope::Zone((*z).into()), kind, name),
        _ => return None,
    };
    let place = Place { project: (*project).to_owned(), scope, kind: (*kind).to_owned() };
    Some((place, (*name).to_owned()))
}

/// The last part of a reference.
#[must_use]
pub fn short(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

/// A text that changes with what it is made of, as the API's fingerprints do.
#[must_use]
pub fn fingerprint(content: &Value) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use sha2::{Digest, Sha256};
    STANDARD.encode(&Sha256::digest(content.to_string().as_bytes())[..8])
}
