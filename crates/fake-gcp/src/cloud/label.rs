//! The rules for labels, which all APIs share.

use super::error::{ApiError, Result};
use serde_json::Value;

/// Refuses labels that Google refuses.
pub fn check(labels: &Value) -> Result<()> {
    let Some(labels) = labels.as_object() else { return Ok(()) };
    if labels.len() > 64 {
        return Err(ApiError::invalid(format!("{} labels, of at most 64", labels.len())));
    }
    for (key, value) in labels {
        let first = key.chars().next();
        if !is_text(key) || !first.is_some_and(char::is_lowercase) {
            return Err(ApiError::invalid(format!("Invalid label key: '{key}'")));
        }
        let text = value.as_str().filter(|text| is_text(text));
        if text.is_none() {
            return Err(ApiError::invalid(format!("Invalid value of label '{key}': {value}")));
        }
    }
    Ok(())
}

fn is_text(text: &str) -> bool {
    let good = |c: char| c.is_lowercase() || c.is_numeric() || c == '_' || c == '-';
    text.chars().count() <= 63 && text.chars().all(good)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn labels_are_lower_case_and_at_most_63_characters() {
        let good = json!({ "gen-tf-study": "rest-2026", "team_1": "", "a": "1" });
        assert!(check(&good).is_ok());
        for bad in [
            json!({ "A": "b" }),
            json!({ "1a": "b" }),
            json!({ "": "b" }),
            json!({ "a": "b/c" }),
            json!({ "a": "B" }),
            json!({ "a": 1 }),
            json!({ "a": "x".repeat(64) }),
        ] {
            assert!(check(&bad).is_err(), "{bad}");
        }
    }
}
