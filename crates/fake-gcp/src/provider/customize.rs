//! What a plan takes from the provider's configuration and from other attributes: project and zone,
//! labels, deletion policy, and values that are known before the server tells them.

use std::net::Ipv4Addr;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest, Md5};

use super::behaviour::Behaviour;
use super::config::{Attribution, Config};
use super::diagnostic::Diagnostic;
use super::schema::Block;
use super::value::{Object, Value};

/// The label that tells who made a resource.
const ATTRIBUTION: &str = "goog-terraform-provisioned";

/// Whether a change replaces although the same attribute can also change in place: a subnetwork's range
/// can only grow.
pub fn replaces_now(kind: &str, path: &str, prior: &Value, planned: &Value) -> bool {
    kind == "google_compute_subnetwork"
        && path == "ip_cidr_range"
        && !grows(prior.text_at(path), planned.text_at(path))
}

fn grows(old: &str, new: &str) -> bool {
    let range = |text: &str| {
        let (address, bits) = text.split_once('/')?;
        Some((u32::from(address.parse::<Ipv4Addr>().ok()?), bits.parse::<u32>().ok()?))
    };
    let (Some((old, old_bits)), Some((new, new_bits))) = (range(old), range(new)) else {
        return true;
    };
    let network = |address: u32| address.checked_shr(32 - new_bits.min(32)).unwrap_or(0);
    new_bits <= old_bits && network(old) == network(new)
}

/// A plan in the making.
pub struct Draft<'a> {
    /// The resource type.
    pub kind: &'a str,
    /// Its block.
    pub block: &'a Block,
    /// Its table.
    pub behaviour: &'a Behaviour,
    /// The provider's configuration.
    pub config: &'a Config,
    /// What relative paths are relative to.
    pub folder: &'a Path,
    /// The state there is, or null.
    pub prior: &'a Value,
}

impl Draft<'_> {
    /// Completes a planned state.
    pub fn customize(&self, planned: &mut Value) -> Result<(), Diagnostic> {
        if self.behaviour.provider_project {
            self.default_from(planned, "project", self.config.project.as_deref())?;
        }
        if self.behaviour.provider_zone {
            self.default_from(planned, "zone", self.config.zone.as_deref())?;
        }
        self.deletion_policy(planned)?;
        if self.behaviour.labels {
            self.labels(planned);
        }
        if self.behaviour.annotations {
            self.merge(planned, "annotations", None, "effective_annotations");
        }
        match self.kind {
            "google_service_account" => self.account(planned),
            "google_storage_bucket_object" => self.object(planned)?,
            _ => {}
        }
        Ok(())
    }

    fn default_from(
        &self,
        planned: &mut Value,
        name: &str,
        default: Option<&str>,
    ) -> Result<(), Diagnostic> {
        if *planned.at(name) != Value::Unknown {
            return Ok(());
        }
        // Unknown because nothing was configured, or because what is configured is not known yet.
        match default {
            Some(default) => planned.set(name, Value::text(default)),
            None if name == "project" => {
                let text =
                    "Failed to retrieve project, pid: , err: project: required field is not set";
                return Err(Diagnostic::error(text, ""));
            }
            None => {}
        }
        Ok(())
    }

    fn deletion_policy(&self, planned: &mut Value) -> Result<(), Diagnostic> {
        const NAME: &str = "deletion_policy";
        if !self.block.attributes.contains_key(NAME) {
            return Ok(());
        }
        if !matches!(planned.at(NAME), Value::Text(_)) {
            let default = self.config.deletion_policy.as_deref().unwrap_or("DELETE");
            planned.set(NAME, Value::text(default));
        }
        match planned.text_at(NAME) {
            "DELETE" | "ABANDON" | "PREVENT" => Ok(()),
            "DISABLE" if self.kind == "google_secret_manager_secret_version" => Ok(()),
            other => {
                let text = format!("expected one of DELETE, ABANDON, PREVENT, got {other:?}");
                Err(Diagnostic::error("invalid deletion_policy", text).at(NAME))
            }
        }
    }

    fn labels(&self, planned: &mut Value) {
        let labels = planned.at("labels").clone();
        if !labels.is_known() {
            planned.set("terraform_labels", Value::Unknown);
            planned.set("effective_labels", Value::Unknown);
            return;
        }
        let mut wanted = Object::new();
        for (key, value) in &self.config.default_labels {
            wanted.insert(key.clone(), Value::text(value));
        }
        let has_it = self.prior.at("effective_labels").as_map();
        let has_it = has_it.is_some_and(|labels| labels.contains_key(ATTRIBUTION));
        let attributed = match self.config.attribution {
            Attribution::Off => false,
            Attribution::Creation => has_it || self.prior.is_null(),
            Attribution::Always => true,
        };
        if attributed {
            wanted.insert(ATTRIBUTION.to_owned(), Value::text("true"));
        }
        wanted.extend(labels.as_map().cloned().unwrap_or_default());
        planned.set("terraform_labels", Value::Map(wanted));
        self.merge(planned, "terraform_labels", Some("terraform_labels"), "effective_labels");
    }

    /// What is managed is written over what the server has; what was managed before and is not any more goes.
    fn merge(&self, planned: &mut Value, managed: &str, before: Option<&str>, effective: &str) {
        let now = planned.at(managed).clone();
        if !now.is_known() {
            planned.set(effective, Value::Unknown);
            return;
        }
        let now = now.as_map().cloned().unwrap_or_default();
        let mut all = self.prior.at(effective).as_map().cloned().unwrap_or_default();
        let old = self.prior.at(before.unwrap_or(managed)).as_map().cloned().unwrap_or_default();
        all.retain(|key, _| !old.contains_key(key) || now.contains_key(key));
        all.extend(now);
        planned.set(effective, Value::Map(all));
    }

    fn account(&self, planned: &mut Value) {
        let (id, project) = (planned.text_at("account_id"), planned.text_at("project"));
        let is_new = self.prior.is_null() || self.prior.text_at("account_id") != id;
        if is_new && !id.is_empty() && !project.is_empty() {
            let email = format!("{id}@{project}.iam.gserviceaccount.com");
            planned.set("member", Value::text(format!("serviceAccount:{email}")));
            planned.set("email", Value::text(email));
        }
    }

    /// The content is compared by its hash, so that a file that changed is uploaded again.
    fn object(&self, planned: &mut Value) -> Result<(), Diagnostic> {
        let content = match (planned.at("source"), planned.at("content")) {
            (Value::Text(source), _) => {
                Some(std::fs::read(self.folder.join(source)).map_err(|error| {
                    Diagnostic::error(format!("Error opening file {source}"), error.to_string())
                })?)
            }
            (_, Value::Text(content)) => Some(content.clone().into_bytes()),
            _ => None,
        };
        let hash = content.map(|bytes| BASE64_STANDARD.encode(Md5::digest(bytes)));
        let prior = self.prior.text_at("md5hash");
        let hint = "source_md5hash";
        let hinted = *planned.at(hint) == Value::Unknown || planned.at(hint) != self.prior.at(hint);
        if !self.prior.is_null() && !hinted && hash.as_deref().is_none_or(|hash| hash == prior) {
            planned.set("detect_md5hash", self.prior.at("detect_md5hash").clone());
            return Ok(());
        }
        for name in ["md5hash", "crc32c", "generation"] {
            planned.set(name, Value::Unknown);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::grows;

    #[test]
    fn a_range_grows_if_it_still_holds_the_old_one() {
        assert!(grows("10.0.0.0/20", "10.0.0.0/19"));
        assert!(grows("10.0.0.0/20", "0.0.0.0/0"));
        assert!(!grows("10.0.0.0/20", "10.0.0.0/24"));
        assert!(!grows("10.0.0.0/20", "10.1.0.0/16"));
    }
}
