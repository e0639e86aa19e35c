//! An HCL file as plain values with positions: what study.hcl and harness.hcl are made of.
//!
//! It knows the syntax and no field. Expressions are kept as such, so that whoever reads a field can
//! say what was expected instead.

mod complaint;
mod convert;
mod scan;

use std::ops::Range;

use crate::diagnostic::Diagnostic;

/// Largest text that is read; a study is a few kilobytes.
const MAX_BYTES: usize = 1 << 20;

/// Attributes and keys that are given twice and still let the rest of the file be checked.
const MAX_DUPLICATES: usize = 20;

/// A value and the bytes where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// The bytes.
    pub span: Range<usize>,
}

/// The pairs of a map, in the order of the file.
pub type Entries = Vec<(Spanned<String>, Spanned<Node>)>;

/// Attributes and blocks between two braces, or of a whole file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    /// Attributes in the order of the file, each name once.
    pub attributes: Vec<Attribute>,
    /// Blocks in the order of the file.
    pub blocks: Vec<Block>,
}

/// `name = value`
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// Its name.
    pub name: Spanned<String>,
    /// Its value.
    pub value: Spanned<Node>,
}

/// `name "label" { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Its name.
    pub name: Spanned<String>,
    /// Its labels.
    pub labels: Vec<Spanned<String>>,
    /// What is between its braces.
    pub body: Body,
}

impl Block {
    /// Name and labels, without the body.
    #[must_use]
    pub fn header(&self) -> Range<usize> {
        self.name.span.start..self.labels.last().map_or(self.name.span.end, |label| label.span.end)
    }
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// `null`
    Null,
    /// `true` or `false`
    Truth(bool),
    /// A number without a fraction.
    Whole(i128),
    /// A number with a fraction.
    Decimal(f64),
    /// A text without interpolation.
    Text(String),
    /// A list.
    List(Vec<Spanned<Node>>),
    /// A map, each key once.
    Map(Entries),
    /// Anything that would have to be computed, in words such as ``the variable `x` ``.
    Expression(String),
}

/// Reads a file; `None` when nothing of it can be checked further.
pub fn parse(text: &str, findings: &mut Vec<Diagnostic>) -> Option<Body> {
    if text.len() > MAX_BYTES {
        let message = format!("the file has {} bytes; {MAX_BYTES} is the most", text.len());
        findings.push(Diagnostic::error(0..0, message).with_help("is it the right file?"));
        return None;
    }
    let scanned = match scan::scan(text) {
        Ok(scanned) => scanned,
        Err(finding) => {
            findings.push(*finding);
            return None;
        }
    };
    let (body, duplicates) = parse_around_duplicates(scanned.text, text, findings)?;
    Some(convert::body(&body, &convert::Context { templates: &scanned.templates, duplicates }))
}

/// A value written as HCL, for the defaults in our own tables.
pub(crate) fn parse_value(text: &str) -> Option<Spanned<Node>> {
    let body = parse(&format!("value = {text}\n"), &mut Vec::new())?;
    body.attributes.into_iter().next().map(|attribute| attribute.value)
}

/// hcl-edit stops at a name that is given twice; so that the rest is checked in the same pass, the
/// second one gets another name of the same length, and is dropped later.
fn parse_around_duplicates(
    mut text: String,
    original: &str,
    findings: &mut Vec<Diagnostic>,
) -> Option<(hcl_edit::structure::Body, Vec<usize>)> {
    let mut duplicates = Vec::new();
    loop {
        let error = match hcl_edit::parser::parse_body(&text) {
            Ok(body) => return Some((body, duplicates)),
            Err(error) => error,
        };
        let at = error.location().offset();
        let is_duplicate = error.message().contains("; found redefined");
        let name = if is_duplicate { complaint::word_at(original, at) } else { 0..0 };
        if name.is_empty() || duplicates.len() == MAX_DUPLICATES || duplicates.contains(&at) {
            findings.push(complaint::syntax(original, &error));
            return None;
        }
        findings.push(complaint::duplicate(original, &name));
        let other = unused_name(&text, name.len(), duplicates.len())?;
        text.replace_range(name, &other);
        duplicates.push(at);
    }
}

/// A name of `length` bytes that the text does not hold.
fn unused_name(text: &str, length: usize, number: usize) -> Option<String> {
    const LETTERS: &[u8] = b"qxzjkvwybfghmpucldrsntioaeQXZJKVWYBFGHMPUCLDRSNTIOAE";
    (number..number + 1_000).find_map(|mut number| {
        let name: String = (0..length)
            .map(|_| {
                let letter = char::from(LETTERS[number % LETTERS.len()]);
                number /= LETTERS.len();
                letter
            })
            .collect();
        (!text.contains(&name)).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_values_and_where_they_stand() {
        let text = "a \"é\" {\n  b = [\"x\", 1.5, -2, true, null, { k = <<E\nhi\nE\n }]\n}\n";
        let mut findings = Vec::new();
        let body = parse(text, &mut findings).unwrap();
        assert_eq!(findings, []);
        let block = &body.blocks[0];
        assert_eq!(&text[block.header()], "a \"é\"");
        let value = &block.body.attributes[0].value;
        let Node::List(items) = &value.value else { panic!("{value:?}") };
        let shown: Vec<_> = items.iter().map(|item| &text[item.span.clone()]).collect();
        assert_eq!(shown[..5], ["\"x\"", "1.5", "-2", "true", "null"]);
        let Node::Map(entries) = &items[5].value else { panic!("{items:?}") };
        assert_eq!(entries[0].0.value, "k");
        assert_eq!(entries[0].1.value, Node::Text("hi\n".into()));
    }

    #[test]
    fn reports_every_duplicate_and_keeps_the_first_value() {
        let text = "a = 1\nb = { k = 1, k = 2 }\na = 2\nc { a = 1 }\na = 3\n";
        let mut findings = Vec::new();
        let body = parse(text, &mut findings).unwrap();
        assert_eq!(findings.len(), 3, "{findings:#?}");
        assert_eq!(body.attributes.len(), 2);
        assert_eq!(body.attributes[0].value.value, Node::Whole(1));
        let Node::Map(entries) = &body.attributes[1].value.value else { panic!("{body:?}") };
        assert_eq!(entries.len(), 1);
    }

    #[test]
    fn expressions_are_named_and_not_evaluated() {
        for (text, words) in [
            ("var", "the variable `var`"),
            ("var.x", "an expression"),
            ("file(\"x\")", "a call of the function `file`"),
            ("\"${x}\"", "a text with an interpolation"),
            ("\"a %{ if x }b%{ endif }\"", "a text with an interpolation"),
            ("1 + 1", "an expression"),
            ("true ? 1 : 2", "an expression"),
            ("[for x in y : x]", "an expression"),
        ] {
            assert_eq!(parse_value(text).unwrap().value, Node::Expression(words.into()), "{text}");
        }
        let escaped = parse_value(r#""$${x} %%{y} \"\\ \u00e9""#).unwrap().value;
        assert_eq!(escaped, Node::Text("${x} %{y} \"\\ é".into()));
    }
}
