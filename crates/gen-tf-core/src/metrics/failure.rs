//! The normalised message of a failed answer, by which failures are told apart.
//!
//! The rule is that of RESTgym's `process_results.py` (`preprocess_response_body`), made one for all
//! services: of JSON what its error members say, of other text the first line, without quoted text
//! and without what is no letter. RESTgym then joins similar messages by a threshold for each API,
//! which nobody has for a new one: here equal messages of one operation are one failure.

use serde_json::Value;

/// So much of an answer is looked at, in bytes.
const READ: usize = 64 * 1024;
/// So long is a message at most, in characters.
const LONGEST: usize = 200;
/// The members of a JSON answer that say what went wrong, in this order.
const TELLING: [&str; 8] =
    ["type", "exception", "error", "code", "title", "message", "detail", "description"];

/// The message of an answer's body; empty where it says nothing.
#[must_use]
pub fn normalised(body: &str) -> String {
    let body = start_of(body, READ).trim();
    if let Ok(value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(body) {
        let mut parts = Vec::new();
        tell(&value, &mut parts);
        return shorten(&parts.join(" "));
    }
    let text = if body.starts_with('<') { without_tags(body) } else { body.to_owned() };
    shorten(&words(first_line(&text)))
}

/// What the telling members say, at any depth; where there are none, the names of all members.
fn tell(value: &Value, parts: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let before = parts.len();
            for name in TELLING {
                match members.get(name) {
                    Some(Value::String(text)) => parts.push(words(first_line(text))),
                    Some(inner) => tell(inner, parts),
                    None => {}
                }
            }
            if let Some(inner) = members.get("errors") {
                tell(inner, parts);
            }
            parts.retain(|part| !part.is_empty());
            if parts.len() == before && !members.is_empty() {
                parts.extend(members.keys().map(|name| words(name)));
            }
        }
        // One element says what kind of thing went wrong; how many there are follows from the input.
        Value::Array(elements) => elements.iter().take(1).for_each(|inner| tell(inner, parts)),
        _ => {}
    }
}

fn first_line(text: &str) -> &str {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("")
}

/// The words of a text, without what is quoted and without words that have a digit.
fn words(text: &str) -> String {
    let unquoted = without_quoted(text);
    let words = unquoted.split(|c: char| !c.is_alphanumeric());
    let kept = words.filter(|word| !word.is_empty() && word.chars().all(char::is_alphabetic));
    kept.collect::<Vec<_>>().join(" ")
}

/// Text without what stands in quotation marks; an apostrophe within a word opens nothing.
fn without_quoted(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    while let Some(character) = rest.chars().next() {
        let after = &rest[character.len_utf8()..];
        let opens = matches!(character, '"' | '\'' | '`') && !before.is_alphanumeric();
        let end = if opens { after.find(character) } else { None };
        if let Some(end) = end {
            kept.push(' ');
            rest = &after[end + character.len_utf8()..];
        } else {
            kept.push(character);
            rest = after;
        }
        before = character;
    }
    kept
}

/// Text of HTML or XML in one line, without its tags.
fn without_tags(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut inside = false;
    for character in text.chars() {
        match character {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                kept.push(' ');
            }
            '\n' | '\r' => kept.push(' '),
            _ if !inside => kept.push(character),
            _ => {}
        }
    }
    kept
}

fn shorten(text: &str) -> String {
    text.char_indices().nth(LONGEST).map_or(text, |(end, _)| &text[..end]).trim_end().to_owned()
}

/// The first bytes of a text, to the end of a character.
fn start_of(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes.min(text.len()))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_from_request_to_request_is_left_out() {
        for (body, expected) in [
            ("", ""),
            ("  \n Error: user 'a b' (code 39) not found\nat x.y.Z", "Error user code not found"),
            ("can't open \"/tmp/x\" for user's id 3fa85f64-5717", "can t open for user s id"),
            (
                r#"{"timestamp":"2026-11-28T10:00:00Z","status":500,"error":"Internal Server Error","message":"No value for key \"x7\"","path":"/a/7"}"#,
                "Internal Server Error No value for key",
            ),
            (r#"{"error":{"code":500,"message":"boom\nat line 2"},"id":9}"#, "boom"),
            (r#"{"errors":[{"message":"bad id 1"},{"message":"bad id 2"}]}"#, "bad id"),
            (r#"{"status":500,"path":"/a"}"#, "path status"),
            ("[]", ""),
            ("<!doctype html>\n<title>500</title>\n<h1>Oh no</h1>", "Oh no"),
            ("é'", "é"),
        ] {
            assert_eq!(normalised(body), expected, "{body}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_body_has_a_short_message(body in r#"[<{\["'` a-z0-9é\n:,}\]>]{0,80}"#) {
            proptest::prop_assert!(normalised(&body).chars().count() <= LONGEST);
        }
    }

    #[test]
    fn a_long_message_is_cut_at_a_character() {
        assert_eq!(normalised(&"é".repeat(300)).chars().count(), 200);
        assert_eq!(normalised(&"é ".repeat(READ)).chars().count(), 199);
    }
}
