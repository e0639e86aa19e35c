//! References of container images, and the record of their digests.
//! It asks no registry: whoever may use the network looks a digest up and puts it into the record.

mod record;

pub use record::{ImageRecord, RecordError};

use crate::{names, schema::Complaint};

/// Longest name, with host and path; registries refuse more.
const LONGEST_NAME: usize = 255;

const LONGEST_TAG: usize = 128;

fn fail(message: impl Into<String>) -> Result<(), Complaint> {
    let help = "write `[HOST[:PORT]/]PATH[:TAG][@sha256:HEX]`, such as `restgym/market-api:1.0.0`";
    Err(Complaint::new(message, help))
}

/// Whether a text has the form of a reference: `[host[:port]/]path[:tag][@sha256:hex]`.
pub(crate) fn reference(text: &str) -> Result<(), Complaint> {
    if text.contains("://") {
        return fail("starts with a scheme, which a reference of an image has not");
    }
    if let Some(odd) = text.chars().find(|c| c.is_whitespace() || c.is_control()) {
        return fail(format!("holds `{}`", odd.escape_debug()));
    }
    let (named, digest) = match text.split_once('@') {
        Some((named, digest)) => (named, Some(digest)),
        None => (text, None),
    };
    let (host, rest) = split_host(named);
    let (path, tag) = match rest.split_once(':') {
        Some((path, tag)) => (path, Some(tag)),
        None => (rest, None),
    };
    host.map_or(Ok(()), check_host)?;
    check_path(path)?;
    if named.len() - tag.map_or(0, |tag| tag.len() + 1) > LONGEST_NAME {
        return fail(format!("has a name of more than {LONGEST_NAME} characters"));
    }
    tag.map_or(Ok(()), check_tag)?;
    digest.map_or(Ok(()), check_digest)
}

/// What stands before the first `/` is a host where no path could look so, as Docker reads it.
fn split_host(named: &str) -> (Option<&str>, &str) {
    match named.split_once('/') {
        Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => {
            (Some(host), rest)
        }
        _ => (None, named),
    }
}

fn check_host(host: &str) -> Result<(), Complaint> {
    let (name, port) = match host.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (host, None),
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if !name.split('.').all(is_label) {
        return fail(format!("names `{name}`, which is no host"));
    }
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return fail(format!("names the port `{}`", port.unwrap_or_default()));
    }
    Ok(())
}

fn check_path(path: &str) -> Result<(), Complaint> {
    if path.chars().any(|c| c.is_ascii_uppercase()) {
        return fail("has capital letters in its path");
    }
    match path.split('/').find(|part| !is_path_part(part)) {
        Some("") => fail("has an empty part in its path"),
        Some(part) => fail(format!("has the part `{part}` in its path")),
        None => Ok(()),
    }
}

/// Lower-case letters and digits, with `.`, `_`, `__` or any number of `-` between them.
fn is_path_part(part: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let separators = part.split(is_plain).filter(|between| !between.is_empty());
    part.starts_with(is_plain)
        && part.ends_with(is_plain)
        && separators
            .into_iter()
            .all(|between| matches!(between, "." | "_" | "__") || between.chars().all(|c| c == '-'))
}

fn check_tag(tag: &str) -> Result<(), Complaint> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let fits = tag.starts_with(is_word)
        && tag.len() <= LONGEST_TAG
        && tag.chars().all(|c| is_word(c) || c == '.' || c == '-');
    if fits { Ok(()) } else { fail(format!("has the tag `{tag}`")) }
}

/// `sha256:` and 64 hexadecimal digits.
fn check_digest(digest: &str) -> Result<(), Complaint> {
    match digest.strip_prefix("sha256:") {
        None => fail("has a digest that does not start with `sha256:`"),
        Some(hex) => names::sha256(hex)
            .or_else(|complaint| fail(format!("has a digest that {}", complaint.message))),
    }
}

/// Whether a reference says by digest which image it is.
pub(crate) fn has_digest(reference: &str) -> bool {
    reference.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    #[test]
    fn every_form_of_a_reference_is_taken() {
        for text in [
            "mongo",
            "mongo:3.2",
            "restgym/market-api:1.0.0",
            "a/b/c__d/e--f/g.h_i",
            "localhost/x",
            "127.0.0.1:5000/restgym/market-api:1.0.0",
            "us-central1-docker.pkg.dev/my-project/images/market-api:V_1.0-x",
        ] {
            assert_eq!(reference(text), Ok(()), "{text}");
            assert_eq!(reference(&format!("{text}@sha256:{HEX}")), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        let long = "a".repeat(256);
        let tag = format!("a:{}", "b".repeat(129));
        for text in [
            "",
            "/",
            "a/",
            "/a",
            "a//b",
            "A/b",
            "a b",
            "a\nb",
            "a..b",
            "-a",
            "a_",
            "a:",
            "a:-b",
            "a:b:c",
            "a:é",
            "é",
            "https://a/b",
            "exa_mple.com:80/a",
            "-x.com/a",
            "a.com:99999/b",
            "a.com:/b",
            "a@",
            "a@sha256:12",
            "a@sha512:12",
            "a@sha256:9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08",
            &long,
            &tag,
        ] {
            assert!(reference(text).is_err(), "{text}");
        }
    }
}
