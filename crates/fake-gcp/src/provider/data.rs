//! The data sources.
//! Each is one or two GETs and their answer, by the schema's names.

use std::sync::LazyLock;

use serde_json::Value as Json;

use super::behaviour::Behaviour;
use super::body::Translator;
use super::config::Config;
use super::diagnostic::Diagnostic;
use super::rest::Client;
use super::schema::schemas;
use super::session::Session;
use super::spelling::{basename, relative};
use super::value::Value;

/// Reads a data source.
pub async fn read(session: &Session, kind: &str, config: &Value) -> Result<Value, Diagnostic> {
    let provider = session.config()?;
    let reader = Reader { provider, client: Client::new(provider, session), kind, config };
    match kind {
        "google_client_config" => Ok(reader.client_config()),
        "google_compute_zones" => reader.zones().await,
        "google_compute_network" => reader.network().await,
        "google_compute_subnetwork" => reader.subnetwork().await,
        _ => Err(Diagnostic::error(format!("fake-gcp has no data source {kind}"), "")),
    }
}

struct Reader<'a> {
    provider: &'a Config,
    client: Client<'a>,
    kind: &'a str,
    config: &'a Value,
}

impl Reader<'_> {
    fn client_config(&self) -> Value {
        let text = |value: &Option<String>| value.clone().map_or(Value::Null, Value::Text);
        let labels = self.provider.default_labels.iter();
        let labels = labels.map(|(k, v)| (k.clone(), Value::text(v))).collect();
        let (project, region, zone) =
            (text(&self.provider.project), text(&self.provider.region), text(&self.provider.zone));
        let id = format!(
            "projects/{:?}/regions/{:?}/zones/{:?}",
            project.as_text().unwrap_or_default(),
            region.as_text().unwrap_or_default(),
            zone.as_text().unwrap_or_default(),
        );
        Value::Map(
            [
                ("access_token".to_owned(), Value::text(&self.provider.token)),
                ("default_labels".to_owned(), Value::Map(labels)),
                ("id".to_owned(), Value::text(id)),
                ("project".to_owned(), project),
                ("region".to_owned(), region),
                ("zone".to_owned(), zone),
            ]
            .into(),
        )
    }

    async fn zones(&self) -> Result<Value, Diagnostic> {
        let project = self.or_default("project", self.provider.project.as_ref())?;
        let region = self.config.at("region").as_text().or(self.provider.region.as_deref());
        let list = self.get(&format!("compute/projects/{project}/zones")).await?;
        let status = self.config.text_at("status");
        let fits = |zone: &&Json| {
            let in_region = |region: &str| {
                let of = zone["region"].as_str().unwrap_or_default();
                of.ends_with(&format!("/{}", basename(region)))
            };
            region.is_none_or(in_region) && (status.is_empty() || zone["status"] == status)
        };
        let zones = list["items"].as_array().into_iter().flatten().filter(fits);
        let mut names: Vec<_> = zones.filter_map(|zone| zone["name"].as_str()).collect();
        names.sort_unstable();
        let mut state = self.state();
        state.set("names", names.into_iter().map(Value::text).collect());
        state.set("project", Value::text(&project));
        let region = region.unwrap_or_default();
        state.set("id", Value::text(format!("projects/{project}/regions/{region}")));
        Ok(state)
    }

    async fn network(&self) -> Result<Value, Diagnostic> {
        let project = self.or_default("project", self.provider.project.as_ref())?;
        let name = self.config.text_at("name");
        let id = format!("projects/{project}/global/networks/{name}");
        let body = self.get(&format!("compute/{id}")).await?;
        let mut state = self.flatten(&body);
        let links = body["subnetworks"].as_array().into_iter().flatten().map(Value::from_json);
        state.set("subnetworks_self_links", links.collect());
        state.set("project", Value::text(project));
        state.set("id", Value::text(id));
        Ok(state)
    }

    async fn subnetwork(&self) -> Result<Value, Diagnostic> {
        let link = self.config.text_at("self_link");
        let id = if link.is_empty() {
            let project = self.or_default("project", self.provider.project.as_ref())?;
            let region = self.or_default("region", self.provider.region.as_ref())?;
            format!(
                "projects/{project}/regions/{region}/subnetworks/{}",
                self.config.text_at("name")
            )
        } else {
            relative(link).to_owned()
        };
        let body = self.get(&format!("compute/{id}")).await?;
        let mut state = self.flatten(&body);
        let parts: Vec<_> = id.split('/').collect();
        if let ["projects", project, "regions", region, "subnetworks", name] = parts[..] {
            for (attribute, value) in [("project", project), ("region", region), ("name", name)] {
                state.set(attribute, Value::text(value));
            }
        }
        let ranges = body["secondaryIpRanges"].as_array().into_iter().flatten().map(|range| {
            let part = |name: &str, key: &str| (name.to_owned(), Value::from_json(&range[key]));
            Value::Map(
                [part("ip_cidr_range", "ipCidrRange"), part("range_name", "rangeName")].into(),
            )
        });
        state.set("secondary_ip_range", ranges.collect());
        state.set("id", Value::text(id));
        Ok(state)
    }

    fn flatten(&self, body: &Json) -> Value {
        static NAMES: LazyLock<Behaviour> = LazyLock::new(|| Behaviour {
            names: [
                ("network_id", "id"),
                ("numeric_id", "id"),
                ("subnetwork_id", "id"),
                ("gateway_ipv4", "gatewayIPv4"),
            ]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into(),
            ..Behaviour::default()
        });
        let block = &schemas().data_sources[self.kind].block;
        Translator { block, behaviour: &NAMES }.flatten(body, self.config)
    }

    fn state(&self) -> Value {
        schemas().data_sources[self.kind].block.complete(self.config)
    }

    fn or_default(&self, name: &str, default: Option<&String>) -> Result<String, Diagnostic> {
        let given = self.config.at(name).as_text().map(|link| basename(link).to_owned());
        let missing =
            || Diagnostic::error(format!("{name}: required field is not set"), "").at(name);
        given.or_else(|| default.cloned()).ok_or_else(missing)
    }

    async fn get(&self, path: &str) -> Result<Json, Diagnostic> {
        let got = self.client.get(path).await;
        got.map_err(|error| Diagnostic::error(format!("Error reading {}: {error}", self.kind), ""))
    }
}
