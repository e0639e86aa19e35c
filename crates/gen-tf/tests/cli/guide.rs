//! docs/harness.md: its complete example is written as it stands there, and run.

use std::fs;

use gen_tf_core::outcome::Verdict;

use crate::place::{Place, has_sandboxes, repository};

/// The files of the guide: each is named in backquotes on the line before its block.
fn files() -> Vec<(String, String)> {
    let guide = fs::read_to_string(repository().join("docs/harness.md")).unwrap();
    let mut files = Vec::new();
    let mut name = None;
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            files.extend(name.take().map(|name| (name, block.join("\n") + "\n")));
        } else if let Some(rest) = line.strip_prefix('`') {
            name = rest.split_once('`').map(|(name, _)| name.to_owned());
        }
    }
    files
}

#[test]
fn the_example_of_the_harness_guide_runs() {
    if !has_sandboxes() {
        return;
    }
    let place = Place::new("");
    let files = files();
    assert!(files.len() >= 6, "the guide shows a harness and a study: {files:?}");
    for (name, text) in files {
        let path = place.path(&name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    place.run(&["apply", "--wait", "--yes"]).expect(0);
    assert_eq!(place.outcomes()[0].outcome, Verdict::Succeeded);
}
