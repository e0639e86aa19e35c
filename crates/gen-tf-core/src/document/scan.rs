//! A first look at the text, before the HCL parser: quotes, brackets, depth, and where templates
//! are.
//!
//! The parser's own message for a missing bracket or quote points at the end of the file; this one
//! points at the one that is open. It also bounds the depth of what the parser recurses into.

use std::ops::Range;

use crate::diagnostic::Diagnostic;

/// Brackets inside brackets; a study needs five.
const MAX_DEPTH: usize = 32;

/// What the parser gets.
#[derive(Debug)]
pub(super) struct Scanned {
    /// The text with every template sequence blanked; every other byte stays where it is.
    pub text: String,
    /// Where template sequences (`${…}` and `%{…}`) were.
    pub templates: Vec<Range<usize>>,
}

type Finding = Box<Diagnostic>;

/// What is open at a place of the text.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Open {
    Bracket(char),
    Quote,
    Template,
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    open: Vec<(Open, usize)>,
    templates: Vec<Range<usize>>,
}

/// Checks quotes and brackets, and blanks templates.
pub(super) fn scan(text: &str) -> Result<Scanned, Finding> {
    if text.starts_with('\u{feff}') {
        let message = "the file starts with a byte order mark";
        let help = "save it as UTF-8 without a byte order mark (BOM)";
        return Err(Box::new(Diagnostic::error(0..3, message).with_help(help)));
    }
    let mut scanner = Scanner { text, at: 0, open: Vec::new(), templates: Vec::new() };
    while scanner.at < text.len() {
        match scanner.open.last() {
            Some((Open::Quote, start)) => scanner.quoted(*start)?,
            _ => scanner.code()?,
        }
        if scanner.open.len() > MAX_DEPTH {
            let (_, start) = scanner.open[MAX_DEPTH];
            let message = format!("nested more than {MAX_DEPTH} levels deep");
            return Err(Box::new(Diagnostic::error(start..start + 1, message)));
        }
    }
    scanner.check_end()?;
    Ok(Scanned { text: blanked(text, &scanner.templates), templates: scanner.templates })
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn line_end(&self) -> usize {
        self.rest().find('\n').map_or(self.text.len(), |at| self.at + at)
    }

    /// One step outside quotes.
    fn code(&mut self) -> Result<(), Finding> {
        let rest = self.rest();
        let Some(char) = rest.chars().next() else { return Ok(()) };
        if char == '#' || rest.starts_with("//") {
            self.at = self.line_end();
            return Ok(());
        }
        if rest.starts_with("/*") {
            let Some(end) = rest.find("*/") else {
                let span = self.at..self.at + 2;
                return Err(unclosed(span, "the comment that starts here has no end", "*/"));
            };
            self.at += end + 2;
            return Ok(());
        }
        if rest.starts_with("<<") {
            return self.heredoc();
        }
        match char {
            '"' => self.open.push((Open::Quote, self.at)),
            '{' | '[' | '(' => self.open.push((Open::Bracket(char), self.at)),
            '}' | ']' | ')' => self.close(char)?,
            '\'' | '`' | '“' | '”' | '„' | '‘' | '’' | '«' | '»' => {
                let span = self.at..self.at + char.len_utf8();
                let message = format!("`{char}` is no quote in HCL");
                let help = "write texts in plain double quotes: \"…\"";
                return Err(Box::new(Diagnostic::error(span, message).with_help(help)));
            }
            _ => {}
        }
        self.at += char.len_utf8();
        Ok(())
    }

    fn close(&mut self, char: char) -> Result<(), Finding> {
        let here = self.at..self.at + 1;
        match self.open.pop() {
            Some((Open::Bracket(open), _)) if closing(open) == char => Ok(()),
            Some((Open::Template, start)) if char == '}' => {
                // A template inside a template is blanked with the outer one.
                if !self.open.iter().any(|(open, _)| *open == Open::Template) {
                    self.templates.push(start..self.at + 1);
                }
                Ok(())
            }
            Some((open, start)) => {
                let (shown, wanted) = match open {
                    Open::Bracket(open) => (open, closing(open)),
                    Open::Quote | Open::Template => ('{', '}'),
                };
                let message = format!("expected `{wanted}`, found `{char}`");
                let related = format!("this `{shown}` is still open");
                Err(Box::new(
                    Diagnostic::error(here, message).with_related(start..start + 1, related),
                ))
            }
            None => {
                let message = format!("this `{char}` closes nothing");
                let help = "remove it, or look above for a bracket that is closed too early";
                Err(Box::new(Diagnostic::error(here, message).with_help(help)))
            }
        }
    }

    /// One step inside quotes.
    fn quoted(&mut self, start: usize) -> Result<(), Finding> {
        let rest = self.rest();
        let Some(char) = rest.chars().next() else { return Ok(()) };
        match char {
            '\n' | '\r' => {
                let message = "the text that starts here has no closing quote on its line";
                let finding = unclosed(start..self.at, message, "\"");
                let help = "close it with `\"`; write `\\n` for a line end inside a text";
                return Err(Box::new(finding.with_help(help)));
            }
            '"' => {
                self.open.pop();
            }
            '\\' => self.at += rest[1..].chars().next().map_or(0, char::len_utf8),
            '$' | '%' if rest.starts_with("$${") || rest.starts_with("%%{") => self.at += 2,
            '$' | '%' if rest[1..].starts_with('{') => {
                self.open.push((Open::Template, self.at));
                self.at += 1;
            }
            _ => {}
        }
        self.at += char.len_utf8();
        Ok(())
    }

    /// A whole heredoc: its lines are text, whatever brackets they hold.
    fn heredoc(&mut self) -> Result<(), Finding> {
        let start = self.at;
        let line_end = self.line_end();
        let word = self.text[start + 2..line_end].trim_start_matches('-').trim_end().to_owned();
        let body = (line_end + 1).min(self.text.len());
        self.at = body;
        while self.at < self.text.len() && !word.is_empty() {
            let after = self.rest().trim_start_matches([' ', '\t']).strip_prefix(word.as_str());
            if let Some(after) = after
                && !after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-'))
            {
                let end = self.text.len() - after.len();
                self.heredoc_templates(body, self.at);
                self.at = end;
                return Ok(());
            }
            self.at = (self.line_end() + 1).min(self.text.len());
        }
        let message = format!("the text that starts here never ends: no line says `{word}`");
        Err(unclosed(start..line_end, &message, &word))
    }

    /// Templates of a heredoc; how far one reaches does not matter, because the text is refused.
    fn heredoc_templates(&mut self, from: usize, to: usize) {
        let mut at = from;
        while let Some(found) = self.text[at..to].find(['$', '%']) {
            at += found;
            let rest = &self.text[at..to];
            if rest.starts_with("$${") || rest.starts_with("%%{") {
                at += 3;
            } else if rest[1..].starts_with('{') {
                let end = rest.find(['}', '\n']).map_or(to, |end| at + end + 1);
                self.templates.push(at..end.min(to));
                at = end.min(to);
            } else {
                at += 1;
            }
        }
    }

    fn check_end(&self) -> Result<(), Finding> {
        let Some((open, start)) = self.open.last().copied() else { return Ok(()) };
        let (shown, wanted) = match open {
            Open::Bracket(open) => (open, closing(open).to_string()),
            Open::Quote => ('"', "\"".to_owned()),
            Open::Template => ('{', "}".to_owned()),
        };
        let message = format!("this `{shown}` is never closed");
        Err(unclosed(start..start + 1, &message, &wanted))
    }
}

fn closing(open: char) -> char {
    match open {
        '{' => '}',
        '[' => ']',
        _ => ')',
    }
}

fn unclosed(span: Range<usize>, message: &str, wanted: &str) -> Finding {
    Box::new(Diagnostic::error(span, message).with_help(format!("close it with `{wanted}`")))
}

/// Line ends stay, so that the lines of a heredoc do.
fn blanked(text: &str, templates: &[Range<usize>]) -> String {
    let mut blanked = String::with_capacity(text.len());
    let mut at = 0;
    for range in templates {
        blanked.push_str(&text[at..range.start]);
        blanked.extend(text[range.clone()].bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }));
        at = range.end;
    }
    blanked.push_str(&text[at..]);
    blanked
}
