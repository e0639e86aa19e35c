//! Secret values and the VM's own token: who gets them, and where they are not.

use std::{fs, path::Path};

use gen_tf_core::outcome::Cause;

use crate::lab::{CANARY, Lab, Options, VM};

/// Every file below a folder, but the guest itself.
fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            files(&entry.path(), found);
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
}

fn assert_absent(bytes: &[u8], place: &str) {
    let text = String::from_utf8_lossy(bytes);
    for form in [
        CANARY,
        serde_json::to_string(CANARY).unwrap().trim_matches('"'),
        "a%2Fb%26c%27d%22e%24f%24%7Bg%7D%25%7Bh%7D",
        "YS9iJmMnZCJlJGYke2d9JXtofQ",
    ] {
        assert!(!text.contains(form), "{form} in {place}");
    }
}

#[test]
fn a_secret_reaches_the_tool_intact_and_nothing_that_stays() {
    let options = Options { secret: Some(1), variant: Some("secret"), ..Options::default() };
    let Some(lab) = Lab::new(options) else { return };
    let outcome = lab.run_expecting_success();
    let folder = lab.results(&outcome);
    let seen = fs::read_to_string(folder.join("requests.txt")).unwrap();
    assert_eq!(seen, "intact\nunset\n", "the value in the file, and none in the environment");
    let mut found = Vec::new();
    files(&folder, &mut found);
    files(&lab.cloud.path("vms"), &mut found);
    assert!(found.len() > 20, "{}", found.len());
    for file in found {
        assert_absent(&fs::read(&file).unwrap(), &file.display().to_string());
    }
    assert_absent(lab.stored_log(1).as_bytes(), "the log");
    assert_absent(lab.cloud.serial(VM).as_bytes(), "the serial log");
}

#[test]
fn a_secret_that_arrives_damaged_is_fetched_again() {
    let Some(lab) = Lab::new(Options { secret: Some(2), ..Options::default() }) else { return };
    let rule =
        serde_json::json!({ "match": { "path": ":access" }, "times": 2, "fault": "corrupt_body" });
    lab.cloud.fail(&rule);
    lab.run_expecting_success();
    assert_eq!(lab.cloud.struck(), [2]);
    assert!(lab.stored_log(1).contains("secret api-key: the answer is damaged, try 2"));
}

#[test]
fn a_secret_version_that_is_not_there_is_named() {
    let options = Options { secret: Some(7), ..Options::default() };
    let Some(lab) = Lab::new(options) else { return };
    let outcome = lab.run_expecting(Cause::Secret);
    assert_eq!(
        (outcome.message.as_str(), outcome.tool_starts),
        ("secret api-key could not be read", 0)
    );
    assert!(lab.stored_log(1).contains("secret api-key: HTTP 404"), "{}", lab.stored_log(1));
}

#[test]
fn an_experiment_is_no_root_and_gets_no_token() {
    let options = Options { variant: Some("vm-prying"), ..Options::default() };
    let Some(lab) = Lab::new(options) else { return };
    let outcome = lab.run_expecting_success();
    let seen = fs::read_to_string(lab.results(&outcome).join("requests.txt")).unwrap();
    let expected = "user: gen-tf\ntoken: no\njournal: no\nguest is writable: no\nthe guest's log: no\n\
                    setup is writable: yes\nresults are writable: yes\nstandard input: /dev/null\n";
    assert_eq!(seen, expected);
}
