//! What a store in a bucket does in its own way: it waits out lost connections and tokens that have
//! run out, tells its own object from a stranger's, and explains refusals.

use std::{future::Future, time::Duration};

use jiff::Timestamp;
use object_store::{
    Attribute, BackoffConfig, ClientOptions, ObjectStore, PutMode, PutOptions, PutPayload,
    RetryConfig,
    gcp::{GoogleCloudStorage, GoogleCloudStorageBuilder},
    path::Path,
};

use crate::{
    Action, Google, PutOnce, StoreError,
    google::{
        CredentialsError, GoogleError, MADE_BY, Patience, is_lost_connection, is_of_connection,
        is_passing,
    },
    upload,
};

/// How long a server may keep silent. There is no limit for a whole answer: objects are large.
const SILENCE: Duration = Duration::from_secs(60);
/// A download goes on after a broken connection for so long after its begin.
const DOWNLOAD: Duration = Duration::from_secs(6 * 3600);

/// The part of a bucket that is one store.
pub(crate) struct InBucket {
    pub google: Google,
    pub name: String,
    pub folder: Path,
}

/// The objects of a bucket.
pub(crate) fn objects(google: &Google, bucket: &str) -> object_store::Result<GoogleCloudStorage> {
    let options = ClientOptions::new()
        .with_allow_http(true)
        .with_timeout_disabled()
        .with_read_timeout(SILENCE)
        .with_content_type_for_suffix("json", "application/json")
        .with_content_type_for_suffix("txt", "text/plain; charset=utf-8");
    // Each wait is drawn between the first and three times the one before: half a minute in all, where
    // the library's own numbers may give up within a second.
    let backoff = BackoffConfig {
        init_backoff: Duration::from_millis(250),
        max_backoff: Duration::from_secs(15),
        base: 3.0,
    };
    let retry = RetryConfig { max_retries: 8, retry_timeout: DOWNLOAD, backoff };
    GoogleCloudStorageBuilder::new()
        .with_bucket_name(bucket)
        .with_base_url(&google.endpoints().storage_root())
        .with_credentials(std::sync::Arc::new(google.credentials.clone()))
        .with_client_options(options)
        .with_retry(retry)
        .build()
}

impl InBucket {
    /// The whole name of the object that has this key.
    pub fn name_of(&self, key: &Path) -> String {
        format!("{}/{key}", self.folder)
    }

    /// The clock of Cloud Storage.
    pub fn now(&self) -> Result<Timestamp, GoogleError> {
        self.google.bucket(&self.name).now(self.folder.as_ref())
    }

    /// Does something that has the same effect when it is done twice, until it is answered.
    pub async fn persist<T, F>(&self, operation: impl Fn() -> F) -> object_store::Result<T>
    where
        F: Future<Output = object_store::Result<T>>,
    {
        let mut patience = Patience::short();
        let mut may_renew = true;
        loop {
            match operation().await {
                Err(error)
                    if status(&error) == Some(401)
                        && may_renew
                        && self.google.credentials.renew() =>
                {
                    may_renew = false;
                }
                Err(error) if is_lost_connection(&error) && patience.wait().await => {}
                end => return end,
            }
        }
    }

    /// Puts an object once. An answer that was lost, or a failure after the work was done, leaves an
    /// object of our own there: its metadata tells it from a stranger's.
    pub async fn put_once(
        &self,
        objects: &dyn ObjectStore,
        path: &Path,
        payload: PutPayload,
        location: &str,
    ) -> Result<PutOnce, StoreError> {
        let unique = upload::unique();
        let mut options = PutOptions::from(PutMode::Create);
        options.attributes.insert(Attribute::Metadata(MADE_BY.into()), unique.clone().into());
        let put = || objects.put_opts(path, payload.clone(), options.clone());
        match self.persist(put).await {
            Ok(_) => return Ok(PutOnce::Written),
            Err(object_store::Error::AlreadyExists { .. }) => {}
            Err(error) => return Err(self.explain(Action::Write, path.as_ref(), location, error)),
        }
        let bucket = self.google.bucket(&self.name);
        bucket.whose(&self.name_of(path), &unique).await.map_err(|source| StoreError::Google {
            attempt: format!("learn who has put `{path}` into the store"),
            location: location.to_owned(),
            source: Box::new(source),
        })
    }

    /// The error for what object_store could not do.
    pub fn explain(
        &self,
        action: Action,
        key: &str,
        location: &str,
        error: object_store::Error,
    ) -> StoreError {
        let (key, location) = (key.to_owned(), location.to_owned());
        let error = match into_credentials_error(error) {
            Ok(source) => return StoreError::Credentials { action, key, location, source },
            Err(error) => error,
        };
        if is_missing_bucket(&error) {
            return StoreError::NoBucket { bucket: self.name.clone(), location };
        }
        let Some(status @ (401 | 403)) = status(&error) else {
            return StoreError::Access { action, key, location, source: Box::new(error) };
        };
        let message = message(&error.to_string());
        StoreError::Refused { action, key, location, status, message }
    }
}

/// Whether an error says that there is no such bucket, not only no such object.
pub(crate) fn is_missing_bucket(error: &object_store::Error) -> bool {
    let text = error.to_string();
    text.contains("NoSuchBucket") || text.contains("The specified bucket does not exist")
}

/// Whether the same question may be answered later. What is no answer at all is a connection's.
pub(crate) fn may_pass(error: &object_store::Error) -> bool {
    match status(error) {
        Some(status) => is_passing(status),
        None => is_of_connection(error),
    }
}

/// The HTTP status of a refusal. The library has no other place for that of a listing than its text.
fn status(error: &object_store::Error) -> Option<u16> {
    match error {
        object_store::Error::Unauthenticated { .. } => Some(401),
        object_store::Error::PermissionDenied { .. } => Some(403),
        error => {
            let text = error.to_string();
            let (_, status) = text.split_once("non-2xx status code: ")?;
            status.get(..3)?.parse().ok()
        }
    }
}

fn into_credentials_error(
    error: object_store::Error,
) -> Result<Box<CredentialsError>, object_store::Error> {
    match error {
        object_store::Error::Generic { store, source } => source
            .downcast::<CredentialsError>()
            .map_err(|source| object_store::Error::Generic { store, source }),
        error => Err(error),
    }
}

/// What the XML of a refusal says to people, out of a library's message around it.
fn message(text: &str) -> String {
    let element = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        let (inside, _) = rest.split_once(&format!("</{name}>"))?;
        Some(inside.to_owned())
    };
    match (element("Message"), element("Details")) {
        (Some(message), Some(details)) => format!("{message} {details}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Store, google::loopback::Loopback};

    #[test]
    fn a_token_that_the_store_refuses_is_replaced_once_an_operation() {
        let server = Loopback::start(|number, asked| {
            if asked.line == "POST /token" {
                let token = json!({ "access_token": format!("t{number}"), "token_type": "Bearer" });
                return (200, token.to_string());
            }
            let is_good = asked.headers.contains("bearer t2");
            if is_good { (404, String::new()) } else { (401, String::new()) }
        });
        let file = json!({
            "type": "authorized_user", "client_id": "i", "client_secret": "s",
            "refresh_token": "r", "token_uri": format!("{}/token", server.url),
        });
        let variable = |name: &str| match name {
            "GOOGLE_CREDENTIALS" => Some(file.to_string()),
            "GOOGLE_STORAGE_CUSTOM_ENDPOINT" => Some(format!("{}/storage/v1/", server.url)),
            _ => None,
        };
        let google = Google::connect_by(variable).unwrap();
        // What has taken t0 and was refused takes t2, which is good.
        let store = Store::open_with(&google, "gs://bucket/study").unwrap();
        assert_eq!(store.get("x").unwrap(), None);
        assert_eq!(server.asked().len(), 4);
        // The JSON API does the same, and a second refusal is an error.
        google.credentials.renew();
        let refused = google.bucket("bucket").facts().unwrap_err();
        assert_eq!((refused.status(), server.asked().len()), (Some(401), 8));
    }

    #[test]
    fn the_message_of_a_refusal_is_what_it_says_to_people() {
        let text = "Error performing GET: 403 Forbidden: <?xml version='1.0'?><Error>\
            <Code>AccessDenied</Code><Message>Access denied.</Message>\
            <Details>x does not have storage.objects.list access.</Details></Error>";
        assert_eq!(message(text), "Access denied. x does not have storage.objects.list access.");
        assert_eq!(message("something else"), "something else");
    }
}
