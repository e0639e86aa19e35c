//! Compute Engine's API: what exists without anybody having made it, and lists across zones.

use super::{
    call::Call,
    compute::{enabled_project, page},
    paging,
};
use crate::cloud::{
    Model,
    compute::{catalogue, filter::Filter},
    error::{ApiError, Result},
};
use serde_json::{Value, json};

/// What a path below a project leads to, if it is one of these things.
pub fn find(model: &Model, call: &Call, project: &str, rest: &[&str]) -> Result<Option<Value>> {
    let require = |project: &str, kind: &str| {
        model.require(&call.caller, &format!("compute.{kind}.get"), project)
    };
    let found = match rest {
        // Images of public projects are there for everybody; others are resources.
        ["global", "images", image @ ..] if !catalogue::images(project).is_empty() => {
            image_json(call, project, image)?
        }
        [] => {
            require(project, "projects")?;
            Some(project_json(model, project)?)
        }
        ["zones", ..] => {
            let project = enabled_project(model, project)?;
            match rest {
                ["zones", _, kind, ..] if !["machineTypes", "diskTypes"].contains(kind) => {
                    return Ok(None);
                }
                rest => {
                    require(&project, "zones")?;
                    zonal(call, &project, &rest[1..])?
                }
            }
        }
        ["regions", path @ ..] if path.len() < 2 => {
            require(project, "regions")?;
            regional(model, call, &enabled_project(model, project)?, path)?
        }
        ["aggregated", kind] => {
            Some(aggregated(model, call, &enabled_project(model, project)?, kind)?)
        }
        _ => return Ok(None),
    };
    let path = format!("projects/{project}/{}", rest.join("/"));
    let missing = || ApiError::not_found(format!("The resource '{path}' was not found"));
    found.ok_or_else(missing).map(Some)
}

fn image_json(call: &Call, project: &str, path: &[&str]) -> Result<Option<Value>> {
    Ok(match path {
        [] => {
            let images = catalogue::images(project);
            Some(page(call, "compute#imageList", images.iter())?)
        }
        ["family", family] => catalogue::family_json(project, family),
        [name] => catalogue::image_json(project, name),
        _ => None,
    })
}

fn project_json(model: &Model, project: &str) -> Result<Value> {
    let project = model.project(&enabled_project(model, project)?)?;
    Ok(json!({
        "kind": "compute#project",
        "id": project.number.to_string(),
        "name": project.id,
        "defaultServiceAccount": project.default_account(),
        "commonInstanceMetadata": { "kind": "compute#metadata" },
        "quotas": [{ "metric": "NETWORKS", "limit": 15, "usage": 0 }],
        "defaultNetworkTier": "PREMIUM",
    }))
}

fn zonal(call: &Call, project: &str, path: &[&str]) -> Result<Option<Value>> {
    let zone = path.first().copied().filter(|zone| catalogue::region_of(zone).is_some());
    Ok(match (path, zone) {
        ([], _) => {
            let zones = catalogue::regions().flat_map(catalogue::zones);
            let json = |zone: String| catalogue::zone_json(project, &zone);
            let zones: Vec<Value> = zones.filter_map(json).collect();
            Some(page(call, "compute#zoneList", zones.iter())?)
        }
        ([_], Some(zone)) => catalogue::zone_json(project, zone),
        ([_, "machineTypes"], Some(zone)) => {
            let json = |name: String| catalogue::machine_type_json(project, zone, &name);
            let types: Vec<Value> = catalogue::machine_types().filter_map(json).collect();
            Some(page(call, "compute#machineTypeList", types.iter())?)
        }
        ([_, "machineTypes", name], Some(zone)) => {
            catalogue::machine_type_json(project, zone, name)
        }
        ([_, "diskTypes", name], Some(zone)) => catalogue::disk_type_json(project, zone, name),
        _ => None,
    })
}

fn regional(model: &Model, call: &Call, project: &str, path: &[&str]) -> Result<Option<Value>> {
    let quotas = &model.settings.quotas;
    let json = |region: &str| model.compute.region_json(project, region, quotas);
    if let [region] = path {
        return Ok(json(region));
    }
    let regions: Vec<Value> = catalogue::regions().filter_map(json).collect();
    page(call, "compute#regionList", regions.iter()).map(Some)
}

/// A page of a kind's resources of all regions or zones.
fn aggregated(model: &Model, call: &Call, project: &str, kind: &str) -> Result<Value> {
    model.require(&call.caller, &format!("compute.{kind}.list"), project)?;
    let filter = Filter::parse(call.param("filter").unwrap_or_default())?;
    let mut items = serde_json::Map::new();
    let is_zonal = matches!(kind, "disks" | "instances");
    let zones = catalogue::regions().flat_map(catalogue::zones).map(|zone| format!("zones/{zone}"));
    let regions = catalogue::regions().map(|region| format!("regions/{region}"));
    let places: Vec<String> = if is_zonal { zones.collect() } else { regions.collect() };
    for place in places {
        let warning = json!({
            "code": "NO_RESULTS_ON_PAGE",
            "message": format!("There are no results for scope '{place}' on this page."),
        });
        items.insert(place, json!({ "warning": warning }));
    }
    let mut all: Vec<(String, Value)> = Vec::new();
    for (place, resources) in model.compute.everywhere(project, kind) {
        let found = resources.values().filter(|r| filter.matches(r));
        all.extend(found.map(|resource| (place.scope.path(), resource.clone())));
    }
    let (page, next) = paging::cut(call, "maxResults", 500, all)?;
    for (place, resource) in page {
        let scope = items.entry(place).or_insert_with(|| json!({}));
        match scope[kind].as_array_mut() {
            Some(list) => list.push(resource),
            None => *scope = json!({ kind: [resource] }),
        }
    }
    let kind = format!("compute#{}AggregatedList", kind.trim_end_matches('s'));
    let mut json = json!({ "kind": kind, "items": items });
    if let Some(next) = next {
        json["nextPageToken"] = next.into();
    }
    Ok(json)
}
