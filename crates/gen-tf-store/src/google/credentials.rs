//! Who calls Google: finds credentials where Terraform's google provider finds them, and turns them
//! into access tokens that stay valid for days. Keys and tokens are never shown.

use std::{
    error::Error,
    fmt, fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use google_cloud_auth::credentials::{
    AccessTokenCredentials, external_account, impersonated, mds, service_account, user_account,
};
use object_store::{CredentialProvider, gcp::GcpCredential};
use serde_json::Value;

use super::{environment::Environment, retry::Patience};

mod gcloud;
mod given;
#[cfg(test)]
mod tests;

/// Where the metadata server of Google's machines is.
const METADATA: &str = "metadata.google.internal";
const METADATA_PATIENCE: Duration = Duration::from_secs(3);
/// `gcloud` refreshes its own; asking it starts a Python program, so not at every call.
const KEEP: Duration = Duration::from_secs(300);

/// The credentials of this process, in the order in which they are looked for:
///
/// 1. with `GEN_TF_CREDENTIALS=gcloud`: the account of `gcloud auth login`, and nothing else;
/// 2. `GOOGLE_OAUTH_ACCESS_TOKEN`: a token as it is, which ends after an hour at most;
/// 3. `GOOGLE_CREDENTIALS`: a credentials file, or its content;
/// 4. application default credentials: the file in `GOOGLE_APPLICATION_CREDENTIALS`, else the one
///    that `gcloud auth application-default login` writes, else the metadata server.
///
/// A file may be of a user, a service account, an external account (workload identity federation,
/// as in GitHub Actions) or an impersonation. `GOOGLE_IMPERSONATE_SERVICE_ACCOUNT` impersonates on
/// top of any of them.
#[derive(Clone)]
pub struct Credentials(Arc<Inner>);

struct Inner {
    origin: String,
    kind: Kind,
    impersonated: Option<String>,
    held: Mutex<Option<Held>>,
    /// Whoever makes what tokens are taken from; the others wait, and take from the same.
    making: tokio::sync::Mutex<()>,
}

enum Kind {
    Gcloud,
    Given(String),
    File(Value),
    Metadata { host: Option<String>, tried: String },
}

/// What tokens are taken from, and since when.
#[derive(Clone)]
struct Held {
    since: Instant,
    what: What,
}

#[derive(Clone)]
enum What {
    Library(AccessTokenCredentials),
    Token(Arc<str>),
}

/// There are no usable credentials.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// `GEN_TF_CREDENTIALS` has an unknown value.
    #[error("GEN_TF_CREDENTIALS is `{0}`: it may be `gcloud`, or not set")]
    Asked(String),
    /// Nothing was found anywhere.
    #[error("there are no credentials for Google Cloud; tried: {tried}")]
    None {
        /// Where they were looked for, with what was there.
        tried: String,
    },
    /// A credentials file can't be used.
    #[error("the credentials in {origin} cannot be used")]
    Unusable {
        /// Variable and file.
        origin: String,
        /// What is wrong.
        source: Box<dyn Error + Send + Sync>,
    },
    /// There is no token to be had for the credentials.
    #[error("no access token is to be had with {origin}")]
    Token {
        /// Whose credentials.
        origin: String,
        /// What the library, the server or `gcloud` said.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl CredentialsError {
    /// Whether a token may be had later: who gives it was not reached, or said "not now".
    #[must_use]
    pub fn may_pass(&self) -> bool {
        use google_cloud_auth::errors::CredentialsError as OfLibrary;
        match self {
            Self::Token { source, .. } => {
                source.downcast_ref::<OfLibrary>().is_some_and(OfLibrary::is_transient)
            }
            _ => false,
        }
    }

    /// How to log in.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Asked(_) => "leave the variable out, or set it to `gcloud`",
            Self::None { .. } | Self::Token { .. } => {
                "log in with `gcloud auth application-default login`; or set \
                 GOOGLE_APPLICATION_CREDENTIALS to a key or a workload identity file; or use the \
                 account of `gcloud auth login` with GEN_TF_CREDENTIALS=gcloud"
            }
            Self::Unusable { .. } => "see docs/gcp.md for the kinds of credentials",
        }
    }
}

impl Credentials {
    /// Finds the credentials; no token is asked for yet.
    pub(crate) fn find(environment: Environment) -> Result<Self, CredentialsError> {
        let impersonated = environment.impersonated.clone();
        let (kind, mut origin) = choose(environment)?;
        if let Some(account) = &impersonated {
            origin = format!("{origin}, impersonating {account}");
        }
        let (held, making) = (Mutex::new(None), tokio::sync::Mutex::new(()));
        Ok(Self(Arc::new(Inner { origin, kind, impersonated, held, making })))
    }

    /// Whose they are and where they come from, for people.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.0.origin
    }

    /// A valid token. Passing failures of the server that issues tokens are waited out.
    pub(crate) async fn token(&self) -> Result<Arc<str>, CredentialsError> {
        let mut patience = Patience::new();
        loop {
            let source = match self.hold().await?.what {
                What::Token(token) => return Ok(token),
                What::Library(library) => match library.access_token().await {
                    Ok(token) => return Ok(token.token.into()),
                    Err(source) => source,
                },
            };
            // The library keeps a failure; what is made anew asks again.
            self.drop_held();
            if !source.is_transient() || !patience.wait().await {
                return Err(self.no_token(source));
            }
        }
    }

    /// After a refusal: whether there may be another token. A laptop that has slept holds tokens
    /// that its clock takes for valid.
    pub(crate) fn renew(&self) -> bool {
        if matches!(self.0.kind, Kind::Given(_)) && self.0.impersonated.is_none() {
            return false;
        }
        self.drop_held();
        true
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Option<Held>> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn drop_held(&self) {
        *self.held() = None;
    }

    async fn hold(&self) -> Result<Held, CredentialsError> {
        if let Some(held) = self.usable() {
            return Ok(held);
        }
        let _making = self.0.making.lock().await;
        if let Some(held) = self.usable() {
            return Ok(held);
        }
        let held = Held { since: Instant::now(), what: self.make().await? };
        *self.held() = Some(held.clone());
        Ok(held)
    }

    fn usable(&self) -> Option<Held> {
        let is_old =
            |held: &Held| matches!(self.0.kind, Kind::Gcloud) && held.since.elapsed() > KEEP;
        self.held().clone().filter(|held| !is_old(held))
    }

    async fn make(&self) -> Result<What, CredentialsError> {
        let library = match &self.0.kind {
            Kind::Gcloud => {
                let token = gcloud::token(self.0.impersonated.as_deref()).await;
                return token.map(|token| What::Token(token.into())).map_err(|e| self.no_token(e));
            }
            Kind::Given(token) if self.0.impersonated.is_none() => {
                return Ok(What::Token(token.as_str().into()));
            }
            Kind::Given(token) => given::credentials(token),
            Kind::File(json) => of_file(json.clone()).map_err(|source| self.unusable(source))?,
            Kind::Metadata { host, tried } => {
                let address = host.as_deref().unwrap_or(METADATA);
                if !answers(address).await {
                    return Err(CredentialsError::None { tried: tried.clone() });
                }
                let server = mds::Builder::default().with_endpoint(format!("http://{address}"));
                let made = server.build_access_token_credentials();
                made.map_err(|source| self.unusable(source))?
            }
        };
        let Some(account) = &self.0.impersonated else { return Ok(What::Library(library)) };
        let impersonated = impersonated::Builder::from_source_credentials(library.into())
            .with_target_principal(account)
            .build_access_token_credentials();
        impersonated.map(What::Library).map_err(|source| self.unusable(source))
    }

    fn no_token(&self, source: impl Error + Send + Sync + 'static) -> CredentialsError {
        CredentialsError::Token { origin: self.0.origin.clone(), source: source.into() }
    }

    fn unusable(&self, source: impl Error + Send + Sync + 'static) -> CredentialsError {
        CredentialsError::Unusable { origin: self.0.origin.clone(), source: source.into() }
    }
}

/// The first place that has credentials, and its name for people.
fn choose(environment: Environment) -> Result<(Kind, String), CredentialsError> {
    match environment.asked.as_deref() {
        Some("gcloud") => return Ok((Kind::Gcloud, "the account of gcloud".to_owned())),
        Some(other) => return Err(CredentialsError::Asked(other.to_owned())),
        None => {}
    }
    if let Some(token) = environment.token {
        return Ok((Kind::Given(token), "the token in GOOGLE_OAUTH_ACCESS_TOKEN".to_owned()));
    }
    if let Some(text) = environment.credentials {
        if text.trim_start().starts_with('{') {
            return parse(text.as_bytes(), "GOOGLE_CREDENTIALS");
        }
        return read(Path::new(&text), "GOOGLE_CREDENTIALS");
    }
    if let Some(path) = environment.application {
        return read(&path, "GOOGLE_APPLICATION_CREDENTIALS");
    }
    let mut tried = "GOOGLE_OAUTH_ACCESS_TOKEN, GOOGLE_CREDENTIALS and \
                     GOOGLE_APPLICATION_CREDENTIALS (not set)"
        .to_owned();
    if let Some(home) = environment.home {
        let path = home.join(".config/gcloud/application_default_credentials.json");
        if path.exists() {
            return read(&path, "gcloud's application default credentials");
        }
        tried += &format!(", {} (not there)", path.display());
    }
    let host = environment.metadata_host;
    let address = host.as_deref().unwrap_or(METADATA);
    tried += &format!(", the metadata server {address} (no answer)");
    let origin = format!("the metadata server {address}");
    Ok((Kind::Metadata { host, tried }, origin))
}

fn read(path: &Path, named_by: &str) -> Result<(Kind, String), CredentialsError> {
    let origin = format!("{} ({named_by})", path.display());
    match fs::read(path) {
        Ok(text) => parse(&text, &origin),
        Err(source) => Err(CredentialsError::Unusable { origin, source: source.into() }),
    }
}

fn parse(text: &[u8], origin: &str) -> Result<(Kind, String), CredentialsError> {
    let unusable = |source: Box<dyn Error + Send + Sync>| CredentialsError::Unusable {
        origin: origin.to_owned(),
        source,
    };
    // The message of a parser may quote what it could not read, and this is a secret.
    let json: Value = serde_json::from_slice(text)
        .map_err(|error| unusable(format!("no JSON, at line {}", error.line()).into()))?;
    let text_of = |field: &str| json.get(field).and_then(Value::as_str);
    let whose = match text_of("type") {
        Some("authorized_user") => "the user".to_owned(),
        Some("service_account") => {
            format!("the service account {}", text_of("client_email").unwrap_or("without a name"))
        }
        Some("external_account") => "the external account".to_owned(),
        Some("impersonated_service_account") => "the impersonated service account".to_owned(),
        Some(other) => return Err(unusable(format!("unknown type `{other}`").into())),
        None => return Err(unusable("there is no `type` in it".into())),
    };
    let origin = format!("{whose} of {origin}");
    Ok((Kind::File(json), origin))
}

fn of_file(json: Value) -> Result<AccessTokenCredentials, google_cloud_auth::build_errors::Error> {
    match json.get("type").and_then(Value::as_str) {
        Some("authorized_user") => {
            user_account::Builder::new(json).build_access_token_credentials()
        }
        Some("external_account") => {
            external_account::Builder::new(json).build_access_token_credentials()
        }
        Some("impersonated_service_account") => {
            impersonated::Builder::new(json).build_access_token_credentials()
        }
        _ => service_account::Builder::new(json).build_access_token_credentials(),
    }
}

/// Whether somebody listens there. Outside Google's machines a packet to this address may simply
/// vanish, and the library would wait for minutes.
async fn answers(host: &str) -> bool {
    let address = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    let connection = tokio::net::TcpStream::connect(address);
    matches!(tokio::time::timeout(METADATA_PATIENCE, connection).await, Ok(Ok(_)))
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Credentials").field(&self.origin()).finish()
    }
}

#[async_trait]
impl CredentialProvider for Credentials {
    type Credential = GcpCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<GcpCredential>> {
        match self.token().await {
            Ok(token) => Ok(Arc::new(GcpCredential { bearer: token.to_string() })),
            Err(error) => {
                Err(object_store::Error::Generic { store: "GCS", source: Box::new(error) })
            }
        }
    }
}
