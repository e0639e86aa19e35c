//! Who holds the state, where somebody else does: from what Terraform leaves beside the state, and from
//! its own error. Each lock has its way out; none is taken away here.

use std::fmt;
use std::fs::OpenOptions;

use camino::Utf8Path;
use jiff::Timestamp;
use serde::Deserialize;

use super::diagnostic::Diagnostic;
use super::state::STATE;
use super::{Error, Terraform, Workspace, child, files};
use crate::holder::held_since;

/// Where Terraform writes who has locked a state that is a file.
const LOCK_INFO: &str = ".terraform.tfstate.lock.info";

/// How the way out of a lock in a bucket begins: it outlives who has put it.
const GONE: &str = "wait until it is done; if that process is gone, as after a kill, ";

/// What whoever has locked a state has written down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LockInfo {
    /// What `force-unlock` wants: in a bucket the generation of the lock's object.
    #[serde(rename = "ID")]
    pub id: String,
    /// In Terraform's words: `OperationTypeApply`, …
    pub operation: String,
    /// `user@host`.
    pub who: String,
    /// When, as JSON and messages write it.
    pub created: String,
    /// The file, or the object with its bucket: `gs://…`.
    pub path: String,
}

impl LockInfo {
    /// Reads the block in an error of Terraform.
    fn in_message(message: &str) -> Option<Self> {
        let (_, block) = message.split_once("Lock Info:")?;
        let field = |name: &str| {
            let line = block.lines().find_map(|line| line.trim().strip_prefix(name));
            line.unwrap_or_default().trim().to_owned()
        };
        Some(Self {
            id: field("ID:"),
            operation: field("Operation:"),
            who: field("Who:"),
            created: field("Created:"),
            path: field("Path:"),
        })
    }

    /// When it was locked; messages have Go's way to write a time.
    fn since(&self) -> Option<Timestamp> {
        let json = self.created.replacen(' ', "T", 1).replace(" +0000 UTC", "Z");
        json.parse().ok()
    }

    /// A generation is a number; the lock of a file has an id with hyphens.
    fn is_in_bucket(&self) -> bool {
        !self.id.is_empty() && self.id.bytes().all(|byte| byte.is_ascii_digit())
    }
}

/// A state that somebody else holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    info: LockInfo,
    /// The process that holds it, where it is one of this machine.
    pid: Option<u32>,
    hint: String,
}

impl Locked {
    /// What can be done about it.
    pub(super) fn hint(&self) -> &str {
        &self.hint
    }
}

impl fmt::Display for Locked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = if self.info.who.is_empty() { "somebody" } else { &self.info.who };
        write!(f, "Terraform's state is locked: {who} holds it")?;
        if let Some(since) = self.info.since() {
            write!(f, " {}", held_since(since))?;
        }
        let operation = self.info.operation.trim_start_matches("OperationType").to_lowercase();
        if !operation.is_empty() {
            write!(f, " for `{operation}`")?;
        }
        match self.pid {
            Some(pid) => write!(f, ", with process {pid} of this machine"),
            None => Ok(()),
        }
    }
}

impl Workspace {
    /// Refuses a state in a bucket that somebody has locked.
    ///
    /// # Errors
    /// There is a lock.
    pub fn refuse_locked_object(&self, lock: Option<LockInfo>) -> Result<(), Error> {
        lock.map_or(Ok(()), |info| Err(Error::Locked(Box::new(self.locked(info, None)))))
    }

    /// Refuses a state that is a file and that a Terraform which gen-tf did not start has locked. One
    /// that an earlier gen-tf has started is waited for first.
    ///
    /// # Errors
    /// It is locked, or can't be looked at; or a signal asks to end.
    pub fn refuse_locked_file(&mut self) -> Result<(), Error> {
        let _turn = self.turn()?;
        let path = self.directory.join(STATE);
        if !path.is_file() {
            return Ok(());
        }
        let file = OpenOptions::new().read(true).write(true).open(&path);
        let file = file.map_err(Error::file("open", &path))?;
        let Some(pid) = child::holder_of_state(&file).map_err(Error::file("lock", &path))? else {
            return Ok(());
        };
        Err(Error::Locked(Box::new(self.locked_by(Some(pid))?)))
    }

    /// A state that is a file, with what the last to lock it has written down.
    pub(super) fn locked_by(&self, pid: Option<u32>) -> Result<Locked, Error> {
        let bytes = files::read_if_there(&self.directory.join(LOCK_INFO))?;
        // It may be half written at this moment.
        let info = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Ok(self.locked(info.unwrap_or_default(), pid))
    }

    /// What an error tells of a lock.
    ///
    /// `init` finds one only where there is no state in the bucket yet, because it writes the first one;
    /// `force-unlock` would stumble over it in the same way.
    pub(super) fn locked_in(&self, verb: &str, diagnostics: &[Diagnostic]) -> Option<Locked> {
        let errors = diagnostics.iter().filter(|it| it.is_error());
        // `init` has everything in the summary.
        let mut told = errors.flat_map(|it| [&it.detail, &it.summary]);
        let info = told.find_map(|text| LockInfo::in_message(text))?;
        if verb == "init" && info.is_in_bucket() {
            let object = quoted(&format!("{}#{}", info.path, info.id));
            let hint = format!("{GONE}there is no state yet to unlock: gcloud storage rm {object}");
            return Some(Locked { info, pid: None, hint });
        }
        Some(self.locked(info, None))
    }

    fn locked(&self, info: LockInfo, pid: Option<u32>) -> Locked {
        let hint = match pid {
            _ if info.is_in_bucket() => {
                let command = unlock(&self.terraform, &self.directory, &info.id);
                format!("{GONE}unlock the state: {command}")
            }
            Some(pid) => format!(
                "wait until it is done; its lock goes with its process: `kill -INT {pid}` ends it"
            ),
            None => "wait until it is done; its lock goes with its process".to_owned(),
        };
        Locked { info, pid, hint }
    }
}

/// The command that takes a lock away, for a shell in any folder.
fn unlock(terraform: &Terraform, directory: &Utf8Path, id: &str) -> String {
    let (program, folder) = (quoted(terraform.program.as_str()), quoted(directory.as_str()));
    format!("{program} -chdir={folder} force-unlock {id}")
}

/// As a shell reads it as one word.
fn quoted(text: &str) -> String {
    let plain = |it: char| it.is_ascii_alphanumeric() || "/._-+:@%".contains(it);
    if text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = "Error message: writing \"gs://b/s/default.tflock\" failed\nLock Info:\n  \
        ID:        1764369976792460\n  Path:      gs://b/s/default.tflock\n  \
        Operation: OperationTypeApply\n  Who:       ann@laptop\n  Version:   1.11.4\n  \
        Created:   2025-11-28 22:46:16.792460802 +0000 UTC\n  Info:      \n\n\nTerraform acquires a";

    #[test]
    fn the_block_in_an_error_is_read_field_by_field() {
        let info = LockInfo::in_message(MESSAGE).expect("it has a block");
        let LockInfo { id, operation, who, .. } = &info;
        assert_eq!([id, operation, who], ["1764369976792460", "OperationTypeApply", "ann@laptop"]);
        assert!(info.is_in_bucket());
        let locked = Locked { info, pid: None, hint: String::new() };
        let text = locked.to_string();
        let expected =
            "Terraform's state is locked: ann@laptop holds it since 2025-11-28 22:46:16 UTC (";
        assert!(text.starts_with(expected) && text.ends_with(" ago) for `apply`"), "{text}");
    }

    #[test]
    fn a_lock_without_a_word_is_somebodys() {
        let info: LockInfo = serde_json::from_str("{}").expect("every field may be missing");
        let locked = Locked { info, pid: Some(7), hint: String::new() };
        assert_eq!(
            locked.to_string(),
            "Terraform's state is locked: somebody holds it, with process 7 of this machine"
        );
        assert_eq!(LockInfo::in_message("Error message: no"), None);
    }

    #[test]
    fn a_folder_with_a_space_stays_one_word() {
        assert_eq!(quoted("/a/b-c_1.x"), "/a/b-c_1.x");
        assert_eq!(quoted("/a b/it's"), "'/a b/it'\\''s'");
    }
}
