//! Copies of the local state, and one taken back where Terraform was killed while it wrote.
//!
//! Terraform truncates the file and writes it again after every change; who kills it in between
//! leaves 0 bytes. A state in a bucket has none of this and is left alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use super::kind::{going_on, what_happens};
use super::record::Record;
use super::running::Turn;
use super::{Error, Workspace, child, files, follow};

pub(super) const STATE: &str = "terraform.tfstate";

/// Terraform's own copy, from before its last run that changed something.
const BACKUP: &str = "terraform.tfstate.backup";

const COPIES: usize = 10;

/// How many resources a message names.
const NAMED: usize = 10;

/// What every state has.
#[derive(Deserialize)]
struct Header {
    #[serde(rename = "version")]
    _version: u64,
}

/// A local state that was broken.
pub(super) struct Mended {
    /// What there is to say about it.
    pub note: String,
    /// Whether the file is another one now; an empty one without a copy stays as it is.
    pub changed: bool,
}

fn is_sound(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Header>(bytes).is_ok()
}

impl Workspace {
    /// Copies the local state, if there is one.
    pub(super) fn copy_state(&mut self, _turn: &Turn) -> Result<(), Error> {
        let folder = self.files.private_folder("state")?;
        if let Some(bytes) = files::read_if_there(&self.directory.join(STATE))?
            && is_sound(&bytes)
        {
            files::write_whole(&folder.join(format!("{}.tfstate", files::stamp())), &bytes)?;
        }
        files::keep_newest(&folder, ".tfstate", COPIES, files::remove_if_there)
    }

    /// Takes the newest copy back where the local state is broken; says what was done.
    pub(super) fn mend_state(&mut self, _turn: &Turn) -> Result<Option<Mended>, Error> {
        let path = self.directory.join(STATE);
        match files::read_if_there(&path)? {
            None => return Ok(None),
            Some(bytes) if is_sound(&bytes) => return Ok(None),
            Some(_) => {}
        }
        // A Terraform that somebody started by hand may be writing it right now.
        let mut file = self.lock_state(&path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(Error::file("read", &path))?;
        if is_sound(&bytes) {
            return Ok(None);
        }
        match self.newest_copy()? {
            Some((copy, good)) => {
                rewrite(&mut file, &good).map_err(Error::file("write", &path))?;
                Ok(Some(Mended { note: self.tell_taken_back(&copy)?, changed: true }))
            }
            None => self.without_copy(&mut file, &bytes),
        }
    }

    fn lock_state(&mut self, path: &Utf8Path) -> Result<File, Error> {
        let file = OpenOptions::new().read(true).write(true).open(path);
        let file = file.map_err(Error::file("open", path))?;
        let mut told = false;
        while !child::try_lock_state(&file).map_err(Error::file("lock", path))? {
            if !told {
                let pid = child::holder_of_state(&file).map_err(Error::file("lock", path))?;
                let locked = self.locked_by(pid)?;
                self.progress.println(&format!(
                    "a Terraform that gen-tf did not start runs here; waiting ({locked})"
                ));
                told = true;
            }
            self.wait_or_stop("the other Terraform goes on")?;
        }
        Ok(file)
    }

    fn newest_copy(&self) -> Result<Option<(Utf8PathBuf, Vec<u8>)>, Error> {
        let mut paths = files::sorted(&self.files.private_folder("state")?, ".tfstate")?;
        let backup = self.directory.join(BACKUP);
        if backup.is_file() {
            paths.push(backup);
        }
        let mut newest: Option<(SystemTime, Utf8PathBuf, Vec<u8>)> = None;
        for path in paths {
            let time = fs::metadata(&path).and_then(|it| it.modified());
            let time = time.map_err(Error::file("read", &path))?;
            let bytes = fs::read(&path).map_err(Error::file("read", &path))?;
            if is_sound(&bytes) && newest.as_ref().is_none_or(|(other, ..)| *other <= time) {
                newest = Some((time, path, bytes));
            }
        }
        Ok(newest.map(|(_, path, bytes)| (path, bytes)))
    }

    fn tell_taken_back(&self, copy: &Utf8Path) -> Result<String, Error> {
        let from = copy.strip_prefix(&self.directory).unwrap_or(copy);
        let mut text = format!(
            "{STATE} was broken, because Terraform was killed while it wrote it; {from} was \
             taken back"
        );
        if let Some(record) = self.last_apply()? {
            text.push_str(&after_the_copy(&record));
        }
        Ok(text)
    }

    fn without_copy(&self, file: &mut File, broken: &[u8]) -> Result<Option<Mended>, Error> {
        let path = self.directory.join(STATE);
        if broken.is_empty() {
            // Also a first plan that was killed leaves such a file, and Terraform takes it for
            // no state: there is something to say only if something was created.
            let record = self.last_apply()?;
            let made = record.map(|record| after_the_copy(&record)).filter(|it| !it.is_empty());
            let note = |made| format!("{STATE} is empty and there is no copy{made}");
            return Ok(made.map(|made| Mended { note: note(made), changed: false }));
        }
        let aside = self.files.private_folder("state")?.join(format!("{}.broken", files::stamp()));
        files::write_whole(&aside, broken)?;
        rewrite(file, b"").map_err(Error::file("write", &path))?;
        let note = format!("{STATE} was broken and there is no copy; it was put aside as {aside}");
        Ok(Some(Mended { note, changed: true }))
    }

    /// What the last apply did, from its log.
    fn last_apply(&self) -> Result<Option<Record>, Error> {
        let Some(log) = self.files.newest_log("apply")? else { return Ok(None) };
        follow::read_whole(&log).map(Some).map_err(Error::file("read", &log))
    }
}

/// Writes in place: a Terraform that waits for the lock has this very file open.
fn rewrite(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn after_the_copy(record: &Record) -> String {
    let completed = record
        .completed
        .iter()
        .map(|(name, action)| format!("{} {name}", what_happens(name, *action).done()));
    let open = record.open.iter().map(|(name, action)| going_on(name, *action));
    let all: Vec<String> = completed.chain(open).collect();
    match all.len() {
        0 => String::new(),
        1..=NAMED => format!("; what the last apply did is not in it: {}", all.join(", ")),
        many => format!(
            "; what the last apply did is not in it: {} and {} more",
            all[..NAMED].join(", "),
            many - NAMED
        ),
    }
}
