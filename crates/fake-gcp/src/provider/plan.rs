//! What a change of configuration means for a resource: the planned state and what it replaces.
//! It follows the rules of the SDK that the real provider is built with; it makes no call.

use super::behaviour::Behaviour;
use super::schema::{Attribute, Block, Nested, Nesting, Type};
use super::spelling::{canonical, same, same_set};
use super::value::{Object, Value};

/// A difference between the prior and the planned state.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The attribute or block, dotted and without indexes.
    pub path: String,
    /// The same for Terraform, as far as it can be followed (not into a set).
    pub steps: Vec<Step>,
}

/// A step on the way to a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// To an attribute or block type.
    Name(String),
    /// To an element of a list.
    Index(i64),
}

/// The schema and table that a plan follows.
#[derive(Clone, Copy)]
pub struct Planner<'a> {
    /// The resource's block.
    pub block: &'a Block,
    /// The resource's table.
    pub behaviour: &'a Behaviour,
    /// Whether there is no prior state, so that computed values are unknown.
    pub creating: bool,
}

impl Planner<'_> {
    /// The state that is wanted, given what there is and what is configured.
    pub fn plan(&self, prior: &Value, config: &Value) -> Value {
        let none = Object::new();
        let config = config.as_map().unwrap_or(&none);
        self.object(self.block, "", prior.as_map(), config)
    }

    fn object(&self, block: &Block, at: &str, prior: Option<&Object>, config: &Object) -> Value {
        let prior_of = |name: &str| prior.and_then(|prior| prior.get(name)).unwrap_or(&Value::Null);
        let config_of = |name: &str| config.get(name).unwrap_or(&Value::Null);
        let mut planned = Object::new();
        for (name, attribute) in &block.attributes {
            let path = join(at, name);
            let value = self.attribute(attribute, &path, prior_of(name), config_of(name));
            planned.insert(name.clone(), value);
        }
        for (name, nested) in &block.block_types {
            let path = join(at, name);
            let value = self.nested(nested, &path, prior_of(name), config_of(name));
            planned.insert(name.clone(), value);
        }
        Value::Map(planned)
    }

    fn attribute(&self, attribute: &Attribute, path: &str, prior: &Value, config: &Value) -> Value {
        if attribute.write_only {
            return Value::Null;
        }
        let spelling = self.behaviour.same.get(path).copied();
        match config {
            Value::Unknown => Value::Unknown,
            Value::Null => self.not_configured(attribute, path, prior),
            _ => {
                let config = canonical(spelling, config);
                let unchanged = match (&attribute.kind, prior, &config) {
                    (Type::Set(_), Value::List(prior), Value::List(config)) => {
                        same_set(spelling, prior, config)
                    }
                    _ => same(spelling, prior, &config),
                };
                // An empty value that was never there is shown as configured when it is new.
                if unchanged && !(self.creating && prior.is_null()) {
                    prior.clone()
                } else {
                    config
                }
            }
        }
    }

    fn not_configured(&self, attribute: &Attribute, path: &str, prior: &Value) -> Value {
        if let Some(default) = self.behaviour.defaults.get(path).filter(|json| !json.is_null()) {
            let default = Value::from_json(default);
            // The server does not tell "off" from "not set".
            let same = !self.creating && prior.is_null() && default.is_empty();
            return if same { Value::Null } else { default };
        }
        if attribute.computed {
            return if prior.is_null() && self.creating { Value::Unknown } else { prior.clone() };
        }
        if prior.is_empty() { prior.clone() } else { Value::Null }
    }

    fn nested(&self, nested: &Nested, path: &str, prior: &Value, config: &Value) -> Value {
        if nested.nesting_mode == Nesting::Single {
            return config.clone();
        }
        let Value::List(config) = config else { return config.clone() };
        let prior = prior.as_list().unwrap_or_default();
        if config.is_empty() && self.behaviour.fills(path) {
            return if self.creating { Value::Unknown } else { Value::List(prior.to_vec()) };
        }
        let element = |old: Option<&Value>, new: &Value| match new {
            Value::Map(new) => self.object(&nested.block, path, old.and_then(Value::as_map), new),
            other => other.clone(),
        };
        let planned: Vec<_> = match nested.nesting_mode {
            Nesting::Set => config
                .iter()
                .map(|new| {
                    // The element that is there already, if planning from it changes nothing.
                    let found = prior.iter().find(|old| element(Some(old), new) == **old);
                    found.cloned().unwrap_or_else(|| element(None, new))
                })
                .collect(),
            _ => config.iter().enumerate().map(|(i, new)| element(prior.get(i), new)).collect(),
        };
        if nested.nesting_mode == Nesting::Set && same_elements(prior, &planned) {
            return Value::List(prior.to_vec());
        }
        Value::List(planned)
    }

    /// What differs between two states.
    pub fn changes(&self, prior: &Value, planned: &Value) -> Vec<Change> {
        let mut changes = Vec::new();
        collect(self.block, "", &[], prior, planned, &mut changes);
        changes
    }

    /// The changes that need a new resource.
    pub fn replacing(&self, changes: &[Change]) -> Vec<Change> {
        let replaces = |change: &&Change| self.behaviour.replaces(&change.path);
        changes.iter().filter(replaces).cloned().collect()
    }
}

fn collect(
    block: &Block,
    at: &str,
    steps: &[Step],
    prior: &Value,
    planned: &Value,
    changes: &mut Vec<Change>,
) {
    let none = Object::new();
    let (prior, planned) = (prior.as_map().unwrap_or(&none), planned.as_map().unwrap_or(&none));
    let value = |map: &Object, name: &str| map.get(name).cloned().unwrap_or_default();
    let step = |name: &str| {
        let steps = steps.iter().cloned();
        steps.chain([Step::Name(name.to_owned())]).collect::<Vec<_>>()
    };
    for name in block.attributes.keys() {
        if value(prior, name) != value(planned, name) {
            changes.push(Change { path: join(at, name), steps: step(name) });
        }
    }
    for (name, nested) in &block.block_types {
        let (old, new) = (value(prior, name), value(planned, name));
        if old == new {
            continue;
        }
        let path = join(at, name);
        let lists = old.as_list().zip(new.as_list()).filter(|(old, new)| old.len() == new.len());
        let Some((old, new)) = lists else {
            changes.push(Change { path, steps: step(name) });
            continue;
        };
        for (index, (old, new)) in old.iter().zip(new).enumerate() {
            let mut inner = step(name);
            inner.push(Step::Index(i64::try_from(index).unwrap_or(i64::MAX)));
            let from = changes.len();
            collect(&nested.block, &path, &inner, old, new, changes);
            if nested.nesting_mode == Nesting::Set {
                changes[from..].iter_mut().for_each(|change| change.steps = step(name));
            }
        }
    }
}

fn same_elements(prior: &[Value], planned: &[Value]) -> bool {
    prior.len() == planned.len() && planned.iter().all(|value| prior.contains(value))
}

/// A path of attribute names.
pub fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}
