//! Putting an object of another bucket once, such as a model: read to verify it, then copied.

use std::{io::Read, sync::Arc};

use object_store::{GetResult, ObjectStoreExt, path::Path};
use sha2::{Digest, Sha256};

use crate::{
    Action, Google, PutOnce, Reader, Store, StoreError,
    cloud::{self, InBucket},
    google::{Source, Target},
    upload::{Incoming, hexadecimal, unique},
};

impl Store {
    /// Puts the object at `source` (`gs://<bucket>/<name>`) once under `key`.
    ///
    /// It is read through this machine, to see that its sha256 is the announced one. Into a bucket
    /// it is then copied inside Google's network, and exactly the version that was read; into a
    /// folder it is written as it comes. `tell` hears how many bytes have been read.
    pub fn copy_once(
        &self,
        key: &str,
        source: &str,
        sha256: &str,
        tell: &(dyn Fn(u64) + Sync),
    ) -> Result<PutOnce, StoreError> {
        let google = match self.google() {
            Some(google) => google.clone(),
            None => Google::connect().map_err(|error| StoreError::Google {
                attempt: "read".to_owned(),
                location: source.to_owned(),
                source: Box::new(error),
            })?,
        };
        self.copy_once_with(&google, key, source, sha256, tell)
    }

    /// As `copy_once`, with the credentials of `google`.
    pub fn copy_once_with(
        &self,
        google: &Google,
        key: &str,
        source: &str,
        sha256: &str,
        tell: &(dyn Fn(u64) + Sync),
    ) -> Result<PutOnce, StoreError> {
        let target = self.parse_key(key)?;
        let Some((bucket, name)) = Source::parse(source) else {
            let reason = "a source is an object, written as gs://<bucket>/<name>";
            return Err(StoreError::Unsupported { location: source.to_owned(), reason });
        };
        if self.exists(key)? {
            return Ok(PutOnce::Taken);
        }
        let place =
            InBucket { google: google.clone(), name: bucket.to_owned(), folder: Path::ROOT };
        let object = self.open_source(&place, name)?;
        let generation = object.meta.version.clone();
        let reader = Reader::new(object, Arc::clone(&place.google.runtime));
        let changed = |found| StoreError::ChangedSource {
            object: source.to_owned(),
            key: key.to_owned(),
            expected: sha256.to_owned(),
            found,
        };
        let unreadable = |error: std::io::Error| {
            let source = object_store::Error::Generic { store: "GCS", source: error.into() };
            place.explain(Action::Read, name, &format!("gs://{bucket}"), source)
        };
        let (unreadable, changed) = (&unreadable, &changed);
        let incoming = Incoming { key, bytes: reader, sha256, tell, unreadable, changed };
        let Some(store) = &self.backend.bucket else { return self.put_once_from(incoming) };
        verify(incoming)?;
        let generation = generation.as_deref().unwrap_or_default();
        let copy = Source { bucket, name, generation };
        let (name, unique) = (store.name_of(&target), unique());
        let target = Target { bucket: &store.name, name: &name, unique: &unique };
        let copied = store.google.runtime.block_on(copy.copy_once(&store.google, &target));
        copied.map_err(|error| StoreError::Google {
            attempt: format!("copy {source} into the store"),
            location: self.location().to_owned(),
            source: Box::new(error),
        })
    }

    fn open_source(&self, place: &InBucket, name: &str) -> Result<GetResult, StoreError> {
        let location = format!("gs://{}", place.name);
        let missing = || StoreError::Missing { key: name.to_owned(), location: location.clone() };
        let path = Path::parse(name).map_err(|_| missing())?;
        let read = || async { cloud::objects(&place.google, &place.name)?.get(&path).await };
        match place.google.runtime.block_on(place.persist(read)) {
            Ok(object) => Ok(object),
            Err(error)
                if matches!(error, object_store::Error::NotFound { .. })
                    && !cloud::is_missing_bucket(&error) =>
            {
                Err(missing())
            }
            Err(error) => Err(place.explain(Action::Read, name, &location, error)),
        }
    }
}

/// Reads everything and compares the hash.
fn verify<R: Read>(mut incoming: Incoming<'_, R>) -> Result<(), StoreError> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    let mut size = 0;
    loop {
        let length = incoming.bytes.read(&mut buffer).map_err(incoming.unreadable)?;
        if length == 0 {
            break;
        }
        hash.update(&buffer[..length]);
        size += length as u64;
        (incoming.tell)(size);
    }
    let found = hexadecimal(hash);
    if found == incoming.sha256 { Ok(()) } else { Err((incoming.changed)(found)) }
}
