//! What exists without anybody having made it: regions, zones, machine types, disk types, images.

use super::ORIGIN;
use regex::Regex;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// Regions and the letters of their zones.
const REGIONS: &[(&str, &str)] = &[
    ("asia-east1", "abc"),
    ("europe-west1", "bcd"),
    ("europe-west3", "abc"),
    ("europe-west4", "abc"),
    ("us-central1", "abcf"),
    ("us-east1", "bcd"),
    ("us-west1", "abc"),
];

/// Series of machine types: GiB a vCPU, numbers of vCPUs and the quota they count for.
const SERIES: &[(&str, f64, &[u64], &str)] = &[
    ("e2-standard", 4.0, &[2, 4, 8, 16, 32], "CPUS"),
    ("e2-highmem", 8.0, &[2, 4, 8, 16], "CPUS"),
    ("e2-highcpu", 1.0, &[2, 4, 8, 16, 32], "CPUS"),
    ("n1-standard", 3.75, &[1, 2, 4, 8, 16, 32, 64, 96], "CPUS"),
    ("n1-highmem", 6.5, &[2, 4, 8, 16, 32, 64, 96], "CPUS"),
    ("n1-highcpu", 0.9, &[2, 4, 8, 16, 32, 64, 96], "CPUS"),
    ("n2-standard", 4.0, &[2, 4, 8, 16, 32, 48, 64, 80, 96, 128], "N2_CPUS"),
    ("n2-highmem", 8.0, &[2, 4, 8, 16, 32, 48, 64, 80, 96], "N2_CPUS"),
    ("n2-highcpu", 1.0, &[2, 4, 8, 16, 32, 48, 64, 80, 96], "N2_CPUS"),
    ("n2d-standard", 4.0, &[2, 4, 8, 16, 32, 48, 64, 80, 96, 128, 224], "N2D_CPUS"),
    ("n2d-highmem", 8.0, &[2, 4, 8, 16, 32, 48, 64, 80, 96], "N2D_CPUS"),
    ("n2d-highcpu", 1.0, &[2, 4, 8, 16, 32, 48, 64, 80, 96, 128, 224], "N2D_CPUS"),
    ("c2-standard", 4.0, &[4, 8, 16, 30, 60], "C2_CPUS"),
    ("c2d-standard", 4.0, &[2, 4, 8, 16, 32, 56, 112], "C2D_CPUS"),
    ("c2d-highcpu", 2.0, &[2, 4, 8, 16, 32, 56, 112], "C2D_CPUS"),
    ("c2d-highmem", 8.0, &[2, 4, 8, 16, 32, 56, 112], "C2D_CPUS"),
    ("c3-standard", 4.0, &[4, 8, 22, 44, 88, 176], "C3_CPUS"),
    ("c3-highcpu", 2.0, &[4, 8, 22, 44, 88, 176], "C3_CPUS"),
    ("c3-highmem", 8.0, &[4, 8, 22, 44, 88, 176], "C3_CPUS"),
    ("t2d-standard", 4.0, &[1, 2, 4, 8, 16, 32, 48, 60], "T2D_CPUS"),
];

/// Families of images: project, family, the family's newest image, and what all its images are named like.
const FAMILIES: &[(&str, &str, &str, &str)] = &[
    ("debian-cloud", "debian-11", "debian-11-bullseye-v20260810", r"^debian-11-bullseye-v\d{8}$"),
    ("debian-cloud", "debian-12", "debian-12-bookworm-v20261014", r"^debian-12-bookworm-v\d{8}$"),
    ("debian-cloud", "debian-13", "debian-13-trixie-v20261014", r"^debian-13-trixie-v\d{8}$"),
    (
        "ubuntu-os-cloud",
        "ubuntu-2204-lts",
        "ubuntu-2204-jammy-v20261018",
        r"^ubuntu-2204-jammy-v\d{8}[a-z]?$",
    ),
    (
        "ubuntu-os-cloud",
        "ubuntu-2404-lts-amd64",
        "ubuntu-2404-noble-amd64-v20261018",
        r"^ubuntu-2404-noble-amd64-v\d{8}[a-z]?$",
    ),
];

/// The families with their patterns compiled.
static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let compile = |(_, _, _, pattern): &(_, _, _, &str)| Regex::new(pattern);
    FAMILIES.iter().map(compile).collect::<Result<_, _>>().expect("the patterns are constant")
});

/// Types of disks and the quota that their size counts for.
const DISK_TYPES: &[(&str, &str)] = &[
    ("pd-standard", "DISKS_TOTAL_GB"),
    ("pd-balanced", "SSD_TOTAL_GB"),
    ("pd-ssd", "SSD_TOTAL_GB"),
    ("pd-extreme", "SSD_TOTAL_GB"),
    ("hyperdisk-balanced", "HDB_TOTAL_GB"),
];

/// Whether a region exists.
#[must_use]
pub fn has_region(region: &str) -> bool {
    REGIONS.iter().any(|(name, _)| *name == region)
}

/// All regions.
pub fn regions() -> impl Iterator<Item = &'static str> {
    REGIONS.iter().map(|(name, _)| *name)
}

/// All zones of a region.
pub fn zones(region: &str) -> impl Iterator<Item = String> {
    let letters = REGIONS.iter().find(|(name, _)| *name == region).map_or("", |(_, l)| *l);
    letters.chars().map(move |letter| format!("{region}-{letter}"))
}

/// The region of a zone that exists.
#[must_use]
pub fn region_of(zone: &str) -> Option<&str> {
    let (region, _) = zone.rsplit_once('-')?;
    zones(region).any(|z| z == zone).then_some(region)
}

/// A zone as the API shows it.
#[must_use]
pub fn zone_json(project: &str, zone: &str) -> Option<Value> {
    let region = region_of(zone)?;
    Some(json!({
        "kind": "compute#zone",
        "id": (2000 + crc32c::crc32c(zone.as_bytes())).to_string(),
        "name": zone,
        "description": zone,
        "status": "UP",
        "region": format!("{ORIGIN}projects/{project}/regions/{region}"),
        "selfLink": format!("{ORIGIN}projects/{project}/zones/{zone}"),
    }))
}

/// A machine type: vCPUs, memory in MiB, and the quota that it counts for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MachineType {
    /// Number of vCPUs.
    pub cpus: u64,
    /// Memory.
    pub memory_mb: u64,
    /// Metric of the quota.
    pub quota: &'static str,
}

/// A machine type by its short name.
#[must_use]
pub fn machine_type(name: &str) -> Option<MachineType> {
    let shared = [("e2-micro", 1024), ("e2-small", 2048), ("e2-medium", 4096)];
    if let Some((_, memory_mb)) = shared.into_iter().find(|(shared, _)| *shared == name) {
        return Some(MachineType { cpus: 2, memory_mb, quota: "CPUS" });
    }
    let (series, cpus) = name.rsplit_once('-')?;
    let cpus: u64 = cpus.parse().ok()?;
    let (_, ratio, sizes, quota) = SERIES.iter().find(|(name, ..)| *name == series)?;
    let mib = 1024.0 * ratio * f64::from(u32::try_from(cpus).ok()?);
    #[expect(clippy::cast_possible_truncation, reason = "memory of a machine fits well")]
    #[expect(clippy::cast_sign_loss, reason = "both factors are positive")]
    let memory_mb = mib as u64;
    sizes.contains(&cpus).then_some(MachineType { cpus, memory_mb, quota })
}

/// A machine type as the API shows it.
#[must_use]
pub fn machine_type_json(project: &str, zone: &str, name: &str) -> Option<Value> {
    let machine = machine_type(name)?;
    Some(json!({
        "kind": "compute#machineType",
        "id": (10_000 + crc32c::crc32c(name.as_bytes())).to_string(),
        "name": name,
        "guestCpus": machine.cpus,
        "memoryMb": machine.memory_mb,
        "isSharedCpu": !name.contains('-') || name.ends_with(|c: char| !c.is_ascii_digit()),
        "zone": zone,
        "selfLink": format!("{ORIGIN}projects/{project}/zones/{zone}/machineTypes/{name}"),
    }))
}

/// All machine types' names.
pub fn machine_types() -> impl Iterator<Item = String> {
    let series = SERIES.iter();
    series.flat_map(|(name, _, sizes, _)| sizes.iter().map(move |n| format!("{name}-{n}")))
}

/// The quota that a type of disks counts for, if the type exists.
#[must_use]
pub fn disk_quota(disk_type: &str) -> Option<&'static str> {
    DISK_TYPES.iter().find(|(name, _)| *name == disk_type).map(|(_, quota)| *quota)
}

/// A type of disks as the API shows it.
#[must_use]
pub fn disk_type_json(project: &str, zone: &str, name: &str) -> Option<Value> {
    disk_quota(name)?;
    let zone_link = format!("{ORIGIN}projects/{project}/zones/{zone}");
    Some(json!({
        "kind": "compute#diskType",
        "name": name,
        "zone": zone_link,
        "validDiskSize": "10GB-65536GB",
        "selfLink": format!("{zone_link}/diskTypes/{name}"),
    }))
}

/// The newest image of a public family.
#[must_use]
pub fn family_json(project: &str, family: &str) -> Option<Value> {
    let newest = FAMILIES.iter().find(|(p, f, ..)| *p == project && *f == family)?.2;
    image_json(project, newest)
}

/// A public image.
#[must_use]
pub fn image_json(project: &str, name: &str) -> Option<Value> {
    let known = FAMILIES.iter().zip(PATTERNS.iter());
    let mut known = known.filter(|((p, ..), _)| *p == project);
    let ((_, family, ..), _) = known.find(|(_, pattern)| pattern.is_match(name))?;
    let link = format!("{ORIGIN}projects/{project}/global/images/{name}");
    Some(json!({
        "kind": "compute#image",
        "id": (1_000_000 + u64::from(crc32c::crc32c(name.as_bytes()))).to_string(),
        "name": name,
        "family": family,
        "status": "READY",
        "architecture": "X86_64",
        "diskSizeGb": "10",
        "archiveSizeBytes": "1073741824",
        "sourceType": "RAW",
        "labelFingerprint": "42WmSpB8rSM=",
        "licenses": [format!("{ORIGIN}projects/{project}/global/licenses/{family}")],
        "selfLink": link,
        "guestOsFeatures": [{ "type": "UEFI_COMPATIBLE" }, { "type": "VIRTIO_SCSI_MULTIQUEUE" }],
    }))
}

/// The image that a reference names, a family being the newest of it.
#[must_use]
pub fn resolve_image(reference: &str) -> Option<Value> {
    let path = super::normalize("", reference);
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["projects", project, "global", "images", "family", family] => family_json(project, family),
        ["projects", project, "global", "images", name] => image_json(project, name),
        _ => None,
    }
}

/// The public images of a project: the newest of each family.
#[must_use]
pub fn images(project: &str) -> Vec<Value> {
    let of = FAMILIES.iter().filter(|(p, ..)| *p == project);
    of.filter_map(|(_, _, newest, _)| image_json(project, newest)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_types_have_their_size_and_unknown_ones_none() {
        let n1 = machine_type("n1-standard-8").unwrap();
        assert_eq!((n1.cpus, n1.memory_mb, n1.quota), (8, 30720, "CPUS"));
        assert_eq!(machine_type("n2-highmem-4").unwrap().quota, "N2_CPUS");
        assert_eq!(machine_type("n1-standard-24"), None);
        assert_eq!(machine_type("x9-mega-8"), None);
    }

    #[test]
    fn a_family_names_its_newest_image() {
        let image = resolve_image("projects/debian-cloud/global/images/family/debian-12").unwrap();
        assert!(image["name"].as_str().unwrap().starts_with("debian-12-bookworm-v2"));
        let any = "projects/ubuntu-os-cloud/global/images/ubuntu-2204-jammy-v20260901";
        assert_eq!(resolve_image(any).unwrap()["family"], "ubuntu-2204-lts");
        let wrong = "projects/debian-cloud/global/images/ubuntu-2204-jammy-v20260901";
        assert_eq!(resolve_image(wrong), None);
    }

    #[test]
    fn a_zone_belongs_to_its_region() {
        assert_eq!(region_of("us-central1-f"), Some("us-central1"));
        assert_eq!(region_of("us-central1-z"), None);
        assert_eq!(region_of("mars-1-a"), None);
    }
}
