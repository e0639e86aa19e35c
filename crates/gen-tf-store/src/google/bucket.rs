//! A bucket as a whole: whether it is there, what it holds, and its end. Single objects are the
//! store's.

use std::collections::BTreeMap;

use futures::{TryStreamExt, stream};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{Google, GoogleError, MADE_BY, Method, Request, Service, segment};
use crate::PutOnce;

/// How many objects are removed at once.
const AT_ONCE: usize = 16;

/// A bucket by its name; it may or may not exist.
#[derive(Clone)]
pub struct Bucket {
    google: Google,
    name: String,
}

/// What a bucket tells about itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BucketFacts {
    /// Its name.
    pub name: String,
    /// Number (not the id) of the project that owns it.
    #[serde(default)]
    pub project_number: String,
    /// Where it is, in capital letters, such as `US-CENTRAL1`.
    #[serde(default)]
    pub location: String,
    /// Its labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    items: Vec<Version>,
    #[serde(default)]
    prefixes: Vec<String>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
struct Version {
    name: String,
    generation: String,
}

impl Bucket {
    pub(crate) fn new(google: Google, name: &str) -> Self {
        Self { google, name: name.to_owned() }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it tells about itself, or nothing where no bucket in the world has this name.
    ///
    /// A refusal with status 403 means that the name is taken by somebody else, or that the account
    /// may not look (`storage.buckets.get`).
    pub fn facts(&self) -> Result<Option<BucketFacts>, GoogleError> {
        let request = self.request(Method::GET, "");
        self.google.runtime.block_on(async {
            let answer = self.google.send(&request).await?;
            if answer.status == 404 {
                return Ok(None);
            }
            from_json(&request, answer.json(&request)?).map(Some)
        })
    }

    /// Whether it exists.
    pub fn exists(&self) -> Result<bool, GoogleError> {
        Ok(self.facts()?.is_some())
    }

    /// The folders at its top, sorted, without a slash: a study has one of them for itself.
    pub fn folders(&self) -> Result<Vec<String>, GoogleError> {
        self.google.runtime.block_on(async {
            let mut folders = Vec::new();
            let mut token = None;
            loop {
                let query = [("delimiter", "/"), ("fields", "prefixes,nextPageToken")];
                let page = self.page(&query, token.as_deref()).await?;
                let names = page.prefixes.iter().map(|prefix| prefix.trim_end_matches('/'));
                folders.extend(names.map(str::to_owned));
                token = page.next_page_token;
                if token.is_none() {
                    folders.sort();
                    return Ok(folders);
                }
            }
        })
    }

    /// Removes every object below the folder `folder`, with all its versions, for ever, and returns
    /// how many there were. `tell` hears the number so far. An empty folder is the whole bucket.
    pub fn remove_objects(
        &self,
        folder: &str,
        tell: &(dyn Fn(u64) + Sync),
    ) -> Result<u64, GoogleError> {
        let folder = folder.trim_end_matches('/');
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        self.google.runtime.block_on(async {
            let mut removed = 0;
            loop {
                // From the start each time: what was listed before is gone.
                let fields = ("fields", "items(name,generation),nextPageToken");
                let query = [("versions", "true"), ("prefix", &prefix), fields];
                let page = self.page(&query, None).await?;
                if page.items.is_empty() {
                    return Ok(removed);
                }
                removed += page.items.len() as u64;
                stream::iter(page.items.iter().map(Ok))
                    .try_for_each_concurrent(AT_ONCE, |version| self.remove_version(version))
                    .await?;
                tell(removed);
            }
        })
    }

    /// Removes the bucket, which has to be empty; it may be gone already.
    pub fn remove(&self) -> Result<(), GoogleError> {
        let request = self.request(Method::DELETE, "");
        self.google.runtime.block_on(self.remove_by(&request))
    }

    /// Removes the bucket with everything in it and returns how many objects that were.
    pub fn remove_with_everything(&self, tell: &(dyn Fn(u64) + Sync)) -> Result<u64, GoogleError> {
        let removed = self.remove_objects("", tell)?;
        self.remove()?;
        Ok(removed)
    }

    /// The clock of Cloud Storage, in whole seconds. Listing is the only right that it needs.
    pub(crate) fn now(&self, folder: &str) -> Result<Timestamp, GoogleError> {
        let mut request = self.request(Method::GET, "/o");
        request.query(&[("maxResults", "1"), ("prefix", folder), ("fields", "kind")]);
        self.google.runtime.block_on(async {
            let answer = self.google.send(&request).await?;
            let incomplete = GoogleError::Incomplete { request: request.name(), missing: "date" };
            // Any answer tells the time, a refusal too; but then the caller has another problem.
            answer.json(&request)?;
            answer.date().ok_or(incomplete)
        })
    }

    /// Whose an object is that was in the way of a put of ours: an answer may have been lost.
    pub(crate) async fn whose(&self, name: &str, unique: &str) -> Result<PutOnce, GoogleError> {
        let mut request = self.request(Method::GET, &format!("/o/{}", segment(name)));
        request.query(&[("fields", "metadata")]);
        let answer = self.google.send(&request).await?.json(&request)?;
        let made_by = answer.get("metadata").and_then(|metadata| metadata.get(MADE_BY));
        let is_ours = made_by.and_then(Value::as_str) == Some(unique);
        Ok(if is_ours { PutOnce::Written } else { PutOnce::Taken })
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> Request {
        let path = format!("b/{}{path}", segment(&self.name));
        Request::new(method, self.google.endpoints().url(Service::Storage, &path))
    }

    async fn page(&self, query: &[(&str, &str)], token: Option<&str>) -> Result<Page, GoogleError> {
        let mut request = self.request(Method::GET, "/o");
        request.query(query);
        if let Some(token) = token {
            request.query(&[("pageToken", token)]);
        }
        let answer = self.google.send(&request).await?;
        from_json(&request, answer.json(&request)?)
    }

    async fn remove_version(&self, version: &Version) -> Result<(), GoogleError> {
        let path = format!("/o/{}", segment(&version.name));
        let mut request = self.request(Method::DELETE, &path);
        request.query(&[("generation", &version.generation)]);
        self.remove_by(&request).await
    }

    async fn remove_by(&self, request: &Request) -> Result<(), GoogleError> {
        let answer = self.google.send(request).await?;
        if answer.status == 404 {
            return Ok(());
        }
        answer.json(request).map(drop)
    }
}

fn from_json<T: for<'a> Deserialize<'a>>(
    request: &Request,
    value: Value,
) -> Result<T, GoogleError> {
    serde_json::from_value(value)
        .map_err(|source| GoogleError::Json { request: request.name(), source })
}
