//! A NAT is no object of its own: it is an entry of its router's `nats`.

use std::sync::LazyLock;

use hyper::Method;
use serde_json::{Value as Json, json};
use tokio::sync::Mutex;

use super::{Found, Resource, Update, fill};
use crate::provider::diagnostic::Diagnostic;
use crate::provider::value::Value;

const ROUTER: &str = "compute/projects/{project}/regions/{region}/routers/{router}";

/// Whoever reads a router to write it holds this.
static WRITING: LazyLock<Mutex<()>> = LazyLock::new(Mutex::default);

impl Resource<'_> {
    pub(super) async fn create_nat(&self, planned: &Value) -> Found {
        let name = planned.text_at("name");
        let body = Json::Object(self.translator().expand(planned, None));
        self.change_nats(planned, ("creating", "Creating RouterNat"), |nats| {
            if nats.iter().any(|nat| nat["name"] == name) {
                return Err(Diagnostic::error(
                    format!("Error creating RouterNat: {name} already exists"),
                    "",
                ));
            }
            nats.push(body);
            Ok(())
        })
        .await?;
        self.read_nat(planned).await
    }

    pub(super) async fn read_nat(&self, state: &Value) -> Found {
        let router = self.client.find(&fill(ROUTER, state)).await;
        let router = router.map_err(|error| self.failed("reading", &error))?;
        let name = state.text_at("name");
        let nats = router.as_ref().and_then(|router| router["nats"].as_array());
        let Some(nat) = nats.and_then(|nats| nats.iter().find(|nat| nat["name"] == name)) else {
            return Ok(None);
        };
        let mut found = self.translator().flatten(nat, state);
        for part in ["project", "region"] {
            found.set(part, state.at(part).clone());
        }
        found.set("id", Value::text(self.id(state)));
        Ok(Some(found))
    }

    pub(super) async fn update_nat(&self, update: &Update<'_>) -> Result<(), Diagnostic> {
        let body = self.translator().expand(update.planned, Some(&update.names));
        let name = update.planned.text_at("name");
        self.change_nats(update.planned, ("updating", "Updating RouterNat"), |nats| {
            let nat = nats.iter_mut().find(|nat| nat["name"] == name).and_then(Json::as_object_mut);
            let gone =
                || Diagnostic::error(format!("Error updating RouterNat: {name} is gone"), "");
            nat.ok_or_else(gone)?.extend(body);
            Ok(())
        })
        .await
    }

    pub(super) async fn delete_nat(&self, state: &Value) -> Result<(), Diagnostic> {
        let router = self.client.find(&fill(ROUTER, state)).await;
        if router.map_err(|error| self.failed("reading", &error))?.is_none() {
            return Ok(());
        }
        self.change_nats(state, ("deleting", "Deleting RouterNat"), |nats| {
            nats.retain(|nat| nat["name"] != state.text_at("name"));
            Ok(())
        })
        .await
    }

    async fn change_nats(
        &self,
        state: &Value,
        words: (&str, &str),
        change: impl FnOnce(&mut Vec<Json>) -> Result<(), Diagnostic>,
    ) -> Result<(), Diagnostic> {
        let _alone = WRITING.lock().await;
        let path = fill(ROUTER, state);
        let router = self.client.get(&path).await.map_err(|error| self.failed(words.0, &error))?;
        let mut nats = router["nats"].as_array().cloned().unwrap_or_default();
        change(&mut nats)?;
        self.operate(state, (Method::PATCH, &path, json!({ "nats": nats })), words).await
    }
}
