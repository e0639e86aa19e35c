//! When two spellings mean one value: links with and without a host, aliases, letter case.
//! A value that is only spelled differently is no change.

use super::behaviour::Spelling;
use super::value::Value;

const AUTH: &str = "https://www.googleapis.com/auth/";

/// Scopes whose alias is not simply the end of the address.
const SCOPES: &[(&str, &str)] = &[
    ("compute-ro", "compute.readonly"),
    ("compute-rw", "compute"),
    ("logging-write", "logging.write"),
    ("monitoring-write", "monitoring.write"),
    ("service-control", "servicecontrol"),
    ("service-management", "service.management.readonly"),
    ("storage-full", "devstorage.full_control"),
    ("storage-ro", "devstorage.read_only"),
    ("storage-rw", "devstorage.read_write"),
    ("trace", "trace.append"),
    ("userinfo-email", "userinfo.email"),
];

/// Whether a configured value means what the state holds.
pub fn same(spelling: Option<Spelling>, state: &Value, config: &Value) -> bool {
    match (state, config) {
        (Value::Text(state), Value::Text(config)) => same_text(spelling, state, config),
        (Value::List(state), Value::List(config)) => {
            state.len() == config.len()
                && state.iter().zip(config).all(|(s, c)| same(spelling, s, c))
        }
        _ => state == config || (state.is_empty() && config.is_empty()),
    }
}

/// Whether two sets hold the same values.
pub fn same_set(spelling: Option<Spelling>, state: &[Value], config: &[Value]) -> bool {
    state.len() == config.len()
        && config.iter().all(|c| state.iter().any(|s| same(spelling, s, c)))
        && state.iter().all(|s| config.iter().any(|c| same(spelling, s, c)))
}

/// How the state holds a configured value.
pub fn canonical(spelling: Option<Spelling>, value: &Value) -> Value {
    match (spelling, value) {
        (Some(Spelling::Scope), Value::Text(text)) => Value::text(scope(text)),
        (Some(Spelling::Upper), Value::Text(text)) => Value::text(text.to_uppercase()),
        (Some(Spelling::Scope), Value::List(list)) => {
            Value::List(list.iter().map(|v| canonical(spelling, v)).collect())
        }
        _ => value.clone(),
    }
}

/// A link without its host and version: from `projects/` on.
pub fn relative(link: &str) -> &str {
    link.find("projects/").map_or(link, |at| &link[at..])
}

/// The last part of a link.
pub fn basename(link: &str) -> &str {
    link.rsplit('/').next().unwrap_or(link)
}

fn same_text(spelling: Option<Spelling>, state: &str, config: &str) -> bool {
    if state == config {
        return true;
    }
    match spelling {
        None => false,
        Some(Spelling::Link) => same_link(state, config),
        Some(Spelling::Name) => basename(state) == basename(config),
        Some(Spelling::NameOrLink) => {
            same_link(state, config) || (!config.contains('/') && basename(state) == config)
        }
        Some(Spelling::Case | Spelling::Upper) => state.eq_ignore_ascii_case(config),
        Some(Spelling::Image) => same_image(state, config),
        Some(Spelling::Scope) => scope(state) == scope(config),
        Some(Spelling::CpuPlatform) => platform(state) == platform(config),
        Some(Spelling::Bucket) => bucket(state) == bucket(config),
        Some(Spelling::Member) => member(state) == member(config),
    }
}

fn same_link(state: &str, config: &str) -> bool {
    state.contains("projects/") && relative(state) == relative(config)
}

/// The state holds an image's full name; the configuration may name it as `PROJECT/IMAGE`, by its
/// name alone, or by its family, which is a prefix of its name.
fn same_image(state: &str, config: &str) -> bool {
    let (Some((_, state)), parts) = (relative(state).split_once("projects/"), config) else {
        return false;
    };
    let Some((project, image)) = state.split_once("/global/images/") else { return false };
    let parts = relative(parts).trim_start_matches("projects/").replace("global/images/", "");
    let (wanted_project, wanted) = match parts.split_once('/') {
        Some((first, rest)) if first != "family" => (Some(first), rest),
        _ => (None, parts.as_str()),
    };
    if wanted_project.is_some_and(|wanted| wanted != project) {
        return false;
    }
    match wanted.strip_prefix("family/") {
        Some(family) => image.starts_with(family),
        None => image == wanted || (wanted_project.is_some() && image.starts_with(wanted)),
    }
}

fn scope(text: &str) -> String {
    if text.starts_with("https://") {
        return text.to_owned();
    }
    let end = SCOPES.iter().find(|(alias, _)| *alias == text).map_or(text, |(_, end)| end);
    format!("{AUTH}{end}")
}

fn platform(text: &str) -> String {
    let text = text.to_lowercase();
    if text == "automatic" { String::new() } else { text }
}

fn bucket(text: &str) -> &str {
    text.strip_prefix("b/").unwrap_or(text)
}

fn member(text: &str) -> String {
    match text.split_once(':') {
        Some((kind, name)) => format!("{}:{name}", kind.to_lowercase()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Spelling, same_text, scope};

    const IMAGE: &str = "https://www.googleapis.com/compute/v1/projects/debian-cloud/global/images/debian-12-bookworm-v1";

    #[test]
    fn spellings_of_one_value_are_the_same() {
        for (spelling, state, config) in [
            (
                Spelling::Link,
                "http://h/compute/v1/projects/p/global/networks/n",
                "projects/p/global/networks/n",
            ),
            (Spelling::NameOrLink, "https://h/v1/projects/p/global/networks/n", "n"),
            (Spelling::Name, "pd-ssd", "projects/p/zones/z/diskTypes/pd-ssd"),
            (Spelling::Case, "tcp", "TCP"),
            (Spelling::Image, IMAGE, "debian-cloud/debian-12"),
            (Spelling::Image, IMAGE, "projects/debian-cloud/global/images/debian-12-bookworm-v1"),
            (Spelling::Image, IMAGE, "projects/debian-cloud/global/images/family/debian-12"),
            (Spelling::Scope, "https://www.googleapis.com/auth/cloud-platform", "cloud-platform"),
            (Spelling::CpuPlatform, "", "AUTOMATIC"),
            (Spelling::Bucket, "b/x", "x"),
            (Spelling::Member, "serviceAccount:a@b", "serviceaccount:a@b"),
        ] {
            assert!(same_text(Some(spelling), state, config), "{state} and {config}");
        }
    }

    #[test]
    fn different_values_are_not_the_same() {
        for (spelling, state, config) in [
            (Spelling::Link, "projects/p/global/networks/n", "projects/q/global/networks/n"),
            (Spelling::NameOrLink, "projects/p/global/networks/n", "m"),
            (Spelling::Image, IMAGE, "debian-cloud/debian-13"),
            (
                Spelling::Image,
                IMAGE,
                "projects/ubuntu-os-cloud/global/images/debian-12-bookworm-v1",
            ),
            (Spelling::Member, "serviceAccount:a@b", "user:a@b"),
        ] {
            assert!(!same_text(Some(spelling), state, config), "{state} and {config}");
        }
    }

    #[test]
    fn a_scope_alias_stands_for_its_address() {
        assert_eq!(scope("storage-ro"), "https://www.googleapis.com/auth/devstorage.read_only");
    }
}
