//! What Google's APIs list of a study, or of every study of a project: by label, or by gen-tf's own
//! names where a kind carries no labels. It only lists; what a state holds is for its callers.
//!
//! Buckets are never among it: they hold results.

mod listing;

use std::collections::BTreeMap;

use gen_tf_core::{
    blueprint::Gcp,
    cost::{self, Origin},
    id::ExperimentId,
    schedule::EXPIRES,
};
use gen_tf_store::google::{Google, GoogleError};
use jiff::Timestamp;
use serde_json::Value;

use super::state;
use listing::{Asked, List};

/// The label that names the study.
const STUDY: &str = "gen-tf-study";

/// What a version of a secret costs in USD a day, by Google's price list: 0.06 a month.
const SECRET_USD_PER_DAY: f64 = 0.06 * 12.0 / 365.0;

/// Kinds, in the order in which they can be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A VM, with its boot disk.
    Vm,
    /// A disk that no VM uses.
    Disk,
    /// A firewall rule.
    Firewall,
    /// A router, with its NAT.
    Router,
    /// A subnetwork.
    Subnetwork,
    /// A network.
    Network,
    /// A secret, with its versions.
    Secret,
    /// A service account.
    ServiceAccount,
}

impl Kind {
    /// Its word, for people and for JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Vm => "VM",
            Self::Disk => "disk",
            Self::Firewall => "firewall rule",
            Self::Router => "router",
            Self::Subnetwork => "subnetwork",
            Self::Network => "network",
            Self::Secret => "secret",
            Self::ServiceAccount => "service account",
        }
    }

    /// Whether VMs of a study need it to go on.
    #[must_use]
    pub fn is_shared(self) -> bool {
        !matches!(self, Self::Vm | Self::Disk)
    }
}

/// Something that gen-tf has made.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// Its name; the address of a service account.
    pub name: String,
    /// Its zone or region, or `global`.
    pub place: String,
    /// Its study.
    pub study: String,
    /// When it was made, where Google tells.
    pub created: Option<Timestamp>,
    /// When it counts as forgotten, where it carries a label.
    pub expires: Option<i64>,
    /// What it costs in USD a day as it is now, where that is known.
    pub usd_per_day: Option<f64>,
    /// Its path, from `projects/` on; Terraform's states hold it as the id.
    pub path: String,
    /// What a VM tells besides.
    pub vm: Option<Vm>,
}

/// What a VM tells.
#[derive(Clone, Debug, Default)]
pub struct Vm {
    /// The experiment that it serves.
    pub experiment: Option<ExperimentId>,
    /// The attempt that it serves.
    pub attempt: Option<u32>,
    /// The store that it writes to.
    pub store: Option<String>,
    /// Whether it is on, or about to be.
    pub running: bool,
    /// Whether it is a spot VM.
    pub spot: bool,
    /// When it was asked for, in seconds since 1970.
    pub started: Option<i64>,
    /// Its disks, such as `100 GB pd-ssd`, where disks were listed too.
    pub disks: Vec<String>,
}

/// Whose things are listed.
#[derive(Clone, Copy, Debug)]
pub enum Scope<'a> {
    /// One study's.
    Study(&'a str, &'a Gcp),
    /// Those of every study in a project.
    Project(&'a str),
}

impl Scope<'_> {
    fn project(&self) -> &str {
        match self {
            Self::Study(_, gcp) => &gcp.project,
            Self::Project(project) => project,
        }
    }

    fn labelled(&self) -> String {
        match self {
            Self::Study(study, _) => format!("labels.{STUDY}={study}"),
            Self::Project(_) => format!("labels.{STUDY}:*"),
        }
    }

    fn named(&self, suffix: &str) -> String {
        match self {
            Self::Study(_, gcp) => format!("name={}{suffix}", gcp.network_name),
            Self::Project(_) => format!("name eq gen-tf-.*{suffix}"),
        }
    }
}

/// Everything that was found.
#[derive(Debug, Default)]
pub struct Inventory {
    /// The things, in the order in which they can be removed.
    pub items: Vec<Item>,
    /// APIs that the project does not use, and of which nothing was listed.
    pub disabled: Vec<&'static str>,
}

/// The VMs of a study: one listing.
///
/// # Errors
///
/// When Google refuses or can't be reached.
pub fn vms(google: &Google, scope: Scope<'_>) -> Result<Inventory, GoogleError> {
    let mut asked = Asked::new(google, scope.project());
    let found = asked.list(&List::everywhere("instances", scope.labelled()))?;
    let items = found.iter().map(|json| vm(json, scope, &[])).collect();
    Ok(Inventory { items, disabled: asked.disabled })
}

/// The VMs of a study with their disks, and what both cost.
///
/// # Errors
///
/// As [`vms`].
pub fn vms_with_disks(google: &Google, scope: Scope<'_>) -> Result<Inventory, GoogleError> {
    let mut asked = Asked::new(google, scope.project());
    let disks = asked.list(&List::everywhere("disks", scope.labelled()))?;
    let found = asked.list(&List::everywhere("instances", scope.labelled()))?;
    let items = found.iter().map(|json| vm(json, scope, &disks)).collect();
    Ok(Inventory { items, disabled: asked.disabled })
}

/// Everything of a scope.
///
/// # Errors
///
/// As [`vms`].
pub fn everything(google: &Google, scope: Scope<'_>) -> Result<Inventory, GoogleError> {
    let mut asked = Asked::new(google, scope.project());
    let disks = asked.list(&List::everywhere("disks", scope.labelled()))?;
    let instances = asked.list(&List::everywhere("instances", scope.labelled()))?;
    let mut items: Vec<Item> = instances.iter().map(|json| vm(json, scope, &disks)).collect();
    let unused = disks.iter().filter(|disk| list(&disk["users"]).next().is_none());
    items
        .extend(unused.map(|json| Item { usd_per_day: disk_cost(json), ..item(Kind::Disk, json) }));
    items.extend(network(&mut asked, scope)?);
    items.extend(secrets(&mut asked, scope)?);
    items.extend(accounts(&mut asked, scope)?);
    items.sort_by(|a, b| (a.kind, &a.study, &a.name).cmp(&(b.kind, &b.study, &b.name)));
    Ok(Inventory { items, disabled: asked.disabled })
}

/// When each study of a project counts as forgotten, as its buckets say.
///
/// # Errors
///
/// As [`vms`].
pub fn expiry_of_buckets(
    google: &Google,
    project: &str,
) -> Result<BTreeMap<String, i64>, GoogleError> {
    let mut expiries = BTreeMap::new();
    for bucket in Asked::new(google, project).list(&List::buckets(project))? {
        let labels = &bucket["labels"];
        if let Some((study, expires)) = labels[STUDY].as_str().zip(state::number(&labels[EXPIRES]))
        {
            let latest = expiries.entry(study.to_owned()).or_insert(expires);
            *latest = expires.max(*latest);
        }
    }
    Ok(expiries)
}

fn network(asked: &mut Asked<'_>, scope: Scope<'_>) -> Result<Vec<Item>, GoogleError> {
    let mut items = Vec::new();
    let regional = [(Kind::Router, "routers"), (Kind::Subnetwork, "subnetworks")];
    for (kind, collection) in regional {
        let found = asked.list(&List::everywhere(collection, scope.named("")))?;
        items.extend(found.iter().map(|json| by_name(kind, json, scope, "")));
    }
    let found = asked.list(&List::global("networks", scope.named("")))?;
    items.extend(found.iter().map(|json| by_name(Kind::Network, json, scope, "")));
    // A rule belongs to the project of its network, which a study may share with others.
    let list = List::global("firewalls", scope.named("-iap-ssh"));
    let found = match scope {
        Scope::Study(_, gcp) => asked.list(&list.of_project(gcp.network_project()))?,
        Scope::Project(_) => asked.list(&list)?,
    };
    items.extend(found.iter().map(|json| by_name(Kind::Firewall, json, scope, "-iap-ssh")));
    Ok(items)
}

fn by_name(kind: Kind, json: &Value, scope: Scope<'_>, suffix: &str) -> Item {
    let mut item = item(kind, json);
    item.study = match scope {
        Scope::Study(study, _) => study.to_owned(),
        Scope::Project(_) => {
            let name = item.name.trim_end_matches(suffix);
            name.strip_prefix("gen-tf-").unwrap_or(name).to_owned()
        }
    };
    // A NAT is billed by the VMs that use it and by the gigabyte.
    let has_nat = list(&json["nats"]).next().is_some();
    item.usd_per_day = (!has_nat).then_some(0.0);
    item
}

fn secrets(asked: &mut Asked<'_>, scope: Scope<'_>) -> Result<Vec<Item>, GoogleError> {
    let filter = match scope {
        Scope::Study(..) => scope.labelled(),
        // Secret Manager has no word for "has this label".
        Scope::Project(_) => String::new(),
    };
    let project = scope.project();
    let found = asked.list(&List::secrets(filter))?;
    let ours = found.iter().filter(|json| json["labels"][STUDY].is_string());
    Ok(ours
        .map(|json| {
            let name = last(&json["name"]).to_owned();
            // Google names the project by its number; Terraform by its id.
            let path = format!("projects/{project}/secrets/{name}");
            let created = time(&json["createTime"]);
            let usd_per_day = Some(SECRET_USD_PER_DAY);
            Item { name, path, created, usd_per_day, ..item(Kind::Secret, json) }
        })
        .collect())
}

fn accounts(asked: &mut Asked<'_>, scope: Scope<'_>) -> Result<Vec<Item>, GoogleError> {
    let found = asked.list(&List::accounts())?;
    let study_of = |json: &Value| {
        let (id, _) = json["email"].as_str()?.split_once('@')?;
        match scope {
            Scope::Study(study, gcp) => (id == gcp.service_account).then(|| study.to_owned()),
            // The id of a long name is cut, the name for people is not.
            Scope::Project(_) if id.starts_with("gen-tf-") => {
                Some(json["displayName"].as_str()?.strip_prefix("gen-tf ")?.to_owned())
            }
            Scope::Project(_) => None,
        }
    };
    let ours = found.iter().filter_map(|json| Some((study_of(json)?, json)));
    Ok(ours
        .map(|(study, json)| {
            let name = json["email"].as_str().unwrap_or_default().to_owned();
            let path = format!("projects/{}/serviceAccounts/{name}", scope.project());
            Item { name, path, study, usd_per_day: Some(0.0), ..item(Kind::ServiceAccount, json) }
        })
        .collect())
}

/// What all kinds tell in the same way.
fn item(kind: Kind, json: &Value) -> Item {
    let link = json["selfLink"].as_str().unwrap_or_default();
    let place = json["zone"].as_str().or(json["region"].as_str());
    Item {
        kind,
        name: json["name"].as_str().unwrap_or_default().to_owned(),
        place: place.and_then(|place| place.rsplit('/').next()).unwrap_or("global").to_owned(),
        study: json["labels"][STUDY].as_str().unwrap_or_default().to_owned(),
        created: time(&json["creationTimestamp"]),
        expires: state::number(&json["labels"][EXPIRES]),
        usd_per_day: None,
        path: link.find("projects/").map_or("", |at| &link[at..]).to_owned(),
        vm: None,
    }
}

fn vm(json: &Value, scope: Scope<'_>, disks: &[Value]) -> Item {
    let item = item(Kind::Vm, json);
    let value = |key: &str| {
        let found = list(&json["metadata"]["items"]).find(|entry| entry["key"] == key);
        found.and_then(|entry| entry["value"].as_str())
    };
    let scheduling = &json["scheduling"];
    let allowance = state::number(&scheduling["maxRunDuration"]["seconds"]);
    let started = state::started(&json["labels"], allowance);
    // One that is stopped costs no more than its disks.
    let running = !matches!(
        json["status"].as_str(),
        Some("STOPPING" | "STOPPED" | "TERMINATED" | "SUSPENDING" | "SUSPENDED")
    );
    let spot = scheduling["preemptible"] == true;
    let uses = |disk: &&Value| list(&disk["users"]).any(|user| user == &json["selfLink"]);
    let disks: Vec<&Value> = disks.iter().filter(uses).collect();
    let of_vm = Vm {
        experiment: value("gen-tf-experiment").and_then(|text| text.parse().ok()),
        attempt: value("gen-tf-attempt").and_then(|text| text.parse().ok()),
        store: value("gen-tf-store").map(str::to_owned),
        running,
        spot,
        started: started.or(item.created.map(Timestamp::as_second)),
        disks: disks.iter().map(|disk| disk_words(disk)).collect(),
    };
    let own =
        if running { machine_cost(last(&json["machineType"]), spot, scope) } else { Some(0.0) };
    let costs = disks.into_iter().map(disk_cost);
    let usd_per_day = costs.fold(own, |sum, disk| Some(sum? + disk?));
    Item { usd_per_day, vm: Some(of_vm), ..item }
}

/// The study's own price counts for its own machine type.
fn machine_cost(machine_type: &str, spot: bool, scope: Scope<'_>) -> Option<f64> {
    match scope {
        Scope::Study(_, gcp) if gcp.machine_type == machine_type => match gcp.price {
            Some(price) if price.origin == Origin::Study => Some(price.usd_per_hour * 24.0),
            _ => cost::vm_usd_per_day(machine_type, spot),
        },
        _ => cost::vm_usd_per_day(machine_type, spot),
    }
}

fn disk_words(json: &Value) -> String {
    format!("{} GB {}", state::number(&json["sizeGb"]).unwrap_or_default(), last(&json["type"]))
}

fn disk_cost(json: &Value) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a disk has far fewer than 2^53 GB")]
    let gb = state::number(&json["sizeGb"])? as f64;
    cost::disk_usd_per_day(last(&json["type"]), gb)
}

fn list(json: &Value) -> impl Iterator<Item = &Value> {
    json.as_array().into_iter().flatten()
}

fn last(json: &Value) -> &str {
    json.as_str().and_then(|text| text.rsplit('/').next()).unwrap_or_default()
}

fn time(json: &Value) -> Option<Timestamp> {
    json.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn instance(status: &str) -> Value {
        json!({
            "name": "vm-1", "status": status,
            "selfLink": "https://www.googleapis.com/compute/v1/projects/p-1/zones/z-a/instances/vm-1",
            "zone": "https://www.googleapis.com/compute/v1/projects/p-1/zones/z-a",
            "machineType": "https://www.googleapis.com/compute/v1/projects/p-1/zones/z-a/machineTypes/n1-standard-8",
            "creationTimestamp": "2026-11-28T10:00:00.000-08:00",
            "labels": { "gen-tf-study": "s", "gen-tf-expires": "1012600" },
            "scheduling": { "preemptible": true, "maxRunDuration": { "seconds": "9000" } },
            "metadata": { "items": [
                { "key": "gen-tf-experiment", "value": "a/b/1" },
                { "key": "gen-tf-attempt", "value": "2" },
                { "key": "gen-tf-store", "value": "gs://bucket/s" },
            ] },
        })
    }

    fn disk(disk_type: &str) -> Value {
        json!({ "name": "vm-1", "sizeGb": "100", "type": format!("zones/z-a/diskTypes/{disk_type}"),
            "users": ["https://www.googleapis.com/compute/v1/projects/p-1/zones/z-a/instances/vm-1"] })
    }

    #[test]
    fn a_vm_tells_what_it_serves_and_what_it_costs_with_its_disks() {
        let scope = Scope::Project("p-1");
        let item = vm(&instance("RUNNING"), scope, &[disk("pd-ssd")]);
        assert_eq!(item.path, "projects/p-1/zones/z-a/instances/vm-1");
        assert_eq!((item.place.as_str(), item.study.as_str()), ("z-a", "s"));
        assert_eq!(item.expires, Some(1_012_600));
        assert_eq!(item.created.unwrap().to_string(), "2026-11-28T18:00:00Z");
        let of_vm = item.vm.unwrap();
        assert_eq!(of_vm.experiment, Some("a/b/1".parse().unwrap()));
        assert_eq!((of_vm.attempt, of_vm.started), (Some(2), Some(1_000_000)));
        assert!(of_vm.running && of_vm.spot);
        assert_eq!(of_vm.disks, ["100 GB pd-ssd"]);
        let machine = cost::vm_usd_per_day("n1-standard-8", true).unwrap();
        let disks = cost::disk_usd_per_day("pd-ssd", 100.0).unwrap();
        assert!((item.usd_per_day.unwrap() - machine - disks).abs() < 1e-9);
        let stopped = vm(&instance("TERMINATED"), scope, &[disk("pd-ssd")]);
        assert!((stopped.usd_per_day.unwrap() - disks).abs() < 1e-9);
        let unknown = vm(&instance("RUNNING"), scope, &[disk("hyperdisk-balanced")]);
        assert_eq!(unknown.usd_per_day, None);
    }

    #[test]
    fn what_carries_no_label_belongs_to_the_study_of_its_name() {
        let rule = json!({ "name": "gen-tf-rest-2026-iap-ssh", "selfLink": "x/projects/p/global/firewalls/y" });
        let found = by_name(Kind::Firewall, &rule, Scope::Project("p-1"), "-iap-ssh");
        assert_eq!((found.study.as_str(), found.usd_per_day), ("rest-2026", Some(0.0)));
        let router = json!({ "name": "gen-tf-rest-2026", "nats": [{ "name": "n" }] });
        let found = by_name(Kind::Router, &router, Scope::Project("p-1"), "");
        assert_eq!((found.study.as_str(), found.usd_per_day), ("rest-2026", None));
    }
}
