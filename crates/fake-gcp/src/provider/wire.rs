//! The messages of Terraform's plugin protocol (made by build.rs) and what they are made from.

use super::diagnostic::Diagnostic;
use super::plan::Step;
use super::schema::{Attribute, Block, Nesting, Schema};
use super::value::Value;

/// The generated messages and service.
#[allow(dead_code, reason = "generated code, whose use the compiler does not see everywhere")]
#[expect(
    clippy::allow_attributes_without_reason,
    clippy::too_many_lines,
    reason = "generated code"
)]
pub mod tfplugin5 {
    tonic::include_proto!("tfplugin5");
}

use tfplugin5 as wire;

/// A value for the wire.
pub fn dynamic(value: &Value) -> wire::DynamicValue {
    wire::DynamicValue { msgpack: value.encode(), json: Vec::new() }
}

/// A value from the wire; one that is missing is null.
pub fn value(dynamic: Option<&wire::DynamicValue>) -> anyhow::Result<Value> {
    match dynamic {
        None => Ok(Value::Null),
        Some(value) if value.msgpack.is_empty() && value.json.is_empty() => Ok(Value::Null),
        Some(value) if value.msgpack.is_empty() => {
            Ok(Value::from_json(&serde_json::from_slice(&value.json)?))
        }
        Some(value) => Value::decode(&value.msgpack),
    }
}

/// Diagnostics for the wire.
pub fn diagnostics(found: Vec<Diagnostic>) -> Vec<wire::Diagnostic> {
    found.into_iter().map(diagnostic).collect()
}

fn diagnostic(found: Diagnostic) -> wire::Diagnostic {
    use wire::diagnostic::Severity;
    wire::Diagnostic {
        severity: Severity::Error.into(),
        attribute: (!found.steps.is_empty()).then(|| path(found.steps)),
        summary: found.summary,
        detail: found.detail,
    }
}

/// A path for the wire.
pub fn path(steps: Vec<Step>) -> wire::AttributePath {
    use wire::attribute_path::step::Selector;
    let step = |step| {
        let selector = match step {
            Step::Name(name) => Selector::AttributeName(name),
            Step::Index(index) => Selector::ElementKeyInt(index),
        };
        wire::attribute_path::Step { selector: Some(selector) }
    };
    wire::AttributePath { steps: steps.into_iter().map(step).collect() }
}

/// A schema for the wire.
pub fn schema(schema: &Schema) -> wire::Schema {
    wire::Schema { version: schema.version, block: Some(block(&schema.block, schema.version)) }
}

fn block(from: &Block, version: i64) -> wire::schema::Block {
    wire::schema::Block {
        version,
        attributes: from.attributes.iter().map(|(name, of)| attribute(name, of)).collect(),
        block_types: from
            .block_types
            .iter()
            .map(|(name, nested)| wire::schema::NestedBlock {
                type_name: name.clone(),
                block: Some(block(&nested.block, 0)),
                nesting: nesting(nested.nesting_mode).into(),
                min_items: nested.min_items,
                max_items: nested.max_items,
            })
            .collect(),
        ..Default::default()
    }
}

fn attribute(name: &str, from: &Attribute) -> wire::schema::Attribute {
    wire::schema::Attribute {
        name: name.to_owned(),
        r#type: from.kind.to_json().to_string().into_bytes(),
        required: from.required,
        optional: from.optional,
        computed: from.computed,
        sensitive: from.sensitive,
        deprecated: from.deprecated,
        write_only: from.write_only,
        ..Default::default()
    }
}

fn nesting(mode: Nesting) -> wire::schema::nested_block::NestingMode {
    use wire::schema::nested_block::NestingMode;
    match mode {
        Nesting::Single => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
    }
}
