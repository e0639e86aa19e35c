//! Operations: what is under way, what it works on, and how it ended.
//! What an operation does is decided by who starts it.

use super::{Compute, Place, Scope, parse_reference};
use crate::cloud::{clock, fault::OperationError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Something that takes time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Operation {
    /// Its name.
    pub name: String,
    /// Id of its project.
    pub project: String,
    /// Where it is asked about.
    pub scope: Scope,
    id: u64,
    kind: String,
    target: String,
    target_id: String,
    user: String,
    status: Status,
    inserted: String,
    started: Option<String>,
    ended: Option<String>,
    error: Option<OperationError>,
}

/// How far an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// It has not begun.
    Pending,
    /// It is at work.
    Running,
    /// It has ended, well or not.
    Done,
}

impl Compute {
    /// A new operation on a resource.
    pub fn begin(&mut self, kind: &str, place: &Place, name: &str, user: &str) -> String {
        let id = self.next_id();
        let operation = Operation {
            name: format!("operation-{id}"),
            project: place.project.clone(),
            scope: place.scope.clone(),
            id,
            kind: kind.to_owned(),
            target: place.link(name),
            target_id: self.target_id(place, name),
            user: user.to_owned(),
            status: Status::Pending,
            inserted: clock::now(),
            started: None,
            ended: None,
            error: None,
        };
        let name = operation.name.clone();
        self.operations.insert(name.clone(), operation);
        name
    }

    fn target_id(&self, place: &Place, name: &str) -> String {
        let target = self.get(place, name).ok();
        target.and_then(|t| t["id"].as_str()).unwrap_or("0").to_owned()
    }

    /// Says that an operation is at work.
    pub fn start(&mut self, name: &str) {
        if let Some(operation) = self.operations.get_mut(name) {
            operation.status = Status::Running;
            operation.started = Some(clock::now());
        }
    }

    /// Operations that have not ended.
    #[must_use]
    pub fn under_way(&self) -> Vec<Operation> {
        self.operations.values().filter(|operation| !operation.is_done()).cloned().collect()
    }

    /// Says how an operation ended.
    pub fn end(&mut self, name: &str, error: Option<OperationError>) {
        if let Some(operation) = self.operations.get_mut(name) {
            operation.status = Status::Done;
            operation.started.get_or_insert_with(clock::now);
            operation.ended = Some(clock::now());
            operation.error = error;
        }
    }
}

impl Operation {
    /// Whether it has ended.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.status == Status::Done
    }

    /// What it deletes, if that is what it does.
    #[must_use]
    pub fn deletes(&self) -> Option<(Place, String)> {
        if self.kind == "delete" { parse_reference(&self.target) } else { None }
    }

    /// As the API shows it; its own link leads to the server at `base`, because clients follow it.
    #[must_use]
    pub fn to_json(&self, base: &str) -> Value {
        let (status, progress) = match self.status {
            Status::Pending => ("PENDING", 0),
            Status::Running => ("RUNNING", 50),
            Status::Done => ("DONE", 100),
        };
        let scope = self.scope.path();
        let parent = format!("{base}/compute/v1/projects/{}/{scope}", self.project);
        let mut json = json!({
            "kind": "compute#operation",
            "id": self.id.to_string(),
            "name": self.name,
            "operationType": self.kind,
            "targetLink": self.target,
            "targetId": self.target_id,
            "status": status,
            "progress": progress,
            "user": self.user,
            "insertTime": self.inserted,
            "selfLink": format!("{parent}/operations/{}", self.name),
        });
        match self.scope {
            Scope::Global => {}
            Scope::Region(_) => json["region"] = parent.into(),
            Scope::Zone(_) => json["zone"] = parent.into(),
        }
        if let Some(started) = &self.started {
            json["startTime"] = started.clone().into();
        }
        if let Some(ended) = &self.ended {
            json["endTime"] = ended.clone().into();
        }
        if let Some(error) = &self.error {
            let (code, text) = http_error(&error.code);
            json["error"] = json!({ "errors": [{ "code": error.code, "message": error.message }] });
            json["httpErrorStatusCode"] = code.into();
            json["httpErrorMessage"] = text.into();
        }
        json
    }
}

fn http_error(code: &str) -> (u16, &'static str) {
    match code {
        "QUOTA_EXCEEDED" => (403, "FORBIDDEN"),
        "RESOURCE_NOT_FOUND" => (404, "NOT FOUND"),
        "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE" => (400, "BAD REQUEST"),
        code if code.contains("EXHAUSTED") => (503, "SERVICE UNAVAILABLE"),
        _ => (500, "INTERNAL SERVER ERROR"),
    }
}
