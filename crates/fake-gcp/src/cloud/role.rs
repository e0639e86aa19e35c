//! Which permissions a role holds, as far as the APIs served here ask for them.

/// Roles and patterns of their permissions; `*` stands for anything.
const ROLES: &[(&str, &[&str])] = &[
    ("roles/owner", &["*"]),
    ("roles/editor", &["*"]),
    ("roles/viewer", &["*.get", "*.list"]),
    ("roles/storage.admin", &["storage.*"]),
    ("roles/storage.bucketViewer", &["storage.buckets.get", "storage.buckets.list"]),
    ("roles/storage.objectAdmin", &["storage.objects.*", "storage.multipartUploads.*"]),
    (
        "roles/storage.objectUser",
        &[
            "storage.objects.create",
            "storage.objects.delete",
            "storage.objects.get",
            "storage.objects.list",
            "storage.objects.update",
            "storage.multipartUploads.*",
        ],
    ),
    ("roles/storage.objectCreator", &["storage.objects.create", "storage.multipartUploads.create"]),
    ("roles/storage.objectViewer", &["storage.objects.get", "storage.objects.list"]),
    ("roles/storage.legacyObjectReader", &["storage.objects.get"]),
    (
        "roles/storage.legacyObjectOwner",
        &["storage.objects.get", "storage.objects.update", "storage.objects.setIamPolicy"],
    ),
    ("roles/storage.legacyBucketReader", &["storage.buckets.get", "storage.objects.list"]),
    (
        "roles/storage.legacyBucketWriter",
        &[
            "storage.buckets.get",
            "storage.objects.create",
            "storage.objects.delete",
            "storage.objects.list",
            "storage.multipartUploads.*",
        ],
    ),
    (
        "roles/storage.legacyBucketOwner",
        &[
            "storage.buckets.*",
            "storage.objects.create",
            "storage.objects.delete",
            "storage.objects.list",
            "storage.multipartUploads.*",
        ],
    ),
    ("roles/secretmanager.admin", &["secretmanager.*"]),
    ("roles/secretmanager.secretAccessor", &["secretmanager.versions.access"]),
    ("roles/secretmanager.secretVersionAdder", &["secretmanager.versions.add"]),
    (
        "roles/secretmanager.secretVersionManager",
        &[
            "secretmanager.versions.add",
            "secretmanager.versions.destroy",
            "secretmanager.versions.disable",
            "secretmanager.versions.enable",
            "secretmanager.versions.get",
            "secretmanager.versions.list",
        ],
    ),
    (
        "roles/secretmanager.viewer",
        &[
            "secretmanager.secrets.get",
            "secretmanager.secrets.list",
            "secretmanager.secrets.getIamPolicy",
            "secretmanager.versions.get",
            "secretmanager.versions.list",
        ],
    ),
    ("roles/compute.admin", &["compute.*"]),
    (
        "roles/compute.instanceAdmin.v1",
        &["compute.instances.*", "compute.disks.*", "*.get", "*.list"],
    ),
    (
        "roles/compute.networkAdmin",
        &[
            "compute.networks.*",
            "compute.subnetworks.*",
            "compute.routers.*",
            "compute.firewalls.list",
            "compute.firewalls.get",
        ],
    ),
    ("roles/compute.securityAdmin", &["compute.firewalls.*"]),
    ("roles/compute.viewer", &["compute.*.get", "compute.*.list"]),
    ("roles/iam.serviceAccountAdmin", &["iam.serviceAccounts.*"]),
    (
        "roles/iam.serviceAccountUser",
        &["iam.serviceAccounts.actAs", "iam.serviceAccounts.get", "iam.serviceAccounts.list"],
    ),
    ("roles/iam.serviceAccountTokenCreator", &["iam.serviceAccounts.getAccessToken"]),
    ("roles/resourcemanager.projectIamAdmin", &["resourcemanager.projects.*"]),
    ("roles/browser", &["resourcemanager.projects.get"]),
    ("roles/serviceusage.serviceUsageAdmin", &["serviceusage.services.*"]),
    (
        "roles/serviceusage.serviceUsageConsumer",
        &["serviceusage.services.get", "serviceusage.services.list", "serviceusage.services.use"],
    ),
];

/// Whether a role is known at all.
#[must_use]
pub fn is_known(role: &str) -> bool {
    ROLES.iter().any(|(name, _)| *name == role)
}

/// Whether a role holds a permission.
#[must_use]
pub fn holds(role: &str, permission: &str) -> bool {
    let patterns = ROLES.iter().find(|(name, _)| *name == role).map_or(&[][..], |(_, p)| p);
    patterns.iter().any(|pattern| matches(pattern, permission))
}

fn matches(pattern: &str, permission: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == permission,
        Some((head, tail)) => {
            permission.len() >= head.len() + tail.len()
                && permission.starts_with(head)
                && permission.ends_with(tail)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn creating_objects_is_neither_reading_nor_deleting_them() {
        let creator = "roles/storage.objectCreator";
        assert!(holds(creator, "storage.objects.create"));
        for other in ["storage.objects.get", "storage.objects.list", "storage.objects.delete"] {
            assert!(!holds(creator, other), "{other}");
        }
    }

    #[test]
    fn patterns_reach_as_far_as_they_say() {
        assert!(holds("roles/compute.viewer", "compute.instances.get"));
        assert!(!holds("roles/compute.viewer", "compute.instances.delete"));
        assert!(!holds("roles/compute.viewer", "storage.objects.get"));
        assert!(holds("roles/owner", "anything.at.all"));
        assert!(!is_known("roles/storage.objectCreater"));
    }
}
