//! The reference tables of the documentation, from the same tables that the reader uses.

use super::{BlockSchema, Field, Kind, Need};
use crate::units::format_duration;

/// A Markdown table of a block's fields.
#[must_use]
pub fn reference(schema: &BlockSchema) -> String {
    let mut text = String::from("| field | type | default | meaning | example |\n");
    text.push_str("|---|---|---|---|---|\n");
    for field in schema.fields {
        let Field { name, doc, example, .. } = field;
        let (kind, need) = (kind(field.kind), need(field.need));
        text.push_str(&format!("| `{name}` | {kind} | {need} | {doc} | `{example}` |\n"));
    }
    text
}

fn need(need: Need) -> String {
    match need {
        Need::Required => "required".to_owned(),
        Need::Default(value) => format!("`{value}`"),
        Need::Absent(meaning) => meaning.to_owned(),
    }
}

fn kind(kind: Kind) -> String {
    match kind {
        Kind::Text(_) => "text".to_owned(),
        Kind::Texts(_) => "list of texts".to_owned(),
        Kind::SomeTexts(_) => "list of texts, not empty".to_owned(),
        Kind::Whole(min, max) => format!("whole number, {min} to {max}"),
        Kind::Positive(max) => format!("number above 0, at most {max}"),
        Kind::Decimal(min, max) => format!("number, {min} to {max}"),
        Kind::Truth => "`true` or `false`".to_owned(),
        Kind::Duration(min, max) => {
            format!("duration, `{}` to `{}`", format_duration(min), format_duration(max))
        }
        Kind::Size => "size".to_owned(),
        Kind::Choice(words) => {
            let words: Vec<_> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
            words.join(" or ")
        }
        Kind::TextMap(..) => "map of texts".to_owned(),
        Kind::PlainMap => "map of texts, whole numbers and truth values".to_owned(),
        Kind::Plain => "text, whole number or truth value".to_owned(),
    }
}
