//! Mistakes in a file that a person wrote, and how they are shown: file, line, source line, caret,
//! what is wrong, what to do.
//!
//! It finds no mistakes itself, and it prints nothing: `render` returns text.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// Diagnostics that one rendering shows; the rest is counted in a last line.
const SHOWN: usize = 100;

/// A file that a person wrote.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The name that is shown to people.
    pub file: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The file can't be used.
    Error,
    /// The file can be used, but its author should know.
    Warning,
}

/// One mistake, or one thing that the author should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The bytes of the source that the caret points at.
    pub span: Range<usize>,
    /// What is wrong: one line, without a final period.
    pub message: String,
    /// A few words beside the caret; may be empty.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
    /// Another place that explains this one, and a few words about it.
    pub related: Option<(Range<usize>, String)>,
    /// Bytes that no rendering of this file may show, because they may be a secret's value.
    pub hidden: Option<Range<usize>>,
}

impl Diagnostic {
    /// An error at `span`.
    #[must_use]
    pub fn error(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            span,
            message: message.into(),
            label: String::new(),
            help: None,
            related: None,
            hidden: None,
        }
    }

    /// A warning at `span`.
    #[must_use]
    pub fn warning(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(span, message) }
    }

    /// The same with a few words beside the caret.
    #[must_use]
    pub fn with_label(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }

    /// The same with what to do.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The same with what to do, where that is known.
    #[must_use]
    pub fn with_optional_help(self, help: Option<String>) -> Self {
        Self { help: help.or(self.help), ..self }
    }

    /// The same with another place that explains this one.
    #[must_use]
    pub fn with_related(self, span: Range<usize>, label: impl Into<String>) -> Self {
        Self { related: Some((span, label.into())), ..self }
    }

    /// Whether the file can't be used.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Whether any of them is an error.
#[must_use]
pub fn any_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}

/// Shows the diagnostics of one file, with an empty line between them and a line end at the end.
///
/// Nothing gives an empty text. What a diagnostic hides is shown as `*` in all of them.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], source: Source<'_>, color: bool) -> String {
    let text = masked(source.text, diagnostics);
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut shown: Vec<String> = diagnostics
        .iter()
        .take(SHOWN)
        .map(|diagnostic| render_one(diagnostic, source.file, &text, &renderer))
        .collect();
    if diagnostics.len() > SHOWN {
        shown.push(format!("… and {} more", diagnostics.len() - SHOWN));
    }
    if shown.is_empty() { String::new() } else { shown.join("\n\n") + "\n" }
}

fn render_one(diagnostic: &Diagnostic, file: &str, text: &str, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    // Annotate-snippets looks at its whole source; it gets only the lines that it has to show.
    let span = first_line(text, &diagnostic.span);
    let related = diagnostic.related.as_ref().map(|(span, words)| (first_line(text, span), words));
    let start = related.as_ref().map_or(span.start, |(other, _)| other.start.min(span.start));
    let end = related.as_ref().map_or(span.end, |(other, _)| other.end.max(span.end));
    let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let to = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    let shift = |span: &Range<usize>| span.start - from..span.end - from;

    let mut primary = AnnotationKind::Primary.span(shift(&span));
    if !diagnostic.label.is_empty() {
        primary = primary.label(printable(&diagnostic.label));
    }
    let mut snippet = Snippet::source(&text[from..to])
        .line_start(text[..from].matches('\n').count() + 1)
        .path(file)
        .annotation(primary);
    if let Some((other, words)) = &related {
        let words = printable(words);
        snippet = snippet.annotation(AnnotationKind::Context.span(shift(other)).label(words));
    }
    let mut group = level.primary_title(printable(&diagnostic.message)).element(snippet);
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(printable(help)));
    }
    renderer.render(&[group])
}

/// The part of `span` on its first line, on the borders of characters and inside the text.
fn first_line(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start.min(text.len()));
    let end = text.floor_char_boundary(span.end.clamp(start, text.len()));
    let line = text[start..end].find(['\n', '\r']).map_or(end, |at| start + at);
    start..line
}

fn masked(text: &str, diagnostics: &[Diagnostic]) -> String {
    let mut hidden: Vec<_> = diagnostics.iter().filter_map(|d| d.hidden.clone()).collect();
    hidden.sort_by_key(|range| range.start);
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for range in hidden {
        let start = text.floor_char_boundary(range.start).clamp(at, text.len());
        let end = text.ceil_char_boundary(range.end).clamp(start, text.len());
        masked.push_str(&text[at..start]);
        // A character becomes as many `*` as it has bytes, so that every span stays where it is.
        masked.extend(text[start..end].bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }));
        at = end;
    }
    masked.push_str(&text[at..]);
    masked
}

fn printable(text: &str) -> String {
    annotate_snippets::normalize_untrusted_str(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, diagnostics: &[Diagnostic]) -> String {
        render(diagnostics, Source { file: "study.hcl", text }, false)
    }

    #[test]
    fn columns_count_what_a_terminal_shows_beside_wide_characters() {
        let text = "a = \"研究\" x\n";
        let at = text.find('x').unwrap();
        insta::assert_snapshot!(shown(text, &[Diagnostic::error(at..at + 1, "wrong")]), @r#"
        error: wrong
         --> study.hcl:1:10
          |
        1 | a = "研究" x
          |            ^
        "#);
    }

    #[test]
    fn shows_label_help_and_the_other_place() {
        let text = "a = 1\n\nb = 2\na = 3\n";
        let diagnostic = Diagnostic::error(13..14, "`a` is given twice")
            .with_label("again here")
            .with_related(0..1, "first here")
            .with_help("remove one of them");
        insta::assert_snapshot!(shown(text, &[diagnostic]), @r"
        error: `a` is given twice
         --> study.hcl:4:1
          |
        1 | a = 1
          | - first here
        ...
        4 | a = 3
          | ^ again here
          |
          = help: remove one of them
        ");
    }

    #[test]
    fn what_is_hidden_is_shown_by_no_diagnostic_of_the_file() {
        let text = "value = \"p/&é\" # p\n";
        let hiding =
            Diagnostic { hidden: Some(8..14), ..Diagnostic::error(0..5, "a secret in the file") };
        let other = Diagnostic::warning(0..5, "something else");
        let shown = shown(text, &[other, hiding]);
        assert!(!shown.contains("p/&"), "{shown}");
        assert_eq!(shown.matches("value = ******").count(), 2, "{shown}");
    }

    #[test]
    fn a_span_outside_the_text_or_inside_a_character_is_shown_nearby() {
        for span in [0..100, 90..100, 1..2, 7..7] {
            assert!(shown("é = 1", &[Diagnostic::error(span, "wrong")]).contains("é = 1"));
        }
        assert!(shown("", &[Diagnostic::error(0..0, "empty")]).contains("empty"));
    }

    #[test]
    fn a_flood_of_diagnostics_is_cut_and_counted() {
        let flood = vec![Diagnostic::error(0..1, "wrong"); 130];
        let shown = shown("x", &flood);
        assert_eq!(shown.matches("error: wrong").count(), 100);
        assert!(shown.ends_with("… and 30 more\n"));
    }
}
