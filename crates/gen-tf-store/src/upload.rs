//! Putting a large file once, without holding it in memory.

use std::{
    fs::{self, File},
    hash::{BuildHasher, RandomState},
    io::{self, Read},
    path::Path as FilePath,
    process,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use base64::{Engine, engine::general_purpose::STANDARD};
use object_store::{MultipartUpload, ObjectStoreExt, path::Path};
use sha2::{Digest, Sha256};

use crate::{
    Action, PutOnce, Store, StoreError,
    cloud::InBucket,
    google::{GoogleError, Upload},
    key,
};

/// Buckets take no parts below 5 MiB.
const PART: u64 = 8 * 1024 * 1024;
/// Up to this size a file goes into a bucket with one request, like any small object.
const SMALL: u64 = 1024 * 1024;

/// Bytes on their way into the store, and what they are called in messages.
pub(crate) struct Incoming<'a, R> {
    pub key: &'a str,
    pub bytes: R,
    /// The sha256 that they have to have.
    pub sha256: &'a str,
    /// Hears how many bytes have been sent.
    pub tell: &'a (dyn Fn(u64) + Sync),
    /// The error for bytes that cannot be read.
    pub unreadable: &'a dyn Fn(io::Error) -> StoreError,
    /// The error for bytes that have another sha256.
    pub changed: &'a dyn Fn(String) -> StoreError,
}

/// What is known of a file after it was read once.
struct Known {
    sha256: String,
    crc32c: String,
    size: u64,
}

impl Store {
    /// Puts the file at `path` once, under a key of the caller's choice.
    ///
    /// `sha256` is what the caller knows of the file (lower-case hexadecimal): a file that turns out
    /// to be another one is refused, and nothing is put.
    pub fn put_once_file(
        &self,
        key: &str,
        path: impl AsRef<FilePath>,
        sha256: &str,
    ) -> Result<PutOnce, StoreError> {
        self.put_once_file_telling(key, path, sha256, &|_| {})
    }

    /// As `put_once_file`; `tell` hears how many bytes have been sent so far.
    pub fn put_once_file_telling(
        &self,
        key: &str,
        path: impl AsRef<FilePath>,
        sha256: &str,
        tell: &(dyn Fn(u64) + Sync),
    ) -> Result<PutOnce, StoreError> {
        // Nobody wants to send gigabytes only to learn that they are there.
        if self.exists(key)? {
            return Ok(PutOnce::Taken);
        }
        let path = path.as_ref();
        let name = path.display().to_string();
        let unreadable = |source| StoreError::Source {
            path: name.clone(),
            key: key.to_owned(),
            location: self.location().to_owned(),
            source,
        };
        let changed = |found| StoreError::Changed {
            path: name.clone(),
            key: key.to_owned(),
            expected: sha256.to_owned(),
            found,
        };
        let file = File::open(path).map_err(unreadable)?;
        if let Some(bucket) = self.backend.bucket.clone() {
            let known = know(file).map_err(unreadable)?;
            if known.sha256 != sha256 {
                return Err(changed(known.sha256));
            }
            if known.size <= SMALL {
                let bytes = fs::read(path).map_err(unreadable)?;
                let found = hexadecimal(Sha256::new_with_prefix(&bytes));
                // It may have been changed between the two reads.
                return if found == sha256 {
                    self.put_once(key, bytes)
                } else {
                    Err(changed(found))
                };
            }
            return self.upload(&bucket, key, path, &known, tell);
        }
        let (unreadable, changed) = (&unreadable, &changed);
        self.put_once_from(Incoming { key, bytes: file, sha256, tell, unreadable, changed })
    }

    /// Puts bytes once that come from anywhere, through a temporary object.
    pub(crate) fn put_once_from<R: Read>(
        &self,
        incoming: Incoming<'_, R>,
    ) -> Result<PutOnce, StoreError> {
        let key = incoming.key;
        let target = self.parse_key(key)?;
        let staged = key::staged(&target, &unique());
        self.stage(&staged, incoming)?;
        self.publish(key, &staged, &target)
    }

    /// Sends a file of known content into a bucket.
    fn upload(
        &self,
        bucket: &InBucket,
        key: &str,
        path: &FilePath,
        known: &Known,
        tell: &(dyn Fn(u64) + Sync),
    ) -> Result<PutOnce, StoreError> {
        let failed = |source| StoreError::Google {
            attempt: format!("put {} as `{key}` into the store", path.display()),
            location: self.location().to_owned(),
            source: Box::new(source),
        };
        let name = bucket.name_of(&self.parse_key(key)?);
        let upload = Upload {
            google: &bucket.google,
            bucket: &bucket.name,
            name: &name,
            path,
            size: known.size,
            crc32c: &known.crc32c,
            unique: &unique(),
            tell,
        };
        match bucket.google.runtime.block_on(upload.send()) {
            Err(GoogleError::Refused { status: 404, .. }) => Err(StoreError::NoBucket {
                bucket: bucket.name.clone(),
                location: self.location().to_owned(),
            }),
            end => end.map_err(failed),
        }
    }

    /// Sends the bytes to the temporary object, which no listing shows.
    fn stage<R: Read>(&self, staged: &Path, incoming: Incoming<'_, R>) -> Result<(), StoreError> {
        let (key, sha256, changed) = (incoming.key, incoming.sha256, incoming.changed);
        let mut upload = self
            .runtime
            .block_on(self.backend.objects.put_multipart(staged))
            .map_err(|source| self.failed(Action::Write, key, source))?;
        let sent = self
            .send(upload.as_mut(), incoming)
            .and_then(|found| if found == sha256 { Ok(()) } else { Err(changed(found)) });
        let end = match sent {
            Ok(()) => self.runtime.block_on(upload.complete()).map(drop),
            Err(_) => self.runtime.block_on(upload.abort()),
        };
        // What went wrong first explains the rest.
        sent.and(end.map_err(|source| self.failed(Action::Write, key, source)))
    }

    /// Sends every part and returns the sha256 of what was sent.
    fn send<R: Read>(
        &self,
        upload: &mut dyn MultipartUpload,
        mut incoming: Incoming<'_, R>,
    ) -> Result<String, StoreError> {
        let mut hash = Sha256::new();
        let mut sent = 0;
        loop {
            let mut part = Vec::new();
            let bytes = Read::by_ref(&mut incoming.bytes);
            bytes.take(PART).read_to_end(&mut part).map_err(incoming.unreadable)?;
            if part.is_empty() {
                return Ok(hexadecimal(hash));
            }
            hash.update(&part);
            sent += part.len() as u64;
            self.runtime
                .block_on(upload.put_part(part.into()))
                .map_err(|source| self.failed(Action::Write, incoming.key, source))?;
            (incoming.tell)(sent);
        }
    }

    /// Gives the temporary object its key, unless somebody was faster.
    fn publish(&self, key: &str, staged: &Path, target: &Path) -> Result<PutOnce, StoreError> {
        let objects = &self.backend.objects;
        match self.runtime.block_on(objects.rename_if_not_exists(staged, target)) {
            Ok(()) => Ok(PutOnce::Written),
            Err(object_store::Error::AlreadyExists { .. }) => {
                self.runtime
                    .block_on(objects.delete(staged))
                    .map_err(|source| self.failed(Action::Delete, staged.as_ref(), source))?;
                Ok(PutOnce::Taken)
            }
            Err(source) => Err(self.failed(Action::Write, key, source)),
        }
    }
}

/// A text that no other put has, of this process or another.
pub(crate) fn unique() -> String {
    static PUTS: AtomicU64 = AtomicU64::new(0);
    // The standard library seeds its hash maps at random: two machines with the same process id
    // still differ.
    static RANDOM: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(()));
    let number = PUTS.fetch_add(1, Ordering::Relaxed);
    format!("{:016x}-{}-{number}", *RANDOM, process::id())
}

pub(crate) fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads a file once for its hashes: the caller's kind, and Google's.
fn know(mut file: File) -> io::Result<Known> {
    let (mut sha256, mut crc32c, mut size) = (Sha256::new(), 0, 0);
    let mut buffer = vec![0; 1024 * 1024];
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        sha256.update(&buffer[..length]);
        crc32c = crc32c::crc32c_append(crc32c, &buffer[..length]);
        size += length as u64;
    }
    let crc32c = STANDARD.encode(crc32c.to_be_bytes());
    Ok(Known { sha256: hexadecimal(sha256), crc32c, size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_the_hashes_that_google_shows() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "123456789").unwrap();
        let known = know(File::open(file.path()).unwrap()).unwrap();
        // The check value of CRC-32C, big endian.
        assert_eq!(known.crc32c, STANDARD.encode(0xE306_9283_u32.to_be_bytes()));
        assert_eq!(known.size, 9);
        assert!(known.sha256.starts_with("15e2b0d3c33891ebb0f1ef609ec41942"));
    }
}
