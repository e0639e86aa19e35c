//! What faults do to an answer.

use super::respond;
use crate::cloud::{error::ApiError, fault::Struck};
use axum::{body::Body, response::Response};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// The error that a rule asks for.
#[must_use]
pub fn injected(faults: &Struck) -> Option<ApiError> {
    let (status, reason, message) = faults.status.clone()?;
    let reason = reason.unwrap_or_else(|| usual_reason(status).to_owned());
    let message = message.unwrap_or_else(|| format!("injected fault: {reason}"));
    Some(ApiError::new(status, &reason, message))
}

fn usual_reason(status: u16) -> &'static str {
    match status {
        400 => "invalid",
        401 => "authError",
        403 => "forbidden",
        404 => "notFound",
        408 => "requestTimeout",
        409 => "conflict",
        412 => "conditionNotMet",
        429 => "rateLimitExceeded",
        _ => "backendError",
    }
}

/// Names of the faults that struck, for the log.
#[must_use]
pub fn kinds(faults: &Struck) -> Vec<&'static str> {
    let kinds = [
        ("status", faults.status.is_some()),
        ("delay_ms", !faults.delay.is_zero()),
        ("operation_delay_ms", faults.operation_delay.is_some()),
        ("operation_error", faults.operation_error.is_some()),
        ("truncate_body", faults.truncate_body.is_some()),
        ("token_expires_in", faults.token_expires_in.is_some()),
        ("drop_connection", faults.drop_connection),
        ("drop_response", faults.drop_response),
        ("corrupt_body", faults.corrupt_body),
        ("no_startup", faults.no_startup),
    ];
    kinds.into_iter().filter(|(_, struck)| *struck).map(|(name, _)| name).collect()
}

/// An answer that never leaves: the connection ends in its place.
#[must_use]
pub fn dropped() -> Response {
    Response::new(Body::new(Broken { bytes: Bytes::new(), left: Vec::new(), length: 1 }))
}

/// The answer after the faults that concern it.
pub async fn after(faults: Struck, response: Response) -> Response {
    if faults.drop_connection {
        return response;
    }
    if faults.drop_response {
        return dropped();
    }
    if faults.truncate_body.is_none() && !faults.corrupt_body {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let mut bytes = match body.collect().await {
        Ok(collected) => collected.to_bytes().to_vec(),
        Err(error) => return respond::error_json(&ApiError::internal(error)),
    };
    if faults.corrupt_body && !bytes.is_empty() {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x20;
    }
    let length = bytes.len() as u64;
    parts.headers.insert("content-length", length.into());
    match faults.truncate_body {
        Some(keep) if keep < length => {
            bytes.truncate(usize::try_from(keep).unwrap_or(usize::MAX));
            let left = vec![Step::Pause, Step::Send];
            let body = Broken { bytes: bytes.into(), left, length };
            Response::from_parts(parts, Body::new(body))
        }
        _ => Response::from_parts(parts, Body::from(bytes)),
    }
}

/// A body that breaks off; hyper then ends the connection.
#[derive(Debug)]
struct Broken {
    bytes: Bytes,
    /// What is still to do before it breaks, last first.
    left: Vec<Step>,
    length: u64,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Send,
    /// Lets the server flush what it has.
    Pause,
}

impl hyper::body::Body for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        match self.left.pop() {
            Some(Step::Send) => Poll::Ready(Some(Ok(Frame::data(self.bytes.clone())))),
            Some(Step::Pause) => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            None => Poll::Ready(Some(Err(std::io::Error::other("fault: the answer breaks off")))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
