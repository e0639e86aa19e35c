//! The bytes of objects, as files below the state folder, with their checksums.
//! Names, versions and rights are the buckets' concern.

use super::error::{ApiError, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use camino::Utf8PathBuf;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeSet,
    io::{Read, Write},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{fs::File, io::AsyncSeekExt};

/// A folder of files whose names are numbers.
#[derive(Debug)]
pub struct Blobs {
    shelf: Arc<Shelf>,
    next: AtomicU64,
}

#[derive(Debug)]
struct Shelf {
    folder: Utf8PathBuf,
    /// Files that nothing has any more; none where those go at once.
    unused: Option<Mutex<Vec<u64>>>,
}

/// Bytes that are complete; the file goes when the last object that has them goes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Blob {
    /// Name of the file.
    pub number: u64,
    /// Where the file is; nowhere as long as this was only read from what was written down.
    #[serde(skip)]
    shelf: Option<Arc<Shelf>>,
    /// Number of bytes.
    pub size: u64,
    /// MD5; absent where bytes came in parts.
    pub md5: Option<[u8; 16]>,
    /// CRC32C.
    pub crc32c: u32,
}

/// Bytes that are still coming.
/// They are written at once: a page cache takes them faster than another thread would.
#[derive(Debug)]
pub struct BlobWriter {
    blob: Blob,
    file: std::fs::File,
    md5: Md5,
}

impl Blobs {
    /// Starts with an empty folder.
    pub fn create(folder: Utf8PathBuf) -> std::io::Result<Self> {
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        let shelf = Arc::new(Shelf { folder, unused: None });
        Ok(Self { shelf, next: AtomicU64::new(1) })
    }

    /// Goes on with a folder: with the files of these numbers, and without any other.
    /// From now on files go by [`Blobs::remove_unused`] only.
    pub fn reopen(folder: Utf8PathBuf, used: &BTreeSet<u64>) -> std::io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let number = entry.file_name().to_string_lossy().parse();
            if !number.is_ok_and(|number| used.contains(&number)) {
                std::fs::remove_file(entry.path())?;
            }
        }
        let next = AtomicU64::new(used.last().map_or(1, |last| last + 1));
        let shelf = Arc::new(Shelf { folder, unused: Some(Mutex::default()) });
        Ok(Self { shelf, next })
    }

    /// Complete bytes as they were written down, with their file.
    pub fn restore(&self, noted: &Blob) -> std::io::Result<Blob> {
        let path = self.shelf.path(noted.number);
        let found = std::fs::metadata(&path)?.len();
        if found != noted.size {
            let problem = format!("{path} has {found} bytes, not {}", noted.size);
            return Err(std::io::Error::other(problem));
        }
        let Blob { number, size, md5, crc32c, .. } = *noted;
        Ok(Blob { number, shelf: Some(self.shelf.clone()), size, md5, crc32c })
    }

    /// Goes on where the bytes of a file end.
    pub fn append(&self, number: u64) -> Result<BlobWriter> {
        let path = self.shelf.path(number);
        let file = std::fs::File::options().read(true).append(true).open(path);
        let mut file = file.map_err(ApiError::internal)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(ApiError::internal)?;
        let mut writer = self.write_to(number, file);
        writer.count(&bytes);
        Ok(writer)
    }

    /// The files that nothing has had before now, for [`Blobs::remove_unused`].
    pub fn take_unused(&self) -> Vec<u64> {
        self.shelf.unused().map(|mut unused| std::mem::take(&mut *unused)).unwrap_or_default()
    }

    /// Removes files, once it is written down that nothing has them.
    pub fn remove_unused(&self, numbers: &[u64]) {
        numbers.iter().for_each(|number| self.shelf.remove(*number));
    }

    /// A new, empty file.
    pub fn writer(&self) -> Result<BlobWriter> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let path = self.shelf.path(number);
        let file = std::fs::File::create(&path).map_err(ApiError::internal)?;
        Ok(self.write_to(number, file))
    }

    fn write_to(&self, number: u64, file: std::fs::File) -> BlobWriter {
        let shelf = Some(self.shelf.clone());
        let blob = Blob { number, shelf, size: 0, md5: None, crc32c: 0 };
        BlobWriter { blob, file, md5: Md5::new() }
    }

    /// A file with these bytes.
    pub fn store(&self, bytes: &[u8]) -> Result<Blob> {
        let mut writer = self.writer()?;
        writer.write(bytes)?;
        Ok(writer.finish())
    }

    /// One file of several; it has no MD5, as objects uploaded in parts have none.
    pub fn join(&self, parts: &[&Blob]) -> Result<Blob> {
        let mut writer = self.writer()?;
        let mut buffer = vec![0; 1 << 16];
        for part in parts {
            let mut file = std::fs::File::open(part.path()?).map_err(ApiError::internal)?;
            loop {
                let n = file.read(&mut buffer).map_err(ApiError::internal)?;
                if n == 0 {
                    break;
                }
                writer.write(&buffer[..n])?;
            }
        }
        let mut blob = writer.finish();
        blob.md5 = None;
        Ok(blob)
    }
}

impl BlobWriter {
    /// Appends.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(ApiError::internal)?;
        self.count(bytes);
        Ok(())
    }

    /// Takes bytes that are in the file into the checksums and the size.
    fn count(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.blob.crc32c = crc32c::crc32c_append(self.blob.crc32c, bytes);
        self.blob.size += bytes.len() as u64;
    }

    /// Name of its file.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.blob.number
    }

    /// Bytes so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.blob.size
    }

    /// No more bytes will come.
    #[must_use]
    pub fn finish(mut self) -> Blob {
        self.blob.md5 = Some(self.md5.finalize().into());
        self.blob
    }
}

impl Blob {
    /// Opens it at an offset.
    pub async fn open(&self, offset: u64) -> Result<File> {
        let mut file = File::open(self.path()?).await.map_err(ApiError::internal)?;
        file.seek(std::io::SeekFrom::Start(offset)).await.map_err(ApiError::internal)?;
        Ok(file)
    }

    /// MD5 as the JSON API shows it.
    #[must_use]
    pub fn md5_base64(&self) -> Option<String> {
        self.md5.map(|md5| STANDARD.encode(md5))
    }

    /// CRC32C as the JSON API shows it.
    #[must_use]
    pub fn crc32c_base64(&self) -> String {
        STANDARD.encode(self.crc32c.to_be_bytes())
    }

    fn path(&self) -> Result<Utf8PathBuf> {
        let shelf = self.shelf.as_ref();
        let shelf = shelf.ok_or_else(|| ApiError::internal("an object without its file"))?;
        Ok(shelf.path(self.number))
    }
}

impl Shelf {
    fn path(&self, number: u64) -> Utf8PathBuf {
        self.folder.join(format!("{number:08}"))
    }

    fn unused(&self) -> Option<std::sync::MutexGuard<'_, Vec<u64>>> {
        self.unused.as_ref().map(|unused| unused.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn remove(&self, number: u64) {
        let path = self.path(number);
        if let Err(error) = std::fs::remove_file(&path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            eprintln!("fake-gcp: {path} could not be removed: {error}");
        }
    }
}

impl Drop for Blob {
    fn drop(&mut self) {
        let Some(shelf) = &self.shelf else { return };
        match shelf.unused() {
            // What is written down has it still.
            Some(mut unused) => unused.push(self.number),
            None => shelf.remove(self.number),
        }
    }
}
