//! Ids for `terraform import` and import blocks: parsed by the forms of the table.

use super::behaviour::Behaviour;
use super::config::Config;
use super::diagnostic::Diagnostic;
use super::schema::Block;
use super::value::Value;

/// The state that an import starts from: what the id tells, and the provider's defaults.
pub fn import(
    kind: &str,
    block: &Block,
    behaviour: &Behaviour,
    config: &Config,
    id: &str,
) -> Result<Value, Diagnostic> {
    if behaviour.import.is_empty() {
        let text = format!("resource {kind} doesn't support import");
        return Err(Diagnostic::error(text, ""));
    }
    let mut state = Value::Map(block.empty());
    let mut target = id;
    if !behaviour.iam.is_empty() {
        target = member(id, &mut state)?;
    }
    let found = behaviour.import.iter().find_map(|form| matched(form, target));
    let Some(found) = found else {
        let forms = behaviour.import.join(", ");
        let text =
            format!("Import id {target:?} doesn't match any of the accepted formats: {forms}");
        return Err(Diagnostic::error(text, ""));
    };
    for (name, value) in found {
        state.set(name, Value::text(value));
    }
    let zone = config.zone.as_deref();
    let defaults = [
        ("project", config.project.as_deref()),
        ("region", config.region.as_deref()),
        ("zone", zone),
    ];
    for (name, default) in defaults {
        let needed = behaviour.import[0].contains(&format!("{{{name}}}"));
        if needed
            && state.at(name).is_null()
            && let Some(default) = default
        {
            state.set(name, Value::text(default));
        }
    }
    if kind == "google_secret_manager_secret_version" {
        state.set("name", Value::text(id));
    }
    // Arguments that only the provider knows start with their defaults.
    for name in behaviour.only_here.iter().filter(|name| behaviour.defaults.contains_key(*name)) {
        state.set(name, Value::from_json(&behaviour.defaults[name]));
    }
    state.set("id", Value::text(id));
    Ok(block.complete(&state))
}

/// `RESOURCE ROLE MEMBER [CONDITION TITLE]`; returns the resource.
fn member<'a>(id: &'a str, state: &mut Value) -> Result<&'a str, Diagnostic> {
    let mut parts = id.splitn(4, ' ');
    let (Some(resource), Some(role), Some(member)) = (parts.next(), parts.next(), parts.next())
    else {
        let text = format!(
            "Wrong number of parts to Member id {id}; expected 'resource_name role member [condition_title]'."
        );
        return Err(Diagnostic::error(text, ""));
    };
    state.set("role", Value::text(role));
    state.set("member", Value::text(member));
    if let Some(title) = parts.next() {
        let condition = [("title".to_owned(), Value::text(title))];
        state.set("condition", Value::List(vec![Value::Map(condition.into())]));
    }
    Ok(resource)
}

/// The values of the names in a form, if the text has that form. A name matches no slash, but one that
/// starts a form matches everything up to the rest of it.
fn matched<'a>(form: &'a str, text: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let (mut form, mut text, mut found) = (form, text, Vec::new());
    while let Some((before, rest)) = form.split_once('{') {
        text = text.strip_prefix(before)?;
        let (name, after) = rest.split_once('}')?;
        let literal = after.split('{').next().unwrap_or_default();
        let is_path = name == "secret";
        let end = if literal.is_empty() {
            text.len()
        } else if is_path {
            text.rfind(literal)?
        } else {
            text.find(literal)?
        };
        let value = &text[..end];
        if value.is_empty() || (value.contains('/') && !is_path) {
            return None;
        }
        found.push((name, value));
        (form, text) = (after, &text[end..]);
    }
    (form == text).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::matched;

    #[test]
    fn an_id_has_the_form_or_it_has_not() {
        let form = "projects/{project}/zones/{zone}/instances/{name}";
        let found = matched(form, "projects/p/zones/z/instances/n").unwrap();
        assert_eq!(found, [("project", "p"), ("zone", "z"), ("name", "n")]);
        for other in ["p/z/n", "projects/p/zones/z/instances/", "projects/p/zones/z/instances/a/b"]
        {
            assert_eq!(matched(form, other), None, "{other}");
        }
        assert_eq!(matched("{project}/{name}", "p/b").unwrap(), [("project", "p"), ("name", "b")]);
        assert_eq!(matched("{name}", "b").unwrap(), [("name", "b")]);
        assert_eq!(matched("{name}", "p/b"), None);
    }

    #[test]
    fn a_secret_version_has_the_secret_s_whole_name() {
        let found =
            matched("{secret}/versions/{version}", "projects/p/secrets/s/versions/2").unwrap();
        assert_eq!(found, [("secret", "projects/p/secrets/s"), ("version", "2")]);
    }
}
