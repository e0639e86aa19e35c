//! What Google Cloud says about the project, the account and the machines of a study.
//! It only asks; what it may not ask is no failure, and said so.

use gen_tf_core::{
    quota::{self, ASK_FOR_MORE},
    study::{GcpTarget, Study},
};
use gen_tf_store::google::{Google, GoogleError, Method, Service, segment};

use super::Check;
use crate::cloud::quotas;

/// The APIs that a workspace needs, by what Terraform and VMs do with them.
const APIS: [&str; 4] = [
    "compute.googleapis.com",
    "iam.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
];

/// Everything about the Google Cloud target of a study.
pub(super) fn checks(study: &Study, target: &GcpTarget) -> Vec<Check> {
    let google = match Google::connect() {
        Ok(google) => google,
        Err(error) => return vec![failed("credentials", &error)],
    };
    let mut checks = vec![credentials(&google)];
    if !checks[0].ok {
        return checks;
    }
    checks.push(apis(&google, target, !study.secrets.is_empty()));
    checks.push(machine_type(&google, target));
    checks.push(image(&google, target));
    checks.push(quota(&google, target));
    checks.push(store(&google, target));
    if let Some(name) = &target.state_bucket {
        checks.push(state_bucket(&google, name));
    }
    checks
}

fn good(name: &str, found: impl Into<String>) -> Check {
    Check { name: name.to_owned(), ok: true, found: found.into(), remedy: String::new() }
}

fn bad(name: &str, found: impl Into<String>, remedy: impl Into<String>) -> Check {
    Check { name: name.to_owned(), ok: false, found: found.into(), remedy: remedy.into() }
}

fn failed(name: &str, error: &GoogleError) -> Check {
    let mut found = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        found.push_str(&format!(": {source}"));
        cause = source.source();
    }
    bad(name, found, error.hint().unwrap_or_default())
}

/// What a refusal tells: that this account may not ask is no reason that nothing works.
fn unknown(name: &str, error: &GoogleError) -> Check {
    match error.status() {
        Some(403) => Check {
            remedy: error.hint().unwrap_or_default().to_owned(),
            ..good(name, format!("not known, this account may not ask: {error}"))
        },
        _ => failed(name, error),
    }
}

fn credentials(google: &Google) -> Check {
    match google.token() {
        Ok(_) => good("credentials", google.account()),
        Err(error) => failed("credentials", &error),
    }
}

fn apis(google: &Google, target: &GcpTarget, secrets: bool) -> Check {
    let path = format!("projects/{}/services", segment(&target.project));
    let mut enabled: Vec<String> = Vec::new();
    let mut page = String::new();
    loop {
        let query = [
            ("filter", "state:ENABLED"),
            ("fields", "services/name,nextPageToken"),
            ("pageSize", "200"),
            ("pageToken", &page),
        ];
        let query = &query[..if page.is_empty() { 3 } else { 4 }];
        let answer = match google.call(&Method::GET, Service::ServiceUsage, &path, query, None) {
            Ok(answer) => answer,
            Err(error) => return unknown("APIs", &error),
        };
        let services = answer["services"].as_array().into_iter().flatten();
        enabled.extend(
            services.filter_map(|it| Some(it["name"].as_str()?.rsplit('/').next()?.to_owned())),
        );
        match answer["nextPageToken"].as_str().filter(|token| !token.is_empty()) {
            Some(next) => page = next.to_owned(),
            None => break,
        }
    }
    let needed = |api: &&&str| secrets || **api != "secretmanager.googleapis.com";
    let missing: Vec<&str> = APIS
        .iter()
        .filter(needed)
        .filter(|api| !enabled.iter().any(|name| name == *api))
        .copied()
        .collect();
    if missing.is_empty() {
        return good("APIs", format!("enabled in {}", target.project));
    }
    let list = missing.join(" ");
    let remedy = format!("gcloud services enable {list} --project {}", target.project);
    bad("APIs", format!("not enabled: {list}"), remedy)
}

fn machine_type(google: &Google, target: &GcpTarget) -> Check {
    let name = "machine type";
    for zone in &target.zones {
        let path = format!(
            "projects/{}/zones/{}/machineTypes/{}",
            segment(&target.project),
            segment(zone),
            segment(&target.machine_type)
        );
        match google.get(Service::Compute, &path, &[]) {
            Ok(Some(_)) => {}
            Ok(None) => {
                let found = format!("zone {zone} has no {}", target.machine_type);
                return bad(name, found, "choose another `machine_type`, or other `zones`");
            }
            Err(error) => return unknown(name, &error),
        }
    }
    good(name, format!("{} in {}", target.machine_type, target.zones.join(", ")))
}

fn image(google: &Google, target: &GcpTarget) -> Check {
    let path = target.image.split('/').map(segment).collect::<Vec<_>>().join("/");
    match google.get(Service::Compute, &path, &[]) {
        Ok(Some(image)) => match image["deprecated"]["state"].as_str() {
            Some(state) => Check {
                remedy: "it works until it is deleted; results of another image can't be compared"
                    .into(),
                ..good("image", format!("{} ({})", target.image, state.to_lowercase()))
            },
            None => good("image", &target.image),
        },
        Ok(None) => {
            bad("image", format!("there is no {}", target.image), "look at `image` in the study")
        }
        Err(error) => unknown("image", &error),
    }
}

/// Quotas that do not hold all VMs only make experiments wait; one that holds none stops them.
fn quota(google: &Google, target: &GcpTarget) -> Check {
    let zone = target.zones.first().map_or("", String::as_str);
    let region = zone.rsplit_once('-').map_or(zone, |(region, _)| region);
    let quotas = match quotas::read(google, &target.project, region) {
        Ok(Some(quotas)) => quotas,
        Ok(None) => return bad("quota", format!("there is no region {region}"), "look at `zones`"),
        Err(error) => return unknown("quota", &error),
    };
    let short =
        quota::room(target.into(), &quotas).filter(|room| room.vms < target.max_parallel as usize);
    let Some(room) = short else {
        return good("quota", format!("holds {} VMs at one time", target.max_parallel));
    };
    let found = format!("{}: {} more of {} VMs", room.describe(), room.vms, target.max_parallel);
    let remedy = format!("{ASK_FOR_MORE}, or lower `max_parallel`");
    Check { ok: room.vms > 0, ..bad("quota", found, remedy) }
}

fn store(google: &Google, target: &GcpTarget) -> Check {
    match google.bucket(&target.bucket).facts() {
        Ok(Some(facts)) => good("bucket", format!("{} in {}", facts.name, facts.location)),
        Ok(None) => good("bucket", format!("{} does not exist yet; apply makes it", target.bucket)),
        Err(error) if error.status() == Some(403) => bad(
            "bucket",
            format!("{} exists, and this account may not look at it", target.bucket),
            "bucket names are unique in the world: choose another, or ask its owner for a role",
        ),
        Err(error) => failed("bucket", &error),
    }
}

fn state_bucket(google: &Google, name: &str) -> Check {
    match google.bucket(name).facts() {
        Ok(Some(_)) => good("state bucket", name),
        Ok(None) => bad(
            "state bucket",
            format!("{name} does not exist"),
            format!("gcloud storage buckets create gs://{name} --uniform-bucket-level-access"),
        ),
        Err(error) => unknown("state bucket", &error),
    }
}
