//! Buckets: settings, policy, and objects in all their versions.
//! Rights are checked by the callers, because they know who calls.

use super::{
    blob::Blob,
    clock,
    condition::Resource,
    error::{ApiError, Result},
    merge,
    object::{Object, Preconditions},
    pairs,
    policy::Policy,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// A bucket.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Id of its project.
    pub project: String,
    /// Number of its project.
    pub project_number: u64,
    /// Who may do what.
    pub policy: Policy,
    settings: Value,
    metageneration: u64,
    created: Timestamp,
    updated: Timestamp,
    live: BTreeMap<String, Object>,
    /// Versions that are no longer live, by name and generation, and when they ceased to be.
    #[serde(with = "pairs")]
    archived: BTreeMap<(String, u64), (Object, Timestamp)>,
    last_generation: u64,
}

/// A new version of an object, before it has a generation.
#[derive(Debug)]
pub struct NewObject {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub blob: Arc<Blob>,
    /// What the uploader said of it.
    pub attributes: Map<String, Value>,
    /// Number of parts, if it came in parts.
    pub parts: Option<u64>,
}

impl Bucket {
    /// A bucket as the body of an insert describes it.
    pub fn create(project: &str, number: u64, body: &Value) -> Result<Self> {
        let name = body["name"].as_str().unwrap_or_default().to_owned();
        check_name(&name)?;
        let mut settings = defaults();
        merge::patch(&mut settings, body);
        let now = clock::moment();
        let mut bucket = Self {
            policy: default_policy(project),
            name,
            project: project.to_owned(),
            project_number: number,
            settings: Value::Null,
            metageneration: 1,
            created: now,
            updated: now,
            live: BTreeMap::new(),
            archived: BTreeMap::new(),
            last_generation: 0,
        };
        bucket.set(settings)?;
        Ok(bucket)
    }

    /// As the JSON API shows it.
    #[must_use]
    pub fn to_json(&self, base: &str) -> Value {
        let mut json = self.settings.clone();
        let location = json["location"].as_str().unwrap_or("US").to_uppercase();
        merge::patch(
            &mut json,
            &json!({
                "kind": "storage#bucket",
                "id": self.name,
                "name": self.name,
                "selfLink": format!("{base}/storage/v1/b/{}", self.name),
                "projectNumber": self.project_number.to_string(),
                "location": location,
                "locationType": if location.contains('-') { "region" } else { "multi-region" },
                "metageneration": self.metageneration.to_string(),
                "etag": self.policy.etag(),
                "timeCreated": clock::rfc3339(self.created),
                "updated": clock::rfc3339(self.updated),
            }),
        );
        json
    }

    /// Merges changes into the settings; `null` removes.
    pub fn patch(&mut self, changes: &Value) -> Result<()> {
        let mut settings = self.settings.clone();
        merge::patch(&mut settings, changes);
        self.set(settings)?;
        self.touch();
        Ok(())
    }

    /// Replaces the settings.
    pub fn update(&mut self, body: &Value) -> Result<()> {
        let mut settings = defaults();
        merge::patch(&mut settings, body);
        self.set(settings)?;
        self.touch();
        Ok(())
    }

    fn set(&mut self, mut settings: Value) -> Result<()> {
        merge::int64_as_text(&mut settings);
        check_labels(&settings)?;
        let fields = settings.as_object_mut();
        let fields = fields.ok_or_else(|| ApiError::invalid("A bucket must be an object."))?;
        fields.retain(|key, _| !SERVER_FIELDS.contains(&key.as_str()));
        self.settings = settings;
        Ok(())
    }

    fn touch(&mut self) {
        self.metageneration += 1;
        self.updated = clock::moment();
    }

    /// Counts settings, labels and the policy.
    #[must_use]
    pub fn metageneration(&self) -> u64 {
        self.metageneration
    }

    /// Whether rights are given for the bucket as a whole only.
    #[must_use]
    pub fn has_uniform_access(&self) -> bool {
        self.settings["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"] == true
    }

    fn keeps_versions(&self) -> bool {
        self.settings["versioning"]["enabled"] == true
    }

    /// Whether there is neither an object nor an old version.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live.is_empty() && self.archived.is_empty()
    }

    /// Replaces its policy.
    pub fn set_policy(&mut self, sent: &Value, delay: std::time::Duration) -> Result<()> {
        let mut policy = self.policy.clone();
        policy.replace(sent, delay, &ApiError::condition_not_met())?;
        if policy.is_conditional() && !self.has_uniform_access() {
            let message = "Conditions need uniform bucket-level access to be enabled.";
            return Err(ApiError::invalid(message));
        }
        self.policy = policy;
        self.touch();
        Ok(())
    }

    /// A live object, or the version with this generation.
    pub fn get(&self, name: &str, generation: Option<u64>) -> Result<&Object> {
        let found = match (self.live.get(name), generation) {
            (live, None) => live,
            (Some(live), Some(wanted)) if live.generation == wanted => Some(live),
            (_, Some(wanted)) => self.archived.get(&(name.to_owned(), wanted)).map(|(o, _)| o),
        };
        found.ok_or_else(|| self.no_such_object(name))
    }

    /// 404 in Cloud Storage's words.
    #[must_use]
    pub fn no_such_object(&self, name: &str) -> ApiError {
        ApiError::not_found(format!("No such object: {}/{name}", self.name))
    }

    /// Whether an object is live.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.live.contains_key(name)
    }

    /// Makes a new live version.
    pub fn put(&mut self, new: NewObject, preconditions: &Preconditions) -> Result<&Object> {
        check_object_name(&new.name)?;
        preconditions.check(self.live.get(&new.name))?;
        let now = clock::moment();
        let micros = u64::try_from(now.as_microsecond()).unwrap_or_default();
        let generation = micros.max(self.last_generation + 1);
        self.last_generation = generation;
        self.archive(&new.name);
        let object = Object {
            name: new.name.clone(),
            generation,
            metageneration: 1,
            blob: new.blob,
            attributes: new.attributes,
            created: now,
            updated: now,
            parts: new.parts,
        };
        self.live.insert(new.name.clone(), object);
        self.get(&new.name, None)
    }

    /// Changes attributes of a live object.
    pub fn patch_object(
        &mut self,
        name: &str,
        changes: &Map<String, Value>,
        preconditions: &Preconditions,
    ) -> Result<&Object> {
        let missing = self.no_such_object(name);
        let object = self.live.get_mut(name).ok_or(missing)?;
        preconditions.check(Some(object))?;
        object.patch(changes);
        Ok(object)
    }

    /// Removes the live version, which versioning keeps, or for good the one with this generation.
    pub fn delete(
        &mut self,
        name: &str,
        generation: Option<u64>,
        preconditions: &Preconditions,
    ) -> Result<()> {
        let object = self.get(name, generation)?;
        preconditions.check(Some(object))?;
        match generation {
            None => self.archive(name),
            Some(generation) => {
                self.archived.remove(&(name.to_owned(), generation));
                if self.live.get(name).is_some_and(|live| live.generation == generation) {
                    self.live.remove(name);
                }
            }
        }
        Ok(())
    }

    fn archive(&mut self, name: &str) {
        let keep = self.keeps_versions();
        if let Some(old) = self.live.remove(name)
            && keep
        {
            let key = (name.to_owned(), old.generation);
            self.archived.insert(key, (old, clock::moment()));
        }
    }

    /// Live objects in the order of their names.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.live.values()
    }

    /// Every version, to change it.
    pub fn versions_mut(&mut self) -> impl Iterator<Item = &mut Object> {
        self.live.values_mut().chain(self.archived.values_mut().map(|(object, _)| object))
    }

    /// All versions in the order of names and generations, with the time when each ceased to be live.
    #[must_use]
    pub fn versions(&self) -> Vec<(&Object, Option<Timestamp>)> {
        let live = self.live.values().map(|object| (object, None));
        let archived = self.archived.values().map(|(object, at)| (object, Some(*at)));
        let mut all: Vec<_> = live.chain(archived).collect();
        all.sort_by_key(|(object, _)| (object.name.clone(), object.generation));
        all
    }

    /// The bucket, for conditions.
    #[must_use]
    pub fn resource(&self) -> Resource {
        Resource {
            name: format!("projects/_/buckets/{}", self.name),
            kind: "storage.googleapis.com/Bucket",
            service: "storage.googleapis.com",
        }
    }

    /// One of its objects, for conditions.
    #[must_use]
    pub fn object_resource(&self, object: &str) -> Resource {
        Resource {
            name: format!("projects/_/buckets/{}/objects/{object}", self.name),
            kind: "storage.googleapis.com/Object",
            service: "storage.googleapis.com",
        }
    }
}

/// What the server says of a bucket, whatever a request says.
const SERVER_FIELDS: &[&str] = &[
    "acl",
    "defaultObjectAcl",
    "etag",
    "id",
    "kind",
    "locationType",
    "metageneration",
    "projectNumber",
    "selfLink",
    "timeCreated",
    "updated",
];

fn defaults() -> Value {
    json!({
        "location": "US",
        "storageClass": "STANDARD",
        "iamConfiguration": {
            "publicAccessPrevention": "inherited",
            "uniformBucketLevelAccess": { "enabled": false },
            "bucketPolicyOnly": { "enabled": false },
        },
    })
}

fn default_policy(project: &str) -> Policy {
    let group = |kind: &str| format!("{kind}:{project}");
    let owners = [group("projectEditor"), group("projectOwner")];
    let viewers = [group("projectViewer")];
    Policy::of(&[
        ("roles/storage.legacyBucketOwner", &owners),
        ("roles/storage.legacyBucketReader", &viewers),
    ])
}

fn check_name(name: &str) -> Result<()> {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let good = (3..=63).contains(&name.len())
        && name.chars().all(inner)
        && edge(name.chars().next())
        && edge(name.chars().last())
        && !name.contains("..")
        && !name.starts_with("goog");
    if good { Ok(()) } else { Err(ApiError::invalid(format!("Invalid bucket name: '{name}'"))) }
}

fn check_object_name(name: &str) -> Result<()> {
    let good = !name.is_empty()
        && name.len() <= 1024
        && !name.contains(['\r', '\n'])
        && name != "."
        && name != "..";
    if good { Ok(()) } else { Err(ApiError::invalid(format!("Invalid object name: '{name}'"))) }
}

fn check_labels(settings: &Value) -> Result<()> {
    super::label::check(&settings["labels"])
}
