//! The calls that make, read, change and remove a resource, by the pattern of its type.
//! Every one returns what the server then tells; plans are made elsewhere.

mod account;
mod compute;
mod iam;
mod instance;
mod nat;
mod object;
mod secret;
mod storage;

use hyper::Method;
use serde_json::{Map, Value as Json};

use super::behaviour::Behaviour;
use super::body::{Translator, fill};
use super::config::Config;
use super::diagnostic::Diagnostic;
use super::plan::Change;
use super::rest::{Client, RestError};
use super::schema::Block;
use super::session::Session;
use super::value::Value;

/// What the calls of one resource type need.
pub struct Resource<'a> {
    /// The resource type.
    pub kind: &'a str,
    /// Its block.
    pub block: &'a Block,
    /// Its table.
    pub behaviour: &'a Behaviour,
    /// The provider's configuration.
    pub config: &'a Config,
    /// The connection.
    pub session: &'a Session,
    /// Calls the cloud.
    pub client: Client<'a>,
}

/// The state after a call; none if there is nothing.
pub type Found = Result<Option<Value>, Diagnostic>;

impl Resource<'_> {
    /// Makes a resource and returns its state. `config` has what no state may hold.
    pub async fn create(&self, planned: &Value, config: &Value) -> Found {
        let planned = &self.resolved(planned);
        match self.kind {
            "google_compute_instance" => self.create_instance(planned).await,
            "google_compute_router_nat" => self.create_nat(planned).await,
            "google_storage_bucket" => self.create_bucket(planned).await,
            "google_storage_bucket_object" => self.create_object(planned).await,
            "google_secret_manager_secret" => self.create_secret(planned).await,
            "google_secret_manager_secret_version" => self.create_version(planned, config).await,
            "google_service_account" => self.create_account(planned).await,
            _ if !self.behaviour.iam.is_empty() => self.create_member(planned).await,
            _ => self.create_compute(planned).await,
        }
    }

    /// The state of a resource now.
    pub async fn read(&self, state: &Value) -> Found {
        let state = &self.resolved(state);
        let found = match self.kind {
            "google_compute_instance" => self.read_instance(state).await,
            "google_compute_router_nat" => self.read_nat(state).await,
            "google_storage_bucket" => self.read_bucket(state).await,
            "google_storage_bucket_object" => self.read_object(state).await,
            "google_secret_manager_secret" => self.read_secret(state).await,
            "google_secret_manager_secret_version" => self.read_version(state).await,
            "google_service_account" => self.read_account(state).await,
            _ if !self.behaviour.iam.is_empty() => self.read_member(state).await,
            _ => self.read_compute(state).await,
        };
        Ok(found?.map(|state| self.with_policy(state)))
    }

    /// Changes a resource in place.
    pub async fn update(&self, prior: &Value, planned: &Value, changes: &[Change]) -> Found {
        let planned = &self.resolved(planned);
        let update = Update { prior, planned, names: top_level(changes), changes };
        match self.kind {
            // What only this provider knows makes no call.
            _ if update.names.iter().all(|name| self.behaviour.is_virtual(name)) => {}
            "google_compute_instance" => self.update_instance(&update).await?,
            "google_compute_router_nat" => self.update_nat(&update).await?,
            "google_storage_bucket" => self.update_bucket(&update).await?,
            "google_storage_bucket_object" => self.update_object(&update).await?,
            "google_secret_manager_secret" => self.update_secret(&update).await?,
            "google_secret_manager_secret_version" => self.update_version(&update).await?,
            "google_service_account" => self.update_account(&update).await?,
            _ => self.update_compute(&update).await?,
        }
        self.read(planned).await
    }

    /// Removes a resource; one that is gone already is fine, but for an instance.
    pub async fn delete(&self, state: &Value) -> Result<(), Diagnostic> {
        let (id, policy) = (state.text_at("id"), state.text_at("deletion_policy"));
        match policy {
            "PREVENT" => {
                let text =
                    "without setting deletion_policy=\"DELETE\" and running `terraform apply`";
                return Err(Diagnostic::error(format!("cannot destroy {id:?} {text}"), ""));
            }
            "ABANDON" => return Ok(()),
            _ => {}
        }
        match self.kind {
            "google_compute_instance" => self.delete_instance(state).await,
            "google_compute_router_nat" => self.delete_nat(state).await,
            "google_storage_bucket" => self.delete_bucket(state).await,
            "google_storage_bucket_object" => self.delete_object(state).await,
            "google_secret_manager_secret" => self.delete_secret(state).await,
            "google_secret_manager_secret_version" => self.delete_version(state).await,
            "google_service_account" => self.delete_account(state).await,
            _ if !self.behaviour.iam.is_empty() => self.delete_member(state).await,
            _ => self.delete_compute(state).await,
        }
    }

    fn translator(&self) -> Translator<'_> {
        Translator { block: self.block, behaviour: self.behaviour }
    }

    /// A state without unknown values, with the provider's project, zone and region where it has none.
    fn resolved(&self, state: &Value) -> Value {
        let mut state = forget_unknown(state);
        let zone = state.text_at("zone").to_owned();
        let region_of = |zone: &str| zone.rsplit_once('-').map(|(region, _)| region.to_owned());
        let defaults = [
            ("project", self.config.project.clone()),
            ("region", self.config.region.clone().or_else(|| region_of(&zone))),
            ("zone", self.config.zone.clone()),
        ];
        for (name, default) in defaults {
            if self.block.attributes.contains_key(name)
                && state.at(name).is_empty()
                && let Some(default) = default
            {
                state.set(name, Value::text(default));
            }
        }
        state
    }

    /// The deletion policy of a state that has none: the default.
    fn with_policy(&self, mut state: Value) -> Value {
        const NAME: &str = "deletion_policy";
        if self.block.attributes.contains_key(NAME) && state.at(NAME).is_null() {
            let default = self.config.deletion_policy.as_deref().unwrap_or("DELETE");
            state.set(NAME, Value::text(default));
        }
        state
    }

    /// The Terraform id of a state.
    fn id(&self, state: &Value) -> String {
        fill(&self.behaviour.id, state)
    }

    /// An error of a call, as the real provider words it.
    fn failed(&self, doing: &str, error: &RestError) -> Diagnostic {
        Diagnostic::error(format!("Error {doing} {}: {error}", self.behaviour.noun), "")
    }

    /// Calls the API of compute and waits for the operation.
    async fn operate(
        &self,
        state: &Value,
        call: (Method, &str, Json),
        words: (&str, &str),
    ) -> Result<(), Diagnostic> {
        let ((method, path, body), (doing, activity)) = (call, words);
        let body = (!body.is_null()).then_some(body);
        let operation = self.client.call(method, path, body).await;
        let operation = operation.map_err(|error| self.failed(doing, &error))?;
        self.client.wait(state.text_at("project"), activity, operation).await?;
        Ok(())
    }
}

/// A change in place.
struct Update<'a> {
    prior: &'a Value,
    planned: &'a Value,
    changes: &'a [Change],
    /// The top-level attributes and blocks with a change.
    names: Vec<String>,
}

impl Update<'_> {
    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|changed| changed == name)
    }
}

fn top_level(changes: &[Change]) -> Vec<String> {
    let first = |change: &Change| change.path.split('.').next().unwrap_or_default().to_owned();
    let mut names: Vec<_> = changes.iter().map(first).collect();
    names.dedup();
    names
}

fn forget_unknown(value: &Value) -> Value {
    match value {
        Value::Unknown => Value::Null,
        Value::List(list) => Value::List(list.iter().map(forget_unknown).collect()),
        Value::Map(map) => {
            Value::Map(map.iter().map(|(k, v)| (k.clone(), forget_unknown(v))).collect())
        }
        other => other.clone(),
    }
}

/// A part of a path, with what would break it escaped.
fn escape(part: &str) -> String {
    let mut text = String::with_capacity(part.len());
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            text.push(byte.into());
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// A JSON object with the keys that are set.
fn object(pairs: impl IntoIterator<Item = (&'static str, Json)>) -> Json {
    let set = pairs.into_iter().filter(|(_, json)| !json.is_null());
    Json::Object(set.map(|(key, json)| (key.to_owned(), json)).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::{escape, top_level};
    use crate::provider::plan::Change;

    #[test]
    fn an_object_name_is_one_part_of_a_path() {
        assert_eq!(escape("a/b c?d"), "a%2Fb%20c%3Fd");
    }

    #[test]
    fn changes_inside_a_block_are_a_change_of_the_block() {
        let of = |path: &str| Change { path: path.to_owned(), steps: Vec::new() };
        assert_eq!(top_level(&[of("a.b"), of("a.c"), of("d")]), ["a", "d"]);
    }
}
