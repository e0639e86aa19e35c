//! What the provider has to say to the user: an error, with the attribute that it is about.

use std::fmt;

use super::plan::Step;

/// An error.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// One line.
    pub summary: String,
    /// The rest, or "".
    pub detail: String,
    /// The attribute.
    pub steps: Vec<Step>,
}

impl Diagnostic {
    /// An error.
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        let (summary, detail) = (summary.into(), detail.into());
        Self { summary, detail, steps: Vec::new() }
    }

    /// The same about the attribute or block at a dotted path (the top of it, as Terraform shows it).
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        let top = path.split('.').next().unwrap_or(path);
        self.steps = vec![Step::Name(top.to_owned())];
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.detail.is_empty() {
            f.write_str(&self.summary)
        } else {
            write!(f, "{}: {}", self.summary, self.detail)
        }
    }
}

impl From<anyhow::Error> for Diagnostic {
    fn from(error: anyhow::Error) -> Self {
        Self::error(format!("{error:#}"), "")
    }
}
