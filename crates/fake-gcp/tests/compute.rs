//! Compute Engine's API: resources, without what instances go through over time.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

mod support;

use serde_json::{Value, json};
use support::Fake;

const P: &str = "/compute/v1/projects/p1";

/// A network `n` with a subnetwork `n` in us-central1.
async fn with_network() -> Fake {
    let fake = Fake::start().await;
    make(&fake, "global/networks", json!({ "name": "n", "autoCreateSubnetworks": false })).await;
    let subnetwork = json!({ "name": "n", "network": "projects/p1/global/networks/n", "ipCidrRange": "10.1.0.0/24" });
    make(&fake, "regions/us-central1/subnetworks", subnetwork).await;
    fake
}

async fn make(fake: &Fake, collection: &str, body: Value) {
    let operation = fake.ok("POST", &format!("{P}/{collection}"), &body).await;
    assert_eq!(operation["status"], "DONE", "{operation}");
    assert_eq!(operation["error"], Value::Null, "{operation}");
}

fn instance(name: &str) -> Value {
    json!({
        "name": name,
        "machineType": "projects/p1/zones/us-central1-a/machineTypes/n1-standard-8",
        "disks": [{ "boot": true, "autoDelete": true, "initializeParams": {
            "sourceImage": "projects/debian-cloud/global/images/family/debian-12",
            "diskSizeGb": 100, "diskType": "zones/us-central1-a/diskTypes/pd-ssd" } }],
        "networkInterfaces": [{ "subnetwork": "projects/p1/regions/us-central1/subnetworks/n" }],
        "scheduling": { "maxRunDuration": { "seconds": 3600 }, "instanceTerminationAction": "STOP" },
        "metadata": { "items": [{ "key": "startup-script", "value": "#!/bin/sh\n${x}" }] },
        "labels": { "gen-tf-study": "s" },
    })
}

const INSTANCES: &str = "zones/us-central1-a/instances";

#[tokio::test]
async fn resources_get_the_servers_defaults() {
    let fake = with_network().await;
    let network = fake.get(&format!("{P}/global/networks/n")).await;
    assert_eq!(network["networkFirewallPolicyEnforcementOrder"], "AFTER_CLASSIC_FIREWALL");
    assert_eq!(network["routingConfig"]["routingMode"], "REGIONAL");
    assert_eq!(network["autoCreateSubnetworks"], false);
    assert_eq!(
        network["selfLink"],
        "https://www.googleapis.com/compute/v1/projects/p1/global/networks/n"
    );
    let subnetwork = fake.get(&format!("{P}/regions/us-central1/subnetworks/n")).await;
    assert_eq!(subnetwork["network"], network["selfLink"]);
    assert_eq!(
        (&subnetwork["gatewayAddress"], &subnetwork["purpose"]),
        (&json!("10.1.0.1"), &json!("PRIVATE"))
    );
    let firewall = json!({ "name": "f", "network": "global/networks/n",
        "allowed": [{ "IPProtocol": "tcp", "ports": ["22"] }], "sourceRanges": ["35.235.240.0/20"] });
    make(&fake, "global/firewalls", firewall).await;
    let firewall = fake.get(&format!("{P}/global/firewalls/f")).await;
    assert_eq!((&firewall["priority"], &firewall["direction"]), (&json!(1000), &json!("INGRESS")));
    assert_eq!(firewall["sourceRanges"], json!(["35.235.240.0/20"]));
    let router = json!({ "name": "r", "network": "global/networks/n" });
    make(&fake, "regions/us-central1/routers", router).await;
    let nat = json!({ "nats": [{ "name": "r", "natIpAllocateOption": "AUTO_ONLY",
        "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES" }] });
    fake.ok("PATCH", &format!("{P}/regions/us-central1/routers/r"), &nat).await;
    let router = fake.get(&format!("{P}/regions/us-central1/routers/r")).await;
    assert_eq!(router["nats"][0]["type"], "PUBLIC");
    fake.ok("PATCH", &format!("{P}/regions/us-central1/routers/r"), &json!({ "nats": [] })).await;
    assert_eq!(fake.get(&format!("{P}/regions/us-central1/routers/r")).await["nats"], json!([]));
}

#[tokio::test]
async fn a_name_is_taken_once_and_must_be_well_formed() {
    let fake = with_network().await;
    let again = fake.send("POST", &format!("{P}/global/networks"), r#"{"name":"n"}"#).await;
    assert_eq!((again.status, again.reason()), (409, "alreadyExists".into()));
    assert_eq!(again.message(), "The resource 'projects/p1/global/networks/n' already exists");
    for bad in ["", "A", "-a", "a-", "a_b", "${a}", &"x".repeat(64)] {
        let body = json!({ "name": bad }).to_string();
        let reply = fake.send("POST", &format!("{P}/global/networks"), &body).await;
        assert_eq!(reply.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn what_something_else_uses_is_not_deleted() {
    let fake = with_network().await;
    make(&fake, INSTANCES, instance("a")).await;
    let network = format!("{P}/global/networks/n");
    let refused = fake.send("DELETE", &network, "").await;
    assert_eq!((refused.status, refused.reason()), (400, "resourceInUseByAnotherResource".into()));
    let subnetwork = format!("{P}/regions/us-central1/subnetworks/n");
    let refused = fake.send("DELETE", &subnetwork, "").await;
    assert!(refused.message().ends_with("used by 'projects/p1/zones/us-central1-a/instances/a'"));
    let disk = fake.send("DELETE", &format!("{P}/zones/us-central1-a/disks/a"), "").await;
    assert_eq!(disk.status, 400);
    for path in [format!("{P}/{INSTANCES}/a"), subnetwork, network] {
        assert_eq!(fake.ok("DELETE", &path, &Value::Null).await["status"], "DONE", "{path}");
        assert_eq!(fake.send("GET", &path, "").await.status, 404);
    }
}

#[tokio::test]
async fn an_instance_reads_back_as_the_provider_needs_it() {
    let fake = with_network().await;
    make(&fake, INSTANCES, instance("a")).await;
    let a = fake.get(&format!("{P}/{INSTANCES}/a")).await;
    assert_eq!(a["status"], "RUNNING");
    assert_eq!(a["scheduling"]["maxRunDuration"]["seconds"], "3600");
    assert_eq!(a["scheduling"]["provisioningModel"], "STANDARD");
    assert_eq!(a["scheduling"]["onHostMaintenance"], "MIGRATE");
    assert_eq!(a["metadata"]["items"], instance("a")["metadata"]["items"]);
    assert_eq!(a["labels"], json!({ "gen-tf-study": "s" }));
    assert_eq!(a["disks"][0]["mode"], "READ_WRITE");
    assert_eq!(a["disks"][0]["initializeParams"], Value::Null);
    let nic = &a["networkInterfaces"][0];
    assert_eq!((&nic["name"], &nic["networkIP"]), (&json!("nic0"), &json!("10.1.0.2")));
    assert_eq!(nic.get("accessConfigs"), None, "no public address");
    assert!(nic["network"].as_str().unwrap().ends_with("projects/p1/global/networks/n"));
    assert_eq!(a["shieldedInstanceConfig"]["enableVtpm"], true);
    assert!(a["id"].as_str().unwrap().parse::<u64>().is_ok());
    let disk = fake.get(&format!("{P}/zones/us-central1-a/disks/a")).await;
    assert_eq!(disk["sizeGb"], "100");
    assert!(disk["type"].as_str().unwrap().ends_with("/diskTypes/pd-ssd"));
    assert!(disk["sourceImage"].as_str().unwrap().contains("/images/debian-12-bookworm-v"));
}

#[tokio::test]
async fn spot_instances_get_the_schedule_that_spot_has() {
    let fake = with_network().await;
    let mut body = instance("a");
    body["scheduling"] =
        json!({ "provisioningModel": "SPOT", "instanceTerminationAction": "DELETE" });
    make(&fake, INSTANCES, body).await;
    let scheduling = fake.get(&format!("{P}/{INSTANCES}/a")).await["scheduling"].clone();
    assert_eq!(
        scheduling,
        json!({ "provisioningModel": "SPOT", "instanceTerminationAction": "DELETE", "preemptible": true,
                "automaticRestart": false, "onHostMaintenance": "TERMINATE" })
    );
}

/// Changes of a good instance's body, and the status of the refusal.
fn refusals() -> Vec<(u16, Value)> {
    let machine = |name: &str| json!({ "machineType": format!("x/machineTypes/{name}") });
    let disk = |params: Value| json!({ "disks": [{ "boot": true, "initializeParams": params }] });
    let network = |nic: Value| json!({ "networkInterfaces": [nic] });
    let schedule = |scheduling: Value| json!({ "scheduling": scheduling });
    let item = |key: &str, value: String| json!({ "metadata": { "items": [{ "key": key, "value": value }] } });
    let image = "projects/debian-cloud/global/images/debian-99";
    let nobody = "x@p1.iam.gserviceaccount.com";
    vec![
        (400, machine("n1-standard-24")),
        (400, disk(json!({ "sourceImage": image }))),
        (400, disk(json!({ "diskType": "x/diskTypes/pd-fast" }))),
        (400, disk(json!({ "diskSizeGb": "5" }))),
        (400, json!({ "disks": [] })),
        (400, json!({ "labels": { "Study": "x" } })),
        (404, network(json!({ "subnetwork": "regions/us-central1/subnetworks/x" }))),
        (400, network(json!({ "subnetwork": "regions/us-east1/subnetworks/far" }))),
        (400, network(json!({ "network": "global/networks/n" }))),
        (404, json!({ "serviceAccounts": [{ "email": nobody }] })),
        (400, schedule(json!({ "maxRunDuration": { "seconds": 10 } }))),
        (400, schedule(json!({ "instanceTerminationAction": null }))),
        (400, schedule(json!({ "provisioningModel": "SPOT", "automaticRestart": true }))),
        (400, item("a", "x".repeat(262_145))),
        (400, item("a b", String::new())),
    ]
}

#[tokio::test]
async fn an_instance_that_google_would_refuse_is_refused() {
    let fake = with_network().await;
    let range = "10.2.0.0/24";
    let far = json!({ "name": "far", "network": "global/networks/n", "ipCidrRange": range });
    make(&fake, "regions/us-east1/subnetworks", far).await;
    for (code, change) in refusals() {
        let mut body = instance("a");
        fake_gcp::cloud::merge::patch(&mut body, &change);
        let reply = fake.send("POST", &format!("{P}/{INSTANCES}"), &body.to_string()).await;
        assert_eq!(reply.status, code, "{change}: {reply:?}");
        if change["machineType"].is_string() {
            let begin = "Invalid value for field 'resource.machineType'";
            assert!(reply.message().starts_with(begin), "{reply:?}");
        }
    }
    let state = fake.get("/control/state").await;
    assert_eq!((&state["instances"], &state["disks"]), (&json!([]), &json!([])), "nothing is left");
}

#[tokio::test]
async fn metadata_labels_and_tags_change_only_for_who_has_read_them() {
    let fake = with_network().await;
    make(&fake, INSTANCES, instance("a")).await;
    let path = format!("{P}/{INSTANCES}/a");
    let before = fake.get(&path).await;
    let fingerprint = &before["metadata"]["fingerprint"];
    let items = json!([{ "key": "k", "value": "v" }]);
    let body = json!({ "fingerprint": fingerprint, "items": items });
    fake.ok("POST", &format!("{path}/setMetadata"), &body).await;
    let stale = fake.send("POST", &format!("{path}/setMetadata"), &body.to_string()).await;
    assert_eq!((stale.status, stale.reason()), (412, "conditionNotMet".into()));
    let labels = json!({ "labelFingerprint": before["labelFingerprint"], "labels": { "c": "d" } });
    fake.ok("POST", &format!("{path}/setLabels"), &labels).await;
    let tags = json!({ "fingerprint": before["tags"]["fingerprint"], "items": ["t"] });
    fake.ok("POST", &format!("{path}/setTags"), &tags).await;
    let scheduling = json!({ "instanceTerminationAction": "DELETE" });
    fake.ok("POST", &format!("{path}/setScheduling"), &scheduling).await;
    let after = fake.get(&path).await;
    assert_eq!(after["metadata"]["items"], items);
    assert_eq!((&after["labels"], &after["tags"]["items"]), (&json!({ "c": "d" }), &json!(["t"])));
    assert_eq!(after["scheduling"]["instanceTerminationAction"], "DELETE");
    assert_eq!(after["scheduling"]["maxRunDuration"]["seconds"], "3600");
    let running =
        fake.send("POST", &format!("{path}/setMachineType"), r#"{"machineType":"x"}"#).await;
    assert_eq!(running.status, 400);
    let unknown = fake.send("POST", &format!("{path}/simulateMaintenanceEvent"), "{}").await;
    assert_eq!(unknown.status, 501);
}

#[tokio::test]
async fn instances_are_listed_by_labels_across_zones_and_in_pages() {
    let fake = with_network().await;
    for name in ["a", "b", "c"] {
        let mut body = instance(name);
        body["labels"]["n"] = name.into();
        make(&fake, INSTANCES, body).await;
    }
    let names = |list: &Value| -> Vec<String> {
        let items = list["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|i| i["name"].as_str().unwrap().to_owned()).collect()
    };
    let list = fake.get(&format!("{P}/{INSTANCES}?filter=labels.n%3Db")).await;
    assert_eq!(names(&list), ["b"]);
    let list = fake.get(&format!("{P}/{INSTANCES}?maxResults=2")).await;
    assert_eq!(names(&list), ["a", "b"]);
    let token = list["nextPageToken"].as_str().unwrap();
    let list = fake.get(&format!("{P}/{INSTANCES}?maxResults=2&pageToken={token}")).await;
    assert_eq!((names(&list), &list["nextPageToken"]), (vec!["c".to_owned()], &Value::Null));
    let all = fake.get(&format!("{P}/aggregated/instances?filter=labels.gen-tf-study=s")).await;
    assert_eq!(all["items"]["zones/us-central1-a"]["instances"].as_array().unwrap().len(), 3);
    let other = &all["items"]["zones/us-central1-b"];
    assert_eq!(other["warning"]["code"], "NO_RESULTS_ON_PAGE");
    assert_eq!(
        fake.send("GET", &format!("{P}/{INSTANCES}?filter=a%20OR%20b"), "").await.status,
        400
    );
}

#[tokio::test]
async fn a_region_says_what_is_used_of_its_quotas() {
    let fake = with_network().await;
    make(&fake, INSTANCES, instance("a")).await;
    let quota = |region: &Value, metric: &str, field: &str| {
        let quotas = region["quotas"].as_array().unwrap();
        let quota = quotas.iter().find(|quota| quota["metric"] == metric).unwrap();
        quota[field].as_f64().unwrap()
    };
    let region = fake.get(&format!("{P}/regions/us-central1")).await;
    assert_eq!(quota(&region, "CPUS", "usage"), 8.0);
    assert_eq!(quota(&region, "SSD_TOTAL_GB", "usage"), 100.0);
    fake.set(json!({ "quotas": { "CPUS": 16.0 } })).await;
    make(&fake, INSTANCES, instance("b")).await;
    let third = fake.ok("POST", &format!("{P}/{INSTANCES}"), &instance("c")).await;
    assert_eq!(third["error"]["errors"][0]["code"], "QUOTA_EXCEEDED");
    assert_eq!(
        third["error"]["errors"][0]["message"],
        "Quota 'CPUS' exceeded.  Limit: 16.0 in region us-central1."
    );
    assert_eq!(fake.send("GET", &format!("{P}/{INSTANCES}/c"), "").await.status, 404);
    assert_eq!(fake.send("GET", &format!("{P}/zones/us-central1-a/disks/c"), "").await.status, 404);
    fake.ok("POST", &format!("{P}/{INSTANCES}/b/stop"), &Value::Null).await;
    let region = fake.get(&format!("{P}/regions/us-central1")).await;
    assert_eq!((quota(&region, "CPUS", "usage"), quota(&region, "CPUS", "limit")), (8.0, 16.0));
    assert_eq!(quota(&region, "SSD_TOTAL_GB", "usage"), 200.0, "a stopped VM keeps its disk");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_come_together_a_quota_for_one_lets_one_in() {
    let fake = with_network().await;
    fake.set(json!({ "quotas": { "INSTANCES": 1.0 } })).await;
    let place = format!("{P}/{INSTANCES}");
    for _ in 0..500 {
        let (a, b) = (instance("a"), instance("b"));
        let both = tokio::join!(fake.ok("POST", &place, &a), fake.ok("POST", &place, &b));
        let refused = [&both.0, &both.1].map(|operation| operation["error"].is_object());
        let Some(stays) = refused.iter().position(|refused| !refused) else {
            panic!("both were refused")
        };
        assert!(refused.contains(&true), "both were let in");
        let stays = ["a", "b"][stays];
        fake.ok("DELETE", &format!("{place}/{stays}"), &Value::Null).await;
    }
}

#[tokio::test]
async fn what_exists_of_itself_can_be_asked_for() {
    let fake = Fake::start().await;
    let project = fake.get(P).await;
    assert_eq!(project["name"], "p1");
    let by_number = format!("/compute/v1/projects/{}", project["id"].as_str().unwrap());
    assert_eq!(fake.get(&by_number).await["name"], "p1");
    let zones = fake.get(&format!("{P}/zones")).await;
    let zone = zones["items"].as_array().unwrap().iter().find(|z| z["name"] == "us-central1-a");
    assert!(zone.unwrap()["region"].as_str().unwrap().ends_with("/regions/us-central1"));
    let machine = fake.get(&format!("{P}/zones/us-central1-a/machineTypes/n1-standard-8")).await;
    assert_eq!((&machine["guestCpus"], &machine["memoryMb"]), (&json!(8), &json!(30720)));
    let image = fake.get("/compute/v1/projects/debian-cloud/global/images/family/debian-13").await;
    assert_eq!(image["family"], "debian-13");
    for missing in [
        "/compute/v1/projects/other".to_owned(),
        format!("{P}/zones/us-central1-z"),
        format!("{P}/zones/us-central1-z/instances"),
        format!("{P}/regions/mars"),
        format!("{P}/zones/us-central1-a/machineTypes/n1-standard-24"),
        format!("{P}/zones/us-central1-a/instances/none"),
        "/compute/v1/projects/debian-cloud/global/images/debian-12".to_owned(),
        format!("{P}/global/unheardOf"),
    ] {
        assert_eq!(fake.send("GET", &missing, "").await.status, 404, "{missing}");
    }
}

#[tokio::test]
async fn compute_must_be_enabled_in_the_project() {
    let fake = Fake::start().await;
    let path = "/serviceusage/v1/projects/p1/services/compute.googleapis.com:disable";
    fake.ok("POST", path, &json!({})).await;
    let refused = fake.send("GET", &format!("{P}/{INSTANCES}"), "").await;
    assert_eq!((refused.status, refused.reason()), (403, "accessNotConfigured".into()));
    let ids = json!({ "serviceIds": ["compute.googleapis.com", "run.googleapis.com"] });
    fake.ok("POST", "/serviceusage/v1/projects/p1/services:batchEnable", &ids).await;
    assert_eq!(fake.send("GET", &format!("{P}/{INSTANCES}"), "").await.status, 200);
}

#[tokio::test]
async fn a_list_over_all_places_comes_in_pages() {
    let fake = Fake::start().await;
    for name in ["n-1", "n-2", "n-3"] {
        fake.ok("POST", &format!("{P}/global/networks"), &json!({ "name": name })).await;
        let router = json!({ "name": name, "network": format!("global/networks/{name}") });
        fake.ok("POST", &format!("{P}/regions/us-central1/routers"), &router).await;
    }
    let mut names = Vec::new();
    let mut token = String::new();
    let mut pages = 0;
    loop {
        let path = format!("{P}/aggregated/routers?maxResults=2{token}");
        let page = fake.get(&path).await;
        let here = page["items"]["regions/us-central1"]["routers"].as_array().unwrap();
        names.extend(here.iter().map(|it| it["name"].as_str().unwrap().to_owned()));
        let empty = &page["items"]["regions/europe-west1"];
        assert_eq!(empty["warning"]["code"], "NO_RESULTS_ON_PAGE", "{page}");
        pages += 1;
        match page["nextPageToken"].as_str() {
            Some(next) => token = format!("&pageToken={next}"),
            None => break,
        }
    }
    assert_eq!((names.as_slice(), pages), (&["n-1".to_owned(), "n-2".into(), "n-3".into()][..], 2));
    let wrong = format!("{P}/aggregated/routers?pageToken=x");
    assert_eq!(fake.send("GET", &wrong, "").await.status, 400);
}
