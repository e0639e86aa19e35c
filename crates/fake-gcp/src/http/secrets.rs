//! Secret Manager's API.

use super::{call::Call, paging, projects, respond, rights, unknown};
use crate::cloud::{
    Cloud, Model,
    error::{ApiError, Result},
    secret::{Secret, State},
};
use axum::response::Response;
use serde_json::{Value, json};

/// Answers a request below `/secretmanager/v1/`.
pub async fn handle(cloud: &Cloud, call: &mut Call) -> Result<Response> {
    let body = if call.method == hyper::Method::GET { Value::Null } else { call.json().await? };
    let parts = call.parts();
    let ["secretmanager", "v1", "projects", project, rest @ ..] = parts.as_slice() else {
        return Err(unknown(call));
    };
    let mut model = cloud.lock();
    projects::require_api(&model, project, "secretmanager.googleapis.com", "Secret Manager")?;
    let json = match (call.method.as_str(), rest) {
        ("GET", ["secrets"]) => list(&model, call, project)?,
        ("POST", ["secrets"]) => create(&mut model, call, project, &body)?,
        (_, ["secrets", last]) => match last.split_once(':') {
            None => secret(&mut model, call, project, last, &body)?,
            Some((id, verb)) => secret_verb(&mut model, call, (project, id), verb, &body)?,
        },
        ("GET", ["secrets", id, "versions"]) => versions(&model, call, project, id)?,
        (_, ["secrets", id, "versions", last]) => {
            let (version, verb) = last.split_once(':').unwrap_or((last, ""));
            version_verb(&mut model, call, (project, id), version, verb)?
        }
        _ => return Err(unknown(call)),
    };
    Ok(respond::json(&json))
}

fn list(model: &Model, call: &Call, project: &str) -> Result<Value> {
    model.require(&call.caller, "secretmanager.secrets.list", project)?;
    let project = &model.project(project)?.id;
    let filter = call.param("filter").unwrap_or_default();
    let filter = crate::cloud::compute::filter::Filter::parse(filter)?;
    let of = model.secrets.iter().filter(|((p, _), _)| p == project);
    let all = of.map(|(_, secret)| secret.to_json());
    let secrets: Vec<Value> = all.filter(|secret| filter.matches(secret)).collect();
    let total = secrets.len();
    let (page, next) = paging::cut(call, "pageSize", 25_000, secrets)?;
    let mut json = json!({ "totalSize": total });
    // An empty list is left out, as protocol buffers leave it out.
    if !page.is_empty() {
        json["secrets"] = page.into();
    }
    if let Some(next) = next {
        json["nextPageToken"] = next.into();
    }
    Ok(json)
}

fn create(model: &mut Model, call: &Call, project: &str, body: &Value) -> Result<Value> {
    model.require(&call.caller, "secretmanager.secrets.create", project)?;
    let (project, number) = model.project(project).map(|p| (p.id.clone(), p.number))?;
    let id = call.param("secretId").unwrap_or_default();
    let word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if id.is_empty() || id.len() > 255 || !id.chars().all(word) {
        return Err(ApiError::invalid(format!("Invalid secret id: '{id}'")));
    }
    let key = (project, id.to_owned());
    let name = format!("projects/{number}/secrets/{id}");
    if model.secrets.contains_key(&key) {
        return Err(ApiError::exists(format!("Secret [{name}] already exists.")));
    }
    let secret = Secret::create(name, body)?;
    let json = secret.to_json();
    model.secrets.insert(key, secret);
    Ok(json)
}

fn secret(model: &mut Model, call: &Call, project: &str, id: &str, body: &Value) -> Result<Value> {
    let found = guarded(
        model,
        call,
        (project, id),
        match call.method.as_str() {
            "GET" => "secretmanager.secrets.get",
            "PATCH" => "secretmanager.secrets.update",
            "DELETE" => "secretmanager.secrets.delete",
            _ => return Err(unknown(call)),
        },
    )?;
    match call.method.as_str() {
        "PATCH" => {
            let mask = call.param("updateMask").unwrap_or_default().to_owned();
            let secret = model.secret_mut(project, id)?;
            secret.patch(body, &mask)?;
            Ok(secret.to_json())
        }
        "DELETE" => {
            let project = model.project(project)?.id.clone();
            model.secrets.remove(&(project, id.to_owned()));
            Ok(json!({}))
        }
        _ => Ok(found),
    }
}

/// A secret on which the caller has a right.
fn guarded(
    model: &Model,
    call: &Call,
    (project, id): (&str, &str),
    permission: &str,
) -> Result<Value> {
    let secret = visible(model, call, project, id, permission)?;
    rights::secret(model, &call.caller, permission, secret)?;
    Ok(secret.to_json())
}

/// Who has no right in the project must not learn whether a secret exists.
fn visible<'a>(
    model: &'a Model,
    call: &Call,
    project: &str,
    id: &str,
    permission: &str,
) -> Result<&'a Secret> {
    model.secret(project, id).map_err(|missing| {
        match model.require(&call.caller, permission, project) {
            Ok(()) => missing,
            Err(_) => ApiError::forbidden(format!(
                "Permission '{permission}' denied for resource 'projects/{project}/secrets/{id}' (or it may not exist)."
            )),
        }
    })
}

fn secret_verb(
    model: &mut Model,
    call: &Call,
    name: (&str, &str),
    verb: &str,
    body: &Value,
) -> Result<Value> {
    let (project, id) = name;
    match (call.method.as_str(), verb) {
        ("POST", "addVersion") => {
            guarded(model, call, name, "secretmanager.versions.add")?;
            let secret = model.secret_mut(project, id)?;
            let number = secret.add_version(body)?;
            secret.version_json(number)
        }
        ("GET", "getIamPolicy") => {
            guarded(model, call, name, "secretmanager.secrets.getIamPolicy")?;
            let version = call.number("options.requestedPolicyVersion")?.unwrap_or(1);
            Ok(model.secret(project, id)?.policy.to_json(version))
        }
        ("POST", "setIamPolicy") => {
            guarded(model, call, name, "secretmanager.secrets.setIamPolicy")?;
            model.check_members(&body["policy"])?;
            let delay = model.settings.iam_delay();
            let secret = model.secret_mut(project, id)?;
            secret.policy.replace(&body["policy"], delay, &stale())?;
            Ok(secret.policy.to_json(3))
        }
        ("POST", "testIamPermissions") => {
            let secret = model.secret(project, id)?;
            let asked = body["permissions"].as_array().into_iter().flatten();
            let held = |p: &&str| rights::secret(model, &call.caller, p, secret).is_ok();
            let held: Vec<&str> = asked.filter_map(Value::as_str).filter(held).collect();
            Ok(json!({ "permissions": held }))
        }
        _ => Err(unknown(call)),
    }
}

/// 409 for a policy that was read before somebody else changed it.
pub fn stale() -> ApiError {
    ApiError::aborted(
        "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.",
    )
}

fn versions(model: &Model, call: &Call, project: &str, id: &str) -> Result<Value> {
    guarded(model, call, (project, id), "secretmanager.versions.list")?;
    let secret = model.secret(project, id)?;
    let versions = secret.numbers().map(|number| secret.version_json(number));
    let versions: Vec<Value> = versions.collect::<Result<_>>()?;
    Ok(json!({ "totalSize": versions.len(), "versions": versions }))
}

fn version_verb(
    model: &mut Model,
    call: &Call,
    (project, id): (&str, &str),
    version: &str,
    verb: &str,
) -> Result<Value> {
    let permission = match (call.method.as_str(), verb) {
        ("GET", "") => "secretmanager.versions.get",
        ("GET", "access") => "secretmanager.versions.access",
        ("POST", "enable") => "secretmanager.versions.enable",
        ("POST", "disable") => "secretmanager.versions.disable",
        ("POST", "destroy") => "secretmanager.versions.destroy",
        _ => return Err(unknown(call)),
    };
    let secret = visible(model, call, project, id, permission)?;
    rights::version(model, &call.caller, permission, secret, version)?;
    let number = secret.number(version)?;
    match verb {
        "" => secret.version_json(number),
        "access" => secret.access(number),
        verb => {
            let state = match verb {
                "enable" => State::Enabled,
                "disable" => State::Disabled,
                _ => State::Destroyed,
            };
            model.secret_mut(project, id)?.set_state(number, state)
        }
    }
}
