//! Compute Engine's API: what exists of itself, operations, and collections. Instances are [`super::instances`]'.

use super::{call::Call, given, instances, respond, unknown};
use crate::cloud::{
    Cloud, Model,
    compute::{Place, Scope, catalogue, filter::Filter, resource},
    error::{ApiError, Result},
};
use axum::response::Response;
use serde_json::{Value, json};

/// Answers a request below `/compute/v1/`.
pub async fn handle(cloud: &Cloud, call: &mut Call) -> Result<Response> {
    let segments = call.segments.clone();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    let ["compute", "v1", "projects", project, rest @ ..] = path.as_slice() else {
        return Err(unknown(call));
    };
    if call.method == hyper::Method::GET
        && let Some(json) = given::find(&cloud.lock(), call, project, rest)?
    {
        return Ok(respond::json(&json));
    }
    let project = enabled_project(&cloud.lock(), project)?;
    let (scope, rest) = scope(&project, rest).ok_or_else(|| unknown(call))??;
    match rest {
        ["operations", op @ ..] => operation(cloud, call, &project, &scope, op).await,
        [kind, rest @ ..] => {
            let place = Place { project, scope, kind: (*kind).to_owned() };
            resource::type_of(&place).ok_or_else(|| unknown(call))?;
            require(&cloud.lock(), call, &place, rest)?;
            if *kind == "instances" {
                return instances::handle(cloud, call, &place, rest).await;
            }
            collection(cloud, call, &place, rest).await
        }
        [] => Err(unknown(call)),
    }
}

/// Compute Engine speaks of a missing project in its own way, and refuses one where it is not enabled.
pub fn enabled_project(model: &Model, project: &str) -> Result<String> {
    let found = model
        .project(project)
        .map_err(|_| ApiError::not_found(format!("Failed to find project {project}")))?;
    super::projects::require_api(model, &found.id, "compute.googleapis.com", "Compute Engine")?;
    Ok(found.id.clone())
}

/// Who is no owner needs a right of the project's policy.
fn require(model: &Model, call: &Call, place: &Place, rest: &[&str]) -> Result<()> {
    let verb = match (call.method.as_str(), rest) {
        ("GET", []) => "list",
        ("GET", _) => "get",
        ("POST", []) => "create",
        ("DELETE", _) => "delete",
        (_, [_]) => "update",
        (_, rest) => rest.last().copied().unwrap_or("update"),
    };
    let permission = format!("compute.{}.{verb}", place.kind);
    model.require(&call.caller, &permission, &place.project)
}

type Scoped<'a> = (Scope, &'a [&'a str]);

/// Which part of the project a path is about; 404 for a region or zone that does not exist.
fn scope<'a>(project: &str, rest: &'a [&'a str]) -> Option<Result<Scoped<'a>>> {
    let missing = |what: &str, name: &str| {
        let path = format!("projects/{project}/{what}/{name}");
        ApiError::not_found(format!("The resource '{path}' was not found"))
    };
    Some(match rest {
        ["global", rest @ ..] => Ok((Scope::Global, rest)),
        ["regions", region, rest @ ..] if catalogue::has_region(region) => {
            Ok((Scope::Region((*region).to_owned()), rest))
        }
        ["zones", zone, rest @ ..] if catalogue::region_of(zone).is_some() => {
            Ok((Scope::Zone((*zone).to_owned()), rest))
        }
        ["regions", region, ..] => Err(missing("regions", region)),
        ["zones", zone, ..] => Err(missing("zones", zone)),
        _ => return None,
    })
}

/// A page of a list, filtered.
pub fn page<'a>(call: &Call, kind: &str, items: impl Iterator<Item = &'a Value>) -> Result<Value> {
    let filter = Filter::parse(call.param("filter").unwrap_or_default())?;
    let limit = call.number("maxResults")?.filter(|n| *n > 0).unwrap_or(500).min(500);
    let limit = usize::try_from(limit).unwrap_or(500);
    let after = call.param("pageToken").unwrap_or_default();
    let mut wanted: Vec<&Value> = items
        .filter(|item| filter.matches(item))
        .filter(|item| after.is_empty() || item["name"].as_str() > Some(after))
        .collect();
    wanted.sort_by_key(|item| item["name"].as_str());
    let mut wanted = wanted.into_iter();
    let items: Vec<&Value> = wanted.by_ref().take(limit).collect();
    let mut json = json!({ "kind": kind });
    if wanted.next().is_some()
        && let Some(last) = items.last()
    {
        json["nextPageToken"] = last["name"].clone();
    }
    if !items.is_empty() {
        json["items"] = items.into_iter().cloned().collect::<Vec<_>>().into();
    }
    Ok(json)
}

async fn operation(
    cloud: &Cloud,
    call: &Call,
    project: &str,
    scope: &Scope,
    rest: &[&str],
) -> Result<Response> {
    cloud.lock().require(&call.caller, "compute.operations.get", project)?;
    let here = |model: &Model, name: &str| {
        let found = model.compute.operations.get(name);
        found.filter(|o| o.project == project && o.scope == *scope).cloned()
    };
    let (name, wait) = match (call.method.as_str(), rest) {
        ("GET", []) => {
            let model = cloud.lock();
            let all = model.compute.operations.values();
            let all = all.filter(|o| o.project == project && o.scope == *scope);
            let all: Vec<Value> = all.map(|o| o.to_json(cloud.base())).collect();
            return Ok(respond::json(&page(call, "compute#operationList", all.iter())?));
        }
        ("GET", [name]) => (*name, false),
        ("POST", [name, "wait"]) => (*name, true),
        _ => return Err(unknown(call)),
    };
    let missing = || {
        let path = format!("projects/{project}/{}/operations/{name}", scope.path());
        ApiError::not_found(format!("The resource '{path}' was not found"))
    };
    loop {
        let changed = cloud.changed.notified();
        let operation = here(&cloud.lock(), name).ok_or_else(missing)?;
        if operation.is_done() || !wait {
            return Ok(respond::json(&operation.to_json(cloud.base())));
        }
        changed.await;
    }
}

async fn collection(
    cloud: &Cloud,
    call: &mut Call,
    place: &Place,
    rest: &[&str],
) -> Result<Response> {
    match (call.method.as_str(), rest) {
        ("GET", []) => {
            let kind = resource::type_of(place).unwrap_or_default();
            let model = cloud.lock();
            let items = model.compute.list(place);
            Ok(respond::json(&page(call, &format!("compute#{kind}List"), items)?))
        }
        ("GET", [name]) => Ok(respond::json(cloud.lock().compute.get(place, name)?)),
        ("POST", []) => insert(cloud, call, place).await,
        ("PATCH" | "PUT", [name]) => change(cloud, call, place, name).await,
        ("DELETE", [name]) => delete(cloud, call, place, name).await,
        ("POST", [name, "setLabels"]) => set_labels(cloud, call, place, name).await,
        ("POST", [name, "expandIpCidrRange" | "setPrivateIpGoogleAccess"]) => {
            change(cloud, call, place, name).await
        }
        _ => Err(unknown(call)),
    }
}

async fn insert(cloud: &Cloud, call: &mut Call, place: &Place) -> Result<Response> {
    let body = call.json().await?;
    let (operation, name) = {
        let mut model = cloud.lock();
        let (name, json) = resource::complete(&mut model.compute, place, body)?;
        model.compute.add(place, &name, json)?;
        (model.compute.begin("insert", place, &name, call.caller.name()), name)
    };
    let place = place.clone();
    let undo = Box::new(move |cloud: &Cloud| {
        // Somebody may have deleted it in the meantime, which is what is wanted here.
        cloud.lock().compute.remove(&place, &name).ok();
    });
    let done = cloud.operate(operation, &call.faults, Box::pin(async { Ok(()) }), undo).await;
    Ok(respond::json(&done))
}

async fn change(cloud: &Cloud, call: &mut Call, place: &Place, name: &str) -> Result<Response> {
    let body = call.json().await?;
    let (operation, old) = {
        let mut model = cloud.lock();
        let old = model.compute.get(place, name)?.clone();
        let new = resource::change(place, &old, &body, call.method == hyper::Method::PUT)?;
        *model.compute.get_mut(place, name)? = new;
        (model.compute.begin("patch", place, name, call.caller.name()), old)
    };
    let (place, name) = (place.clone(), name.to_owned());
    let undo = Box::new(move |cloud: &Cloud| {
        if let Ok(resource) = cloud.lock().compute.get_mut(&place, &name) {
            *resource = old;
        }
    });
    let done = cloud.operate(operation, &call.faults, Box::pin(async { Ok(()) }), undo).await;
    Ok(respond::json(&done))
}

async fn delete(cloud: &Cloud, call: &Call, place: &Place, name: &str) -> Result<Response> {
    let operation = {
        let mut model = cloud.lock();
        model.compute.get(place, name)?;
        if let Some(user) = model.compute.user_of(place, name) {
            let kind = resource::type_of(place).unwrap_or_default();
            let path = place.path(name);
            let message = format!("The {kind} resource '{path}' is already being used by '{user}'");
            return Err(ApiError::new(400, "resourceInUseByAnotherResource", message));
        }
        model.compute.begin("delete", place, name, call.caller.name())
    };
    let (cloud_too, place, name) = (cloud.me(), place.clone(), name.to_owned());
    let work = Box::pin(async move {
        // Two deletes may be under way at once; both are done when it is gone.
        cloud_too.lock().compute.remove(&place, &name).ok();
        Ok(())
    });
    let done = cloud.operate(operation, &call.faults, work, Box::new(|_| {})).await;
    Ok(respond::json(&done))
}

async fn set_labels(cloud: &Cloud, call: &mut Call, place: &Place, name: &str) -> Result<Response> {
    let body = call.json().await?;
    let operation = {
        let mut model = cloud.lock();
        let resource = model.compute.get_mut(place, name)?;
        if resource["labelFingerprint"] != body["labelFingerprint"] {
            return Err(resource::stale_fingerprint());
        }
        crate::cloud::label::check(&body["labels"])?;
        resource["labels"] = body["labels"].clone();
        resource["labelFingerprint"] = crate::cloud::compute::fingerprint(&body["labels"]).into();
        model.compute.begin("setLabels", place, name, call.caller.name())
    };
    let work = Box::pin(async { Ok(()) });
    let done = cloud.operate(operation, &call.faults, work, Box::new(|_| {})).await;
    Ok(respond::json(&done))
}
