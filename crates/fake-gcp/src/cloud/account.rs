//! Service accounts of a project.

use super::{
    clock,
    error::{ApiError, Result},
    policy::Policy,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A service account.
#[derive(Debug, Serialize, Deserialize)]
pub struct Account {
    /// Id of its project.
    pub project: String,
    /// Its address.
    pub email: String,
    /// Its number, which no later account of the same address has.
    pub unique_id: u64,
    /// Who may act as it.
    pub policy: Policy,
    display_name: String,
    description: String,
    disabled: bool,
    changes: u64,
    created: String,
}

impl Account {
    /// An account as the body of a create describes it.
    pub fn create(project: &str, unique_id: u64, body: &Value) -> Result<Self> {
        let id = body["accountId"].as_str().unwrap_or_default();
        check_id(id)?;
        let text = |field: &str| body["serviceAccount"][field].as_str().unwrap_or_default();
        Ok(Self {
            project: project.to_owned(),
            email: format!("{id}@{project}.iam.gserviceaccount.com"),
            unique_id,
            policy: Policy::default(),
            display_name: text("displayName").to_owned(),
            description: text("description").to_owned(),
            disabled: false,
            changes: 1,
            created: clock::now(),
        })
    }

    /// As the API shows it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut json = json!({
            "name": format!("projects/{}/serviceAccounts/{}", self.project, self.email),
            "projectId": self.project,
            "uniqueId": self.unique_id.to_string(),
            "email": self.email,
            "etag": STANDARD.encode(self.changes.to_be_bytes()),
            "oauth2ClientId": self.unique_id.to_string(),
        });
        let texts = [("displayName", &self.display_name), ("description", &self.description)];
        for (field, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            json[field] = text.clone().into();
        }
        if self.disabled {
            json["disabled"] = true.into();
        }
        json
    }

    /// Takes the fields of `mask` over; without a mask those that `body` has.
    pub fn patch(&mut self, body: &Value, mask: Option<&str>) {
        let fields = [("displayName", "display_name"), ("description", "description")];
        for (camel, snake) in fields {
            let named = mask.map(|m| m.split(',').any(|f| f.trim() == camel || f.trim() == snake));
            if named.unwrap_or(!body[camel].is_null()) {
                let text = body[camel].as_str().unwrap_or_default().to_owned();
                match camel {
                    "displayName" => self.display_name = text,
                    _ => self.description = text,
                }
            }
        }
        self.changes += 1;
    }

    /// Switches it on or off.
    pub fn set_disabled(&mut self, disabled: bool) {
        self.disabled = disabled;
        self.changes += 1;
    }

    /// Whether it is switched off.
    #[must_use]
    pub fn is_disabled(&self) -> bool {
        self.disabled
    }

    /// When it was made.
    #[must_use]
    pub fn created(&self) -> &str {
        &self.created
    }
}

fn check_id(id: &str) -> Result<()> {
    let good = (6..=30).contains(&id.len())
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && !id.ends_with('-')
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if good {
        return Ok(());
    }
    Err(ApiError::invalid(format!(
        "The account ID \"{id}\" does not have a length between 6 and 30, or does not match \
         [a-z]([-a-z0-9]*[a-z0-9])."
    )))
}
