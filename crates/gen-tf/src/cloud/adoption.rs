//! What exists although no state has it: a bucket that outlived a destroy, or what was made before a
//! state was lost. Whether Terraform has to take it over, or can't.

use gen_tf_core::{
    blueprint::Gcp,
    render::{Import, Kind},
};
use gen_tf_store::{
    Store,
    google::{Bucket, Google, GoogleError, Service},
};

use super::encoded;

use crate::failure::Failure;

/// Whether something that the study makes exists already and may be taken over.
///
/// # Errors
///
/// When somebody else has it, or it can't be looked at.
pub fn exists(gcp: &Gcp, store: &Store, import: &Import) -> Result<bool, Failure> {
    if import.kind == Kind::Bucket {
        return bucket_exists(gcp, store);
    }
    let Some(google) = store.google() else { return Ok(false) };
    match found(google, import) {
        Ok(found) => Ok(found),
        // Where an API was never enabled there is nothing of it; Terraform says what to do.
        Err(error) if error.is_api_disabled() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn found(google: &Google, import: &Import) -> Result<bool, GoogleError> {
    let service = match import.kind {
        Kind::ServiceAccount => Service::Iam,
        Kind::Secret => Service::SecretManager,
        _ => Service::Compute,
    };
    let Some((router, nat)) = import.id.rsplit_once('/').filter(|_| import.kind == Kind::Nat)
    else {
        return Ok(google.get(service, &encoded(&import.id), &[])?.is_some());
    };
    let router = google.get(service, &encoded(router), &[])?.unwrap_or_default();
    let mut nats = router["nats"].as_array().into_iter().flatten();
    Ok(nats.any(|it| it["name"] == nat))
}

fn bucket_exists(gcp: &Gcp, store: &Store) -> Result<bool, Failure> {
    let Some(bucket) = store.bucket() else { return Ok(false) };
    let facts = bucket.facts().map_err(|error| match error.status() {
        Some(403) => {
            let hint = error.hint();
            let text = format!(
                "the bucket `{}` exists, and this account may not look at it: {error}",
                bucket.name()
            );
            let taken = "bucket names are unique in the world: somebody else may have this one, then \
                         choose another name; else";
            Failure::message(text).hint(format!("{taken} {}", hint.unwrap_or_default()))
        }
        _ => Failure::from(error),
    })?;
    let Some(facts) = facts else { return Ok(false) };
    refuse_another_project(gcp, store, &bucket, &facts.project_number)?;
    Ok(true)
}

/// A bucket of another project would be taken over under a wrong id.
fn refuse_another_project(
    gcp: &Gcp,
    store: &Store,
    bucket: &Bucket,
    owner: &str,
) -> Result<(), Failure> {
    let Some(google) = store.google().filter(|_| !owner.is_empty()) else { return Ok(()) };
    let path = encoded(&format!("projects/{}", gcp.project));
    let project = match google.get(Service::ResourceManager, &path, &[]) {
        Ok(Some(project)) => project,
        // Whoever may not look at the project can still work in it: then Terraform has the last word.
        Ok(None) => return Ok(()),
        Err(error) if error.status() == Some(403) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    match project["projectNumber"].as_str() {
        Some(number) if number != owner => Err(Failure::message(format!(
            "the bucket `{}` belongs to project number {owner}, and the study runs in {} (number {number})",
            bucket.name(),
            gcp.project
        ))
        .hint("choose another name for `bucket` in the study")),
        _ => Ok(()),
    }
}
