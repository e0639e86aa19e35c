//! The JSON lines that Terraform writes with `-json`, as far as gen-tf uses them.
//!
//! Kinds that are not known, and lines that are not JSON, are no error: newer versions add kinds,
//! and a provider that crashes prints what it likes.

use serde::Deserialize;

use super::diagnostic::Diagnostic;

/// One line of Terraform's events.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A change that Terraform plans.
    PlannedChange {
        /// The change.
        change: Change,
    },
    /// Something that changed outside of Terraform.
    ResourceDrift {
        /// The change that was found.
        change: Change,
    },
    /// How many changes are planned, or were made.
    ChangeSummary {
        /// The counts.
        changes: Summary,
    },
    /// Terraform begins to look at a resource.
    RefreshStart {
        /// The resource.
        hook: Hook,
    },
    /// Terraform has looked at a resource.
    RefreshComplete {
        /// The resource.
        hook: Hook,
    },
    /// Work on a resource begins.
    ApplyStart {
        /// The resource and what is done to it.
        hook: Hook,
    },
    /// Work on a resource has succeeded.
    ApplyComplete {
        /// The resource and what was done to it.
        hook: Hook,
    },
    /// Work on a resource has failed.
    ApplyErrored {
        /// The resource and what was tried.
        hook: Hook,
    },
    /// A line that a provisioner printed.
    ProvisionProgress {
        /// The resource and the line.
        hook: Hook,
    },
    /// An error or a warning.
    Diagnostic {
        /// The error or the warning.
        diagnostic: Diagnostic,
    },
    /// Somebody else has locked the state, and Terraform waits as long as it was told to.
    StateLockAcquire,
    /// Everything else.
    #[serde(other)]
    Other,
}

/// A planned change, or one that was found.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Change {
    /// The resource.
    pub resource: Resource,
    /// What changes.
    pub action: Action,
    /// Why, in Terraform's word: `tainted`, `delete_because_each_key`, …
    #[serde(default)]
    pub reason: Option<String>,
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Hook {
    /// The resource.
    pub resource: Resource,
    /// What is done to it; absent from the events of provisioners.
    #[serde(default)]
    pub action: Option<Action>,
    /// Seconds that it took.
    #[serde(default)]
    pub elapsed_seconds: Option<f64>,
    /// A line of a provisioner.
    #[serde(default)]
    pub output: Option<String>,
}

/// A resource, as events name it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Resource {
    /// The full address, with modules and keys.
    pub addr: String,
}

impl Resource {
    /// The key of `for_each`: the first one in the address, whether a module or a resource has it.
    pub fn key(&self) -> Option<String> {
        let (_, rest) = self.addr.split_once('[')?;
        let mut key = serde_json::Deserializer::from_str(rest).into_iter::<String>();
        key.next()?.ok()
    }
}

/// What is done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is created.
    Create,
    /// It is changed in place.
    Update,
    /// It is destroyed.
    Delete,
    /// It is destroyed and created.
    Replace,
    /// A data source is read.
    Read,
    /// It gets another address.
    Move,
    /// It is taken into the state.
    Import,
    /// It leaves the state and stays.
    Remove,
    /// Nothing, or something newer than this program.
    #[serde(other)]
    Noop,
}

impl Action {
    /// Whether the thing itself changes; reading and renaming do not count.
    pub fn changes_something(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Delete | Self::Replace)
    }

    /// The word for it while it goes on.
    pub fn going_on(self) -> &'static str {
        match self {
            Self::Create => "creating",
            Self::Update => "changing",
            Self::Delete => "destroying",
            Self::Replace => "replacing",
            Self::Read => "reading",
            Self::Move => "moving",
            Self::Import => "importing",
            Self::Remove => "letting go of",
            Self::Noop => "leaving",
        }
    }

    /// The word for it afterwards.
    pub fn done(self) -> &'static str {
        match self {
            Self::Create => "created",
            Self::Update => "changed",
            Self::Delete => "destroyed",
            Self::Replace => "replaced",
            Self::Read => "read",
            Self::Move => "moved",
            Self::Import => "imported",
            Self::Remove => "let go of",
            Self::Noop => "left",
        }
    }
}

/// Counts of changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Summary {
    /// How many are created.
    pub add: usize,
    /// How many are changed in place.
    pub change: usize,
    /// How many are destroyed.
    pub remove: usize,
    /// What the counts are about.
    #[serde(default)]
    pub operation: Operation,
}

/// What a summary is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// What would be done.
    #[default]
    Plan,
    /// What was done.
    Apply,
    /// What was destroyed.
    Destroy,
}

/// Reads one line. `None` where the line is not JSON at all.
pub fn parse(line: &str) -> Option<Event> {
    let value: serde_json::Value = serde_json::from_str(line).ok()?;
    // A known kind in an unknown shape is as good as an unknown kind.
    Some(serde_json::from_value(value).unwrap_or(Event::Other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_found_whether_the_module_or_the_resource_has_it() {
        let key = |addr: &str| Resource { addr: addr.to_owned() }.key();
        let module = r#"module.experiment["httpbin/schemathesis/1"].terraform_data.sandbox"#;
        assert_eq!(key(module).as_deref(), Some("httpbin/schemathesis/1"));
        assert_eq!(key(r#"a.b["say \"x\""]"#).as_deref(), Some("say \"x\""));
        assert_eq!(key("a.b[0]"), None);
        assert_eq!(key("a.b"), None);
    }

    #[test]
    fn kinds_and_shapes_that_are_not_known_are_tolerated() {
        assert_eq!(parse(r#"{"type":"from_the_future","x":1}"#), Some(Event::Other));
        assert_eq!(parse(r#"{"type":"apply_start","hook":7}"#), Some(Event::Other));
        assert_eq!(parse(r#"{"@message":"no type"}"#), Some(Event::Other));
        assert_eq!(parse("panic: runtime error"), None);
    }

    #[test]
    fn an_action_that_is_not_known_changes_nothing() {
        let line = r#"{"type":"planned_change",
            "change":{"resource":{"addr":"a.b"},"action":"open"}}"#;
        let Some(Event::PlannedChange { change }) = parse(line) else { panic!("not a change") };
        assert!(!change.action.changes_something());
    }
}
