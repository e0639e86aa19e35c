//! The record of digests: which image a tag meant when it was looked up, once and for all.
//! A study's record lies beside it and is reviewed and committed, as a lock file is.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{check_digest, has_digest};
use crate::{
    harness::{Harness, SettingKind},
    matrix,
    study::{SettingValue, Study},
};

const FORMAT: u32 = 1;

const NOTE: &str = "Digests of container images, looked up once by gen-tf. Commit this file. \
                    Only an image whose line is deleted is looked up again.";

/// Digests by reference, as the study or its harness writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageRecord {
    /// Says what the file is; JSON has no comments.
    #[serde(default)]
    note: String,
    format: u32,
    images: BTreeMap<String, String>,
}

impl Default for ImageRecord {
    fn default() -> Self {
        Self { note: NOTE.to_owned(), format: FORMAT, images: BTreeMap::new() }
    }
}

/// Why a text is no record of digests.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It is no JSON of this shape.
    #[error("it is not as gen-tf writes it")]
    Shape(#[source] serde_json::Error),
    /// It is of another version of gen-tf.
    #[error("it has format {0}, and this gen-tf reads format {FORMAT}")]
    Format(u32),
    /// A digest has another form.
    #[error("the entry of `{image}` {message}")]
    Digest {
        /// The image.
        image: String,
        /// What is wrong with it.
        message: String,
    },
}

impl ImageRecord {
    /// Name of the file beside a study.
    #[must_use]
    pub fn file_name(study: &str) -> String {
        format!("{study}.images.json")
    }

    /// Reads a record.
    ///
    /// # Errors
    /// It is none, is of another version, or holds what is no digest.
    pub fn parse(text: &[u8]) -> Result<Self, RecordError> {
        let record: Self = serde_json::from_slice(text).map_err(RecordError::Shape)?;
        if record.format != FORMAT {
            return Err(RecordError::Format(record.format));
        }
        for (image, digest) in &record.images {
            check_digest(digest).map_err(|complaint| RecordError::Digest {
                image: image.clone(),
                message: complaint.message,
            })?;
        }
        Ok(record)
    }

    /// The record's text: sorted, so that the same digests are the same bytes.
    ///
    /// # Panics
    /// Never: strings and numbers are JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("strings and numbers are JSON");
        bytes.push(b'\n');
        bytes
    }

    /// Notes the digest of an image; one that is there already stays.
    pub fn note(&mut self, image: &str, digest: &str) {
        self.images.entry(image.to_owned()).or_insert_with(|| digest.to_owned());
    }

    /// The images that a study's cells use, that name no digest and have none here, sorted.
    #[must_use]
    pub fn missing(&self, study: &Study, harness: &Harness) -> BTreeSet<String> {
        let images = harness.settings.iter().filter(|(_, it)| it.kind == SettingKind::Image);
        let used = images
            .filter(|(_, it)| matrix::cells(study).any(|(service, tool)| it.matters(service, tool)))
            .filter_map(|(name, it)| study.settings.get(name).or(it.default.as_ref()));
        let open = used.filter_map(|value| match value {
            SettingValue::String(image) if !has_digest(image) => Some(image),
            _ => None,
        });
        open.filter(|image| !self.images.contains_key(*image)).cloned().collect()
    }

    /// The study with the digest of every image that this record has: `reference@digest`.
    #[must_use]
    pub fn applied_to(&self, study: &Study, harness: &Harness) -> Study {
        let mut study = study.clone();
        for (name, setting) in &harness.settings {
            let value = study.settings.get(name).or(setting.default.as_ref());
            let Some(SettingValue::String(image)) = value else { continue };
            let digest = self.images.get(image).filter(|_| setting.kind == SettingKind::Image);
            if let Some(digest) = digest.filter(|_| !has_digest(image)) {
                let exact = SettingValue::String(format!("{image}@{digest}"));
                study.settings.insert(name.clone(), exact);
            }
        }
        study
    }
}
