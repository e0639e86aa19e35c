//! Members of an IAM policy: read the policy, change one binding, write it back with its etag.

use std::sync::LazyLock;

use hyper::Method;
use serde_json::{Map, Value as Json, json};
use tokio::sync::Mutex;

use super::{Found, Resource, fill};
use crate::provider::diagnostic::Diagnostic;
use crate::provider::rest::RestError;
use crate::provider::spelling::basename;
use crate::provider::value::Value;

/// How often a policy is read again that somebody else has changed in between.
const TRIES: u32 = 10;

/// Whoever reads a policy to write it holds this.
static WRITING: LazyLock<Mutex<()>> = LazyLock::new(Mutex::default);

impl Resource<'_> {
    pub(super) async fn create_member(&self, planned: &Value) -> Found {
        let (role, condition) = (planned.text_at("role"), condition(planned));
        self.change_policy(planned, |bindings| {
            let member = Json::from(planned.text_at("member"));
            let same = bindings.iter_mut().find(|binding| is_of(binding, role, &condition));
            match same.and_then(|binding| binding["members"].as_array_mut()) {
                Some(members) if members.contains(&member) => {}
                Some(members) => members.push(member),
                None => {
                    let mut binding = json!({ "role": role, "members": [member] });
                    if !condition.is_null() {
                        binding["condition"] = condition.clone();
                    }
                    bindings.push(binding);
                }
            }
        })
        .await?;
        self.read_member(planned).await
    }

    pub(super) async fn read_member(&self, state: &Value) -> Found {
        let state = &self.with_parent(state);
        let policy = match self.policy(state).await {
            Ok(policy) => policy,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(self.policy_failed(state, "retrieving", &error)),
        };
        let (role, member, wanted) =
            (state.text_at("role"), state.text_at("member"), condition(state));
        let bindings = policy["bindings"].as_array().into_iter().flatten();
        let mut bindings = bindings.filter(|binding| {
            // An import names a condition by its title alone.
            let by_title = wanted["expression"].is_null() && !wanted.is_null();
            let condition = &binding["condition"];
            let matches =
                by_title && binding["role"] == role && condition["title"] == wanted["title"];
            matches || is_of(binding, role, &wanted)
        });
        let has = |binding: &&Json| {
            let members = binding["members"].as_array();
            members.is_some_and(|members| members.iter().any(|one| one == member))
        };
        let Some(binding) = bindings.find(has) else { return Ok(None) };
        let mut found = state.clone();
        let condition = &binding["condition"];
        found.set("condition", flatten(condition));
        found.set("etag", Value::from_json(&policy["etag"]));
        let mut id = format!("{}/{role}/{member}", self.id(&self.with_names(state)));
        if !condition.is_null() {
            let part = |name: &str| condition[name].as_str().unwrap_or_default().to_owned();
            id = format!("{id}/{}/{}/{}", part("title"), part("description"), part("expression"));
        }
        found.set("id", Value::text(id));
        Ok(Some(found))
    }

    pub(super) async fn delete_member(&self, state: &Value) -> Result<(), Diagnostic> {
        let (role, condition) = (state.text_at("role"), condition(state));
        let removed = self.change_policy(state, |bindings| {
            for binding in bindings.iter_mut().filter(|binding| is_of(binding, role, &condition)) {
                if let Some(members) = binding["members"].as_array_mut() {
                    members.retain(|member| member != state.text_at("member"));
                }
            }
            bindings
                .retain(|binding| binding["members"].as_array().is_none_or(|all| !all.is_empty()));
        });
        removed.await
    }

    async fn change_policy(
        &self,
        state: &Value,
        change: impl Fn(&mut Vec<Json>),
    ) -> Result<(), Diagnostic> {
        let _alone = WRITING.lock().await;
        let mut tries = 0;
        loop {
            let mut policy = match self.policy(state).await {
                Ok(policy) => policy,
                Err(error) => return Err(self.policy_failed(state, "retrieving", &error)),
            };
            let mut bindings = policy["bindings"].as_array().cloned().unwrap_or_default();
            change(&mut bindings);
            policy["bindings"] = bindings.into();
            policy["version"] = 3.into();
            match self.set_policy(state, policy).await {
                Err(error) if error.is_conflict() && tries < TRIES => tries += 1,
                Err(error) => return Err(self.policy_failed(state, "setting", &error)),
                Ok(_) => return Ok(()),
            }
        }
    }

    async fn policy(&self, state: &Value) -> Result<Json, RestError> {
        let path = self.policy_path(state);
        let policy = match self.kind {
            "google_storage_bucket_iam_member" => {
                self.client.get(&format!("{path}?optionsRequestedPolicyVersion=3")).await?
            }
            "google_project_iam_member" => {
                let options = json!({ "options": { "requestedPolicyVersion": 3 } });
                self.client.post(&format!("{path}:getIamPolicy"), options).await?
            }
            _ => {
                let query = "options.requestedPolicyVersion=3";
                self.client.get(&format!("{path}:getIamPolicy?{query}")).await?
            }
        };
        Ok(if policy.is_object() { policy } else { Json::Object(Map::new()) })
    }

    async fn set_policy(&self, state: &Value, policy: Json) -> Result<Json, RestError> {
        let path = self.policy_path(state);
        if self.kind == "google_storage_bucket_iam_member" {
            return self.client.call(Method::PUT, &path, Some(policy)).await;
        }
        self.client.post(&format!("{path}:setIamPolicy"), json!({ "policy": policy })).await
    }

    fn policy_path(&self, state: &Value) -> String {
        fill(&self.behaviour.iam, &self.with_names(state))
    }

    /// The state with bare names: a bucket may be `b/NAME`, a secret `projects/P/secrets/NAME`.
    fn with_names(&self, state: &Value) -> Value {
        let mut state = state.clone();
        if let Some(bucket) = state.at("bucket").as_text().map(basename).map(Value::text) {
            state.set("bucket", bucket);
        }
        let secret = state.text_at("secret_id").to_owned();
        if let ["projects", project, "secrets", name] = secret.split('/').collect::<Vec<_>>()[..] {
            state.set("project", Value::text(project));
            state.set("secret_id", Value::text(name));
        }
        state
    }

    /// The state with the parent as the real provider keeps it: by its whole name.
    fn with_parent(&self, state: &Value) -> Value {
        let named = self.with_names(state);
        let mut state = named.clone();
        match self.kind {
            "google_storage_bucket_iam_member" => {
                state.set("bucket", Value::text(fill("b/{bucket}", &named)));
            }
            "google_secret_manager_secret_iam_member" => {
                let name = fill("projects/{project}/secrets/{secret_id}", &named);
                state.set("secret_id", Value::text(name));
            }
            _ => {}
        }
        state
    }

    fn policy_failed(&self, state: &Value, doing: &str, error: &RestError) -> Diagnostic {
        let what = match self.kind {
            "google_storage_bucket_iam_member" => "storage bucket",
            "google_project_iam_member" => "project",
            _ => "secretmanager secret",
        };
        let id = self.id(&self.with_names(state));
        Diagnostic::error(format!("Error {doing} IAM policy for {what} {id:?}: {error}"), "")
    }
}

fn condition(state: &Value) -> Json {
    let condition = state.at("condition");
    if condition.is_empty() {
        return Json::Null;
    }
    let mut json = Map::new();
    for name in ["title", "description", "expression"] {
        let text = condition.text_at(name);
        if !text.is_empty() {
            json.insert(name.to_owned(), text.into());
        }
    }
    Json::Object(json)
}

fn flatten(condition: &Json) -> Value {
    if condition.is_null() {
        return Value::List(Vec::new());
    }
    let part = |name: &str| {
        let text = condition[name].as_str().filter(|text| !text.is_empty());
        (name.to_owned(), text.map_or(Value::Null, Value::text))
    };
    Value::List(vec![Value::Map(["title", "description", "expression"].map(part).into())])
}

fn is_of(binding: &Json, role: &str, condition: &Json) -> bool {
    let part = |json: &Json, name: &str| json[name].as_str().unwrap_or_default().to_owned();
    let same = |name| part(&binding["condition"], name) == part(condition, name);
    binding["role"] == role && ["title", "description", "expression"].into_iter().all(same)
}
