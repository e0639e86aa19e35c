//! The schema of hashicorp/google 7.45.0, cut down to what fake-gcp knows (data/schema.json).
//! What a schema can't say, such as which change replaces, is in `behaviour`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::Value as Json;

use super::value::{Object, Value};

/// The schemas of everything that the provider offers.
#[derive(Debug, Deserialize)]
pub struct Schemas {
    /// The provider's own configuration.
    pub provider: Schema,
    /// By the name of the resource type.
    pub resources: BTreeMap<String, Schema>,
    /// By the name of the data source.
    pub data_sources: BTreeMap<String, Schema>,
}

/// A schema and its version.
#[derive(Debug, Deserialize)]
pub struct Schema {
    /// Counts incompatible changes of the state.
    pub version: i64,
    /// What a block of it may hold.
    pub block: Block,
}

/// What a block may hold.
#[derive(Debug, Default, Deserialize)]
pub struct Block {
    /// By name.
    #[serde(default)]
    pub attributes: BTreeMap<String, Attribute>,
    /// Nested blocks by name.
    #[serde(default)]
    pub block_types: BTreeMap<String, Nested>,
}

/// An argument or a computed value.
#[derive(Debug, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the format's own flags")]
pub struct Attribute {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Type,
    /// Must be set.
    #[serde(default)]
    pub required: bool,
    /// May be set.
    #[serde(default)]
    pub optional: bool,
    /// The provider may fill it in.
    #[serde(default)]
    pub computed: bool,
    /// Hidden from output.
    #[serde(default)]
    pub sensitive: bool,
    /// Never in a plan or state.
    #[serde(default)]
    pub write_only: bool,
    /// Warned about.
    #[serde(default)]
    pub deprecated: bool,
}

/// A kind of nested block.
#[derive(Debug, Deserialize)]
pub struct Nested {
    /// What it may hold.
    pub block: Block,
    /// How its blocks are put together.
    pub nesting_mode: Nesting,
    /// How many there must be.
    #[serde(default)]
    pub min_items: i64,
    /// How many there may be; 0 for any number.
    #[serde(default)]
    pub max_items: i64,
}

/// How nested blocks of one kind are put together.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Nesting {
    /// At most one, without brackets.
    Single,
    /// In order.
    List,
    /// Without order.
    Set,
}

/// A type of Terraform's.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(try_from = "Json")]
pub enum Type {
    /// A string.
    String,
    /// A number.
    Number,
    /// A truth value.
    Bool,
    /// In order.
    List(Box<Type>),
    /// Without order.
    Set(Box<Type>),
    /// By name.
    Map(Box<Type>),
    /// Attributes by name.
    Object(BTreeMap<String, Type>),
}

/// Everything that is offered.
pub fn schemas() -> &'static Schemas {
    static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../data/schema.json")).expect("tested with the crate")
    });
    &SCHEMAS
}

impl TryFrom<Json> for Type {
    type Error = anyhow::Error;

    fn try_from(json: Json) -> anyhow::Result<Self> {
        let array = match &json {
            Json::String(name) => {
                return match name.as_str() {
                    "string" => Ok(Self::String),
                    "number" => Ok(Self::Number),
                    "bool" => Ok(Self::Bool),
                    _ => bail!("{name} is no type"),
                };
            }
            other => other.as_array().context("a type is a name or a pair")?,
        };
        let [Json::String(name), of] = array.as_slice() else { bail!("{json} is no type") };
        Ok(match name.as_str() {
            "list" => Self::List(Box::new(of.clone().try_into()?)),
            "set" => Self::Set(Box::new(of.clone().try_into()?)),
            "map" => Self::Map(Box::new(of.clone().try_into()?)),
            "object" => {
                let fields = of.as_object().context("an object has fields")?;
                let field = |(k, v): (&String, &Json)| Ok((k.clone(), v.clone().try_into()?));
                Self::Object(fields.iter().map(field).collect::<anyhow::Result<_>>()?)
            }
            _ => bail!("{name} is no type"),
        })
    }
}

impl Type {
    /// As the wire and the schema file write it.
    pub fn to_json(&self) -> Json {
        match self {
            Self::String => "string".into(),
            Self::Number => "number".into(),
            Self::Bool => "bool".into(),
            Self::List(of) => serde_json::json!(["list", of.to_json()]),
            Self::Set(of) => serde_json::json!(["set", of.to_json()]),
            Self::Map(of) => serde_json::json!(["map", of.to_json()]),
            Self::Object(fields) => {
                let fields: serde_json::Map<_, _> =
                    fields.iter().map(|(k, v)| (k.clone(), v.to_json())).collect();
                serde_json::json!(["object", fields])
            }
        }
    }
}

impl Block {
    /// An object of this block with nothing set.
    pub fn empty(&self) -> Object {
        let attributes = self.attributes.keys().map(|name| (name.clone(), Value::Null));
        let blocks = self.block_types.iter().map(|(name, nested)| {
            let none = match nested.nesting_mode {
                Nesting::Single => Value::Null,
                Nesting::List | Nesting::Set => Value::List(Vec::new()),
            };
            (name.clone(), none)
        });
        attributes.chain(blocks).collect()
    }

    /// Gives a value exactly the attributes of this block: what is missing is null, the rest goes.
    pub fn complete(&self, value: &Value) -> Value {
        let Value::Map(map) = value else { return value.clone() };
        let mut object = self.empty();
        for (name, slot) in &mut object {
            let Some(given) = map.get(name) else { continue };
            match (self.block_types.get(name), given) {
                (Some(nested), Value::List(list)) => {
                    *slot = Value::List(list.iter().map(|v| nested.block.complete(v)).collect());
                }
                (Some(nested), Value::Map(_)) => *slot = nested.block.complete(given),
                (Some(_), Value::Null) => {}
                _ => *slot = given.clone(),
            }
        }
        Value::Map(object)
    }

    /// Whether there is an attribute or nested block at a dotted path.
    #[cfg(test)]
    pub fn has(&self, path: &str) -> bool {
        match path.split_once('.') {
            None => self.attributes.contains_key(path) || self.block_types.contains_key(path),
            Some((first, rest)) => {
                self.block_types.get(first).is_some_and(|nested| nested.block.has(rest))
            }
        }
    }
}
