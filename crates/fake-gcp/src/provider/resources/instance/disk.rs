//! The disks of an instance: `boot_disk`, `attached_disk` and `scratch_disk` are one list for the server.

use serde_json::{Value as Json, json};

use super::{Resource, keep};
use crate::provider::body::fill;
use crate::provider::diagnostic::Diagnostic;
use crate::provider::resources::object;
use crate::provider::schema::Block;
use crate::provider::spelling::{basename, relative};
use crate::provider::value::Value;

impl Resource<'_> {
    /// The `disks` of an instance that is to be made.
    pub(super) async fn disks(&self, planned: &Value) -> Result<Json, Diagnostic> {
        let mut disks = vec![self.boot_disk(planned).await?];
        for disk in planned.at("attached_disk").as_list().unwrap_or_default() {
            let source =
                link(disk.text_at("source"), "projects/{project}/zones/{zone}/disks/", planned);
            disks.push(object([
                ("source", source),
                ("mode", disk.at("mode").to_json()),
                ("deviceName", disk.at("device_name").to_json()),
            ]));
        }
        for disk in planned.at("scratch_disk").as_list().unwrap_or_default() {
            let kind = link("local-ssd", "projects/{project}/zones/{zone}/diskTypes/", planned);
            disks.push(object([
                ("type", "SCRATCH".into()),
                ("autoDelete", true.into()),
                ("interface", disk.at("interface").to_json()),
                ("diskSizeGb", size(disk.at("size"))),
                ("initializeParams", json!({ "diskType": kind })),
            ]));
        }
        Ok(disks.into())
    }

    async fn boot_disk(&self, planned: &Value) -> Result<Json, Diagnostic> {
        let disk = planned.at("boot_disk");
        let features = disk.at("guest_os_features").as_list().unwrap_or_default();
        let features: Vec<_> =
            features.iter().map(|kind| json!({ "type": kind.to_json() })).collect();
        let source = disk.text_at("source");
        let source = (!source.is_empty())
            .then(|| link(source, "projects/{project}/zones/{zone}/disks/", planned));
        let mut body = object([
            ("boot", true.into()),
            ("autoDelete", disk.at("auto_delete").to_json()),
            ("deviceName", disk.at("device_name").to_json()),
            ("interface", disk.at("interface").to_json()),
            ("mode", disk.at("mode").to_json()),
            ("source", source.unwrap_or_default()),
        ]);
        if !features.is_empty() {
            body["guestOsFeatures"] = features.into();
        }
        let params = disk.at("initialize_params");
        if !params.is_empty() {
            let kind = params.text_at("type");
            let kind = (!kind.is_empty())
                .then(|| link(kind, "projects/{project}/zones/{zone}/diskTypes/", planned));
            let image = self.image(planned, params.text_at("image")).await?;
            let labels = params.at("labels");
            body["initializeParams"] = object([
                ("diskSizeGb", size(params.at("size"))),
                ("diskType", kind.unwrap_or_default()),
                ("sourceImage", image.map_or(Json::Null, Json::from)),
                ("labels", if labels.is_empty() { Json::Null } else { labels.to_json() }),
                ("provisionedIops", size(params.at("provisioned_iops"))),
                ("provisionedThroughput", size(params.at("provisioned_throughput"))),
            ]);
        }
        Ok(body)
    }

    /// The link of an image: `projects/…` as it is; `PROJECT/NAME` and `NAME` are an image, else a family.
    async fn image(&self, planned: &Value, name: &str) -> Result<Option<String>, Diagnostic> {
        if name.is_empty() {
            return Ok(None);
        }
        if name.contains("projects/") {
            return Ok(Some(relative(name).to_owned()));
        }
        let short = name.trim_start_matches("global/images/");
        let (project, image) = match short.split_once('/') {
            Some((first, rest)) if first != "family" => (first, rest),
            _ => (planned.text_at("project"), short),
        };
        let images = format!("projects/{project}/global/images");
        for path in [format!("{images}/{image}"), format!("{images}/family/{image}")] {
            let found = self.client.find(&format!("compute/{path}")).await;
            if found.map_err(|error| self.failed("creating", &error))?.is_some() {
                return Ok(Some(path));
            }
        }
        let text =
            format!("Error resolving image name '{name}': Could not find image or family {name}");
        Err(Diagnostic::error(text, ""))
    }

    /// Fills in the disks of a state.
    pub(super) async fn flatten_disks(
        &self,
        body: &Json,
        state: &Value,
        found: &mut Value,
    ) -> Result<(), Diagnostic> {
        let (mut boot, mut attached, mut scratch) = (Vec::new(), Vec::new(), Vec::new());
        for disk in body["disks"].as_array().into_iter().flatten() {
            let scratches = state.at("scratch_disk").as_list().unwrap_or_default();
            if disk["boot"] == true {
                boot.push(self.flatten_boot_disk(disk, state).await?);
            } else if disk["type"] == "SCRATCH" {
                scratch.push(self.flatten_scratch_disk(disk, scratches.get(scratch.len())));
            } else {
                attached.push(self.flatten_attached_disk(disk, state));
            }
        }
        // As configured, then the others.
        let configured = state.at("attached_disk").as_list().unwrap_or_default();
        let source = |disk: &Value| relative(disk.text_at("source")).to_owned();
        let place = |disk: &Value| configured.iter().position(|one| source(one) == source(disk));
        attached.sort_by_key(|disk| place(disk).unwrap_or(usize::MAX));
        found.set("boot_disk", Value::List(boot));
        found.set("attached_disk", Value::List(attached));
        found.set("scratch_disk", Value::List(scratch));
        Ok(())
    }

    async fn flatten_boot_disk(&self, disk: &Json, state: &Value) -> Result<Value, Diagnostic> {
        let before = state.at("boot_disk");
        let mut value = self.empty_block("boot_disk");
        let secret = ["force_attach", "disk_encryption_key_raw", "disk_encryption_key_rsa"];
        for name in secret.into_iter().chain(["disk_encryption_service_account"]) {
            value.set(name, before.at(name).clone());
        }
        for (name, key) in [
            ("auto_delete", "autoDelete"),
            ("device_name", "deviceName"),
            ("mode", "mode"),
            ("source", "source"),
        ] {
            value.set(name, Value::from_json(&disk[key]));
        }
        let features = disk["guestOsFeatures"].as_array().into_iter().flatten();
        value
            .set("guest_os_features", features.map(|one| Value::from_json(&one["type"])).collect());
        if !before.at("interface").is_empty() {
            value.set("interface", Value::from_json(&disk["interface"]));
        }
        let key = &disk["diskEncryptionKey"];
        value.set("disk_encryption_key_sha256", Value::from_json(&key["sha256"]));
        value.set("kms_key_self_link", Value::from_json(&key["kmsKeyName"]));
        let path = format!("compute/{}", relative(disk["source"].as_str().unwrap_or_default()));
        let details = self.client.find(&path).await;
        let details = details.map_err(|error| self.failed("reading", &error))?;
        let params = match details {
            Some(details) => vec![self.flatten_params(&details, before.at("initialize_params"))],
            None => before.at("initialize_params").as_list().unwrap_or_default().to_vec(),
        };
        value.set("initialize_params", Value::List(params));
        Ok(value)
    }

    fn flatten_params(&self, disk: &Json, before: &Value) -> Value {
        let mut value = self.empty_block("boot_disk.initialize_params");
        for name in [
            "source_image_encryption_key",
            "snapshot",
            "source_snapshot_encryption_key",
            "resource_manager_tags",
            "resource_policies",
            "storage_pool",
            "replica_zones",
        ] {
            if !before.at(name).is_null() {
                value.set(name, before.at(name).clone());
            }
        }
        let number = |key: &str| {
            disk[key].as_str().and_then(|text| text.parse().ok()).map_or(Value::Null, Value::Int)
        };
        value.set("size", number("sizeGb"));
        value.set("provisioned_iops", number("provisionedIops"));
        value.set("provisioned_throughput", number("provisionedThroughput"));
        value.set("type", Value::text(basename(disk["type"].as_str().unwrap_or_default())));
        value.set("image", Value::from_json(&disk["sourceImage"]));
        value.set("architecture", Value::from_json(&disk["architecture"]));
        value.set("labels", keep(&disk["labels"], before.at("labels"), false));
        let confidential = before.at("enable_confidential_compute");
        value.set(
            "enable_confidential_compute",
            keep(&disk["enableConfidentialCompute"], confidential, false),
        );
        value
    }

    fn flatten_attached_disk(&self, disk: &Json, state: &Value) -> Value {
        let mut value = self.empty_block("attached_disk");
        let source = disk["source"].as_str().unwrap_or_default();
        let configured = state.at("attached_disk").as_list().unwrap_or_default();
        let same = |one: &&Value| basename(one.text_at("source")) == basename(source);
        if let Some(before) = configured.iter().find(same) {
            value = before.clone();
        }
        value.set("source", Value::text(source));
        value.set("device_name", Value::from_json(&disk["deviceName"]));
        value.set("mode", Value::from_json(&disk["mode"]));
        value
    }

    fn flatten_scratch_disk(&self, disk: &Json, before: Option<&Value>) -> Value {
        let mut value = before.cloned().unwrap_or_else(|| self.empty_block("scratch_disk"));
        value.set("device_name", Value::from_json(&disk["deviceName"]));
        value.set("interface", Value::from_json(&disk["interface"]));
        value
    }

    fn empty_block(&self, path: &str) -> Value {
        let mut block: &Block = self.block;
        for name in path.split('.') {
            let Some(nested) = block.block_types.get(name) else { break };
            block = &nested.block;
        }
        Value::Map(block.empty())
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<T: IntoIterator<Item = Value>>(values: T) -> Self {
        Self::List(values.into_iter().collect())
    }
}

fn link(name: &str, prefix: &str, planned: &Value) -> Json {
    if name.contains("projects/") {
        return relative(name).into();
    }
    format!("{}{}", fill(prefix, planned), basename(name)).into()
}

/// 64-bit numbers are sent as strings.
fn size(value: &Value) -> Json {
    if let Value::Int(number) = value { number.to_string().into() } else { Json::Null }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{link, size};
    use crate::provider::value::Value;

    #[test]
    fn a_bare_name_becomes_a_link_and_a_link_loses_its_host() {
        let planned = Value::from_json(&json!({"project": "p", "zone": "z"}));
        let prefix = "projects/{project}/zones/{zone}/diskTypes/";
        assert_eq!(link("pd-ssd", prefix, &planned), "projects/p/zones/z/diskTypes/pd-ssd");
        assert_eq!(link("https://h/compute/v1/projects/q/x", prefix, &planned), "projects/q/x");
    }

    #[test]
    fn sizes_are_sent_as_text() {
        assert_eq!(size(&Value::Int(100)), "100");
    }
}
