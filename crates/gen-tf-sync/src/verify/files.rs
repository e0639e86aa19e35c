//! Compares the files of a result with the list that its experiment has written. It follows no link
//! and reads in pieces.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read},
};

use camino::{Utf8Path, Utf8PathBuf};
use gen_tf_core::outcome::{FileEntry, FileList, Outcome};
use sha2::{Digest, Sha256};

use crate::{
    archive::{hex, read_list as read_announced},
    metrics::{METRICS, METRICS_PARTIAL},
    results::{FILES, OUTCOME},
};

/// Bytes that are read and hashed at once.
const PIECE: usize = 64 * 1024;
/// Files beside those of the experiment that gen-tf-sync has put there.
const OWN: [&str; 4] = [OUTCOME, FILES, METRICS, METRICS_PARTIAL];
/// So many files are named; the others are counted.
const MOST_NAMED: usize = 3;

/// How the files of a result compare with their list.
pub struct Checked {
    /// The list, where it is the one that the outcome announces.
    pub list: Option<FileList>,
    /// What is wrong.
    pub complaint: Option<String>,
}

impl Checked {
    /// A list whose files were not looked at.
    pub fn trusted(list: FileList) -> Self {
        Self { list: Some(list), complaint: None }
    }

    /// No list that can be used.
    pub fn without_list(complaint: String) -> Self {
        Self { list: None, complaint: Some(complaint) }
    }
}

/// The list of a result's files, after a comparison with what the outcome announces.
pub fn read_list(folder: &Utf8Path, outcome: &Outcome) -> Result<FileList, String> {
    let Some(announced) = &outcome.results else {
        return Err(format!("{OUTCOME} names no results"));
    };
    let text = match fs::read(folder.join(FILES)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(format!(
                "there is no {FILES}, so that nobody can tell: move the folder away and pull it again"
            ));
        }
        Err(error) => return Err(format!("{FILES} cannot be read: {error}")),
    };
    read_announced(&text, announced).map_err(|error| format!("{FILES}: {error}"))
}

/// Reads every file of a result and compares it with the list.
pub fn check(folder: &Utf8Path, outcome: &Outcome) -> Checked {
    let list = match read_list(folder, outcome) {
        Ok(list) => list,
        Err(complaint) => return Checked::without_list(complaint),
    };
    let complaint = match compare(folder, &list) {
        Ok(complaints) if complaints.is_empty() => None,
        Ok(complaints) => Some(told(&complaints)),
        Err((path, error)) => Some(format!("{path} cannot be read: {error}")),
    };
    Checked { list: Some(list), complaint }
}

fn told(complaints: &[String]) -> String {
    let mut text = complaints[..complaints.len().min(MOST_NAMED)].join("; ");
    if complaints.len() > MOST_NAMED {
        text += &format!("; {} more", complaints.len() - MOST_NAMED);
    }
    text
}

type Failure = (Utf8PathBuf, io::Error);

/// What is wrong with each file, in the order of their paths.
fn compare(folder: &Utf8Path, list: &FileList) -> Result<Vec<String>, Failure> {
    let mut missing: BTreeSet<&str> = list.files.keys().map(String::as_str).collect();
    let mut complaints = Vec::new();
    for (path, is_file) in walk(folder)? {
        match list.files.get(path.as_str()) {
            None if OWN.contains(&path.as_str()) => {}
            None => complaints.push((path.clone(), format!("{path} was added"))),
            Some(_) if !is_file => {
                missing.remove(path.as_str());
                complaints.push((path.clone(), format!("{path} is no file any more")));
            }
            Some(entry) => {
                missing.remove(path.as_str());
                let found = differs(&folder.join(&path), entry).map_err(|e| (path.clone(), e))?;
                complaints.extend(found.map(|found| (path.clone(), format!("{path} {found}"))));
            }
        }
    }
    complaints.extend(missing.iter().map(|path| ((*path).into(), format!("{path} is missing"))));
    complaints.sort();
    Ok(complaints.into_iter().map(|(_, complaint)| complaint).collect())
}

/// How a file differs from its entry in the list.
fn differs(path: &Utf8Path, entry: &FileEntry) -> io::Result<Option<String>> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    if size != entry.size {
        return Ok(Some(format!("has {size} bytes, and the experiment wrote {}", entry.size)));
    }
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => hash.update(&piece[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let found = hex(&hash.finalize());
    Ok((found != entry.sha256).then(|| "has other bytes than the experiment wrote".to_owned()))
}

/// Everything below a folder but folders, by its path, and whether it is a file.
fn walk(folder: &Utf8Path) -> Result<Vec<(Utf8PathBuf, bool)>, Failure> {
    let mut found = Vec::new();
    let mut folders = vec![Utf8PathBuf::new()];
    while let Some(next) = folders.pop() {
        let failed = |error| (next.clone(), error);
        for entry in folder.join(&next).read_dir_utf8().map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            let path = next.join(entry.file_name());
            match kind.is_dir() {
                true => folders.push(path),
                false => found.push((path, kind.is_file())),
            }
        }
    }
    Ok(found)
}
