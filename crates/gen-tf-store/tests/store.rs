//! What every store promises, checked in memory, on a folder and in a bucket; and what only a
//! folder can meet.

#![expect(clippy::unwrap_used, reason = "a test ends with a panic")]

use std::{
    fs,
    io::Read,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::Path,
    process::Command,
    sync::Barrier,
    thread,
};

use gen_tf_store::{Google, PutOnce, Store, StoreError};
use tempfile::TempDir;

#[path = "../../../tests/support/fake_gcp.rs"]
mod fake_gcp;

/// More than two parts of an upload.
const LARGE: usize = 20 * 1024 * 1024;

fn folder() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"));
    (folder, store)
}

fn open(path: &Path) -> Store {
    Store::open(path.to_str().unwrap()).unwrap()
}

/// Runs a check on each kind of store.
fn on_each(check: impl Fn(&Store)) {
    check(&Store::in_memory().unwrap());
    let (_folder, store) = folder();
    check(&store);
    let cloud = fake_gcp::FakeGcp::start();
    cloud.make_bucket("bucket");
    let google = Google::connect_by(|name| cloud.variables.get(name).cloned()).unwrap();
    check(&Store::open_with(&google, "gs://bucket/study").unwrap());
}

fn keys(store: &Store, prefix: &str) -> Vec<String> {
    store.list(prefix).unwrap().into_iter().map(|entry| entry.key).collect()
}

fn bash(script: &str, arguments: &[&str]) -> bool {
    let status = Command::new("bash").args(["-c", script, "bash"]).args(arguments).status();
    status.unwrap().success()
}

/// The guest's put once: a temporary file, a hard link, and away with the temporary file.
const GUEST_PUT_ONCE: &str = r#"
set -u
printf '%s' "$2" >"$1#$$" || exit 9
ln "$1#$$" "$1" 2>/dev/null; status=$?
rm -f "$1#$$"
exit "$status"
"#;

#[test]
fn an_object_reads_back_as_it_was_written() {
    on_each(|store| {
        assert_eq!(store.get("a/b.json").unwrap(), None);
        assert!(!store.exists("a/b.json").unwrap());
        store.put("a/b.json", "one").unwrap();
        store.put("a/b.json", "three").unwrap();
        assert_eq!(store.get("a/b.json").unwrap().unwrap(), "three");
        assert_eq!(store.head("a/b.json").unwrap().unwrap().size, 5);
        store.delete("a/b.json").unwrap();
        store.delete("a/b.json").unwrap();
        assert_eq!(store.get("a/b.json").unwrap(), None);
    });
}

#[test]
fn a_listing_is_sorted_and_keeps_to_its_folder() {
    on_each(|store| {
        assert_eq!(store.list("outcomes/").unwrap(), []);
        for key in ["outcomes/b/1.json", "outcomes/a/10.json", "outcomes/a/2.json", "outcomes2/x"] {
            store.put(key, "x").unwrap();
        }
        let expected = ["outcomes/a/10.json", "outcomes/a/2.json", "outcomes/b/1.json"];
        assert_eq!(keys(store, "outcomes/"), expected);
        assert_eq!(keys(store, "outcomes"), expected);
        assert_eq!(keys(store, "").len(), 4);
        let after: Vec<_> = store.list_after("outcomes/", "outcomes/a/10.json").unwrap();
        assert_eq!(after.iter().map(|entry| &entry.key[..]).collect::<Vec<_>>(), expected[1..]);
    });
}

#[test]
fn the_times_of_a_listing_fit_the_clock_of_the_store() {
    on_each(|store| {
        let before = store.now().unwrap();
        store.put("x", "x").unwrap();
        let modified = store.list("").unwrap()[0].modified;
        // The kernel stamps files with a coarse clock, and a bucket tells the time in seconds.
        let slack = match store.bucket() {
            None => jiff::Span::new().milliseconds(50),
            Some(_) => jiff::Span::new().seconds(2),
        };
        assert!(modified >= before - slack, "{modified} {before}");
        assert!(modified <= store.now().unwrap() + slack);
    });
}

#[test]
fn of_many_writers_exactly_one_puts_once() {
    on_each(|store| {
        for round in 0..20 {
            let key = format!("claims/a/b/{round}.json");
            let start = Barrier::new(4);
            let written: usize = thread::scope(|scope| {
                let writers: Vec<_> = (0..4)
                    .map(|writer| {
                        let (key, start) = (&key, &start);
                        scope.spawn(move || {
                            start.wait();
                            let ended = store.put_once(key, writer.to_string()).unwrap();
                            usize::from(ended == PutOnce::Written)
                        })
                    })
                    .collect();
                writers.into_iter().map(|writer| writer.join().unwrap()).sum()
            });
            assert_eq!(written, 1);
        }
        assert_eq!(keys(store, "claims").len(), 20);
    });
}

#[test]
fn what_is_put_once_does_not_change() {
    on_each(|store| {
        assert_eq!(store.put_once("o", "first").unwrap(), PutOnce::Written);
        assert_eq!(store.put_once("o", "second").unwrap(), PutOnce::Taken);
        assert_eq!(store.get("o").unwrap().unwrap(), "first");
    });
}

#[test]
fn a_guest_and_gen_tf_exclude_each_other() {
    let (folder, store) = folder();
    for round in 0..20 {
        let key = format!("outcomes/{round}.json");
        let path = folder.path().join("store").join(&key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let start = Barrier::new(2);
        let (guest, ours) = thread::scope(|scope| {
            let guest = scope.spawn(|| {
                start.wait();
                bash(GUEST_PUT_ONCE, &[path.to_str().unwrap(), "guest"])
            });
            start.wait();
            // A guest needs a moment to start: let each of the two be first now and then.
            while round % 2 == 1 && !path.exists() && !guest.is_finished() {
                thread::yield_now();
            }
            let ours = store.put_once(&key, "gen-tf").unwrap() == PutOnce::Written;
            (guest.join().unwrap(), ours)
        });
        assert!(guest != ours, "round {round}: guest {guest}, gen-tf {ours}");
        let winner = if guest { "guest" } else { "gen-tf" };
        assert_eq!(store.get(&key).unwrap().unwrap(), winner);
    }
    assert_eq!(keys(&store, "outcomes").len(), 20);
}

#[test]
fn temporary_and_foreign_files_are_no_objects() {
    let (folder, store) = folder();
    store.put("outcomes/a/b/1/1.json", "{}").unwrap();
    let root = folder.path().join("store/outcomes");
    fs::write(root.join("a/b/1/1.json#123"), "{").unwrap();
    fs::write(root.join("a/b/1/odd#name#7"), "{").unwrap();
    fs::write(root.join("0 a\nnew line"), "x").unwrap();
    fs::create_dir(root.join("0 a\tfolder")).unwrap();
    fs::write(root.join("0 a\tfolder/x"), "x").unwrap();
    let not_unicode = std::os::unix::ffi::OsStrExt::from_bytes(b"0-\xff");
    fs::write(root.join::<&std::ffi::OsStr>(not_unicode), "x").unwrap();
    std::os::unix::fs::symlink("nowhere", root.join("broken")).unwrap();
    fs::create_dir(root.join("empty")).unwrap();
    assert_eq!(keys(&store, "outcomes"), ["outcomes/a/b/1/1.json"]);
    assert_eq!(keys(&store, ""), ["outcomes/a/b/1/1.json"]);
}

#[test]
fn a_key_with_odd_characters_round_trips() {
    let odd =
        ["with space/x y", "100%/a%20b%2Fc", "größe/日本", "q?/*[1]{2}~^`|<>\"'", "back\\slash"];
    on_each(|store| {
        for key in odd {
            assert_eq!(store.put_once(key, key.to_owned()).unwrap(), PutOnce::Written);
            assert_eq!(store.get(key).unwrap().unwrap(), key);
        }
        let mut sorted = odd.to_vec();
        sorted.sort_unstable();
        assert_eq!(keys(store, ""), sorted);
    });
}

#[test]
fn a_folder_with_an_odd_name_is_a_store_too() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("odd %20 ü#5/[x] 100%");
    let store = open(&place);
    store.put("a/b", "x").unwrap();
    assert_eq!(keys(&store, "a"), ["a/b"]);
    assert_eq!(fs::read_to_string(place.join("a/b")).unwrap(), "x");
}

#[test]
fn refuses_a_key_that_could_leave_the_store() {
    on_each(|store| {
        for key in ["../x", "a/../../x", "/etc/passwd", "a//b", "", "a/", "a\nb", "a.json#1"] {
            let error = store.put(key, "x").unwrap_err();
            assert!(matches!(error, StoreError::Key { .. }), "{key:?}: {error}");
            assert!(store.get(key).is_err(), "{key:?}");
        }
        assert!(store.list("../").is_err());
    });
}

#[test]
fn to_open_and_read_a_store_makes_no_folder() {
    let (folder, store) = folder();
    assert_eq!(store.list("outcomes").unwrap(), []);
    assert_eq!(store.get("x").unwrap(), None);
    assert!(!folder.path().join("store").exists());
}

#[test]
fn opening_explains_what_is_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    for (location, word) in [
        ("gs://bucket", "folder in the bucket"),
        ("gs://bucket/", "folder in the bucket"),
        ("gs://bucket/a//b", "folder in the bucket"),
        ("gs://Bucket/study", "bucket's name"),
        ("gs://-b/study", "bucket's name"),
        ("gs:///study", "bucket's name"),
        ("s3://bucket/study", "gs://"),
        ("", ""),
        (file.to_str().unwrap(), ""),
    ] {
        let error = Store::open(location).err().unwrap();
        let text = error.to_string();
        assert!(text.contains(&format!("`{location}`")) && text.contains(word), "{text}");
    }
}

#[test]
fn a_json_object_of_another_shape_is_named_with_the_place() {
    on_each(|store| {
        store.put("a.json", "{\n  \"format\": \"x\"\n}").unwrap();
        let error = store.get_json::<std::collections::BTreeMap<String, u32>>("a.json");
        let error = error.unwrap_err();
        assert!(error.to_string().contains("`a.json`"), "{error}");
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains("line 2"), "{source}");
        assert_eq!(store.get_json::<u32>("missing").unwrap(), None);
    });
}

#[test]
fn many_objects_are_read_at_once_in_the_order_of_their_keys() {
    on_each(|store| {
        let keys: Vec<String> = (0..100).map(|n| format!("outcomes/{n}.json")).collect();
        for (n, key) in keys.iter().enumerate().filter(|(n, _)| n % 3 != 0) {
            store.put(key, n.to_string()).unwrap();
        }
        let before = store.now().unwrap() - jiff::Span::new().minutes(5);
        let values = store.get_json_each::<usize>(&keys).unwrap();
        assert_eq!(values.len(), keys.len());
        for (n, value) in values.into_iter().enumerate() {
            let (modified, value) = value.unzip();
            assert_eq!(value, (n % 3 != 0).then_some(n));
            assert!(modified.is_none_or(|modified| modified > before));
        }
        store.put("outcomes/7.json", "{").unwrap();
        let error = store.get_json_each::<usize>(&keys).unwrap_err();
        assert!(error.to_string().contains("`outcomes/7.json`"), "{error}");
        assert_eq!(store.get_json_each::<usize>(&[]).unwrap(), []);
    });
}

#[test]
fn a_large_object_is_streamed() {
    on_each(|store| {
        let bytes: Vec<u8> = (0..LARGE).map(|i| (i / 7) as u8).collect();
        store.put("large", bytes.clone()).unwrap();
        let mut copy = Vec::new();
        assert_eq!(store.download("large", &mut copy).unwrap(), LARGE as u64);
        assert!(copy == bytes);
        let mut reader = store.reader("large").unwrap().unwrap();
        assert_eq!(reader.size(), LARGE as u64);
        let mut copy = Vec::new();
        reader.read_to_end(&mut copy).unwrap();
        assert!(copy == bytes);
        let missing = store.download("missing", &mut Vec::new()).unwrap_err();
        assert!(matches!(missing, StoreError::Missing { .. }), "{missing}");
    });
}

#[test]
fn a_receiver_that_fails_is_told_from_a_store_that_fails() {
    on_each(|store| {
        store.put("x", "12345").unwrap();
        let error = store.download("x", &mut &mut [0_u8; 3][..]).unwrap_err();
        assert!(matches!(error, StoreError::Receive { .. }), "{error}");
    });
}

#[test]
fn a_large_file_is_put_once_and_only_if_it_is_the_announced_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model");
    fs::write(&file, vec![b'x'; LARGE]).unwrap();
    let sum = Command::new("sha256sum").arg(&file).output().unwrap().stdout;
    let sha256 = String::from_utf8(sum[..64].to_vec()).unwrap();
    on_each(|store| {
        let key = format!("inputs/{sha256}");
        let error = store.put_once_file(&key, &file, &"0".repeat(64)).unwrap_err();
        assert!(error.to_string().contains(&sha256), "{error}");
        assert_eq!(store.list("").unwrap(), []);
        assert_eq!(store.put_once_file(&key, &file, &sha256).unwrap(), PutOnce::Written);
        assert_eq!(store.put_once_file(&key, &file, &sha256).unwrap(), PutOnce::Taken);
        assert_eq!(keys(store, ""), [key.as_str()]);
        assert_eq!(store.head(&key).unwrap().unwrap().size, LARGE as u64);
        let missing = store.put_once_file("inputs/1", folder.path().join("none"), &sha256);
        assert!(matches!(missing.unwrap_err(), StoreError::Source { .. }));
    });
}

#[test]
fn of_many_uploads_of_a_file_exactly_one_is_kept() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(&file, "abc").unwrap();
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    on_each(|store| {
        let written: usize = thread::scope(|scope| {
            let uploads: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| store.put_once_file("inputs/x", file.path(), sha256)))
                .collect();
            let ends = uploads.into_iter().map(|upload| upload.join().unwrap().unwrap());
            ends.filter(|end| *end == PutOnce::Written).count()
        });
        assert_eq!(written, 1);
        assert_eq!(store.get("inputs/x").unwrap().unwrap(), "abc");
    });
}

#[test]
fn a_put_leaves_no_temporary_file() {
    let (folder, store) = folder();
    store.put("a/x", "1").unwrap();
    store.put("a/x", "2").unwrap();
    assert_eq!(store.put_once("a/x", "3").unwrap(), PutOnce::Taken);
    let left = fs::read_dir(folder.path().join("store/a")).unwrap().count();
    assert_eq!(left, 1);
}

#[test]
fn a_folder_that_cannot_be_read_is_an_error_that_names_it() {
    let name = "a_folder_that_cannot_be_read_is_an_error_that_names_it";
    // Root reads everything: run this very test as somebody else.
    let is_root =
        fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if is_root {
        let copy = tempfile::tempdir().unwrap();
        fs::set_permissions(copy.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let program = copy.path().join("test");
        fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
        let mut child = Command::new(&program);
        let status = child.args(["--exact", name]).current_dir("/").uid(65534).gid(65534).status();
        assert!(status.unwrap().success());
        return;
    }
    let (folder, store) = folder();
    store.put("outcomes/a/1.json", "x").unwrap();
    let closed = folder.path().join("store/outcomes/a");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let listed = store.list("outcomes").unwrap_err();
    let read = store.get("outcomes/a/1.json").unwrap_err();
    let written = store.put_once("outcomes/a/2.json", "x").unwrap_err();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    for error in [listed, read, written] {
        let text = format!("{error}: {}", std::error::Error::source(&error).unwrap());
        assert!(text.contains(closed.to_str().unwrap()) && text.contains("denied"), "{text}");
    }
}
