//! No text makes the parsers panic, overflow the stack or take long: not random characters, not
//! HCL's tokens in random order, not a good study with something cut, doubled or put into it.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "core does no IO and has no clock, but its test reads studies and measures time"
)]
#![expect(clippy::unwrap_used, reason = "a test that can't read its files has failed")]

use std::{
    fs,
    path::Path,
    sync::LazyLock,
    time::{Duration, Instant},
};

use gen_tf_core::{
    diagnostic::{Source, any_error, render},
    harness::{self, Harness},
    study::{HarnessRef, HarnessState, ParseOptions, harness_ref, parse},
};
use proptest::prelude::*;

/// Far more than any text here needs in a debug build on a busy machine, and far less than what a
/// parser that backtracks without bounds takes.
const LIMIT: Duration = Duration::from_secs(120);

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/studies");
    fs::read_to_string(root.join(path)).unwrap()
}

static STUDY: LazyLock<String> = LazyLock::new(|| read("valid/every-field.hcl"));
static HARNESS: LazyLock<String> = LazyLock::new(|| read("harness/harness.hcl"));
static SAMPLE: LazyLock<Harness> = LazyLock::new(|| {
    harness::parse(Source { file: "harness.hcl", text: &HARNESS }).0.expect("the sample is good")
});

/// Reads the text as a study, with and without its harness, and as a harness, and shows what is
/// wrong.
fn survive(text: &str) {
    let started = Instant::now();
    let source = Source { file: "any.hcl", text };
    for state in [HarnessState::Known(&SAMPLE), HarnessState::Unknown { reason: "not there" }] {
        let parsed = parse(source, state, &ParseOptions::default());
        assert_eq!(parsed.study.is_none(), any_error(&parsed.diagnostics));
        let shown = render(&parsed.diagnostics, source, true);
        assert_eq!(shown.is_empty(), parsed.diagnostics.is_empty());
    }
    if let Some(HarnessRef::Path(path)) = harness_ref(source) {
        assert!(path.starts_with(['.', '/']), "{path}");
    }
    let (harness, diagnostics) = harness::parse(source);
    assert_eq!(harness.is_none(), any_error(&diagnostics));
    assert_eq!(render(&diagnostics, source, false).is_empty(), diagnostics.is_empty());
    let start: String = text.chars().take(60).collect();
    assert!(started.elapsed() < LIMIT, "{:?} for `{start}…`", started.elapsed());
}

/// Pieces of HCL, of studies and of things that HCL is not.
const TOKENS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "${",
    "%{",
    "$${",
    "=",
    ":",
    ",",
    "?",
    "!",
    "-",
    "+",
    "*",
    "/",
    "<<EOT\n",
    "EOT\n",
    "<<-X\n",
    "X\n",
    "#",
    "//",
    "/*",
    "*/",
    "\\",
    "\\u12",
    "\n",
    "\r\n",
    " ",
    "\t",
    ".",
    "...",
    "=>",
    "==",
    "for ",
    "in ",
    "if ",
    "study",
    "target",
    "exclude",
    "tools",
    "services",
    "runs",
    "settings",
    "\"gcp\"",
    "\"local\"",
    "\"x\"",
    "null",
    "true",
    "1",
    "1e999",
    "-1",
    "99999999999999999999",
    "0.5",
    "\"1h\"",
    "é",
    "研究",
    "\u{0}",
    "\u{feff}",
    "'",
    "“",
    "model \"m\" {\n",
    "secret \"s\" {\n",
    "value = \"p\"\n",
    "a = 1\n",
    "a = 1\n",
];

/// One of them, or a few characters of any kind.
fn piece() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(TOKENS);
    prop_oneof![9 => fixed.prop_map(str::to_owned), 1 => "\\PC{0,6}"]
}

/// A good file with some of its parts taken out, doubled, moved or overwritten.
fn mutated(original: &'static LazyLock<String>) -> impl Strategy<Value = String> {
    let edit = (any::<prop::sample::Index>(), 0..40_usize, piece(), any::<bool>());
    prop::collection::vec(edit, 1..6).prop_map(move |edits| {
        let mut chars: Vec<char> = original.chars().collect();
        for (at, length, piece, keep) in edits {
            let at = at.index(chars.len() + 1);
            let end = (at + length).min(chars.len());
            let removed: Vec<char> = chars.splice(at..end, piece.chars()).collect();
            if keep {
                chars.splice(at..at, removed);
            }
        }
        chars.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn survives_random_characters(text in "\\PC{0,200}") {
        survive(&text);
    }

    #[test]
    fn survives_random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survive(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn survives_tokens_in_random_order(pieces in prop::collection::vec(piece(), 0..80)) {
        survive(&pieces.concat());
    }

    #[test]
    fn survives_values_of_random_tokens(pieces in prop::collection::vec(piece(), 0..20)) {
        survive(&format!("study \"x\" {{\n  tools = {}\n}}\n", pieces.concat()));
    }

    #[test]
    fn survives_mutated_studies(text in mutated(&STUDY)) {
        survive(&text);
    }

    #[test]
    fn survives_mutated_harnesses(text in mutated(&HARNESS)) {
        survive(&text);
    }
}

#[test]
fn survives_deep_nesting_of_every_kind() {
    for depth in [10, 30, 31, 33, 64, 1_000, 100_000] {
        for (open, middle, close) in [
            ("[", "1", "]"),
            ("{ a = ", "1", " }"),
            ("{ ", "a", " = 1 }"),
            ("(", "1", ")"),
            ("f(", "1", ")"),
            ("a[", "1", "]"),
            ("\"${", "a", "}\""),
            ("%{ if a }", "a", "%{ endif }"),
            ("[for x in ", "y", " : x]"),
            ("-", "1", ""),
            ("!", "true", ""),
            ("a ? ", "1", " : 2"),
            ("1 + ", "1", ""),
            ("<<A\n", "", "\nA\n"),
            ("{", "", ""),
            ("[", "", ""),
            ("\"${", "", ""),
            ("", "", "]"),
            ("/*", "", "*/"),
            ("<", "", ">"),
        ] {
            let value = format!("{}{middle}{}", open.repeat(depth), close.repeat(depth));
            survive(&format!("study \"x\" {{\n  tools = {value}\n}}\n"));
            survive(&format!("setting \"x\" {{\n  default = \"{value}\"\n}}\n"));
        }
        let blocks = "a {\n".repeat(depth) + &"}\n".repeat(depth);
        survive(&blocks);
    }
}

#[test]
fn survives_long_files_of_one_kind_of_mistake() {
    for line in [
        "a = 1\n",
        "a {\n}\n",
        "study \"x\" {\n}\n",
        "secret \"s\" {\n  value = \"x\"\n}\n",
        "\"",
        "x",
        "é",
        "# comment\n",
        "b = \"${x}\"\n",
        "c = <<E\n${x}\nE\n",
        "study = [x, x, x]\n",
    ] {
        survive(&line.repeat(100_000 / line.len()));
    }
    let names: Vec<_> = (0..20_000).map(|n| format!("\"tool-{n}\"")).collect();
    survive(&format!("study \"x\" {{\n  tools = [{}]\n}}\n", names.join(", ")));
    survive(&"x = 1\n".repeat(1 << 20));
}
