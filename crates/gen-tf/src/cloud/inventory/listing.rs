//! Listings of Google's APIs, read to their last page. It does not know what is in them.

use gen_tf_store::google::{Google, GoogleError, Method, Service};
use serde_json::Value;

use crate::cloud::encoded;

/// Most things on one page.
const PAGE: &str = "500";

/// A listing that can be asked for.
pub(super) struct List {
    service: Service,
    /// The API's name, for people.
    api: &'static str,
    /// The project whose things are listed, where it is not that of [`Asked`].
    project: Option<String>,
    /// The path after the project.
    collection: String,
    /// The field of a page that holds the things.
    field: &'static str,
    /// The name of the parameter that bounds a page.
    size: &'static str,
    query: Vec<(&'static str, String)>,
}

impl List {
    /// A kind of Compute Engine in all zones or regions.
    pub fn everywhere(kind: &'static str, filter: String) -> Self {
        let list = Self::global(kind, filter);
        Self { collection: format!("aggregated/{kind}"), field: kind, ..list }
    }

    /// A kind of Compute Engine that belongs to no zone or region.
    pub fn global(kind: &str, filter: String) -> Self {
        Self {
            service: Service::Compute,
            api: "Compute Engine",
            project: None,
            collection: format!("global/{kind}"),
            field: "items",
            size: "maxResults",
            query: vec![("filter", filter)],
        }
    }

    pub fn secrets(filter: String) -> Self {
        let query = if filter.is_empty() { Vec::new() } else { vec![("filter", filter)] };
        Self {
            service: Service::SecretManager,
            api: "Secret Manager",
            collection: "secrets".to_owned(),
            field: "secrets",
            size: "pageSize",
            query,
            project: None,
        }
    }

    pub fn accounts() -> Self {
        Self {
            service: Service::Iam,
            api: "Identity and Access Management",
            collection: "serviceAccounts".to_owned(),
            field: "accounts",
            size: "pageSize",
            query: Vec::new(),
            project: None,
        }
    }

    pub fn buckets(project: &str) -> Self {
        Self {
            service: Service::Storage,
            api: "Cloud Storage",
            collection: String::new(),
            field: "items",
            size: "maxResults",
            query: vec![("project", project.to_owned())],
            project: None,
        }
    }

    /// The same of another project.
    pub fn of_project(self, project: &str) -> Self {
        Self { project: Some(project.to_owned()), ..self }
    }

    fn path(&self, project: &str) -> String {
        let project = self.project.as_deref().unwrap_or(project);
        match self.service {
            Service::Storage => "b".to_owned(),
            _ => encoded(&format!("projects/{project}/{}", self.collection)),
        }
    }

    /// The things of a page: one list, or one a zone or region.
    fn things(&self, page: &Value) -> Vec<Value> {
        let list = |json: &Value| json.as_array().cloned().unwrap_or_default();
        match page["items"].as_object() {
            Some(scopes) => scopes.values().flat_map(|scope| list(&scope[self.field])).collect(),
            None => list(&page[self.field]),
        }
    }
}

/// Who asks, and what was not answered.
pub(super) struct Asked<'a> {
    google: &'a Google,
    project: &'a str,
    /// APIs that the project does not use.
    pub disabled: Vec<&'static str>,
}

impl<'a> Asked<'a> {
    pub fn new(google: &'a Google, project: &'a str) -> Self {
        Self { google, project, disabled: Vec::new() }
    }

    /// Everything of a listing; of an API that the project does not use, nothing.
    pub fn list(&mut self, list: &List) -> Result<Vec<Value>, GoogleError> {
        match self.pages(list) {
            Err(error) if error.is_api_disabled() => {
                if !self.disabled.contains(&list.api) {
                    self.disabled.push(list.api);
                }
                Ok(Vec::new())
            }
            other => other,
        }
    }

    fn pages(&self, list: &List) -> Result<Vec<Value>, GoogleError> {
        let path = list.path(self.project);
        let mut things = Vec::new();
        let mut token = String::new();
        loop {
            let mut query: Vec<(&str, &str)> =
                list.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
            query.push((list.size, PAGE));
            if !token.is_empty() {
                query.push(("pageToken", &token));
            }
            let page = self.google.call(&Method::GET, list.service, &path, &query, None)?;
            things.extend(list.things(&page));
            match page["nextPageToken"].as_str().filter(|next| !next.is_empty()) {
                Some(next) => token = next.to_owned(),
                None => return Ok(things),
            }
        }
    }
}
