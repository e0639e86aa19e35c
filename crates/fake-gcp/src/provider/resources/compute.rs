//! The pattern of networks, subnetworks, firewalls and routers: POST, GET, PATCH, DELETE, each with an
//! operation to wait for.

use hyper::Method;
use serde_json::{Map, Value as Json, json};

use super::{Found, Resource, Update, fill};
use crate::provider::body::find;
use crate::provider::diagnostic::Diagnostic;
use crate::provider::value::Value;

impl Resource<'_> {
    pub(super) async fn create_compute(&self, planned: &Value) -> Found {
        let (noun, path) = (&self.behaviour.noun, fill(&self.behaviour.create, planned));
        let mut body = self.translator().expand(planned, None);
        logging(&mut body);
        let body = Json::Object(body);
        let operation = self.client.post(&path, body).await;
        let operation = operation.map_err(|error| self.failed("creating", &error))?;
        let activity = format!("Creating {noun}");
        let waited = self.client.wait(planned.text_at("project"), &activity, operation).await;
        waited.map_err(|error| {
            Diagnostic::error(format!("Error waiting to create {noun}: {error:#}"), "")
        })?;
        self.read_compute(planned).await
    }

    pub(super) async fn read_compute(&self, state: &Value) -> Found {
        let id = self.id(state);
        let body = self.client.find(&format!("compute/{id}")).await;
        let Some(body) = body.map_err(|error| self.failed("reading", &error))? else {
            return Ok(None);
        };
        let mut found = self.translator().flatten(&without_logging(body), state);
        for name in ["project", "region"] {
            if self.block.attributes.contains_key(name) {
                found.set(name, state.at(name).clone());
            }
        }
        found.set("id", Value::text(id));
        Ok(Some(found))
    }

    pub(super) async fn update_compute(&self, update: &Update<'_>) -> Result<(), Diagnostic> {
        let (state, path) = (update.planned, format!("compute/{}", self.id(update.planned)));
        let words = ("updating", format!("Updating {}", self.behaviour.noun));
        let words = (words.0, words.1.as_str());
        let mut left = update.names.clone();
        for call in &self.behaviour.update {
            let all = call.of.iter().any(|of| of == "*");
            let (mine, others) = left.into_iter().partition(|name| all || call.of.contains(name));
            left = others;
            let mut body = self.translator().expand(state, Some(&mine));
            if body.is_empty() {
                continue;
            }
            self.take_along(&path, &call.with, &mut body).await?;
            let (method, path) = match call.call.split_once(' ') {
                Some((_, verb)) => (Method::POST, format!("{path}/{verb}")),
                None => (Method::PATCH, path.clone()),
            };
            self.operate(state, (method, &path, Json::Object(body)), words).await?;
        }
        let mut body = self.translator().expand(state, Some(&left));
        logging(&mut body);
        if !body.is_empty() {
            self.operate(state, (Method::PATCH, &path, Json::Object(body)), words).await?;
        }
        Ok(())
    }

    /// Fields of the object as it is now, such as a fingerprint.
    async fn take_along(
        &self,
        path: &str,
        names: &[String],
        body: &mut Map<String, Json>,
    ) -> Result<(), Diagnostic> {
        if names.is_empty() {
            return Ok(());
        }
        let now = self.client.get(path).await.map_err(|error| self.failed("reading", &error))?;
        for name in names {
            body.insert(name.clone(), find(&now, name).clone());
        }
        Ok(())
    }

    pub(super) async fn delete_compute(&self, state: &Value) -> Result<(), Diagnostic> {
        let path = format!("compute/{}", state.text_at("id"));
        let operation = match self.client.call(Method::DELETE, &path, None).await {
            Ok(operation) => operation,
            Err(error) if error.is_not_found() => return Ok(()),
            Err(error) => return Err(self.failed("deleting", &error)),
        };
        let activity = format!("Deleting {}", self.behaviour.noun);
        self.client.wait(state.text_at("project"), &activity, operation).await?;
        Ok(())
    }
}

/// A `log_config` block means that logging is on; the server has a flag for it.
fn logging(body: &mut Map<String, Json>) {
    if let Some(config) = body.get_mut("logConfig") {
        match config {
            Json::Object(config) => drop(config.insert("enable".to_owned(), true.into())),
            other => *other = json!({ "enable": false }),
        }
    }
}

/// Logging that is off is no block.
fn without_logging(mut body: Json) -> Json {
    if body["logConfig"]["enable"] == false
        && let Some(body) = body.as_object_mut()
    {
        body.remove("logConfig");
    }
    body
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::{logging, without_logging};

    #[test]
    fn logging_is_a_block_here_and_a_flag_there() {
        let mut body = Map::new();
        body.insert("logConfig".to_owned(), json!({ "metadata": "INCLUDE_ALL_METADATA" }));
        logging(&mut body);
        assert_eq!(body["logConfig"]["enable"], true);
        let off = json!({ "name": "f", "logConfig": { "enable": false } });
        assert_eq!(without_logging(off), json!({ "name": "f" }));
    }
}
