//! A cloud on a loopback port and a small client for it. It knows no API: tests write paths and bodies.
#![allow(dead_code, reason = "each test program uses a part of it")]

use bytes::Bytes;
use camino::Utf8PathBuf;
use fake_gcp::cloud::{Cloud, token};
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;
use std::{future::Future, sync::Arc, time::Duration};

/// A cloud with the project `p1`.
pub struct Fake {
    pub cloud: Arc<Cloud>,
    pub base: String,
    client: Client<HttpConnector, Full<Bytes>>,
    _state: tempfile::TempDir,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Fake {
    pub async fn start() -> Self {
        let state = tempfile::tempdir().unwrap();
        let folder = Utf8PathBuf::from_path_buf(state.path().to_owned()).unwrap();
        let cloud = Cloud::create(&folder, &["p1".to_owned()]).unwrap();
        let base = fake_gcp::serve::listen(&cloud).await.unwrap();
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { cloud, base, client, _state: state }
    }

    /// Sends a request; the error is that of the connection.
    pub async fn try_send(
        &self,
        token: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Reply, String> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.into())).unwrap();
        let response = self.client.request(request).await.map_err(|e| format!("{e:?}"))?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(|e| format!("{e:?}"))?.to_bytes();
        Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
    }

    /// Sends a request as somebody.
    pub async fn by(&self, token: &str, method: &str, path: &str, body: &str) -> Reply {
        self.try_send(token, method, path, &[], body.to_owned()).await.unwrap()
    }

    /// Sends a request as the owner.
    pub async fn send(&self, method: &str, path: &str, body: &str) -> Reply {
        self.by("owner", method, path, body).await
    }

    /// Sends JSON as the owner and expects success.
    pub async fn ok(&self, method: &str, path: &str, body: &Value) -> Value {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let reply = self.send(method, path, &text).await;
        assert!((200..300).contains(&reply.status), "{method} {path}: {reply:?}");
        if reply.body.is_empty() { Value::Null } else { reply.json() }
    }

    pub async fn get(&self, path: &str) -> Value {
        self.ok("GET", path, &Value::Null).await
    }

    /// A bucket with uniform access.
    pub async fn bucket(&self, name: &str) {
        let access = serde_json::json!({
            "name": name,
            "iamConfiguration": { "uniformBucketLevelAccess": { "enabled": true } },
        });
        self.ok("POST", "/storage/v1/b?project=p1", &access).await;
    }

    /// An object with a text as its bytes.
    pub async fn put(
        &self,
        token: &str,
        bucket: &str,
        name: &str,
        body: &str,
        query: &str,
    ) -> Reply {
        let name = name.replace('/', "%2F");
        let path = format!("/upload/storage/v1/b/{bucket}/o?uploadType=media&name={name}{query}");
        self.by(token, "POST", &path, body).await
    }

    /// A service account; returns a token of it that is good for a minute.
    pub async fn account(&self, id: &str) -> (String, String) {
        let body = serde_json::json!({ "accountId": id });
        let path = "/iam/v1/projects/p1/serviceAccounts";
        let account = self.ok("POST", path, &body).await;
        let email = account["email"].as_str().unwrap().to_owned();
        (token::issue(&email, 1, 60), email)
    }

    /// Adds a fault rule.
    pub async fn fault(&self, rule: Value) {
        self.ok("POST", "/control/faults", &rule).await;
    }

    /// Changes settings.
    pub async fn set(&self, settings: Value) {
        self.ok("PATCH", "/control/settings", &settings).await;
    }
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {:?}", self.body))
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn reason(&self) -> String {
        self.json()["error"]["errors"][0]["reason"].as_str().unwrap().to_owned()
    }

    pub fn message(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap().to_owned()
    }
}

/// Waits until something is so, for ten seconds at most.
pub async fn until<F, Fut>(what: &str, mut is_so: F)
where
    F: FnMut() -> Fut,
    Fut: Future<Output = bool>,
{
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while !is_so().await {
        assert!(tokio::time::Instant::now() < deadline, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
