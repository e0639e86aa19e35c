//! Preparation: commands, setup cache, models.

use std::{fs, path::PathBuf};

use gen_tf_core::outcome::Cause;

use crate::lab::{Lab, Options, SETUP_KEY, wait_for};

fn entries(lab: &Lab) -> Vec<PathBuf> {
    let folder = fs::read_dir(lab.path("cache/gen-tf/setup")).unwrap();
    folder.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect()
}

#[test]
fn a_setup_is_built_once_and_left_as_it_is() {
    let lab = Lab::new(Options { variant: Some("counting-setup"), ..Options::default() });
    lab.run_expecting_success();
    lab.start(2);
    assert_eq!(lab.outcome(2, 1).cause, None);
    let [entry] = &entries(&lab)[..] else { panic!("one entry: {:?}", entries(&lab)) };
    assert_eq!(fs::read_to_string(entry.join("built.txt")).unwrap(), "built\n");
    assert!(
        !entry.join("scribble.txt").exists(),
        "what the tool writes there stays in its sandbox"
    );
}

#[test]
fn a_setup_that_fails_leaves_no_entry_and_no_mark() {
    let lab = Lab::new(Options { variant: Some("failing-setup"), ..Options::default() });
    let outcome = lab.run_expecting(Cause::Setup);
    assert_eq!((outcome.phase.as_str(), outcome.tool_starts), ("setup", 0));
    assert!(lab.log(1, 1).contains("no such package"), "{}", lab.log(1, 1));
    assert!(!lab.object(&format!("setup/{SETUP_KEY}.json")).exists());
    assert!(entries(&lab).iter().all(|path| path.extension().is_some_and(|e| e == "partial")));
}

#[test]
fn a_setup_that_hangs_is_killed_at_its_deadline() {
    let options =
        Options { variant: Some("hanging-setup"), setup_deadline: 1, ..Options::default() };
    let outcome = Lab::new(options).run_expecting(Cause::Deadline);
    assert!(outcome.timings.wall_seconds < 12.0, "{}", outcome.timings.wall_seconds);
}

#[test]
fn a_killed_setup_is_built_anew() {
    let lab = Lab::new(Options { variant: Some("slow-once-setup"), ..Options::default() });
    lab.start(1);
    wait_for("the setup is being built", 10, || lab.path("cache/gen-tf/downloads/begun").exists());
    Lab::signal(lab.supervisor(1), "-KILL");
    lab.assert_nothing_runs(1);
    lab.stop(1);
    lab.start_attempt(1, 2);
    let outcome = lab.outcome(1, 2);
    assert_eq!(outcome.cause, None, "{}\n{}", outcome.message, lab.log(1, 2));
    let [entry] = &entries(&lab)[..] else { panic!("one entry: {:?}", entries(&lab)) };
    assert!(!entry.join("half").exists());
}

#[test]
fn a_missing_command_is_named() {
    let lab = Lab::new(Options { commands: "no-such-program curl", ..Options::default() });
    let outcome = lab.run_expecting(Cause::Provision);
    assert!(outcome.message.contains("no-such-program"), "{}", outcome.message);
    assert!(!outcome.message.contains("curl"), "{}", outcome.message);
}

#[test]
fn a_model_reaches_the_tool_and_cannot_be_written() {
    let lab = Lab::new(Options {
        variant: Some("model"),
        model: Some(("ex.gguf", b"weights", b"weights")),
        ..Options::default()
    });
    let outcome = lab.run_expecting_success();
    let seen = fs::read_to_string(lab.results(&outcome).join("requests.txt")).unwrap();
    assert_eq!(seen, "weights read-only\n");
    assert!(outcome.environment.contains_key("model.ex.gguf"));
}

#[test]
fn a_model_that_is_another_one_is_refused() {
    let lab = Lab::new(Options {
        model: Some(("ex.gguf", b"weights", b"other weights")),
        ..Options::default()
    });
    let outcome = lab.run_expecting(Cause::InputMismatch);
    assert_eq!((outcome.phase.as_str(), outcome.tool_starts), ("inputs", 0));
}
