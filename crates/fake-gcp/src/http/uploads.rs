//! Cloud Storage's JSON API: uploads of one request (media, multipart) and of several (resumable).

use super::{call::Call, objects, respond, rights, storage, unknown};
use crate::cloud::{
    Cloud,
    blob::Blob,
    bucket::NewObject,
    error::{ApiError, Result},
    object,
    upload::{Resumable, Target},
};
use axum::{body::Body, response::Response};
use serde_json::{Map, Value};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Answers a request below `/upload/storage/v1/b/<bucket>/o`.
pub async fn handle(cloud: &Cloud, call: &mut Call) -> Result<Response> {
    let segments = call.segments.clone();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    let ["upload", "storage", "v1", "b", bucket, "o"] = path.as_slice() else {
        return Err(unknown(call));
    };
    let kind = call.param("uploadType").unwrap_or_default().to_owned();
    match (call.method.as_str(), kind.as_str()) {
        ("POST", "media") => media(cloud, call, bucket).await,
        ("POST", "multipart") => multipart(cloud, call, bucket).await,
        ("POST", "resumable") if call.param("upload_id").is_none() => {
            begin(cloud, call, bucket).await
        }
        ("PUT" | "POST", _) if call.param("upload_id").is_some() => go_on(cloud, call).await,
        ("DELETE", _) if call.param("upload_id").is_some() => Ok(cancel(cloud, call)),
        _ => Err(unknown(call)),
    }
}

async fn media(cloud: &Cloud, call: &mut Call, bucket: &str) -> Result<Response> {
    let mut announced = Map::new();
    if let Some(content_type) = call.header("content-type") {
        announced.insert("contentType".into(), content_type.into());
    }
    announced.extend(announced_hashes(call));
    let blob = receive(cloud, call).await?;
    finish(cloud, call, bucket, blob, &announced)
}

/// Takes the rest of a request's body as an object's bytes.
pub async fn receive(cloud: &Cloud, call: &mut Call) -> Result<Blob> {
    let mut writer = cloud.blobs.writer()?;
    while let Some(bytes) = call.chunk().await? {
        writer.write(&bytes)?;
    }
    Ok(writer.finish())
}

/// Checksums that headers announce, as the JSON API names them.
#[must_use]
pub fn announced_hashes(call: &Call) -> Map<String, Value> {
    let mut hashes = Map::new();
    if let Some(md5) = call.header("content-md5") {
        hashes.insert("md5Hash".into(), md5.into());
    }
    let given = call.header("x-goog-hash").unwrap_or_default();
    for hash in given.split(',').map(str::trim) {
        if let Some(md5) = hash.strip_prefix("md5=") {
            hashes.insert("md5Hash".into(), md5.into());
        } else if let Some(crc) = hash.strip_prefix("crc32c=") {
            hashes.insert("crc32c".into(), crc.into());
        }
    }
    hashes
}

fn finish(
    cloud: &Cloud,
    call: &Call,
    bucket: &str,
    blob: Blob,
    announced: &Map<String, Value>,
) -> Result<Response> {
    let name = name(call, announced)?;
    let attributes = object::attributes(announced);
    let new = NewObject { name, blob: Arc::new(blob), attributes, parts: None };
    let conditions = storage::preconditions(call)?;
    let object =
        objects::commit(&mut cloud.lock(), &call.caller, bucket, new, announced, &conditions)?;
    Ok(respond::json(&object.to_json(cloud.base(), bucket, None)))
}

fn name(call: &Call, announced: &Map<String, Value>) -> Result<String> {
    let given = call.param("name").or(announced.get("name").and_then(Value::as_str));
    let given = given.filter(|name| !name.is_empty()).map(str::to_owned);
    given.ok_or_else(|| ApiError::new(400, "required", "Required"))
}

/// One body with two parts: what is said of the object, and its bytes.
async fn multipart(cloud: &Cloud, call: &mut Call, bucket: &str) -> Result<Response> {
    let content_type = call.header("content-type").unwrap_or_default().to_owned();
    let boundary = content_type.split(';').find_map(|part| part.trim().strip_prefix("boundary="));
    let bad = || ApiError::new(400, "badContent", "Missing or malformed multipart body.");
    let boundary = boundary.ok_or_else(bad)?.trim_matches(['"', '\'']).to_owned();
    let body = call.bytes().await?;
    let [(_, json), (headers, bytes)] = split(&body, &boundary).ok_or_else(bad)?;
    let json: Value = serde_json::from_slice(json)
        .map_err(|e| ApiError::new(400, "parseError", format!("Parse Error: {e}")))?;
    let mut announced = json.as_object().cloned().unwrap_or_default();
    if !announced.contains_key("contentType")
        && let Some(content_type) = part_header(headers, "content-type")
    {
        announced.insert("contentType".into(), content_type.into());
    }
    let blob = cloud.blobs.store(bytes)?;
    finish(cloud, call, bucket, blob, &announced)
}

type Part<'a> = (&'a [u8], &'a [u8]);

/// Headers and content of the two parts.
fn split<'a>(body: &'a [u8], boundary: &str) -> Option<[Part<'a>; 2]> {
    let open = format!("--{boundary}");
    let first = after(body, open.as_bytes())?;
    let between = format!("\r\n--{boundary}");
    let end = find(first, between.as_bytes())?;
    let second = &first[end + between.len()..];
    // The bytes themselves may hold something like a boundary, but not this one: it ends them.
    let last = find(second, between.as_bytes())?;
    Some([part(&first[..end])?, part(&second[..last])?])
}

fn part(text: &[u8]) -> Option<Part<'_>> {
    let text = after(text, b"\r\n")?;
    if let Some(content) = text.strip_prefix(b"\r\n") {
        return Some((&[], content));
    }
    let end = find(text, b"\r\n\r\n")?;
    Some((&text[..end], &text[end + 4..]))
}

fn part_header(headers: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(headers);
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let mut values = lines.filter(|(key, _)| key.trim().eq_ignore_ascii_case(name));
    values.next().map(|(_, value)| value.trim().to_owned())
}

fn after<'a>(text: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    find(text, mark).map(|at| &text[at + mark.len()..])
}

fn find(text: &[u8], mark: &[u8]) -> Option<usize> {
    let (first, rest) = mark.split_first()?;
    let mut from = 0;
    while let Some(at) = text[from..].iter().position(|byte| byte == first) {
        from += at + 1;
        if text[from..].starts_with(rest) {
            return Some(from - 1);
        }
    }
    None
}

/// Opens a resumable upload; its address comes back in a header.
async fn begin(cloud: &Cloud, call: &mut Call, bucket: &str) -> Result<Response> {
    let body = call.json().await?;
    let mut announced = body.as_object().cloned().unwrap_or_default();
    if let Some(content_type) = call.header("x-upload-content-type") {
        announced.entry("contentType").or_insert(content_type.into());
    }
    let object = name(call, &announced)?;
    let preconditions = storage::preconditions(call)?;
    let writer = cloud.blobs.writer()?;
    let mut model = cloud.lock();
    let create = "storage.objects.create";
    let in_bucket = rights::object(&model, &call.caller, create, bucket, &object)?;
    preconditions.check(in_bucket.get(&object, None).ok())?;
    rights::overwrite(&model, &call.caller, bucket, &object)?;
    let target = Target { bucket: bucket.to_owned(), object };
    let (file, bytes) = (writer.number(), Arc::new(Mutex::new(Some(writer))));
    let id = model.uploads.begin(Resumable { target, announced, preconditions, file, bytes });
    let origin = origin(cloud, call);
    let address =
        format!("{origin}/upload/storage/v1/b/{bucket}/o?uploadType=resumable&upload_id={id}");
    let headers = [("location", address), ("x-guploader-uploadid", id)];
    Ok(respond::build(200, &headers, Body::empty()))
}

/// The origin that the client used: a guest sees another one than the host.
fn origin(cloud: &Cloud, call: &Call) -> String {
    match call.header("host") {
        Some(host) if host.contains("googleapis.com") => format!("https://{host}"),
        _ => cloud.base().to_owned(),
    }
}

fn cancel(cloud: &Cloud, call: &Call) -> Response {
    cloud.lock().uploads.end(call.param("upload_id").unwrap_or_default());
    respond::empty(499)
}

/// What a chunk says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    /// Offset of its first byte; nothing if it only asks how far the upload is.
    start: Option<u64>,
    /// Size of the whole, once it is known.
    total: Option<u64>,
}

fn range(call: &Call) -> Result<Range> {
    let Some(text) = call.header("content-range") else {
        return Ok(Range { start: Some(0), total: call.header_number("content-length")? });
    };
    parse_range(text).ok_or_else(|| ApiError::invalid(format!("Invalid Content-Range: '{text}'")))
}

fn parse_range(text: &str) -> Option<Range> {
    let (bytes, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let total = if total == "*" { None } else { Some(total.parse().ok()?) };
    let start = match bytes {
        "*" => None,
        bytes => Some(bytes.split_once('-')?.0.parse().ok()?),
    };
    Some(Range { start, total })
}

/// Takes a chunk of a resumable upload, or says how far it is.
async fn go_on(cloud: &Cloud, call: &mut Call) -> Result<Response> {
    let id = call.param("upload_id").unwrap_or_default().to_owned();
    let upload = cloud.lock().uploads.resumable(&id);
    let upload = upload.ok_or_else(|| ApiError::not_found("No such upload."))?;
    let range = range(call)?;
    let mut bytes = upload.bytes.lock().await;
    let writer = bytes.as_mut().ok_or_else(|| ApiError::not_found("No such upload."))?;
    if let Some(start) = range.start {
        let mut skip = writer.size().checked_sub(start).ok_or_else(|| {
            let message = format!("Invalid request. Bytes {start} on, after {}.", writer.size());
            ApiError::new(503, "backendError", message)
        })?;
        // What came before the connection broke is kept, so that a client can go on from there.
        while let Some(chunk) = call.chunk().await? {
            let known = usize::try_from(skip).unwrap_or(usize::MAX).min(chunk.len());
            skip -= known as u64;
            writer.write(&chunk[known..])?;
        }
    }
    let size = writer.size();
    if range.total.is_none_or(|total| size < total) {
        return Ok(incomplete(size));
    }
    let Some(writer) = bytes.take() else { return Err(ApiError::not_found("No such upload.")) };
    let blob = Arc::new(writer.finish());
    let attributes = object::attributes(&upload.announced);
    let Target { bucket, object: name } = upload.target;
    let new = NewObject { name, blob, attributes, parts: None };
    let (announced, conditions) = (&upload.announced, &upload.preconditions);
    let mut model = cloud.lock();
    model.uploads.end(&id);
    let object = objects::commit(&mut model, &call.caller, &bucket, new, announced, conditions)?;
    Ok(respond::json(&object.to_json(cloud.base(), &bucket, None)))
}

/// 308: more bytes are expected.
fn incomplete(size: u64) -> Response {
    let mut headers = vec![("content-length", "0".to_owned())];
    if size > 0 {
        headers.push(("range", format!("bytes=0-{}", size - 1)));
    }
    respond::build(308, &headers, Body::empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_parts_are_told_apart_even_if_bytes_look_like_a_boundary() {
        let body = b"--b\r\nContent-Type: application/json\r\n\r\n{\"name\":\"x\"}\r\n--b\r\n\
            Content-Type: text/plain\r\n\r\none\r\n--other\r\n\r\ntwo\r\n--b--\r\n";
        let [(_, json), (headers, bytes)] = split(body, "b").unwrap();
        assert_eq!(json, b"{\"name\":\"x\"}");
        assert_eq!(part_header(headers, "content-type").as_deref(), Some("text/plain"));
        assert_eq!(bytes, b"one\r\n--other\r\n\r\ntwo");
    }

    #[test]
    fn content_ranges_say_where_and_how_much() {
        let range = |start, total| Some(Range { start, total });
        assert_eq!(parse_range("bytes 0-9/20"), range(Some(0), Some(20)));
        assert_eq!(parse_range("bytes 10-19/*"), range(Some(10), None));
        assert_eq!(parse_range("bytes */20"), range(None, Some(20)));
        assert_eq!(parse_range("bytes */*"), range(None, None));
        assert_eq!(parse_range("10-19/20"), None);
    }
}
