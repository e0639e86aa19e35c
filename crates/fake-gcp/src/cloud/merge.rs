//! Merging JSON as PATCH requests mean it, and Google's rule that 64-bit integers are texts.

use serde_json::Value;

/// Merges `changes` into `target`: objects key by key, `null` removes, everything else replaces.
pub fn patch(target: &mut Value, changes: &Value) {
    let (Value::Object(old), Value::Object(new)) = (&mut *target, changes) else {
        *target = changes.clone();
        return;
    };
    for (key, value) in new {
        match value {
            Value::Null => {
                old.remove(key);
            }
            Value::Object(_) if old.get(key).is_some_and(Value::is_object) => {
                patch(&mut old[key], value);
            }
            value => {
                old.insert(key.clone(), value.clone());
            }
        }
    }
}

/// The items of a field that may be missing, which stays missing.
pub fn items_mut<'a>(value: &'a mut Value, field: &str) -> impl Iterator<Item = &'a mut Value> {
    value.get_mut(field).and_then(Value::as_array_mut).into_iter().flatten()
}

/// Fields of 64-bit integers that clients send as numbers.
const INT64: &[&str] =
    &["diskSizeGb", "sizeGb", "seconds", "retentionDurationSeconds", "retentionPeriod"];

/// Writes 64-bit integers as texts, wherever in a value they are.
pub fn int64_as_text(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(int64_as_text),
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                match value {
                    Value::Number(n) if INT64.contains(&key.as_str()) => {
                        *value = n.to_string().into();
                    }
                    other => int64_as_text(other),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn null_removes_and_objects_merge() {
        let mut value = json!({ "a": 1, "b": { "c": 2, "d": 3 }, "e": [1] });
        patch(&mut value, &json!({ "a": null, "b": { "c": 4 }, "e": [2, 3] }));
        assert_eq!(value, json!({ "b": { "c": 4, "d": 3 }, "e": [2, 3] }));
    }

    #[test]
    fn int64_become_texts_at_any_depth() {
        let mut value = json!({ "scheduling": { "maxRunDuration": { "seconds": 3600 } }, "n": 1 });
        int64_as_text(&mut value);
        assert_eq!(value["scheduling"]["maxRunDuration"]["seconds"], "3600");
        assert_eq!(value["n"], 1);
    }
}
