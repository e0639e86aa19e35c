//! Documents that make promises: commands that exist, prices of the table, tests that are there,
//! and a workflow that can be copied as it stands.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

use std::{fs, path::PathBuf};

#[path = "docs/defects.rs"]
mod defects;
#[path = "docs/guide.rs"]
mod guide;
#[path = "docs/workflow.rs"]
mod workflow;

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap()
}

/// What stands between backquotes in a text without code blocks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The words of a command, without the shell's quotes.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for character in command.chars() {
        match (quote, character) {
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            (None, ' ') => words.push(String::new()),
            (_, other) => words.last_mut().unwrap().push(other),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
