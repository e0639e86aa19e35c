//! The example of every README, from init to destroy.

use crate::{
    cloud::{Cloud, PROJECT},
    root::{Root, example, possible},
};

/// From nothing to nothing: what is applied is settled, and a destroy ends well.
#[track_caller]
fn run(root: &Root<'_>) {
    root.succeed(&["plan", "-out=plan", "-input=false"]);
    root.succeed(&["apply", "-input=false", "plan"]);
    root.assert_no_changes();
    root.destroy();
    root.assert_nothing_in_state();
}

impl Root<'_> {
    #[track_caller]
    fn assert_nothing_in_state(&self) {
        assert_eq!(self.succeed(&["state", "list"]), "");
    }
}

#[test]
fn the_example_of_the_network_works() {
    if !possible() {
        return;
    }
    let cloud = Cloud::start();
    run(&Root::new(&cloud, &example("gcp-network")));
    for place in ["global/networks", "global/firewalls", "regions/us-central1/routers"] {
        assert!(cloud.names(place).is_empty(), "{place}: {:?}", cloud.names(place));
    }
}

#[test]
fn the_example_of_the_service_account_works() {
    if !possible() {
        return;
    }
    let cloud = Cloud::start();
    run(&Root::new(&cloud, &example("gcp-service-account")));
    let accounts = cloud.get(&format!("/iam/v1/projects/{PROJECT}/serviceAccounts"));
    assert!(!accounts.to_string().contains("gen-tf-rest-2026"), "{accounts}");
}

#[test]
fn the_example_of_the_store_works() {
    if !possible() {
        return;
    }
    let cloud = Cloud::start();
    let account = Root::new(&cloud, &example("gcp-service-account"));
    account.apply();
    run(&Root::new(&cloud, &example("gcp-store")));
}

#[test]
fn the_example_of_the_secrets_works() {
    if !possible() {
        return;
    }
    let cloud = Cloud::start();
    let account = Root::new(&cloud, &example("gcp-service-account"));
    account.apply();
    let root = Root::new(&cloud, &example("gcp-secrets"));
    let value = [("TF_VAR_secret_omdb_api_key", "k")];
    root.succeed_with(&["plan", "-out=plan", "-input=false"], &value);
    root.succeed_with(&["apply", "-input=false", "plan"], &value);
    root.assert_no_changes();
    root.destroy();
    let secrets = cloud.get(&format!("/secretmanager/v1/projects/{PROJECT}/secrets"));
    assert!(!secrets.to_string().contains("omdb"), "{secrets}");
}

#[test]
fn the_example_of_the_experiment_works() {
    if !possible() {
        return;
    }
    let cloud = Cloud::start();
    let around = example("gcp-network") + "\n" + &example("gcp-service-account");
    Root::new(&cloud, &around).apply();
    run(&Root::new(&cloud, &example("gcp-experiment")));
    assert!(cloud.names("zones/us-central1-a/instances").is_empty());
}
