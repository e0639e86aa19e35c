//! List filters, as far as clients of gen-tf's kind write them: terms joined by AND.

use crate::cloud::error::{ApiError, Result};
use regex::Regex;
use serde_json::Value;

/// A filter that was understood.
#[derive(Debug)]
pub struct Filter(Vec<Term>);

#[derive(Debug)]
struct Term {
    path: Vec<String>,
    test: Test,
}

#[derive(Debug)]
enum Test {
    Equals(String),
    Differs(String),
    Exists,
    Contains(String),
    Matches(Regex),
    MatchesNot(Regex),
}

impl Filter {
    /// Reads a filter such as `labels.a=b AND (status = RUNNING)`; the empty one lets everything through.
    pub fn parse(text: &str) -> Result<Self> {
        let mut terms = Vec::new();
        let mut words = words(text)?.into_iter().peekable();
        while let Some(word) = words.next() {
            if word == "AND" {
                continue;
            }
            let operator = words.next().unwrap_or_default();
            let value = words.next().unwrap_or_default();
            terms.push(Term::new(&word, &operator, &value).map_err(|e| refuse(text, &e))?);
        }
        Ok(Self(terms))
    }

    /// Whether a resource is let through.
    #[must_use]
    pub fn matches(&self, resource: &Value) -> bool {
        self.0.iter().all(|term| term.holds(resource))
    }
}

impl Term {
    fn new(field: &str, operator: &str, value: &str) -> Result<Self, String> {
        let whole = || Regex::new(&format!("^(?:{value})$")).map_err(|e| e.to_string());
        let test = match operator {
            "=" => Test::Equals(value.to_owned()),
            "!=" => Test::Differs(value.to_owned()),
            ":" if value == "*" => Test::Exists,
            ":" => Test::Contains(value.trim_matches('*').to_owned()),
            "eq" => Test::Matches(whole()?),
            "ne" => Test::MatchesNot(whole()?),
            other => return Err(format!("operator {other:?} is not understood by fake-gcp")),
        };
        let path: Vec<String> = field.split('.').map(str::to_owned).collect();
        let named = path.iter().all(|part| !part.is_empty());
        if named { Ok(Self { path, test }) } else { Err(format!("field {field:?}")) }
    }

    fn holds(&self, resource: &Value) -> bool {
        let value = self.path.iter().fold(resource, |value, key| &value[key]);
        let text = match value {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        };
        let is = |wanted: &String| text.as_ref() == Some(wanted);
        match &self.test {
            Test::Equals(wanted) => is(wanted),
            Test::Differs(wanted) => !is(wanted),
            Test::Exists => text.is_some(),
            Test::Contains(part) => text.is_some_and(|text| text.contains(part)),
            Test::Matches(regex) => text.is_some_and(|text| regex.is_match(&text)),
            Test::MatchesNot(regex) => !text.is_some_and(|text| regex.is_match(&text)),
        }
    }
}

fn refuse(text: &str, problem: &str) -> ApiError {
    let message = format!(
        "Invalid value for field 'filter': '{text}'. Invalid list filter expression: {problem}."
    );
    ApiError::invalid(message)
}

/// Fields, operators and values; brackets only group, because everything is joined by AND.
fn words(text: &str) -> Result<Vec<String>> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let operator = ["!=", "=", ":"].into_iter().find(|o| rest.starts_with(o));
        let length = match (operator, first) {
            (Some(operator), _) => {
                words.push(operator.to_owned());
                operator.len()
            }
            (None, '(' | ')') => 1,
            (None, '"') => {
                let end = rest[1..].find('"').ok_or_else(|| refuse(text, "a quote is open"))?;
                words.push(rest[1..=end].to_owned());
                end + 2
            }
            _ => {
                let end = rest.find(|c: char| c.is_whitespace() || "()=:!\"".contains(c));
                let end = end.unwrap_or(rest.len()).max(first.len_utf8());
                match &rest[..end] {
                    "OR" | "NOT" => return Err(refuse(text, "only AND is understood by fake-gcp")),
                    word => words.push(word.to_owned()),
                }
                end
            }
        };
        rest = rest[length..].trim_start();
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn lets_through(filter: &str) -> bool {
        let instance = json!({
            "name": "a-1", "status": "RUNNING", "labels": { "gen-tf-study": "s", "team": "x" },
        });
        Filter::parse(filter).unwrap().matches(&instance)
    }

    #[test]
    fn filters_by_labels_names_and_states() {
        for yes in [
            "",
            "labels.gen-tf-study=s",
            "labels.gen-tf-study = \"s\"",
            "(labels.gen-tf-study=s) (status=RUNNING)",
            "labels.team=x AND labels.gen-tf-study=s",
            "labels.team:*",
            "name eq a-.*",
            "status!=TERMINATED",
            "name:a*",
        ] {
            assert!(lets_through(yes), "{yes}");
        }
        for no in ["labels.gen-tf-study=t", "labels.other:*", "name ne a-.*", "status!=RUNNING"] {
            assert!(!lets_through(no), "{no}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for bad in ["a=b OR c=d", "NOT a=b", "a ~ b", "a=\"b", "a"] {
            assert_eq!(Filter::parse(bad).unwrap_err().code, 400, "{bad}");
        }
    }
}
