//! Objects of a bucket: uploaded in one request, compared by their MD5.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hyper::Method;
use serde_json::Value as Json;

use super::{Found, Resource, Update, escape};
use crate::provider::diagnostic::Diagnostic;
use crate::provider::value::Value;

impl Resource<'_> {
    pub(super) async fn create_object(&self, planned: &Value) -> Found {
        self.upload_object(planned).await?;
        self.read_object(planned).await
    }

    pub(super) async fn read_object(&self, state: &Value) -> Found {
        let path = object_path(state);
        let body = self.client.find(&path).await;
        let Some(body) = body.map_err(|error| self.failed("reading", &error))? else {
            return Ok(None);
        };
        let mut found = self.translator().flatten(&body, state);
        let md5 = body["md5Hash"].as_str().unwrap_or_default();
        let hex = BASE64_STANDARD.decode(md5).unwrap_or_default();
        let hex: String = hex.iter().map(|byte| format!("{byte:02x}")).collect();
        found.set("md5hexhash", Value::text(hex));
        found.set("detect_md5hash", Value::text(md5));
        found.set("output_name", state.at("name").clone());
        found.set("id", Value::text(self.id(state)));
        Ok(Some(found))
    }

    pub(super) async fn update_object(&self, update: &Update<'_>) -> Result<(), Diagnostic> {
        let content = ["content", "detect_md5hash", "source_md5hash", "md5hash"];
        if content.iter().any(|name| update.has(name)) {
            return self.upload_object(update.planned).await;
        }
        let body = self.translator().expand(update.planned, Some(&update.names));
        if body.is_empty() {
            return Ok(());
        }
        let path = object_path(update.planned);
        let done = self.client.call(Method::PATCH, &path, Some(body.into())).await;
        done.map_err(|error| self.failed("updating", &error))?;
        Ok(())
    }

    async fn upload_object(&self, planned: &Value) -> Result<(), Diagnostic> {
        let content = match planned.at("source") {
            Value::Text(source) => {
                let file = self.session.caller().folder.join(source);
                std::fs::read(&file).map_err(|error| {
                    Diagnostic::error(
                        format!("Error opening {}", file.display()),
                        error.to_string(),
                    )
                })?
            }
            _ => planned.text_at("content").as_bytes().to_vec(),
        };
        let (bucket, name) = (planned.text_at("bucket"), planned.text_at("name"));
        let mut metadata = self.translator().expand(planned, None);
        metadata.insert("name".to_owned(), name.into());
        if !metadata.contains_key("contentType") && !planned.flag_at("force_empty_content_type") {
            metadata.insert("contentType".to_owned(), sniff(&content).into());
        }
        let query = format!("b/{bucket}/o?uploadType=multipart&name={}", escape(name));
        let done = self.client.upload(&query, &Json::Object(metadata), &content).await;
        done.map_err(|error| {
            Diagnostic::error(format!("Error uploading object {name}: {error}"), "")
        })?;
        Ok(())
    }

    pub(super) async fn delete_object(&self, state: &Value) -> Result<(), Diagnostic> {
        self.delete_or_gone(&object_path(state)).await
    }
}

fn object_path(state: &Value) -> String {
    format!("storage/b/{}/o/{}", state.text_at("bucket"), escape(state.text_at("name")))
}

/// Google's client looks at the content, as browsers do.
fn sniff(content: &[u8]) -> &'static str {
    if content.starts_with(&[0x1f, 0x8b, 0x08]) {
        "application/x-gzip"
    } else if std::str::from_utf8(content).is_ok() {
        "text/plain; charset=utf-8"
    } else {
        "application/octet-stream"
    }
}
