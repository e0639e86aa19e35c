//! Buckets. Calls are synchronous; a PATCH merges, and null removes.

use hyper::Method;
use serde_json::{Map, Value as Json, json};

use super::{Found, Resource, Update, escape};
use crate::provider::diagnostic::Diagnostic;
use crate::provider::value::Value;

impl Resource<'_> {
    pub(super) async fn create_bucket(&self, planned: &Value) -> Found {
        let mut body = self.translator().expand(planned, None);
        self.lifecycle(planned, &mut body);
        let project = planned.text_at("project");
        let retention = planned.flag_at("enable_object_retention");
        let retention = if retention { "&enableObjectRetention=true" } else { "" };
        let path = format!("storage/b?project={project}{retention}");
        let made = self.client.post(&path, body.into()).await;
        // This one is reported without a noun.
        made.map_err(|error| Diagnostic::error(error.to_string(), ""))?;
        self.read_bucket(planned).await
    }

    pub(super) async fn read_bucket(&self, state: &Value) -> Found {
        let name = state.text_at("name");
        let body = self.client.find(&format!("storage/b/{name}")).await;
        let Some(body) = body.map_err(|error| self.failed("reading", &error))? else {
            return Ok(None);
        };
        let mut found = self.translator().flatten(&body, state);
        with_states(&mut found, &body);
        found.set("project", state.at("project").clone());
        found.set("url", Value::text(format!("gs://{name}")));
        found.set("id", Value::text(name));
        Ok(Some(found))
    }

    pub(super) async fn update_bucket(&self, update: &Update<'_>) -> Result<(), Diagnostic> {
        let mut body = self.translator().expand(update.planned, Some(&update.names));
        if update.has("lifecycle_rule") {
            self.lifecycle(update.planned, &mut body);
        }
        removed_labels(update, &mut body);
        if body.is_empty() {
            return Ok(());
        }
        let path = format!("storage/b/{}", update.planned.text_at("name"));
        let done = self.client.call(Method::PATCH, &path, Some(body.into())).await;
        done.map_err(|error| self.failed("updating", &error))?;
        Ok(())
    }

    pub(super) async fn delete_bucket(&self, state: &Value) -> Result<(), Diagnostic> {
        let name = state.text_at("name");
        let path = format!("storage/b/{name}");
        loop {
            let list = self.client.find(&format!("{path}/o?versions=true")).await;
            let Some(list) = list.map_err(|error| self.failed("deleting", &error))? else {
                return Ok(());
            };
            let items = list["items"].as_array().cloned().unwrap_or_default();
            if items.is_empty() {
                break;
            }
            if !state.flag_at("force_destroy") {
                let text = format!(
                    "Error trying to delete bucket {name} without `force_destroy` set to true"
                );
                return Err(Diagnostic::error(text, ""));
            }
            for item in items {
                let part = |key: &str| item[key].as_str().unwrap_or_default().to_owned();
                let object =
                    format!("{path}/o/{}?generation={}", escape(&part("name")), part("generation"));
                self.delete_or_gone(&object).await?;
            }
        }
        self.delete_or_gone(&path).await
    }

    /// What the table can't say of lifecycle rules: `with_state` is a truth value, and 0 is not set
    /// unless a second argument says that it is meant.
    fn lifecycle(&self, planned: &Value, body: &mut Map<String, Json>) {
        let rules = planned.at("lifecycle_rule").as_list().unwrap_or_default();
        let Some(list) = body.get_mut("lifecycle").and_then(|l| l["rule"].as_array_mut()) else {
            return;
        };
        for (rule, json) in rules.iter().zip(list) {
            let Some(json) = json["condition"].as_object_mut() else { continue };
            let condition = rule.at("condition");
            let meant = [
                ("age", "send_age_if_zero"),
                ("daysSinceNoncurrentTime", "send_days_since_noncurrent_time_if_zero"),
                ("daysSinceCustomTime", "send_days_since_custom_time_if_zero"),
                ("numNewerVersions", "send_num_newer_versions_if_zero"),
            ];
            for (key, flag) in meant {
                if json.get(key) == Some(&json!(0)) && !condition.flag_at(flag) {
                    json.remove(key);
                }
            }
            match condition.text_at("with_state") {
                "LIVE" => json.insert("isLive".to_owned(), true.into()),
                "ARCHIVED" => json.insert("isLive".to_owned(), false.into()),
                _ => None,
            };
        }
    }
}

/// The counterpart of `isLive`.
fn with_states(found: &mut Value, body: &Json) {
    let Value::List(mut rules) = found.at("lifecycle_rule").clone() else { return };
    let bodies = body["lifecycle"]["rule"].as_array().cloned().unwrap_or_default();
    for (rule, json) in rules.iter_mut().zip(&bodies) {
        let state = match json["condition"]["isLive"].as_bool() {
            Some(true) => "LIVE",
            Some(false) => "ARCHIVED",
            None => "ANY",
        };
        let Value::List(mut conditions) = rule.at("condition").clone() else { continue };
        for condition in &mut conditions {
            condition.set("with_state", Value::text(state));
        }
        rule.set("condition", Value::List(conditions));
    }
    found.set("lifecycle_rule", Value::List(rules));
}

/// A label that is not wanted any more is sent as null.
fn removed_labels(update: &Update<'_>, body: &mut Map<String, Json>) {
    let Some(labels) = body.get_mut("labels") else { return };
    if labels.is_null() {
        *labels = Json::Object(Map::new());
    }
    let before = update.prior.at("effective_labels").as_map().into_iter().flatten();
    for (key, _) in before {
        if labels.get(key).is_none() {
            labels[key] = Json::Null;
        }
    }
}
