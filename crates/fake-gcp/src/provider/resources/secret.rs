//! Secrets and their versions.
//! A version's data goes to the server and, if it was given write-only, nowhere else.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hyper::Method;
use serde_json::{Map, Value as Json, json};

use super::{Found, Resource, Update, fill, forget_unknown};
use crate::provider::diagnostic::Diagnostic;
use crate::provider::value::Value;

impl Resource<'_> {
    pub(super) async fn create_secret(&self, planned: &Value) -> Found {
        let path = fill(&self.behaviour.create, planned);
        let body = Json::Object(self.translator().expand(planned, None));
        let made = self.client.post(&path, body).await;
        made.map_err(|error| self.failed("creating", &error))?;
        self.read_secret(planned).await
    }

    pub(super) async fn read_secret(&self, state: &Value) -> Found {
        let id = self.id(state);
        let body = self.client.find(&format!("secretmanager/{id}")).await;
        let Some(body) = body.map_err(|error| self.failed("reading", &error))? else {
            return Ok(None);
        };
        let mut found = self.translator().flatten(&body, state);
        found.set("project", state.at("project").clone());
        found.set("id", Value::text(id));
        Ok(Some(found))
    }

    pub(super) async fn update_secret(&self, update: &Update<'_>) -> Result<(), Diagnostic> {
        let body = self.translator().expand(update.planned, Some(&update.names));
        if body.is_empty() {
            return Ok(());
        }
        let mask = body.keys().cloned().collect::<Vec<_>>().join(",");
        let path = format!("secretmanager/{}?updateMask={mask}", self.id(update.planned));
        let done = self.client.call(Method::PATCH, &path, Some(body.into())).await;
        done.map_err(|error| self.failed("updating", &error))?;
        Ok(())
    }

    pub(super) async fn delete_secret(&self, state: &Value) -> Result<(), Diagnostic> {
        if state.flag_at("deletion_protection") {
            let text = "cannot destroy secret without setting deletion_protection=false and \
                        running `terraform apply`";
            return Err(Diagnostic::error(text, ""));
        }
        self.delete_or_gone(&format!("secretmanager/{}", state.text_at("id"))).await
    }

    pub(super) async fn create_version(&self, planned: &Value, config: &Value) -> Found {
        let secret = planned.text_at("secret");
        let data = match (config.at("secret_data_wo"), planned.at("secret_data")) {
            (Value::Text(data), _) | (_, Value::Text(data)) => data,
            _ => return Err(Diagnostic::error("secret_data or secret_data_wo must be known", "")),
        };
        let encoded = if planned.flag_at("is_secret_data_base64") {
            data.clone()
        } else {
            BASE64_STANDARD.encode(data)
        };
        let path = format!("secretmanager/{secret}:addVersion");
        let made = self.client.post(&path, json!({ "payload": { "data": encoded } })).await;
        let made = made.map_err(|error| self.failed("creating", &error))?;
        let mut state = planned.clone();
        state.set("name", Value::from_json(&made["name"]));
        self.set_enabled(&state).await?;
        self.read_version(&state).await
    }

    pub(super) async fn read_version(&self, state: &Value) -> Found {
        let name = state.text_at("name");
        let body = self.client.find(&format!("secretmanager/{name}")).await;
        let body = body.map_err(|error| self.failed("reading", &error))?;
        let Some(body) = body.filter(|body| body["state"] != "DESTROYED") else {
            return Ok(None);
        };
        let mut found = self.translator().flatten(&body, state);
        let version = name.rsplit('/').next().unwrap_or_default();
        let project = state.text_at("secret").split('/').nth(1).unwrap_or_default();
        found.set("version", Value::text(version));
        found.set("project", Value::text(project));
        found.set("enabled", Value::Bool(body["state"] == "ENABLED"));
        found.set("id", Value::text(name));
        if !state.at("secret_data").is_empty() && found.flag_at("enabled") {
            let payload = self.client.get(&format!("secretmanager/{name}:access")).await;
            let payload = payload.map_err(|error| self.failed("reading", &error))?;
            found.set("secret_data", self.decoded(state, &payload["payload"]["data"])?);
        }
        Ok(Some(found))
    }

    fn decoded(&self, state: &Value, data: &Json) -> Result<Value, Diagnostic> {
        let data = data.as_str().unwrap_or_default();
        if state.flag_at("is_secret_data_base64") {
            return Ok(Value::text(data));
        }
        let failed = |error: String| Diagnostic::error("Error reading SecretVersion", error);
        let bytes = BASE64_STANDARD.decode(data).map_err(|error| failed(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|error| failed(error.to_string()))?;
        Ok(Value::Text(text))
    }

    pub(super) async fn update_version(&self, update: &Update<'_>) -> Result<(), Diagnostic> {
        let mut state = forget_unknown(update.planned);
        state.set("name", update.prior.at("name").clone());
        self.set_enabled(&state).await
    }

    async fn set_enabled(&self, state: &Value) -> Result<(), Diagnostic> {
        let verb = if *state.at("enabled") == Value::Bool(false) { "disable" } else { "enable" };
        let path = format!("secretmanager/{}:{verb}", state.text_at("name"));
        let done = self.client.post(&path, Json::Object(Map::new())).await;
        done.map_err(|error| self.failed("updating", &error))?;
        Ok(())
    }

    pub(super) async fn delete_version(&self, state: &Value) -> Result<(), Diagnostic> {
        let verb =
            if state.text_at("deletion_policy") == "DISABLE" { "disable" } else { "destroy" };
        let path = format!("secretmanager/{}:{verb}", state.text_at("name"));
        match self.client.post(&path, Json::Object(Map::new())).await {
            Err(error) if !error.is_not_found() => Err(self.failed("deleting", &error)),
            _ => Ok(()),
        }
    }

    /// Deletes by a path; what is gone already needs no deletion.
    pub(super) async fn delete_or_gone(&self, path: &str) -> Result<(), Diagnostic> {
        match self.client.call(Method::DELETE, path, None).await {
            Err(error) if !error.is_not_found() => Err(self.failed("deleting", &error)),
            _ => Ok(()),
        }
    }
}
