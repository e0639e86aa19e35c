//! Studies and harnesses as people write them, good and bad, from `tests/studies/`.
//!
//! Each `NAME.hcl` that is bad has the message that its author sees in `NAME.txt` beside it;
//! `UPDATE_EXPECT=1 cargo test -p gen-tf-core --test studies` writes these anew.

#![expect(
    clippy::disallowed_methods,
    reason = "core does no IO, but its test reads the studies and the documentation"
)]
#![expect(clippy::unwrap_used, reason = "a test that can't read its files has failed")]

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use gen_tf_core::{
    diagnostic::{Source, render},
    harness::{self, HARNESS_FILE, Harness},
    schema::{BlockSchema, reference},
    study::{HarnessState, ParseOptions, Parsed, STUDY_FILE, Study, parse},
};

const OPTIONS: ParseOptions<'_> =
    ParseOptions { builtin_harnesses: &["llamaresttest", "quickstart", "restgym"] };

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The `.hcl` files of a folder of `tests/studies/`, in the order of their names.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = root().join("tests/studies").join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "hcl"))
        .collect();
    files.sort();
    files
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

fn sample_harness() -> Harness {
    let path = root().join("tests/studies/harness/harness.hcl");
    let source = Source { file: "harness.hcl", text: &read(&path) };
    let (harness, diagnostics) = harness::parse(source);
    harness.unwrap_or_else(|| panic!("{}", render(&diagnostics, source, false)))
}

fn parse_text(text: &str, harness: &Harness) -> Parsed {
    parse(Source { file: "study.hcl", text }, HarnessState::Known(harness), &OPTIONS)
}

fn good(text: &str) -> Study {
    let parsed = parse_text(text, &sample_harness());
    let shown = render(&parsed.diagnostics, Source { file: "study.hcl", text }, false);
    parsed.study.unwrap_or_else(|| panic!("{shown}"))
}

/// Compares with the file, or writes it when `UPDATE_EXPECT` is set.
fn expect(path: &Path, actual: &str) -> Result<(), String> {
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(path, actual).unwrap();
        return Ok(());
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected == actual {
        return Ok(());
    }
    Err(format!("{} differs; it is now:\n{actual}", path.display()))
}

fn all_good(results: impl Iterator<Item = Result<(), String>>) {
    let failures: Vec<_> = results.filter_map(Result::err).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_bad_study_shows_its_message() {
    let harness = sample_harness();
    let files = files("invalid");
    assert!(files.len() >= 55, "{} bad studies", files.len());
    all_good(files.iter().map(|path| {
        let text = read(path);
        let parsed = parse_text(&text, &harness);
        assert!(parsed.study.is_none(), "{} is taken for good", path.display());
        let source = Source { file: name(path), text: &text };
        let shown = render(&parsed.diagnostics, source, false);
        assert!(!shown.contains("do-not-show"), "{} shows a secret", path.display());
        expect(&path.with_extension("txt"), &shown)
    }));
}

#[test]
fn a_study_with_warnings_alone_is_good_and_shows_them() {
    let harness = sample_harness();
    all_good(files("warned").iter().map(|path| {
        let text = read(path);
        let parsed = parse_text(&text, &harness);
        let shown = render(&parsed.diagnostics, Source { file: name(path), text: &text }, false);
        assert!(parsed.study.is_some(), "{shown}");
        assert!(!parsed.diagnostics.is_empty(), "{} shows no warning", path.display());
        expect(&path.with_extension("txt"), &shown)
    }));
}

#[test]
fn a_good_study_shows_nothing() {
    let harness = sample_harness();
    let files = files("valid");
    assert!(files.len() >= 10, "{} good studies", files.len());
    for path in files {
        let text = read(&path);
        let parsed = parse_text(&text, &harness);
        let shown = render(&parsed.diagnostics, Source { file: name(&path), text: &text }, false);
        assert_eq!(shown, "");
        assert!(parsed.study.is_some(), "{}", path.display());
    }
}

#[test]
fn every_bad_harness_shows_its_message() {
    let files = files("invalid-harness");
    assert!(files.len() >= 12, "{} bad harnesses", files.len());
    all_good(files.iter().map(|path| {
        let text = read(path);
        let source = Source { file: name(path), text: &text };
        let (harness, diagnostics) = harness::parse(source);
        assert!(harness.is_none(), "{} is taken for good", path.display());
        expect(&path.with_extension("txt"), &render(&diagnostics, source, false))
    }));
}

#[test]
fn twelve_mistakes_are_shown_at_once() {
    let text = read(&root().join("tests/studies/invalid/twelve-mistakes.hcl"));
    let parsed = parse_text(&text, &sample_harness());
    assert_eq!(parsed.diagnostics.len(), 12, "{:#?}", parsed.diagnostics);
}

#[test]
fn a_study_holds_every_field_of_its_file() {
    let study = good(&read(&root().join("tests/studies/valid/every-field.hcl")));
    insta::assert_debug_snapshot!(study);
}

#[test]
fn a_study_holds_the_defaults_of_what_its_file_leaves_out() {
    let study = good(&read(&root().join("tests/studies/valid/both-targets.hcl")));
    insta::assert_debug_snapshot!(study);
}

#[test]
fn a_harness_holds_every_field_of_its_file() {
    insta::assert_debug_snapshot!(sample_harness());
}

#[test]
fn the_documentation_of_the_study_has_exactly_the_fields_of_the_parser() {
    check_documentation("docs/study.md", &STUDY_FILE);
}

#[test]
fn the_documentation_of_the_harness_has_exactly_the_fields_of_the_parser() {
    check_documentation("docs/harness-file.md", &HARNESS_FILE);
}

/// Every block has a heading and its own table in the document, and the document has no others.
fn check_documentation(file: &str, schema: &'static BlockSchema) {
    let path = root().join(file);
    let mut text = read(&path);
    let mut titles = Vec::new();
    for block in blocks(schema) {
        let title = block.title();
        assert!(text.contains(&format!("# `{title}`")), "{file} has no heading `{title}`");
        let begin = format!("<!-- fields of {title} -->\n");
        let start = text.find(&begin).unwrap_or_else(|| panic!("{file} lacks {begin}"));
        let start = start + begin.len();
        let end = start + text[start..].find("<!-- end -->").expect("the table has an end");
        text.replace_range(start..end, &reference(block));
        titles.push(title);
    }
    let documented = text.matches("<!-- fields of ").count();
    assert_eq!(documented, titles.len(), "{file} documents blocks that do not exist");
    all_good(std::iter::once(expect(&path, &text)));
}

fn blocks(schema: &'static BlockSchema) -> Vec<&'static BlockSchema> {
    let mut found: Vec<&'static BlockSchema> = Vec::new();
    for block in schema.blocks {
        for inner in std::iter::once(*block).chain(blocks(block)) {
            if !found.iter().any(|known| known.title() == inner.title()) {
                found.push(inner);
            }
        }
    }
    found
}
