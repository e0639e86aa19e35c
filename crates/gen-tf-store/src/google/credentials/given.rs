//! A given token as the source of an impersonation. Without one it is used as it is.

use std::fmt;

use google_cloud_auth::{
    credentials::{
        AccessToken, AccessTokenCredentials, AccessTokenCredentialsProvider, CacheableResource,
        CredentialsProvider, EntityTag,
    },
    errors::CredentialsError,
};
use object_store::{Extensions, HeaderMap, HeaderValue};

struct Given(String);

pub(super) fn credentials(token: &str) -> AccessTokenCredentials {
    Given(token.to_owned()).into()
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Given(…)")
    }
}

impl CredentialsProvider for Given {
    async fn headers(
        &self,
        _: Extensions,
    ) -> Result<CacheableResource<HeaderMap>, CredentialsError> {
        let value = HeaderValue::from_str(&format!("Bearer {}", self.0))
            .map_err(|error| CredentialsError::from_source(false, error))?;
        let data = [(reqwest::header::AUTHORIZATION, value)].into_iter().collect();
        Ok(CacheableResource::New { entity_tag: EntityTag::new(), data })
    }

    async fn universe_domain(&self) -> Option<String> {
        None
    }
}

impl AccessTokenCredentialsProvider for Given {
    async fn access_token(&self) -> Result<AccessToken, CredentialsError> {
        Ok(AccessToken { token: self.0.clone() })
    }
}
