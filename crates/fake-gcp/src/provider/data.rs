//! The data sources.
//! Each is one or two GETs and their answer, by the schema's names.

use super::config::Config;
use super::diagnostic::Diagnostic;
use super::value::Value;

/// Reads a data source.
pub async fn read(_: &Config, kind: &str, _: &Value) -> Result<Value, Diagnostic> {
    Err(Diagnostic::error(format!("{kind} cannot be read by this provider"), ""))
}
