//! Secret Manager: secrets, their versions, and what may be done in which state.
//! Payloads appear in answers to an access only, never in a dump or a log; a cloud that is kept has them in its file.

use super::{
    clock,
    condition::Resource,
    error::{ApiError, Result},
    label, merge,
    policy::Policy,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A secret.
#[derive(Debug, Serialize, Deserialize)]
pub struct Secret {
    /// `projects/<number>/secrets/<id>`
    pub name: String,
    /// Who may do what.
    pub policy: Policy,
    settings: Value,
    created: String,
    changes: u64,
    versions: BTreeMap<u64, Version>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Version {
    state: State,
    created: String,
    destroyed: Option<String>,
    payload: Vec<u8>,
}

/// The state of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// It can be read.
    Enabled,
    /// It can't be read now.
    Disabled,
    /// Its payload is gone.
    Destroyed,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Enabled => "ENABLED",
            Self::Disabled => "DISABLED",
            Self::Destroyed => "DESTROYED",
        }
    }
}

impl Secret {
    /// A secret as the body of a create describes it.
    pub fn create(name: String, body: &Value) -> Result<Self> {
        if !body["replication"].is_object() {
            return Err(ApiError::invalid("The replication policy must be set."));
        }
        label::check(&body["labels"])?;
        let settings = body.clone();
        let versions = BTreeMap::new();
        let policy = Policy::default();
        Ok(Self { name, policy, settings, created: clock::now(), changes: 1, versions })
    }

    /// As the API shows it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut json = self.settings.clone();
        json["name"] = self.name.clone().into();
        json["createTime"] = self.created.clone().into();
        json["etag"] = format!("\"{:x}\"", self.changes).into();
        json
    }

    /// Takes the fields of `mask` over from `body`.
    pub fn patch(&mut self, body: &Value, mask: &str) -> Result<()> {
        let mut settings = self.settings.clone();
        for field in mask.split(',').filter(|field| !field.is_empty()) {
            let field = field.split('.').next().unwrap_or(field);
            let mut change = json!({});
            change[field] = Value::Null;
            merge::patch(&mut settings, &change);
            if !body[field].is_null() {
                settings[field] = body[field].clone();
            }
        }
        label::check(&settings["labels"])?;
        self.settings = settings;
        self.changes += 1;
        Ok(())
    }

    /// Adds a version with the payload of a request and returns its number.
    pub fn add_version(&mut self, body: &Value) -> Result<u64> {
        let data = body["payload"]["data"].as_str().unwrap_or_default();
        let payload = STANDARD
            .decode(data)
            .map_err(|e| ApiError::invalid(format!("Invalid value at 'payload.data': {e}")))?;
        if payload.is_empty() || payload.len() > 65536 {
            let message = "Secret Payload must be between 1 and 65536 bytes.";
            return Err(ApiError::invalid(message));
        }
        let announced = &body["payload"]["dataCrc32c"];
        let announced =
            announced.as_str().map(str::to_owned).or(announced.as_u64().map(|n| n.to_string()));
        let actual = crc32c::crc32c(&payload).to_string();
        if announced.is_some_and(|announced| announced != actual) {
            return Err(ApiError::invalid("The payload does not match its CRC32C checksum."));
        }
        let number = self.versions.last_key_value().map_or(1, |(last, _)| last + 1);
        let created = clock::now();
        let version = Version { state: State::Enabled, created, destroyed: None, payload };
        self.versions.insert(number, version);
        Ok(number)
    }

    /// The number that a path names: itself, or `latest`.
    pub fn number(&self, text: &str) -> Result<u64> {
        let number = match text {
            "latest" => self.versions.keys().next_back().copied(),
            text => text.parse().ok().filter(|n| self.versions.contains_key(n)),
        };
        number.ok_or_else(|| self.no_version(text))
    }

    fn no_version(&self, text: &str) -> ApiError {
        let name = format!("{}/versions/{text}", self.name);
        ApiError::not_found(format!("Secret Version [{name}] not found."))
    }

    /// All numbers, newest first.
    pub fn numbers(&self) -> impl Iterator<Item = u64> {
        self.versions.keys().rev().copied()
    }

    fn version(&self, number: u64) -> Result<&Version> {
        self.versions.get(&number).ok_or_else(|| self.no_version(&number.to_string()))
    }

    /// Name of a version.
    #[must_use]
    pub fn version_name(&self, number: u64) -> String {
        format!("{}/versions/{number}", self.name)
    }

    /// A version as the API shows it, without its payload.
    pub fn version_json(&self, number: u64) -> Result<Value> {
        let version = self.version(number)?;
        let mut json = json!({
            "name": self.version_name(number),
            "createTime": version.created,
            "state": version.state.name(),
            "replicationStatus": { "automatic": {} },
            "etag": format!("\"{:x}\"", number * 8 + version.state as u64),
        });
        if let Some(destroyed) = &version.destroyed {
            json["destroyTime"] = destroyed.clone().into();
        }
        Ok(json)
    }

    /// The payload of a version, if its state allows it to be read.
    pub fn access(&self, number: u64) -> Result<Value> {
        let version = self.version(number)?;
        let name = self.version_name(number);
        if version.state != State::Enabled {
            let state = version.state.name();
            let message = format!("Secret Version [{name}] is in {state} state.");
            return Err(ApiError::failed_precondition(message));
        }
        let crc = crc32c::crc32c(&version.payload).to_string();
        let data = STANDARD.encode(&version.payload);
        Ok(json!({ "name": name, "payload": { "data": data, "dataCrc32c": crc } }))
    }

    /// Puts a version into a state; what is destroyed stays so.
    pub fn set_state(&mut self, number: u64, state: State) -> Result<Value> {
        let name = self.version_name(number);
        let missing = self.no_version(&number.to_string());
        let version = self.versions.get_mut(&number).ok_or(missing)?;
        if version.state == State::Destroyed && state != State::Destroyed {
            let message = format!("Secret Version [{name}] is in DESTROYED state.");
            return Err(ApiError::failed_precondition(message));
        }
        if state == State::Destroyed && version.state != State::Destroyed {
            version.payload.clear();
            version.destroyed = Some(clock::now());
        }
        version.state = state;
        self.version_json(number)
    }

    /// The secret, for conditions.
    #[must_use]
    pub fn resource(&self) -> Resource {
        let service = "secretmanager.googleapis.com";
        Resource { name: self.name.clone(), kind: "secretmanager.googleapis.com/Secret", service }
    }

    /// One of its versions, for conditions.
    #[must_use]
    pub fn version_resource(&self, number: &str) -> Resource {
        let kind = "secretmanager.googleapis.com/SecretVersion";
        let service = "secretmanager.googleapis.com";
        Resource { name: format!("{}/versions/{number}", self.name), kind, service }
    }
}
