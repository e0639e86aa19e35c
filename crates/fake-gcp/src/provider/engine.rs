//! What Terraform asks of a resource type: validate, plan, apply, read, import, upgrade.
//! It joins the schema, the table and the calls; the wire is `service`, the calls are in `resources`.

use anyhow::Context;
use serde_json::Value as Json;

use super::behaviour::{Behaviour, behaviour};
use super::config::Config;
use super::customize::Draft;
use super::diagnostic::Diagnostic;
use super::plan::{Change, Planner};
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
        let (block, behaviour, creating) = (&self.schema.block, self.behaviour, prior.is_null());
        let planner = Planner { block, behaviour, creating };
        let mut state = planner.plan(prior, config);
        Draft { kind: self.kind, block, behaviour, config: self.config, prior }
            .customize(&mut state)?;
        let changes = planner.changes(prior, &state);
        let replaces = if creating { Vec::new() } else { planner.replacing(&changes) };
        Ok(Plan { state, replaces })
    }
}

fn schema_of(kind: &str) -> Result<&'static Schema, Diagnostic> {
    let schema = schemas().resources.get(kind);
    schema.ok_or_else(|| Diagnostic::error(format!("fake-gcp has no resource type {kind}"), ""))
}

impl Engine<'_> {
    /// The state as the server has it now.
    pub async fn read(&self, _: &Value) -> Result<Value, Diagnostic> {
        Err(self.unsupported("read"))
    }

    /// Creates, updates or deletes.
    pub async fn apply(&self, prior: Value, _: Value, _: &Value) -> Applied {
        Applied { state: prior, error: Some(self.unsupported("changed")) }
    }

    /// The state that an import starts from.
    pub fn import(&self, _: &str) -> Result<Value, Diagnostic> {
        Err(self.unsupported("imported"))
    }

    fn unsupported(&self, verb: &str) -> Diagnostic {
        Diagnostic::error(format!("{} cannot be {verb} by this provider", self.kind), "")
    }
}
