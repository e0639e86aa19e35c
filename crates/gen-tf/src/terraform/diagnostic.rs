//! Terraform's errors and warnings, and how they look as text.

use std::fmt;

use serde::Deserialize;

/// An error or a warning.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// One line.
    pub summary: String,
    /// The explanation; may be empty.
    #[serde(default)]
    pub detail: String,
    /// The resource that it is about.
    #[serde(default)]
    pub address: Option<String>,
    /// Where in the files.
    #[serde(default)]
    pub range: Option<Range>,
    /// What stands there.
    #[serde(default)]
    pub snippet: Option<Snippet>,
}

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Terraform stopped because of it.
    Error,
    /// Terraform went on.
    #[serde(other)]
    Warning,
}

/// Where in the files.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Range {
    /// The file, relative to the workspace.
    pub filename: String,
    /// The first character.
    pub start: Position,
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
}

/// Lines of a file that a diagnostic is about.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Snippet {
    /// The block around them, e.g. `resource "terraform_data" "x"`.
    #[serde(default)]
    pub context: Option<String>,
    /// The lines.
    pub code: String,
    /// Number of the first line.
    pub start_line: u32,
    /// What the expressions in it are.
    #[serde(default)]
    pub values: Vec<Value>,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Value {
    /// The expression.
    pub traversal: String,
    /// The statement about it, e.g. `is "a"`.
    pub statement: String,
}

impl Diagnostic {
    /// Whether Terraform stopped because of it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The same without the output of a provisioner, which Terraform pastes whole into the
    /// detail: the driver shows the end of it once, line by line.
    pub(super) fn without_output(mut self) -> Self {
        if let Some(at) = self.detail.find(" Output: ") {
            self.detail.truncate(at);
        }
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.is_error() { "error" } else { "warning" };
        write!(f, "{word}: {}", self.summary.trim_end())?;
        write_place(f, self)?;
        if let Some(snippet) = &self.snippet {
            write_snippet(f, snippet)?;
        }
        for line in self.detail.trim_end().lines() {
            write!(f, "\n  {line}")?;
        }
        Ok(())
    }
}

fn write_place(f: &mut fmt::Formatter<'_>, diagnostic: &Diagnostic) -> fmt::Result {
    if let Some(range) = &diagnostic.range {
        write!(f, "\n  at {}:{}", range.filename, range.start.line)?;
        if let Some(context) = diagnostic.snippet.as_ref().and_then(|it| it.context.as_ref()) {
            write!(f, ", in {context}")?;
        }
    }
    match &diagnostic.address {
        Some(address) => write!(f, "\n  with {address}"),
        None => Ok(()),
    }
}

fn write_snippet(f: &mut fmt::Formatter<'_>, snippet: &Snippet) -> fmt::Result {
    for (number, line) in (snippet.start_line..).zip(snippet.code.lines()) {
        write!(f, "\n  {number:>4} | {line}")?;
    }
    for value in &snippet.values {
        write!(f, "\n       {} {}", value.traversal, value.statement)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagnostic(json: serde_json::Value) -> Diagnostic {
        serde_json::from_value(json).expect("the sample is a diagnostic")
    }

    #[test]
    fn a_diagnostic_is_a_short_block_with_its_place() {
        let sample = diagnostic(serde_json::json!({
            "severity": "warning", "summary": "Check block assertion failed",
            "detail": "x is wrong",
            "range": {"filename": "main.tf", "start": {"line": 12, "column": 17, "byte": 285}},
            "snippet": {"context": "check \"x\"", "code": "    condition = a.b == \"z\"",
                "start_line": 12, "highlight_start_offset": 16, "highlight_end_offset": 51,
                "values": [{"traversal": "a.b", "statement": "is \"a\""}]}
        }));
        insta::assert_snapshot!(sample, @r#"
        warning: Check block assertion failed
          at main.tf:12, in check "x"
            12 |     condition = a.b == "z"
               a.b is "a"
          x is wrong
        "#);
    }

    #[test]
    fn a_diagnostic_without_a_place_is_its_summary() {
        let sample = diagnostic(serde_json::json!({
            "severity": "error", "summary": "Error acquiring the state lock", "detail": ""
        }));
        insta::assert_snapshot!(sample, @"error: Error acquiring the state lock");
    }

    #[test]
    fn the_output_of_a_provisioner_is_taken_out_of_the_detail() {
        let sample = diagnostic(serde_json::json!({
            "severity": "error", "summary": "local-exec provisioner error",
            "detail": "Error running command 'x': exit status 3. Output: hello\nworld\n"
        }));
        assert_eq!(sample.without_output().detail, "Error running command 'x': exit status 3.");
    }
}
