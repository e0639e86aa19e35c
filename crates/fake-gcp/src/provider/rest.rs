//! REST calls to the cloud: authorization, retries, Google's errors, and waiting for compute's operations.
//! Waiting ends when Terraform is interrupted, as in the real provider.

use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, Response, body::Incoming, header};
use hyper_util::client::legacy::{Client as Hyper, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::Value as Json;

use super::config::Config;
use super::session::Session;
use super::spelling::basename;

/// How long a call is repeated that the server is too busy for.
const PATIENCE: Duration = Duration::from_secs(20);
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Calls the cloud for one connection of Terraform's.
pub struct Client<'a> {
    config: &'a Config,
    session: &'a Session,
    http: Hyper<HttpConnector, Full<Bytes>>,
}

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum RestError {
    /// The server refused it.
    #[error("googleapi: Error {status}: {text}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The message and the reason.
        text: String,
    },
    /// There was no answer.
    #[error("{method} {url}: {source:#}")]
    Unanswered {
        /// The HTTP method.
        method: Method,
        /// The address.
        url: String,
        /// What happened to the connection.
        source: anyhow::Error,
    },
    /// Terraform was interrupted.
    #[error("context has been cancelled")]
    Cancelled,
}

impl RestError {
    /// Whether there is no such thing.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }

    /// Whether somebody else was faster.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Refused { status: 409 | 412, .. })
    }
}

/// A request to be sent, perhaps more than once.
#[derive(Clone)]
struct Call {
    method: Method,
    url: String,
    content_type: String,
    body: Bytes,
}

impl<'a> Client<'a> {
    /// A client for a connection.
    pub fn new(config: &'a Config, session: &'a Session) -> Self {
        Self { config, session, http: Hyper::builder(TokioExecutor::new()).build_http() }
    }

    /// Sends JSON to a path such as `compute/projects/P/global/networks` and returns the answer.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Json>,
    ) -> Result<Json, RestError> {
        let url = self.url(&method, path)?;
        let content_type = "application/json".to_owned();
        let body = body.map_or_else(Bytes::new, |json| json.to_string().into());
        self.send(Call { method, url, content_type, body }).await
    }

    /// Gets an object.
    pub async fn get(&self, path: &str) -> Result<Json, RestError> {
        self.call(Method::GET, path, None).await
    }

    /// Gets an object, or none where there is none.
    pub async fn find(&self, path: &str) -> Result<Option<Json>, RestError> {
        match self.get(path).await {
            Ok(json) => Ok(Some(json)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: Json) -> Result<Json, RestError> {
        self.call(Method::POST, path, Some(body)).await
    }

    /// Uploads an object's metadata and content, to the root of the host that storage is on.
    pub async fn upload(
        &self,
        query: &str,
        metadata: &Json,
        content: &[u8],
    ) -> Result<Json, RestError> {
        let (method, boundary) = (Method::POST, "fake-gcp-part-of-an-upload");
        let storage = self.url(&method, "storage/")?;
        let root =
            storage.match_indices('/').nth(2).map_or(storage.as_str(), |(at, _)| &storage[..at]);
        let url = format!("{root}/upload/storage/v1/{query}");
        let kind = metadata["contentType"].as_str().unwrap_or("application/octet-stream");
        let mut body = format!(
            "--{boundary}\r\nContent-Type: application/json\r\n\r\n{metadata}\r\n\
             --{boundary}\r\nContent-Type: {kind}\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let content_type = format!("multipart/related; boundary={boundary}");
        self.send(Call { method, url, content_type, body: body.into() }).await
    }

    /// Waits until an operation of compute's is done. `activity` is how errors call it.
    pub async fn wait(&self, project: &str, activity: &str, operation: Json) -> anyhow::Result<()> {
        let mut operation = operation;
        let path = operation_path(project, &operation);
        let mut polled = false;
        loop {
            if let Some(text) = operation_error(&operation) {
                if polled {
                    anyhow::bail!("Error waiting for {activity}: {text}");
                }
                anyhow::bail!("{text}");
            }
            if operation["status"] == "DONE" {
                return Ok(());
            }
            let next = match self.pause(self.config.poll_interval).await {
                Ok(()) => self.find(&path).await,
                Err(error) => Err(error),
            };
            match next {
                Ok(Some(json)) => operation = json,
                // The operation is not everywhere at once.
                Ok(None) => {}
                Err(error) => anyhow::bail!(
                    "Error waiting for {activity}: error while retrieving operation: \
                     unable to finish polling, {error}"
                ),
            }
            polled = true;
        }
    }

    /// Waits, unless Terraform is interrupted.
    pub async fn pause(&self, time: Duration) -> Result<(), RestError> {
        tokio::select! {
            () = self.session.stopped() => Err(RestError::Cancelled),
            () = tokio::time::sleep(time) => Ok(()),
        }
    }

    fn url(&self, method: &Method, path: &str) -> Result<String, RestError> {
        self.config.url(path).map_err(|source| RestError::Unanswered {
            method: method.clone(),
            url: path.to_owned(),
            source,
        })
    }

    async fn send(&self, call: Call) -> Result<Json, RestError> {
        let (mut pause, mut waited) = (FIRST_PAUSE, Duration::ZERO);
        loop {
            let error = match self.try_once(&call).await {
                Ok(json) => return Ok(json),
                Err(error) => error,
            };
            let again = match &error {
                RestError::Refused { status, .. } => matches!(status, 429 | 500 | 502 | 503),
                // Whether a change was made is not known: repeating it is for the user to decide.
                RestError::Unanswered { .. } => call.method == Method::GET,
                RestError::Cancelled => false,
            };
            if !again || waited >= PATIENCE {
                return Err(error);
            }
            self.pause(pause).await?;
            waited += pause;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }

    async fn try_once(&self, call: &Call) -> Result<Json, RestError> {
        let unanswered = |source| RestError::Unanswered {
            method: call.method.clone(),
            url: call.url.clone(),
            source,
        };
        let (status, bytes) = self.exchange(call).await.map_err(unanswered)?;
        if !(200..300).contains(&status) {
            return Err(RestError::Refused { status, text: error_text(&bytes) });
        }
        if bytes.is_empty() {
            return Ok(Json::Null);
        }
        serde_json::from_slice(&bytes).context("decode the answer").map_err(unanswered)
    }

    async fn exchange(&self, call: &Call) -> anyhow::Result<(u16, Bytes)> {
        let request = Request::builder()
            .method(&call.method)
            .uri(&call.url)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.config.token))
            .header(header::USER_AGENT, "Terraform-Provider-Google/7.45.0 (fake-gcp)")
            .header(header::CONTENT_TYPE, &call.content_type)
            .body(Full::new(call.body.clone()))
            .context("make the request")?;
        let response: Response<Incoming> = self.http.request(request).await?;
        let status = response.status().as_u16();
        Ok((status, response.into_body().collect().await?.to_bytes()))
    }
}

fn operation_path(project: &str, operation: &Json) -> String {
    let name = operation["name"].as_str().unwrap_or_default();
    let part = |key: &str| operation[key].as_str().map(basename);
    match (part("zone"), part("region")) {
        (Some(zone), _) => format!("compute/projects/{project}/zones/{zone}/operations/{name}"),
        (_, Some(region)) => {
            format!("compute/projects/{project}/regions/{region}/operations/{name}")
        }
        _ => format!("compute/projects/{project}/global/operations/{name}"),
    }
}

/// The messages of an operation's errors, each with a line break, as the real provider writes them.
/// Their codes are not part of it.
fn operation_error(operation: &Json) -> Option<String> {
    let errors = operation["error"]["errors"].as_array()?;
    let mut text = String::new();
    for error in errors {
        text.push_str(error["message"].as_str().unwrap_or_default());
        text.push('\n');
        let details = error["errorDetails"].as_array().into_iter().flatten();
        for quota in details.filter_map(|detail| detail["quotaInfo"].as_object()) {
            for (name, label) in [("metricName", "metric name"), ("limitName", "limit name")] {
                if let Some(value) = quota.get(name).and_then(Json::as_str) {
                    text.push_str(&format!("\t{label} = {value}\n"));
                }
            }
        }
    }
    Some(text)
}

/// The message of Google's error body, with its reason where there is one.
fn error_text(body: &[u8]) -> String {
    let Ok(json) = serde_json::from_slice::<Json>(body) else {
        return format!("got HTTP response with body: {}", String::from_utf8_lossy(body));
    };
    let error = &json["error"];
    let message = error["message"].as_str().unwrap_or_default();
    match error["errors"].as_array().map(Vec::as_slice) {
        None | Some([]) => message.to_owned(),
        Some([one]) if one["message"] == error["message"] => {
            format!("{message}, {}", one["reason"].as_str().unwrap_or_default())
        }
        Some(all) => {
            let mut text = format!("{message}\nMore details:\n");
            for one in all {
                let part = |key: &str| one[key].as_str().unwrap_or_default();
                text.push_str(&format!(
                    "Reason: {}, Message: {}\n",
                    part("reason"),
                    part("message")
                ));
            }
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{error_text, operation_error, operation_path};

    #[test]
    fn an_error_has_its_reason() {
        let body = json!({"error": {"code": 409, "message": "exists", "errors": [
            {"reason": "alreadyExists", "message": "exists"}
        ]}});
        assert_eq!(error_text(body.to_string().as_bytes()), "exists, alreadyExists");
    }

    #[test]
    fn an_operation_is_where_it_says() {
        let operation = json!({"name": "o", "zone": "http://h/compute/v1/projects/p/zones/z"});
        assert_eq!(operation_path("p", &operation), "compute/projects/p/zones/z/operations/o");
        assert_eq!(
            operation_path("p", &json!({"name": "o"})),
            "compute/projects/p/global/operations/o"
        );
    }

    #[test]
    fn the_code_of_an_operation_s_error_is_not_told() {
        let errors = json!([{"code": "ZONE_RESOURCE_POOL_EXHAUSTED", "message": "no room"}]);
        assert_eq!(operation_error(&json!({"error": {"errors": errors}})).unwrap(), "no room\n");
    }
}
