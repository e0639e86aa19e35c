//! Patterns over experiment ids, such as `youtube/*/*`. They match names, not files.

use std::str::FromStr;

use crate::id::ExperimentId;

/// Three parts, each of which may hold `*` for any characters; missing parts stand for `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    parts: [String; 3],
}

/// Why a text is no pattern.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{text}` is no pattern: write <service>/<tool>/<run>, `*` for any, such as `httpbin/*/1`")]
pub struct ParsePatternError {
    text: String,
}

impl FromStr for Pattern {
    type Err = ParsePatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = [const { String::new() }; 3];
        let given: Vec<&str> = text.split('/').collect();
        if given.len() > 3 || given.iter().any(|part| part.is_empty()) {
            return Err(ParsePatternError { text: text.to_owned() });
        }
        for (index, part) in parts.iter_mut().enumerate() {
            *part = given.get(index).map_or("*", |part| part).to_owned();
        }
        Ok(Self { parts })
    }
}

impl Pattern {
    /// Whether the pattern matches any run of a cell.
    #[must_use]
    pub fn matches_cell(&self, service: &str, tool: &str) -> bool {
        matches(&self.parts[0], service) && matches(&self.parts[1], tool)
    }

    /// Whether the pattern matches an experiment.
    #[must_use]
    pub fn matches(&self, id: &ExperimentId) -> bool {
        let run = &self.parts[2];
        self.matches_cell(&id.service, &id.tool)
            && (run == "*" || matches(run, &id.run.to_string()))
    }
}

/// The pieces between stars must stand in this order, the first at the start, the last at the end.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let (Some(mut name), Some((middle, last))) =
        (name.strip_prefix(first), Some(rest.rsplit_once('*').unwrap_or(("", rest))))
    else {
        return false;
    };
    for piece in middle.split('*') {
        match name.find(piece) {
            Some(at) => name = &name[at + piece.len()..],
            None => return false,
        }
    }
    name.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters_within_a_part() {
        let id: ExperimentId = "language-tool/arat-rl/10".parse().unwrap();
        for (pattern, expected) in [
            ("language-tool/arat-rl/10", true),
            ("language-tool", true),
            ("*/arat-rl", true),
            ("*/*/10", true),
            ("lang*/*-*/1*", true),
            ("l*g*l/a*", true),
            ("*/*/1", false),
            ("tool/*/*", false),
            ("*lang/*/*", false),
        ] {
            assert_eq!(pattern.parse::<Pattern>().unwrap().matches(&id), expected, "{pattern}");
        }
    }

    #[test]
    fn refuses_empty_and_surplus_parts() {
        for text in ["", "a//1", "a/b/c/d", "/"] {
            assert!(text.parse::<Pattern>().is_err(), "{text}");
        }
    }
}
