//! Where Google's services are: their public addresses, or an emulator's by the variables that
//! Terraform's google provider reads. It sends nothing.

use std::collections::BTreeMap;

use reqwest::Url;

/// A service of Google Cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// Cloud Storage: `b/<bucket>/o/<object>`.
    Storage,
    /// Compute Engine: `projects/<project>/zones/<zone>/instances/<name>`.
    Compute,
    /// Secret Manager: `projects/<project>/secrets/<secret>`.
    SecretManager,
    /// Identity and Access Management: `projects/<project>/serviceAccounts/<email>`.
    Iam,
    /// Resource Manager: `projects/<project>`.
    ResourceManager,
    /// Service Usage: `projects/<project>/services/<service>`.
    ServiceUsage,
}

impl Service {
    const ALL: [Self; 6] = [
        Self::Storage,
        Self::Compute,
        Self::SecretManager,
        Self::Iam,
        Self::ResourceManager,
        Self::ServiceUsage,
    ];

    /// The variable that names another base URL.
    #[must_use]
    pub fn variable(self) -> &'static str {
        match self {
            Self::Storage => "GOOGLE_STORAGE_CUSTOM_ENDPOINT",
            Self::Compute => "GOOGLE_COMPUTE_CUSTOM_ENDPOINT",
            Self::SecretManager => "GOOGLE_SECRET_MANAGER_CUSTOM_ENDPOINT",
            Self::Iam => "GOOGLE_IAM_BETA_CUSTOM_ENDPOINT",
            Self::ResourceManager => "GOOGLE_RESOURCE_MANAGER_CUSTOM_ENDPOINT",
            Self::ServiceUsage => "GOOGLE_SERVICE_USAGE_CUSTOM_ENDPOINT",
        }
    }

    fn base(self) -> &'static str {
        match self {
            Self::Storage => "https://storage.googleapis.com/storage/v1/",
            Self::Compute => "https://compute.googleapis.com/compute/v1/",
            Self::SecretManager => "https://secretmanager.googleapis.com/v1/",
            Self::Iam => "https://iam.googleapis.com/v1/",
            Self::ResourceManager => "https://cloudresourcemanager.googleapis.com/v1/",
            Self::ServiceUsage => "https://serviceusage.googleapis.com/v1/",
        }
    }
}

/// The base URL of each service.
#[derive(Debug)]
pub(crate) struct Endpoints(BTreeMap<Service, Url>);

impl Endpoints {
    /// The endpoints that the variables name, or what is wrong with one of them.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let mut bases = BTreeMap::new();
        for service in Service::ALL {
            let name = service.variable();
            let given = variable(name).filter(|value| !value.is_empty());
            let base = given.as_deref().unwrap_or(service.base());
            let url = Url::parse(base).ok().filter(is_base).ok_or_else(|| {
                format!("{name} is `{base}`, and has to be a URL such as `{}`", service.base())
            })?;
            bases.insert(service, url);
        }
        Ok(Self(bases))
    }

    /// The URL of `path` in a service. The path's parts are encoded already.
    pub fn url(&self, service: Service, path: &str) -> String {
        format!("{}{path}", self.0[&service])
    }

    /// The root of Cloud Storage's host: its XML API and its uploads begin there, whatever the path
    /// of the endpoint is, and so they do for Terraform's provider.
    pub fn storage_root(&self) -> String {
        self.0[&Service::Storage].origin().ascii_serialization()
    }
}

/// The provider's rule: a path of at least one part, with a slash at its end.
fn is_base(url: &Url) -> bool {
    let has_host = matches!(url.scheme(), "http" | "https") && url.has_host();
    has_host && url.path().len() > 1 && url.path().ends_with('/')
}

/// One part of a path, encoded so that it stays one part.
#[must_use]
pub fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_path_stays_one_part() {
        assert_eq!(segment("a b/ü%?#:~.x"), "a%20b%2F%C3%BC%25%3F%23%3A~.x");
    }

    #[test]
    fn an_emulator_takes_the_place_of_one_service_only() {
        let given = |name: &str| {
            (name == "GOOGLE_STORAGE_CUSTOM_ENDPOINT")
                .then(|| "http://127.0.0.1:9/storage/v1/".to_owned())
        };
        let endpoints = Endpoints::read(given).unwrap();
        assert_eq!(endpoints.url(Service::Storage, "b/x"), "http://127.0.0.1:9/storage/v1/b/x");
        assert_eq!(endpoints.storage_root(), "http://127.0.0.1:9");
        let compute = endpoints.url(Service::Compute, "projects/p");
        assert_eq!(compute, "https://compute.googleapis.com/compute/v1/projects/p");
    }

    #[test]
    fn an_endpoint_that_the_provider_would_refuse_is_refused() {
        for bad in ["nonsense", "http://h/", "http://h/v1", "ftp://h/v1/", "file:///v1/"] {
            let error = Endpoints::read(|_| Some(bad.to_owned())).unwrap_err();
            assert!(error.contains(bad) && error.contains("_CUSTOM_ENDPOINT"), "{error}");
        }
    }
}
