//! A state that somebody else has locked, said before anything is changed. Whose lock it is and how it
//! is taken away is told by `terraform/lock.rs`.

use anyhow::Context as _;
use gen_tf_core::blueprint::StatePlace;
use gen_tf_store::google::{Google, GoogleError, Service, segment};

use super::Session;
use crate::{failure::Failure, terraform::LockInfo};

impl Session {
    /// Refuses to begin where somebody else works on the state, or has died over it.
    ///
    /// # Errors
    ///
    /// Exit code 4 where it is locked; or when that can't be looked at.
    pub fn refuse_locked(&mut self) -> Result<(), Failure> {
        let place = self.project.gcp().map_or(&StatePlace::File, |gcp| &gcp.state);
        let (StatePlace::Bucket { bucket, prefix }, Some(google)) = (place, self.store().google())
        else {
            return Ok(self.terraform.refuse_locked_file()?);
        };
        let lock = lock_of(google, bucket, &format!("{prefix}/default.tflock"))
            .with_context(|| format!("looking for a lock of the state in gs://{bucket}"))?;
        Ok(self.terraform.refuse_locked_object(lock)?)
    }
}

/// The lock that Terraform's gcs backend has put, if there is one. What unlocks it is the generation of
/// its object, and not the id in it.
fn lock_of(google: &Google, bucket: &str, name: &str) -> Result<Option<LockInfo>, GoogleError> {
    let path = format!("b/{}/o/{}", segment(bucket), segment(name));
    let ask = |query: &[(&str, &str)]| google.get(Service::Storage, &path, query);
    let Some(facts) = ask(&[("fields", "generation,timeCreated")])? else { return Ok(None) };
    let text = |name: &str| facts[name].as_str().unwrap_or_default();
    let generation = text("generation");
    let Some(content) = ask(&[("alt", "media"), ("generation", generation)])? else {
        return Ok(None);
    };
    let mut info: LockInfo = serde_json::from_value(content).unwrap_or_default();
    generation.clone_into(&mut info.id);
    if info.created.is_empty() {
        text("timeCreated").clone_into(&mut info.created);
    }
    Ok(Some(info))
}
