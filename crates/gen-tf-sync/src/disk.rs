//! What a disk is asked beyond files: how much is free, and that bytes outlive a power cut.
//! It does not know what is written.

use std::io;

use camino::Utf8Path;
use rustix::fs;

/// Bytes that may still be written below a folder.
pub fn free(folder: &Utf8Path) -> io::Result<u64> {
    let disk = fs::statvfs(folder.as_str())?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Writes everything that waits below a folder to its disk.
///
/// One call for the whole file system: one for each of thousands of small files would cost more
/// than everything else that a pull does.
#[cfg(target_os = "linux")]
pub fn settle(folder: &Utf8Path) -> io::Result<()> {
    let folder = std::fs::File::open(folder)?;
    Ok(fs::syncfs(&folder)?)
}

/// Writes everything that waits below a folder to its disk.
#[cfg(not(target_os = "linux"))]
pub fn settle(folder: &Utf8Path) -> io::Result<()> {
    for entry in folder.read_dir_utf8()? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            settle(entry.path())?;
        } else {
            std::fs::File::open(entry.path())?.sync_all()?;
        }
    }
    std::fs::File::open(folder)?.sync_all()
}

/// Whether an error of the system says that the disk takes nothing more from anybody.
pub fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | ReadOnlyFilesystem)
}
