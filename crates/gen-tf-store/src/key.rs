//! Which texts are keys of objects: the same in every backend.
//! It does not know what a key means.

use object_store::path::Path;

/// Marks the temporary object of an upload that is under way.
const STAGED: &str = ".staged-";

/// The path of a key, or the rule that the key breaks.
pub(crate) fn parse(key: &str) -> Result<Path, &'static str> {
    if key.is_empty() {
        return Err("it is empty");
    }
    let path = parse_prefix(key)?;
    if key.ends_with('/') {
        return Err("it ends with a slash");
    }
    // A folder store writes `name` through `name#<number>`, which a listing has to tell apart.
    if key.contains('#') {
        return Err("it contains `#`, which marks temporary files");
    }
    if key.contains(STAGED) {
        return Err("it contains `.staged-`, which marks unfinished uploads");
    }
    Ok(path)
}

/// The path of a folder of keys; it may be empty and end with a slash.
pub(crate) fn parse_prefix(prefix: &str) -> Result<Path, &'static str> {
    if prefix.starts_with('/') {
        return Err("it starts with a slash");
    }
    Path::parse(prefix)
        .map_err(|_| "it has an empty part, a part `.` or `..`, or a control character")
}

/// Temporary object for an upload to `key`; listings leave it out, because it is no key.
pub(crate) fn staged(key: &Path, unique: &str) -> Path {
    Path::parse(format!("{key}{STAGED}{unique}")).expect("a key with a plain suffix is a path")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_a_folder_or_a_bucket_could_not_keep() {
        for key in ["", "/a", "a/", "a//b", "a/../b", "./a", "a\nb", "a#1", "a#b", "a.staged-1"] {
            assert!(parse(key).is_err(), "{key:?}");
        }
    }

    #[test]
    fn takes_spaces_percent_signs_and_unicode_as_they_are() {
        for key in ["a b", "100%", "a%20b", "größe/日本", "x?y*z", "a\\b", "[1]{2}~^`|<>\""] {
            assert_eq!(parse(key).unwrap().as_ref(), key);
        }
    }

    #[test]
    fn a_staged_upload_is_no_key() {
        let staged = staged(&parse("inputs/ab cd").unwrap(), "7-1");
        assert_eq!(staged.as_ref(), "inputs/ab cd.staged-7-1");
        assert!(parse(staged.as_ref()).is_err());
    }
}
