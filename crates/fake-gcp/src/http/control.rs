//! The control API, which no cloud has: state, settings, faults, the log of requests, and what happens to instances.
//! It needs no token.

use super::{call::Call, respond, unknown};
use crate::cloud::{
    Cloud, Model, clock,
    compute::{Place, catalogue},
    error::{ApiError, Result},
    fault::{Rule, Struck},
    merge,
    settings::Settings,
};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Answers a request below `/control/`.
pub async fn handle(cloud: &Cloud, call: &mut Call) -> Result<Response> {
    let segments = call.segments.clone();
    let path: Vec<&str> = segments.iter().skip(1).map(String::as_str).collect();
    let json = match (call.method.as_str(), path.as_slice()) {
        ("GET", ["state"]) => state(cloud, &cloud.lock()),
        ("GET", ["requests"]) => cloud.requests().clone().into(),
        ("DELETE", ["requests"]) => {
            cloud.requests().clear();
            json!({})
        }
        ("GET", ["faults"]) => {
            let model = cloud.lock();
            let rules: Vec<&Rule> = model.faults.list().collect();
            serde_json::to_value(rules).map_err(ApiError::internal)?
        }
        ("POST", ["faults"]) => {
            let mut rule = Rule::deserialize(call.json().await?).map_err(bad_rule)?;
            (rule.met, rule.struck) = (0, 0);
            cloud.lock().faults.add(rule).map_err(bad_rule)?;
            json!({})
        }
        ("DELETE", ["faults"]) => {
            cloud.lock().faults.clear();
            json!({})
        }
        ("GET", ["settings"]) => settings(&cloud.lock().settings)?,
        ("PATCH" | "POST", ["settings"]) => set(cloud, &call.json().await?)?,
        ("POST", ["instances", zone, name, verb]) => act(cloud, call, zone, name, verb).await?,
        _ => return Err(unknown(call)),
    };
    Ok(respond::json(&json))
}

fn bad_rule(error: impl std::fmt::Display) -> ApiError {
    ApiError::invalid(format!("Not a fault rule: {error}"))
}

fn settings(settings: &Settings) -> Result<Value> {
    serde_json::to_value(settings).map_err(ApiError::internal)
}

fn set(cloud: &Cloud, changes: &Value) -> Result<Value> {
    let mut model = cloud.lock();
    let mut merged = settings(&model.settings)?;
    merge::patch(&mut merged, changes);
    let bad = |e| ApiError::invalid(format!("Not settings: {e}"));
    model.settings = Settings::deserialize(&merged).map_err(bad)?;
    clock::set_ahead(model.settings.clock_ahead_seconds);
    settings(&model.settings)
}

/// Does to an instance what the cloud or a person does.
async fn act(cloud: &Cloud, call: &Call, zone: &str, name: &str, verb: &str) -> Result<Value> {
    let vm = cloud.lock().find_instance(zone, name);
    let vm = vm.ok_or_else(|| ApiError::not_found(format!("No instance {name} in {zone}")))?;
    let place = Place::zonal(&vm.project, zone, "instances");
    let begin = |kind| cloud.lock().compute.begin(kind, &place, name, "control");
    let none = Struck::default();
    Ok(match verb {
        "preempt" => {
            cloud.preempt(&vm)?;
            json!({})
        }
        "expire" => {
            cloud.expire(&vm)?;
            json!({})
        }
        "stop" => cloud.stop(vm.clone(), begin("stop"), &none).await,
        "reboot" => cloud.reset(vm.clone(), begin("reset"), &none).await,
        "delete" => cloud.delete(vm.clone(), begin("delete"), &none).await,
        _ => return Err(unknown(call)),
    })
}

/// Everything that exists, without contents of objects and payloads of secrets.
fn state(cloud: &Cloud, model: &Model) -> Value {
    let buckets: Map<String, Value> = model
        .buckets
        .iter()
        .map(|(name, bucket)| {
            let mut json = bucket.to_json(cloud.base());
            let versions = bucket.versions().into_iter();
            let objects = versions.map(|(o, deleted)| {
                json!({
                    "name": o.name, "generation": o.generation.to_string(), "size": o.blob.size,
                    "live": deleted.is_none(), "crc32c": o.blob.crc32c_base64(),
                })
            });
            json["objects"] = objects.collect::<Vec<_>>().into();
            json["policy"] = bucket.policy.to_json(3);
            (name.clone(), json)
        })
        .collect();
    let secrets: Vec<Value> = model
        .secrets
        .values()
        .map(|secret| {
            let mut json = secret.to_json();
            let versions = secret.numbers().filter_map(|n| secret.version_json(n).ok());
            json["versions"] = versions.collect::<Vec<_>>().into();
            json["policy"] = secret.policy.to_json(3);
            json
        })
        .collect();
    let mut compute: Map<String, Value> = Map::new();
    for (place, resources) in model.compute.all() {
        let of_kind = compute.entry(place.kind.clone()).or_insert_with(|| json!([]));
        if let Some(list) = of_kind.as_array_mut() {
            list.extend(resources.values().cloned());
        }
    }
    for kind in ["instances", "disks", "networks", "subnetworks", "firewalls", "routers"] {
        compute.entry(kind).or_insert_with(|| json!([]));
    }
    let mut state = json!({
        "projects": model.projects.values().map(|p| p.to_json()).collect::<Vec<_>>(),
        "buckets": buckets,
        "secrets": secrets,
        "accounts": model.accounts.values().map(|a| a.to_json()).collect::<Vec<_>>(),
        "operations": model.compute.operations.values().map(|o| o.to_json(cloud.base())).collect::<Vec<_>>(),
        "regions": catalogue::regions().collect::<Vec<_>>(),
    });
    merge::patch(&mut state, &compute.into());
    state
}
