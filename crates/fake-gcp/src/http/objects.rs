//! Cloud Storage's JSON API: objects, without their upload.

use super::{call::Call, media, respond, rights, storage, unknown};
use crate::cloud::{
    Cloud, Model,
    bucket::NewObject,
    error::{ApiError, Result},
    object::{self, Object, Preconditions},
    token::Caller,
};
use axum::response::Response;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hyper::Method;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Answers a request below `/storage/v1/b/<bucket>/o`.
pub async fn handle(
    cloud: &Cloud,
    call: &mut Call,
    bucket: &str,
    path: &[&str],
) -> Result<Response> {
    match (call.method.as_str(), path) {
        ("GET", []) => list(cloud, call, bucket),
        ("GET" | "HEAD", [name]) => get(cloud, call, bucket, name).await,
        ("PATCH" | "PUT", [name]) => update(cloud, call, bucket, name).await,
        ("DELETE", [name]) => {
            delete(
                cloud,
                &call.caller,
                (bucket, name),
                call.number("generation")?,
                &storage::preconditions(call)?,
            )?;
            Ok(respond::empty(204))
        }
        ("POST", [name, "rewriteTo", "b", to_bucket, "o", to]) => {
            let copy = copy(cloud, call, (bucket, name), (to_bucket, to)).await?;
            let size = copy.blob.size.to_string();
            Ok(respond::json(&json!({
                "kind": "storage#rewriteResponse",
                "totalBytesRewritten": size,
                "objectSize": size,
                "done": true,
                "resource": copy.to_json(cloud.base(), to_bucket, None),
            })))
        }
        ("POST", [name, "copyTo", "b", to_bucket, "o", to]) => {
            let copy = copy(cloud, call, (bucket, name), (to_bucket, to)).await?;
            Ok(respond::json(&copy.to_json(cloud.base(), to_bucket, None)))
        }
        _ => Err(unknown(call)),
    }
}

/// Finds an object that the caller may read.
pub fn read(
    cloud: &Cloud,
    caller: &Caller,
    (bucket, name): (&str, &str),
    generation: Option<u64>,
    preconditions: &Preconditions,
) -> Result<Object> {
    let model = cloud.lock();
    let in_bucket = rights::object(&model, caller, "storage.objects.get", bucket, name)?;
    let found = in_bucket.get(name, generation);
    let found = found.map_err(|e| rights::missing(&model, caller, in_bucket, e))?;
    preconditions.check(Some(found))?;
    Ok(found.clone())
}

/// Removes an object that the caller may remove.
pub fn delete(
    cloud: &Cloud,
    caller: &Caller,
    (bucket, name): (&str, &str),
    generation: Option<u64>,
    preconditions: &Preconditions,
) -> Result<()> {
    let mut model = cloud.lock();
    let in_bucket = rights::object(&model, caller, "storage.objects.delete", bucket, name)?;
    if let Err(error) = in_bucket.get(name, generation) {
        return Err(rights::missing(&model, caller, in_bucket, error));
    }
    model.bucket_mut(bucket)?.delete(name, generation, preconditions)
}

/// Makes an object of complete bytes, if the caller may and the preconditions hold.
pub fn commit(
    model: &mut Model,
    caller: &Caller,
    bucket: &str,
    new: NewObject,
    announced: &Map<String, Value>,
    preconditions: &Preconditions,
) -> Result<Object> {
    let in_bucket = rights::object(model, caller, "storage.objects.create", bucket, &new.name)?;
    object::verify(&new.blob, announced)?;
    preconditions.check(in_bucket.get(&new.name, None).ok())?;
    rights::overwrite(model, caller, bucket, &new.name)?;
    model.bucket_mut(bucket)?.put(new, preconditions).cloned()
}

async fn get(cloud: &Cloud, call: &Call, bucket: &str, name: &str) -> Result<Response> {
    let generation = call.number("generation")?;
    let conditions = storage::preconditions(call)?;
    let object = read(cloud, &call.caller, (bucket, name), generation, &conditions)?;
    if call.param("alt") == Some("media") {
        return media::send(call, &object).await;
    }
    Ok(respond::json(&object.to_json(cloud.base(), bucket, None)))
}

async fn update(cloud: &Cloud, call: &mut Call, bucket: &str, name: &str) -> Result<Response> {
    let body = call.json().await?;
    let mut changes = object::attributes(body.as_object().unwrap_or(&Map::new()));
    let mut model = cloud.lock();
    rights::object(&model, &call.caller, "storage.objects.update", bucket, name)?;
    let conditions = storage::preconditions(call)?;
    if call.method == Method::PUT {
        let old = model.bucket(bucket)?.get(name, None)?;
        for key in old.attributes.keys() {
            changes.entry(key.clone()).or_insert(Value::Null);
        }
    }
    let object = model.bucket_mut(bucket)?.patch_object(name, &changes, &conditions)?;
    Ok(respond::json(&object.to_json(cloud.base(), bucket, None)))
}

async fn copy(
    cloud: &Cloud,
    call: &mut Call,
    from: (&str, &str),
    to: (&str, &str),
) -> Result<Object> {
    let body = call.json().await?;
    let generation = call.number("sourceGeneration")?;
    let source = read(cloud, &call.caller, from, generation, &Preconditions::default())?;
    let mut attributes = source.attributes.clone();
    attributes.extend(object::attributes(body.as_object().unwrap_or(&Map::new())));
    let (blob, parts) = (source.blob.clone(), source.parts);
    let new = NewObject { name: to.1.to_owned(), blob, attributes, parts };
    let conditions = storage::preconditions(call)?;
    commit(&mut cloud.lock(), &call.caller, to.0, new, &Map::new(), &conditions)
}

/// What a listing asks for.
#[derive(Debug, Default)]
pub struct Wanted<'a> {
    /// What names begin with.
    pub prefix: &'a str,
    /// What ends a folder.
    pub delimiter: &'a str,
    /// The first name, itself included.
    pub start: &'a str,
    /// The name before which it ends, if any.
    pub end: Option<&'a str>,
    /// Whether old versions are listed too.
    pub versions: bool,
    /// The name and generation, or the folder, after which this page begins.
    pub after: Option<(String, u64)>,
    /// The most that a page holds.
    pub limit: usize,
}

/// A page of a listing.
#[derive(Debug, Default)]
pub struct Page {
    /// Objects, and when each ceased to be live.
    pub objects: Vec<(Object, Option<Timestamp>)>,
    /// Folders.
    pub prefixes: BTreeSet<String>,
    /// After which name and generation the next page begins.
    pub next: Option<(String, u64)>,
}

/// Lists what the caller may list.
pub fn page(cloud: &Cloud, caller: &Caller, bucket: &str, wanted: &Wanted) -> Result<Page> {
    let model = cloud.lock();
    let bucket = rights::bucket(&model, caller, "storage.objects.list", bucket)?;
    let all = if wanted.versions {
        bucket.versions()
    } else {
        bucket.objects().map(|object| (object, None)).collect()
    };
    let mut page = Page::default();
    for (object, deleted) in all {
        let name = object.name.as_str();
        let Some(rest) = name.strip_prefix(wanted.prefix) else { continue };
        let outside = name < wanted.start || wanted.end.is_some_and(|end| name >= end);
        let key = (name.to_owned(), object.generation);
        let before = wanted.after.as_ref().is_some_and(|after| {
            key <= *after || (after.1 == u64::MAX && name.starts_with(&after.0))
        });
        if outside || before {
            continue;
        }
        let folder = match wanted.delimiter {
            "" => None,
            delimiter => rest.find(delimiter).map(|at| &rest[..at + delimiter.len()]),
        };
        let folder = folder.map(|folder| format!("{}{folder}", wanted.prefix));
        if folder.as_ref().is_some_and(|folder| page.prefixes.contains(folder)) {
            continue;
        }
        if page.objects.len() + page.prefixes.len() == wanted.limit {
            page.next = Some(page.last());
            return Ok(page);
        }
        match folder {
            Some(folder) => {
                page.prefixes.insert(folder);
            }
            None => page.objects.push((object.clone(), deleted)),
        }
    }
    Ok(page)
}

impl Page {
    /// The last thing on it; a folder counts as after everything in it.
    fn last(&self) -> (String, u64) {
        let object = self.objects.last().map(|(o, _)| (o.name.clone(), o.generation));
        let folder = self.prefixes.last().map(|folder| (folder.clone(), u64::MAX));
        object.max(folder).unwrap_or_default()
    }
}

/// The token of a page.
#[must_use]
pub fn page_token((name, generation): &(String, u64)) -> String {
    URL_SAFE_NO_PAD.encode(format!("{generation} {name}"))
}

/// Where a token's page begins.
pub fn parse_page_token(token: &str) -> Result<(String, u64)> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let parts = text.as_deref().and_then(|text| text.split_once(' '));
    let parts = parts.and_then(|(g, name)| Some((name.to_owned(), g.parse().ok()?)));
    parts.ok_or_else(|| ApiError::invalid(format!("Invalid page token: '{token}'")))
}

fn list(cloud: &Cloud, call: &Call, bucket: &str) -> Result<Response> {
    let text = |name| call.param(name).unwrap_or_default();
    if call.param("matchGlob").is_some() {
        return Err(ApiError::new(501, "notImplemented", "fake-gcp has no matchGlob"));
    }
    let token = call.param("pageToken").filter(|token| !token.is_empty());
    let limit = call.number("maxResults")?.filter(|n| *n > 0).unwrap_or(1000).min(1000);
    let wanted = Wanted {
        prefix: text("prefix"),
        delimiter: text("delimiter"),
        start: text("startOffset"),
        end: call.param("endOffset").filter(|end| !end.is_empty()),
        versions: text("versions") == "true",
        after: token.map(parse_page_token).transpose()?,
        limit: usize::try_from(limit).unwrap_or(1000),
    };
    let page = page(cloud, &call.caller, bucket, &wanted)?;
    let items = page.objects.iter().map(|(o, d)| o.to_json(cloud.base(), bucket, *d));
    let items: Vec<Value> = items.collect();
    let mut json = json!({ "kind": "storage#objects" });
    if !items.is_empty() {
        json["items"] = items.into();
    }
    if !page.prefixes.is_empty() {
        json["prefixes"] = page.prefixes.into_iter().collect::<Vec<_>>().into();
    }
    if let Some(next) = &page.next {
        json["nextPageToken"] = page_token(next).into();
    }
    Ok(respond::json(&json))
}
