//! Compute Engine's API: instances.

use super::{call::Call, compute, respond, unknown};
use crate::{
    cloud::{
        Cloud,
        compute::{Place, instance},
        error::{ApiError, Result},
        merge,
    },
    machine::VmName,
};
use axum::response::Response;
use serde_json::{Value, json};

/// Answers a request below `…/zones/<zone>/instances`.
pub async fn handle(
    cloud: &Cloud,
    call: &mut Call,
    place: &Place,
    rest: &[&str],
) -> Result<Response> {
    match (call.method.as_str(), rest) {
        ("GET", []) => {
            let model = cloud.lock();
            let items = model.compute.list(place);
            Ok(respond::json(&compute::page(call, "compute#instanceList", items)?))
        }
        ("POST", []) => insert(cloud, call, place).await,
        ("GET", [name]) => Ok(respond::json(cloud.lock().compute.get(place, name)?)),
        ("DELETE", [name]) => delete(cloud, call, place, name).await,
        ("GET", [name, "serialPort"]) => {
            cloud.lock().compute.get(place, name)?;
            let kind = "compute#serialPortOutput";
            Ok(respond::json(&json!({ "kind": kind, "contents": "", "start": "0", "next": "0" })))
        }
        ("POST" | "PATCH", [name, verb]) => act(cloud, call, place, name, verb).await,
        _ => Err(unknown(call)),
    }
}

fn vm_name(place: &Place, name: &str) -> VmName {
    let zone = instance::zone(place).unwrap_or_default().to_owned();
    VmName { project: place.project.clone(), zone, name: name.to_owned() }
}

async fn insert(cloud: &Cloud, call: &mut Call, place: &Place) -> Result<Response> {
    let body = call.json().await?;
    let (vm, operation) = {
        let mut model = cloud.lock();
        check_accounts(&model, &body)?;
        let default_account = model.project(&place.project)?.default_account();
        let name = instance::insert(&mut model.compute, place, body, &default_account)?;
        let operation = model.compute.begin("insert", place, &name, call.caller.name());
        (vm_name(place, &name), operation)
    };
    Ok(respond::json(&cloud.launch(vm, operation, &call.faults).await))
}

fn check_accounts(model: &crate::cloud::Model, body: &Value) -> Result<()> {
    let accounts = body["serviceAccounts"].as_array().into_iter().flatten();
    for email in accounts.filter_map(|account| account["email"].as_str()) {
        let home = email.split_once('@').map_or("", |(_, domain)| domain);
        let own = home.ends_with(".iam.gserviceaccount.com");
        if own && !model.accounts.contains_key(email) {
            let message = format!("The resource '{email}' of type 'serviceAccount' was not found.");
            return Err(ApiError::not_found(message));
        }
    }
    Ok(())
}

async fn delete(cloud: &Cloud, call: &Call, place: &Place, name: &str) -> Result<Response> {
    let operation = {
        let mut model = cloud.lock();
        if model.compute.get(place, name)?["deletionProtection"] == true {
            let path = place.path(name);
            let message = format!(
                "Invalid resource usage: 'Resource cannot be deleted if it's protected against deletion. {path}'."
            );
            return Err(ApiError::new(400, "invalidResourceUsage", message));
        }
        model.compute.begin("delete", place, name, call.caller.name())
    };
    Ok(respond::json(&cloud.delete(vm_name(place, name), operation, &call.faults).await))
}

/// Carries a verb out: `start`, `stop`, `reset`, or a `set…` that changes the description.
async fn act(
    cloud: &Cloud,
    call: &mut Call,
    place: &Place,
    name: &str,
    verb: &str,
) -> Result<Response> {
    let body = call.json().await?;
    let protect = call.param("deletionProtection") != Some("false");
    let auto_delete = call.param("autoDelete") != Some("false");
    let device = call.param("deviceName").unwrap_or_default().to_owned();
    let operation = {
        let mut model = cloud.lock();
        let resource = model.compute.get_mut(place, name)?;
        match verb {
            "start" => match resource["status"].as_str() {
                Some("TERMINATED") => instance::set_status(resource, "STAGING"),
                Some("RUNNING") => {}
                other => return Err(not_ready(place, name, other)),
            },
            "stop" => {}
            "reset" if resource["status"] == "RUNNING" => {}
            "reset" => return Err(not_ready(place, name, resource["status"].as_str())),
            "setDeletionProtection" => resource["deletionProtection"] = protect.into(),
            "setDiskAutoDelete" => set_auto_delete(resource, &device, auto_delete)?,
            verb => instance::set(resource, verb, &body)?,
        }
        model.compute.begin(verb, place, name, call.caller.name())
    };
    let vm = vm_name(place, name);
    let starts = cloud.lock().compute.get(place, name)?["status"] == "STAGING";
    let done = match verb {
        "start" if starts => cloud.start(vm, operation, &call.faults).await,
        "stop" => cloud.stop(vm, operation, &call.faults).await,
        "reset" => cloud.reset(vm, operation, &call.faults).await,
        _ => {
            let work = Box::pin(async { Ok(()) });
            cloud.operate(operation, &call.faults, work, Box::new(|_| {})).await
        }
    };
    Ok(respond::json(&done))
}

fn not_ready(place: &Place, name: &str, status: Option<&str>) -> ApiError {
    let (path, status) = (place.path(name), status.unwrap_or_default());
    let message = format!("The resource '{path}' is not ready: it is {status}");
    ApiError::new(400, "resourceNotReady", message)
}

fn set_auto_delete(resource: &mut Value, device: &str, auto_delete: bool) -> Result<()> {
    let disks = merge::items_mut(resource, "disks");
    let mut disks = disks.filter(|disk| disk["deviceName"] == device);
    let missing =
        || ApiError::invalid(format!("No attached disk found with device name '{device}'"));
    disks.next().ok_or_else(missing)?["autoDelete"] = auto_delete.into();
    Ok(())
}
