//! Resource Manager's API for projects, and Service Usage's.

use super::{call::Call, respond, secrets, unknown};
use crate::cloud::{
    Cloud, Model,
    error::{ApiError, Result},
};
use axum::response::Response;
use serde_json::{Value, json};

/// Answers a request below `/crm/v1/` or `/crm/v3/`.
pub async fn handle(cloud: &Cloud, call: &mut Call) -> Result<Response> {
    let body = if call.method == hyper::Method::GET { Value::Null } else { call.json().await? };
    let parts = call.parts();
    let ["crm", _, "projects", last] = parts.as_slice() else { return Err(unknown(call)) };
    let (id, verb) = last.split_once(':').unwrap_or((last, ""));
    let mut model = cloud.lock();
    let permission = match (call.method.as_str(), verb) {
        ("GET", "") => "resourcemanager.projects.get",
        ("POST", "getIamPolicy") => "resourcemanager.projects.getIamPolicy",
        ("POST", "setIamPolicy") => "resourcemanager.projects.setIamPolicy",
        ("POST", "testIamPermissions") => {
            return Ok(respond::json(&held(&model, call, id, &body)?));
        }
        _ => return Err(unknown(call)),
    };
    model.project(id)?;
    model.require(&call.caller, permission, id)?;
    let json = match verb {
        "getIamPolicy" => {
            let version = body["options"]["requestedPolicyVersion"].as_u64().unwrap_or(1);
            model.project(id)?.policy.to_json(version)
        }
        "setIamPolicy" => {
            model.check_members(&body["policy"])?;
            let delay = model.settings.iam_delay();
            let project = model.project_mut(id)?;
            project.policy.replace(&body["policy"], delay, &secrets::stale())?;
            project.policy.to_json(3)
        }
        _ => model.project(id)?.to_json(),
    };
    Ok(respond::json(&json))
}

fn held(model: &Model, call: &Call, project: &str, body: &Value) -> Result<Value> {
    model.project(project)?;
    let asked = body["permissions"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let held = |p: &&str| model.require(&call.caller, p, project).is_ok();
    let held: Vec<&str> = asked.filter(held).collect();
    Ok(json!({ "permissions": held }))
}

/// Answers a request below `/serviceusage/v1/`.
pub async fn handle_services(cloud: &Cloud, call: &mut Call) -> Result<Response> {
    let body = if call.method == hyper::Method::GET { Value::Null } else { call.json().await? };
    let parts = call.parts();
    if let ["serviceusage", "v1", "operations", name] = parts.as_slice() {
        return Ok(respond::json(&done(name, &json!({}))));
    }
    let ["serviceusage", "v1", "projects", id, rest @ ..] = parts.as_slice() else {
        return Err(unknown(call));
    };
    let mut model = cloud.lock();
    model.project(id)?;
    let writes = call.method != hyper::Method::GET;
    let permission =
        if writes { "serviceusage.services.enable" } else { "serviceusage.services.list" };
    model.require(&call.caller, permission, id)?;
    let project = model.project_mut(id)?;
    let json = match (call.method.as_str(), rest) {
        ("GET", ["services"]) => {
            let services = project.services.iter().map(|s| project.service_json(s));
            json!({ "services": services.collect::<Vec<_>>() })
        }
        ("GET", ["services:batchGet"]) => {
            let names = call.params("names").map(crate::cloud::compute::short);
            let services = names.map(|s| project.service_json(s));
            json!({ "services": services.collect::<Vec<_>>() })
        }
        ("POST", ["services:batchEnable"]) => {
            let ids = body["serviceIds"].as_array().into_iter().flatten();
            for service in ids.filter_map(Value::as_str) {
                check_service(service)?;
                project.services.insert(service.to_owned());
            }
            done("operations/acf.p1", &json!({}))
        }
        (_, ["services", last]) => {
            let (service, verb) = last.split_once(':').unwrap_or((last, ""));
            check_service(service)?;
            match (call.method.as_str(), verb) {
                ("GET", "") => {}
                ("POST", "enable") => {
                    project.services.insert(service.to_owned());
                }
                ("POST", "disable") => {
                    project.services.remove(service);
                }
                _ => return Err(unknown(call)),
            }
            let json = project.service_json(service);
            if verb.is_empty() {
                json
            } else {
                done("operations/acf.p1", &json!({ "service": json }))
            }
        }
        _ => return Err(unknown(call)),
    };
    Ok(respond::json(&json))
}

fn done(name: &str, response: &Value) -> Value {
    json!({ "name": name, "done": true, "response": response })
}

fn check_service(name: &str) -> Result<()> {
    if name.ends_with(".googleapis.com") {
        return Ok(());
    }
    Err(ApiError::forbidden(format!("Not found or permission denied for service(s): {name}.")))
}

/// Refuses a project that is not there, or does not use an API.
pub fn require_api(model: &Model, project: &str, service: &str, api: &str) -> Result<()> {
    let found = model.project(project)?;
    if found.services.contains(service) {
        return Ok(());
    }
    let number = found.number;
    Err(ApiError::new(
        403,
        "accessNotConfigured",
        format!(
            "{api} API has not been used in project {number} before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/{service}/overview?project={number} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry."
        ),
    ))
}
