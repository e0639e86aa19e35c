//! Reads the value of one field by its type, and says what was found instead.

use std::{collections::BTreeMap, ops::Range};

use super::Value;
use crate::{
    diagnostic::Diagnostic,
    document::{Node, Spanned},
    schema::{Check, Complaint, Field, Kind},
    suggest,
    units::{UnitError, format_duration, parse_duration, parse_size},
};

type Findings<'f> = &'f mut Vec<Diagnostic>;

pub(crate) fn read(field: &Field, from: &Spanned<Node>, findings: Findings<'_>) -> Option<Value> {
    let fail = |findings: Findings<'_>| {
        findings.push(wrong_type(field, from));
        None
    };
    match (field.kind, &from.value) {
        (Kind::Text(check), Node::Text(text)) => {
            checked(field.name, text, &from.span, check, findings).map(Value::Text)
        }
        (Kind::Texts(check) | Kind::SomeTexts(check), Node::List(items)) => {
            let empty = matches!(field.kind, Kind::SomeTexts(_)) && items.is_empty();
            if empty {
                let message = format!("`{}` is empty", field.name);
                let help = format!("write for example `{} = {}`", field.name, field.example);
                findings.push(Diagnostic::error(from.span.clone(), message).with_help(help));
                return None;
            }
            texts(field, items, check, findings).map(Value::Texts)
        }
        (Kind::Whole(min, max), Node::Whole(number)) => {
            let value = u64::try_from(*number).ok().filter(|value| (min..=max).contains(value));
            if value.is_none() {
                let limits = format!("`{}` is from {min} to {max}", field.name);
                findings.push(out_of_range(field.name, number, &from.span, &limits));
            }
            value.map(Value::Whole)
        }
        (Kind::Positive(max), Node::Whole(_) | Node::Decimal(_)) => {
            let limits = format!("`{}` is above 0 and at most {max}", field.name);
            decimal(field, from, |value| value > 0.0 && value <= max, &limits, findings)
        }
        (Kind::Decimal(min, max), Node::Whole(_) | Node::Decimal(_)) => {
            let limits = format!("`{}` is from {min} to {max}", field.name);
            decimal(field, from, |value| (min..=max).contains(&value), &limits, findings)
        }
        (Kind::Truth, Node::Truth(truth)) => Some(Value::Truth(*truth)),
        (Kind::Duration(min, max), Node::Text(text)) => {
            duration(field, text, &from.span, (min, max), findings).map(Value::Whole)
        }
        (Kind::Size, Node::Text(text)) => size(field, text, &from.span, findings),
        (Kind::Choice(words), Node::Text(text)) => {
            choice(field, text, &from.span, words, findings).map(Value::Text)
        }
        (Kind::TextMap(key, value), Node::Map(entries)) => {
            text_map(field, entries, key, value, findings)
        }
        (Kind::PlainMap, Node::Map(entries)) => Some(Value::Map(entries.clone())),
        (Kind::Plain, Node::Truth(_) | Node::Whole(_) | Node::Text(_)) => {
            Some(Value::Plain(from.value.clone()))
        }
        _ => fail(findings),
    }
}

fn checked(
    name: &str,
    text: &str,
    span: &Range<usize>,
    check: Check,
    findings: Findings<'_>,
) -> Option<String> {
    match check(text) {
        Ok(()) => Some(text.to_owned()),
        Err(Complaint { message, help }) => {
            let message = format!("`{name}` {message}");
            findings.push(Diagnostic::error(span.clone(), message).with_optional_help(help));
            None
        }
    }
}

/// Every item is looked at, so that all bad ones are reported.
///
/// The field is broken only when it is not clear what a bad item was meant to be, so that other
/// rules still see the rest.
fn texts(
    field: &Field,
    items: &[Spanned<Node>],
    check: Check,
    findings: Findings<'_>,
) -> Option<Vec<Spanned<String>>> {
    let mut complete = true;
    let mut seen: BTreeMap<&str, &Range<usize>> = BTreeMap::new();
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        let spanned = |value: String| Spanned { value, span: item.span.clone() };
        let Node::Text(text) = &item.value else {
            let message =
                format!("`{}` is a list of texts; found {}", field.name, found(&item.value));
            let finding = Diagnostic::error(item.span.clone(), message)
                .with_optional_help(help_with_quotes(&item.value));
            findings.push(finding);
            complete &= meant_text(&item.value).map(|text| texts.push(spanned(text))).is_some();
            continue;
        };
        if let Some(first) = seen.get(text.as_str()) {
            let message = format!("`{}` holds `{}` twice", field.name, shortened(text));
            let finding = Diagnostic::error(item.span.clone(), message)
                .with_related((*first).clone(), "the first one")
                .with_help("remove one of the two");
            findings.push(finding);
            continue;
        }
        seen.insert(text, &item.span);
        if let Err(Complaint { message, help }) = check(text) {
            let message = format!("`{}` in `{}` {message}", shortened(text), field.name);
            let finding = Diagnostic::error(item.span.clone(), message).with_optional_help(help);
            findings.push(finding);
        }
        texts.push(spanned(text.clone()));
    }
    complete.then_some(texts)
}

/// The text that a value was probably meant to be.
fn meant_text(node: &Node) -> Option<String> {
    match node {
        Node::Whole(number) => Some(number.to_string()),
        Node::Truth(truth) => Some(truth.to_string()),
        Node::Expression(words) => {
            Some(words.strip_prefix("the variable `")?.trim_end_matches('`').to_owned())
        }
        _ => None,
    }
}

fn out_of_range(
    name: &str,
    number: impl std::fmt::Display,
    span: &Range<usize>,
    limits: &str,
) -> Diagnostic {
    Diagnostic::error(span.clone(), format!("`{name}` can't be {number}")).with_help(limits)
}

fn decimal(
    field: &Field,
    from: &Spanned<Node>,
    fits: impl Fn(f64) -> bool,
    limits: &str,
    findings: Findings<'_>,
) -> Option<Value> {
    let number = match from.value {
        #[expect(clippy::cast_precision_loss, reason = "limits are far below 2^53")]
        Node::Whole(number) => number as f64,
        Node::Decimal(number) => number,
        _ => return None,
    };
    if fits(number) {
        return Some(Value::Decimal(number));
    }
    findings.push(out_of_range(field.name, number, &from.span, limits));
    None
}

fn duration(
    field: &Field,
    text: &str,
    span: &Range<usize>,
    (min, max): (u64, u64),
    findings: Findings<'_>,
) -> Option<u64> {
    let seconds = match parse_duration(text) {
        Ok(seconds) => seconds,
        Err(error) => {
            findings.push(no_unit_value(field, text, span, &error));
            return None;
        }
    };
    if (min..=max).contains(&seconds) {
        return Some(seconds);
    }
    let limits =
        format!("`{}` is from {} to {}", field.name, format_duration(min), format_duration(max));
    findings.push(out_of_range(field.name, text, span, &limits));
    None
}

fn size(field: &Field, text: &str, span: &Range<usize>, findings: Findings<'_>) -> Option<Value> {
    match parse_size(text) {
        Ok(0) => {
            let help = format!("write for example `{}`", field.example);
            findings.push(out_of_range(field.name, text, span, &help));
            None
        }
        Ok(bytes) => Some(Value::Whole(bytes)),
        Err(error) => {
            findings.push(no_unit_value(field, text, span, &error));
            None
        }
    }
}

fn no_unit_value(field: &Field, text: &str, span: &Range<usize>, error: &UnitError) -> Diagnostic {
    let message = format!("`{}` in `{}` {}", shortened(text), field.name, error.message);
    Diagnostic::error(span.clone(), message).with_help(error.help.clone())
}

fn choice(
    field: &Field,
    text: &str,
    span: &Range<usize>,
    words: &[&str],
    findings: Findings<'_>,
) -> Option<String> {
    if words.contains(&text) {
        return Some(text.to_owned());
    }
    let message = format!("`{}` can't be `{}`", field.name, shortened(text));
    let help = suggest::help(text, words.iter().copied(), "write one of");
    findings.push(Diagnostic::error(span.clone(), message).with_optional_help(help));
    None
}

fn text_map(
    field: &Field,
    entries: &[(Spanned<String>, Spanned<Node>)],
    check_key: Check,
    check_value: Check,
    findings: Findings<'_>,
) -> Option<Value> {
    let before = findings.len();
    for (key, value) in entries {
        if let Err(Complaint { message, help }) = check_key(&key.value) {
            let message =
                format!("the key `{}` in `{}` {message}", shortened(&key.value), field.name);
            let finding = Diagnostic::error(key.span.clone(), message).with_optional_help(help);
            findings.push(finding);
        }
        match &value.value {
            Node::Text(text) => {
                let name = format!("{}.{}", field.name, shortened(&key.value));
                checked(&name, text, &value.span, check_value, findings);
            }
            other => {
                let message = format!("`{}` must be a text; found {}", key.value, found(other));
                let finding = Diagnostic::error(value.span.clone(), message)
                    .with_optional_help(help_with_quotes(other));
                findings.push(finding);
            }
        }
    }
    (findings.len() == before).then(|| Value::Map(entries.to_vec()))
}

fn wrong_type(field: &Field, from: &Spanned<Node>) -> Diagnostic {
    let message =
        format!("`{}` must be {}; found {}", field.name, article(field.kind), found(&from.value));
    let name = field.name;
    let help = match (field.kind, &from.value) {
        (_, Node::Expression(words)) if words.starts_with("the variable") => {
            let word = words.trim_start_matches("the variable ").trim_matches('`');
            match field.kind {
                Kind::Text(_) | Kind::Choice(_) | Kind::Duration(..) | Kind::Size => {
                    format!("put it in quotes: `{name} = \"{word}\"`")
                }
                _ => format!("write a plain value, such as `{name} = {}`", field.example),
            }
        }
        (_, Node::Expression(words)) if words.contains("interpolation") => {
            "this file holds plain values only; write `$${` for the characters `${`".to_owned()
        }
        (_, Node::Expression(_)) => {
            format!("this file holds plain values only, such as `{name} = {}`", field.example)
        }
        (_, Node::Null) => format!("leave `{name}` away, or write `{name} = {}`", field.example),
        (Kind::Texts(_) | Kind::SomeTexts(_), Node::Text(text)) => {
            format!("put it in brackets: `{name} = [\"{}\"]`", shortened(text))
        }
        (Kind::Whole(..) | Kind::Positive(_) | Kind::Decimal(..), Node::Text(text))
            if text.parse::<f64>().is_ok() =>
        {
            format!("leave the quotes away: `{name} = {}`", shortened(text))
        }
        (Kind::Truth, Node::Text(text)) if text == "true" || text == "false" => {
            format!("leave the quotes away: `{name} = {text}`")
        }
        (Kind::Duration(..), Node::Whole(number)) => {
            format!("write it in quotes with its unit: `{name} = \"{number}s\"`")
        }
        _ => format!("write for example `{name} = {}`", field.example),
    };
    Diagnostic::error(from.span.clone(), message).with_help(help)
}

fn help_with_quotes(node: &Node) -> Option<String> {
    match node {
        Node::Expression(_) if meant_text(node).is_none() => {
            Some("this file holds plain values only".to_owned())
        }
        _ => meant_text(node).map(|text| format!("put it in quotes: `\"{text}\"`")),
    }
}

fn article(kind: Kind) -> &'static str {
    match kind {
        Kind::Text(_) => "a text",
        Kind::Texts(_) | Kind::SomeTexts(_) => "a list of texts",
        Kind::Whole(..) => "a whole number",
        Kind::Positive(_) | Kind::Decimal(..) => "a number",
        Kind::Truth => "true or false",
        Kind::Duration(..) => "a duration in quotes",
        Kind::Size => "a size in quotes",
        Kind::Choice(_) => "a word in quotes",
        Kind::TextMap(..) => "a map of texts",
        Kind::PlainMap => "a map",
        Kind::Plain => "a text, a whole number, true or false",
    }
}

/// What stands there, in words.
pub(crate) fn found(node: &Node) -> String {
    match node {
        Node::Null => "null".to_owned(),
        Node::Truth(truth) => truth.to_string(),
        Node::Whole(number) => format!("the number {number}"),
        Node::Decimal(number) => format!("the number {number}"),
        Node::Text(text) => format!("the text \"{}\"", shortened(text)),
        Node::List(_) => "a list".to_owned(),
        Node::Map(_) => "a map".to_owned(),
        Node::Expression(words) => words.clone(),
    }
}

/// A text that fits into a message.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= MOST && line.len() == text.trim_end_matches(['\n', '\r']).len() {
        return line.to_owned();
    }
    format!("{}…", line.chars().take(MOST).collect::<String>())
}
