//! What the server adds to a resource that is made: links, numbers, defaults, fingerprints; and what it refuses.
//! Instances have more to them: [`super::instance`].

use super::{Compute, ORIGIN, Place, Scope, catalogue, fingerprint, normalize};
use crate::cloud::{
    clock,
    error::{ApiError, Result},
    label, merge,
};
use serde_json::{Value, json};

/// Kinds that can be made, with the names of their types.
const KINDS: &[(&str, &str)] = &[
    ("addresses", "address"),
    ("disks", "disk"),
    ("firewalls", "firewall"),
    ("images", "image"),
    ("instances", "instance"),
    ("networks", "network"),
    ("resourcePolicies", "resourcePolicy"),
    ("routers", "router"),
    ("subnetworks", "subnetwork"),
];

/// The name of a collection's type, if there is such a collection.
#[must_use]
pub fn type_of(place: &Place) -> Option<&'static str> {
    let name = KINDS.iter().find(|(kind, _)| *kind == place.kind)?.1;
    let scopes: &[&str] = match name {
        "firewall" | "image" | "network" => &["global"],
        "disk" | "instance" => &["zone"],
        "address" => &["global", "region"],
        _ => &["region"],
    };
    let scope = match place.scope {
        Scope::Global => "global",
        Scope::Region(_) => "region",
        Scope::Zone(_) => "zone",
    };
    scopes.contains(&scope).then_some(name)
}

/// Refuses a name that is none.
pub fn check_name(name: &str) -> Result<()> {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let good = (1..=63).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(inner)
        && !name.ends_with('-');
    if good {
        return Ok(());
    }
    Err(ApiError::invalid(format!(
        "Invalid value for field 'resource.name': '{name}'. Must be a match of regex \
         '(?:[a-z](?:[-a-z0-9]{{0,61}}[a-z0-9])?)'"
    )))
}

/// The resource that a request's body makes, with its name.
pub fn complete(compute: &mut Compute, place: &Place, mut body: Value) -> Result<(String, Value)> {
    let kind = type_of(place).ok_or_else(|| ApiError::not_found("Not Found"))?;
    let name = body["name"].as_str().unwrap_or_default().to_owned();
    check_name(&name)?;
    label::check(&body["labels"])?;
    compute.check_free(place, &name)?;
    merge::int64_as_text(&mut body);
    match kind {
        "network" => network(&mut body),
        "subnetwork" => subnetwork(compute, place, &mut body)?,
        "firewall" => firewall(compute, place, &mut body)?,
        "router" => router(compute, place, &mut body)?,
        "disk" => disk(compute, place, &mut body)?,
        "address" => address(&mut body),
        _ => default(&mut body, "status", json!("READY")),
    }
    stamp(compute, place, kind, &name, &mut body);
    Ok((name, body))
}

/// What every resource has.
pub fn stamp(compute: &mut Compute, place: &Place, kind: &str, name: &str, body: &mut Value) {
    let parent = format!("{ORIGIN}projects/{}/{}", place.project, place.scope.path());
    body["kind"] = format!("compute#{kind}").into();
    body["id"] = compute.next_id().to_string().into();
    body["creationTimestamp"] = clock::now().into();
    body["selfLink"] = place.link(name).into();
    match place.scope {
        Scope::Global => {}
        Scope::Region(_) => body["region"] = parent.into(),
        Scope::Zone(_) => body["zone"] = parent.into(),
    }
    if ["disk", "image", "address"].contains(&kind) {
        body["labelFingerprint"] = fingerprint(&body["labels"]).into();
    }
}

/// Merges a PATCH, or replaces by a PUT, and keeps what only the server says.
pub fn change(place: &Place, old: &Value, body: &Value, replace: bool) -> Result<Value> {
    let sent = body["fingerprint"].as_str();
    if sent.is_some_and(|sent| !sent.is_empty() && old["fingerprint"] != sent) {
        return Err(stale_fingerprint());
    }
    label::check(&body["labels"])?;
    let mut new = if replace { json!({}) } else { old.clone() };
    merge::patch(&mut new, body);
    merge::int64_as_text(&mut new);
    for field in ["kind", "id", "name", "creationTimestamp", "selfLink", "region", "zone"] {
        if !old[field].is_null() {
            new[field] = old[field].clone();
        }
    }
    match type_of(place) {
        Some("router") => nats(&mut new),
        Some("subnetwork") => new["fingerprint"] = fingerprint(&without_fingerprint(&new)).into(),
        Some("firewall") => firewall_defaults(&mut new),
        _ => {}
    }
    for field in ["network", "subnetwork"] {
        link(&place.project, &mut new, field);
    }
    Ok(new)
}

/// 412 for somebody who changes what they have not read.
#[must_use]
pub fn stale_fingerprint() -> ApiError {
    let message = "Supplied fingerprint does not match current metadata fingerprint.";
    ApiError::new(412, "conditionNotMet", message)
}

fn without_fingerprint(resource: &Value) -> Value {
    let mut content = resource.clone();
    content["fingerprint"] = Value::Null;
    content
}

fn default(body: &mut Value, field: &str, value: Value) {
    if body[field].is_null() {
        body[field] = value;
    }
}

/// Writes a reference as the full link that the server answers with.
pub fn link(project: &str, body: &mut Value, field: &str) {
    if let Some(reference) = body[field].as_str() {
        body[field] = format!("{ORIGIN}{}", normalize(project, reference)).into();
    }
}

/// Writes a reference as a full link to something that must exist.
fn existing(compute: &Compute, place: &Place, body: &mut Value, field: &str) -> Result<()> {
    let Some(reference) = body[field].as_str() else {
        let message = format!("Invalid value for field 'resource.{field}': ''.");
        return Err(ApiError::invalid(message));
    };
    let path = normalize(&place.project, reference);
    if compute.resolve(&path).is_none() {
        return Err(ApiError::not_found(format!("The resource '{path}' was not found")));
    }
    link(&place.project, body, field);
    Ok(())
}

fn network(body: &mut Value) {
    default(body, "autoCreateSubnetworks", json!(true));
    default(body, "routingConfig", json!({}));
    default(&mut body["routingConfig"], "routingMode", json!("REGIONAL"));
    let order = json!("AFTER_CLASSIC_FIREWALL");
    default(body, "networkFirewallPolicyEnforcementOrder", order);
}

fn subnetwork(compute: &Compute, place: &Place, body: &mut Value) -> Result<()> {
    existing(compute, place, body, "network")?;
    let range = body["ipCidrRange"].as_str().unwrap_or_default();
    let gateway = address_in(range, 1).ok_or_else(|| {
        ApiError::invalid(format!("Invalid value for field 'resource.ipCidrRange': '{range}'."))
    })?;
    body["gatewayAddress"] = gateway.into();
    default(body, "purpose", json!("PRIVATE"));
    default(body, "stackType", json!("IPV4_ONLY"));
    default(body, "privateIpGoogleAccess", json!(false));
    default(body, "privateIpv6GoogleAccess", json!("DISABLE_GOOGLE_ACCESS"));
    body["fingerprint"] = fingerprint(&without_fingerprint(body)).into();
    Ok(())
}

/// The n-th address of an IPv4 range.
#[must_use]
pub fn address_in(range: &str, n: u32) -> Option<String> {
    let (base, bits) = range.split_once('/')?;
    let base: std::net::Ipv4Addr = base.parse().ok()?;
    let bits: u32 = bits.parse().ok().filter(|bits| *bits <= 29)?;
    let room = u32::MAX >> bits;
    (n < room).then(|| std::net::Ipv4Addr::from((u32::from(base) & !room) + n).to_string())
}

fn firewall(compute: &Compute, place: &Place, body: &mut Value) -> Result<()> {
    default(body, "network", json!("global/networks/default"));
    existing(compute, place, body, "network")?;
    for rules in ["allowed", "denied"] {
        for rule in body[rules].as_array().into_iter().flatten() {
            if rule["IPProtocol"].as_str().unwrap_or_default().is_empty() {
                let message = format!("Invalid value for field 'resource.{rules}[0].IPProtocol'");
                return Err(ApiError::invalid(message));
            }
        }
    }
    firewall_defaults(body);
    Ok(())
}

fn firewall_defaults(body: &mut Value) {
    default(body, "priority", json!(1000));
    default(body, "direction", json!("INGRESS"));
    default(body, "disabled", json!(false));
    default(body, "logConfig", json!({ "enable": false }));
    let sources = ["sourceRanges", "sourceTags", "sourceServiceAccounts"];
    let open = sources.iter().all(|field| body[field].is_null());
    if body["direction"] == "INGRESS" && open {
        body["sourceRanges"] = json!(["0.0.0.0/0"]);
    }
}

fn router(compute: &Compute, place: &Place, body: &mut Value) -> Result<()> {
    existing(compute, place, body, "network")?;
    nats(body);
    Ok(())
}

fn nats(body: &mut Value) {
    for nat in merge::items_mut(body, "nats") {
        default(nat, "type", json!("PUBLIC"));
    }
}

fn address(body: &mut Value) {
    default(body, "addressType", json!("EXTERNAL"));
    default(body, "networkTier", json!("PREMIUM"));
    default(body, "address", json!("203.0.113.7"));
    default(body, "status", json!("RESERVED"));
}

fn disk(compute: &Compute, place: &Place, body: &mut Value) -> Result<()> {
    let Scope::Zone(zone) = &place.scope else {
        return Err(ApiError::not_found("Not Found"));
    };
    let zone = format!("{ORIGIN}projects/{}/zones/{zone}", place.project);
    let disk_type = super::short(body["type"].as_str().unwrap_or("pd-standard")).to_owned();
    if catalogue::disk_quota(&disk_type).is_none() {
        let message = format!("Invalid value for field 'resource.type': '{disk_type}'.");
        return Err(ApiError::invalid(message));
    }
    body["type"] = format!("{zone}/diskTypes/{disk_type}").into();
    if let Some(reference) = body["sourceImage"].as_str() {
        let own = || compute.resolve(&normalize(&place.project, reference)).cloned();
        let image = catalogue::resolve_image(reference).or_else(own).ok_or_else(|| {
            let message = format!("Invalid value for field 'resource.sourceImage': '{reference}'.");
            ApiError::invalid(format!("{message} The referenced image resource cannot be found."))
        })?;
        body["sourceImage"] = image["selfLink"].clone();
        body["sourceImageId"] = image["id"].clone();
        default(body, "sizeGb", image["diskSizeGb"].clone());
    }
    default(body, "sizeGb", json!("500"));
    default(body, "status", json!("READY"));
    default(body, "physicalBlockSizeBytes", json!("4096"));
    Ok(())
}
