//! Copies an object from another bucket into a store's bucket, inside Google's network, once its
//! bytes are known to be the announced ones.

use serde_json::{Value, json};

use super::{Google, GoogleError, MADE_BY, Method, Request, Service, segment};
use crate::PutOnce;

/// An object of a bucket, at one version.
pub(crate) struct Source<'a> {
    pub bucket: &'a str,
    pub name: &'a str,
    pub generation: &'a str,
}

/// Where it goes.
pub(crate) struct Target<'a> {
    pub bucket: &'a str,
    pub name: &'a str,
    /// What no other put has: it tells an object of ours from a stranger's.
    pub unique: &'a str,
}

impl Source<'_> {
    /// `gs://<bucket>/<name>` as its two parts.
    pub fn parse(location: &str) -> Option<(&str, &str)> {
        let (bucket, name) = location.strip_prefix("gs://")?.split_once('/')?;
        (!bucket.is_empty() && !name.is_empty()).then_some((bucket, name))
    }

    /// Copies it, unless there is an object of the target's name.
    ///
    /// A large object between locations takes several calls, each going on where the last ended.
    pub async fn copy_once(
        &self,
        google: &Google,
        target: &Target<'_>,
    ) -> Result<PutOnce, GoogleError> {
        let path = format!(
            "b/{}/o/{}/rewriteTo/b/{}/o/{}",
            segment(self.bucket),
            segment(self.name),
            segment(target.bucket),
            segment(target.name),
        );
        let object = json!({
            "contentType": "application/octet-stream",
            "metadata": { MADE_BY: target.unique },
        });
        let mut token: Option<String> = None;
        loop {
            let mut request =
                Request::new(Method::POST, google.endpoints().url(Service::Storage, &path));
            request.query(&[("ifGenerationMatch", "0"), ("sourceGeneration", self.generation)]);
            if let Some(token) = &token {
                request.query(&[("rewriteToken", token)]);
            }
            request.json(&object).repeatable();
            let answer = google.send(&request).await?;
            if answer.status == 412 {
                let bucket = google.bucket(target.bucket);
                return bucket.whose(target.name, target.unique).await;
            }
            let answer = answer.json(&request)?;
            if answer.get("done").and_then(Value::as_bool) == Some(true) {
                return Ok(PutOnce::Written);
            }
            token = answer.get("rewriteToken").and_then(Value::as_str).map(str::to_owned);
            if token.is_none() {
                let missing = "rewriteToken";
                return Err(GoogleError::Incomplete { request: request.name(), missing });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_a_bucket_and_a_name() {
        assert_eq!(Source::parse("gs://b/a/x.gguf"), Some(("b", "a/x.gguf")));
        for no in ["gs://b", "gs://b/", "gs:///x", "s3://b/x", "/a/b", ""] {
            assert_eq!(Source::parse(no), None, "{no}");
        }
    }
}
