//! Quotas of regions: limits, and what is used of them.

use super::{Compute, catalogue, short};
use crate::cloud::fault::OperationError;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Limits of every region, by metric.
pub type Limits = BTreeMap<String, f64>;

/// Limits that a test has to set lower on purpose.
#[must_use]
pub fn default_limits() -> Limits {
    let limits = [
        ("CPUS", 2400.0),
        ("N2_CPUS", 2400.0),
        ("N2D_CPUS", 2400.0),
        ("C2_CPUS", 2400.0),
        ("C2D_CPUS", 2400.0),
        ("C3_CPUS", 2400.0),
        ("T2D_CPUS", 2400.0),
        ("PREEMPTIBLE_CPUS", 0.0),
        ("DISKS_TOTAL_GB", 102_400.0),
        ("SSD_TOTAL_GB", 81_920.0),
        ("HDB_TOTAL_GB", 81_920.0),
        ("INSTANCES", 6000.0),
        ("IN_USE_ADDRESSES", 575.0),
        ("STATIC_ADDRESSES", 175.0),
    ];
    limits.into_iter().map(|(metric, limit)| (metric.to_owned(), limit)).collect()
}

impl Compute {
    /// What is used in a region, by metric.
    /// A stopped instance uses its disks only.
    #[must_use]
    pub fn usage(&self, project: &str, region: &str, limits: &Limits) -> BTreeMap<String, f64> {
        let mut usage = BTreeMap::new();
        let mut add =
            |metric: &str, amount: f64| *usage.entry(metric.to_owned()).or_default() += amount;
        for instance in self.in_region(project, region, "instances") {
            if instance["status"] == "TERMINATED" {
                continue;
            }
            add("INSTANCES", 1.0);
            let machine_type = short(instance["machineType"].as_str().unwrap_or_default());
            if let Some(machine) = catalogue::machine_type(machine_type) {
                let cpus = u32::try_from(machine.cpus).map_or(f64::MAX, f64::from);
                let spot = instance["scheduling"]["provisioningModel"] == "SPOT";
                // As in real projects, Spot counts for the ordinary quota until it has one of its own.
                let own = limits.get("PREEMPTIBLE_CPUS").is_some_and(|limit| *limit > 0.0);
                add(if spot && own { "PREEMPTIBLE_CPUS" } else { machine.quota }, cpus);
            }
            let interfaces = instance["networkInterfaces"].as_array();
            let public = |i: &&Value| i["accessConfigs"].as_array().is_some_and(|a| !a.is_empty());
            let addresses = interfaces.map_or(0, |all| all.iter().filter(public).count());
            add("IN_USE_ADDRESSES", u32::try_from(addresses).map_or(f64::MAX, f64::from));
        }
        for disk in self.in_region(project, region, "disks") {
            let size = disk["sizeGb"].as_str().and_then(|s| s.parse().ok()).unwrap_or(0.0);
            let disk_type = short(disk["type"].as_str().unwrap_or_default());
            add(catalogue::disk_quota(disk_type).unwrap_or("DISKS_TOTAL_GB"), size);
        }
        usage
    }

    fn in_region<'a>(
        &'a self,
        project: &'a str,
        region: &'a str,
        kind: &'a str,
    ) -> impl Iterator<Item = &'a Value> {
        let zones = self.everywhere(project, kind).filter(move |(place, _)| match &place.scope {
            super::Scope::Zone(zone) => catalogue::region_of(zone) == Some(region),
            _ => false,
        });
        zones.flat_map(|(_, resources)| resources.values())
    }

    /// The first quota of a region that is exceeded now, in the words of the real error.
    #[must_use]
    pub fn exceeded(&self, project: &str, region: &str, limits: &Limits) -> Option<OperationError> {
        let usage = self.usage(project, region, limits);
        let over =
            |(metric, used): &(&String, &f64)| limits.get(*metric).is_some_and(|l| *used > l);
        let (metric, _) = usage.iter().find(over)?;
        let limit = limits[metric];
        let message = format!("Quota '{metric}' exceeded.  Limit: {limit:.1} in region {region}.");
        Some(OperationError { code: "QUOTA_EXCEEDED".into(), message })
    }

    /// A region as the API shows it, with its quotas.
    #[must_use]
    pub fn region_json(&self, project: &str, region: &str, limits: &Limits) -> Option<Value> {
        if !catalogue::has_region(region) {
            return None;
        }
        let usage = self.usage(project, region, limits);
        let used = |metric: &String| usage.get(metric).copied().unwrap_or_default();
        let quotas: Vec<Value> = limits
            .iter()
            .map(|(metric, limit)| json!({ "metric": metric, "limit": limit, "usage": used(metric) }))
            .collect();
        let origin = format!("{}projects/{project}", super::ORIGIN);
        let zones: Vec<String> =
            catalogue::zones(region).map(|zone| format!("{origin}/zones/{zone}")).collect();
        Some(json!({
            "kind": "compute#region",
            "id": (1000 + crc32c::crc32c(region.as_bytes())).to_string(),
            "name": region,
            "description": region,
            "status": "UP",
            "zones": zones,
            "quotas": quotas,
            "selfLink": format!("{origin}/regions/{region}"),
        }))
    }
}
