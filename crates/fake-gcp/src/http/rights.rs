//! Which right a request to Cloud Storage or Secret Manager needs, and what is said to who lacks it.

use crate::cloud::{
    Model,
    bucket::Bucket,
    error::{ApiError, Result},
    policy::Policy,
    secret::Secret,
    token::Caller,
};

/// Refuses who may not do something to a bucket.
pub fn bucket<'a>(
    model: &'a Model,
    caller: &Caller,
    permission: &str,
    name: &str,
) -> Result<&'a Bucket> {
    let bucket = model.bucket(name)?;
    if model.allows(caller, permission, &bucket.resource(), &policies(model, bucket)) {
        return Ok(bucket);
    }
    Err(denied(caller, permission, "bucket"))
}

/// Refuses who may not do something to an object, whether it exists or not.
pub fn object<'a>(
    model: &'a Model,
    caller: &Caller,
    permission: &str,
    name: &str,
    object: &str,
) -> Result<&'a Bucket> {
    let bucket = model.bucket(name)?;
    let resource = bucket.object_resource(object);
    if model.allows(caller, permission, &resource, &policies(model, bucket)) {
        return Ok(bucket);
    }
    Err(denied(caller, permission, "object"))
}

/// Refuses who may not write an object: making it needs one right, replacing it another as well.
/// Preconditions are looked at in between, so that who may only create is told that a name is taken.
pub fn overwrite(model: &Model, caller: &Caller, bucket: &str, name: &str) -> Result<()> {
    if model.bucket(bucket)?.has(name) {
        object(model, caller, "storage.objects.delete", bucket, name)?;
    }
    Ok(())
}

/// What somebody hears of an object that does not exist: 403 without the right to list, else 404.
#[must_use]
pub fn missing(model: &Model, caller: &Caller, bucket: &Bucket, error: ApiError) -> ApiError {
    let permission = "storage.objects.list";
    let may_know = model.allows(caller, permission, &bucket.resource(), &policies(model, bucket));
    match (error.code, may_know) {
        (404, false) => denied(caller, permission, "bucket"),
        _ => error,
    }
}

/// Refuses who may not do something to a secret.
pub fn secret(model: &Model, caller: &Caller, permission: &str, secret: &Secret) -> Result<()> {
    let resource = secret.resource();
    let mut policies = vec![&secret.policy];
    policies.extend(secret_project(model, secret));
    if model.allows(caller, permission, &resource, &policies) {
        return Ok(());
    }
    Err(denied_secret(permission, &resource.name))
}

/// Refuses who may not do something to a version of a secret.
pub fn version(
    model: &Model,
    caller: &Caller,
    permission: &str,
    secret: &Secret,
    version: &str,
) -> Result<()> {
    let resource = secret.version_resource(version);
    let mut policies = vec![&secret.policy];
    policies.extend(secret_project(model, secret));
    if model.allows(caller, permission, &resource, &policies) {
        return Ok(());
    }
    Err(denied_secret(permission, &resource.name))
}

fn policies<'a>(model: &'a Model, bucket: &'a Bucket) -> Vec<&'a Policy> {
    let project = model.projects.get(&bucket.project).map(|project| &project.policy);
    std::iter::once(&bucket.policy).chain(project).collect()
}

fn secret_project<'a>(model: &'a Model, secret: &Secret) -> Option<&'a Policy> {
    let number = secret.name.split('/').nth(1)?;
    model.project(number).ok().map(|project| &project.policy)
}

fn denied(caller: &Caller, permission: &str, what: &str) -> ApiError {
    let name = caller.name();
    ApiError::forbidden(format!(
        "{name} does not have {permission} access to the Google Cloud Storage {what}. \
         Permission '{permission}' denied on resource (or it may not exist)."
    ))
}

fn denied_secret(permission: &str, resource: &str) -> ApiError {
    ApiError::forbidden(format!(
        "Permission '{permission}' denied for resource '{resource}' (or it may not exist)."
    ))
}
