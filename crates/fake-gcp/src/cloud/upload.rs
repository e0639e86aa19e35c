//! Uploads that take several requests: resumable ones of the JSON API and those in parts of the XML API.
//! What is complete becomes an object of a bucket; who may upload is checked by the callers.

use super::{
    blob::{Blob, BlobWriter},
    object::Preconditions,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::Mutex;

/// Uploads by their ids.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Uploads {
    last: u64,
    resumable: BTreeMap<String, Resumable>,
    parts: BTreeMap<String, InParts>,
}

/// An upload in one stream that may break off and go on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Resumable {
    /// What it becomes.
    pub target: Target,
    /// What was announced of it: attributes and checksums.
    pub announced: Map<String, Value>,
    /// What must be so at its end.
    pub preconditions: Preconditions,
    /// Number of the file that the bytes are in.
    pub file: u64,
    /// Bytes so far; nothing once it has ended.
    #[serde(skip)]
    pub bytes: Arc<Mutex<Option<BlobWriter>>>,
}

/// Where an upload goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Name of the bucket.
    pub bucket: String,
    /// Name of the object.
    pub object: String,
}

/// An upload in numbered parts.
#[derive(Debug, Serialize, Deserialize)]
pub struct InParts {
    /// What it becomes.
    pub target: Target,
    /// Attributes of the object.
    pub attributes: Map<String, Value>,
    /// Parts by number.
    pub parts: BTreeMap<u64, Arc<Blob>>,
}

impl Uploads {
    fn id(&mut self) -> String {
        self.last += 1;
        format!("upload-{:08}", self.last)
    }

    /// Notes a resumable upload and returns its id.
    pub fn begin(&mut self, upload: Resumable) -> String {
        let id = self.id();
        self.resumable.insert(id.clone(), upload);
        id
    }

    /// A resumable upload.
    #[must_use]
    pub fn resumable(&self, id: &str) -> Option<Resumable> {
        self.resumable.get(id).cloned()
    }

    /// All resumable uploads, to change them.
    pub fn resumables_mut(&mut self) -> impl Iterator<Item = &mut Resumable> {
        self.resumable.values_mut()
    }

    /// All parts, to change them.
    pub fn parts_mut(&mut self) -> impl Iterator<Item = &mut Arc<Blob>> {
        self.parts.values_mut().flat_map(|upload| upload.parts.values_mut())
    }

    /// Forgets a resumable upload.
    pub fn end(&mut self, id: &str) {
        self.resumable.remove(id);
    }

    /// Notes an upload in parts and returns its id.
    pub fn begin_parts(&mut self, target: Target, attributes: Map<String, Value>) -> String {
        let id = self.id();
        let upload = InParts { target, attributes, parts: BTreeMap::new() };
        self.parts.insert(id.clone(), upload);
        id
    }

    /// An upload in parts of this object.
    pub fn in_parts(&mut self, id: &str, target: &Target) -> Option<&mut InParts> {
        self.parts.get_mut(id).filter(|upload| upload.target == *target)
    }

    /// Takes an upload in parts out, to finish or to forget it.
    pub fn take_parts(&mut self, id: &str, target: &Target) -> Option<InParts> {
        self.in_parts(id, target)?;
        self.parts.remove(id)
    }
}
