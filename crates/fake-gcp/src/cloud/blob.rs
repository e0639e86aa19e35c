//! The bytes of objects, as files below the state folder, with their checksums.
//! Names, versions and rights are the buckets' concern.

use super::error::{ApiError, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use camino::{Utf8Path, Utf8PathBuf};
use md5::{Digest, Md5};
use std::{
    io::{Read, Write},
    sync::atomic::{AtomicU64, Ordering},
};
use tokio::{fs::File, io::AsyncSeekExt};

/// A folder of files without meaningful names.
#[derive(Debug)]
pub struct Blobs {
    folder: Utf8PathBuf,
    next: AtomicU64,
}

/// Bytes that are complete; the file goes when the last object that has them goes.
#[derive(Debug)]
pub struct Blob {
    path: Utf8PathBuf,
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
        Ok(Self { folder, next: AtomicU64::new(1) })
    }

    /// A new, empty file.
    pub fn writer(&self) -> Result<BlobWriter> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("{number:08}"));
        let file = std::fs::File::create(&path).map_err(ApiError::internal)?;
        let blob = Blob { path, size: 0, md5: None, crc32c: 0 };
        Ok(BlobWriter { blob, file, md5: Md5::new() })
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
            let mut file = std::fs::File::open(&part.path).map_err(ApiError::internal)?;
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
        self.md5.update(bytes);
        self.blob.crc32c = crc32c::crc32c_append(self.blob.crc32c, bytes);
        self.blob.size += bytes.len() as u64;
        Ok(())
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
        let mut file = File::open(&self.path).await.map_err(ApiError::internal)?;
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

    /// Where it is, for messages.
    #[must_use]
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }
}

impl Drop for Blob {
    fn drop(&mut self) {
        let removed = std::fs::remove_file(&self.path);
        if let Err(error) = removed
            && error.kind() != std::io::ErrorKind::NotFound
        {
            eprintln!("fake-gcp: {} could not be removed: {error}", self.path);
        }
    }
}
