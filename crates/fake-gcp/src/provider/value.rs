//! Terraform's values and their two encodings, MessagePack on the wire and JSON in a state file.
//! It knows nothing of types: an object and a map look alike, and so do a list and a set.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use serde_json::Value as Json;

/// An object's attributes, or a map's elements.
pub type Object = BTreeMap<String, Value>;

/// A value of Terraform's type system.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// "(known after apply)".
    Unknown,
    /// Not set.
    #[default]
    Null,
    /// true or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A string.
    Text(String),
    /// A list, set or tuple.
    List(Vec<Value>),
    /// An object or a map.
    Map(Object),
}

impl Value {
    /// A string.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The string, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The attributes or elements, if it has some by name.
    pub fn as_map(&self) -> Option<&Object> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }

    /// The elements of a list or set, if it is one.
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// Whether nothing is set.
    pub fn is_null(&self) -> bool {
        *self == Self::Null
    }

    /// What the provider's old SDK can't tell from "not set": "", 0, false, an empty collection.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::Null => true,
            Self::Bool(value) => !value,
            Self::Int(value) => *value == 0,
            Self::Float(value) => *value == 0.0,
            Self::Text(value) => value.is_empty(),
            Self::List(value) => value.is_empty(),
            Self::Map(value) => value.is_empty(),
        }
    }

    /// Whether no part is unknown.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::List(list) => list.iter().all(Self::is_known),
            Self::Map(map) => map.values().all(Self::is_known),
            _ => true,
        }
    }

    /// The value at a path of attribute names; a list is entered by its first element.
    pub fn at(&self, path: &str) -> &Value {
        path.split('.').fold(self, |value, name| {
            let value = if let Self::List(list) = value { list.first() } else { Some(value) };
            value.and_then(Self::as_map).and_then(|map| map.get(name)).unwrap_or(&Self::Null)
        })
    }

    /// The string at a path, or "" where there is none.
    pub fn text_at(&self, path: &str) -> &str {
        self.at(path).as_text().unwrap_or_default()
    }

    /// Whether the value at a path is true.
    pub fn flag_at(&self, path: &str) -> bool {
        *self.at(path) == Self::Bool(true)
    }

    /// Sets an attribute of an object.
    pub fn set(&mut self, name: &str, value: Value) {
        if let Self::Map(map) = self {
            map.insert(name.to_owned(), value);
        }
    }

    /// From JSON; a number keeps its kind.
    pub fn from_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => {
                let float = || Self::number(number.as_f64().unwrap_or_default());
                number.as_i64().map_or_else(float, Self::Int)
            }
            Json::String(text) => Self::text(text),
            Json::Array(list) => Self::List(list.iter().map(Self::from_json).collect()),
            Json::Object(map) => {
                Self::Map(map.iter().map(|(k, v)| (k.clone(), Self::from_json(v))).collect())
            }
        }
    }

    /// To JSON; what is unknown becomes null.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Unknown | Self::Null => Json::Null,
            Self::Bool(value) => Json::from(*value),
            Self::Int(value) => Json::from(*value),
            Self::Float(value) => Json::from(*value),
            Self::Text(value) => Json::from(value.as_str()),
            Self::List(list) => list.iter().map(Self::to_json).collect(),
            Self::Map(map) => map.iter().map(|(k, v)| (k.clone(), v.to_json())).collect(),
        }
    }

    /// From the wire.
    pub fn decode(mut bytes: &[u8]) -> anyhow::Result<Self> {
        let value =
            rmpv::decode::read_value(&mut bytes).context("decode a value of Terraform's")?;
        Self::from_wire(value)
    }

    /// To the wire.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        rmpv::encode::write_value(&mut bytes, &self.to_wire()).expect("a Vec takes every byte");
        bytes
    }

    fn from_wire(value: rmpv::Value) -> anyhow::Result<Self> {
        Ok(match value {
            rmpv::Value::Nil => Self::Null,
            rmpv::Value::Boolean(value) => Self::Bool(value),
            rmpv::Value::Integer(number) => {
                let float = || Self::Float(number.as_f64().unwrap_or_default());
                number.as_i64().map_or_else(float, Self::Int)
            }
            rmpv::Value::F32(value) => Self::number(value.into()),
            rmpv::Value::F64(value) => Self::number(value),
            rmpv::Value::String(text) => {
                Self::Text(text.into_str().context("a string is not UTF-8")?)
            }
            rmpv::Value::Array(list) => {
                Self::List(list.into_iter().map(Self::from_wire).collect::<anyhow::Result<_>>()?)
            }
            rmpv::Value::Map(pairs) => {
                let pair = |(key, value): (rmpv::Value, rmpv::Value)| {
                    let key = key.as_str().context("a key is no string")?.to_owned();
                    Ok((key, Self::from_wire(value)?))
                };
                Self::Map(pairs.into_iter().map(pair).collect::<anyhow::Result<_>>()?)
            }
            // Every extension stands for an unknown value, some with hints about it.
            rmpv::Value::Ext(..) => Self::Unknown,
            rmpv::Value::Binary(_) => bail!("a value of Terraform's is never binary"),
        })
    }

    fn to_wire(&self) -> rmpv::Value {
        match self {
            Self::Unknown => rmpv::Value::Ext(0, vec![0]),
            Self::Null => rmpv::Value::Nil,
            Self::Bool(value) => (*value).into(),
            Self::Int(value) => (*value).into(),
            Self::Float(value) => (*value).into(),
            Self::Text(value) => value.as_str().into(),
            Self::List(list) => rmpv::Value::Array(list.iter().map(Self::to_wire).collect()),
            Self::Map(map) => {
                let pairs = map.iter().map(|(k, v)| (k.as_str().into(), v.to_wire()));
                rmpv::Value::Map(pairs.collect())
            }
        }
    }

    /// 3.0 and 3 are one number to Terraform.
    #[expect(clippy::cast_possible_truncation, reason = "only whole numbers that fit are cast")]
    fn number(value: f64) -> Self {
        if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
            Self::Int(value as i64)
        } else {
            Self::Float(value)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Value;

    #[test]
    fn a_value_survives_the_wire() {
        let mut value = Value::from_json(&json!({
            "text": "a", "int": -3, "float": 0.5, "flag": true, "none": null, "list": [1, "x"], "map": {}
        }));
        value.set("later", Value::Unknown);
        assert_eq!(Value::decode(&value.encode()).unwrap(), value);
    }

    #[test]
    fn a_whole_float_is_the_same_number_as_an_integer() {
        assert_eq!(Value::from_json(&json!(3.0)), Value::from_json(&json!(3)));
    }

    #[test]
    fn an_unknown_value_with_hints_is_unknown() {
        assert_eq!(Value::decode(&[0xc7, 3, 12, 0x81, 1, 0xc2]).unwrap(), Value::Unknown);
    }

    #[test]
    fn a_path_goes_through_the_first_element_of_a_list() {
        let value = Value::from_json(&json!({"disk": [{"size": 3}]}));
        assert_eq!(*value.at("disk.size"), Value::Int(3));
        assert_eq!(*value.at("disk.type"), Value::Null);
    }
}
