//! One HTTP request to Google and its answer: authorised, tried again within bounds, read whole.

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::{Method, header::HeaderMap};
use serde::Deserialize;
use serde_json::Value;

use super::{
    Google, GoogleError,
    retry::{Patience, is_passing},
};

/// A request that can be sent any number of times.
pub(crate) struct Request {
    method: Method,
    url: String,
    query: Vec<(String, String)>,
    headers: Vec<(&'static str, String)>,
    body: Option<Bytes>,
    repeatable: bool,
}

/// A whole answer, whatever its status.
pub(crate) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// A request that was sent once has no answer.
pub(crate) enum Unanswered {
    /// Nobody knows whether it was obeyed.
    Lost(GoogleError),
    /// It could not be sent.
    Failed(GoogleError),
}

impl From<GoogleError> for Unanswered {
    fn from(error: GoogleError) -> Self {
        Self::Failed(error)
    }
}

#[derive(Deserialize)]
struct Refusal {
    error: Details,
}

#[derive(Deserialize)]
struct Details {
    message: Option<String>,
    #[serde(default)]
    errors: Vec<Reason>,
    status: Option<String>,
}

#[derive(Deserialize)]
struct Reason {
    reason: Option<String>,
}

impl Request {
    pub fn new(method: Method, url: String) -> Self {
        // A POST whose answer is lost may have been obeyed; another of these has the same effect.
        let repeatable = method != Method::POST && method != Method::PATCH;
        Self { method, url, query: Vec::new(), headers: Vec::new(), body: None, repeatable }
    }

    pub fn query(&mut self, pairs: &[(&str, &str)]) -> &mut Self {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.query.extend(pairs);
        self
    }

    pub fn header(&mut self, name: &'static str, value: impl Into<String>) -> &mut Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn body(&mut self, bytes: Bytes) -> &mut Self {
        self.body = Some(bytes);
        self
    }

    pub fn json(&mut self, value: &Value) -> &mut Self {
        self.body = Some(value.to_string().into());
        self.header("content-type", "application/json")
    }

    /// Says that it may be sent again when nobody knows whether it was obeyed.
    pub fn repeatable(&mut self) -> &mut Self {
        self.repeatable = true;
        self
    }

    /// Method and URL for messages, without the query: that can hold the id of an upload, which is
    /// as good as a password.
    pub fn name(&self) -> String {
        let url = self.url.split('?').next().unwrap_or_default();
        format!("{} {url}", self.method)
    }

    fn build(&self, http: &reqwest::Client, token: &str) -> reqwest::RequestBuilder {
        let mut request = http.request(self.method.clone(), &self.url).bearer_auth(token);
        if !self.query.is_empty() {
            request = request.query(&self.query);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        match &self.body {
            Some(body) => request.body(body.clone()),
            None if self.method == Method::POST || self.method == Method::PUT => {
                request.header("content-length", "0")
            }
            None => request,
        }
    }
}

impl Google {
    /// Sends a request until it is answered for good. Every status is an answer, except those that
    /// say "not now" and, once, a token that has run out.
    pub(crate) async fn send(&self, request: &Request) -> Result<Answer, GoogleError> {
        let mut patience = Patience::new();
        let mut may_renew = true;
        loop {
            let token = self.credentials.token().await.map_err(GoogleError::Credentials)?;
            match self.send_once(request, &token).await {
                Ok(answer) if answer.status == 401 && may_renew && self.credentials.renew() => {
                    may_renew = false;
                }
                Ok(answer) if is_passing(answer.status) => {
                    if !patience.wait().await {
                        return Ok(answer);
                    }
                }
                Ok(answer) => return Ok(answer),
                Err(source) => {
                    let may_retry = request.repeatable || source.is_connect();
                    if !may_retry || !patience.wait().await {
                        let tries = patience.tries();
                        let source = source.without_url();
                        return Err(GoogleError::Connection {
                            request: request.name(),
                            tries,
                            source,
                        });
                    }
                }
            }
        }
    }

    /// Sends a request once. A token that has run out counts as a lost connection, as far as there
    /// is another one, so that the caller asks what has become of it.
    pub(crate) async fn send_unrepeated(&self, request: &Request) -> Result<Answer, Unanswered> {
        let token = self.credentials.token().await.map_err(GoogleError::Credentials)?;
        match self.send_once(request, &token).await {
            Ok(answer) if answer.status == 401 && self.credentials.renew() => {
                Err(Unanswered::Lost(answer.refusal(request)))
            }
            Ok(answer) => Ok(answer),
            Err(source) => {
                let source = source.without_url();
                let lost = GoogleError::Connection { request: request.name(), tries: 1, source };
                Err(Unanswered::Lost(lost))
            }
        }
    }

    async fn send_once(&self, request: &Request, token: &str) -> reqwest::Result<Answer> {
        let response = request.build(&self.http, token).send().await?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.bytes().await?;
        Ok(Answer { status, headers, body })
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The server's clock.
    pub fn date(&self) -> Option<Timestamp> {
        let date = self.header("date")?;
        jiff::fmt::rfc2822::parse(date).ok().map(|date| date.timestamp())
    }

    /// The JSON of a success, or the refusal as an error.
    pub fn json(&self, request: &Request) -> Result<Value, GoogleError> {
        if !(200..300).contains(&self.status) {
            return Err(self.refusal(request));
        }
        if self.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&self.body)
            .map_err(|source| GoogleError::Json { request: request.name(), source })
    }

    pub fn refusal(&self, request: &Request) -> GoogleError {
        let refusal: Option<Details> =
            serde_json::from_slice::<Refusal>(&self.body).ok().map(|refusal| refusal.error);
        let (message, reason) = match refusal {
            Some(details) => {
                let reason = details.errors.into_iter().find_map(|error| error.reason);
                (details.message.unwrap_or_default(), reason.or(details.status))
            }
            // A proxy in between, or the XML API: its beginning says enough.
            None => (String::from_utf8_lossy(&self.body).chars().take(300).collect(), None),
        };
        GoogleError::Refused { request: request.name(), status: self.status, reason, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &'static str) -> Answer {
        Answer { status, headers: HeaderMap::new(), body: Bytes::from_static(body.as_bytes()) }
    }

    #[test]
    fn a_refusal_says_what_google_said_and_no_upload_id() {
        let request = Request::new(Method::PUT, "http://h/upload/b/x?upload_id=secret".into());
        let body = r#"{"error": {"code": 403, "message": "no access",
            "errors": [{"reason": "forbidden"}], "status": "PERMISSION_DENIED"}}"#;
        let error = answer(403, body).json(&request).unwrap_err();
        assert_eq!(error.to_string(), "PUT http://h/upload/b/x was refused: 403 no access");
        assert_eq!((error.status(), error.reason()), (Some(403), Some("forbidden")));
        assert!(error.hint().unwrap().contains("role"));
    }

    #[test]
    fn a_refusal_by_somebody_in_between_shows_its_beginning() {
        let request = Request::new(Method::GET, "http://h/x".into());
        let error = answer(502, "<html>Bad Gateway</html>").json(&request).unwrap_err();
        assert!(error.to_string().ends_with("502 <html>Bad Gateway</html>"), "{error}");
    }
}
