//! Removes what an inventory holds, by Google's APIs. What may be removed is for its callers.

use std::{thread, time::Duration};

use gen_tf_store::google::{Google, GoogleError, Method, Service};
use serde_json::Value;

use super::{
    encoded,
    inventory::{Item, Kind},
};
use crate::failure::Failure;

/// How often an operation is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Removes these, kind after kind: all of one kind at a time, because a VM takes most of a minute.
///
/// # Errors
///
/// When one can't be removed. All of its kind have been tried then, and those of later kinds are left.
pub fn remove(google: &Google, items: &[&Item], tell: impl Fn(&Item)) -> Result<(), Failure> {
    let mut items = items.to_vec();
    items.sort_by_key(|item| item.kind);
    for of_kind in items.chunk_by(|a, b| a.kind == b.kind) {
        let begun: Vec<_> = of_kind.iter().map(|item| (item, begin(google, item))).collect();
        let mut failed = None;
        for (item, begun) in begun {
            match begun.map_err(Failure::from).and_then(|operation| finish(google, operation)) {
                Ok(()) => tell(item),
                Err(failure) => failed = failed.or(Some(failure)),
            }
        }
        if let Some(failure) = failed {
            return Err(failure);
        }
    }
    Ok(())
}

/// Asks for the end of something; what is gone already is fine. Compute Engine answers with an
/// operation.
fn begin(google: &Google, item: &Item) -> Result<Option<Value>, GoogleError> {
    let service = match item.kind {
        Kind::Secret => Service::SecretManager,
        Kind::ServiceAccount => Service::Iam,
        _ => Service::Compute,
    };
    match google.call(&Method::DELETE, service, &encoded(&item.path), &[], None) {
        Ok(answer) => Ok((service == Service::Compute).then_some(answer)),
        Err(error) if error.status() == Some(404) => Ok(None),
        Err(error) => Err(error),
    }
}

fn finish(google: &Google, operation: Option<Value>) -> Result<(), Failure> {
    let Some(mut operation) = operation else { return Ok(()) };
    let link = operation["selfLink"].as_str().unwrap_or_default().to_owned();
    let path = link.find("projects/").map_or("", |at| &link[at..]).to_owned();
    while operation["status"] != "DONE" {
        thread::sleep(LOOK_EVERY);
        operation = google.call(&Method::GET, Service::Compute, &encoded(&path), &[], None)?;
    }
    match operation["error"]["errors"][0]["message"].as_str() {
        Some(message) => Err(Failure::message(format!("Google could not remove it: {message}"))),
        None => Ok(()),
    }
}
