//! From the location of a store to its backend: the only place that knows which kinds there are.

use std::{
    ffi::OsString,
    io,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use object_store::{ObjectStore, local::LocalFileSystem, memory::InMemory, prefix::PrefixStore};

use crate::{
    Google, StoreError,
    cloud::{self, InBucket},
};

/// Where the objects are.
#[derive(Clone)]
pub(crate) struct Backend {
    pub objects: Arc<dyn ObjectStore>,
    /// Whether a listing goes on after a name that can be no key. Only a folder meets such names
    /// one by one; elsewhere the rest of the listing would silently be missing.
    pub lists_past_foreign_names: bool,
    /// What a bucket does in its own way.
    pub bucket: Option<Arc<InBucket>>,
}

/// The backend at `location`: `gs://…` or a folder, which need not exist yet.
pub(crate) fn open(location: &str) -> Result<Backend, StoreError> {
    match location.split_once("://") {
        Some(("gs", _)) => open_bucket(location, None),
        Some(_) => Err(StoreError::Unsupported {
            location: location.to_owned(),
            reason: "a store is a folder, or a bucket written as gs://<bucket>/<study>",
        }),
        None => open_folder(location),
    }
}

/// The backend of `gs://<bucket>/<folder>`, asked with `google`, or as the environment says.
pub(crate) fn open_bucket(location: &str, google: Option<Google>) -> Result<Backend, StoreError> {
    let refuse = |reason| StoreError::Unsupported { location: location.to_owned(), reason };
    let place = location.strip_prefix("gs://").unwrap_or_default();
    let (bucket, folder) = place.split_once('/').unwrap_or((place, ""));
    if !is_bucket(bucket) {
        return Err(refuse("a bucket's name has 3 to 222 of the characters a-z 0-9 . _ -"));
    }
    let folder = crate::key::parse(folder.trim_end_matches('/'))
        .map_err(|_| refuse("it has to name a folder in the bucket: gs://<bucket>/<study>"))?;
    let unreachable = |source| StoreError::Google {
        attempt: "open the store".to_owned(),
        location: location.to_owned(),
        source: Box::new(source),
    };
    let google = google.map_or_else(Google::connect, Ok).map_err(unreachable)?;
    let objects = cloud::objects(&google, bucket).map_err(|source| StoreError::Open {
        location: location.to_owned(),
        source: io::Error::other(source),
    })?;
    Ok(Backend {
        objects: Arc::new(PrefixStore::new(objects, folder.clone())),
        lists_past_foreign_names: false,
        bucket: Some(Arc::new(InBucket { google, name: bucket.to_owned(), folder })),
    })
}

fn is_bucket(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = [name.bytes().next(), name.bytes().next_back()];
    (3..=222).contains(&name.len())
        && name.bytes().all(|byte| plain(byte) || b"._-".contains(&byte))
        && ends.into_iter().all(|end| end.is_some_and(plain))
}

/// A backend that forgets everything.
pub(crate) fn in_memory() -> Backend {
    Backend { objects: Arc::new(InMemory::new()), lists_past_foreign_names: false, bucket: None }
}

/// Reading a store must not make its folder, so the backend is rooted at `/` and prefixed.
fn open_folder(location: &str) -> Result<Backend, StoreError> {
    let refuse = |source| StoreError::Open { location: location.to_owned(), source };
    if location.is_empty() {
        return Err(refuse(io::Error::other("the location is empty")));
    }
    let root = real_path(Path::new(location)).map_err(refuse)?;
    if root.exists() && !root.is_dir() {
        return Err(refuse(io::Error::from(io::ErrorKind::NotADirectory)));
    }
    let prefix = object_store::path::Path::from_absolute_path(&root)
        .map_err(|error| refuse(io::Error::other(error)))?;
    // An outcome says that what it names is there: that has to hold after a power cut, too.
    let folder = LocalFileSystem::new().with_fsync(true);
    Ok(Backend {
        objects: Arc::new(PrefixStore::new(folder, prefix)),
        lists_past_foreign_names: true,
        bucket: None,
    })
}

/// `path` without links and `..`, also where its last parts do not exist yet.
fn real_path(path: &Path) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    let mut existing = absolute.as_path();
    let mut rest: Vec<OsString> = Vec::new();
    let mut real = loop {
        match existing.canonicalize() {
            Ok(real) => break real,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut parts = existing.components();
                let Some(last) = parts.next_back() else { return Err(error) };
                rest.push(last.as_os_str().to_owned());
                existing = parts.as_path();
            }
            Err(error) => return Err(error),
        }
    };
    for part in rest.iter().rev() {
        match Path::new(part).components().next() {
            Some(Component::ParentDir) => {
                real.pop();
            }
            _ => real.push(part),
        }
    }
    Ok(real)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_need_not_exist_to_be_resolved() {
        let base = tempfile::tempdir().unwrap();
        let root = base.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("workspace")).unwrap();
        std::os::unix::fs::symlink(root.join("workspace"), root.join("link")).unwrap();
        assert_eq!(real_path(&root.join("link/../store/s")).unwrap(), root.join("store/s"));
        assert_eq!(real_path(&root.join("new/../store/s")).unwrap(), root.join("store/s"));
        assert_eq!(real_path(&root.join("link/x")).unwrap(), root.join("workspace/x"));
    }
}
