//! Refusals as Google's APIs word them: a status, a reason, a message.
//! How they are written (JSON or XML) is the HTTP side's concern.

/// A refused request.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{code} {reason}: {message}")]
pub struct ApiError {
    /// HTTP status.
    pub code: u16,
    /// Machine-readable reason in Google's camel case, such as `notFound`.
    pub reason: String,
    /// Text for people.
    pub message: String,
}

/// What almost everything in the cloud returns.
pub type Result<T, E = ApiError> = std::result::Result<T, E>;

impl ApiError {
    /// An error of any kind.
    pub fn new(code: u16, reason: &str, message: impl Into<String>) -> Self {
        Self { code, reason: reason.into(), message: message.into() }
    }

    /// 404: what was named does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "notFound", message)
    }

    /// 400: a value is wrong.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalid", message)
    }

    /// 400: the state of a thing does not allow this.
    pub fn failed_precondition(message: impl Into<String>) -> Self {
        Self::new(400, "failedPrecondition", message)
    }

    /// 403: the caller lacks a right.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, "forbidden", message)
    }

    /// 409: the name is taken.
    pub fn exists(message: impl Into<String>) -> Self {
        Self::new(409, "alreadyExists", message)
    }

    /// 409 in Cloud Storage's words.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, "conflict", message)
    }

    /// 409: somebody changed a policy in the meantime.
    pub fn aborted(message: impl Into<String>) -> Self {
        Self::new(409, "aborted", message)
    }

    /// 412: a precondition did not hold.
    pub fn condition_not_met() -> Self {
        let message = "At least one of the pre-conditions you specified did not hold.";
        Self::new(412, "conditionNotMet", message)
    }

    /// 500: this program failed, not its caller.
    pub fn internal(message: impl std::fmt::Display) -> Self {
        Self::new(500, "backendError", format!("fake-gcp failed: {message}"))
    }

    /// The canonical name of the status, as the newer APIs have it beside the reason.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match (self.code, self.reason.as_str()) {
            (400, "failedPrecondition") | (412, _) => "FAILED_PRECONDITION",
            (400 | 416, _) => "INVALID_ARGUMENT",
            (401, _) => "UNAUTHENTICATED",
            (403, _) => "PERMISSION_DENIED",
            (404, _) => "NOT_FOUND",
            (409, "aborted") => "ABORTED",
            (409, _) => "ALREADY_EXISTS",
            (429, _) => "RESOURCE_EXHAUSTED",
            (501, _) => "UNIMPLEMENTED",
            (503, _) => "UNAVAILABLE",
            (504, _) => "DEADLINE_EXCEEDED",
            _ => "INTERNAL",
        }
    }
}
