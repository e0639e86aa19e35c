//! Whose results a folder holds: the outcomes in it say study and harness, and results of another
//! study or harness are kept out. Whether results of one study can be compared is no matter here.

use std::{fmt, fs, io};

use camino::{Utf8Path, Utf8PathBuf};
use gen_tf_core::outcome::Outcome;

use crate::results::{FAILED_ATTEMPTS, OUTCOME, ResultsError, failed};

/// Where results come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Name of the study.
    pub study: String,
    /// Name of the harness, where it is known: an attempt that was lost did not tell it.
    pub harness: Option<String>,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the study `{}`", self.study)?;
        self.harness.as_ref().map_or(Ok(()), |harness| write!(f, " of the harness `{harness}`"))
    }
}

impl Origin {
    fn of(outcome: Outcome) -> Self {
        let Outcome { study, mut environment, .. } = outcome;
        Self { study, harness: environment.remove("harness") }
    }

    fn is_another(&self, other: &Self) -> bool {
        let both = self.harness.as_ref().zip(other.harness.as_ref());
        self.study != other.study || both.is_some_and(|(a, b)| a != b)
    }
}

/// Refuses a folder that holds results from elsewhere than `own`.
pub fn check(folder: &Utf8Path, own: &Origin) -> Result<(), ResultsError> {
    let places = [(folder.to_owned(), 3), (folder.join(FAILED_ATTEMPTS), 4)];
    for (place, depth) in places {
        if told_by(&place, depth, folder, own)? {
            break;
        }
    }
    Ok(())
}

/// Looks at the outcomes that are `depth` folders below until one tells all; whether one did.
fn told_by(
    place: &Utf8Path,
    depth: usize,
    folder: &Utf8Path,
    own: &Origin,
) -> Result<bool, ResultsError> {
    if depth > 0 {
        for inner in folders(place)? {
            if told_by(&inner, depth - 1, folder, own)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let path = place.join(OUTCOME);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(source) => return Err(failed("read", &path)(source)),
    };
    // What is no outcome is named when something is to take its place.
    let Ok(outcome) = serde_json::from_slice::<Outcome>(&text) else { return Ok(false) };
    let held = Origin::of(outcome);
    if held.is_another(own) {
        let (path, held, found) = (folder.to_owned(), Box::new(held), Box::new(own.clone()));
        return Err(ResultsError::OtherOrigin { path, held, found });
    }
    Ok(held.harness.is_some())
}

/// The folders in a folder that can hold results, in the order of their names.
pub(crate) fn folders(place: &Utf8Path) -> Result<Vec<Utf8PathBuf>, ResultsError> {
    let entries = match place.read_dir_utf8() {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(failed("read the folder", place)(source)),
    };
    let mut folders = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed("read the folder", place))?;
        let is_folder = entry.file_type().map_err(failed("read", entry.path()))?.is_dir();
        if is_folder && !entry.file_name().starts_with('.') {
            folders.push(entry.into_path());
        }
    }
    folders.sort();
    Ok(folders)
}
