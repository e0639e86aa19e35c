//! How many VMs of a study fit into what Google's quotas leave free. It reads no quota itself.

use serde::Serialize;

use crate::{
    blueprint::Gcp,
    machines::{self, Lookup},
    study::GcpTarget,
};

/// What a way out of too small a quota begins with.
pub const ASK_FOR_MORE: &str = "ask for more quota (console: IAM & Admin, Quotas)";

/// A quota of a region or of a project.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quota {
    /// What it counts, such as `N2_CPUS`.
    pub metric: String,
    /// The most of it.
    pub limit: f64,
    /// How much of it is used now.
    pub usage: f64,
}

/// What a VM takes of quotas depends on these.
#[derive(Clone, Copy, Debug)]
pub struct VmKind<'a> {
    /// Its machine type.
    pub machine_type: &'a str,
    /// Whether it is a spot VM.
    pub spot: bool,
    /// Type of its disk.
    pub disk_type: &'a str,
    /// Size of its disk in GB.
    pub disk_gb: u32,
}

impl<'a> From<&'a Gcp> for VmKind<'a> {
    fn from(gcp: &'a Gcp) -> Self {
        let Gcp { machine_type, spot, disk_type, disk_gb, .. } = gcp;
        Self { machine_type, spot: *spot, disk_type, disk_gb: *disk_gb }
    }
}

impl<'a> From<&'a GcpTarget> for VmKind<'a> {
    fn from(target: &'a GcpTarget) -> Self {
        let GcpTarget { machine_type, spot, disk_type, disk_gb, .. } = target;
        Self { machine_type, spot: *spot, disk_type, disk_gb: *disk_gb }
    }
}

/// How many more VMs fit, and the quota that says so.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Room {
    /// The quota that holds the fewest.
    #[serde(flatten)]
    pub quota: Quota,
    /// What a VM takes of it.
    pub each: f64,
    /// How many more VMs fit.
    pub vms: usize,
}

impl Room {
    /// The numbers, for people.
    #[must_use]
    pub fn describe(&self) -> String {
        let Self { quota: Quota { metric, limit, usage }, each, .. } = self;
        format!("quota {metric}: {usage} of {limit} are in use, a VM takes {each}")
    }
}

/// How many more VMs of a kind the quotas hold; nothing where none of them counts such VMs.
#[must_use]
pub fn room(kind: VmKind<'_>, quotas: &[Quota]) -> Option<Room> {
    let of = |(metric, each): (String, f64)| {
        let quota = quotas.iter().find(|quota| quota.metric == metric)?.clone();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "not negative, and far below 2^53"
        )]
        let vms = ((quota.limit - quota.usage).max(0.0) / each).floor() as usize;
        Some(Room { quota, each, vms })
    };
    demand(kind, quotas).into_iter().filter_map(of).min_by_key(|room| room.vms)
}

/// What one VM takes, by metric. It has no public address.
fn demand(kind: VmKind<'_>, quotas: &[Quota]) -> Vec<(String, f64)> {
    let mut demand = vec![("INSTANCES".to_owned(), 1.0)];
    if let Lookup::Known(machine) = machines::find(kind.machine_type) {
        let cpus = f64::from(machine.vcpus);
        demand.push((cpus_metric(kind, quotas), cpus));
        demand.push(("CPUS_ALL_REGIONS".to_owned(), cpus));
    }
    let disk = if kind.disk_type == "pd-standard" { "DISKS_TOTAL_GB" } else { "SSD_TOTAL_GB" };
    demand.push((disk.to_owned(), f64::from(kind.disk_gb)));
    demand
}

/// Spot VMs count for the usual quota until they have one of their own.
fn cpus_metric(kind: VmKind<'_>, quotas: &[Quota]) -> String {
    const OF_SPOT: &str = "PREEMPTIBLE_CPUS";
    if kind.spot && quotas.iter().any(|quota| quota.metric == OF_SPOT && quota.limit > 0.0) {
        return OF_SPOT.to_owned();
    }
    match kind.machine_type.split('-').next().unwrap_or_default() {
        "n1" | "e2" | "custom" => "CPUS".to_owned(),
        family => format!("{}_CPUS", family.to_uppercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const N2: VmKind<'_> =
        VmKind { machine_type: "n2-standard-8", spot: false, disk_type: "pd-ssd", disk_gb: 100 };

    fn quotas(list: &[(&str, f64, f64)]) -> Vec<Quota> {
        let quota = |(metric, limit, usage): &(&str, f64, f64)| Quota {
            metric: (*metric).to_owned(),
            limit: *limit,
            usage: *usage,
        };
        list.iter().map(quota).collect()
    }

    #[track_caller]
    fn check(kind: VmKind<'_>, list: &[(&str, f64, f64)], expected: Option<(&str, usize)>) {
        let room = room(kind, &quotas(list));
        let found = room.as_ref().map(|room| (room.quota.metric.as_str(), room.vms));
        assert_eq!(found, expected);
    }

    #[test]
    fn the_quota_that_holds_the_fewest_vms_counts() {
        let list = [
            ("CPUS", 1.0, 1.0),
            ("N2_CPUS", 64.0, 9.0),
            ("INSTANCES", 20.0, 0.0),
            ("SSD_TOTAL_GB", 1_000.0, 0.0),
            ("DISKS_TOTAL_GB", 1.0, 1.0),
        ];
        check(N2, &list, Some(("N2_CPUS", 6)));
        check(VmKind { disk_type: "pd-standard", ..N2 }, &list, Some(("DISKS_TOTAL_GB", 0)));
        check(VmKind { machine_type: "e2-standard-4", ..N2 }, &list, Some(("CPUS", 0)));
        let all_regions = [&list[..], &[("CPUS_ALL_REGIONS", 32.0, 0.0)]].concat();
        check(N2, &all_regions, Some(("CPUS_ALL_REGIONS", 4)));
    }

    #[test]
    fn spot_vms_count_for_a_quota_of_their_own_where_there_is_one() {
        let spot = VmKind { spot: true, ..N2 };
        check(
            spot,
            &[("N2_CPUS", 64.0, 0.0), ("PREEMPTIBLE_CPUS", 0.0, 0.0)],
            Some(("N2_CPUS", 8)),
        );
        check(
            spot,
            &[("N2_CPUS", 64.0, 0.0), ("PREEMPTIBLE_CPUS", 16.0, 0.0)],
            Some(("PREEMPTIBLE_CPUS", 2)),
        );
    }

    #[test]
    fn a_quota_that_was_lowered_below_its_use_holds_none_more() {
        check(N2, &[("INSTANCES", 2.0, 5.0)], Some(("INSTANCES", 0)));
    }

    #[test]
    fn what_no_quota_counts_has_no_limit() {
        check(N2, &[("NETWORKS", 1.0, 1.0)], None);
        check(VmKind { machine_type: "c4-standard-8", ..N2 }, &[("C4_CPUS", 1.0, 1.0)], None);
    }
}
