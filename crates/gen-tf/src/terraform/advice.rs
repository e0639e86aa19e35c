//! Failures of Terraform on Google Cloud that people meet: told by the words of their messages,
//! because the provider passes no codes on. Each has its way out.

use super::Failure;

/// A failure that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The zone has no machines of this type left.
    Stockout,
    /// The project's quota is used up.
    Quota,
    /// An API of the project is not enabled.
    ApiDisabled,
    /// The account may not do it.
    Denied,
    /// Something of this name is there already.
    Exists,
    /// The bucket of Terraform's state does not exist, or can't be read.
    StateBucket,
    /// The state was kept elsewhere before.
    StateMoved,
    /// Somebody else holds the state.
    StateLocked,
    /// There are no credentials, or they have run out.
    Credentials,
    /// The provider could not be installed.
    Provider,
}

/// Words of messages, in small letters; the first trouble whose words are in a message is it.
const WORDS: [(Trouble, &[&str]); 10] = [
    (
        Trouble::Stockout,
        &[
            "does not have enough resources available",
            "zone_resource_pool_exhausted",
            "resource_pool_exhausted",
            "currently unavailable in the",
        ],
    ),
    (Trouble::StateLocked, &["error acquiring the state lock"]),
    (Trouble::StateMoved, &["backend configuration changed", "backend initialization required"]),
    (
        Trouble::StateBucket,
        &[
            "bucket doesn't exist",
            "querying cloud storage failed",
            "failed to get existing workspaces",
        ],
    ),
    (
        Trouble::ApiDisabled,
        &["service_disabled", "accessnotconfigured", "it is disabled", "api has not been used"],
    ),
    (
        Trouble::Credentials,
        &[
            "could not find default credentials",
            "no credentials loaded",
            "googleapi: error 401",
            "invalid_grant",
            "storage.newclient() failed",
        ],
    ),
    (
        Trouble::Quota,
        &[
            "quota_exceeded",
            "quotaexceeded",
            "exceeded quota",
            "exceeds quota",
            "' exceeded. limit:",
        ],
    ),
    (
        Trouble::Exists,
        &[
            "googleapi: error 409",
            "alreadyexists",
            "you already own it",
            "bucket name is not available",
        ],
    ),
    (Trouble::Denied, &["googleapi: error 403", "permission_denied", "does not have permission"]),
    (
        Trouble::Provider,
        &["failed to query available provider packages", "failed to install provider"],
    ),
];

impl Trouble {
    /// What a message tells of.
    #[must_use]
    pub fn of(message: &str) -> Option<Self> {
        // Messages are wrapped, and some have two spaces between sentences.
        let message = message.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let told = WORDS.iter().find(|(_, words)| words.iter().any(|word| message.contains(word)));
        told.map(|(trouble, _)| *trouble)
    }

    /// Whether it may be over by itself after a while.
    #[must_use]
    pub fn passes(self) -> bool {
        matches!(self, Self::Stockout | Self::Quota)
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Stockout => {
                "the zone has no such machines left for now: add another zone of the region to \
                 `zones`, or apply again later; what could not start stays pending"
            }
            Self::Quota => {
                "ask for more quota (console: IAM & Admin, Quotas), or lower `max_parallel`; what \
                 could not start stays pending"
            }
            Self::ApiDisabled => {
                "enable the API that the message names: `gcloud services enable \
                 compute.googleapis.com storage.googleapis.com secretmanager.googleapis.com \
                 iam.googleapis.com`; it takes some minutes to work"
            }
            Self::Denied => {
                "the account lacks a role in the project: docs/gcp.md lists what is needed; a new \
                 role takes minutes to work"
            }
            Self::Exists => {
                "something of this name is there and not in Terraform's state: it was made by hand, \
                 by another workspace, or by an apply that was killed; remove it, or take it over \
                 with `terraform import`"
            }
            Self::StateBucket => {
                "make the bucket that `state_bucket` names, with versioning: `gcloud storage buckets \
                 create gs://NAME --uniform-bucket-level-access` and `gcloud storage buckets update \
                 gs://NAME --versioning`; gen-tf makes only the study's own bucket"
            }
            Self::StateMoved => {
                "`state_bucket` has changed since the last init: move the state with `terraform init \
                 -migrate-state` in the workspace, or take the change back"
            }
            Self::StateLocked => {
                "another Terraform works on this state; if it was killed, `terraform force-unlock` in \
                 the workspace with the number that the message names"
            }
            Self::Credentials => {
                "log in: `gcloud auth application-default login`, or set \
                 GOOGLE_APPLICATION_CREDENTIALS; `gen-tf doctor` tells who is logged in"
            }
            Self::Provider => {
                "Terraform gets hashicorp/google from its registry: look at the network, or set up a \
                 mirror of providers"
            }
        }
    }
}

impl Failure {
    /// What the errors tell of, each error once; nothing stands for one that is not known.
    #[must_use]
    pub fn troubles(&self) -> Vec<Option<Trouble>> {
        let errors = self.diagnostics.iter().filter(|it| it.is_error());
        let told: Vec<_> =
            errors.map(|it| Trouble::of(&format!("{}\n{}", it.summary, it.detail))).collect();
        if told.is_empty() { vec![Trouble::of(&self.stderr.join("\n"))] } else { told }
    }

    /// Whether every error may be over by itself after a while.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.troubles().iter().all(|trouble| trouble.is_some_and(Trouble::passes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_the_provider_are_told_by_their_words() {
        for (message, expected) in [
            (
                "Error waiting for instance to create: The zone 'projects/p/zones/us-central1-a' does not have enough resources available to fulfill the request.  Try a different zone, or try again later.",
                Trouble::Stockout,
            ),
            (
                "Error creating instance: googleapi: Error 403: Quota 'CPUS' exceeded.  Limit: 24.0 in region us-central1., quotaExceeded",
                Trouble::Quota,
            ),
            (
                "Error creating Network: googleapi: Error 403: Compute Engine API has not been used in project 1 before or it is disabled. Enable it by visiting …, accessNotConfigured",
                Trouble::ApiDisabled,
            ),
            (
                "Error creating service account: googleapi: Error 403: Permission 'iam.serviceAccounts.create' denied on resource, forbidden",
                Trouble::Denied,
            ),
            (
                "googleapi: Error 409: Your previous request to create the named bucket succeeded and you already own it., conflict",
                Trouble::Exists,
            ),
            (
                "Error creating instance: googleapi: Error 409: The resource 'projects/p/zones/z/instances/i' already exists, alreadyExists",
                Trouble::Exists,
            ),
            (
                "Failed to get existing workspaces: querying Cloud Storage failed: storage: bucket doesn't exist",
                Trouble::StateBucket,
            ),
            ("Backend configuration changed", Trouble::StateMoved),
            ("Error acquiring the state lock", Trouble::StateLocked),
            (
                "Attempted to load application default credentials since neither `credentials` nor `access_token` was set in the provider block.  No credentials loaded.",
                Trouble::Credentials,
            ),
            ("Failed to query available provider packages", Trouble::Provider),
        ] {
            assert_eq!(Trouble::of(message), Some(expected), "{message}");
        }
    }

    #[test]
    fn other_messages_are_not_explained() {
        for message in ["local-exec provisioner error", "mkdir: File exists", "Invalid index", ""] {
            assert_eq!(Trouble::of(message), None, "{message}");
        }
    }
}
