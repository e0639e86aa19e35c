//! Objects: their versions, what is known of each, and the preconditions that a request may name.
//! Rights are checked by the callers; the bytes are [`super::blob`]'s.

use super::{
    blob::Blob,
    clock,
    error::{ApiError, Result},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// One version of an object.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Object {
    /// Its name, with slashes.
    pub name: String,
    /// Which version.
    pub generation: u64,
    /// Which version of what is said about it.
    pub metageneration: u64,
    /// Its bytes.
    pub blob: Arc<Blob>,
    /// What the uploader said: contentType, metadata, cacheControl and so on.
    pub attributes: Map<String, Value>,
    /// When it was written.
    pub created: Timestamp,
    /// When it or its attributes were last changed.
    pub updated: Timestamp,
    /// Number of parts, if it came in parts.
    pub parts: Option<u64>,
}

/// Attributes that an uploader may set.
const ATTRIBUTES: &[&str] = &[
    "cacheControl",
    "contentDisposition",
    "contentEncoding",
    "contentLanguage",
    "contentType",
    "customTime",
    "eventBasedHold",
    "metadata",
    "storageClass",
    "temporaryHold",
];

impl Object {
    /// As the JSON API shows it.
    #[must_use]
    pub fn to_json(&self, base: &str, bucket: &str, deleted: Option<Timestamp>) -> Value {
        let encoded = encode(&self.name);
        let link = format!("{base}/storage/v1/b/{bucket}/o/{encoded}");
        let generation = self.generation.to_string();
        let mut json = json!({
            "kind": "storage#object",
            "id": format!("{bucket}/{}/{generation}", self.name),
            "selfLink": link,
            "mediaLink": format!(
                "{base}/download/storage/v1/b/{bucket}/o/{encoded}?generation={generation}&alt=media"
            ),
            "name": self.name,
            "bucket": bucket,
            "generation": generation,
            "metageneration": self.metageneration.to_string(),
            "contentType": "application/octet-stream",
            "storageClass": "STANDARD",
            "size": self.blob.size.to_string(),
            "crc32c": self.blob.crc32c_base64(),
            "etag": self.etag(),
            "timeCreated": clock::rfc3339(self.created),
            "updated": clock::rfc3339(self.updated),
            "timeStorageClassUpdated": clock::rfc3339(self.created),
            "timeFinalized": clock::rfc3339(self.created),
        });
        for (key, value) in &self.attributes {
            json[key] = value.clone();
        }
        if let Some(md5) = self.blob.md5_base64() {
            json["md5Hash"] = md5.into();
        }
        if let Some(parts) = self.parts {
            json["componentCount"] = parts.into();
        }
        if let Some(deleted) = deleted {
            json["timeDeleted"] = clock::rfc3339(deleted).into();
        }
        json
    }

    /// The JSON API's tag, which changes with bytes and attributes.
    #[must_use]
    pub fn etag(&self) -> String {
        use base64::{Engine, engine::general_purpose::STANDARD};
        let mut bytes = self.generation.to_be_bytes().to_vec();
        bytes.push(u8::try_from(self.metageneration % 251).unwrap_or_default());
        STANDARD.encode(bytes)
    }

    /// The XML API's tag, quoted: the MD5 where there is one.
    #[must_use]
    pub fn xml_etag(&self) -> String {
        match (self.blob.md5, self.parts) {
            (Some(md5), None) => format!("\"{}\"", hex(&md5)),
            (_, parts) => format!("\"{:08x}-{}\"", self.blob.crc32c, parts.unwrap_or(1)),
        }
    }

    /// The type of its content.
    #[must_use]
    pub fn content_type(&self) -> &str {
        let given = self.attributes.get("contentType").and_then(Value::as_str);
        given.unwrap_or("application/octet-stream")
    }

    /// Changes attributes: `null` removes one; `metadata` is merged key by key.
    pub fn patch(&mut self, changes: &Map<String, Value>) {
        for (key, value) in attributes(changes) {
            match (self.attributes.get_mut(&key), value) {
                (_, Value::Null) => {
                    self.attributes.remove(&key);
                }
                (Some(Value::Object(old)), Value::Object(new)) if key == "metadata" => {
                    old.extend(new);
                    old.retain(|_, value| !value.is_null());
                }
                (_, value) => {
                    self.attributes.insert(key, value);
                }
            }
        }
        self.metageneration += 1;
        self.updated = clock::moment();
    }
}

/// What of a request's body are attributes of an object.
#[must_use]
pub fn attributes(body: &Map<String, Value>) -> Map<String, Value> {
    let known = |key: &String| ATTRIBUTES.contains(&key.as_str());
    body.iter().filter(|(key, _)| known(key)).map(|(k, v)| (k.clone(), v.clone())).collect()
}

/// Refuses bytes whose checksum is not the one that was announced.
pub fn verify(blob: &Blob, announced: &Map<String, Value>) -> Result<()> {
    let md5 = announced.get("md5Hash").and_then(Value::as_str);
    if let (Some(expected), Some(actual)) = (md5, blob.md5_base64())
        && expected != actual
    {
        let message = format!(
            "Provided MD5 hash \"{expected}\" doesn't match calculated MD5 hash \"{actual}\"."
        );
        return Err(ApiError::invalid(message));
    }
    let actual = blob.crc32c_base64();
    match announced.get("crc32c").and_then(Value::as_str) {
        Some(expected) if expected != actual => Err(ApiError::invalid(format!(
            "Provided CRC32C \"{expected}\" doesn't match calculated CRC32C \"{actual}\"."
        ))),
        _ => Ok(()),
    }
}

/// What must be so for a request to be carried out.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Preconditions {
    /// The generation must be this; 0 is "there is none".
    pub generation: Option<u64>,
    /// The generation must not be this.
    pub not_generation: Option<u64>,
    /// The metageneration must be this.
    pub metageneration: Option<u64>,
    /// The metageneration must not be this.
    pub not_metageneration: Option<u64>,
}

impl Preconditions {
    /// Compares with the live version, if there is one.
    pub fn check(&self, live: Option<&Object>) -> Result<()> {
        let generation = live.map_or(0, |object| object.generation);
        let metageneration = live.map_or(0, |object| object.metageneration);
        let holds = self.generation.is_none_or(|wanted| wanted == generation)
            && self.metageneration.is_none_or(|wanted| wanted == metageneration);
        if !holds {
            return Err(ApiError::condition_not_met());
        }
        let differs = self.not_generation.is_none_or(|unwanted| unwanted != generation)
            && self.not_metageneration.is_none_or(|unwanted| unwanted != metageneration);
        if differs { Ok(()) } else { Err(ApiError::new(304, "notModified", "Not Modified")) }
    }
}

/// A name as one segment of a path.
#[must_use]
pub fn encode(name: &str) -> String {
    percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Bytes as lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}
