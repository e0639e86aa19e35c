//! Cloud Storage's XML API: uploads in numbered parts.

use super::{
    call::Call,
    objects,
    respond::{self, escape},
    rights, unknown, uploads, xml,
};
use crate::cloud::{
    Cloud,
    bucket::NewObject,
    error::{ApiError, Result},
    object::hex,
    upload::Target,
};
use axum::{body::Body, response::Response};
use serde_json::Map;
use std::sync::Arc;

/// Answers a request about an upload in parts.
pub async fn handle(cloud: &Cloud, call: &mut Call, bucket: &str, name: &str) -> Result<Response> {
    let target = Target { bucket: bucket.to_owned(), object: name.to_owned() };
    let id = call.param("uploadId").map(str::to_owned);
    match (call.method.as_str(), id) {
        ("POST", None) => begin(cloud, call, target),
        ("PUT", Some(id)) => part(cloud, call, &id, &target).await,
        ("POST", Some(id)) => complete(cloud, call, &id, &target).await,
        ("DELETE", Some(id)) => {
            cloud.lock().uploads.take_parts(&id, &target).ok_or_else(no_such_upload)?;
            Ok(respond::empty(204))
        }
        _ => Err(unknown(call)),
    }
}

fn no_such_upload() -> ApiError {
    ApiError::not_found("The requested upload was not found.")
}

fn begin(cloud: &Cloud, call: &Call, target: Target) -> Result<Response> {
    let mut model = cloud.lock();
    let permission = "storage.multipartUploads.create";
    rights::object(&model, &call.caller, permission, &target.bucket, &target.object)?;
    let (bucket, key) = (escape(&target.bucket), escape(&target.object));
    let id = model.uploads.begin_parts(target, xml::attributes(call));
    Ok(respond::xml(&format!(
        "<InitiateMultipartUploadResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Bucket>{bucket}</Bucket><Key>{key}</Key><UploadId>{id}</UploadId>\
         </InitiateMultipartUploadResult>"
    )))
}

async fn part(cloud: &Cloud, call: &mut Call, id: &str, target: &Target) -> Result<Response> {
    let number = call.number("partNumber")?.filter(|n| (1..=10_000).contains(n));
    let number = number.ok_or_else(|| ApiError::invalid("partNumber must be 1 to 10000"))?;
    cloud.lock().uploads.in_parts(id, target).ok_or_else(no_such_upload)?;
    let announced = uploads::announced_hashes(call);
    let blob = Arc::new(uploads::receive(cloud, call).await?);
    crate::cloud::object::verify(&blob, &announced)?;
    let etag = etag(&blob);
    let mut model = cloud.lock();
    let upload = model.uploads.in_parts(id, target).ok_or_else(no_such_upload)?;
    upload.parts.insert(number, blob);
    Ok(respond::build(200, &[("etag", etag)], Body::empty()))
}

fn etag(blob: &crate::cloud::blob::Blob) -> String {
    let md5 = blob.md5.map(|md5| hex(&md5)).unwrap_or_default();
    format!("\"{md5}\"")
}

/// Joins the parts that the body lists, in their order.
async fn complete(cloud: &Cloud, call: &mut Call, id: &str, target: &Target) -> Result<Response> {
    let body = call.bytes().await?;
    let listed = listed(&String::from_utf8_lossy(&body));
    let listed = listed.ok_or_else(|| ApiError::invalid("The list of parts is malformed."))?;
    let (parts, attributes) = {
        let mut model = cloud.lock();
        let upload = model.uploads.in_parts(id, target).ok_or_else(no_such_upload)?;
        let found = listed.iter().map(|(number, tag)| {
            let part = upload.parts.get(number).filter(|part| etag(part).trim_matches('"') == tag);
            part.cloned().ok_or_else(|| ApiError::invalid(format!("Part {number} is unknown.")))
        });
        (found.collect::<Result<Vec<_>>>()?, upload.attributes.clone())
    };
    let blobs: Vec<_> = parts.iter().map(AsRef::as_ref).collect();
    let blob = Arc::new(cloud.blobs.join(&blobs)?);
    let count = Some(parts.len() as u64);
    let new = NewObject { name: target.object.clone(), blob, attributes, parts: count };
    let conditions = xml::preconditions(call)?;
    let announced = Map::new();
    let object = {
        let mut model = cloud.lock();
        let object = objects::commit(
            &mut model,
            &call.caller,
            &target.bucket,
            new,
            &announced,
            &conditions,
        )?;
        model.uploads.take_parts(id, target);
        object
    };
    let etag = escape(&object.xml_etag());
    let body = format!(
        "<?xml version='1.0' encoding='UTF-8'?><CompleteMultipartUploadResult>\
         <Bucket>{}</Bucket><Key>{}</Key><ETag>{etag}</ETag></CompleteMultipartUploadResult>",
        escape(&target.bucket),
        escape(&target.object),
    );
    let mut headers = xml::written(&object).to_vec();
    headers.push(("content-type", "application/xml; charset=UTF-8".to_owned()));
    Ok(respond::build(200, &headers, Body::from(body)))
}

/// Numbers and tags of a list of parts; numbers must rise.
fn listed(xml: &str) -> Option<Vec<(u64, String)>> {
    let parts = xml.split("<Part>").skip(1).map(|part| {
        let number = element(part, "PartNumber")?.trim().parse().ok()?;
        let tag = element(part, "ETag")?.replace("&quot;", "");
        Some((number, tag.trim().trim_matches('"').to_owned()))
    });
    let parts: Vec<(u64, String)> = parts.collect::<Option<_>>()?;
    (!parts.is_empty() && parts.is_sorted_by(|a, b| a.0 < b.0)).then_some(parts)
}

fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    Some(rest.split_once(&format!("</{name}>"))?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_parts_has_rising_numbers() {
        let part =
            |n: u64| format!("<Part><ETag>\"t{n}\"</ETag><PartNumber>{n}</PartNumber></Part>");
        let list = |ns: &[u64]| {
            let parts: String = ns.iter().map(|n| part(*n)).collect();
            listed(&format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>"))
        };
        assert_eq!(list(&[1, 2]).unwrap(), [(1, "t1".to_owned()), (2, "t2".to_owned())]);
        assert_eq!(list(&[2, 1]), None);
        assert_eq!(list(&[]), None);
        assert_eq!(listed("<Part></Part>"), None);
    }
}
