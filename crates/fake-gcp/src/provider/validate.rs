//! Checks a resource's configuration before anything is planned: combinations and the look of values.
//! Unknown values pass; what the schema itself says (required, unknown names) is checked by Terraform.

use std::net::IpAddr;

use super::behaviour::{Behaviour, Check, Rule};
use super::diagnostic::Diagnostic;
use super::value::{Object, Value};

/// Everything that is wrong with a configuration.
pub fn validate(kind: &str, behaviour: &Behaviour, config: &Value) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    combinations(behaviour, config, &mut found);
    for (path, check) in &behaviour.checks {
        each(config, path, &mut |value| {
            if let Err(text) = passes(check, value) {
                found.push(Diagnostic::error(format!("invalid value for {path}"), text).at(path));
            }
        });
    }
    if kind == "google_compute_instance" {
        scheduling(config, &mut found);
    }
    if kind == "google_compute_firewall" {
        sources(config, &mut found);
    }
    found
}

fn combinations(behaviour: &Behaviour, config: &Value, found: &mut Vec<Diagnostic>) {
    let is_set = |path: &&String| is_set(config.at(path));
    for group in &behaviour.exactly_one {
        if !parent_is_there(config, &group[0]) {
            continue;
        }
        let all = group.join(",");
        let unknown = group.iter().any(|path| *config.at(path) == Value::Unknown);
        let set: Vec<_> = group.iter().filter(is_set).cloned().collect();
        let text = match set.len() {
            0 if !unknown => format!("one of `{all}` must be specified"),
            0 | 1 => continue,
            _ => format!(
                "only one of `{all}` can be specified, but `{}` were specified.",
                set.join(",")
            ),
        };
        found.push(combination(&group[0], &text));
    }
    for [one, other] in &behaviour.conflicts {
        if is_set(&one) && is_set(&other) {
            found.push(combination(one, &format!("conflicts with {other}")));
        }
    }
    for [one, other] in &behaviour.together {
        if is_set(&one) && !is_set(&other) && *config.at(other) != Value::Unknown {
            found.push(combination(one, &format!("all of `{one},{other}` must be specified")));
        }
    }
}

fn combination(path: &str, text: &str) -> Diagnostic {
    Diagnostic::error("Invalid combination of arguments", format!("\"{path}\": {text}")).at(path)
}

fn is_set(value: &Value) -> bool {
    match value {
        Value::Null | Value::Unknown => false,
        Value::List(list) => !list.is_empty(),
        _ => true,
    }
}

fn parent_is_there(config: &Value, path: &str) -> bool {
    path.rsplit_once('.').is_none_or(|(parent, _)| is_set(config.at(parent)))
}

/// Calls `act` for every value at a path, in each element of the lists on the way.
fn each(value: &Value, path: &str, act: &mut impl FnMut(&Value)) {
    let (first, rest) = path.split_once('.').map_or((path, None), |(a, b)| (a, Some(b)));
    let Some(inner) = value.as_map().and_then(|map| map.get(first)) else { return };
    match (rest, inner) {
        (None, value) => act(value),
        (Some(rest), Value::List(list)) => list.iter().for_each(|value| each(value, rest, act)),
        (Some(_), _) => {}
    }
}

fn passes(check: &Check, value: &Value) -> Result<(), String> {
    match (check, value) {
        (Check::OneOf(allowed), Value::Text(text)) => {
            if text.is_empty() || allowed.contains(text) {
                return Ok(());
            }
            Err(format!("expected to be one of {allowed:?}, got {text}"))
        }
        (Check::Rule(rule), Value::Text(text)) => text_passes(*rule, text),
        (Check::Rule(rule), Value::Map(map)) => map_passes(*rule, map),
        (Check::Rule(Rule::Positive), Value::Int(number)) if *number < 1 => {
            Err(format!("expected to be at least (1), got {number}"))
        }
        (Check::Rule(Rule::Priority), Value::Int(number)) if !(0..=65535).contains(number) => {
            Err(format!("expected to be in the range (0 - 65535), got {number}"))
        }
        _ => Ok(()),
    }
}

fn text_passes(rule: Rule, text: &str) -> Result<(), String> {
    let length = text.chars().count();
    let good = match rule {
        Rule::GceName => rfc1035(text, 1, 63),
        Rule::Rfc1035 => rfc1035(text, 1, 63),
        Rule::AccountId => rfc1035(text, 6, 30),
        Rule::Bucket => bucket_name(text),
        Rule::SecretId => {
            let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            (1..=255).contains(&length) && text.chars().all(allowed)
        }
        Rule::SecretName => {
            let parts: Vec<_> = text.split('/').collect();
            matches!(parts.as_slice(), ["projects", _, "secrets", _])
        }
        Rule::Member => {
            matches!(text, "allUsers" | "allAuthenticatedUsers") || text.split_once(':').is_some()
        }
        Rule::Role => text.starts_with("roles/") || text.contains("/roles/"),
        Rule::MachineType => {
            let name = text.rsplit('/').next().unwrap_or_default();
            let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            !name.is_empty() && name.chars().all(allowed) && name.contains('-')
        }
        Rule::Cidr => cidr(text),
        Rule::Description => length <= 256,
        Rule::Labels | Rule::Metadata | Rule::Positive | Rule::Priority => true,
    };
    if good { Ok(()) } else { Err(format!("{text:?} {}", wanted(rule))) }
}

fn wanted(rule: Rule) -> &'static str {
    match rule {
        Rule::GceName | Rule::Rfc1035 => {
            "doesn't match regexp \"^(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)$\""
        }
        Rule::AccountId => "doesn't match regexp \"^(?:[a-z](?:[-a-z0-9]{4,28}[a-z0-9]))$\"",
        Rule::Bucket => {
            "name value must contain only lowercase letters, numbers, dashes, underscores and dots, \
             start and end with a letter or number, and have 3 to 63 characters"
        }
        Rule::SecretId => "must be 1 to 255 letters, digits, hyphens and underscores",
        Rule::SecretName => "is not of the form projects/{{project}}/secrets/{{secret_id}}",
        Rule::Member => "is no IAM member: must have a valid type followed by a colon",
        Rule::Role => "is no role",
        Rule::MachineType => "is no machine type",
        Rule::Cidr => "is not a valid CIDR range",
        Rule::Description => "has more than 256 characters",
        Rule::Labels | Rule::Metadata | Rule::Positive | Rule::Priority => "is not valid",
    }
}

fn rfc1035(text: &str, min: usize, max: usize) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (min..=max).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(allowed)
        && !text.ends_with('-')
}

fn bucket_name(text: &str) -> bool {
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (3..=63).contains(&text.len())
        && text.chars().all(|c| edge(c) || matches!(c, '-' | '_' | '.'))
        && text.starts_with(edge)
        && text.ends_with(edge)
        && !text.starts_with("goog")
        && !text.contains("google")
}

fn cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    bits.parse::<u8>().is_ok_and(|bits| bits <= most)
}

fn map_passes(rule: Rule, map: &Object) -> Result<(), String> {
    match rule {
        Rule::Labels => labels(map),
        Rule::Metadata => metadata(map),
        _ => Ok(()),
    }
}

fn labels(map: &Object) -> Result<(), String> {
    let allowed = |c: char| {
        c.is_numeric() || c == '-' || c == '_' || (c.is_alphabetic() && !c.is_uppercase())
    };
    if map.len() > 64 {
        return Err("more than 64 labels".to_owned());
    }
    for (key, value) in map {
        let length = key.chars().count();
        let letter = key.starts_with(|c: char| c.is_alphabetic() && !c.is_uppercase());
        if !(1..=63).contains(&length) || !letter || !key.chars().all(allowed) {
            return Err(format!("label key {key:?} is not valid"));
        }
        let value = value.as_text().unwrap_or_default();
        if value.chars().count() > 63 || !value.chars().all(allowed) {
            return Err(format!("label {key:?} has the value {value:?}, which is not valid"));
        }
    }
    Ok(())
}

fn metadata(map: &Object) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut total = 0;
    for (key, value) in map {
        let value = value.as_text().unwrap_or_default();
        total += key.len() + value.len();
        if key.is_empty() || key.len() > 127 || !key.chars().all(allowed) {
            return Err(format!("metadata key {key:?} is not valid"));
        }
        if value.len() > 262_144 {
            return Err(format!("metadata value of {key:?} has more than 262144 bytes"));
        }
    }
    if total > 524_288 { Err("metadata has more than 524288 bytes".to_owned()) } else { Ok(()) }
}

/// The server refuses a spot VM that would be restarted or migrated.
fn scheduling(config: &Value, found: &mut Vec<Diagnostic>) {
    let scheduling = config.at("scheduling");
    let of = |name: &str| scheduling.at(name).clone();
    let spot = of("provisioning_model") == Value::text("SPOT");
    let preemptible = of("preemptible") == Value::Bool(true);
    let mut wrong = |name: &str, text: &str| {
        let path = format!("scheduling.{name}");
        found.push(Diagnostic::error("Invalid scheduling", text).at(&path));
    };
    if spot && !matches!(of("preemptible"), Value::Bool(true) | Value::Unknown) {
        wrong("preemptible", "provisioning_model SPOT requires preemptible = true");
    }
    let restarts = !matches!(of("automatic_restart"), Value::Bool(false) | Value::Unknown);
    if (spot || preemptible) && restarts {
        wrong("automatic_restart", "a preemptible instance requires automatic_restart = false");
    }
    if (spot || preemptible) && of("on_host_maintenance") == Value::text("MIGRATE") {
        wrong("on_host_maintenance", "a preemptible instance cannot migrate");
    }
    let limited = is_set(&of("max_run_duration")) || spot;
    if of("instance_termination_action").as_text().is_some() && !limited {
        let text =
            "instance_termination_action requires max_run_duration or provisioning_model SPOT";
        wrong("instance_termination_action", text);
    }
    if is_set(&of("max_run_duration")) && of("instance_termination_action").is_null() {
        let text = "max_run_duration requires instance_termination_action";
        wrong("instance_termination_action", text);
    }
}

fn sources(config: &Value, found: &mut Vec<Diagnostic>) {
    let names = ["source_tags", "source_ranges", "source_service_accounts"];
    let ingress = matches!(config.text_at("direction"), "" | "INGRESS");
    if ingress && names.iter().all(|name| config.at(name).is_null()) {
        let text = "one of source_tags, source_ranges, or source_service_accounts must be defined";
        found.push(Diagnostic::error(text, ""));
    }
}
