//! A request as the APIs see it: path in decoded segments, query, headers, body, caller, faults.

use crate::cloud::{
    error::{ApiError, Result},
    fault::Struck,
    token::Caller,
};
use axum::{body::Body, extract::Request};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::sync::{Mutex, PoisonError};

/// A request.
#[derive(Debug)]
pub struct Call {
    /// Method.
    pub method: Method,
    /// Path as it was sent, with a prefix in place of a host that means one.
    pub path: String,
    /// Query as it was sent.
    pub raw_query: Option<String>,
    /// Segments of the path, each decoded; `%2F` in one is a slash in it.
    pub segments: Vec<String>,
    /// Query, decoded.
    pub query: Vec<(String, String)>,
    /// Headers.
    pub headers: HeaderMap,
    /// Who calls.
    pub caller: Caller,
    /// What strikes it.
    pub faults: Struck,
    /// Only a lock lets requests be looked at from several places, because bodies can't be.
    body: Mutex<Body>,
}

/// Hosts whose paths begin with a version; here each has a prefix of its own.
const HOSTS: &[(&str, &str)] = &[
    ("secretmanager.googleapis.com", "/secretmanager"),
    ("iam.googleapis.com", "/iam"),
    ("iamcredentials.googleapis.com", "/iamcredentials"),
    ("cloudresourcemanager.googleapis.com", "/crm"),
    ("serviceusage.googleapis.com", "/serviceusage"),
];

impl Call {
    /// Takes a request apart.
    #[must_use]
    pub fn new(request: Request) -> Self {
        let (parts, body) = request.into_parts();
        let host = parts.uri.host().map(str::to_owned).or_else(|| header_host(&parts.headers));
        let path = format!("{}{}", prefix(host.as_deref()), parts.uri.path());
        let segments = path.trim_start_matches('/').split('/').map(decode).collect();
        let raw_query = parts.uri.query().map(str::to_owned);
        let query = raw_query.as_deref().unwrap_or_default();
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let query = pairs.map(|(k, v)| (decode_query(k), decode_query(v))).collect();
        let authorization = parts.headers.get("authorization").and_then(|v| v.to_str().ok());
        Self {
            caller: Caller::from_header(authorization),
            faults: Struck::default(),
            method: parts.method,
            headers: parts.headers,
            path,
            raw_query,
            segments,
            query,
            body: Mutex::new(body),
        }
    }

    /// Path and query as fault rules and the log see them.
    #[must_use]
    pub fn target(&self) -> String {
        match &self.raw_query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// The first value of a query parameter.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of a query parameter.
    pub fn params<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A query parameter that is a number.
    pub fn number(&self, name: &str) -> Result<Option<u64>> {
        let parse = |text: &str| text.parse().map_err(|_| invalid(name, text));
        self.param(name).filter(|text| !text.is_empty()).map(parse).transpose()
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A header that is a number.
    pub fn header_number(&self, name: &str) -> Result<Option<u64>> {
        let parse = |text: &str| text.parse().map_err(|_| invalid(name, text));
        self.header(name).map(parse).transpose()
    }

    /// The path's segments as slices, for matching.
    #[must_use]
    pub fn parts(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// The whole body.
    pub async fn bytes(&mut self) -> Result<Bytes> {
        let body = std::mem::take(self.body());
        let collected = body.collect().await;
        let bytes = collected.map_err(|e| broken(&e))?.to_bytes();
        Ok(self.corrupted(bytes))
    }

    /// The next bytes of the body, until there are none.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        while let Some(frame) = self.body().frame().await {
            let frame = frame.map_err(|e| broken(&e))?;
            if let Ok(data) = frame.into_data() {
                return Ok(Some(self.corrupted(data)));
            }
        }
        Ok(None)
    }

    fn body(&mut self) -> &mut Body {
        self.body.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes a byte of an upload if a fault says so; the answer then stays as it is.
    fn corrupted(&mut self, bytes: Bytes) -> Bytes {
        if !self.faults.corrupt_body || !self.is_upload() || bytes.is_empty() {
            return bytes;
        }
        self.faults.corrupt_body = false;
        let mut bytes = bytes.to_vec();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x20;
        bytes.into()
    }

    /// Whether the body is an object's bytes.
    fn is_upload(&self) -> bool {
        let first = self.segments.first().map(String::as_str);
        let xml_put = self.method == Method::PUT && !super::is_api(first.unwrap_or_default());
        first == Some("upload") || xml_put
    }

    /// The body as JSON; an empty one is `{}`.
    pub async fn json(&mut self) -> Result<Value> {
        let bytes = self.bytes().await?;
        if bytes.is_empty() {
            return Ok(Value::Object(serde_json::Map::new()));
        }
        serde_json::from_slice(&bytes)
            .map_err(|e| ApiError::new(400, "parseError", format!("Parse Error: {e}")))
    }
}

/// What a host stands for in front of a path; a bucket may be in the host as well.
fn prefix(host: Option<&str>) -> String {
    let Some(host) = host else { return String::new() };
    if let Some(bucket) = host.strip_suffix(".storage.googleapis.com") {
        return format!("/{bucket}");
    }
    let known = HOSTS.iter().find(|(name, _)| *name == host);
    known.map_or("", |(_, prefix)| prefix).to_owned()
}

fn header_host(headers: &HeaderMap) -> Option<String> {
    let host = headers.get("host")?.to_str().ok()?;
    Some(host.split(':').next().unwrap_or(host).to_owned())
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn decode_query(text: &str) -> String {
    decode(&text.replace('+', " "))
}

fn invalid(name: &str, text: &str) -> ApiError {
    ApiError::invalid(format!("Invalid value for {name}: '{text}'"))
}

fn broken(error: &dyn std::fmt::Display) -> ApiError {
    ApiError::new(400, "badRequest", format!("The request's body broke off: {error}"))
}
