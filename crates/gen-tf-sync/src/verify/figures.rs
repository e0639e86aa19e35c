//! Compares `metrics.json` with what the evidence shows. Which figures are good is no matter here.

use std::{fs, io};

use camino::Utf8Path;
use gen_tf_core::{
    metrics::{FORMAT, Metrics},
    outcome::Outcome,
};
use serde_json::Value;

use crate::metrics::{METRICS, compute};

const WAY_OUT: &str = "`gen-tf-sync metrics --again` computes it anew";

/// What the evidence shows, and how `metrics.json` differs from it.
pub fn compare(folder: &Utf8Path, outcome: &Outcome) -> (Metrics, Option<String>) {
    let computed = compute(folder, outcome);
    let complaint = stored_value(folder).and_then(|stored| {
        let computed = serde_json::to_value(&computed).map_err(|error| error.to_string())?;
        same(&stored, &computed)
    });
    (computed, complaint.err())
}

/// The metrics that are there, if they can be used.
pub fn stored(folder: &Utf8Path) -> Result<Metrics, String> {
    serde_json::from_value(stored_value(folder)?).map_err(|error| error.to_string())
}

fn stored_value(folder: &Utf8Path) -> Result<Value, String> {
    let text = match fs::read(folder.join(METRICS)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(format!("there is no {METRICS}: `gen-tf-sync metrics` computes it"));
        }
        Err(error) => return Err(format!("{METRICS} cannot be read: {error}")),
    };
    let stored: Value = serde_json::from_slice(&text)
        .map_err(|error| format!("{METRICS} cannot be used: {error}; {WAY_OUT}"))?;
    match stored.get("format") {
        Some(format) if *format == FORMAT => Ok(stored),
        Some(format) => Err(format!(
            "{METRICS} has format {format}, and this gen-tf-sync computes {FORMAT}; {WAY_OUT}"
        )),
        None => Err(format!("{METRICS} has no format; {WAY_OUT}")),
    }
}

fn same(stored: &Value, computed: &Value) -> Result<(), String> {
    let mut differences = Vec::new();
    compare_values(stored, computed, "", &mut differences);
    let Some(first) = differences.first() else { return Ok(()) };
    let more = match differences.len() - 1 {
        0 => String::new(),
        more => format!(" ({more} more)"),
    };
    Err(format!("{first}{more}; {WAY_OUT}"))
}

fn compare_values(stored: &Value, computed: &Value, place: &str, differences: &mut Vec<String>) {
    match (stored, computed) {
        (Value::Object(one), Value::Object(other)) => {
            let names = one.keys().chain(other.keys().filter(|name| !one.contains_key(*name)));
            for name in names {
                let member = |object: &serde_json::Map<String, Value>| {
                    object.get(name).cloned().unwrap_or(Value::Null)
                };
                let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
                compare_values(&member(one), &member(other), &place, differences);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (number, (one, other)) in one.iter().zip(other).enumerate() {
                compare_values(one, other, &format!("{place}[{number}]"), differences);
            }
        }
        _ if stored == computed => {}
        _ => differences.push(format!(
            "`{place}` is {} in {METRICS}, and {} by the evidence",
            short(stored),
            short(computed)
        )),
    }
}

/// A value in a few words.
fn short(value: &Value) -> String {
    match value {
        Value::Array(elements) => format!("a list of {}", elements.len()),
        Value::Object(_) => "an object".to_owned(),
        other => other.to_string(),
    }
}
