//! The bytes of an object as an answer, whole or in part.

use super::{call::Call, respond};
use crate::cloud::{
    clock,
    error::{ApiError, Result},
    object::Object,
};
use axum::{body::Body, response::Response};
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

/// Sends an object's bytes, the range that the request asks for.
pub async fn send(call: &Call, object: &Object) -> Result<Response> {
    let size = object.blob.size;
    let mut headers = headers(object);
    let range = call.header("range").and_then(|text| parse(text, size));
    let (status, start, length) = match range {
        None => (200, 0, size),
        Some(None) => {
            let message = "The requested range cannot be satisfied.";
            return Err(ApiError::new(416, "requestedRangeNotSatisfiable", message));
        }
        Some(Some((start, end))) => {
            headers.push(("content-range", format!("bytes {start}-{end}/{size}")));
            (206, start, end - start + 1)
        }
    };
    headers.push(("content-length", length.to_string()));
    let body = if call.method == hyper::Method::HEAD {
        Body::empty()
    } else {
        let file = object.blob.open(start).await?;
        Body::from_stream(ReaderStream::with_capacity(file.take(length), 1 << 16))
    };
    Ok(respond::build(status, &headers, body))
}

/// What is said of an object in headers.
fn headers(object: &Object) -> Vec<(&'static str, String)> {
    let mut hashes = vec![format!("crc32c={}", object.blob.crc32c_base64())];
    hashes.extend(object.blob.md5_base64().map(|md5| format!("md5={md5}")));
    let mut headers = vec![
        ("content-type", object.content_type().to_owned()),
        ("etag", object.xml_etag()),
        ("last-modified", clock::http_date(object.updated)),
        ("accept-ranges", "bytes".to_owned()),
        ("x-goog-generation", object.generation.to_string()),
        ("x-goog-metageneration", object.metageneration.to_string()),
        ("x-goog-hash", hashes.join(",")),
        ("x-goog-stored-content-length", object.blob.size.to_string()),
        ("x-goog-stored-content-encoding", "identity".to_owned()),
        ("x-goog-storage-class", "STANDARD".to_owned()),
    ];
    let given = [("cacheControl", "cache-control"), ("contentEncoding", "content-encoding")];
    for (attribute, header) in given {
        if let Some(value) = object.attributes.get(attribute).and_then(|v| v.as_str()) {
            headers.push((header, value.to_owned()));
        }
    }
    headers
}

/// First and last byte of `bytes=a-b`, `a-` or `-n`; nothing inside if it can't be had, nothing at all if it is no range.
fn parse(text: &str, size: u64) -> Option<Option<(u64, u64)>> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last.min(size.saturating_sub(1))),
        (Ok(first), Err(_)) if last.is_empty() => (first, size.saturating_sub(1)),
        (Err(_), Ok(count)) if first.is_empty() => {
            (size.saturating_sub(count), size.saturating_sub(1))
        }
        _ => return None,
    };
    Some((range.0 < size).then_some(range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_http_means_them() {
        for (text, expected) in [
            ("bytes=0-3", Some(Some((0, 3)))),
            ("bytes=4-", Some(Some((4, 9)))),
            ("bytes=-3", Some(Some((7, 9)))),
            ("bytes=8-100", Some(Some((8, 9)))),
            ("bytes=10-", Some(None)),
            ("bytes=3-1", None),
            ("lines=1-2", None),
        ] {
            assert_eq!(parse(text, 10), expected, "{text}");
        }
        assert_eq!(parse("bytes=0-", 0), Some(None));
    }
}
