//! The provider's schema: the part of hashicorp/google 7.45.0 that fake-gcp carries, and the real one where its file
//! is at hand (`GEN_TF_GOOGLE_SCHEMA`: `terraform providers schema -json`).

use std::fs;

use serde_json::{Map, Value};

use crate::files::repository;

/// Schemas by type.
pub struct Schema {
    pub name: &'static str,
    pub resources: Map<String, Value>,
    pub data_sources: Map<String, Value>,
    pub provider: Value,
}

/// The schema that the offline twin speaks.
pub fn twin() -> Schema {
    let path = repository().join("crates/fake-gcp/data/schema.json");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let file: Value = serde_json::from_str(&text).unwrap();
    Schema {
        name: "the twin's schema",
        resources: file["resources"].as_object().unwrap().clone(),
        data_sources: file["data_sources"].as_object().unwrap().clone(),
        provider: file["provider"].clone(),
    }
}

/// The real schema, where a file has it.
pub fn real() -> Option<Schema> {
    let path = std::env::var_os("GEN_TF_GOOGLE_SCHEMA")?;
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let file: Value = serde_json::from_str(&text).unwrap();
    let provider = file["provider_schemas"].as_object().unwrap().values().next().unwrap().clone();
    Some(Schema {
        name: "the real schema",
        resources: provider["resource_schemas"].as_object().unwrap().clone(),
        data_sources: provider["data_source_schemas"].as_object().unwrap().clone(),
        provider: provider["provider"].clone(),
    })
}
