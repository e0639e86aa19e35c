//! Service accounts.
//! The pauses of the real provider, for an account to be known everywhere, are left out.

use hyper::Method;
use serde_json::{Value as Json, json};

use super::{Found, Resource, Update, object};
use crate::provider::diagnostic::Diagnostic;
use crate::provider::value::Value;

impl Resource<'_> {
    pub(super) async fn create_account(&self, planned: &Value) -> Found {
        let (id, project) = (planned.text_at("account_id"), planned.text_at("project"));
        let body = json!({
            "accountId": id,
            "serviceAccount": object([
                ("displayName", planned.at("display_name").to_json()),
                ("description", planned.at("description").to_json()),
            ]),
        });
        let mut state = planned.clone();
        let email = format!("{id}@{project}.iam.gserviceaccount.com");
        state.set("email", Value::text(email));
        match self.client.post(&format!("iam/projects/{project}/serviceAccounts"), body).await {
            Ok(_) => {}
            Err(error)
                if error.is_conflict() && planned.flag_at("create_ignore_already_exists") => {}
            Err(error) => return Err(self.failed("creating", &error)),
        }
        if planned.flag_at("disabled") {
            self.account_verb(&state, "disable").await?;
        }
        self.read_account(&state).await
    }

    pub(super) async fn read_account(&self, state: &Value) -> Found {
        let id = self.id(state);
        let body = self.client.find(&format!("iam/{id}")).await;
        let Some(body) = body.map_err(|error| self.failed("reading", &error))? else {
            return Ok(None);
        };
        let mut found = self.translator().flatten(&body, state);
        let email = body["email"].as_str().unwrap_or_default();
        found.set("account_id", Value::text(email.split('@').next().unwrap_or_default()));
        found.set("member", Value::text(format!("serviceAccount:{email}")));
        found.set("project", Value::from_json(&body["projectId"]));
        found.set("disabled", Value::Bool(body["disabled"] == true));
        found.set("id", Value::text(id));
        Ok(Some(found))
    }

    pub(super) async fn update_account(&self, update: &Update<'_>) -> Result<(), Diagnostic> {
        let state = update.planned;
        let mut names = update.names.clone();
        names.retain(|name| matches!(name.as_str(), "display_name" | "description"));
        if !names.is_empty() {
            let body = self.translator().expand(state, Some(&names));
            let mask = body.keys().cloned().collect::<Vec<_>>().join(",");
            let body = json!({ "serviceAccount": body, "updateMask": mask });
            let path = format!("iam/{}", self.id(state));
            let done = self.client.call(Method::PATCH, &path, Some(body)).await;
            done.map_err(|error| self.failed("updating", &error))?;
        }
        if update.has("disabled") {
            let verb = if state.flag_at("disabled") { "disable" } else { "enable" };
            self.account_verb(state, verb).await?;
        }
        Ok(())
    }

    async fn account_verb(&self, state: &Value, verb: &str) -> Result<(), Diagnostic> {
        let path = format!("iam/{}:{verb}", self.id(state));
        let done = self.client.post(&path, Json::Object(serde_json::Map::new())).await;
        done.map_err(|error| self.failed("updating", &error))?;
        Ok(())
    }

    pub(super) async fn delete_account(&self, state: &Value) -> Result<(), Diagnostic> {
        let path = format!("iam/{}", self.id(state));
        match self.client.call(Method::DELETE, &path, None).await {
            Err(error) if !error.is_not_found() => Err(self.failed("deleting", &error)),
            _ => Ok(()),
        }
    }
}
