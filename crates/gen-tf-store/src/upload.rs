//! Putting a large file once, without holding it in memory.

use std::{
    fs::File,
    io::{self, Read},
    path::Path as FilePath,
    process,
    sync::atomic::{AtomicU64, Ordering},
};

use object_store::{MultipartUpload, ObjectStoreExt, path::Path};
use sha2::{Digest, Sha256};

use crate::{Action, PutOnce, Store, StoreError, key};

/// Buckets take no parts below 5 MiB.
const PART: u64 = 8 * 1024 * 1024;

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
        let target = self.parse_key(key)?;
        // Nobody wants to send gigabytes only to learn that they are there.
        if self.exists(key)? {
            return Ok(PutOnce::Taken);
        }
        static UPLOADS: AtomicU64 = AtomicU64::new(0);
        let number = UPLOADS.fetch_add(1, Ordering::Relaxed);
        let staged = key::staged(&target, &format!("{}-{number}", process::id()));
        self.stage(key, &staged, path.as_ref(), sha256)?;
        self.publish(key, &staged, &target)
    }

    /// Sends the file to the temporary object, which no listing shows.
    fn stage(
        &self,
        key: &str,
        staged: &Path,
        path: &FilePath,
        sha256: &str,
    ) -> Result<(), StoreError> {
        let unreadable = |source| StoreError::Source {
            path: path.display().to_string(),
            key: key.to_owned(),
            location: self.location().to_owned(),
            source,
        };
        let file = File::open(path).map_err(unreadable)?;
        let mut upload = self
            .runtime
            .block_on(self.backend.objects.put_multipart(staged))
            .map_err(|source| self.failed(Action::Write, key, source))?;
        let sent = self.send(key, upload.as_mut(), file, unreadable).and_then(|found| {
            if found == sha256 {
                return Ok(());
            }
            Err(StoreError::Changed {
                path: path.display().to_string(),
                key: key.to_owned(),
                expected: sha256.to_owned(),
                found,
            })
        });
        let end = match sent {
            Ok(()) => self.runtime.block_on(upload.complete()).map(drop),
            Err(_) => self.runtime.block_on(upload.abort()),
        };
        // What went wrong first explains the rest.
        sent.and(end.map_err(|source| self.failed(Action::Write, key, source)))
    }

    /// Sends every part and returns the sha256 of what was sent.
    fn send(
        &self,
        key: &str,
        upload: &mut dyn MultipartUpload,
        mut file: File,
        unreadable: impl Fn(io::Error) -> StoreError,
    ) -> Result<String, StoreError> {
        let mut hash = Sha256::new();
        loop {
            let mut part = Vec::new();
            Read::by_ref(&mut file).take(PART).read_to_end(&mut part).map_err(&unreadable)?;
            if part.is_empty() {
                return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
            }
            hash.update(&part);
            self.runtime
                .block_on(upload.put_part(part.into()))
                .map_err(|source| self.failed(Action::Write, key, source))?;
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
