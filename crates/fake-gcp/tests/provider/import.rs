//! Resources that are there already are taken into a state by their ids.

use crate::support::Fake;
use crate::workspace::Workspace;

/// Addresses and ids, as the real provider's documentation gives them.
const IDS: &[(&str, &str)] = &[
    ("google_compute_network.net", "projects/p1/global/networks/net"),
    ("google_compute_subnetwork.sub", "p1/us-central1/sub"),
    ("google_compute_firewall.ssh", "ssh"),
    ("google_compute_router.router", "us-central1/router"),
    ("google_compute_router_nat.nat", "p1/us-central1/router/nat"),
    ("google_compute_instance.vm", "projects/p1/zones/us-central1-a/instances/vm"),
    (
        "google_service_account.vm",
        "projects/p1/serviceAccounts/vm-account@p1.iam.gserviceaccount.com",
    ),
    (
        "google_project_iam_member.viewer",
        "p1 roles/viewer serviceAccount:vm-account@p1.iam.gserviceaccount.com",
    ),
    ("google_storage_bucket.store", "p1/store-1"),
    (
        "google_storage_bucket_iam_member.writer",
        "b/store-1 roles/storage.objectCreator serviceAccount:vm-account@p1.iam.gserviceaccount.com claims only",
    ),
    ("google_secret_manager_secret.key", "projects/p1/secrets/key"),
    (
        "google_secret_manager_secret_iam_member.key",
        "projects/p1/secrets/key roles/secretmanager.secretAccessor \
         serviceAccount:vm-account@p1.iam.gserviceaccount.com",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_taken_in_by_its_id() {
    let fake = Fake::start().await;
    let mut first = Workspace::of_everything(&fake).await;
    first.set("secret", "x");
    first.apply().ok();

    let mut second = Workspace::of_everything(&fake).await;
    second.set("secret", "x");
    let import = |(to, id): &(&str, &str)| format!("import {{\n  to = {to}\n  id = \"{id}\"\n}}\n");
    second.write("adopt.tf", &IDS.iter().map(import).collect::<String>());
    let plan = second.plan();
    for (address, _) in IDS {
        assert!(plan[*address].starts_with("import"), "{address}: {plan:?}");
    }
    // Versions and objects are not adopted here.
    second.apply().ok();
    assert!(second.plan().is_empty(), "{:?}", second.plan());
    second.write("adopt.tf", "");
    assert!(second.plan().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_cannot_be_imported() {
    let fake = Fake::start().await;
    let network = "resource \"google_compute_network\" \"net\" {\n  name = \"net\"\n}\n";
    let workspace = Workspace::of(&fake, network).await;
    let import =
        |id: &str| workspace.run(&["import", "-no-color", "google_compute_network.net", id]);
    import("net").fails_with("Cannot import non-existent remote object");
    import("global/networks/net/x").fails_with("doesn't match any of the accepted formats");
}
