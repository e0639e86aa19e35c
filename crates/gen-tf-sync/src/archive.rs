//! Unpacks the archive of an attempt while it arrives, and believes nothing that it cannot check:
//! neither the bytes, nor the names, nor the kinds of what is inside.
//!
//! It writes below the one folder that it is given; a folder after an error is to be thrown away.

mod error;
mod stream;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufReader, Read, Write},
};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use flate2::read::GzDecoder;
use gen_tf_core::outcome::{FORMAT, FileEntry, FileList, Uploaded};
use sha2::{Digest, Sha256};
use tar::EntryType;

use self::stream::{Bounded, Metered};
use crate::{
    disk,
    metrics::METRICS,
    results::{FILES, OUTCOME},
};

pub use error::ArchiveError;

/// What an archive may hold beside its files' bytes: headers and padding of each file, and folders.
const OVERHEAD_OF_A_FILE: u64 = 8 * 1024;
const OVERHEAD: u64 = 4 * 1024 * 1024;
/// Bytes that are unpacked and written at once.
const PIECE: usize = 64 * 1024;

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

/// Refuses files for which the disk has no room, before the first of them is written.
pub fn make_room(list: &FileList, folder: &Utf8Path) -> Result<(), ArchiveError> {
    let needed = list.files.values().fold(0, |sum: u64, file| sum.saturating_add(file.size));
    let free = disk::free(folder)
        .map_err(|source| ArchiveError::Write { path: folder.to_owned(), source })?;
    if needed > free {
        return Err(ArchiveError::NoRoom { path: folder.to_owned(), needed, free });
    }
    Ok(())
}

/// Unpacks what `archive` gives into the folder `folder` and checks every byte of it. The folder holds
/// nothing, or nothing but the outcome.
///
/// `received` hears of each piece of the archive that has arrived, by its size, and says whether to
/// go on.
pub fn unpack(
    archive: impl Read,
    announced: &Uploaded,
    list: &FileList,
    folder: &Utf8Path,
    received: impl Fn(u64) -> bool,
) -> Result<Unpacked, ArchiveError> {
    let mut archive = Metered::new(archive, received);
    let unpacked = unpack_entries(&mut archive, list, folder);
    if let Err(ArchiveError::Write { .. }) = unpacked {
        return unpacked;
    }
    // Whether the bytes are the announced ones explains more than what unpacking met in them.
    let (found, size) = archive.finish().map_err(|source| ArchiveError::Broken { source })?;
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
    let mut tar = tar::Archive::new(BufReader::with_capacity(PIECE, bounded));
    let mut awaited: BTreeMap<&str, &FileEntry> =
        list.files.iter().map(|(path, entry)| (path.as_str(), entry)).collect();
    let mut unpacked = Unpacked::default();
    let mut writer = FileWriter::new(folder);
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
        writer.write(&mut entry, &path, expected, unreadable)?;
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
        Some(first) if [OUTCOME, FILES, METRICS].contains(&first.as_str()) => {
            Err(ArchiveError::Reserved { path: text })
        }
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

/// Writes the files of an archive, one after another.
struct FileWriter<'a> {
    folder: &'a Utf8Path,
    /// The folder of the last file, which need not be made again.
    made: Utf8PathBuf,
    piece: Vec<u8>,
}

impl<'a> FileWriter<'a> {
    fn new(folder: &'a Utf8Path) -> Self {
        Self { folder, made: folder.to_owned(), piece: vec![0; PIECE] }
    }

    fn write(
        &mut self,
        entry: &mut impl Read,
        path: &Utf8Path,
        expected: &FileEntry,
        unreadable: impl Fn(io::Error) -> ArchiveError,
    ) -> Result<(), ArchiveError> {
        let target = self.folder.join(path);
        let failed = |source| ArchiveError::Write { path: target.clone(), source };
        let parent = target.parent().unwrap_or(self.folder);
        if parent != self.made {
            fs::create_dir_all(parent).map_err(failed)?;
            self.made = parent.to_owned();
        }
        let mut file = File::create_new(&target).map_err(failed)?;
        let mut hash = Sha256::new();
        let mut size = 0;
        loop {
            let length = fill(entry, &mut self.piece).map_err(&unreadable)?;
            if length == 0 {
                break;
            }
            hash.update(&self.piece[..length]);
            file.write_all(&self.piece[..length]).map_err(failed)?;
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
        Ok(())
    }
}

/// Reads until the buffer is full or nothing is left; how much was read.
fn fill(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match source.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
