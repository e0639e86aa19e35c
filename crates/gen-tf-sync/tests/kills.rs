//! A pull that is killed at any moment: what has its final name is whole, and the next pull ends it.
#![expect(clippy::unwrap_used, reason = "a test ends with a panic")]

mod support;

use std::{
    fs,
    path::Path,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use support::{Files, Study, attempt, tree};

const KILLS: u64 = 30;
/// More than are fetched at once, so that some are home while others are not begun.
const EXPERIMENTS: u32 = 16;
const DEADLINE: Duration = Duration::from_secs(60);

/// The next number of a well-known generator.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

/// Files that differ between experiments and do not compress.
fn files(seed: u32) -> Files {
    let mut state = u64::from(seed);
    let mut file = |number: u32| {
        let size = 1000 + next(&mut state) % 30_000;
        let bytes = (0..size).map(|_| next(&mut state).to_le_bytes()[0]).collect();
        (format!("part-{}/{number}", number % 4), bytes)
    };
    (0..=seed % 7).map(&mut file).collect()
}

fn name(run: u32) -> String {
    format!("a/b/{run}")
}

/// How many files there are, finished or not.
fn count(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let count_one = |entry: fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => count(&entry.path()),
        _ => 1,
    };
    // Files come and go while they are counted.
    entries.flatten().map(count_one).sum()
}

/// Kills the program as soon as there are so many files, if it lives for so long.
fn kill_at(child: &mut Child, results: &Path, files: u64) {
    let deadline = Instant::now() + DEADLINE;
    while child.try_wait().unwrap().is_none() && count(results) < files {
        assert!(Instant::now() < deadline, "the pull neither ends nor goes on");
        thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn after_a_kill_at_any_moment_the_next_pull_ends_complete() {
    let study = Study::new();
    let wanted: Vec<Files> = (1..=EXPERIMENTS).map(files).collect();
    for (run, files) in (1..).zip(&wanted) {
        study.put_success(&name(run), 1, files);
    }
    let is_whole =
        |run: u32| study.has(&name(run), &wanted[run as usize - 1], &attempt(&name(run), 1));
    // Each experiment has an outcome and a file list, too.
    let all: usize = wanted.iter().map(|files| files.len() + 2).sum();
    let mut state = 7;
    let (mut early, mut middle) = (0, 0);
    for _ in 0..KILLS {
        let moment = next(&mut state) % all as u64;
        let mut child =
            study.sync(&[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        kill_at(&mut child, &study.results(""), moment);
        let there: Vec<u32> =
            (1..=EXPERIMENTS).filter(|run| study.results(&name(*run)).exists()).collect();
        for run in &there {
            assert!(is_whole(*run), "{run} at {moment}");
        }
        early += u32::from(there.is_empty());
        middle += u32::from((1..EXPERIMENTS as usize).contains(&there.len()));
        let pull = study.pull();
        assert_eq!(pull.code, 0, "{}", pull.stderr);
        assert_eq!(pull.pulled().len(), EXPERIMENTS as usize - there.len());
        assert!((1..=EXPERIMENTS).all(is_whole));
        assert!(!study.results(".partial").exists());
        let strange = |path: &String| !path.starts_with("a/b/") && path != ".sync.lock";
        assert_eq!(tree(&study.results("")).into_keys().find(strange), None);
        fs::remove_dir_all(study.results("")).unwrap();
    }
    println!("{early} kills before the first experiment was home, {middle} between two");
}
