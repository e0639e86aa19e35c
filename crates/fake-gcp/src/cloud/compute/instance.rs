//! What an instance looks like: checks and defaults of an insert, its boot disk, and what each `set…` changes.
//! What it goes through is [`super::lifecycle`]'s.

use super::{
    Compute, ORIGIN, Place, Scope, catalogue, fingerprint, normalize, parse_reference,
    resource::{self, address_in, stale_fingerprint},
    short,
};
use crate::cloud::{
    clock,
    error::{ApiError, Result},
    label, merge,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Builds an instance and its new disks from the body of an insert and adds them; returns the name.
pub fn insert(
    compute: &mut Compute,
    place: &Place,
    mut body: Value,
    default_account: &str,
) -> Result<String> {
    let name = body["name"].as_str().unwrap_or_default().to_owned();
    resource::check_name(&name)?;
    compute.check_free(place, &name)?;
    label::check(&body["labels"])?;
    check_metadata(&body["metadata"])?;
    merge::int64_as_text(&mut body);
    let zone = format!("{ORIGIN}projects/{}/{}", place.project, place.scope.path());
    let reference = body["machineType"].as_str().unwrap_or_default();
    body["machineType"] = machine_type(&zone, reference)?.into();
    scheduling(&mut body)?;
    interfaces(compute, place, &mut body)?;
    accounts(&mut body, default_account);
    shielded(&mut body);
    resource::stamp(compute, place, "instance", &name, &mut body);
    let disks = disks(compute, place, &name, &mut body)?;
    body["status"] = json!("PROVISIONING");
    body["cpuPlatform"] = json!("Intel Haswell");
    body["canIpForward"] = json!(body["canIpForward"] == true);
    body["deletionProtection"] = json!(body["deletionProtection"] == true);
    body["startRestricted"] = json!(false);
    fingerprints(&mut body);
    for (disk, resource) in disks {
        compute.add(&Place { kind: "disks".into(), ..place.clone() }, &disk, resource)?;
    }
    compute.add(place, &name, body)?;
    Ok(name)
}

fn fingerprints(body: &mut Value) {
    body["labelFingerprint"] = fingerprint(&body["labels"]).into();
    let items = body["metadata"]["items"].clone();
    body["metadata"] = json!({ "kind": "compute#metadata", "fingerprint": fingerprint(&items) });
    if !items.is_null() {
        body["metadata"]["items"] = items;
    }
    let tags = body["tags"]["items"].clone();
    body["tags"] = json!({ "fingerprint": fingerprint(&tags) });
    if !tags.is_null() {
        body["tags"]["items"] = tags;
    }
    let content = json!([body["metadata"], body["labels"], body["tags"], body["scheduling"]]);
    body["fingerprint"] = fingerprint(&content).into();
}

/// The attributes that an instance's guest sees.
#[must_use]
pub fn attributes(instance: &Value) -> BTreeMap<String, String> {
    let items = instance["metadata"]["items"].as_array();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pairs = items.into_iter().flatten();
    pairs.map(|item| (text(&item["key"]), text(&item["value"]))).collect()
}

fn check_metadata(metadata: &Value) -> Result<()> {
    let mut total = 0;
    for item in metadata["items"].as_array().into_iter().flatten() {
        let key = item["key"].as_str().unwrap_or_default();
        let length = item["value"].as_str().unwrap_or_default().len();
        let word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if key.is_empty() || key.len() > 128 || !key.chars().all(word) {
            let message = format!("Invalid value for field 'resource.metadata': key '{key}'.");
            return Err(ApiError::invalid(message));
        }
        total += key.len() + length;
        if length > 262_144 || total > 524_288 {
            let field = format!("Value for metadata key '{key}' is too large: {length} bytes");
            return Err(ApiError::invalid(field));
        }
    }
    Ok(())
}

/// The link to a machine type that must exist.
fn machine_type(zone: &str, reference: &str) -> Result<String> {
    let name = short(reference);
    if catalogue::machine_type(name).is_none() {
        return Err(ApiError::invalid(format!(
            "Invalid value for field 'resource.machineType': '{reference}'. The referenced resource does not exist."
        )));
    }
    Ok(format!("{zone}/machineTypes/{name}"))
}

fn scheduling(body: &mut Value) -> Result<()> {
    let sent = body["scheduling"].clone();
    let spot = sent["provisioningModel"] == "SPOT" || sent["preemptible"] == true;
    let mut scheduling = json!({
        "onHostMaintenance": if spot { "TERMINATE" } else { "MIGRATE" },
        "automaticRestart": !spot,
        "preemptible": spot,
        "provisioningModel": if spot { "SPOT" } else { "STANDARD" },
    });
    merge::patch(&mut scheduling, &if sent.is_null() { json!({}) } else { sent });
    if spot && scheduling["automaticRestart"] == true {
        let message = "Automatic restart is not allowed for a preemptible or Spot instance.";
        return Err(ApiError::invalid(message));
    }
    if spot && scheduling["onHostMaintenance"] != "TERMINATE" {
        let message = "A Spot instance must have onHostMaintenance TERMINATE.";
        return Err(ApiError::invalid(message));
    }
    if let Some(limit) = max_run_seconds(&scheduling) {
        if !(30..=10_368_000).contains(&limit) {
            let message = "Invalid value for field 'resource.scheduling.maxRunDuration': \
                must be between 30 seconds and 120 days.";
            return Err(ApiError::invalid(message));
        }
        if scheduling["instanceTerminationAction"].is_null() {
            let message = "instanceTerminationAction must be set when maxRunDuration is.";
            return Err(ApiError::invalid(message));
        }
    }
    body["scheduling"] = scheduling;
    Ok(())
}

/// How long an instance may run, in seconds.
#[must_use]
pub fn max_run_seconds(scheduling: &Value) -> Option<u64> {
    scheduling["maxRunDuration"]["seconds"].as_str().and_then(|seconds| seconds.parse().ok())
}

fn interfaces(compute: &Compute, place: &Place, body: &mut Value) -> Result<()> {
    let missing = || ApiError::invalid("At least one network interface is required.");
    let used = compute
        .all()
        .filter(|(p, _)| p.kind == "instances")
        .map(|(_, all)| all.len())
        .sum::<usize>();
    let mut next = u32::try_from(used).unwrap_or_default() + 2;
    let interfaces = body["networkInterfaces"].as_array_mut().ok_or_else(missing)?;
    for (n, interface) in interfaces.iter_mut().enumerate() {
        let subnetwork = find(compute, place, interface, "subnetwork")?;
        match &subnetwork {
            Some(subnetwork) => {
                check_region(place, subnetwork)?;
                interface["network"] = subnetwork["network"].clone();
            }
            None => {
                let network = find(compute, place, interface, "network")?;
                let network = network.ok_or_else(missing)?;
                if network["autoCreateSubnetworks"] == false {
                    let message = "Network interface must specify a subnet if the network resource is in custom subnet mode.";
                    return Err(ApiError::invalid(format!(
                        "Invalid value for field 'resource.networkInterfaces[{n}]': ''. {message}"
                    )));
                }
            }
        }
        let range = subnetwork.as_ref().and_then(|s| s["ipCidrRange"].as_str());
        let address = address_in(range.unwrap_or("10.128.0.0/20"), next);
        next += 1;
        merge_defaults(
            interface,
            &json!({
                "kind": "compute#networkInterface",
                "name": format!("nic{n}"),
                "networkIP": address,
                "stackType": "IPV4_ONLY",
            }),
        );
        interface["fingerprint"] = fingerprint(&json!([interface["networkIP"]])).into();
        for access in merge::items_mut(interface, "accessConfigs") {
            merge_defaults(
                access,
                &json!({
                    "kind": "compute#accessConfig",
                    "name": "external-nat",
                    "type": "ONE_TO_ONE_NAT",
                    "networkTier": "PREMIUM",
                    "natIP": format!("203.0.113.{}", next % 250),
                }),
            );
        }
    }
    Ok(())
}

/// A zone's instances are in subnetworks of its region.
fn check_region(place: &Place, subnetwork: &Value) -> Result<()> {
    let region = zone(place).and_then(catalogue::region_of).unwrap_or_default();
    if subnetwork["region"].as_str().is_some_and(|link| short(link) == region) {
        return Ok(());
    }
    let link = &subnetwork["selfLink"];
    Err(ApiError::invalid(format!(
        "Invalid value for field 'resource.networkInterfaces[0].subnetwork': {link}. \
         The referenced subnetwork must be in the region {region}."
    )))
}

/// Follows a reference, which must lead somewhere, and writes it as a full link.
fn find(compute: &Compute, place: &Place, body: &mut Value, field: &str) -> Result<Option<Value>> {
    let Some(reference) = body[field].as_str().filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let path = normalize(&place.project, reference);
    let found = compute.resolve(&path).cloned();
    let found =
        found.ok_or_else(|| ApiError::not_found(format!("The resource '{path}' was not found")))?;
    body[field] = found["selfLink"].clone();
    Ok(Some(found))
}

/// Fills in what is not there.
fn merge_defaults(target: &mut Value, defaults: &Value) {
    let mut merged = defaults.clone();
    merge::patch(&mut merged, target);
    *target = merged;
}

fn accounts(body: &mut Value, default_account: &str) {
    for account in merge::items_mut(body, "serviceAccounts") {
        if account["email"] == "default" || account["email"].is_null() {
            account["email"] = default_account.into();
        }
    }
}

fn shielded(body: &mut Value) {
    let mut config = json!({
        "enableSecureBoot": false, "enableVtpm": true, "enableIntegrityMonitoring": true,
    });
    if body["shieldedInstanceConfig"].is_object() {
        merge::patch(&mut config, &body["shieldedInstanceConfig"]);
    }
    body["shieldedInstanceConfig"] = config;
    body["shieldedInstanceIntegrityPolicy"] = json!({ "updateAutoLearnPolicy": true });
}

/// Makes resources of `initializeParams` and attaches them.
fn disks(
    compute: &mut Compute,
    place: &Place,
    instance: &str,
    body: &mut Value,
) -> Result<Vec<(String, Value)>> {
    let disk_place = Place { kind: "disks".into(), ..place.clone() };
    let user = place.link(instance);
    let mut made = Vec::new();
    let mut attached = body["disks"].as_array().cloned().unwrap_or_default();
    if attached.is_empty() {
        return Err(ApiError::invalid(
            "Invalid value for field 'resource.disks': ''. Boot disk must be specified.",
        ));
    }
    for (n, disk) in attached.iter_mut().enumerate() {
        if disk["initializeParams"].is_object() {
            let params = disk["initializeParams"].take();
            let (name, resource) = new_disk(compute, &disk_place, instance, &params, &user)?;
            disk["source"] = disk_place.link(&name).into();
            disk["diskSizeGb"] = resource["sizeGb"].clone();
            disk["licenses"] = json!([]);
            disk.as_object_mut().map(|fields| fields.remove("initializeParams"));
            made.push((name, resource));
        } else if find(compute, place, disk, "source")?.is_none() {
            let message = format!("Invalid value for field 'resource.disks[{n}]': ''.");
            return Err(ApiError::invalid(message));
        }
        merge_defaults(
            disk,
            &json!({
                "kind": "compute#attachedDisk",
                "type": "PERSISTENT",
                "mode": "READ_WRITE",
                "interface": "SCSI",
                "deviceName": format!("persistent-disk-{n}"),
                "boot": false,
                "autoDelete": false,
                "index": n,
                "architecture": "X86_64",
            }),
        );
    }
    body["disks"] = attached.into();
    Ok(made)
}

fn new_disk(
    compute: &mut Compute,
    place: &Place,
    instance: &str,
    params: &Value,
    user: &str,
) -> Result<(String, Value)> {
    let mut disk = json!({
        "name": params["diskName"].as_str().unwrap_or(instance),
        "type": params["diskType"],
        "sourceImage": params["sourceImage"],
        "users": [user],
    });
    for (from, to) in [("diskSizeGb", "sizeGb"), ("labels", "labels")] {
        if !params[from].is_null() {
            disk[to] = params[from].clone();
        }
    }
    let size: Option<u64> = disk["sizeGb"].as_str().and_then(|size| size.parse().ok());
    if size.is_some_and(|size| size < 10) {
        let message = "Requested disk size cannot be smaller than the image size (10 GB)";
        return Err(ApiError::invalid(format!(
            "Invalid value for field 'resource.disks[0].initializeParams.diskSizeGb'. {message}"
        )));
    }
    resource::complete(compute, place, disk)
}

/// Carries a verb out that changes an instance's description only.
pub fn set(instance: &mut Value, verb: &str, body: &Value) -> Result<()> {
    let mut body = body.clone();
    merge::int64_as_text(&mut body);
    let off = instance["status"] == "TERMINATED";
    let needs_stop = ["setMachineType", "setServiceAccount", "setMinCpuPlatform"];
    if needs_stop.contains(&verb) && !off {
        let message = format!("Instance must be stopped for {verb}.");
        return Err(ApiError::new(400, "resourceNotReady", message));
    }
    let matches = |current: &Value, sent: &Value| sent.as_str().is_some() && current == sent;
    match verb {
        "setMetadata" => {
            if !matches(&instance["metadata"]["fingerprint"], &body["fingerprint"]) {
                return Err(stale_fingerprint());
            }
            check_metadata(&body)?;
            instance["metadata"] = json!({ "items": body["items"] });
        }
        "setLabels" => {
            if !matches(&instance["labelFingerprint"], &body["labelFingerprint"]) {
                return Err(stale_fingerprint());
            }
            label::check(&body["labels"])?;
            instance["labels"] = body["labels"].clone();
        }
        "setTags" => {
            if !matches(&instance["tags"]["fingerprint"], &body["fingerprint"]) {
                return Err(stale_fingerprint());
            }
            instance["tags"] = json!({ "items": body["items"] });
        }
        "setScheduling" => merge::patch(&mut instance["scheduling"], &body),
        "setMachineType" => {
            let reference = body["machineType"].as_str().unwrap_or_default();
            let zone = instance["zone"].as_str().unwrap_or_default();
            instance["machineType"] = machine_type(zone, reference)?.into();
        }
        "setMinCpuPlatform" => instance["minCpuPlatform"] = body["minCpuPlatform"].clone(),
        "setServiceAccount" => instance["serviceAccounts"] = json!([body]),
        "updateShieldedInstanceConfig" => {
            merge::patch(&mut instance["shieldedInstanceConfig"], &body);
        }
        other => {
            let message = format!("fake-gcp has no {other:?} for instances");
            return Err(ApiError::new(501, "notImplemented", message));
        }
    }
    fingerprints(instance);
    Ok(())
}

/// Disks that go with an instance, as their places and names.
#[must_use]
pub fn auto_deleted_disks(instance: &Value) -> Vec<(Place, String)> {
    let disks = instance["disks"].as_array().into_iter().flatten();
    let gone = disks.filter(|disk| disk["autoDelete"] == true);
    gone.filter_map(|disk| parse_reference(disk["source"].as_str()?)).collect()
}

/// Name of an instance's image and the size of its boot disk in GB.
#[must_use]
pub fn boot_disk(compute: &Compute, instance: &Value) -> (String, u64) {
    let disks = instance["disks"].as_array().into_iter().flatten();
    let boot = disks.clone().find(|disk| disk["boot"] == true).or(disks.clone().next());
    let disk = boot.and_then(|disk| compute.resolve(disk["source"].as_str()?));
    let image = disk.and_then(|disk| disk["sourceImage"].as_str()).unwrap_or_default();
    let size = disk.and_then(|disk| disk["sizeGb"].as_str()?.parse().ok()).unwrap_or(10);
    (normalize("", image), size)
}

/// Whether a place is that of instances, and in which zone.
#[must_use]
pub fn zone(place: &Place) -> Option<&str> {
    match &place.scope {
        Scope::Zone(zone) if place.kind == "instances" => Some(zone),
        _ => None,
    }
}

/// Says that an instance is in a state, with the time where the API shows it.
pub fn set_status(instance: &mut Value, status: &str) {
    instance["status"] = status.into();
    match status {
        "RUNNING" => instance["lastStartTimestamp"] = clock::now().into(),
        "TERMINATED" => instance["lastStopTimestamp"] = clock::now().into(),
        _ => {}
    }
}
