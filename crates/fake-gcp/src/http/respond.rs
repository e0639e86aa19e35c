//! Answers: JSON and XML, and errors in both.

use crate::cloud::error::ApiError;
use axum::{body::Body, response::Response};
use hyper::StatusCode;
use serde_json::{Value, json};

/// 200 with JSON.
#[must_use]
pub fn json(value: &Value) -> Response {
    json_with(200, value)
}

/// JSON with another status.
#[must_use]
pub fn json_with(status: u16, value: &Value) -> Response {
    text(status, "application/json; charset=UTF-8", value.to_string())
}

/// 200 with XML.
#[must_use]
pub fn xml(body: &str) -> Response {
    xml_with(200, body)
}

fn xml_with(status: u16, body: &str) -> Response {
    let declared = format!("<?xml version='1.0' encoding='UTF-8'?>{body}");
    text(status, "application/xml; charset=UTF-8", declared)
}

/// A status without a body.
#[must_use]
pub fn empty(status: u16) -> Response {
    build(status, &[], Body::empty())
}

/// An answer with headers that are known to be well formed.
#[must_use]
pub fn build(status: u16, headers: &[(&str, String)], body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        let name = hyper::header::HeaderName::from_bytes(name.as_bytes());
        // A value that can't be in a header, such as a content type with a line break, is left out.
        if let (Ok(name), Ok(value)) = (name, value.parse()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn text(status: u16, content_type: &str, body: String) -> Response {
    build(status, &[("content-type", content_type.to_owned())], Body::from(body))
}

/// An error as the JSON APIs write it.
#[must_use]
pub fn error_json(error: &ApiError) -> Response {
    if error.code == 304 {
        return empty(304);
    }
    json_with(
        error.code,
        &json!({ "error": {
            "code": error.code,
            "message": error.message,
            "errors": [{
                "domain": "global",
                "reason": error.reason,
                "message": error.message,
            }],
            "status": error.status(),
        }}),
    )
}

/// An error as the XML API writes it.
#[must_use]
pub fn error_xml(error: &ApiError) -> Response {
    if error.code == 304 {
        return empty(304);
    }
    let code = match (error.code, error.message.contains("bucket does not exist")) {
        (404, true) => "NoSuchBucket",
        (404, false) => "NoSuchKey",
        (401, _) => "AuthenticationRequired",
        (403, _) => "AccessDenied",
        (412, _) => "PreconditionFailed",
        (416, _) => "InvalidRange",
        (429, _) => "SlowDown",
        (400, _) => "InvalidArgument",
        (503, _) => "ServiceUnavailable",
        _ => "InternalError",
    };
    let message = escape(&error.message);
    xml_with(error.code, &format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"))
}

/// Text for inside an XML element.
#[must_use]
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
