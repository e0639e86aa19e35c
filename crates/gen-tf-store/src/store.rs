//! `Store`: blocking operations on the objects of one study.
//! From here on nothing knows which backend serves it.

use std::{
    io::{self, Read, Write},
    sync::Arc,
};

use bytes::Bytes;
use futures::{
    StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};
use jiff::Timestamp;
use object_store::{ObjectMeta, ObjectStoreExt, PutMode, PutPayload, path::Path};
use serde::de::DeserializeOwned;
use tokio::runtime::Runtime;

use crate::{
    Action, Google, Reader, StoreError, cloud,
    google::Bucket,
    key,
    location::{self, Backend},
};

/// How many objects are read at once where many are wanted.
const AT_ONCE: usize = 32;

/// The objects of one study: in a bucket, in a folder or, in tests, in memory.
///
/// It may be cloned and used from many threads, but not from asynchronous code: every call blocks.
#[derive(Clone)]
pub struct Store {
    pub(crate) backend: Backend,
    pub(crate) runtime: Arc<Runtime>,
    location: Arc<str>,
}

/// An object in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Key of the object, relative to the root of the store.
    pub key: String,
    /// Size in bytes.
    pub size: u64,
    /// When it was last written, by the store's clock.
    pub modified: Timestamp,
}

/// How a put-once ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum PutOnce {
    /// The object is ours.
    Written,
    /// Somebody else's was there already; it is unchanged.
    Taken,
}

impl Store {
    /// The store at `location`: a folder, absolute or relative to the working directory, or
    /// `gs://<bucket>/<study>`. The folder need not exist: the first object makes it. A bucket is
    /// not asked for anything yet, and is never made here.
    pub fn open(location: &str) -> Result<Self, StoreError> {
        Self::new(location::open(location)?, location)
    }

    /// The store in a bucket, asked with the credentials of `google`.
    pub fn open_with(google: &Google, location: &str) -> Result<Self, StoreError> {
        Self::new(location::open_bucket(location, Some(google.clone()))?, location)
    }

    /// A new, empty store in memory, for tests.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::new(location::in_memory(), "memory")
    }

    fn new(backend: Backend, location: &str) -> Result<Self, StoreError> {
        if let Some(bucket) = &backend.bucket {
            let runtime = Arc::clone(&bucket.google.runtime);
            return Ok(Self { backend, runtime, location: location.into() });
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("store")
            .enable_all()
            .build()
            .map_err(|source| StoreError::Threads { location: location.to_owned(), source })?;
        Ok(Self { backend, runtime: Arc::new(runtime), location: location.into() })
    }

    /// The location that this store was opened with.
    #[must_use]
    pub fn location(&self) -> &str {
        &self.location
    }

    /// The bucket that this store is in, if it is in one.
    #[must_use]
    pub fn bucket(&self) -> Option<Bucket> {
        self.backend.bucket.as_ref().map(|bucket| bucket.google.bucket(&bucket.name))
    }

    /// Who asks the bucket, if the store is in one.
    #[must_use]
    pub fn google(&self) -> Option<&Google> {
        self.backend.bucket.as_ref().map(|bucket| &bucket.google)
    }

    /// The store's clock: what `Entry::modified` is to be compared with.
    ///
    /// A folder shares the clock of this machine. A bucket is asked for its time, which it tells in
    /// whole seconds, rounded down.
    pub fn now(&self) -> Result<Timestamp, StoreError> {
        let Some(bucket) = &self.backend.bucket else { return Ok(Timestamp::now()) };
        bucket.now().map_err(|error| match error.status() {
            Some(404) => StoreError::NoBucket {
                bucket: bucket.name.clone(),
                location: self.location().to_owned(),
            },
            _ => StoreError::Google {
                attempt: "learn the time of the store".to_owned(),
                location: self.location().to_owned(),
                source: Box::new(error),
            },
        })
    }

    /// Every object below the folder `prefix` (everything, where it is empty), sorted by key.
    ///
    /// A folder that does not exist is an empty list. Names that can be no key are left out:
    /// temporary files of writers, and whatever a person may have put there.
    pub fn list(&self, prefix: &str) -> Result<Vec<Entry>, StoreError> {
        self.list_from(prefix, None)
    }

    /// The objects below the folder `prefix` whose keys come after the key `offset`.
    pub fn list_after(&self, prefix: &str, offset: &str) -> Result<Vec<Entry>, StoreError> {
        self.list_from(prefix, Some(&self.parse_key(offset)?))
    }

    fn list_from(&self, prefix: &str, offset: Option<&Path>) -> Result<Vec<Entry>, StoreError> {
        let folder = key::parse_prefix(prefix).map_err(|reason| self.refuse_key(prefix, reason))?;
        let list = || {
            // The stream is made outside the asynchronous block, because inside it a folder's
            // listing would end at the first name that can be no key.
            let stream = match offset {
                Some(offset) => self.backend.objects.list_with_offset(Some(&folder), offset),
                None => self.backend.objects.list(Some(&folder)),
            };
            self.entries(stream)
        };
        let mut entries = match &self.backend.bucket {
            Some(bucket) => self.runtime.block_on(bucket.persist(list)),
            None => {
                let list = list();
                self.runtime.block_on(list)
            }
        }
        .map_err(|source| self.failed(Action::List, prefix, source))?;
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(entries)
    }

    async fn entries(
        &self,
        mut stream: BoxStream<'static, object_store::Result<ObjectMeta>>,
    ) -> object_store::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        while let Some(next) = stream.next().await {
            match next {
                Ok(object) if key::parse(object.location.as_ref()).is_ok() => {
                    entries.push(to_entry(&object));
                }
                Ok(_) => {}
                Err(object_store::Error::InvalidPath { .. })
                    if self.backend.lists_past_foreign_names => {}
                Err(error) => return Err(error),
            }
        }
        Ok(entries)
    }

    /// Does something that has the same effect when it is done twice.
    fn ask<T, F>(&self, operation: impl Fn() -> F) -> object_store::Result<T>
    where
        F: Future<Output = object_store::Result<T>>,
    {
        match &self.backend.bucket {
            Some(bucket) => self.runtime.block_on(bucket.persist(operation)),
            None => self.runtime.block_on(operation()),
        }
    }

    /// What is there under a key. A bucket that is not there is an error, not an empty store.
    fn found<T>(
        &self,
        key: &str,
        answer: object_store::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        match answer {
            Ok(found) => Ok(Some(found)),
            Err(error)
                if matches!(error, object_store::Error::NotFound { .. })
                    && !cloud::is_missing_bucket(&error) =>
            {
                Ok(None)
            }
            Err(error) => Err(self.failed(Action::Read, key, error)),
        }
    }

    /// Size and time of an object, if it exists.
    pub fn head(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        let path = self.parse_key(key)?;
        let object = self.found(key, self.ask(|| self.backend.objects.head(&path)))?;
        Ok(object.as_ref().map(to_entry))
    }

    /// Whether an object exists.
    pub fn exists(&self, key: &str) -> Result<bool, StoreError> {
        Ok(self.head(key)?.is_some())
    }

    /// The bytes of an object, if it exists.
    pub fn get(&self, key: &str) -> Result<Option<Bytes>, StoreError> {
        self.get_at_most(key, u64::MAX)
    }

    /// The bytes of an object, if it exists; one of more than `most` bytes is not read.
    pub fn get_at_most(&self, key: &str, most: u64) -> Result<Option<Bytes>, StoreError> {
        let path = self.parse_key(key)?;
        let read = || async {
            let object = self.backend.objects.get(&path).await?;
            let size = object.meta.size;
            if size > most { Ok(Err(size)) } else { object.bytes().await.map(Ok) }
        };
        let Some(read) = self.found(key, self.ask(read))? else { return Ok(None) };
        let too_large = |size| StoreError::TooLarge {
            key: key.to_owned(),
            location: self.location().to_owned(),
            size,
            most,
        };
        read.map(Some).map_err(too_large)
    }

    /// The value of a JSON object, if it exists.
    pub fn get_json<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, StoreError> {
        let Some(bytes) = self.get(key)? else { return Ok(None) };
        self.parse_json(key, &bytes).map(Some)
    }

    /// The values of many small JSON objects, each with the time of its last write, in the order of
    /// their keys; nothing for one that does not exist. They are read many at a time, and the first
    /// that can't be read ends it.
    pub fn get_json_each<T: DeserializeOwned>(
        &self,
        keys: &[String],
    ) -> Result<Vec<Option<(Timestamp, T)>>, StoreError> {
        let read = |key| self.read_json(key);
        let keys = stream::iter(keys.iter().map(String::as_str));
        let values = keys.map(read).buffered(AT_ONCE).try_collect();
        self.runtime.block_on(values)
    }

    async fn read_json<T: DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<(Timestamp, T)>, StoreError> {
        let path = self.parse_key(key)?;
        let read = || async {
            let object = self.backend.objects.get(&path).await?;
            Ok((to_entry(&object.meta).modified, object.bytes().await?))
        };
        let answer = match &self.backend.bucket {
            Some(bucket) => bucket.persist(read).await,
            None => read().await,
        };
        let Some((modified, bytes)) = self.found(key, answer)? else { return Ok(None) };
        Ok(Some((modified, self.parse_json(key, &bytes)?)))
    }

    fn parse_json<T: DeserializeOwned>(&self, key: &str, bytes: &[u8]) -> Result<T, StoreError> {
        serde_json::from_slice(bytes).map_err(|source| StoreError::Json {
            key: key.to_owned(),
            location: self.location().to_owned(),
            source,
        })
    }

    /// A large object as a stream, if it exists.
    pub fn reader(&self, key: &str) -> Result<Option<Reader>, StoreError> {
        let path = self.parse_key(key)?;
        let object = self.found(key, self.ask(|| self.backend.objects.get(&path)))?;
        Ok(object.map(|object| Reader::new(object, Arc::clone(&self.runtime))))
    }

    /// Copies an object into `receiver` piece by piece and returns its size.
    pub fn download(&self, key: &str, receiver: &mut impl Write) -> Result<u64, StoreError> {
        let mut reader = self.reader(key)?.ok_or_else(|| StoreError::Missing {
            key: key.to_owned(),
            location: self.location().to_owned(),
        })?;
        let mut buffer = vec![0; 128 * 1024];
        let mut size = 0;
        loop {
            let length = match reader.read(&mut buffer) {
                Ok(0) => return Ok(size),
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.failed_to_stream(Action::Read, key, error)),
            };
            receiver.write_all(&buffer[..length]).map_err(|source| StoreError::Receive {
                key: key.to_owned(),
                location: self.location().to_owned(),
                source,
            })?;
            size += length as u64;
        }
    }

    /// Writes an object, in place of an earlier one. Readers see the old or the new one, whole.
    pub fn put(&self, key: &str, bytes: impl Into<Bytes>) -> Result<(), StoreError> {
        let path = self.parse_key(key)?;
        let payload: PutPayload = bytes.into().into();
        match self.ask(|| self.backend.objects.put(&path, payload.clone())) {
            Ok(_) => Ok(()),
            Err(source) => Err(self.failed(Action::Write, key, source)),
        }
    }

    /// Writes an object unless there is one. Of several writers exactly one gets `Written`.
    pub fn put_once(&self, key: &str, bytes: impl Into<Bytes>) -> Result<PutOnce, StoreError> {
        let path = self.parse_key(key)?;
        let payload: PutPayload = bytes.into().into();
        let objects = &self.backend.objects;
        if let Some(bucket) = &self.backend.bucket {
            let put = bucket.put_once(objects.as_ref(), &path, payload, self.location());
            return self.runtime.block_on(put);
        }
        let write = objects.put_opts(&path, payload, PutMode::Create.into());
        match self.runtime.block_on(write) {
            Ok(_) => Ok(PutOnce::Written),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(PutOnce::Taken),
            Err(source) => Err(self.failed(Action::Write, key, source)),
        }
    }

    /// Removes an object; it may be gone already.
    pub fn delete(&self, key: &str) -> Result<(), StoreError> {
        let path = self.parse_key(key)?;
        match self.ask(|| self.backend.objects.delete(&path)) {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(source) => Err(self.failed(Action::Delete, key, source)),
        }
    }

    pub(crate) fn parse_key(&self, key: &str) -> Result<Path, StoreError> {
        key::parse(key).map_err(|reason| self.refuse_key(key, reason))
    }

    fn refuse_key(&self, key: &str, reason: &'static str) -> StoreError {
        StoreError::Key { key: key.to_owned(), location: self.location().to_owned(), reason }
    }

    pub(crate) fn failed(
        &self,
        action: Action,
        key: &str,
        source: object_store::Error,
    ) -> StoreError {
        if let Some(bucket) = &self.backend.bucket {
            return bucket.explain(action, key, self.location(), source);
        }
        StoreError::Access {
            action,
            key: key.to_owned(),
            location: self.location().to_owned(),
            source: Box::new(source),
        }
    }

    fn failed_to_stream(&self, action: Action, key: &str, error: io::Error) -> StoreError {
        self.failed(
            action,
            key,
            object_store::Error::Generic { store: "stream", source: error.into() },
        )
    }
}

fn to_entry(object: &ObjectMeta) -> Entry {
    // Only a file whose clock somebody has set to an absurd year is out of range.
    let modified = Timestamp::from_microsecond(object.last_modified.timestamp_micros())
        .unwrap_or(Timestamp::MAX);
    Entry { key: object.location.as_ref().to_owned(), size: object.size, modified }
}
