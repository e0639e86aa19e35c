//! The configuration: the provider block, then Terraform's environment, then the cloud of this process.
//! Credentials other than an access token are not looked for.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, ensure};

use super::value::Value;

/// What `goog-terraform-provisioned` is added by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Attribution {
    /// Never.
    Off,
    /// When a resource is created.
    Creation,
    /// At every change.
    Always,
}

/// A decided configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the products are: `http://127.0.0.1:PORT`.
    pub base: String,
    /// Endpoints that the block sets, by product.
    pub endpoints: BTreeMap<&'static str, String>,
    /// The default project.
    pub project: Option<String>,
    /// The default region.
    pub region: Option<String>,
    /// The default zone.
    pub zone: Option<String>,
    /// Sent with every request.
    pub token: String,
    /// Given to every resource with labels.
    pub default_labels: BTreeMap<String, String>,
    /// When the attribution label is added.
    pub attribution: Attribution,
    /// The default `deletion_policy`.
    pub deletion_policy: Option<String>,
    /// How often an operation is asked for.
    pub poll_interval: Duration,
}

/// A product: its name in paths below the base, the provider's attribute (whose variable is the same in
/// upper case, after GOOGLE_), and the path of its API.
const PRODUCTS: &[(&str, &str, &str)] = &[
    ("compute", "compute_custom_endpoint", "/compute/v1/"),
    ("storage", "storage_custom_endpoint", "/storage/v1/"),
    ("secretmanager", "secret_manager_custom_endpoint", "/secretmanager/v1/"),
    ("iam", "iam_beta_custom_endpoint", "/iam/v1/"),
    ("crm", "resource_manager_custom_endpoint", "/crm/v1/"),
];

const PROJECT: &[&str] =
    &["GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"];
const REGION: &[&str] = &["GOOGLE_REGION", "GCLOUD_REGION", "CLOUDSDK_COMPUTE_REGION"];
const ZONE: &[&str] = &["GOOGLE_ZONE", "GCLOUD_ZONE", "CLOUDSDK_COMPUTE_ZONE"];

impl Config {
    /// Reads the provider block, and the environment for what it leaves open.
    pub fn new(base: &str, block: &Value, env: &BTreeMap<String, String>) -> anyhow::Result<Self> {
        let text = |name: &str| {
            let text = block.at(name).as_text().filter(|text| !text.is_empty());
            text.map(str::to_owned)
        };
        let from = |names: &[&str]| {
            let mut values = names.iter().filter_map(|name| env.get(*name));
            values.find(|value| !value.is_empty()).cloned()
        };
        let mut endpoints = BTreeMap::new();
        for (product, attribute, _) in PRODUCTS {
            let variable = format!("GOOGLE_{}", attribute.to_uppercase());
            let Some(endpoint) = text(attribute).or_else(|| from(&[&variable])) else { continue };
            ensure!(endpoint.ends_with('/'), "{attribute} {endpoint} must end in a slash");
            endpoints.insert(*product, endpoint);
        }
        let strategy = block.text_at("terraform_attribution_label_addition_strategy");
        let attribution = match (block.at("add_terraform_attribution_label"), strategy) {
            (Value::Bool(false), _) => Attribution::Off,
            (_, "PROACTIVE") => Attribution::Always,
            _ => Attribution::Creation,
        };
        let labels = block.at("default_labels").as_map().into_iter().flatten();
        let label = |(k, v): (&String, &Value)| Some((k.clone(), v.as_text()?.to_owned()));
        let poll_interval = text("poll_interval").map(|text| duration(&text)).transpose()?;
        let token = text("access_token").or_else(|| from(&["GOOGLE_OAUTH_ACCESS_TOKEN"]));
        Ok(Self {
            base: base.to_owned(),
            endpoints,
            project: text("project").or_else(|| from(PROJECT)),
            region: text("region").or_else(|| from(REGION)).map(|region| last(&region)),
            zone: text("zone").or_else(|| from(ZONE)).map(|zone| last(&zone)),
            token: token.unwrap_or_else(|| "owner".to_owned()),
            default_labels: labels.filter_map(label).collect(),
            attribution,
            deletion_policy: text("deletion_policy"),
            poll_interval: poll_interval.unwrap_or(Duration::from_millis(100)),
        })
    }

    /// The address of a path such as `compute/projects/P/global/networks`.
    pub fn url(&self, path: &str) -> anyhow::Result<String> {
        let (product, rest) = path.split_once('/').context("a path begins with a product")?;
        let (name, _, prefix) = PRODUCTS
            .iter()
            .find(|(name, ..)| *name == product)
            .with_context(|| format!("{product} is no product"))?;
        Ok(match self.endpoints.get(name) {
            Some(endpoint) => format!("{endpoint}{rest}"),
            None => format!("{}{prefix}{rest}", self.base),
        })
    }
}

fn last(link: &str) -> String {
    super::spelling::basename(link).to_owned()
}

/// A Go duration of one part: 500ms, 2s, 1m.
fn duration(text: &str) -> anyhow::Result<Duration> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..split].parse().with_context(|| format!("{text} is no duration"))?;
    let unit = match &text[split..] {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        _ => anyhow::bail!("{text} is no duration"),
    };
    Duration::try_from_secs_f64(number * unit).with_context(|| format!("{text} is no duration"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use serde_json::json;

    use super::{Attribution, Config, duration};
    use crate::provider::value::Value;

    #[test]
    fn a_path_begins_with_its_product() {
        let block = json!({"storage_custom_endpoint": "http://127.0.0.1:1/s/"});
        let config =
            Config::new("http://127.0.0.1:2", &Value::from_json(&block), &BTreeMap::new()).unwrap();
        assert_eq!(config.url("storage/b/x").unwrap(), "http://127.0.0.1:1/s/b/x");
        assert_eq!(config.url("crm/projects/p").unwrap(), "http://127.0.0.1:2/crm/v1/projects/p");
        assert!(config.url("pubsub/x").is_err());
    }

    #[test]
    fn the_block_goes_before_the_environment() {
        let env = [
            ("GOOGLE_PROJECT", "env"),
            ("GOOGLE_ZONE", "z"),
            ("GOOGLE_IAM_BETA_CUSTOM_ENDPOINT", "http://h/i/"),
        ];
        let env = env.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let config =
            Config::new("", &Value::from_json(&json!({"project": "block"})), &env).unwrap();
        assert_eq!(config.project.as_deref(), Some("block"));
        assert_eq!(config.zone.as_deref(), Some("z"));
        assert_eq!(config.url("iam/projects/p").unwrap(), "http://h/i/projects/p");
    }

    #[test]
    fn the_attribution_label_can_be_switched_off() {
        let of = |block| {
            Config::new("", &Value::from_json(&block), &BTreeMap::new()).unwrap().attribution
        };
        assert_eq!(of(json!({})), Attribution::Creation);
        assert_eq!(of(json!({"add_terraform_attribution_label": false})), Attribution::Off);
    }

    #[test]
    fn durations_are_written_as_in_go() {
        assert_eq!(duration("500ms").unwrap(), Duration::from_millis(500));
        assert_eq!(duration("1.5s").unwrap(), Duration::from_millis(1500));
        assert!(duration("soon").is_err());
    }
}
