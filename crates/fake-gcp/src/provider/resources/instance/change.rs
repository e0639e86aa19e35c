//! Changes of a running instance: each part has its own call, and some need the instance stopped.

use hyper::Method;
use serde_json::{Value as Json, json};

use super::{Resource, metadata_body};
use crate::provider::diagnostic::Diagnostic;
use crate::provider::resources::{Update, object};
use crate::provider::value::Value;

/// What has a call here; the rest of what the real provider changes in place is refused.
const CHANGEABLE: &[&str] = &[
    "metadata",
    "tags",
    "labels",
    "terraform_labels",
    "effective_labels",
    "scheduling",
    "resource_policies",
    "deletion_protection",
    "desired_status",
    "description",
    "allow_stopping_for_update",
    "deletion_policy",
    "timeouts",
    "boot_disk.auto_delete",
    "machine_type",
    "min_cpu_platform",
    "service_account",
    "shielded_instance_config",
    "enable_display",
    "advanced_machine_features",
];

/// The real provider's words.
const MUST_STOP: &str = "Changing the machine_type, min_cpu_platform, service_account, enable_display, \
    shielded_instance_config, scheduling.node_affinities or network_interface.[#d].(network/subnetwork/\
    subnetwork_project) or advanced_machine_features on a started instance requires stopping it. \
    To acknowledge this, please set allow_stopping_for_update = true in your config. \
    You can also stop it by setting desired_status = \"TERMINATED\", but the instance will not be restarted \
    after the update.";

impl Resource<'_> {
    pub(in crate::provider::resources) async fn update_instance(
        &self,
        update: &Update<'_>,
    ) -> Result<(), Diagnostic> {
        let within = |path: &str, part: &str| {
            path.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let known = |path: &str| CHANGEABLE.iter().any(|part| within(path, part));
        if let Some(change) = update.changes.iter().find(|change| !known(&change.path)) {
            let text = format!("fake-gcp cannot change {} of an instance in place", change.path);
            return Err(Diagnostic::error(text, "").at(&change.path));
        }
        let gone = || Diagnostic::error("Error updating instance: it is gone", "");
        let now = self.find_instance(update.planned).await?.ok_or_else(gone)?;
        self.change_running(update, &now).await?;
        if update.changes.iter().any(|change| self.behaviour.stops(&change.path)) {
            self.change_stopped(update, now["status"] == "RUNNING").await?;
        }
        let desired = update.planned.text_at("desired_status");
        if update.has("desired_status") && !desired.is_empty() {
            self.set_status(update.planned, desired).await?;
        }
        Ok(())
    }

    async fn change_running(&self, update: &Update<'_>, now: &Json) -> Result<(), Diagnostic> {
        let state = update.planned;
        if update.has("description") {
            self.put(state, "description", state.at("description").to_json()).await?;
        }
        if update.has("metadata") {
            self.set_metadata(state).await?;
        }
        if update.has("tags") {
            let items =
                state.at("tags").as_list().map_or(json!([]), |_| state.at("tags").to_json());
            let body = json!({ "items": items, "fingerprint": now["tags"]["fingerprint"] });
            self.verb(state, "setTags", body, "tags to update").await?;
        }
        if update.has("effective_labels") {
            let labels = state.at("effective_labels").to_json();
            let body = json!({ "labels": labels, "labelFingerprint": now["labelFingerprint"] });
            self.verb(state, "setLabels", body, "labels to update").await?;
        }
        if update.has("resource_policies") {
            let old = &now["resourcePolicies"];
            if old.as_array().is_some_and(|old| !old.is_empty()) {
                let body = json!({ "resourcePolicies": old });
                self.verb(state, "removeResourcePolicies", body, "resource policies to remove")
                    .await?;
            }
            let new = state.at("resource_policies");
            if !new.is_empty() {
                let body = json!({ "resourcePolicies": new.to_json() });
                self.verb(state, "addResourcePolicies", body, "resource policies to add").await?;
            }
        }
        if update.has("scheduling") {
            let names = ["scheduling".to_owned()];
            let body = self.translator().expand(state, Some(&names)).remove("scheduling");
            let body = body.unwrap_or_default();
            self.verb(state, "setScheduling", body, "scheduling policy update").await?;
        }
        if update.has("deletion_protection") {
            let flag = state.flag_at("deletion_protection");
            let verb = format!("setDeletionProtection?deletionProtection={flag}");
            self.verb(state, &verb, json!({}), "deletion protection to update").await?;
        }
        if update.has("boot_disk") {
            let (flag, device) = (state.flag_at("boot_disk.auto_delete"), now_device(now));
            let verb = format!("setDiskAutoDelete?autoDelete={flag}&deviceName={device}");
            self.verb(state, &verb, json!({}), "disk auto delete to update").await?;
        }
        Ok(())
    }

    /// Metadata is written with the fingerprint of what was read just before, and again if that is stale.
    async fn set_metadata(&self, state: &Value) -> Result<(), Diagnostic> {
        let path = format!("compute/{}/setMetadata", self.id(state));
        for last in [false, false, true] {
            let gone = || Diagnostic::error("Error retrieving metadata: the instance is gone", "");
            let now = self.find_instance(state).await?.ok_or_else(gone)?;
            let mut body = metadata_body(state);
            body["fingerprint"] = now["metadata"]["fingerprint"].clone();
            match self.client.post(&path, body).await {
                Ok(operation) => {
                    let project = state.text_at("project");
                    self.client.wait(project, "metadata to update", operation).await?;
                    return Ok(());
                }
                Err(error) if error.is_conflict() && !last => {}
                Err(error) => {
                    return Err(Diagnostic::error(format!("Error updating metadata: {error}"), ""));
                }
            }
        }
        Ok(())
    }

    async fn change_stopped(&self, update: &Update<'_>, running: bool) -> Result<(), Diagnostic> {
        let state = update.planned;
        let stays_down = state.text_at("desired_status") == "TERMINATED";
        if running && !stays_down && !state.flag_at("allow_stopping_for_update") {
            return Err(Diagnostic::error(MUST_STOP, ""));
        }
        if running {
            self.set_status(state, "TERMINATED").await?;
        }
        let words = "machine type to update";
        let body = |name: &str| {
            let body = self.translator().expand(state, Some(&[name.to_owned()]));
            body.into_iter().next().map_or(Json::Null, |(_, json)| json)
        };
        if update.has("machine_type") {
            let body = json!({ "machineType": body("machine_type") });
            self.verb(state, "setMachineType", body, words).await?;
        }
        if update.has("min_cpu_platform") {
            let body = json!({ "minCpuPlatform": state.at("min_cpu_platform").to_json() });
            self.verb(state, "setMinCpuPlatform", body, "min cpu platform to update").await?;
        }
        if update.has("service_account") {
            let account = state.at("service_account");
            let body = object([
                ("email", account.at("email").to_json()),
                ("scopes", account.at("scopes").to_json()),
            ]);
            self.verb(state, "setServiceAccount", body, "service account to update").await?;
        }
        if update.has("shielded_instance_config") {
            let path = format!("compute/{}/updateShieldedInstanceConfig", self.id(state));
            let call = (Method::PATCH, path.as_str(), body("shielded_instance_config"));
            self.operate(state, call, ("updating", "shielded vm config update")).await?;
        }
        if update.has("enable_display") {
            let path = format!("compute/{}/updateDisplayDevice", self.id(state));
            let body = json!({ "enableDisplay": state.flag_at("enable_display") });
            self.operate(
                state,
                (Method::PATCH, &path, body),
                ("updating", "display device update"),
            )
            .await?;
        }
        if update.has("advanced_machine_features") {
            let features = body("advanced_machine_features");
            self.put(state, "advancedMachineFeatures", features).await?;
        }
        if running && !stays_down {
            self.set_status(state, "RUNNING").await?;
        }
        Ok(())
    }

    /// Sends the whole instance with one part changed.
    async fn put(&self, state: &Value, key: &str, part: Json) -> Result<(), Diagnostic> {
        let gone = || Diagnostic::error("Error updating instance: it is gone", "");
        let mut body = self.find_instance(state).await?.ok_or_else(gone)?;
        body[key] = part;
        let path = format!("compute/{}", self.id(state));
        let activity = format!("{key}, updating");
        self.operate(state, (Method::PUT, &path, body), ("updating", &activity)).await
    }

    /// Starts, stops or suspends, and waits until it has happened.
    pub(super) async fn set_status(&self, state: &Value, status: &str) -> Result<(), Diagnostic> {
        let gone = || Diagnostic::error("Error updating instance: it is gone", "");
        let now = self.find_instance(state).await?.ok_or_else(gone)?;
        let verb = match (now["status"].as_str().unwrap_or_default(), status) {
            (now, wanted) if now == wanted => return Ok(()),
            (_, "TERMINATED") => "stop",
            (_, "SUSPENDED") => "suspend",
            ("SUSPENDED", _) => "resume",
            _ => "start",
        };
        self.verb(state, verb, json!({}), "updating status").await?;
        self.wait_for_status(state, status != "RUNNING").await?;
        Ok(())
    }

    async fn verb(
        &self,
        state: &Value,
        verb: &str,
        body: Json,
        activity: &str,
    ) -> Result<(), Diagnostic> {
        let path = format!("compute/{}/{verb}", self.id(state));
        self.operate(state, (Method::POST, &path, body), ("updating", activity)).await
    }
}

fn now_device(now: &Json) -> String {
    let disks = now["disks"].as_array().into_iter().flatten();
    let boot = disks.into_iter().find(|disk| disk["boot"] == true);
    boot.and_then(|disk| disk["deviceName"].as_str()).unwrap_or_default().to_owned()
}
