//! Cloud Storage's XML API: `/<bucket>/<object>`, as object_store and Terraform's gcs backend use it.
//! Uploads in parts are [`super::xml_parts`]'.

use super::{
    call::Call,
    media,
    objects::{self, Wanted},
    respond::{self, escape},
    unknown, uploads, xml_parts,
};
use crate::cloud::{
    Cloud,
    bucket::NewObject,
    clock,
    error::{ApiError, Result},
    object::{self, Object, Preconditions},
};
use axum::{body::Body, response::Response};
use serde_json::{Map, Value};
use std::{fmt::Write, sync::Arc};

/// Answers a request for a bucket or an object.
pub async fn handle(cloud: &Cloud, call: &mut Call) -> Result<Response> {
    let bucket = call.segments[0].clone();
    let name = call.segments[1..].join("/");
    if name.is_empty() {
        return match call.method.as_str() {
            "GET" => list(cloud, call, &bucket),
            _ => Err(unknown(call)),
        };
    }
    let in_parts = call.param("uploadId").is_some() || call.param("uploads").is_some();
    match call.method.as_str() {
        "PUT" | "POST" | "DELETE" if in_parts => {
            xml_parts::handle(cloud, call, &bucket, &name).await
        }
        "GET" | "HEAD" => {
            let conditions = preconditions(call)?;
            let generation = call.number("generation")?;
            let object =
                objects::read(cloud, &call.caller, (&bucket, &name), generation, &conditions)?;
            media::send(call, &object).await
        }
        "PUT" if call.header("x-goog-copy-source").is_some() => copy(cloud, call, &bucket, name),
        "PUT" => put(cloud, call, &bucket, name).await,
        "DELETE" => {
            let conditions = preconditions(call)?;
            let generation = call.number("generation")?;
            objects::delete(cloud, &call.caller, (&bucket, &name), generation, &conditions)?;
            Ok(respond::empty(204))
        }
        _ => Err(unknown(call)),
    }
}

/// The preconditions that a request's headers name.
pub fn preconditions(call: &Call) -> Result<Preconditions> {
    Ok(Preconditions {
        generation: call.header_number("x-goog-if-generation-match")?,
        metageneration: call.header_number("x-goog-if-metageneration-match")?,
        ..Preconditions::default()
    })
}

/// What headers say of an object, as the JSON API names it.
#[must_use]
pub fn attributes(call: &Call) -> Map<String, Value> {
    let named = [
        ("content-type", "contentType"),
        ("cache-control", "cacheControl"),
        ("content-disposition", "contentDisposition"),
        ("content-encoding", "contentEncoding"),
        ("content-language", "contentLanguage"),
        ("x-goog-storage-class", "storageClass"),
    ];
    let value = |header: &str| call.header(header).map(Value::from);
    let named = named.into_iter().filter_map(|(h, a)| Some((a.to_owned(), value(h)?)));
    let mut attributes: Map<String, Value> = named.collect();
    let own = call.headers.iter().filter_map(|(header, value)| {
        let key = header.as_str().strip_prefix("x-goog-meta-")?;
        Some((key.to_owned(), Value::from(value.to_str().ok()?)))
    });
    let own: Map<String, Value> = own.collect();
    if !own.is_empty() {
        attributes.insert("metadata".into(), own.into());
    }
    attributes
}

/// The headers that tell a client which version it has written.
#[must_use]
pub fn written(object: &Object) -> [(&'static str, String); 4] {
    let mut hash = format!("crc32c={}", object.blob.crc32c_base64());
    if let Some(md5) = object.blob.md5_base64() {
        write!(hash, ",md5={md5}").expect("a String takes everything");
    }
    [
        ("etag", object.xml_etag()),
        ("x-goog-generation", object.generation.to_string()),
        ("x-goog-metageneration", object.metageneration.to_string()),
        ("x-goog-hash", hash),
    ]
}

async fn put(cloud: &Cloud, call: &mut Call, bucket: &str, name: String) -> Result<Response> {
    let conditions = preconditions(call)?;
    let announced = uploads::announced_hashes(call);
    let attributes = attributes(call);
    let blob = Arc::new(uploads::receive(cloud, call).await?);
    let new = NewObject { name, blob, attributes, parts: None };
    let object =
        objects::commit(&mut cloud.lock(), &call.caller, bucket, new, &announced, &conditions)?;
    Ok(respond::build(200, &written(&object), Body::empty()))
}

fn copy(cloud: &Cloud, call: &Call, bucket: &str, name: String) -> Result<Response> {
    let source = call.header("x-goog-copy-source").unwrap_or_default();
    let bad = || ApiError::invalid(format!("Invalid copy source: '{source}'"));
    let (from, object) = source.trim_start_matches('/').split_once('/').ok_or_else(bad)?;
    let decode = |text| percent_encoding::percent_decode_str(text).decode_utf8_lossy();
    let (from, object) = (decode(from), decode(object));
    let any = Preconditions::default();
    let source = objects::read(cloud, &call.caller, (&from, &object), None, &any)?;
    let new = NewObject {
        name,
        blob: source.blob,
        attributes: object::attributes(&source.attributes),
        parts: source.parts,
    };
    let conditions = preconditions(call)?;
    let copy =
        objects::commit(&mut cloud.lock(), &call.caller, bucket, new, &Map::new(), &conditions)?;
    let (etag, updated) = (escape(&copy.xml_etag()), clock::rfc3339(copy.updated));
    Ok(respond::xml(&format!(
        "<CopyObjectResult><LastModified>{updated}</LastModified><ETag>{etag}</ETag></CopyObjectResult>"
    )))
}

fn list(cloud: &Cloud, call: &Call, bucket: &str) -> Result<Response> {
    let text = |name| call.param(name).unwrap_or_default();
    let token = call.param("continuation-token").filter(|token| !token.is_empty());
    let after = match (token, call.param("start-after")) {
        (Some(token), _) => Some(objects::parse_page_token(token)?),
        // No generation is as high, so that only names after this one follow.
        (None, Some(name)) if !name.is_empty() => Some((name.to_owned(), u64::MAX - 1)),
        _ => None,
    };
    let limit = call.number("max-keys")?.unwrap_or(1000).min(1000);
    let wanted = Wanted {
        prefix: text("prefix"),
        delimiter: text("delimiter"),
        after,
        limit: usize::try_from(limit).unwrap_or(1000),
        ..Wanted::default()
    };
    let page = objects::page(cloud, &call.caller, bucket, &wanted)?;
    let mut xml = format!(
        "<ListBucketResult xmlns=\"http://doc.s3.amazonaws.com/2006-03-01\"><Name>{}</Name>\
         <Prefix>{}</Prefix><KeyCount>{}</KeyCount><IsTruncated>{}</IsTruncated>",
        escape(bucket),
        escape(wanted.prefix),
        page.objects.len() + page.prefixes.len(),
        page.next.is_some(),
    );
    if let Some(next) = &page.next {
        let token = objects::page_token(next);
        xml += &format!("<NextContinuationToken>{token}</NextContinuationToken>");
    }
    for (object, _) in &page.objects {
        xml += &format!(
            "<Contents><Key>{}</Key><Generation>{}</Generation><MetaGeneration>{}</MetaGeneration>\
             <LastModified>{}</LastModified><ETag>{}</ETag><Size>{}</Size></Contents>",
            escape(&object.name),
            object.generation,
            object.metageneration,
            clock::rfc3339(object.updated),
            escape(&object.xml_etag()),
            object.blob.size,
        );
    }
    for prefix in &page.prefixes {
        xml += &format!("<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", escape(prefix));
    }
    xml += "</ListBucketResult>";
    Ok(respond::xml(&xml))
}
