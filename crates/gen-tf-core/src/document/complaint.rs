//! Syntax errors in words that help: hcl-edit says what its grammar expected, which is rarely what
//! the author did wrong.

use std::ops::Range;

use crate::diagnostic::Diagnostic;

/// The name or quoted text that starts at `at`, without its quotes; empty when there is none.
pub(super) fn word_at(text: &str, at: usize) -> Range<usize> {
    let Some(rest) = text.get(at..) else { return at..at };
    if let Some(quoted) = rest.strip_prefix('"') {
        return at + 1..at + 1 + quoted.find('"').unwrap_or(0);
    }
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    at..at + rest.find(|c: char| !is_word(c)).unwrap_or(rest.len())
}

/// A name that its block or map gives a second time.
pub(super) fn duplicate(text: &str, name: &Range<usize>) -> Diagnostic {
    let word = &text[name.clone()];
    Diagnostic::error(name.clone(), format!("`{word}` is given twice"))
        .with_help("keep one of the two")
}

/// Anything else that is no HCL.
pub(super) fn syntax(text: &str, error: &hcl_edit::parser::Error) -> Diagnostic {
    let at = text.floor_char_boundary(error.location().offset().min(text.len()));
    // A space is never what is wrong.
    let at = text.len() - text[at..].trim_start_matches([' ', '\t']).len();
    let found = text[at..].chars().next();
    let span = at..at + found.map_or(0, char::len_utf8);
    let before = text[..at].trim_end_matches([' ', '\t']);
    let (message, help) = explain(error.message(), found, before);
    Diagnostic::error(span, message).with_optional_help(help.map(str::to_owned))
}

fn explain(message: &str, found: Option<char>, before: &str) -> (String, Option<&'static str>) {
    let shown = match found {
        None | Some('\n' | '\r') => "the end of the line".to_owned(),
        Some(char) => format!("`{char}`"),
    };
    let ends_line = matches!(found, None | Some('\n' | '\r'));
    if message.contains("escape sequence") || message.contains("hex code") {
        let help = "write `\\\\` for a backslash; `\\n`, `\\t`, `\\\"` and `\\u00e9` are escapes";
        return ("this is no escape that HCL knows".to_owned(), Some(help));
    }
    if message.contains("nesting") || message.contains("operators") {
        return ("nested too deeply".to_owned(), Some("a study is a file of plain values"));
    }
    if ends_line && before.ends_with('=') {
        return ("the value is missing".to_owned(), Some("write it on the same line as its name"));
    }
    if message.starts_with("invalid structure") {
        let message = format!("expected `=` or a block, found {shown}");
        let help = match found {
            Some(':') => "write `name = value`",
            _ => "an attribute is `name = value`, a block is `name \"label\" {`",
        };
        return (message, Some(help));
    }
    if message.starts_with("invalid block body") {
        let message = format!("expected `}}`, found {shown}");
        let help = "a block on one line holds one attribute at most; put each on a line of its own";
        return (message, Some(help));
    }
    if message.contains("newline or eof") || message.contains("eof or newline") {
        let help = match found {
            Some(',') => "attributes are separated by line ends, without commas",
            _ => "put each attribute and each block on a line of its own",
        };
        return (format!("expected the end of the line, found {shown}"), Some(help));
    }
    if message.contains("expected `]`") {
        return (format!("expected `,` or `]`, found {shown}"), Some("put a comma between items"));
    }
    if message.starts_with("invalid object item") || message.starts_with("invalid object value") {
        let help = "a map is `{ key = value, key = value }`, or has each pair on its own line";
        return (format!("expected another pair of the map, found {shown}"), Some(help));
    }
    if message.starts_with("invalid expression") {
        let help = "a value is a text in double quotes, a number, true, false, a list or a map";
        return (format!("expected a value, found {shown}"), Some(help));
    }
    let message = if message.contains("unexpected token") {
        format!("did not expect {shown} here")
    } else {
        format!("{message}; found {shown}")
    };
    (message, Some("an attribute is `name = value`, a block is `name \"label\" {`"))
}
