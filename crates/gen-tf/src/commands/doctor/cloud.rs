//! What Google Cloud says about the project, the account and the machines of a study.
//! It only asks; what it may not ask is no failure, and said so.

use gen_tf_core::{
    machines::{self, Lookup},
    study::{GcpTarget, Study},
};
use gen_tf_store::google::{Google, GoogleError, Method, Service, segment};
use serde_json::Value;

use super::Check;

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

/// What all VMs at one time take of the region's quotas.
fn demand(target: &GcpTarget) -> Vec<(String, f64)> {
    let vms = f64::from(target.max_parallel);
    let mut demand = vec![("INSTANCES".to_owned(), vms)];
    if let Lookup::Known(machine) = machines::find(&target.machine_type) {
        let family = target.machine_type.split('-').next().unwrap_or_default();
        let metric = match family {
            "n1" | "e2" | "custom" => "CPUS".to_owned(),
            other => format!("{}_CPUS", other.to_uppercase()),
        };
        let metric = if target.spot { "PREEMPTIBLE_CPUS".to_owned() } else { metric };
        demand.push((metric, vms * f64::from(machine.vcpus)));
    }
    let disk = if target.disk_type == "pd-standard" { "DISKS_TOTAL_GB" } else { "SSD_TOTAL_GB" };
    demand.push((disk.to_owned(), vms * f64::from(target.disk_gb)));
    demand
}

/// Quotas that do not hold all VMs only make experiments wait; one that holds none stops them.
fn quota(google: &Google, target: &GcpTarget) -> Check {
    let zone = target.zones.first().map_or("", String::as_str);
    let region = zone.rsplit_once('-').map_or(zone, |(region, _)| region);
    let path = format!("projects/{}/regions/{}", segment(&target.project), segment(region));
    let region = match google.get(Service::Compute, &path, &[]) {
        Ok(Some(region)) => region,
        Ok(None) => return bad("quota", format!("there is no region {region}"), "look at `zones`"),
        Err(error) => return unknown("quota", &error),
    };
    let free = |metric: &str| {
        let quotas = region["quotas"].as_array()?;
        let quota = quotas.iter().find(|quota| quota["metric"] == metric)?;
        Some(number(&quota["limit"])? - number(&quota["usage"])?)
    };
    let short: Vec<(String, f64, f64)> = demand(target)
        .into_iter()
        .filter_map(|(metric, needed)| Some((free(&metric)?, metric, needed)))
        .filter(|(free, _, needed)| free < needed)
        .map(|(free, metric, needed)| (metric, free, needed))
        .collect();
    let Some((metric, free, needed)) = short.first() else {
        return good("quota", format!("holds {} VMs at one time", target.max_parallel));
    };
    let found = format!("{metric}: {free} free, {} VMs take {needed}", target.max_parallel);
    let remedy = "ask for more (console: IAM & Admin, Quotas), or lower `max_parallel`";
    let holds_one = *free * f64::from(target.max_parallel) >= *needed;
    Check { ok: holds_one, ..bad("quota", found, remedy) }
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use gen_tf_core::study::OnTimeout;

    use super::*;

    #[test]
    fn all_vms_at_one_time_are_compared_with_the_quotas_of_their_kind() {
        let target = GcpTarget {
            project: "my-project".into(),
            zones: vec!["us-central1-a".into()],
            machine_type: "n2-standard-8".into(),
            image: String::new(),
            disk_gb: 100,
            disk_type: "pd-ssd".into(),
            max_parallel: 25,
            bucket: "my-bucket".into(),
            state_bucket: None,
            labels: BTreeMap::new(),
            spot: false,
            spot_attempts: 2,
            network: None,
            subnetwork: None,
            iap_ssh: false,
            keep_failed: false,
            on_timeout: OnTimeout::Stop,
            usd_per_hour: None,
        };
        let owned =
            |list: [(&str, f64); 3]| list.map(|(metric, n)| (metric.to_owned(), n)).to_vec();
        let expected = [("INSTANCES", 25.0), ("N2_CPUS", 200.0), ("SSD_TOTAL_GB", 2500.0)];
        assert_eq!(demand(&target), owned(expected));
        let spot = GcpTarget { spot: true, disk_type: "pd-standard".into(), ..target };
        let expected =
            [("INSTANCES", 25.0), ("PREEMPTIBLE_CPUS", 200.0), ("DISKS_TOTAL_GB", 2500.0)];
        assert_eq!(demand(&spot), owned(expected));
    }
}
