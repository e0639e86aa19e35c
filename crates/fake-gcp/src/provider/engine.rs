//! What Terraform asks of a resource type: validate, plan, apply, read, import, upgrade.
//! It joins the schema, the table and the calls; the wire is `service`, the calls are in `resources`.

use anyhow::Context;
use serde_json::Value as Json;

use super::behaviour::{Behaviour, behaviour};
use super::config::Config;
use super::customize::{Draft, replaces_now};
use super::diagnostic::Diagnostic;
use super::import::import;
use super::plan::{Change, Planner};
use super::resources::Resource;
use super::rest::Client;
use super::schema::{Schema, schemas};
use super::session::Session;
use super::validate;
use super::value::Value;

/// A resource type on one connection.
pub struct Engine<'a> {
    kind: &'a str,
    schema: &'static Schema,
    behaviour: &'static Behaviour,
    session: &'a Session,
    config: &'a Config,
}

/// An answer to a plan request.
pub struct Plan {
    /// What is wanted.
    pub state: Value,
    /// The changes that need a new resource.
    pub replaces: Vec<Change>,
}

/// What is there after an apply, also after one that failed.
pub struct Applied {
    /// Null if there is nothing.
    pub state: Value,
    /// Why it failed.
    pub error: Option<Diagnostic>,
}

impl<'a> Engine<'a> {
    /// A resource type for a connection that is configured.
    pub fn new(session: &'a Session, kind: &'a str) -> Result<Self, Diagnostic> {
        let (schema, config) = (schema_of(kind)?, session.config()?);
        Ok(Self { kind, schema, behaviour: behaviour(kind), session, config })
    }

    /// What is wrong with a configuration.
    pub fn validate(kind: &str, config: &Value) -> Result<Vec<Diagnostic>, Diagnostic> {
        schema_of(kind)?;
        Ok(validate::validate(kind, behaviour(kind), config))
    }

    /// A state file's JSON, as the schema has it.
    pub fn upgrade(kind: &str, version: i64, json: &[u8]) -> Result<Value, Diagnostic> {
        let schema = schema_of(kind)?;
        if version > schema.version {
            let text = format!(
                "{kind} has version {version} in the state; this provider knows {}",
                schema.version
            );
            return Err(Diagnostic::error(
                "Resource instance managed by newer provider version",
                text,
            ));
        }
        let json: Json = serde_json::from_slice(json).context("decode a state file")?;
        Ok(schema.block.complete(&Value::from_json(&json)))
    }

    /// The planned state.
    pub fn plan(&self, prior: &Value, config: &Value) -> Result<Plan, Diagnostic> {
        if config.is_null() {
            return Ok(Plan { state: Value::Null, replaces: Vec::new() });
        }
        let creating = prior.is_null();
        let planner = self.planner(creating);
        let mut state = planner.plan(prior, config);
        let draft = Draft {
            kind: self.kind,
            block: &self.schema.block,
            behaviour: self.behaviour,
            config: self.config,
            folder: &self.session.caller().folder,
            prior,
        };
        draft.customize(&mut state)?;
        let changes = planner.changes(prior, &state);
        let mut replaces = planner.replacing(&changes);
        replaces.extend(
            changes
                .into_iter()
                .filter(|change| replaces_now(self.kind, &change.path, prior, &state)),
        );
        if creating {
            replaces.clear();
        }
        Ok(Plan { state, replaces })
    }

    /// The state as the server has it now; null if it is gone.
    pub async fn read(&self, state: &Value) -> Result<Value, Diagnostic> {
        if state.is_null() {
            return Ok(Value::Null);
        }
        Ok(self.resource().read(state).await?.unwrap_or_default())
    }

    /// Creates, updates or deletes. A resource that could not be changed stays in the state as it was.
    pub async fn apply(&self, prior: Value, planned: Value, config: &Value) -> Applied {
        let resource = self.resource();
        let (done, otherwise) = if planned.is_null() {
            (resource.delete(&prior).await.map(|()| None), prior)
        } else if prior.is_null() {
            (resource.create(&planned, config).await, Value::Null)
        } else {
            let changes = self.planner(false).changes(&prior, &planned);
            (resource.update(&prior, &planned, &changes).await, prior)
        };
        match done {
            Ok(state) => Applied { state: state.unwrap_or_default(), error: None },
            Err(error) => Applied { state: otherwise, error: Some(error) },
        }
    }

    /// The state that an import starts from.
    pub fn import(&self, id: &str) -> Result<Value, Diagnostic> {
        import(self.kind, &self.schema.block, self.behaviour, self.config, id)
    }

    fn planner(&self, creating: bool) -> Planner<'_> {
        Planner { block: &self.schema.block, behaviour: self.behaviour, creating }
    }

    fn resource(&self) -> Resource<'_> {
        Resource {
            kind: self.kind,
            block: &self.schema.block,
            behaviour: self.behaviour,
            config: self.config,
            session: self.session,
            client: Client::new(self.config, self.session),
        }
    }
}

fn schema_of(kind: &str) -> Result<&'static Schema, Diagnostic> {
    let schema = schemas().resources.get(kind);
    schema.ok_or_else(|| Diagnostic::error(format!("fake-gcp has no resource type {kind}"), ""))
}
