//! Google's APIs as gen-tf and gen-tf-sync call them: credentials, endpoints, retries, JSON.
//!
//! `Google` is a handle that may be cloned and used from many threads; every public call blocks.
//! It knows how to ask, and of buckets what a store needs; what an answer means for a study is for
//! its callers.

mod bucket;
mod copy;
mod credentials;
mod endpoint;
mod environment;
mod error;
#[cfg(test)]
pub(crate) mod loopback;
mod request;
mod retry;
mod upload;

use std::{env, sync::Arc, time::Duration};

use reqwest::redirect;
use serde_json::Value;
use tokio::runtime::Runtime;

use environment::Environment;

pub use bucket::{Bucket, BucketFacts};
pub use credentials::{Credentials, CredentialsError};
pub use endpoint::{Service, segment};
pub use error::GoogleError;
pub use reqwest::Method;

pub(crate) use copy::{Source, Target};
pub(crate) use endpoint::Endpoints;
pub(crate) use error::hint_for;
pub(crate) use request::{Answer, Request};
pub(crate) use retry::{Patience, is_lost_connection, is_of_connection, is_passing};
pub(crate) use upload::Upload;

/// The field of an object's metadata that says which put made it.
pub(crate) const MADE_BY: &str = "gen-tf-put";
/// How long a server may keep silent.
const SILENCE: Duration = Duration::from_secs(60);

/// What every call shares: who asks, where, and with which connections.
#[derive(Clone)]
pub struct Google {
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) credentials: Credentials,
    endpoints: Arc<Endpoints>,
    http: reqwest::Client,
}

impl Google {
    /// Takes credentials and endpoints from the environment; it asks nobody anything yet.
    ///
    /// The environment is read as Terraform's google provider reads it, so that both act as the
    /// same account: see [`Credentials`] and [`Service`].
    pub fn connect() -> Result<Self, GoogleError> {
        Self::connect_by(|name| env::var(name).ok())
    }

    /// The same with variables from elsewhere than this process's environment.
    pub fn connect_by(variable: impl Fn(&str) -> Option<String>) -> Result<Self, GoogleError> {
        let endpoints = Endpoints::read(&variable).map_err(GoogleError::Endpoint)?;
        let environment = Environment::read(&variable);
        let credentials = Credentials::find(environment).map_err(GoogleError::Credentials)?;
        install_cryptography();
        let http = reqwest::Client::builder()
            .user_agent(concat!("gen-tf/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(SILENCE)
            // A resumable upload speaks through status 308, which is no redirect there.
            .redirect(redirect::Policy::none())
            .build()
            .map_err(GoogleError::Client)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("google")
            .enable_all()
            .build()
            .map_err(GoogleError::Threads)?;
        Ok(Self { runtime: Arc::new(runtime), credentials, endpoints: Arc::new(endpoints), http })
    }

    /// Whose credentials these are and where they come from, for people.
    #[must_use]
    pub fn account(&self) -> &str {
        self.credentials.origin()
    }

    /// An access token that is valid now; ask again rather than keep it.
    pub fn token(&self) -> Result<String, GoogleError> {
        let token = self.runtime.block_on(self.credentials.token());
        token.map(|token| token.to_string()).map_err(GoogleError::Credentials)
    }

    /// The answer to a GET, or nothing where the server knows no such thing (404).
    pub fn get(
        &self,
        service: Service,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Option<Value>, GoogleError> {
        match self.call(&Method::GET, service, path, query, None) {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Any call of a JSON API. `path` comes after the service's base URL, with its parts encoded
    /// by [`segment`]. An empty answer is `Value::Null`.
    pub fn call(
        &self,
        method: &Method,
        service: Service,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Value, GoogleError> {
        let mut request = Request::new(method.clone(), self.endpoints.url(service, path));
        request.query(query);
        if let Some(body) = body {
            request.json(body);
        }
        self.runtime.block_on(async { self.send(&request).await?.json(&request) })
    }

    /// A bucket by its name, which is unique in the world.
    #[must_use]
    pub fn bucket(&self, name: &str) -> Bucket {
        Bucket::new(self.clone(), name)
    }

    pub(crate) fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }
}

/// Every TLS connection of this process uses ring, because it builds wherever there is a C
/// compiler. A program that has chosen another library keeps it.
pub(crate) fn install_cryptography() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Another thread may be faster; then there is a provider, which is all that is needed.
        drop(rustls::crypto::ring::default_provider().install_default());
    }
}
