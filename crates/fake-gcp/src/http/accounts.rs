//! IAM's API for service accounts, and tokens for those who impersonate one.

use super::{call::Call, paging, respond, secrets, unknown};
use crate::{
    cloud::{
        Cloud, Model, clock,
        error::{ApiError, Result},
    },
    machine::Host,
};
use axum::response::Response;
use serde_json::{Value, json};

/// Answers a request below `/iam/v1/` or `/iamcredentials/v1/`.
pub async fn handle(cloud: &Cloud, call: &mut Call) -> Result<Response> {
    let body = if call.method == hyper::Method::GET { Value::Null } else { call.json().await? };
    let parts = call.parts();
    let json = match (call.method.as_str(), parts.as_slice()) {
        ("GET", ["iam", "v1", "projects", project, "serviceAccounts"]) => {
            list(&cloud.lock(), call, project)?
        }
        ("POST", ["iam", "v1", "projects", project, "serviceAccounts"]) => {
            let mut model = cloud.lock();
            model.require(&call.caller, "iam.serviceAccounts.create", project)?;
            model.add_account(project, &body)?.to_json()
        }
        (_, ["iam", "v1", "projects", project, "serviceAccounts", last]) => {
            let (email, verb) = last.split_once(':').unwrap_or((last, ""));
            account(&mut cloud.lock(), call, (project, email), verb, &body)?
        }
        ("POST", ["iamcredentials", "v1", "projects", "-", "serviceAccounts", last]) => {
            let Some((email, "generateAccessToken")) = last.split_once(':') else {
                return Err(unknown(call));
            };
            access_token(cloud, call, email)?
        }
        _ => return Err(unknown(call)),
    };
    Ok(respond::json(&json))
}

fn list(model: &Model, call: &Call, project: &str) -> Result<Value> {
    model.require(&call.caller, "iam.serviceAccounts.list", project)?;
    let project = &model.project(project)?.id;
    let of = model.accounts.values().filter(|account| account.project == *project);
    let accounts: Vec<Value> = of.map(|account| account.to_json()).collect();
    let (page, next) = paging::cut(call, "pageSize", 100, accounts)?;
    let mut json = json!({});
    if !page.is_empty() {
        json["accounts"] = page.into();
    }
    if let Some(next) = next {
        json["nextPageToken"] = next.into();
    }
    Ok(json)
}

fn account(
    model: &mut Model,
    call: &Call,
    (project, email): (&str, &str),
    verb: &str,
    body: &Value,
) -> Result<Value> {
    let email = by_address_or_number(model, email);
    let known = model.accounts.get(&email).filter(|a| project == "-" || a.project == project);
    let home = known.map(|account| account.project.clone());
    let permission = match (call.method.as_str(), verb) {
        ("GET", "") => "iam.serviceAccounts.get",
        ("PATCH" | "PUT", "") => "iam.serviceAccounts.update",
        ("DELETE", "") => "iam.serviceAccounts.delete",
        ("POST", "enable") => "iam.serviceAccounts.enable",
        ("POST", "disable") => "iam.serviceAccounts.disable",
        ("GET" | "POST", "getIamPolicy") => "iam.serviceAccounts.getIamPolicy",
        ("POST", "setIamPolicy") => "iam.serviceAccounts.setIamPolicy",
        _ => return Err(unknown(call)),
    };
    model.require(&call.caller, permission, home.as_deref().unwrap_or(project))?;
    let missing = || {
        let name = format!("projects/{project}/serviceAccounts/{email}");
        ApiError::not_found(format!("Unknown service account: {name}"))
    };
    home.ok_or_else(missing)?;
    if call.method == hyper::Method::DELETE {
        model.delete_account(&email).ok_or_else(missing)?;
        return Ok(json!({}));
    }
    if verb == "setIamPolicy" {
        model.check_members(&body["policy"])?;
    }
    let delay = model.settings.iam_delay();
    let account = model.accounts.get_mut(&email).ok_or_else(missing)?;
    match (call.method.as_str(), verb) {
        ("PATCH", _) => account.patch(&body["serviceAccount"], body["updateMask"].as_str()),
        ("PUT", _) => account.patch(body, None),
        (_, "enable" | "disable") => {
            account.set_disabled(verb == "disable");
            return Ok(json!({}));
        }
        (_, "getIamPolicy") => return Ok(account.policy.to_json(3)),
        (_, "setIamPolicy") => {
            account.policy.replace(&body["policy"], delay, &secrets::stale())?;
            return Ok(account.policy.to_json(3));
        }
        _ => {}
    }
    Ok(account.to_json())
}

fn by_address_or_number(model: &Model, text: &str) -> String {
    let numbered = model.accounts.values().find(|a| a.unique_id.to_string() == text);
    numbered.map_or(text, |account| account.email.as_str()).to_owned()
}

fn access_token(cloud: &Cloud, call: &Call, email: &str) -> Result<Value> {
    {
        let model = cloud.lock();
        let account = model.accounts.get(email);
        let missing =
            || ApiError::not_found(format!("Not found; Gaia id not found for email {email}"));
        let project = account.ok_or_else(missing)?.project.clone();
        model.require(&call.caller, "iam.serviceAccounts.getAccessToken", &project)?;
    }
    let (token, seconds) = cloud.token(email);
    let seconds = i64::try_from(seconds).unwrap_or(3600);
    let expiry = jiff::Timestamp::from_second(clock::unix_seconds() + seconds);
    let expiry = expiry.map_err(ApiError::internal)?;
    Ok(json!({ "accessToken": token, "expireTime": clock::rfc3339(expiry) }))
}
