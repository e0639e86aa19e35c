//! A disk that is too small for what is pulled: said clearly, with nothing half-written left.
#![expect(clippy::unwrap_used, reason = "a test ends with a panic")]

mod support;

use std::{fs, process::Command};

use support::{Files, Pull, Study, attempt};

/// Bytes of zeros: far fewer in an archive than on a disk.
fn files(size: usize) -> Files {
    [("large".to_owned(), vec![0; size]), ("small".to_owned(), vec![1])].into()
}

/// Pulls into a disk of 4 MiB that is there for this pull only, after `before` has been run on it, and
/// keeps what was brought home in `kept/`. Nothing where this machine can't mount one.
fn pull_into_small_disk(study: &Study, before: &str) -> Option<Pull> {
    let script = format!(
        "mkdir -p \"$1\" && mount -t tmpfs -o size=4m small \"$1\" || exit 99\n\
         cd \"$1\" && {before}\n\
         cd \"$2\" && PATH=$2 \"$3\" --json\n\
         code=$?\n\
         rm -f \"$1/ballast\" && cp -a \"$1\" \"$4\"\n\
         exit $code"
    );
    let mut command = Command::new("unshare");
    command.args(["-rm", "bash", "-c", &script, "bash"]);
    command.arg(study.results("")).arg(study.workspace());
    command.arg(env!("CARGO_BIN_EXE_gen-tf-sync")).arg(study.path("kept"));
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.code() == Some(99) || text.contains("unshare failed") {
        println!("SKIPPED: no disk can be mounted here: {text}");
        return None;
    }
    Some(Pull::from(output))
}

#[test]
fn what_has_no_room_is_named_and_the_rest_comes_home() {
    let study = Study::new();
    study.put_success("a/b/1", 1, &files(64 * 1024 * 1024));
    study.put_success("a/b/2", 1, &files(1000));
    let Some(pull) = pull_into_small_disk(&study, ":") else { return };
    assert_eq!((pull.code, pull.failed()), (1, vec!["a/b/1/1".to_owned()]), "{}", pull.stderr);
    assert_eq!(pull.pulled(), ["a/b/2/1"]);
    for part in [
        "a/b/1, attempt 1: results/a/b/1/1.tar.gz",
        "and the files have 67108865",
        "hint: make room on the disk",
    ] {
        assert!(pull.stderr.contains(part), "{part}: {}", pull.stderr);
    }
    fs::remove_dir_all(study.results("")).unwrap();
    fs::rename(study.path("kept"), study.results("")).unwrap();
    assert!(study.has("a/b/2", &files(1000), &attempt("a/b/2", 1)));
    assert!(!study.results("a/b/1").exists() && !study.results(".partial").exists());
    assert_eq!(study.pull().pulled(), ["a/b/1/1"], "with room, the rest follows");
}

#[test]
fn a_full_disk_ends_the_pull_instead_of_failing_for_every_experiment() {
    let study = Study::new();
    for run in 1..=40 {
        study.put_success(&format!("a/b/{run}"), 1, &files(1000));
    }
    let before = "dd if=/dev/zero of=ballast bs=4k 2>dd.log";
    let Some(pull) = pull_into_small_disk(&study, before) else { return };
    assert_eq!((pull.code, pull.pulled().len()), (1, 0), "{}", pull.stderr);
    assert!((1..40).contains(&pull.failed().len()), "{}", pull.stderr);
    assert!(pull.stderr.contains("No space left on device"), "{}", pull.stderr);
    assert!(pull.stderr.contains("hint: make room on the disk"), "{}", pull.stderr);
    assert!(pull.stderr.contains("note: the rest was left for another pull"), "{}", pull.stderr);
    assert!(!study.path("kept/.partial").exists());
    assert_eq!(study.pull().pulled().len(), 40);
}
