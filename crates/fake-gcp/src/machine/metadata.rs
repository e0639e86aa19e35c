//! The metadata server of one machine: answers on 169.254.169.254 inside its sandbox.
//! It holds guest attributes; everything else it asks the cloud for at each request.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{Host, Vm, tree};

/// How often a request that waits for a change looks for one.
const LOOK: Duration = Duration::from_millis(50);

/// What the server answers from.
pub struct Metadata {
    host: Arc<dyn Host>,
    vm: Vm,
    guest_attributes: Mutex<BTreeMap<String, BTreeMap<String, String>>>,
}

impl Metadata {
    /// A server for one machine, at one boot.
    pub fn new(host: Arc<dyn Host>, vm: Vm) -> Metadata {
        Metadata { host, vm, guest_attributes: Mutex::default() }
    }

    /// Answers every path and method.
    pub fn router(self) -> Router {
        Router::new().fallback(answer).with_state(Arc::new(self))
    }

    fn tree(&self) -> Value {
        let name = &self.vm.name;
        let guest = self.guest_attributes.lock().unwrap_or_else(PoisonError::into_inner).clone();
        tree::tree(&self.vm, &self.host.metadata(name), self.host.preempted(name), &guest)
    }
}

type Parameters = HashMap<String, String>;

async fn answer(
    State(server): State<Arc<Metadata>>,
    method: Method,
    uri: Uri,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut response = route(&server, &method, &uri, &parameters, &headers, &body).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (HeaderName::from_static("metadata-flavor"), "Google"),
        (header::SERVER, "Metadata Server for VM"),
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
    ] {
        headers.insert(name, header::HeaderValue::from_static(value));
    }
    response
}

async fn route(
    server: &Metadata,
    method: &Method,
    uri: &Uri,
    parameters: &Parameters,
    headers: &HeaderMap,
    body: &Bytes,
) -> Response {
    if headers.get("metadata-flavor").is_none_or(|value| value != "Google") {
        return refuse(StatusCode::FORBIDDEN, "Missing Metadata-Flavor:Google header.");
    }
    if headers.contains_key("x-forwarded-for") {
        return refuse(StatusCode::FORBIDDEN, "Requests that were forwarded are not answered.");
    }
    let Some(path) = uri.path().strip_prefix("/computeMetadata/v1") else {
        return missing();
    };
    // The real server, too, takes `v1//` for `v1/`.
    let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
    let ["instance", "guest-attributes", rest @ ..] = &names[..] else {
        return match *method {
            Method::GET | Method::HEAD => get(server, path, &names, parameters).await,
            _ => refuse(StatusCode::METHOD_NOT_ALLOWED, "Only guest attributes can be written."),
        };
    };
    let enabled = server.host.metadata(&server.vm.name);
    if enabled
        .get("enable-guest-attributes")
        .is_none_or(|value| !value.eq_ignore_ascii_case("true"))
    {
        return refuse(StatusCode::FORBIDDEN, "Guest attributes endpoint access is disabled.");
    }
    match (method, rest) {
        (&Method::PUT, [namespace, key]) => put_guest_attribute(server, namespace, key, body),
        (&Method::DELETE, [namespace, key]) => delete_guest_attribute(server, namespace, key),
        (&Method::GET, _) => get(server, path, &names, parameters).await,
        _ => refuse(StatusCode::BAD_REQUEST, "A guest attribute is NAMESPACE/KEY."),
    }
}

async fn get(server: &Metadata, path: &str, names: &[&str], parameters: &Parameters) -> Response {
    if let ["instance", "service-accounts", account, secret @ ("token" | "identity")] = names {
        return prove(server, account, secret, parameters);
    }
    let is_set =
        |name| parameters.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let waits = is_set("wait_for_change");
    let timeout = parameters.get("timeout_sec").and_then(|seconds| seconds.parse().ok());
    let deadline = timeout.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut known = parameters.get("last_etag").cloned();
    loop {
        let whole = server.tree();
        let Some(node) = tree::find(&whole, names) else {
            return missing();
        };
        let etag = tree::etag(node);
        let changed = *known.get_or_insert_with(|| etag.clone()) != etag;
        if !waits || changed || deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return print(node, &etag, path, names, is_set("recursive"), parameters);
        }
        sleep(LOOK).await;
    }
}

fn print(
    node: &Value,
    etag: &str,
    path: &str,
    names: &[&str],
    recursive: bool,
    parameters: &Parameters,
) -> Response {
    let alt = parameters.get("alt").map(String::as_str);
    let is_json = alt.map_or(recursive, |alt| alt == "json");
    let folder = match node {
        Value::Object(entries) if !recursive => Some(entries),
        _ => None,
    };
    let is_leaf = !node.is_object() && !node.is_array();
    let text = match folder {
        Some(_) if !path.ends_with('/') => {
            let there = format!("/computeMetadata/v1{path}/");
            return (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, there)]).into_response();
        }
        _ if is_leaf && path.ends_with('/') => return missing(),
        Some(entries) => tree::listing(entries, names),
        None if is_json => tree::as_json(node, names.last().copied()).to_string(),
        None => tree::as_text(node),
    };
    let kind = if is_json && folder.is_none() { "application/json" } else { "application/text" };
    ([(header::CONTENT_TYPE, kind), (header::ETAG, etag)], text).into_response()
}

/// Issues a token, or a statement of who this machine is.
fn prove(server: &Metadata, account: &str, what: &str, parameters: &Parameters) -> Response {
    let Some(email) = server.vm.service_account.as_deref() else {
        return missing();
    };
    if account != "default" && account != email {
        return missing();
    }
    if what == "token" {
        let (token, seconds) = server.host.token(email);
        let token = json!({ "access_token": token, "expires_in": seconds, "token_type": "Bearer" });
        return ([(header::CONTENT_TYPE, "application/json")], token.to_string()).into_response();
    }
    match parameters.get("audience") {
        Some(audience) => identity(email, audience).into_response(),
        None => refuse(StatusCode::BAD_REQUEST, "non-empty audience parameter required"),
    }
}

/// Looks like a signed statement; no key has signed it.
fn identity(email: &str, audience: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let header = json!({ "alg": "none", "typ": "JWT" });
    let claims = json!({ "aud": audience, "email": email, "email_verified": true,
        "exp": now + 3600, "iat": now, "iss": "https://accounts.google.com" });
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(header), part(claims))
}

fn put_guest_attribute(server: &Metadata, namespace: &str, key: &str, body: &Bytes) -> Response {
    let Ok(value) = String::from_utf8(body.to_vec()) else {
        return refuse(StatusCode::BAD_REQUEST, "A guest attribute is text.");
    };
    let mut all = server.guest_attributes.lock().unwrap_or_else(PoisonError::into_inner);
    all.entry(namespace.to_owned()).or_default().insert(key.to_owned(), value);
    StatusCode::OK.into_response()
}

fn delete_guest_attribute(server: &Metadata, namespace: &str, key: &str) -> Response {
    let mut all = server.guest_attributes.lock().unwrap_or_else(PoisonError::into_inner);
    match all.get_mut(namespace).and_then(|keys| keys.remove(key)) {
        Some(_) => StatusCode::OK.into_response(),
        None => missing(),
    }
}

fn missing() -> Response {
    refuse(StatusCode::NOT_FOUND, "The requested URL was not found on this server.")
}

/// The real server's refusals are pages, too: nobody may take one for a value.
fn refuse(status: StatusCode, why: &str) -> Response {
    let page = format!("<!DOCTYPE html>\n<html lang=en>\n<title>Error {status}</title>\n{why}\n");
    (status, [(header::CONTENT_TYPE, "text/html; charset=UTF-8")], page).into_response()
}
