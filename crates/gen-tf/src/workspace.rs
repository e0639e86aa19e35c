//! The workspace on the disk: only this module writes it. It starts no Terraform.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Write},
};

use camino::{Utf8Path, Utf8PathBuf};
use gen_tf_core::{
    hash::sha256_hex,
    render::{ACTIVE_SET, ADOPTION, MANIFEST, Manifest, PRIVATE_FOLDER},
    schedule::{Entry, Placed},
    tree::{Changes, File, FileTree},
};
use serde::{Deserialize, Serialize};

use crate::holder::Holder;

/// Why a workspace can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system refused something.
    #[error("{doing} {path}")]
    Io {
        /// What was attempted.
        doing: &'static str,
        /// Where.
        path: Utf8PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A file that a render would overwrite is not gen-tf's.
    #[error(
        "{path} exists and was not rendered by gen-tf; move it away, or choose another folder with --workspace"
    )]
    Foreign {
        /// The file.
        path: Utf8PathBuf,
    },
    /// A file of gen-tf's can't be understood.
    #[error("{path} can't be read as gen-tf wrote it")]
    Malformed {
        /// The file.
        path: Utf8PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The folder belongs to another study.
    #[error(
        "{path} is the workspace of study `{found}`, not of `{wanted}`; choose another folder with --workspace"
    )]
    OtherStudy {
        /// The folder.
        path: Utf8PathBuf,
        /// The study that it belongs to.
        found: String,
        /// The study at hand.
        wanted: String,
    },
    /// Another gen-tf works in it.
    #[error("another gen-tf works in {path}: {holder}; wait until it is done")]
    Busy {
        /// The folder.
        path: Utf8PathBuf,
        /// Who it is, and since when.
        holder: String,
    },
}

fn failed(doing: &'static str, path: &Utf8Path) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Io { doing, path: path.to_owned(), source }
}

/// A folder that is, or becomes, a workspace.
#[derive(Clone, Debug)]
pub struct Workspace {
    root: Utf8PathBuf,
}

impl Workspace {
    /// The workspace at `root`, which need not exist.
    #[must_use]
    pub fn at(root: &Utf8Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Its folder.
    #[must_use]
    pub fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// Where sandboxes live.
    #[must_use]
    pub fn sandboxes(&self) -> Utf8PathBuf {
        self.root.join(PRIVATE_FOLDER).join("sandboxes")
    }

    /// The manifest of the last render, if there was one.
    ///
    /// # Errors
    ///
    /// When it can't be read.
    pub fn manifest(&self) -> Result<Option<Manifest>, Error> {
        self.read_json(MANIFEST)
    }

    /// The files of the last render and of a new one, as they are on the disk now.
    ///
    /// # Errors
    ///
    /// When a file can't be read, or the folder belongs to another study.
    fn current(&self, study: &str, new: &FileTree) -> Result<(FileTree, Option<Manifest>), Error> {
        let manifest = self.manifest()?;
        if let Some(other) = manifest.as_ref().filter(|manifest| manifest.study != study) {
            return Err(Error::OtherStudy {
                path: self.root.clone(),
                found: other.study.clone(),
                wanted: study.to_owned(),
            });
        }
        let mut paths: BTreeSet<&str> = new.iter().map(|(path, _)| path).collect();
        paths.extend(manifest.iter().flat_map(|m| m.files.keys()).map(String::as_str));
        let mut old = FileTree::new();
        for path in paths {
            if let Some(file) = read_file(&self.root.join(path))? {
                old.put_file(path, file);
            }
        }
        Ok((old, manifest))
    }

    /// What a render would change, and the same as a unified diff. Nothing is written.
    ///
    /// # Errors
    ///
    /// When a file can't be read, or the folder belongs to another study.
    pub fn check(&self, study: &str, new: &FileTree) -> Result<(Changes, String), Error> {
        let (old, _) = self.current(study, new)?;
        let changes = Changes::between(&old, new);
        let diff = changes.unified_diff(&old, new);
        Ok((changes, diff))
    }

    /// Writes a render: what is new or changed, each file whole or not at all; removes what the last
    /// render made and this one does not. Files of others are never touched.
    ///
    /// # Errors
    ///
    /// When a file is somebody else's, or can't be written.
    pub fn write(&self, study: &str, new: &FileTree) -> Result<Changes, Error> {
        let (old, manifest) = self.current(study, new)?;
        let rendered: BTreeMap<String, String> = manifest.map(|m| m.files).unwrap_or_default();
        let mut changes = Changes::between(&old, new);
        let ours = |path: &str| path == MANIFEST || rendered.contains_key(path);
        if let Some(path) = changes.changed.iter().find(|path| !ours(path)) {
            return Err(Error::Foreign { path: self.root.join(path) });
        }
        // A file that somebody edited after it was rendered is theirs now.
        changes.deleted.retain(|path| {
            old.get(path).is_some_and(|f| rendered.get(path) == Some(&sha256_hex(&f.bytes)))
        });
        let (manifest_last, rest): (Vec<_>, Vec<_>) = changes
            .created
            .iter()
            .chain(&changes.changed)
            .partition(|path| path.as_str() == MANIFEST);
        for path in rest.into_iter() {
            self.put(path, new)?;
        }
        for path in &changes.deleted {
            let path = self.root.join(path);
            fs::remove_file(&path).map_err(failed("removing", &path))?;
            self.remove_empty_parents(&path);
        }
        // The manifest comes last: a render that was cut short is rendered again, whole.
        for path in manifest_last {
            self.put(path, new)?;
        }
        Ok(changes)
    }

    fn put(&self, path: &str, tree: &FileTree) -> Result<(), Error> {
        let file = tree.get(path).expect("changes name files of the tree");
        write_file(&self.root.join(path), &file.bytes, if file.executable { 0o755 } else { 0o644 })
    }

    fn remove_empty_parents(&self, path: &Utf8Path) {
        let parents = path.ancestors().skip(1).take_while(|parent| *parent != self.root);
        for parent in parents {
            // A folder that is not empty stays; that is what this relies on.
            if fs::remove_dir(parent).is_err() {
                break;
            }
        }
    }

    /// The active set of the last apply.
    ///
    /// # Errors
    ///
    /// When it can't be read.
    pub fn active_set(&self) -> Result<Placed, Error> {
        let active = self.active_file()?.active;
        // What is no id was written by a person; Terraform says what is wrong with it.
        Ok(active.into_iter().filter_map(|(id, entry)| Some((id.parse().ok()?, entry))).collect())
    }

    /// When the study counts as forgotten, as the last apply wrote it.
    ///
    /// # Errors
    ///
    /// When it can't be read.
    pub fn expires(&self) -> Result<Option<i64>, Error> {
        Ok(self.active_file()?.expires)
    }

    fn active_file(&self) -> Result<ActiveFile, Error> {
        Ok(self.read_json(ACTIVE_SET)?.unwrap_or_default())
    }

    /// Writes the active set, for Terraform to read, and when the study counts as forgotten.
    ///
    /// # Errors
    ///
    /// When it can't be written.
    pub fn write_active_set(&self, active: &Placed, expires: Option<i64>) -> Result<(), Error> {
        write_file(&self.root.join(ACTIVE_SET), &active_json(active, expires), 0o644)
    }

    /// Writes an active set for a plan that nobody applies, and says where.
    ///
    /// # Errors
    ///
    /// When it can't be written.
    pub fn write_planned_set(
        &self,
        active: &Placed,
        expires: Option<i64>,
    ) -> Result<Utf8PathBuf, Error> {
        let path = self.root.join(PRIVATE_FOLDER).join("planned.tfvars.json");
        write_file(&path, &active_json(active, expires), 0o644)?;
        Ok(path)
    }

    /// Writes the import blocks of what exists already, or removes them where none is wanted.
    ///
    /// # Errors
    ///
    /// When it can't be written or removed.
    pub fn set_adoption(&self, blocks: Option<&str>) -> Result<(), Error> {
        let path = self.root.join(ADOPTION);
        match blocks {
            Some(blocks) => write_file(&path, blocks.as_bytes(), 0o644),
            None => match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(failed("removing", &path)(error))
                }
                _ => Ok(()),
            },
        }
    }

    /// Takes the workspace for this process alone, until the guard is dropped.
    ///
    /// # Errors
    ///
    /// When another gen-tf has it.
    pub fn lock(&self) -> Result<Guard, Error> {
        let path = self.root.join(PRIVATE_FOLDER).join("session.lock");
        make_parents(&path)?;
        let mut file = fs::File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(failed("opening", &path))?;
        match file.try_lock() {
            Ok(()) => {
                let holder = serde_json::to_vec(&Holder::this_process()).map_err(io::Error::other);
                let written = holder.and_then(|text| {
                    file.set_len(0)?;
                    file.write_all(&text)
                });
                written.map_err(failed("writing", &path))?;
                Ok(Guard { _file: file })
            }
            Err(fs::TryLockError::WouldBlock) => {
                // It may be written at this moment: then all that is known is that somebody has it.
                let holder = serde_json::from_reader(file).map(|it: Holder| it.describe());
                let holder = holder.unwrap_or_else(|_| "it has just begun".to_owned());
                Err(Error::Busy { path: self.root.clone(), holder })
            }
            Err(fs::TryLockError::Error(source)) => {
                Err(Error::Io { doing: "locking", path, source })
            }
        }
    }

    fn read_json<T: for<'de> Deserialize<'de>>(&self, name: &str) -> Result<Option<T>, Error> {
        let path = self.root.join(name);
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|source| Error::Malformed { path, source }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::Io { doing: "reading", path, source }),
        }
    }
}

/// Holds a workspace; the system lets go of it with the process, whatever ends it.
#[derive(Debug)]
pub struct Guard {
    _file: fs::File,
}

#[derive(Default, Serialize, Deserialize)]
struct ActiveFile {
    active: BTreeMap<String, Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<i64>,
}

fn active_json(active: &Placed, expires: Option<i64>) -> Vec<u8> {
    let entries = active.iter().map(|(id, entry)| (id.to_string(), entry.clone()));
    let file = ActiveFile { active: entries.collect(), expires };
    let mut bytes = serde_json::to_vec_pretty(&file).expect("strings and numbers are JSON");
    bytes.push(b'\n');
    bytes
}

fn read_file(path: &Utf8Path) -> Result<Option<File>, Error> {
    use std::os::unix::fs::PermissionsExt as _;
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::Io { doing: "reading", path: path.to_owned(), source }),
    };
    let mode = fs::metadata(path).map_err(failed("reading", path))?.permissions().mode();
    Ok(Some(File { bytes, executable: mode & 0o100 != 0 }))
}

fn make_parents(path: &Utf8Path) -> Result<(), Error> {
    let parent = path.parent().unwrap_or(Utf8Path::new("."));
    fs::create_dir_all(parent).map_err(failed("making", parent))
}

/// Writes a file whole or not at all: beside its place, then renamed.
pub(crate) fn write_file(path: &Utf8Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt as _;
    make_parents(path)?;
    let parent = path.parent().unwrap_or(Utf8Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".gen-tf-")
        .permissions(fs::Permissions::from_mode(mode))
        .tempfile_in(parent)
        .map_err(failed("writing", path))?;
    file.write_all(bytes).map_err(failed("writing", path))?;
    file.persist(path).map_err(|error| Error::Io {
        doing: "writing",
        path: path.to_owned(),
        source: error.error,
    })?;
    Ok(())
}
