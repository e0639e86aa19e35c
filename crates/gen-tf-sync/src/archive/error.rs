//! What can be wrong with an archive or its file list, and what the reader may do about it.

use std::io;

use camino::Utf8PathBuf;
use gen_tf_core::outcome::FORMAT;

use crate::{
    disk,
    pull::{AGAIN, NOT_OF_GUEST, RESTORE},
    results::DISK_HINT,
};

/// An archive or its file list is not what the outcome says.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The file list is not the announced one.
    #[error("the file list has the sha256 {found}, and the outcome says {expected}")]
    ListHash {
        /// The announced sha256.
        expected: String,
        /// The sha256 of what is there.
        found: String,
    },
    /// The file list cannot be read.
    #[error("the file list cannot be read")]
    ListJson {
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The file list is of another version.
    #[error("the file list has format {found}, and this gen-tf-sync reads format {FORMAT}")]
    ListFormat {
        /// The format that was found.
        found: u32,
    },
    /// The outcome and the file list count differently.
    #[error("the file list names {found} files, and the outcome says {expected}")]
    ListCount {
        /// The number in the outcome.
        expected: u64,
        /// The number in the list.
        found: u64,
    },
    /// The archive is longer or shorter than announced.
    #[error("the archive has {found} bytes, and the outcome says {expected}")]
    Size {
        /// The announced size.
        expected: u64,
        /// The size of what is there.
        found: u64,
    },
    /// The archive's bytes are not the announced ones.
    #[error("the archive is damaged: it has the sha256 {found}, and the outcome says {expected}")]
    Damaged {
        /// The announced sha256.
        expected: String,
        /// The sha256 of what is there.
        found: String,
        /// What unpacking stumbled over.
        source: Option<Box<ArchiveError>>,
    },
    /// The archive stopped to arrive.
    #[error("the archive did not arrive whole")]
    Broken {
        /// What the store said.
        source: io::Error,
    },
    /// The disk has no room for the files.
    #[error("{path} has room for {free} bytes, and the files have {needed}")]
    NoRoom {
        /// Where they should go.
        path: Utf8PathBuf,
        /// Their bytes.
        needed: u64,
        /// The free bytes.
        free: u64,
    },
    /// The bytes arrived as announced, and are no archive.
    #[error("the archive cannot be read")]
    Unreadable {
        /// What is wrong with it.
        source: io::Error,
    },
    /// The archive unpacks to far more than its files.
    #[error("the archive unpacks to more than {limit} bytes, the most that its file list allows")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// The archive holds something that is neither file nor folder.
    #[error("`{path}` in the archive is a {kind}, and only files and folders are taken")]
    Kind {
        /// Its path.
        path: String,
        /// What it is.
        kind: &'static str,
    },
    /// A path would lead out of the results, or is none.
    #[error("`{path}` in the archive is no path below the results")]
    Path {
        /// The path.
        path: String,
    },
    /// A path that gen-tf-sync itself writes.
    #[error(
        "`{path}` is the name of what gen-tf-sync writes, and no file of an archive may take it"
    )]
    Reserved {
        /// The path.
        path: String,
    },
    /// A path is there twice.
    #[error("`{path}` is in the archive twice")]
    Duplicate {
        /// The path.
        path: String,
    },
    /// A file is in the archive and not in its list.
    #[error("`{path}` is in the archive and not in its file list")]
    Unlisted {
        /// The path.
        path: String,
    },
    /// A file is in the list and not in the archive.
    #[error("`{path}` is in the file list and not in the archive ({count} such files)")]
    Missing {
        /// The first such path.
        path: String,
        /// How many there are.
        count: usize,
    },
    /// A file has another size than the list says.
    #[error("`{path}` has {found} bytes, and the file list says {expected}")]
    FileSize {
        /// The path.
        path: String,
        /// The size in the list.
        expected: u64,
        /// The size in the archive.
        found: u64,
    },
    /// A file has other bytes than the list says.
    #[error("`{path}` has the sha256 {found}, and the file list says {expected}")]
    FileHash {
        /// The path.
        path: String,
        /// The sha256 in the list.
        expected: String,
        /// The sha256 of the file.
        found: String,
    },
    /// This side failed.
    #[error("cannot write {path}")]
    Write {
        /// The file or folder.
        path: Utf8PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl ArchiveError {
    /// Whether the disk takes nothing more.
    pub(crate) fn is_of_full_disk(&self) -> bool {
        matches!(self, Self::Write { source, .. } if disk::is_full(source))
    }

    /// What the reader may do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Broken { .. } => AGAIN,
            Self::NoRoom { .. } => DISK_HINT,
            Self::Write { .. } if self.is_of_full_disk() => DISK_HINT,
            Self::Write { .. } => {
                "look at the folder's rights and its disk, or pull into another one with --results DIR"
            }
            Self::ListFormat { .. } => "use the gen-tf-sync of the same version as gen-tf",
            Self::ListHash { .. } | Self::Size { .. } | Self::Damaged { .. } => RESTORE,
            Self::ListJson { .. }
            | Self::ListCount { .. }
            | Self::Unreadable { .. }
            | Self::TooLarge { .. }
            | Self::Kind { .. }
            | Self::Path { .. }
            | Self::Reserved { .. }
            | Self::Duplicate { .. }
            | Self::Unlisted { .. }
            | Self::Missing { .. }
            | Self::FileSize { .. }
            | Self::FileHash { .. } => NOT_OF_GUEST,
        }
    }
}
