//! Cloud Storage's JSON API: buckets and their policies. Objects are [`super::objects`]'.

use super::{call::Call, objects, paging, respond, rights, unknown};
use crate::cloud::{
    Cloud, Model,
    bucket::Bucket,
    error::{ApiError, Result},
    object::Preconditions,
};
use axum::response::Response;
use hyper::Method;
use serde_json::{Value, json};
use std::sync::Arc;

/// Answers a request below `/storage/v1/`.
pub async fn handle(cloud: &Arc<Cloud>, call: &mut Call) -> Result<Response> {
    let segments = call.segments.clone();
    let mut path: Vec<&str> = segments.iter().map(String::as_str).collect();
    if path[0] == "download" {
        path.remove(0);
    }
    match (call.method.as_str(), path.get(2..).unwrap_or_default()) {
        ("GET", ["b"]) => list(cloud, call),
        ("POST", ["b"]) => insert(cloud, call).await,
        (_, ["b", name]) => bucket(cloud, call, name).await,
        ("GET", ["b", name, "iam"]) => get_policy(cloud, call, name),
        ("PUT", ["b", name, "iam"]) => set_policy(cloud, call, name).await,
        ("GET", ["b", name, "iam", "testPermissions"]) => test_permissions(cloud, call, name),
        ("GET", ["b", name, "anywhereCaches" | "anywhereCaches/"])
        | ("GET", ["b", name, "anywhereCaches", ""]) => {
            rights::bucket(&cloud.lock(), &call.caller, "storage.buckets.get", name)?;
            Ok(respond::json(&json!({ "kind": "storage#anywhereCaches" })))
        }
        ("GET", ["b", name, "storageLayout"]) => layout(cloud, call, name),
        (_, ["b", name, "o", object @ ..]) => objects::handle(cloud, call, name, object).await,
        ("GET", ["projects", project, "serviceAccount"]) => {
            cloud.lock().require(&call.caller, "resourcemanager.projects.get", project)?;
            service_agent(cloud, project)
        }
        _ => Err(unknown(call)),
    }
}

fn list(cloud: &Cloud, call: &Call) -> Result<Response> {
    let model = cloud.lock();
    let project = call.param("project").unwrap_or_default();
    model.require(&call.caller, "storage.buckets.list", project)?;
    let project = &model.project(project)?.id;
    let prefix = call.param("prefix").unwrap_or_default();
    let buckets = model.buckets.values();
    let of = buckets.filter(|b| b.project == *project && b.name.starts_with(prefix));
    let items: Vec<Value> = of.map(|bucket| bucket.to_json(cloud.base())).collect();
    let (page, next) = paging::cut(call, "maxResults", 1000, items)?;
    let mut json = json!({ "kind": "storage#buckets", "items": page });
    if let Some(next) = next {
        json["nextPageToken"] = next.into();
    }
    Ok(respond::json(&json))
}

async fn insert(cloud: &Cloud, call: &mut Call) -> Result<Response> {
    let body = call.json().await?;
    let mut model = cloud.lock();
    let project = call.param("project").unwrap_or_default();
    model.require(&call.caller, "storage.buckets.create", project)?;
    let (id, number) = model.project(project).map(|p| (p.id.clone(), p.number))?;
    let bucket = Bucket::create(&id, number, &body)?;
    if let Some(other) = model.buckets.get(&bucket.name) {
        let message = if other.project == id {
            "Your previous request to create the named bucket succeeded and you already own it."
        } else {
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again."
        };
        return Err(ApiError::conflict(message));
    }
    let json = bucket.to_json(cloud.base());
    model.buckets.insert(bucket.name.clone(), bucket);
    Ok(respond::json(&json))
}

async fn bucket(cloud: &Cloud, call: &mut Call, name: &str) -> Result<Response> {
    let body = match call.method {
        Method::PATCH | Method::PUT => call.json().await?,
        _ => Value::Null,
    };
    let mut model = cloud.lock();
    let permission = match call.method {
        Method::GET => "storage.buckets.get",
        Method::PATCH | Method::PUT => "storage.buckets.update",
        Method::DELETE => "storage.buckets.delete",
        _ => return Err(unknown(call)),
    };
    let bucket = rights::bucket(&model, &call.caller, permission, name)?;
    check_metageneration(call, bucket)?;
    match call.method {
        Method::PATCH => model.bucket_mut(name)?.patch(&body)?,
        Method::PUT => model.bucket_mut(name)?.update(&body)?,
        Method::DELETE if !bucket.is_empty() => {
            return Err(ApiError::conflict("The bucket you tried to delete is not empty."));
        }
        Method::DELETE => {
            model.buckets.remove(name);
            return Ok(respond::empty(204));
        }
        _ => {}
    }
    Ok(respond::json(&model.bucket(name)?.to_json(cloud.base())))
}

fn check_metageneration(call: &Call, bucket: &Bucket) -> Result<()> {
    let wanted = call.number("ifMetagenerationMatch")?;
    if wanted.is_none_or(|wanted| wanted == bucket.metageneration()) {
        return Ok(());
    }
    Err(ApiError::condition_not_met())
}

fn get_policy(cloud: &Cloud, call: &Call, name: &str) -> Result<Response> {
    let model = cloud.lock();
    rights::bucket(&model, &call.caller, "storage.buckets.getIamPolicy", name)?;
    let version = call.number("optionsRequestedPolicyVersion")?.unwrap_or(1);
    Ok(respond::json(&policy_json(&model, name, version)?))
}

fn policy_json(model: &Model, name: &str, version: u64) -> Result<Value> {
    let mut json = model.bucket(name)?.policy.to_json(version);
    json["kind"] = "storage#policy".into();
    json["resourceId"] = format!("projects/_/buckets/{name}").into();
    Ok(json)
}

async fn set_policy(cloud: &Cloud, call: &mut Call, name: &str) -> Result<Response> {
    let body = call.json().await?;
    let mut model = cloud.lock();
    rights::bucket(&model, &call.caller, "storage.buckets.setIamPolicy", name)?;
    model.check_members(&body)?;
    let delay = model.settings.iam_delay();
    model.bucket_mut(name)?.set_policy(&body, delay)?;
    Ok(respond::json(&policy_json(&model, name, 3)?))
}

fn test_permissions(cloud: &Cloud, call: &Call, name: &str) -> Result<Response> {
    let model = cloud.lock();
    model.bucket(name)?;
    let held = |p: &&str| rights::bucket(&model, &call.caller, p, name).is_ok();
    let permissions: Vec<&str> = call.params("permissions").filter(held).collect();
    let kind = "storage#testIamPermissionsResponse";
    Ok(respond::json(&json!({ "kind": kind, "permissions": permissions })))
}

fn layout(cloud: &Cloud, call: &Call, name: &str) -> Result<Response> {
    let model = cloud.lock();
    let bucket = rights::bucket(&model, &call.caller, "storage.objects.list", name)?;
    let json = bucket.to_json(cloud.base());
    Ok(respond::json(&json!({
        "kind": "storage#storageLayout",
        "bucket": name,
        "location": json["location"],
        "locationType": json["locationType"],
    })))
}

fn service_agent(cloud: &Cloud, project: &str) -> Result<Response> {
    let number = cloud.lock().project(project)?.number;
    let email = format!("service-{number}@gs-project-accounts.iam.gserviceaccount.com");
    Ok(respond::json(&json!({ "kind": "storage#serviceAccount", "email_address": email })))
}

/// The preconditions that a request's query names.
pub fn preconditions(call: &Call) -> Result<Preconditions> {
    Ok(Preconditions {
        generation: call.number("ifGenerationMatch")?,
        not_generation: call.number("ifGenerationNotMatch")?,
        metageneration: call.number("ifMetagenerationMatch")?,
        not_metageneration: call.number("ifMetagenerationNotMatch")?,
    })
}
