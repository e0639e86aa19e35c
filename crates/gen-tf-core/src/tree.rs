//! A tree of files in memory: what a render makes and a workspace is compared with.
//! It reads and writes nothing.

use std::collections::BTreeMap;

/// Files by their path, relative to the root of the tree, with `/` on every system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileTree {
    files: BTreeMap<String, File>,
}

/// One file of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it may be executed.
    pub executable: bool,
}

impl FileTree {
    /// An empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a file that is not executable.
    pub fn put(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), File { bytes: bytes.into(), executable: false });
    }

    /// Puts a file as it is.
    pub fn put_file(&mut self, path: impl Into<String>, file: File) {
        self.files.insert(path.into(), file);
    }

    /// Puts every file of `other` below `folder`; an empty folder puts them at the root.
    pub fn put_tree(&mut self, folder: &str, other: &Self) {
        for (path, file) in &other.files {
            let path = if folder.is_empty() { path.clone() } else { format!("{folder}/{path}") };
            self.files.insert(path, file.clone());
        }
    }

    /// The file at `path`.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&File> {
        self.files.get(path)
    }

    /// The files below `folder`, their paths relative to it.
    #[must_use]
    pub fn subtree(&self, folder: &str) -> Self {
        let prefix = format!("{folder}/");
        let files = self.files.iter().filter_map(|(path, file)| {
            Some((path.strip_prefix(&prefix)?.to_owned(), file.clone()))
        });
        Self { files: files.collect() }
    }

    /// The files whose paths start with `prefix`, their paths whole, in the order of the paths.
    pub fn below(&self, prefix: &str) -> impl Iterator<Item = (&str, &File)> {
        let from = self.files.range(prefix.to_owned()..);
        let prefix = prefix.to_owned();
        from.take_while(move |(path, _)| path.starts_with(&prefix))
            .map(|(path, file)| (path.as_str(), file))
    }

    /// Every file, in the order of the paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &File)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// Number of files.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// What has to change for one tree to become another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Paths that only the new tree has.
    pub created: Vec<String>,
    /// Paths whose bytes or mode differ.
    pub changed: Vec<String>,
    /// Paths that only the old tree has.
    pub deleted: Vec<String>,
}

impl Changes {
    /// Compares two trees.
    #[must_use]
    pub fn between(old: &FileTree, new: &FileTree) -> Self {
        let mut changes = Self::default();
        for (path, file) in new.iter() {
            match old.get(path) {
                None => changes.created.push(path.to_owned()),
                Some(before) if before != file => changes.changed.push(path.to_owned()),
                Some(_) => {}
            }
        }
        let gone = old.iter().map(|(path, _)| path).filter(|path| new.get(path).is_none());
        changes.deleted.extend(gone.map(str::to_owned));
        changes
    }

    /// Whether nothing has to change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.created.is_empty() && self.changed.is_empty() && self.deleted.is_empty()
    }

    /// The changes as a unified diff; files that are no text are only named.
    #[must_use]
    pub fn unified_diff(&self, old: &FileTree, new: &FileTree) -> String {
        let mut paths: Vec<&String> =
            self.created.iter().chain(&self.changed).chain(&self.deleted).collect();
        paths.sort();
        paths.into_iter().map(|path| file_diff(path, old.get(path), new.get(path))).collect()
    }
}

fn file_diff(path: &str, old: Option<&File>, new: Option<&File>) -> String {
    let text = |file: Option<&File>| {
        file.map_or(Some(String::new()), |f| String::from_utf8(f.bytes.clone()).ok())
    };
    let name = |file: Option<&File>, side: &str| {
        file.map_or("/dev/null".to_owned(), |_| format!("{side}/{path}"))
    };
    let (before, after) = (name(old, "a"), name(new, "b"));
    match (text(old), text(new)) {
        (Some(old_text), Some(new_text)) if old_text != new_text => {
            similar::TextDiff::from_lines(&old_text, &new_text)
                .unified_diff()
                .header(&before, &after)
                .to_string()
        }
        (Some(_), Some(_)) => format!("mode of {path} differs\n"),
        _ => format!("Binary files {before} and {after} differ\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &[u8])]) -> FileTree {
        let mut tree = FileTree::new();
        for (path, bytes) in files {
            tree.put(*path, *bytes);
        }
        tree
    }

    #[test]
    fn a_diff_shows_created_changed_and_deleted_files() {
        let old = tree(&[("a", b"one\ntwo\n"), ("b", b"gone\n"), ("c", b"\xff"), ("same", b"x")]);
        let new = tree(&[("a", b"one\n2\n"), ("c", b"\xfe"), ("d", b"new\n"), ("same", b"x")]);
        let changes = Changes::between(&old, &new);
        insta::assert_snapshot!(changes.unified_diff(&old, &new), @r"
        --- a/a
        +++ b/a
        @@ -1,2 +1,2 @@
         one
        -two
        +2
        --- a/b
        +++ /dev/null
        @@ -1 +0,0 @@
        -gone
        Binary files a/c and b/c differ
        --- /dev/null
        +++ b/d
        @@ -0,0 +1 @@
        +new
        ");
    }
}
