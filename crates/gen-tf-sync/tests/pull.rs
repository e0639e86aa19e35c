//! Pulls from a folder store, as a user sees them.

mod support;

use std::{
    fs::{self, File},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use gen_tf_core::{id::AttemptObject, outcome::Cause};
use support::{Files, Pull, Study, archive, attempt, file_list, outcome, some_files, tree};

/// Waits for something that is bound to happen.
fn wait_until(what: &str, mut happened: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !happened() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        thread::yield_now();
    }
}

#[test]
fn pulls_everything_and_then_has_nothing_to_do() {
    let study = Study::new();
    let names = ["httpbin/restler/1", "httpbin/restler/10", "httpbin/restler/2", "kinto/x/1"];
    for (seed, name) in (0..).zip(names) {
        study.put_success(name, 1, &some_files(seed));
    }
    let pull = study.pull();
    assert_eq!(pull.code, 0, "{}", pull.stderr);
    assert_eq!(pull.pulled().len(), 4);
    for (seed, name) in (0..).zip(names) {
        assert!(study.has(name, &some_files(seed), &attempt(name, 1)), "{name}");
    }
    assert!(!study.results(".partial").exists());
    let before = tree(&study.results(""));
    let again = study.pull();
    let json = again.json();
    assert_eq!(
        (again.code, &json["up_to_date"], &json["pulled"]),
        (0, &4.into(), &serde_json::json!([]))
    );
    assert_eq!(tree(&study.results("")), before);
    study.put_success("kinto/x/2", 1, &some_files(9));
    assert_eq!(study.pull().pulled(), ["kinto/x/2/1"]);
}

#[test]
fn an_archived_attempt_makes_room_for_the_one_that_counts() {
    let study = Study::new();
    let (old, new) = (attempt("a/b/1", 1), attempt("a/b/1", 2));
    study.put_success("a/b/1", 1, &some_files(1));
    assert_eq!(study.pull().pulled(), ["a/b/1/1"]);
    study.put(&AttemptObject::Archived.key(&old), b"{}");
    study.put_success("a/b/1", 2, &some_files(2));
    let pull = study.pull();
    assert_eq!((pull.code, pull.pulled()), (0, vec!["a/b/1/2".to_owned()]), "{}", pull.stderr);
    assert!(study.has("a/b/1", &some_files(2), &new));
    assert!(study.has(".archived/a/b/1/1", &some_files(1), &old), "nothing is lost");
    assert_eq!(study.pull().pulled(), Vec::<String>::new());
    fs::remove_dir_all(study.results("")).unwrap();
    assert_eq!(study.pull().pulled(), ["a/b/1/1", "a/b/1/2"], "a new folder gets both");
    assert!(study.has("a/b/1", &some_files(2), &new));
    assert!(study.has(".archived/a/b/1/1", &some_files(1), &old));
}

#[test]
fn takes_what_gnu_tar_makes_in_each_of_its_formats() {
    let study = Study::new();
    let deep = ["a-folder-with-quite-a-long-name"; 10].join("/");
    let files: Files = [(format!("{deep}/größe"), vec![1; 1000]), ("x".into(), vec![2])].into();
    for (path, bytes) in &files {
        let path = study.path("tree").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    fs::create_dir(study.path("tree/empty")).unwrap();
    for (run, format) in (1..).zip(["gnu", "pax"]) {
        let tree = study.path("tree");
        let mut tar = Command::new("tar");
        tar.arg("-C").arg(tree).args(["-cz", "--format", format, "."]);
        let archive = tar.output().unwrap().stdout;
        let id = attempt(&format!("a/b/{run}"), 1);
        study.put_attempt(&id, None, &file_list(&files), &archive);
        let pull = study.pull();
        assert_eq!(pull.code, 0, "{format}: {}", pull.stderr);
        assert!(study.has(&format!("a/b/{run}"), &files, &id), "{format}");
    }
}

#[test]
fn the_summary_is_for_people_unless_json_is_wanted() {
    let study = Study::new();
    study.put_success("httpbin/restler/1", 1, &some_files(1));
    study.put_outcome(&outcome(&attempt("kinto/restler/1", 1), Some(Cause::ServiceDied)));
    let first = Pull::of(&mut study.sync(&[]));
    for part in ["EXPERIMENT", "httpbin/restler/1", "succeeded", "failed: service-died"] {
        assert!(first.stdout.contains(part), "{part}: {}", first.stdout);
    }
    assert!(first.stderr.contains("pulled httpbin/restler/1, attempt 1: 5 files"));
    let second = Pull::of(&mut study.sync(&[]));
    let expected = "0 experiments pulled, 1 up to date, 1 failed attempt, 0 errors: ";
    assert!(second.stdout.starts_with(expected), "{}", second.stdout);
}

#[test]
fn failed_attempts_are_kept_apart_with_the_files_that_they_left() {
    let study = Study::new();
    let files = some_files(7);
    let (first, second) = (attempt("a/b/1", 1), attempt("a/b/1", 2));
    study.put_outcome(&outcome(&first, Some(Cause::Lost)));
    study.put_attempt(&second, Some(Cause::ToolFailed), &file_list(&files), &archive(&files));
    study.put_success("a/b/1", 3, &files);
    let pull = study.pull();
    assert_eq!((pull.code, &pull.json()["failed_attempts"]), (0, &2.into()));
    assert!(study.has(".attempts/a/b/1/1", &Files::new(), &first));
    assert!(study.has(".attempts/a/b/1/2", &files, &second));
    assert!(study.has("a/b/1", &files, &attempt("a/b/1", 3)));
    let again = study.pull().json();
    assert_eq!((&again["failed_attempts"], &again["up_to_date"]), (&2.into(), &1.into()));
    assert_eq!(again["pulled"], serde_json::json!([]));
}

#[test]
fn a_damaged_archive_stops_only_its_own_experiment() {
    let study = Study::new();
    for run in 1..=6 {
        study.put_success(&format!("a/b/{run}"), 1, &some_files(run));
    }
    let damage = |run, change: &dyn Fn(&mut Vec<u8>)| {
        let path = study.object(&AttemptObject::Results.key(&attempt(run, 1)));
        let mut bytes = fs::read(&path).unwrap();
        change(&mut bytes);
        fs::write(path, bytes).unwrap();
    };
    damage("a/b/1", &|bytes| bytes[60] ^= 1);
    damage("a/b/2", &|bytes| bytes.truncate(100));
    damage("a/b/3", &|bytes| bytes.push(0));
    damage("a/b/4", &Vec::clear);
    let pull = study.pull();
    assert_eq!(pull.code, 1);
    assert_eq!(pull.failed(), ["a/b/1/1", "a/b/2/1", "a/b/3/1", "a/b/4/1"]);
    assert_eq!(pull.pulled(), ["a/b/5/1", "a/b/6/1"]);
    assert!(pull.stderr.contains("the archive is damaged"), "{}", pull.stderr);
    assert!(pull.stderr.contains("the archive has 100 bytes"), "{}", pull.stderr);
    for run in 1..=4 {
        assert!(!study.results(&format!("a/b/{run}")).exists());
        study.put_success(&format!("a/b/{run}"), 1, &some_files(run));
    }
    assert!(!study.results(".partial").exists());
    assert_eq!(study.pull().pulled().len(), 4);
}

#[test]
fn missing_and_changed_objects_are_named() {
    let study = Study::new();
    for run in 1..=5 {
        study.put_success(&format!("a/b/{run}"), 1, &some_files(run));
    }
    let key = |kind: AttemptObject, run| kind.key(&attempt(run, 1));
    fs::remove_file(study.object(&key(AttemptObject::Files, "a/b/1"))).unwrap();
    fs::remove_file(study.object(&key(AttemptObject::Results, "a/b/2"))).unwrap();
    study.put(&key(AttemptObject::Files, "a/b/3"), br#"{"format":1,"files":{}}"#);
    study.put(&key(AttemptObject::Outcome, "a/b/4"), b"{\n\"format\": 1");
    let pull = study.pull();
    assert_eq!((pull.code, pull.pulled()), (1, vec!["a/b/5/1".to_owned()]));
    for part in [
        "a/b/1, attempt 1: the outcome names `results/a/b/1/1.files.json`",
        "a/b/2, attempt 1: the outcome names `results/a/b/2/1.tar.gz`",
        "the file list has the sha256",
        "the object `outcomes/a/b/4/1.json`",
        "line 2",
    ] {
        assert!(pull.stderr.contains(part), "{part}: {}", pull.stderr);
    }
}

#[test]
fn every_failure_says_what_to_do() {
    let study = Study::new();
    for run in 1..=6 {
        study.put_success(&format!("a/b/{run}"), 1, &some_files(run));
    }
    let key = |kind: AttemptObject, run| kind.key(&attempt(run, 1));
    study.put(&key(AttemptObject::Results, "a/b/1"), b"another one");
    fs::remove_file(study.object(&key(AttemptObject::Results, "a/b/2"))).unwrap();
    study.put(&key(AttemptObject::Outcome, "a/b/3"), &vec![b' '; 2 * 1024 * 1024]);
    study.put(&key(AttemptObject::Files, "a/b/4"), &vec![b' '; 65 * 1024 * 1024]);
    study.put(&key(AttemptObject::Outcome, "a/b/5"), b"{}");
    let pull = study.pull();
    assert_eq!((pull.code, pull.pulled()), (1, vec!["a/b/6/1".to_owned()]), "{}", pull.stderr);
    assert_eq!(pull.stderr.matches("\nhint: ").count(), 5, "{}", pull.stderr);
    for part in ["has 2097152 bytes, and at most", "has 68157440 bytes, and at most", "30 days"] {
        assert!(pull.stderr.contains(part), "{part}: {}", pull.stderr);
    }
}

#[test]
fn an_outcome_in_a_wrong_place_is_refused() {
    let study = Study::new();
    let wrong = |key: &str, change: &dyn Fn(&mut serde_json::Value)| {
        let outcome = outcome(&attempt("a/b/1", 1), Some(Cause::Lost));
        let mut value = serde_json::to_value(outcome).unwrap();
        change(&mut value);
        study.put(key, value.to_string().as_bytes());
    };
    wrong("outcomes/a/b/1/2.json", &|_| {});
    wrong("outcomes/a/b/1/1.json", &|value| value["study"] = "other".into());
    wrong("outcomes/a/b/1/3.json", &|value| value["format"] = 2.into());
    wrong("outcomes/.attempts/b/1/1.json", &|v| v["experiment"] = ".attempts/b/1".into());
    study.put("outcomes/notes.txt", b"mine");
    study.put("outcomes/a/b/1/4.json#77", b"{");
    let pull = study.pull();
    assert_eq!((pull.code, pull.failed().len()), (1, 4), "{}", pull.stderr);
    assert!(pull.stderr.contains("warning: `outcomes/notes.txt`"), "{}", pull.stderr);
    assert!(pull.stderr.contains("of the study `other`"), "{}", pull.stderr);
    assert!(!study.results(".attempts").exists());
}

#[test]
fn what_is_there_is_never_overwritten() {
    let study = Study::new();
    for run in 1..=4 {
        study.put_success(&format!("a/b/{run}"), 1, &some_files(run));
    }
    fs::create_dir_all(study.results("a/b/4")).unwrap();
    fs::write(study.results("a/b/4/mine.txt"), "mine").unwrap();
    assert_eq!(study.pull().pulled().len(), 3);
    let before = tree(&study.results(""));
    study.put_success("a/b/1", 1, &some_files(99));
    fs::remove_file(study.object("outcomes/a/b/2/1.json")).unwrap();
    study.put_success("a/b/2", 2, &some_files(2));
    let pull = study.pull();
    assert_eq!(pull.code, 1);
    assert_eq!(pull.failed(), ["a/b/1/1", "a/b/2/2", "a/b/4/1"]);
    for part in ["holds attempt 1 with the archive", "holds attempt 1, and", "in the way", "hint:"]
    {
        assert!(pull.stderr.contains(part), "{part}: {}", pull.stderr);
    }
    assert_eq!(tree(&study.results("")), before);
}

#[test]
fn of_two_succeeded_attempts_the_first_is_taken_and_both_are_named() {
    let study = Study::new();
    study.put_success("a/b/1", 2, &some_files(2));
    study.put_success("a/b/1", 10, &some_files(10));
    let pull = study.pull();
    assert_eq!((pull.code, pull.pulled(), pull.failed()), {
        (1, vec!["a/b/1/2".to_owned()], vec!["a/b/1/10".to_owned()])
    });
    assert!(pull.stderr.contains("attempt 10: attempt 2 succeeded, too"), "{}", pull.stderr);
}

#[test]
fn after_a_kill_in_the_middle_of_an_archive_the_next_pull_goes_on() {
    let study = Study::new();
    // Bytes that do not compress, so that unpacking takes a while.
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    let large: Vec<u8> = (0..48 * 1024 * 1024).map(|_| next()).collect();
    let files: Files = [("large".to_owned(), large), ("small".to_owned(), vec![1])].into();
    study.put_success("a/b/1", 1, &files);
    let mut killed = false;
    for _ in 0..20 {
        let mut child = study.sync(&["--json"]).stdout(Stdio::null()).spawn().unwrap();
        let arriving = study.results(".partial/1/large");
        wait_until("the first bytes of a file", || {
            fs::metadata(&arriving).is_ok_and(|file| file.len() > 0)
                || study.results("a/b/1").exists()
        });
        child.kill().unwrap();
        child.wait().unwrap();
        if !study.results("a/b/1").exists() {
            killed = true;
            break;
        }
        fs::remove_dir_all(study.results("a/b/1")).unwrap();
    }
    assert!(killed && study.results(".partial/1/large").exists());
    let pull = study.pull();
    assert_eq!(pull.pulled(), ["a/b/1/1"], "{}", pull.stderr);
    assert!(study.has("a/b/1", &files, &attempt("a/b/1", 1)));
    assert!(!study.results(".partial").exists());
}

#[test]
fn an_archive_that_does_not_arrive_holds_up_no_other() {
    let study = Study::new();
    for run in 1..=9 {
        study.put_success(&format!("a/b/{run}"), 1, &some_files(run));
    }
    // To open a pipe that nobody writes to takes for ever.
    let archive = study.object("results/a/b/1/1.tar.gz");
    let aside = study.path("aside");
    fs::rename(&archive, &aside).unwrap();
    assert!(Command::new("mkfifo").arg(&archive).status().unwrap().success());
    let mut child = study.sync(&[]).stdout(Stdio::null()).spawn().unwrap();
    wait_until("the other eight experiments", || {
        (2..=9).all(|run| study.results(&format!("a/b/{run}/outcome.json")).exists())
    });
    let locked = study.pull();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!((locked.code, &locked.stdout[..]), (1, ""));
    assert!(locked.stderr.contains("another gen-tf-sync is writing to"), "{}", locked.stderr);
    assert!(!study.results("a/b/1").exists());
    fs::rename(&aside, &archive).unwrap();
    let pull = study.pull();
    assert_eq!((pull.pulled(), &pull.json()["up_to_date"]), (vec!["a/b/1/1".into()], &8.into()));
    assert!(!study.results(".partial").exists());
}

#[test]
fn two_programs_at_once_end_with_one_sound_tree() {
    let study = Study::new();
    for run in 1..=8 {
        study.put_success(&format!("a/b/{run}"), 1, &some_files(run));
    }
    let ends = thread::scope(|scope| {
        let pulls: Vec<_> = (0..3).map(|_| scope.spawn(|| study.pull())).collect();
        pulls.into_iter().map(|pull| pull.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(ends.iter().any(|pull| pull.code == 0));
    for pull in ends.iter().filter(|pull| pull.code != 0) {
        assert!(pull.stderr.contains("another gen-tf-sync"), "{}", pull.stderr);
    }
    for run in 1..=8 {
        let name = format!("a/b/{run}");
        assert!(study.has(&name, &some_files(run), &attempt(&name, 1)));
    }
}

#[test]
fn the_lock_ends_with_the_program_that_holds_it() {
    let study = Study::new();
    study.put_success("a/b/1", 1, &some_files(1));
    fs::create_dir(study.path("results")).unwrap();
    let lock = File::create(study.results(".sync.lock")).unwrap();
    lock.lock().unwrap();
    let refused = study.pull();
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("hint: wait until it has ended"), "{}", refused.stderr);
    drop(lock);
    assert_eq!(study.pull().code, 0);
}

#[test]
fn a_results_folder_that_cannot_be_made_is_named() {
    let study = Study::new();
    fs::write(study.path("results"), "a file").unwrap();
    let pull = study.pull();
    assert_eq!((pull.code, &pull.stdout[..]), (1, ""));
    let path = study.path("results").canonicalize().unwrap();
    assert!(pull.stderr.contains(path.to_str().unwrap()), "{}", pull.stderr);
}

#[test]
fn results_go_where_the_command_line_says() {
    let study = Study::new();
    study.put_success("a/b/1", 1, &some_files(1));
    let workspace = study.workspace();
    let pull = Pull::of(
        study
            .sync(&[workspace.to_str().unwrap(), "--results", "else where/x"])
            .current_dir(study.folder.path()),
    );
    assert_eq!(pull.code, 0, "{}", pull.stderr);
    assert!(study.path("else where/x/a/b/1/outcome.json").exists());
    assert!(!study.path("results").exists());
}

#[test]
fn a_closed_pipe_is_no_error() {
    let study = Study::new();
    study.put_success("a/b/1", 1, &some_files(1));
    let mut child = study.sync(&["--json"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
    assert!(Path::new(&study.results("a/b/1")).exists());
}
