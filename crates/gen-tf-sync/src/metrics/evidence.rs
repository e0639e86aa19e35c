//! Opens files of an attempt's results. What is not there is nothing to complain about; what is
//! there and cannot be read is a problem. Links and devices are never followed.

use std::{
    fs::{self, File},
    io::{self, Read},
};

use camino::{Utf8Path, Utf8PathBuf};

use super::problems::Problems;

/// Larger than any OpenAPI document or report that is read whole, in bytes.
const LARGEST_WHOLE: u64 = 64 << 20;

/// Whether there is such a file.
pub fn has(folder: &Utf8Path, name: &str) -> bool {
    fs::symlink_metadata(folder.join(name)).is_ok_and(|found| found.is_file())
}

/// Opens a file.
pub fn open(folder: &Utf8Path, name: &str, problems: &mut Problems) -> Option<File> {
    if !has(folder, name) {
        return None;
    }
    tell(File::open(folder.join(name)), name, problems)
}

/// Reads a file that is small enough to be read whole.
pub fn read_small(folder: &Utf8Path, name: &str, problems: &mut Problems) -> Option<Vec<u8>> {
    let file = open(folder, name, problems)?;
    let mut bytes = Vec::new();
    let read = file.take(LARGEST_WHOLE + 1).read_to_end(&mut bytes);
    tell(read, name, problems)?;
    if bytes.len() as u64 > LARGEST_WHOLE {
        problems.add(name, &format!("is larger than {LARGEST_WHOLE} bytes"));
        return None;
    }
    Some(bytes)
}

/// Names of what is in a folder of the results, sorted; an empty name is the results themselves.
pub fn names(folder: &Utf8Path, name: &str, problems: &mut Problems) -> Vec<String> {
    let path: Utf8PathBuf = folder.join(name);
    if !fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir()) {
        return Vec::new();
    }
    let read = || -> io::Result<Vec<String>> {
        path.read_dir_utf8()?.map(|entry| Ok(entry?.file_name().to_owned())).collect()
    };
    let mut names = tell(read(), name, problems).unwrap_or_default();
    names.sort();
    names
}

fn tell<T>(result: io::Result<T>, name: &str, problems: &mut Problems) -> Option<T> {
    result.map_err(|error| problems.add(name, &format!("cannot be read: {error}"))).ok()
}
