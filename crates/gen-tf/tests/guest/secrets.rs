//! Secret values: they reach the tool, and nothing else.

use std::{fs, path::Path};

use crate::lab::{Lab, Options};

const CANARY: &str = "a/b&c'd\"e$f${g}%{h}";

/// Every file below a folder.
fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            files(&entry.path(), found);
        } else {
            found.push(entry.path());
        }
    }
}

fn assert_absent(folder: &Path) {
    let forms = [
        CANARY.to_owned(),
        serde_json::to_string(CANARY).unwrap().trim_matches('"').to_owned(),
        "a%2Fb%26c%27d%22e%24f%24%7Bg%7D%25%7Bh%7D".to_owned(),
        "a/b%26c%27d%22e%24f%24%7Bg%7D%25%7Bh%7D".to_owned(),
        "YS9iJmMnZCJlJGYke2d9JXtofQ".to_owned(),
    ];
    let mut found = Vec::new();
    files(folder, &mut found);
    assert!(!found.is_empty(), "{}", folder.display());
    for file in found {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        for form in &forms {
            assert!(!text.contains(form.as_str()), "{form} in {}", file.display());
        }
    }
}

#[test]
fn a_secret_reaches_the_tool_and_no_other_file() {
    let lab = Lab::new(Options {
        variant: Some("secret"),
        secret: Some(("api-key", "LAB_API_KEY")),
        environment: vec![("LAB_API_KEY", CANARY.to_owned())],
        ..Options::default()
    });
    let outcome = lab.run_expecting_success();
    let folder = lab.results(&outcome);
    let seen = fs::read_to_string(folder.join("requests.txt")).unwrap();
    assert_eq!(seen, "intact\nunset\n", "the value in the file, and none in the environment");
    assert!(fs::read_to_string(folder.join("spellings.txt")).unwrap().contains("***"));
    assert_absent(&folder);
    assert_absent(&lab.store());
    assert_absent(&lab.path("workspace-local"));
    assert_absent(&lab.path("cache"));
}

#[test]
fn a_missing_secret_is_an_error_before_anything_is_started() {
    let lab =
        Lab::new(Options { secret: Some(("api-key", "LAB_NO_SUCH_KEY")), ..Options::default() });
    let output = lab.command("start", 1, 1).output().unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        text.contains("secret api-key: the environment variable LAB_NO_SUCH_KEY is not set"),
        "{text}"
    );
    assert!(!lab.sandbox(1).exists());
    assert!(!lab.object("claims").exists());
}
