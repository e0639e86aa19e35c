//! Unpacks the archive of an attempt while it arrives, and believes nothing that it cannot check:
//! neither the bytes, nor the names, nor the kinds of what is inside.
//!
//! It writes below the one folder that it is given; a folder after an error is to be thrown away.

mod stream;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read, Write},
};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use flate2::read::GzDecoder;
use gen_tf_core::outcome::{FORMAT, FileEntry, FileList, Uploaded};
use sha2::{Digest, Sha256};
use tar::EntryType;

use self::stream::{Bounded, Metered};
use crate::results::OUTCOME;

/// What an archive may hold beside its files' bytes: headers and padding of each file, and folders.
const OVERHEAD_OF_A_FILE: u64 = 8 * 1024;
const OVERHEAD: u64 = 4 * 1024 * 1024;

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
    #[error("`{path}` is the name of the attempt's outcome, and no file of an archive may take it")]
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

/// What was unpacked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unpacked {
    /// Number of files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Reads a file list after comparing it with what the outcome announced.
pub fn read_list(bytes: &[u8], announced: &Uploaded) -> Result<FileList, ArchiveError> {
    let found = hex(&Sha256::digest(bytes));
    if found != announced.file_list_sha256 {
        let expected = announced.file_list_sha256.clone();
        return Err(ArchiveError::ListHash { expected, found });
    }
    let list: FileList =
        serde_json::from_slice(bytes).map_err(|source| ArchiveError::ListJson { source })?;
    if list.format != FORMAT {
        return Err(ArchiveError::ListFormat { found: list.format });
    }
    let found = list.files.len() as u64;
    if found != announced.files {
        return Err(ArchiveError::ListCount { expected: announced.files, found });
    }
    Ok(list)
}

/// Unpacks what `archive` gives into the empty folder `folder` and checks every byte of it.
///
/// `received` hears of each piece of the archive that has arrived, by its size.
pub fn unpack(
    archive: impl Read,
    announced: &Uploaded,
    list: &FileList,
    folder: &Utf8Path,
    received: impl Fn(u64),
) -> Result<Unpacked, ArchiveError> {
    let mut archive = Metered::new(archive, received);
    let unpacked = unpack_entries(&mut archive, list, folder);
    if let Err(ArchiveError::Write { .. }) = unpacked {
        return unpacked;
    }
    // Whether the bytes are the announced ones explains more than what unpacking met in them.
    let (found, size) = archive.finish().map_err(|source| ArchiveError::Unreadable { source })?;
    if size != announced.size {
        return Err(ArchiveError::Size { expected: announced.size, found: size });
    }
    if found != announced.sha256 {
        let expected = announced.sha256.clone();
        return Err(ArchiveError::Damaged {
            expected,
            found,
            source: unpacked.err().map(Box::new),
        });
    }
    unpacked
}

fn unpack_entries(
    archive: impl Read,
    list: &FileList,
    folder: &Utf8Path,
) -> Result<Unpacked, ArchiveError> {
    let bounded = Bounded::new(GzDecoder::new(archive), limit(list));
    let exceeded = bounded.exceeded();
    let unreadable = |source| match exceeded.get() {
        true => ArchiveError::TooLarge { limit: limit(list) },
        false => ArchiveError::Unreadable { source },
    };
    let mut tar = tar::Archive::new(bounded);
    let mut awaited: BTreeMap<&str, &FileEntry> =
        list.files.iter().map(|(path, entry)| (path.as_str(), entry)).collect();
    let mut unpacked = Unpacked::default();
    for entry in tar.entries().map_err(unreadable)? {
        let mut entry = entry.map_err(unreadable)?;
        let Some(path) = path_of_file(&entry.path_bytes(), entry.header().entry_type())? else {
            continue;
        };
        let Some(expected) = awaited.remove(path.as_str()) else {
            let path = path.into_string();
            return Err(match list.files.contains_key(&path) {
                true => ArchiveError::Duplicate { path },
                false => ArchiveError::Unlisted { path },
            });
        };
        if entry.size() != expected.size {
            let (path, found) = (path.into_string(), entry.size());
            return Err(ArchiveError::FileSize { path, expected: expected.size, found });
        }
        write_file(&mut entry, &path, expected, folder, unreadable)?;
        unpacked.files += 1;
        unpacked.bytes += expected.size;
    }
    match awaited.keys().next() {
        Some(path) => Err(ArchiveError::Missing { path: (*path).to_owned(), count: awaited.len() }),
        None => Ok(unpacked),
    }
}

fn limit(list: &FileList) -> u64 {
    list.files.iter().fold(OVERHEAD, |limit, (path, entry)| {
        let names = 4 * path.len() as u64;
        limit.saturating_add(entry.size).saturating_add(OVERHEAD_OF_A_FILE + names)
    })
}

/// The path of a file below the results; nothing for a folder, which comes with its files.
fn path_of_file(path: &[u8], kind: EntryType) -> Result<Option<Utf8PathBuf>, ArchiveError> {
    let text = String::from_utf8_lossy(path).into_owned();
    let is_folder = match kind {
        EntryType::Regular | EntryType::Continuous => false,
        EntryType::Directory => true,
        other => return Err(ArchiveError::Kind { path: text, kind: name_of(other) }),
    };
    let Ok(path) = std::str::from_utf8(path) else {
        return Err(ArchiveError::Path { path: text });
    };
    let mut plain = Utf8PathBuf::new();
    for part in Utf8Path::new(path).components() {
        match part {
            Utf8Component::CurDir => {}
            Utf8Component::Normal(part) => plain.push(part),
            _ => return Err(ArchiveError::Path { path: text }),
        }
    }
    if is_folder {
        return Ok(None);
    }
    match plain.components().next() {
        None => Err(ArchiveError::Path { path: text }),
        Some(first) if first.as_str() == OUTCOME => Err(ArchiveError::Reserved { path: text }),
        Some(_) => Ok(Some(plain)),
    }
}

fn name_of(kind: EntryType) -> &'static str {
    match kind {
        EntryType::Symlink => "symbolic link",
        EntryType::Link => "hard link",
        EntryType::Char | EntryType::Block => "device",
        EntryType::Fifo => "named pipe",
        EntryType::GNUSparse => "sparse file",
        _ => "thing of an unknown kind",
    }
}

fn write_file(
    entry: &mut impl Read,
    path: &Utf8Path,
    expected: &FileEntry,
    folder: &Utf8Path,
    unreadable: impl Fn(io::Error) -> ArchiveError,
) -> Result<(), ArchiveError> {
    let target = folder.join(path);
    let failed = |source| ArchiveError::Write { path: target.clone(), source };
    fs::create_dir_all(target.parent().unwrap_or(folder)).map_err(failed)?;
    let mut file = File::create_new(&target).map_err(failed)?;
    let mut hash = Sha256::new();
    let mut size = 0;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = match entry.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(unreadable(error)),
        };
        hash.update(&buffer[..length]);
        file.write_all(&buffer[..length]).map_err(failed)?;
        size += length as u64;
    }
    let path = || path.to_string();
    if size != expected.size {
        let expected = expected.size;
        return Err(ArchiveError::FileSize { path: path(), expected, found: size });
    }
    let found = hex(&hash.finalize());
    if found != expected.sha256 {
        let expected = expected.sha256.clone();
        return Err(ArchiveError::FileHash { path: path(), expected, found });
    }
    file.sync_all().map_err(failed)
}

/// Lower-case hexadecimal.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
