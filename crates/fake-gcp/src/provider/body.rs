//! Attributes to and from the JSON of the REST interface, by the names of the table.
//! What is `local` in the table is neither sent nor read here.

use serde_json::{Map, Value as Json};

use super::behaviour::Behaviour;
use super::plan::join;
use super::schema::{Attribute, Block, Nested, Nesting, Type};
use super::spelling::{basename, same, same_set};
use super::value::{Object, Value};

/// Translates for one resource type.
#[derive(Clone, Copy)]
pub struct Translator<'a> {
    /// The resource's block.
    pub block: &'a Block,
    /// The resource's table.
    pub behaviour: &'a Behaviour,
}

impl Translator<'_> {
    /// The body that makes the given state. `only` limits it to changed top-level names, whose null is sent.
    pub fn expand(&self, state: &Value, only: Option<&[String]>) -> Map<String, Json> {
        let none = Object::new();
        self.expand_object(self.block, "", state, state.as_map().unwrap_or(&none), only)
    }

    fn expand_object(
        &self,
        block: &Block,
        at: &str,
        whole: &Value,
        object: &Object,
        only: Option<&[String]>,
    ) -> Map<String, Json> {
        let mut body = Map::new();
        for (name, value) in object {
            let path = join(at, name);
            let wanted = only.is_none_or(|only| only.contains(name));
            if !wanted || self.behaviour.is_local(&path) || *value == Value::Unknown {
                continue;
            }
            let json = match (block.attributes.get(name), block.block_types.get(name)) {
                (Some(attribute), _) if is_sent(name, attribute) => {
                    self.expand_value(&path, whole, value)
                }
                (_, Some(nested)) => self.expand_blocks(nested, &path, whole, value),
                _ => continue,
            };
            if !is_nothing(&json) || only.is_some() {
                place(&mut body, &self.sent_name(&path), json);
            }
        }
        body
    }

    fn sent_name(&self, path: &str) -> String {
        match path {
            "effective_labels" | "terraform_labels" => "labels".to_owned(),
            "effective_annotations" => "annotations".to_owned(),
            _ => self.behaviour.api_name(path).trim_end_matches(['[', ']', '{', '}']).to_owned(),
        }
    }

    fn expand_value(&self, path: &str, whole: &Value, value: &Value) -> Json {
        match (self.behaviour.links.get(path), value) {
            (Some(prefix), Value::Text(text)) if !text.is_empty() && !text.contains('/') => {
                Json::from(format!("{}{text}", fill(prefix, whole)))
            }
            _ => value.to_json(),
        }
    }

    fn expand_blocks(&self, nested: &Nested, path: &str, whole: &Value, value: &Value) -> Json {
        let Value::List(list) = value else { return Json::Null };
        let none = Object::new();
        let one = |value: &Value| {
            let object = value.as_map().unwrap_or(&none);
            Json::from(self.expand_object(&nested.block, path, whole, object, None))
        };
        if self.is_object(nested, path) {
            list.first().map_or(Json::Null, one)
        } else {
            list.iter().map(one).collect()
        }
    }

    fn is_object(&self, nested: &Nested, path: &str) -> bool {
        nested.max_items == 1 && !self.behaviour.api_name(path).ends_with("[]")
    }

    /// The state that a body tells of. `reference` is the state so far, or the planned one: it decides
    /// between values that mean the same, and has what the body does not tell.
    pub fn flatten(&self, body: &Json, reference: &Value) -> Value {
        self.flatten_object(self.block, "", body, reference)
    }

    fn flatten_object(&self, block: &Block, at: &str, body: &Json, reference: &Value) -> Value {
        let none = Object::new();
        let known = reference.as_map().unwrap_or(&none);
        let mut state = block.empty();
        for (name, slot) in &mut state {
            let path = join(at, name);
            let before = match known.get(name) {
                None | Some(Value::Unknown) => slot.clone(),
                Some(value) => value.clone(),
            };
            *slot = match (block.attributes.get(name), block.block_types.get(name)) {
                (Some(attribute), _) if attribute.write_only => Value::Null,
                _ if self.behaviour.is_local(&path) || self.behaviour.unread.contains(&path) => {
                    before
                }
                (Some(attribute), _) => self.flatten_attribute(attribute, &path, body, &before),
                (_, Some(nested)) => self.flatten_blocks(nested, &path, body, &before),
                _ => before,
            };
        }
        Value::Map(state)
    }

    fn flatten_attribute(
        &self,
        attribute: &Attribute,
        path: &str,
        body: &Json,
        before: &Value,
    ) -> Value {
        let json = find(body, &self.sent_name(path));
        match path {
            "labels" | "terraform_labels" if self.behaviour.labels => {
                return restrict(json, before);
            }
            "annotations" if self.behaviour.annotations => return restrict(json, before),
            _ => {}
        }
        let mut value = convert(&attribute.kind, json);
        if self.behaviour.basename.iter().any(|basename| basename == path) {
            value = value.as_text().map_or(Value::Null, |link| Value::text(basename(link)));
        }
        if value.is_empty() && before.is_empty() {
            // "Not set" and "empty" are one for the server.
            return if before.is_null() && attribute.computed { value } else { before.clone() };
        }
        let spelling = self.behaviour.same.get(path).copied();
        let unchanged = match (&attribute.kind, before, &value) {
            (Type::Set(_), Value::List(before), Value::List(value)) => {
                same_set(spelling, before, value)
            }
            // A link is held as the server has it; other spellings as they were configured.
            (Type::String, ..) => before == &value,
            _ => same(spelling, before, &value),
        };
        if unchanged { before.clone() } else { value }
    }

    fn flatten_blocks(&self, nested: &Nested, path: &str, body: &Json, before: &Value) -> Value {
        if nested.nesting_mode == Nesting::Single {
            return before.clone();
        }
        let before = before.as_list().unwrap_or_default();
        let json = find(body, &self.sent_name(path));
        let elements: Vec<&Json> = match json {
            Json::Null => Vec::new(),
            Json::Array(list) => list.iter().collect(),
            object => vec![object],
        };
        if elements.is_empty() && before.iter().all(says_nothing) {
            return Value::List(before.to_vec());
        }
        let flatten =
            |json: &Json, old: &Value| self.flatten_object(&nested.block, path, json, old);
        let values: Vec<_> = match nested.nesting_mode {
            Nesting::Set => elements
                .iter()
                .map(|json| {
                    let known = before.iter().find(|old| flatten(json, old) == **old);
                    known.cloned().unwrap_or_else(|| flatten(json, &Value::Null))
                })
                .collect(),
            _ => elements
                .iter()
                .enumerate()
                .map(|(i, json)| flatten(json, before.get(i).unwrap_or(&Value::Null)))
                .collect(),
        };
        let reordered = nested.nesting_mode == Nesting::Set
            && values.len() == before.len()
            && values.iter().all(|value| before.contains(value));
        Value::List(if reordered { before.to_vec() } else { values })
    }
}

/// Fills `{name}` in a template from a state's attributes; `{region}` also from the zone.
pub fn fill(template: &str, state: &Value) -> String {
    let mut text = template.to_owned();
    while let Some((before, rest)) = text.split_once('{') {
        let Some((name, after)) = rest.split_once('}') else { break };
        let value = match (name, state.text_at(name)) {
            ("region", "") => {
                state.text_at("zone").rsplit_once('-').map_or("", |(region, _)| region)
            }
            (_, value) => value,
        };
        text = format!("{before}{value}{after}");
    }
    text
}

/// What a server has under a dotted name.
pub fn find<'a>(body: &'a Json, name: &str) -> &'a Json {
    name.split('.').fold(body, |json, part| &json[part])
}

fn place(body: &mut Map<String, Json>, name: &str, json: Json) {
    match name.split_once('.') {
        None => {
            body.insert(name.to_owned(), json);
        }
        Some((first, rest)) => {
            let inner = body.entry(first).or_insert_with(|| Json::Object(Map::new()));
            if let Json::Object(inner) = inner {
                place(inner, rest, json);
            }
        }
    }
}

/// Arguments are sent; what only the server decides is not, and labels go as effective_labels.
fn is_sent(name: &str, attribute: &Attribute) -> bool {
    match name {
        "labels" | "annotations" => false,
        "effective_labels" | "effective_annotations" => true,
        _ => attribute.optional || attribute.required,
    }
}

fn is_nothing(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(list) => list.is_empty(),
        _ => false,
    }
}

fn says_nothing(block: &Value) -> bool {
    match block {
        Value::Map(map) => map.values().all(says_nothing),
        Value::List(list) => list.iter().all(says_nothing),
        other => other.is_empty(),
    }
}

/// 64-bit numbers come as strings.
fn convert(kind: &Type, json: &Json) -> Value {
    match (kind, json) {
        (_, Json::Null) => Value::Null,
        (Type::Number, Json::String(text)) => text.parse().map_or(Value::Null, Value::Int),
        (Type::String, Json::Number(number)) => Value::text(number.to_string()),
        (Type::List(of) | Type::Set(of), Json::Array(list)) => {
            Value::List(list.iter().map(|json| convert(of, json)).collect())
        }
        _ => Value::from_json(json),
    }
}

/// The managed part of the server's labels: the keys that were known before.
fn restrict(json: &Json, before: &Value) -> Value {
    let Some(known) = before.as_map() else { return before.clone() };
    let value = |key: &String| json[key].as_str().map(|text| (key.clone(), Value::text(text)));
    Value::Map(known.keys().filter_map(value).collect())
}
