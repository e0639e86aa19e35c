//! Uploads that take several requests: resumable ones of the JSON API and those in parts of the XML API.
//! What is complete becomes an object of a bucket; who may upload is checked by the callers.

use super::{
    blob::{Blob, BlobWriter},
    object::Preconditions,
};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::Mutex;

/// Uploads by their ids.
#[derive(Debug, Default)]
pub struct Uploads {
    last: u64,
    resumable: BTreeMap<String, Resumable>,
    parts: BTreeMap<String, InParts>,
}

/// An upload in one stream that may break off and go on.
#[derive(Debug, Clone)]
pub struct Resumable {
    /// What it becomes.
    pub target: Target,
    /// What was announced of it: attributes and checksums.
    pub announced: Map<String, Value>,
    /// What must be so at its end.
    pub preconditions: Preconditions,
    /// Bytes so far; nothing once it has ended.
    pub bytes: Arc<Mutex<Option<BlobWriter>>>,
}

/// Where an upload goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Name of the bucket.
    pub bucket: String,
    /// Name of the object.
    pub object: String,
}

/// An upload in numbered parts.
#[derive(Debug)]
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
