//! A cloud that outlives its process: the model is written to `cloud.json` whenever it has changed, and read again at a start.
//! It guards against a killed process and not against a machine without power: nothing waits for a disk.

use super::{
    Cloud, Model,
    blob::{Blob, Blobs},
    bucket::Bucket,
    clock,
};
use anyhow::Context;
use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io,
    ops::{Deref, DerefMut},
    sync::{Arc, MutexGuard},
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

/// How long the children of a killed process may have its files.
const PATIENCE: Duration = Duration::from_secs(5);

/// The model while nobody else has it.
/// Where the cloud is kept, what was changed is written down before anybody else sees it, and so before it is answered.
pub struct Held<'a> {
    cloud: &'a Cloud,
    model: MutexGuard<'a, Model>,
    changed: bool,
}

impl<'a> Held<'a> {
    pub(super) fn new(cloud: &'a Cloud, model: MutexGuard<'a, Model>) -> Self {
        Self { cloud, model, changed: false }
    }
}

impl Deref for Held<'_> {
    type Target = Model;

    fn deref(&self) -> &Model {
        &self.model
    }
}

impl DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut Model {
        self.changed = true;
        &mut self.model
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if self.changed
            && let Some(keeper) = &self.cloud.keeper
        {
            keeper.write_or_end(self.cloud, &self.model);
        }
    }
}

/// Where a cloud is written down.
#[derive(Debug)]
pub struct Keeper {
    path: Utf8PathBuf,
    /// Locked as long as this process lives, so that no other one goes on with the same cloud.
    lock: Option<File>,
    /// Where the cloud was served when it was last written down.
    pub base: Option<String>,
}

#[derive(Serialize)]
struct Written<'a> {
    base: &'a str,
    model: &'a Model,
}

#[derive(Deserialize)]
struct Read {
    base: String,
    model: Model,
}

impl Keeper {
    /// Of the cloud whose state is in this folder.
    pub fn new(state: &Utf8Path) -> Self {
        Self { path: state.join("cloud.json"), lock: None, base: None }
    }

    /// Removes what is written down.
    pub fn forget(&self) -> io::Result<()> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Reads what is written down, which may be nothing; bytes of objects are in the folder.
    pub fn load(&mut self, folder: Utf8PathBuf) -> anyhow::Result<(Model, Blobs)> {
        self.lock = Some(self.lock()?);
        let path = &self.path;
        let way_out =
            || format!("cannot go on from {path} (remove it to begin with an empty cloud)");
        let mut model = match std::fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Model::default(),
            Err(error) => return Err(error).with_context(way_out),
            Ok(bytes) => {
                let read: Read = serde_json::from_slice(&bytes).with_context(way_out)?;
                self.base = Some(read.base);
                clock::set_ahead(read.model.settings.clock_ahead_seconds);
                read.model
            }
        };
        let blobs = restore(&mut model, folder).with_context(way_out)?;
        Ok((model, blobs))
    }

    fn lock(&self) -> anyhow::Result<File> {
        let path = self.path.with_extension("lock");
        let file = File::create(&path).with_context(|| format!("cannot make {path}"))?;
        let deadline = Instant::now() + PATIENCE;
        while let Err(error) = file.try_lock() {
            if Instant::now() > deadline {
                let problem = format!("cannot lock {path} (end the fake-gcp that has it)");
                return Err(error).context(problem);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(file)
    }

    /// Who was answered can't be told later that it was lost, so a cloud that can't be written down ends.
    fn write_or_end(&self, cloud: &Cloud, model: &Model) {
        let unused = cloud.blobs.take_unused();
        if let Err(error) = self.write(cloud.base(), model) {
            eprintln!("fake-gcp: ends, as {} can't be written: {error}", self.path);
            std::process::exit(1);
        }
        cloud.blobs.remove_unused(&unused);
    }

    fn write(&self, base: &str, model: &Model) -> io::Result<()> {
        let bytes = serde_json::to_vec(&Written { base, model })?;
        let partial = self.path.with_extension("json.partial");
        std::fs::write(&partial, bytes)?;
        std::fs::rename(&partial, &self.path)
    }
}

/// Gives everything in the model its bytes again, and removes files that nothing in it has.
fn restore(model: &mut Model, folder: Utf8PathBuf) -> anyhow::Result<Blobs> {
    let mut used: BTreeSet<u64> = BTreeSet::new();
    used.extend(complete(model).map(|blob| blob.number));
    used.extend(model.uploads.resumables_mut().map(|upload| upload.file));
    let blobs = Blobs::reopen(folder, &used)?;
    let mut restored: BTreeMap<u64, Arc<Blob>> = BTreeMap::new();
    for blob in complete(model) {
        // A copy has the file of its original.
        let shared = match restored.get(&blob.number) {
            Some(shared) => shared.clone(),
            None => Arc::new(blobs.restore(blob)?),
        };
        restored.insert(blob.number, shared.clone());
        *blob = shared;
    }
    for upload in model.uploads.resumables_mut() {
        let writer = blobs.append(upload.file).map_err(|error| anyhow::anyhow!(error.message))?;
        upload.bytes = Arc::new(Mutex::new(Some(writer)));
    }
    Ok(blobs)
}

/// All complete bytes: of objects, and of parts.
fn complete(model: &mut Model) -> impl Iterator<Item = &mut Arc<Blob>> {
    let objects = model.buckets.values_mut().flat_map(Bucket::versions_mut);
    objects.map(|object| &mut object.blob).chain(model.uploads.parts_mut())
}
