//! IAM policies: bindings of roles to members under conditions, their etags, and when a new one takes effect.
//! Whether a caller may do something is decided here; what needs which permission is each API's concern.

use super::{
    condition::{Condition, Resource},
    error::{ApiError, Result},
    pairs, role,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// A policy of one resource.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Policy {
    bindings: Vec<Binding>,
    version: u64,
    changes: u64,
    /// When a grant starts to count; what is not in here counts already.
    #[serde(with = "pairs")]
    effective: BTreeMap<Grant, Timestamp>,
}

/// One role for some members, perhaps under a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Binding {
    role: String,
    #[serde(default)]
    members: BTreeSet<String>,
    condition: Option<Expression>,
}

/// A condition as it was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Expression {
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    expression: String,
}

type Grant = (String, String, Option<Expression>);

/// A policy as a request carries it.
#[derive(Debug, Deserialize)]
struct Sent {
    #[serde(default)]
    bindings: Vec<Binding>,
    etag: Option<String>,
    version: Option<u64>,
}

impl Policy {
    /// A policy with unconditional bindings.
    #[must_use]
    pub fn of(bindings: &[(&str, &[String])]) -> Self {
        let bindings = bindings.iter().map(|(role, members)| Binding {
            role: (*role).to_owned(),
            members: members.iter().cloned().collect(),
            condition: None,
        });
        Self { bindings: bindings.collect(), changes: 1, ..Self::default() }
    }

    /// As the APIs show it to somebody who asked for `requested` as the version.
    /// Who did not ask for version 3 sees roles with mangled names in place of conditions.
    #[must_use]
    pub fn to_json(&self, requested: u64) -> Value {
        let bindings: Vec<Value> = self.bindings.iter().map(|b| b.to_json(requested)).collect();
        let version = if requested >= 3 { self.version.max(1) } else { 1 };
        let mut policy = json!({ "version": version, "etag": self.etag() });
        if !bindings.is_empty() {
            policy["bindings"] = bindings.into();
        }
        policy
    }

    /// Changes whenever the policy does.
    #[must_use]
    pub fn etag(&self) -> String {
        STANDARD.encode(self.changes.to_be_bytes())
    }

    /// Replaces it; new grants count after `delay`.
    /// An etag that is not the current one gets `stale`.
    pub fn replace(&mut self, sent: &Value, delay: Duration, stale: &ApiError) -> Result<()> {
        let sent = Sent::deserialize(sent)
            .map_err(|e| ApiError::invalid(format!("Invalid policy: {e}")))?;
        if sent.etag.as_ref().is_some_and(|etag| !etag.is_empty() && *etag != self.etag()) {
            return Err(stale.clone());
        }
        let conditions = sent.bindings.iter().any(|b| b.condition.is_some());
        let version = sent.version.unwrap_or(1);
        if conditions && version < 3 {
            let message = "The specified policy version must be 3 for policies with conditions.";
            return Err(ApiError::invalid(message));
        }
        for binding in &sent.bindings {
            binding.check()?;
        }
        let before = self.grants();
        self.bindings = merge(sent.bindings);
        self.version = if conditions { 3 } else { 1 };
        self.changes += 1;
        let now = self.grants();
        self.effective.retain(|grant, _| now.contains(grant));
        let start = Timestamp::now().saturating_add(delay).unwrap_or(Timestamp::MAX);
        self.effective.extend(now.difference(&before).map(|grant| (grant.clone(), start)));
        Ok(())
    }

    /// Whether a member may do something to a resource, now.
    #[must_use]
    pub fn allows(&self, member: &str, permission: &str, resource: &Resource) -> bool {
        self.bindings.iter().any(|binding| {
            binding.reaches(member)
                && role::holds(&binding.role, permission)
                && binding.condition.as_ref().is_none_or(|c| c.holds(resource))
                && self.in_effect(binding, member)
        })
    }

    /// Every member that it names.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        self.bindings.iter().flat_map(|b| b.members.iter().map(String::as_str))
    }

    /// Whether it has a condition.
    #[must_use]
    pub fn is_conditional(&self) -> bool {
        self.bindings.iter().any(|b| b.condition.is_some())
    }

    /// Writes another name for a member, as happens when an account is deleted.
    pub fn rename(&mut self, from: &str, to: &str) {
        for binding in &mut self.bindings {
            if binding.members.remove(from) {
                binding.members.insert(to.to_owned());
                self.changes += 1;
            }
        }
    }

    fn in_effect(&self, binding: &Binding, member: &str) -> bool {
        let grant = (binding.role.clone(), member.to_owned(), binding.condition.clone());
        self.effective.get(&grant).is_none_or(|start| *start <= Timestamp::now())
    }

    fn grants(&self) -> BTreeSet<Grant> {
        let of = |b: &Binding, m: &String| (b.role.clone(), m.clone(), b.condition.clone());
        self.bindings.iter().flat_map(|b| b.members.iter().map(move |m| of(b, m))).collect()
    }
}

impl Binding {
    fn reaches(&self, member: &str) -> bool {
        self.members.iter().any(|m| m == member || m == "allUsers" || m == "allAuthenticatedUsers")
    }

    fn check(&self) -> Result<()> {
        if !role::is_known(&self.role) {
            let message = format!("Role {} is not supported for this resource.", self.role);
            return Err(ApiError::invalid(message));
        }
        for member in &self.members {
            let kinds = ["user:", "group:", "serviceAccount:", "domain:", "deleted:", "principal:"];
            let kinds = kinds.iter().chain(&["principalSet:", "projectOwner:", "projectEditor:"]);
            let mut kinds = kinds.chain(&["projectViewer:"]);
            let all = ["allUsers", "allAuthenticatedUsers"].contains(&member.as_str());
            if !all && !kinds.any(|kind| member.starts_with(kind)) {
                let message = format!("Invalid member {member:?}: no kind such as serviceAccount:");
                return Err(ApiError::invalid(message));
            }
        }
        self.condition.as_ref().map_or(Ok(()), Expression::check)
    }

    fn to_json(&self, requested: u64) -> Value {
        let members: Vec<&String> = self.members.iter().collect();
        match &self.condition {
            None => json!({ "role": self.role, "members": members }),
            Some(c) if requested < 3 => {
                let hash = crc32c::crc32c(c.expression.as_bytes());
                let role = format!("{}_withcond_{hash:08x}", self.role);
                json!({ "role": role, "members": members })
            }
            Some(c) => {
                json!({ "role": self.role, "members": members, "condition": c.to_json() })
            }
        }
    }
}

impl Expression {
    fn check(&self) -> Result<()> {
        if self.title.is_empty() || self.title.chars().count() > 100 {
            let message = "A condition's title must have 1 to 100 characters.";
            return Err(ApiError::invalid(message));
        }
        if self.description.chars().count() > 256 {
            let message = "A condition's description must have at most 256 characters.";
            return Err(ApiError::invalid(message));
        }
        Condition::parse(&self.expression).map(drop).map_err(|problem| {
            let message = format!("Condition expression {:?}: {problem}.", self.expression);
            ApiError::invalid(message)
        })
    }

    fn holds(&self, resource: &Resource) -> bool {
        Condition::parse(&self.expression).is_ok_and(|condition| condition.holds(resource))
    }

    fn to_json(&self) -> Value {
        let mut json = json!({ "title": self.title, "expression": self.expression });
        if !self.description.is_empty() {
            json["description"] = self.description.clone().into();
        }
        json
    }
}

/// One binding for each role and condition; those without members vanish.
fn merge(bindings: Vec<Binding>) -> Vec<Binding> {
    let mut merged: Vec<Binding> = Vec::new();
    for binding in bindings.into_iter().filter(|b| !b.members.is_empty()) {
        let same = |b: &&mut Binding| b.role == binding.role && b.condition == binding.condition;
        match merged.iter_mut().find(same) {
            Some(found) => found.members.extend(binding.members),
            None => merged.push(binding),
        }
    }
    merged
}
