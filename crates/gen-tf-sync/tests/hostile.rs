//! Archives that nobody should make: each ends in an error that says why, with no trace of it left.
#![expect(clippy::unwrap_used, reason = "a test ends with a panic")]

mod support;

use std::fs;

use gen_tf_core::outcome::{FileEntry, FileList};
use support::{Files, Study, attempt, file_list, gzip, sha256, some_files, tree};
use tar::EntryType;

/// An archive whose headers are written as they are given, without the checks of a library.
struct Hostile(Vec<u8>);

impl Hostile {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn entry(mut self, path: &[u8], kind: EntryType, link: &[u8], data: &[u8]) -> Self {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_size(data.len() as u64);
        header.as_mut_bytes()[..path.len()].copy_from_slice(path);
        header.as_mut_bytes()[157..157 + link.len()].copy_from_slice(link);
        if kind == EntryType::GNUSparse {
            header.as_mut_bytes()[483..494].copy_from_slice(b"00000000000");
        }
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self.0.extend_from_slice(data);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    fn file(self, path: &str, data: &[u8]) -> Self {
        self.entry(path.as_bytes(), EntryType::Regular, b"", data)
    }

    fn end(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        gzip(&self.0)
    }
}

/// Pulls an archive with this list beside a sound one, and expects the reason in the message.
fn refuses(archive: &[u8], list: &FileList, reason: &str) {
    let study = Study::new();
    study.put_attempt(&attempt("a/b/1", 1), None, list, archive);
    study.put_success("a/b/2", 1, &some_files(2));
    fs::write(study.path("victim"), "untouched").unwrap();
    let outside = |study: &Study| {
        let mut files = tree(study.folder.path());
        files.retain(|path, _| !path.starts_with("results/"));
        files
    };
    let before = outside(&study);
    let pull = study.pull();
    assert_eq!(pull.code, 1, "{reason}");
    assert!(pull.stderr.contains(reason), "{reason}: {}", pull.stderr);
    assert!(pull.stderr.contains("a/b/1, attempt 1"), "{reason}: {}", pull.stderr);
    assert_eq!(pull.pulled(), ["a/b/2/1"], "{reason}");
    assert_eq!(outside(&study), before, "{reason}");
    let left: Vec<_> = tree(&study.results("")).into_keys().collect();
    let strange = |path: &&String| !path.starts_with("a/b/2/") && *path != ".sync.lock";
    assert_eq!(left.iter().find(strange), None, "{reason}");
    assert!(!study.results("a/b/1").exists(), "{reason}");
}

fn list(paths: &[&str]) -> FileList {
    let files: Files = paths.iter().map(|path| ((*path).to_owned(), b"data".to_vec())).collect();
    file_list(&files)
}

#[test]
fn refuses_paths_that_lead_out() {
    for path in ["../victim", "/tmp/gen-tf-victim", "a/../../victim", "..", "./../victim"] {
        let archive = Hostile::new().file(path, b"data").end();
        refuses(&archive, &list(&[path]), &format!("`{path}` in the archive is no path"));
        let folder = Hostile::new().entry(path.as_bytes(), EntryType::Directory, b"", b"").end();
        refuses(&folder, &list(&[]), &format!("`{path}` in the archive is no path"));
    }
    let archive = Hostile::new().file("./", b"data").end();
    refuses(&archive, &list(&["./"]), "is no path below the results");
    let archive = Hostile::new().entry(b"a\xff", EntryType::Regular, b"", b"data").end();
    refuses(&archive, &list(&["a"]), "is no path below the results");
}

#[test]
fn refuses_links_devices_and_pipes() {
    for (kind, name) in [
        (EntryType::Symlink, "a symbolic link"),
        (EntryType::Link, "a hard link"),
        (EntryType::Char, "a device"),
        (EntryType::Block, "a device"),
        (EntryType::Fifo, "a named pipe"),
        (EntryType::GNUSparse, "a sparse file"),
        (EntryType::new(b'?'), "a thing of an unknown kind"),
    ] {
        let archive = Hostile::new().entry(b"x", kind, b"../victim", b"").file("y", b"data").end();
        refuses(&archive, &list(&["x", "y"]), &format!("`x` in the archive is {name}"));
    }
}

#[test]
fn refuses_to_write_through_a_link() {
    let archive =
        Hostile::new().entry(b"x", EntryType::Symlink, b"..", b"").file("x/victim", b"data").end();
    refuses(&archive, &list(&["x/victim"]), "`x` in the archive is a symbolic link");
}

#[test]
fn refuses_a_path_that_is_there_twice() {
    let archive = Hostile::new().file("x", b"data").file("./x", b"data").end();
    refuses(&archive, &list(&["x"]), "`x` is in the archive twice");
    let archive = Hostile::new().file("x", b"data").file("x/y", b"data").end();
    refuses(&archive, &list(&["x", "x/y"]), "cannot write");
}

#[test]
fn refuses_files_that_are_not_listed_and_lists_without_files() {
    let archive = Hostile::new().file("x", b"data").file("extra", b"data").end();
    refuses(&archive, &list(&["x"]), "`extra` is in the archive and not in its file list");
    let archive = Hostile::new().file("x", b"data").end();
    refuses(&archive, &list(&["x", "y", "z"]), "`y` is in the file list and not in the archive (2");
    refuses(&Hostile::new().end(), &list(&["x"]), "`x` is in the file list");
}

#[test]
fn refuses_files_of_another_size_or_content() {
    let archive = Hostile::new().file("x", b"longer").end();
    refuses(&archive, &list(&["x"]), "`x` has 6 bytes, and the file list says 4");
    let archive = Hostile::new().file("x", b"tada").end();
    refuses(&archive, &list(&["x"]), "`x` has the sha256");
}

#[test]
fn refuses_a_file_in_the_place_of_the_outcome() {
    for path in
        ["outcome.json", "./outcome.json", "outcome.json/x", "outcome.files.json", "metrics.json"]
    {
        let archive = Hostile::new().file(path, b"data").end();
        refuses(&archive, &list(&[path]), "is the name of what gen-tf-sync writes");
    }
}

#[test]
fn refuses_an_archive_that_unpacks_without_end() {
    // A name of 128 MiB: small as an archive, and a reader would hold it in memory.
    let name = vec![b'n'; 128 * 1024 * 1024];
    let archive = Hostile::new()
        .entry(b"././@LongLink", EntryType::GNULongName, b"", &name)
        .file("x", b"data")
        .end();
    assert!(archive.len() < 2 * 1024 * 1024);
    refuses(&archive, &list(&["x"]), "the archive unpacks to more than");
    // A file of as many zeros.
    let zeros = vec![0; 128 * 1024 * 1024];
    let archive = Hostile::new().file("x", &zeros).end();
    refuses(&archive, &list(&["x"]), "`x` has 134217728 bytes");
    // The list may say what it wants: a size is no promise of bytes.
    let mut list = list(&[]);
    list.files.insert("x".to_owned(), FileEntry { size: u64::MAX, sha256: sha256(b"") });
    refuses(
        &Hostile::new().file("x", b"data").end(),
        &list,
        "and the files have 18446744073709551615",
    );
}

#[test]
fn refuses_what_is_no_archive() {
    refuses(b"not gzip at all", &list(&["x"]), "the archive cannot be read");
    refuses(&gzip(b"not a tar file"), &list(&["x"]), "");
    let archive = Hostile::new().file("x", b"data").end();
    refuses(&archive[..archive.len() / 2], &list(&["x"]), "the archive cannot be read");
    let mut cut = Hostile::new().file("x", b"data").0;
    cut.truncate(514);
    refuses(&gzip(&cut), &list(&["x"]), "`x` has 2 bytes");
}
