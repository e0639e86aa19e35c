//! The REST APIs over the cloud: which API a request is for, who sends it, what strikes it, and the log.
//! What each API does is its own Rust module's.

pub mod accounts;
pub mod call;
pub mod compute;
pub mod control;
pub mod faults;
pub mod given;
pub mod instances;
pub mod media;
pub mod objects;
pub mod paging;
pub mod projects;
pub mod respond;
pub mod rights;
pub mod secrets;
pub mod storage;
pub mod uploads;
pub mod xml;
pub mod xml_parts;

use crate::cloud::{
    Cloud, clock,
    error::{ApiError, Result},
    token::Caller,
};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, header::DATE},
    response::Response,
};
use call::Call;
use serde_json::json;
use std::sync::Arc;

/// Everything under one origin, whatever the host it is called by.
pub fn router(cloud: Arc<Cloud>) -> Router {
    Router::new().fallback(serve).with_state(cloud)
}

/// First segments that belong to a JSON API; every other one is a bucket of the XML API.
const APIS: &[&str] = &[
    "compute",
    "control",
    "crm",
    "download",
    "iam",
    "iamcredentials",
    "secretmanager",
    "serviceusage",
    "storage",
    "upload",
];

/// Whether a path with this first segment is not the XML API's.
#[must_use]
pub fn is_api(first: &str) -> bool {
    APIS.contains(&first)
}

async fn serve(State(cloud): State<Arc<Cloud>>, request: Request) -> Response {
    let mut response = serve_one(&cloud, Call::new(request)).await;
    if let Ok(date) = HeaderValue::try_from(clock::http_date(clock::moment())) {
        response.headers_mut().insert(DATE, date);
    }
    response
}

async fn serve_one(cloud: &Arc<Cloud>, mut call: Call) -> Response {
    if call.segments[0] == "control" {
        return control::handle(cloud, &mut call).await.unwrap_or_else(|e| respond::error_json(&e));
    }
    let target = call.target();
    call.faults = cloud.strike(call.method.as_str(), &target, call.caller.name());
    let (method, caller) = (call.method.to_string(), call.caller.name().to_owned());
    let faults = call.faults.clone();
    clock::wait(faults.delay).await;
    let xml = !is_api(&call.segments[0]);
    let response = if faults.drop_connection {
        faults::dropped()
    } else {
        match faults::injected(&faults) {
            Some(error) => answer(Err(error), xml),
            None => answer(route(cloud, &mut call).await, xml),
        }
    };
    let struck = faults::kinds(&faults);
    let status = response.status().as_u16();
    cloud.requests().push(json!({
        "at": clock::now(),
        "method": method,
        "path": target,
        "caller": caller,
        "status": if faults.drop_connection { 0 } else { status },
        "faults": struck,
    }));
    faults::after(call.faults, response).await
}

fn answer(result: Result<Response>, xml: bool) -> Response {
    match result {
        Ok(response) => response,
        Err(error) if xml => respond::error_xml(&error),
        Err(error) => respond::error_json(&error),
    }
}

async fn route(cloud: &Arc<Cloud>, call: &mut Call) -> Result<Response> {
    match &call.caller {
        Caller::Nobody => {
            return Err(unauthenticated(
                "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
            ));
        }
        Caller::Expired(_) => {
            return Err(unauthenticated(
                "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
            ));
        }
        Caller::Owner | Caller::Account(_) => {}
    }
    match call.segments[0].clone().as_str() {
        "compute" => compute::handle(cloud, call).await,
        "storage" | "download" => storage::handle(cloud, call).await,
        "upload" => uploads::handle(cloud, call).await,
        "secretmanager" => secrets::handle(cloud, call).await,
        "iam" | "iamcredentials" => accounts::handle(cloud, call).await,
        "crm" => projects::handle(cloud, call).await,
        "serviceusage" => projects::handle_services(cloud, call).await,
        _ => xml::handle(cloud, call).await,
    }
}

fn unauthenticated(message: &str) -> ApiError {
    ApiError::new(401, "authError", message)
}

/// 404 for a path that leads to nothing that fake-gcp knows; says so, because the real service may know it.
#[must_use]
pub fn unknown(call: &Call) -> ApiError {
    ApiError::not_found(format!("fake-gcp has no {} {}", call.method, call.path))
}
