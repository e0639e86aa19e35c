//! How the program finds the store of a workspace, and what it says when it cannot.

mod support;

use std::{fs, process::Command};

use support::{Pull, Study, some_files};

/// A stand-in for Terraform that prints the outputs of another store than `gen-tf.json` names.
const OUTPUTS: &str = r#"#!/bin/sh
[ "$*" = "output -json -no-color" ] && [ -f gen-tf.json ] || exit 9
echo '{"format":{"value":1},"study":{"value":"quick"},"store":{"value":"../store/quick"},
 "results":{"value":"../from-outputs"},"active":{"sensitive":false,"value":{}}}'
"#;

fn study() -> Study {
    let study = Study::new();
    study.put_success("a/b/1", 1, &some_files(1));
    study
}

#[test]
fn the_outputs_tell_where_the_store_is() {
    let study = study();
    study.put_program("terraform", OUTPUTS);
    let pull = study.pull();
    assert_eq!((pull.code, pull.stderr.contains("note:")), (0, false), "{}", pull.stderr);
    assert!(study.path("from-outputs/a/b/1").exists());
}

#[test]
fn opentofu_serves_where_there_is_no_terraform() {
    let study = study();
    study.put_program("tofu", OUTPUTS);
    assert_eq!(study.pull().code, 0);
    assert!(study.path("from-outputs/a/b/1").exists());
}

#[test]
fn a_named_program_is_used_and_must_exist() {
    let study = study();
    study.put_program("terraform", "#!/bin/sh\nexit 1\n");
    study.put_program("mine", OUTPUTS);
    for (name, given_by) in [("../bin/mine", "argument"), ("../bin/mine", "environment")] {
        let mut command = study.sync(&["--json"]);
        match given_by {
            "argument" => command.args(["--terraform", name]),
            _ => command.env("GEN_TF_TERRAFORM", name),
        };
        assert_eq!(Pull::of(&mut command).code, 0, "{given_by}");
    }
    let root = study.folder.path();
    let mut elsewhere = study.sync(&["workspace-local", "--terraform", "bin/mine"]);
    assert_eq!(Pull::of(elsewhere.current_dir(root)).code, 0);
    let pull = Pull::of(&mut study.sync(&["--terraform", "./none"]));
    assert_eq!(pull.code, 1);
    assert!(pull.stderr.contains("cannot start `./none`"), "{}", pull.stderr);
    assert!(pull.stderr.contains("hint: name the program"), "{}", pull.stderr);
}

#[test]
fn after_a_destroy_gen_tf_json_tells_where_the_store_is() {
    let study = study();
    study.put_program("terraform", "#!/bin/sh\necho '{}'\n");
    let pull = study.pull();
    assert_eq!(pull.code, 0, "{}", pull.stderr);
    assert!(pull.stderr.contains("note: the workspace has no outputs"), "{}", pull.stderr);
    assert!(study.results("a/b/1").exists());
}

#[test]
fn without_any_program_gen_tf_json_serves_too() {
    let study = study();
    let pull = study.pull();
    assert_eq!(pull.code, 0);
    assert!(pull.stderr.contains("neither terraform nor tofu"), "{}", pull.stderr);
}

#[test]
fn a_failing_terraform_is_reported_with_what_it_said() {
    let study = study();
    let text = "#!/bin/sh\necho 'Error: Backend initialization required' >&2\nexit 3\n";
    study.put_program("terraform", text);
    let pull = study.pull();
    assert_eq!((pull.code, &pull.stdout[..]), (1, ""));
    let workspace = study.workspace().canonicalize().unwrap();
    for part in [
        "`terraform output -json -no-color`",
        workspace.to_str().unwrap(),
        "exit status: 3",
        "| Error: Backend initialization required",
        "hint: run `terraform init`",
    ] {
        assert!(pull.stderr.contains(part), "{part}: {}", pull.stderr);
    }
}

#[test]
fn what_is_no_workspace_is_named() {
    let study = study();
    let root = study.folder.path();
    for (arguments, part) in [
        (&["."][..], "is no workspace of gen-tf"),
        (&["none"], "cannot read the workspace none"),
        (&["workspace-local/gen-tf.json"], "cannot read the workspace"),
    ] {
        let pull = Pull::of(study.sync(arguments).current_dir(root));
        assert_eq!((pull.code, &pull.stdout[..]), (1, ""));
        assert!(pull.stderr.contains(part), "{part}: {}", pull.stderr);
        assert!(pull.stderr.contains("hint: give the folder"), "{}", pull.stderr);
    }
}

#[test]
fn a_workspace_of_another_shape_is_refused_with_the_reason() {
    let study = study();
    for (text, part) in [
        ("{", "gen-tf.json cannot be used"),
        (r#"{"format": 1, "study": "quick"}"#, "missing field `store`"),
        (r#"{"format": 2, "study": "quick", "store": "s"}"#, "has format 2"),
        (r#"{"study": "quick", "store": "gs://bucket/quick"}"#, "gs://bucket/quick"),
    ] {
        fs::write(study.workspace().join("gen-tf.json"), text).unwrap();
        let pull = study.pull();
        assert_eq!(pull.code, 1, "{text}");
        assert!(pull.stderr.contains(part), "{part}: {}", pull.stderr);
    }
}

#[test]
fn a_store_without_outcomes_is_no_error() {
    let study = Study::new();
    let pull = study.pull();
    assert_eq!((pull.code, &pull.json()["pulled"]), (0, &serde_json::json!([])));
    assert!(pull.stderr.contains("has no outcome of any experiment yet"), "{}", pull.stderr);
    assert!(!study.path("store").exists());
}

#[test]
fn help_shows_examples_and_wrong_usage_is_an_error() {
    let study = Study::new();
    let help = Pull::of(&mut study.sync(&["--help"]));
    assert_eq!(help.code, 0);
    assert!(help.stdout.contains("Examples:") && help.stdout.contains("GEN_TF_TERRAFORM"));
    for arguments in [&["--nonsense"][..], &["a", "b"], &["--results"]] {
        let wrong = Pull::of(&mut study.sync(arguments));
        assert_eq!((wrong.code, &wrong.stdout[..]), (1, ""), "{arguments:?}");
        assert!(wrong.stderr.contains("try '--help'"), "{}", wrong.stderr);
    }
}

#[test]
fn a_real_workspace_is_pulled_while_it_is_applied_and_after_its_destroy() {
    let is_there = |program: &&str| Command::new(program).arg("version").output().is_ok();
    let Some(program) = ["terraform", "tofu"].into_iter().find(is_there) else {
        println!("SKIPPED: neither terraform nor tofu is on the path");
        return;
    };
    let study = study();
    let root = r#"
output "format" { value = 1 }
output "study" { value = "quick" }
output "store" { value = "../store/quick" }
output "results" { value = "../results" }
output "active" { value = { "a/b/1" = 1 } }
"#;
    fs::write(study.workspace().join("main.tf"), root).unwrap();
    let terraform = |arguments: &[&str]| {
        let mut command = Command::new(program);
        let ended = command.args(arguments).current_dir(study.workspace()).output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    };
    let pull = || {
        let path = std::env::var_os("PATH").unwrap();
        Pull::of(study.sync(&["--json"]).env("PATH", path))
    };
    let not_applied = pull();
    assert!(not_applied.stderr.contains("note: the workspace has no outputs"));
    terraform(&["init", "-input=false"]);
    terraform(&["apply", "-auto-approve", "-input=false"]);
    let applied = pull();
    assert_eq!((applied.code, &applied.stderr[..]), (0, ""));
    assert_eq!(applied.json()["up_to_date"], 1);
    terraform(&["destroy", "-auto-approve", "-input=false"]);
    study.put_success("a/b/2", 1, &some_files(2));
    let destroyed = pull();
    assert!(destroyed.stderr.contains("note: the workspace has no outputs"));
    assert_eq!(destroyed.pulled(), ["a/b/2/1"]);
}
