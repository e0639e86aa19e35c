//! What can go wrong with a store, with what was attempted, on which object and where.
//! Turning it into the text of a program is the job of the binaries.

use std::{fmt, io};

use crate::{
    cloud,
    google::{CredentialsError, GoogleError, hint_for},
};

/// An operation on a store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The location names a kind of store that cannot be opened.
    #[error("cannot open the store `{location}`: {reason}")]
    Unsupported {
        /// The location, as it was given.
        location: String,
        /// Why not.
        reason: &'static str,
    },
    /// The location is no place for a store.
    #[error("cannot open the store `{location}`")]
    Open {
        /// The location, as it was given.
        location: String,
        /// What the system said.
        source: io::Error,
    },
    /// The text can't be the key of an object, in any store.
    #[error("`{key}` cannot name an object of the store {location}: {reason}")]
    Key {
        /// The key that was asked for.
        key: String,
        /// The store.
        location: String,
        /// The rule that it breaks.
        reason: &'static str,
    },
    /// The backend failed.
    #[error("cannot {action} `{key}` in the store {location}")]
    Access {
        /// What was attempted.
        action: Action,
        /// The object, or the folder of a listing.
        key: String,
        /// The store.
        location: String,
        /// What the backend said.
        source: Box<object_store::Error>,
    },
    /// The backend refused, or the bucket is not there.
    #[error("cannot {action} `{key}` in the store {location}: {status} {message}")]
    Refused {
        /// What was attempted.
        action: Action,
        /// The object, or the folder of a listing.
        key: String,
        /// The store.
        location: String,
        /// The HTTP status.
        status: u16,
        /// What the server said.
        message: String,
    },
    /// There is no such bucket.
    #[error("there is no bucket `{bucket}`, which the store {location} is in")]
    NoBucket {
        /// The bucket.
        bucket: String,
        /// The store.
        location: String,
    },
    /// There is nobody to act as.
    #[error("cannot {action} `{key}` in the store {location}")]
    Credentials {
        /// What was attempted.
        action: Action,
        /// The object, or the folder of a listing.
        key: String,
        /// The store.
        location: String,
        /// Why not.
        source: Box<CredentialsError>,
    },
    /// Google could not be asked, or it refused.
    #[error("cannot {attempt} {location}")]
    Google {
        /// What was attempted.
        attempt: String,
        /// The store.
        location: String,
        /// Why not.
        source: Box<GoogleError>,
    },
    /// An object that has to be there is not.
    #[error("there is no `{key}` in the store {location}")]
    Missing {
        /// The object.
        key: String,
        /// The store.
        location: String,
    },
    /// An object is no JSON of the expected shape; the source tells the place.
    #[error("the object `{key}` in the store {location} is not what it should be")]
    Json {
        /// The object.
        key: String,
        /// The store.
        location: String,
        /// What is wrong, with line and column.
        source: serde_json::Error,
    },
    /// An object is far larger than it should be.
    #[error(
        "the object `{key}` in the store {location} has {size} bytes, and at most {most} are read"
    )]
    TooLarge {
        /// The object.
        key: String,
        /// The store.
        location: String,
        /// Its size.
        size: u64,
        /// The most that it may have.
        most: u64,
    },
    /// The receiving side of a download failed.
    #[error("cannot keep what is read from `{key}` in the store {location}")]
    Receive {
        /// The object.
        key: String,
        /// The store.
        location: String,
        /// What the receiving side said.
        source: io::Error,
    },
    /// The local file of an upload could not be read.
    #[error("cannot read {path} to put it as `{key}` into the store {location}")]
    Source {
        /// The file.
        path: String,
        /// The object that it should become.
        key: String,
        /// The store.
        location: String,
        /// What the system said.
        source: io::Error,
    },
    /// The local file of an upload is not the one that was announced.
    #[error("{path} has the sha256 {found}, not {expected}; nothing was put as `{key}`")]
    Changed {
        /// The file.
        path: String,
        /// The object that it should have become.
        key: String,
        /// The announced sha256.
        expected: String,
        /// The sha256 of what was read.
        found: String,
    },
    /// An object of another bucket is not the one that was announced.
    #[error("{object} has the sha256 {found}, not {expected}; nothing was put as `{key}`")]
    ChangedSource {
        /// The object, as `gs://…`.
        object: String,
        /// The object that it should have become.
        key: String,
        /// The announced sha256.
        expected: String,
        /// The sha256 of what was read.
        found: String,
    },
    /// The workers of the store could not be started.
    #[error("cannot start the threads of the store `{location}`")]
    Threads {
        /// The store.
        location: String,
        /// What the system said.
        source: io::Error,
    },
}

impl StoreError {
    /// Whether the bucket of the store does not exist.
    #[must_use]
    pub fn is_missing_bucket(&self) -> bool {
        matches!(self, Self::NoBucket { .. })
    }

    /// Whether it may be gone by itself later: a bucket, its network or its credentials did not
    /// answer, or said "not now". A folder answers at once.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Access { source, .. } => cloud::may_pass(source),
            Self::Google { source, .. } => source.may_pass(),
            Self::Credentials { source, .. } => source.may_pass(),
            _ => false,
        }
    }

    /// What the reader may do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoBucket { .. } => Some(
                "`gen-tf apply` makes it; if it should be there, look at `bucket` in the study and \
                 at the account that is logged in",
            ),
            Self::Refused { status, .. } => hint_for(*status),
            Self::Google { source, .. } => source.hint(),
            Self::Credentials { source, .. } => Some(source.hint()),
            _ => None,
        }
    }
}

/// What was attempted when the backend failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A listing.
    List,
    /// Reading an object or its size.
    Read,
    /// Writing an object.
    Write,
    /// Removing an object.
    Delete,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::List => "list",
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
        })
    }
}
