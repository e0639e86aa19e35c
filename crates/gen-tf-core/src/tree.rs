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
