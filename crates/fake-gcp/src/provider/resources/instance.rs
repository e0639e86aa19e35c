//! Instances: made, read and removed. Changes in place are in `change`.
//! Disks, metadata and tags have their own shape in the REST interface, so they are translated here.

mod change;
mod disk;

use hyper::Method;
use serde_json::{Map, Value as Json, json};

use super::{Found, Resource, fill};
use crate::provider::diagnostic::Diagnostic;
use crate::provider::spelling::{basename, relative};
use crate::provider::value::{Object, Value};

const SCRIPT: &str = "startup-script";

impl Resource<'_> {
    pub(super) async fn create_instance(&self, planned: &Value) -> Found {
        let mut body = self.translator().expand(planned, None);
        body.insert("disks".to_owned(), self.disks(planned).await?);
        body.insert("metadata".to_owned(), metadata_body(planned));
        let tags = planned.at("tags").to_json();
        if tags.is_array() {
            body.insert("tags".to_owned(), json!({ "items": tags }));
        }
        accelerators(planned, &mut body);
        let path = fill(&self.behaviour.create, planned);
        let operation = self.client.post(&path, body.into()).await;
        let operation = operation.map_err(|error| self.failed("creating", &error))?;
        // What is there after an interrupt is not in the state: the real provider forgets it, too.
        self.client.wait(planned.text_at("project"), "instance to create", operation).await?;
        self.wait_for_status(planned, false).await?;
        if !matches!(planned.text_at("desired_status"), "" | "RUNNING") {
            self.set_status(planned, planned.text_at("desired_status")).await?;
        }
        self.read_instance(planned).await
    }

    pub(super) async fn read_instance(&self, state: &Value) -> Found {
        let id = self.id(state);
        let Some(body) = self.find_instance(state).await? else { return Ok(None) };
        let mut found = self.translator().flatten(&body, state);
        found.set("metadata", metadata(&body, state));
        let script = script_of(&body).filter(|_| !state.at("metadata_startup_script").is_empty());
        found.set("metadata_startup_script", script.unwrap_or_default());
        found.set("tags", keep(&body["tags"]["items"], state.at("tags"), true));
        self.flatten_disks(&body, state, &mut found).await?;
        flatten_accelerators(&body, &mut found);
        found.set("project", state.at("project").clone());
        found.set("id", Value::text(id));
        Ok(Some(found))
    }

    pub(super) async fn delete_instance(&self, state: &Value) -> Result<(), Diagnostic> {
        let name = state.text_at("name");
        if state.flag_at("deletion_protection") {
            let text = format!(
                "Cannot delete instance {name}: instance Deletion Protection is enabled. \
                 Set deletion_protection to false for this resource and run \"terraform apply\" \
                 before attempting to delete it."
            );
            return Err(Diagnostic::error(text, ""));
        }
        let path = format!("compute/{}", self.id(state));
        let words = ("deleting", "instance to delete");
        self.operate(state, (Method::DELETE, &path, Json::Null), words).await
    }

    async fn find_instance(&self, state: &Value) -> Result<Option<Json>, Diagnostic> {
        let body = self.client.find(&format!("compute/{}", self.id(state))).await;
        body.map_err(|error| self.failed("reading", &error))
    }

    /// Waits until the instance is up, or down.
    async fn wait_for_status(&self, state: &Value, down: bool) -> Result<String, Diagnostic> {
        let passing: &[&str] = if down {
            &["RUNNING", "STOPPING", "SUSPENDING"]
        } else {
            &["PROVISIONING", "STAGING"]
        };
        loop {
            let body = self.find_instance(state).await?;
            let gone = || Diagnostic::error("Error waiting for status: the instance is gone", "");
            let status = body.ok_or_else(gone)?["status"].as_str().unwrap_or_default().to_owned();
            if !passing.contains(&status.as_str()) {
                return Ok(status);
            }
            let paused = self.client.pause(self.config.poll_interval).await;
            paused.map_err(|e| Diagnostic::error(format!("Error waiting for status: {e}"), ""))?;
        }
    }
}

fn metadata_body(planned: &Value) -> Json {
    let mut items = planned.at("metadata").as_map().cloned().unwrap_or_default();
    let script = planned.at("metadata_startup_script");
    if !script.is_empty() {
        items.insert(SCRIPT.to_owned(), script.clone());
    }
    let item = |(key, value): (&String, &Value)| json!({ "key": key, "value": value.to_json() });
    json!({ "items": items.iter().map(item).collect::<Vec<_>>() })
}

fn items_of(body: &Json) -> Object {
    let items = body["metadata"]["items"].as_array().into_iter().flatten();
    let item =
        |item: &Json| Some((item["key"].as_str()?.to_owned(), Value::from_json(&item["value"])));
    items.filter_map(item).collect()
}

fn script_of(body: &Json) -> Option<Value> {
    items_of(body).remove(SCRIPT)
}

/// All metadata; the startup script is not told twice.
fn metadata(body: &Json, state: &Value) -> Value {
    let mut items = items_of(body);
    if !state.at("metadata_startup_script").is_empty() {
        items.remove(SCRIPT);
    }
    let before = state.at("metadata");
    if items.is_empty() && before.is_empty() { before.clone() } else { Value::Map(items) }
}

/// What the server tells, unless it tells nothing and nothing was there, or a set is only in another order.
fn keep(json: &Json, before: &Value, is_set: bool) -> Value {
    let value = Value::from_json(json);
    if value.is_empty() && before.is_empty() {
        return before.clone();
    }
    let same_set = |one: &[Value], other: &[Value]| {
        one.len() == other.len() && one.iter().all(|value| other.contains(value))
    };
    match (&value, before) {
        (Value::List(now), Value::List(old)) if is_set && same_set(now, old) => before.clone(),
        _ => value,
    }
}

/// The type of an accelerator is a link in the server's words.
fn accelerators(planned: &Value, body: &mut Map<String, Json>) {
    let blocks = planned.at("guest_accelerator").as_list().unwrap_or_default();
    let Some(list) = body.get_mut("guestAccelerators").and_then(Json::as_array_mut) else { return };
    for (block, json) in blocks.iter().zip(list) {
        let kind = block.text_at("type");
        let prefix = fill("projects/{project}/zones/{zone}/acceleratorTypes/", planned);
        let link = if kind.contains('/') { kind.to_owned() } else { format!("{prefix}{kind}") };
        json["acceleratorType"] = link.into();
    }
}

fn flatten_accelerators(body: &Json, found: &mut Value) {
    let Value::List(mut blocks) = found.at("guest_accelerator").clone() else { return };
    let list = body["guestAccelerators"].as_array().cloned().unwrap_or_default();
    for (block, json) in blocks.iter_mut().zip(&list) {
        let link = json["acceleratorType"].as_str().unwrap_or_default();
        block.set(
            "type",
            Value::text(if link.contains("projects/") { relative(link) } else { basename(link) }),
        );
    }
    found.set("guest_accelerator", Value::List(blocks));
}
