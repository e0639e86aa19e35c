//! Files below `<workspace>/.gen-tf/` that belong to the driver: private, stamped, bounded in
//! number.
//!
//! What other parts of gen-tf keep there is none of its business.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};

use camino::{Utf8Path, Utf8PathBuf};

use super::Error;

/// How many runs of Terraform keep their log.
const LOGS: usize = 100;

/// The driver's folders of one workspace.
#[derive(Clone, Debug)]
pub(super) struct Files {
    root: Utf8PathBuf,
}

/// Where one run of Terraform writes.
#[derive(Clone, Debug)]
pub(super) struct LogPaths {
    /// The events.
    pub events: Utf8PathBuf,
    /// What it writes to stderr.
    pub stderr: Utf8PathBuf,
}

impl Files {
    /// The folders of this workspace.
    pub fn of(workspace: &Utf8Path) -> Self {
        Self { root: workspace.join(".gen-tf") }
    }

    /// A file of the driver.
    pub fn path(&self, name: &str) -> Utf8PathBuf {
        self.root.join(name)
    }

    /// A folder of the driver that nobody else may look into; created when it is missing.
    pub fn private_folder(&self, name: &str) -> Result<Utf8PathBuf, Error> {
        self.create_root()?;
        let path = self.root.join(name);
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder.create(&path).map_err(Error::file("create", &path))?;
        Ok(path)
    }

    /// Creates `.gen-tf` when it is missing. Others keep things in it, so that it stays readable.
    pub fn create_root(&self) -> Result<(), Error> {
        fs::create_dir_all(&self.root).map_err(Error::file("create", &self.root))
    }

    /// New, empty files for a run; removes the oldest when there are many.
    pub fn new_log(&self, verb: &str) -> Result<LogPaths, Error> {
        let folder = self.private_folder("logs")?;
        keep_newest(&folder, ".jsonl", LOGS - 1, |events| {
            remove_if_there(events)?;
            remove_if_there(&events.with_extension("stderr"))
        })?;
        loop {
            let events = folder.join(format!("{}-{verb}.jsonl", stamp()));
            match create_private(&events) {
                Ok(_) => {
                    let stderr = events.with_extension("stderr");
                    create_private(&stderr).map_err(Error::file("create", &stderr))?;
                    return Ok(LogPaths { events, stderr });
                }
                // Two runs within a millisecond: the next stamp is another one.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Error::file("create", &events)(error)),
            }
        }
    }

    /// The newest log of this verb.
    pub fn newest_log(&self, verb: &str) -> Result<Option<Utf8PathBuf>, Error> {
        let logs = sorted(&self.private_folder("logs")?, &format!("-{verb}.jsonl"))?;
        Ok(logs.into_iter().next_back())
    }
}

/// Now, in UTC, as the beginning of a file's name; later ones sort after earlier ones.
pub(super) fn stamp() -> String {
    jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S%.3fZ").to_string()
}

/// Creates a file that only its owner may read.
pub(super) fn create_private(path: &Utf8Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Opens a file that is there to write at its end.
pub(super) fn open_to_append(path: &Utf8Path) -> io::Result<File> {
    OpenOptions::new().append(true).open(path)
}

/// Lets only its owner read a file.
pub(super) fn make_private(path: &Utf8Path) -> Result<(), Error> {
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
        .map_err(Error::file("protect", path))
}

/// Writes a file so that it is there whole or not at all, for its owner only.
pub(super) fn write_whole(path: &Utf8Path, bytes: &[u8]) -> Result<(), Error> {
    let write = || {
        let folder = path.parent().unwrap_or(Utf8Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(Error::file("write", path))
}

/// Reads a file that may be missing.
pub(super) fn read_if_there(path: &Utf8Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::file("read", path)(error)),
    }
}

/// Removes a file that may be missing.
pub(super) fn remove_if_there(path: &Utf8Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::file("remove", path)(error))
        }
        _ => Ok(()),
    }
}

/// The files of a folder whose names end so, by name.
pub(super) fn sorted(folder: &Utf8Path, suffix: &str) -> Result<Vec<Utf8PathBuf>, Error> {
    let list = || -> io::Result<Vec<Utf8PathBuf>> {
        let mut paths = Vec::new();
        for entry in folder.read_dir_utf8()? {
            let entry = entry?;
            if entry.file_name().ends_with(suffix) {
                paths.push(entry.into_path());
            }
        }
        paths.sort();
        Ok(paths)
    };
    list().map_err(Error::file("list", folder))
}

/// Removes all but the newest files with stamped names.
pub(super) fn keep_newest(
    folder: &Utf8Path,
    suffix: &str,
    count: usize,
    remove: impl Fn(&Utf8Path) -> Result<(), Error>,
) -> Result<(), Error> {
    let paths = sorted(folder, suffix)?;
    let surplus = paths.len().saturating_sub(count);
    paths[..surplus].iter().try_for_each(|path| remove(path))
}
