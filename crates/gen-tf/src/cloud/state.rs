//! What Terraform's state says about a study on Google Cloud: which VMs there are, whether the bucket
//! is managed, which versions of secrets were made. It reads what `terraform show -json` prints.

use std::collections::{BTreeMap, BTreeSet};

use gen_tf_core::{
    id::ExperimentId,
    schedule::{EXPIRES, Entry, Placed, VM_MARGIN},
};
use serde::Deserialize;
use serde_json::Value;

/// What the state says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether the bucket of the store is in it.
    pub bucket: bool,
    /// The version of each secret that has one.
    pub secrets: BTreeMap<String, u64>,
    /// The VMs, as far as the state tells how they were placed.
    pub machines: Placed,
    /// When the study counts as forgotten, as its bucket says.
    pub expires: Option<i64>,
    /// Names of the sandboxes, where the study runs on this machine.
    pub sandboxes: BTreeSet<String>,
    /// The addresses of everything that is in it.
    pub addresses: BTreeSet<String>,
    /// The ids of everything that is in it: of most kinds the path by which Google knows it.
    pub ids: BTreeSet<String>,
}

#[derive(Default, Deserialize)]
struct State {
    values: Option<Values>,
}

#[derive(Deserialize)]
struct Values {
    root_module: Module,
}

#[derive(Deserialize)]
struct Module {
    #[serde(default)]
    address: String,
    #[serde(default)]
    resources: Vec<Resource>,
    #[serde(default)]
    child_modules: Vec<Module>,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(default)]
    address: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    index: Value,
    /// Half made: Terraform makes it anew.
    #[serde(default)]
    tainted: bool,
    #[serde(default)]
    values: Value,
}

impl Facts {
    /// Reads a state.
    ///
    /// # Errors
    ///
    /// When it is not what `terraform show -json` prints.
    pub fn read(json: &[u8]) -> serde_json::Result<Self> {
        let state: State = serde_json::from_slice(json)?;
        let mut facts = Self::default();
        for module in state.values.into_iter().flat_map(|values| values.root_module.child_modules) {
            facts.take(&module);
        }
        Ok(facts)
    }

    fn take(&mut self, module: &Module) {
        for resource in &module.resources {
            self.addresses.insert(resource.address.clone());
            self.ids.extend(resource.values["id"].as_str().map(str::to_owned));
        }
        for resource in module.resources.iter().filter(|resource| !resource.tainted) {
            match (module.address.as_str(), resource.kind.as_str()) {
                ("module.store", "google_storage_bucket") => {
                    self.bucket = true;
                    self.expires = number(&resource.values["labels"][EXPIRES]);
                }
                ("module.secrets", "google_secret_manager_secret_version") => {
                    let version = number(&resource.values["secret_data_wo_version"]);
                    if let (Some(name), Some(version)) = (resource.index.as_str(), version) {
                        self.secrets.insert(name.to_owned(), version.unsigned_abs());
                    }
                }
                // The guard is what ends a sandbox.
                (_, "terraform_data") if resource.name == "guard" => {
                    let name = resource.values["input"]["name"].as_str();
                    self.sandboxes.extend(name.map(str::to_owned));
                }
                (address, "google_compute_instance") => {
                    self.machines.extend(experiment_of(address).zip(entry(&resource.values)));
                }
                _ => {}
            }
        }
    }

    /// The same VMs, each with the entry of `known` where that is of the same attempt: what was
    /// written once stays as it was written.
    #[must_use]
    pub fn machines_as_in(&self, known: &Placed) -> Placed {
        let same = |id: &ExperimentId, entry: &Entry| {
            known.get(id).filter(|known| known.attempt == entry.attempt).cloned()
        };
        let machines = self.machines.iter();
        machines
            .map(|(id, entry)| (id.clone(), same(id, entry).unwrap_or_else(|| entry.clone())))
            .collect()
    }
}

/// The experiment of `module.experiment["<id>"]`.
fn experiment_of(address: &str) -> Option<ExperimentId> {
    address.strip_prefix("module.experiment[\"")?.strip_suffix("\"]")?.parse().ok()
}

fn entry(values: &Value) -> Option<Entry> {
    let attempt = values["metadata"]["gen-tf-attempt"].as_str()?.parse().ok()?;
    let scheduling = &values["scheduling"][0];
    let allowance = number(&scheduling["max_run_duration"][0]["seconds"]);
    Some(Entry {
        attempt,
        spot: scheduling["preemptible"].as_bool(),
        started: started(&values["labels"], allowance),
        zone: values["zone"].as_str().map(str::to_owned),
    })
}

/// When a VM was asked for, as its label tells.
pub(super) fn started(labels: &Value, allowance: Option<i64>) -> Option<i64> {
    Some(number(&labels[EXPIRES])? - VM_MARGIN - allowance?)
}

/// A number that some versions of the provider write as a text.
pub(super) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        serde_json::to_vec(&serde_json::json!({
            "format_version": "1.0",
            "values": { "outputs": {}, "root_module": { "child_modules": [
                { "address": "module.store", "resources": [
                    { "type": "google_storage_bucket", "name": "store",
                      "address": "module.store.google_storage_bucket.store",
                      "values": { "id": "b", "name": "b", "labels": { "gen-tf-expires": "1700" } } } ] },
                { "address": "module.secrets", "resources": [
                    { "type": "google_secret_manager_secret_version", "index": "one",
                      "values": { "secret_data_wo_version": 2 } },
                    { "type": "google_secret_manager_secret_version", "index": "two",
                      "values": { "secret_data_wo_version": "3" } },
                    { "type": "google_secret_manager_secret_version", "index": "half", "tainted": true,
                      "values": { "secret_data_wo_version": 1 } } ] },
                { "address": "module.experiment[\"s/t/1\"]", "resources": [
                    { "type": "terraform_data", "values": { "input": 2 } },
                    { "type": "google_compute_instance", "values": {
                        "zone": "us-central1-b",
                        "metadata": { "gen-tf-attempt": "2" },
                        "labels": { "gen-tf-expires": "1012600" },
                        "scheduling": [ { "preemptible": true, "max_run_duration": [ { "seconds": 9000 } ] } ]
                    } } ] }
            ] } }
        }))
        .unwrap()
    }

    #[test]
    fn a_state_tells_the_bucket_the_versions_of_secrets_and_where_vms_are() {
        let facts = Facts::read(&sample()).unwrap();
        assert!(facts.bucket);
        assert_eq!(facts.expires, Some(1_700));
        assert!(facts.addresses.contains("module.store.google_storage_bucket.store"));
        assert!(facts.ids.contains("b"));
        let versions = BTreeMap::from([("one".to_owned(), 2), ("two".to_owned(), 3)]);
        assert_eq!(facts.secrets, versions);
        let id: ExperimentId = "s/t/1".parse().unwrap();
        let expected = Entry {
            attempt: 2,
            spot: Some(true),
            started: Some(1_000_000),
            zone: Some("us-central1-b".to_owned()),
        };
        assert_eq!(facts.machines, BTreeMap::from([(id.clone(), expected.clone())]));
        let written = Entry { started: Some(1), ..expected.clone() };
        let known = BTreeMap::from([(id.clone(), written.clone())]);
        assert_eq!(facts.machines_as_in(&known)[&id], written);
        let older = BTreeMap::from([(id.clone(), Entry { attempt: 1, ..written })]);
        assert_eq!(facts.machines_as_in(&older)[&id], expected);
    }

    #[test]
    fn an_empty_state_tells_nothing() {
        assert_eq!(Facts::read(b"{\"format_version\":\"1.0\"}").unwrap(), Facts::default());
        assert!(Facts::read(b"no state").is_err());
    }
}
