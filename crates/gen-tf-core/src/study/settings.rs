//! The settings that a study gives its harness, with the harness's defaults filled in.
//! What a setting means is the harness's business.

use std::collections::{BTreeMap, HashSet};

use super::{
    SettingValue,
    matrix::Matrix,
    parse::{Checks, keys},
};
use crate::{
    diagnostic::Diagnostic,
    document::{Node, Spanned},
    harness::{Setting, SettingKind, Unfit, read_value},
    schema::{Complaint, Record, found},
    suggest,
};

/// Reads the settings; `None` when they or the harness are broken.
pub(super) fn read(
    study: &Record,
    matrix: &Matrix,
    checks: &mut Checks<'_>,
) -> Option<BTreeMap<String, SettingValue>> {
    let harness = checks.harness?;
    let given = study.map("settings")?;
    let used = Used::of(matrix);
    let mut settings = BTreeMap::new();
    let mut named = HashSet::new();
    for (name, value) in &given.value {
        named.insert(name.value.as_str());
        let Some(setting) = harness.settings.get(&name.value) else {
            let shown = crate::schema::shortened(&name.value);
            let message = format!("the harness `{}` has no setting `{shown}`", harness.name);
            let help = suggest::help(&name.value, keys(&harness.settings), "its settings are")
                .or_else(|| Some("it has no settings".to_owned()));
            checks.report(Diagnostic::error(name.span.clone(), message).with_optional_help(help));
            // A misspelt setting is not reported as a missing one too.
            let free = keys(&harness.settings).filter(|known| !named.contains(known));
            named.extend(suggest::closest(&name.value, free));
            continue;
        };
        if let Some(used) = &used
            && !used.matters(setting)
        {
            let message = format!("`{}` has no effect in this study", name.value);
            let finding = Diagnostic::warning(name.span.clone(), message).with_help(whose(setting));
            checks.report(finding);
        }
        if let Some(value) = typed(&name.value, value, setting, checks) {
            settings.insert(name.value.clone(), value);
        }
    }
    let place = if study.is_given("settings") { given.span } else { study.header.clone() };
    for (name, setting) in &harness.settings {
        match &setting.default {
            Some(default) => {
                settings.entry(name.clone()).or_insert_with(|| default.clone());
            }
            None if named.contains(name.as_str()) => {}
            None if used.as_ref().is_none_or(|used| !used.matters(setting)) => {}
            None => {
                let message = format!("the harness `{}` needs the setting `{name}`", harness.name);
                let example = setting.kind.example();
                let help =
                    format!("add `{name} = {example}` to `settings`: {}", setting.description);
                checks.report(Diagnostic::error(place.clone(), message).with_help(help));
            }
        }
    }
    Some(settings)
}

/// The tools and services that have a cell.
struct Used<'a> {
    tools: HashSet<&'a str>,
    services: HashSet<&'a str>,
}

impl<'a> Used<'a> {
    fn of(matrix: &'a Matrix) -> Option<Self> {
        let mut used = Self { tools: HashSet::new(), services: HashSet::new() };
        for (tool, service) in matrix.cells() {
            used.tools.insert(tool.value.as_str());
            used.services.insert(service.value.as_str());
        }
        (!used.tools.is_empty()).then_some(used)
    }

    fn matters(&self, setting: &Setting) -> bool {
        (setting.tools.is_empty() && setting.services.is_empty())
            || setting.tools.iter().any(|tool| self.tools.contains(tool.as_str()))
            || setting.services.iter().any(|service| self.services.contains(service.as_str()))
    }
}

fn whose(setting: &Setting) -> String {
    let names: Vec<_> = setting.tools.iter().chain(&setting.services).collect();
    format!("it matters for {} only", suggest::listed(&names))
}

fn typed(
    name: &str,
    value: &Spanned<Node>,
    setting: &Setting,
    checks: &mut Checks<'_>,
) -> Option<SettingValue> {
    let counts_cpus = checks.harness.is_some_and(|harness| harness.counts_cpus(name));
    let finding = |text: String| Diagnostic::error(value.span.clone(), text);
    let finding = match read_value(setting.kind, &value.value) {
        Ok(SettingValue::Int(number)) if number < 1 && counts_cpus => {
            finding(format!("the setting `{name}` can't be {number}: it is a number of CPUs"))
                .with_help(setting.description.clone())
        }
        Ok(read) => return Some(read),
        Err(Unfit::Kind(wanted)) => {
            let found = found(&value.value);
            finding(format!("the setting `{name}` must be {wanted}; found {found}"))
                .with_help(described(setting))
        }
        Err(Unfit::Form(text, Complaint { message, help })) => {
            finding(format!("`{text}` in the setting `{name}` {message}")).with_optional_help(help)
        }
    };
    checks.report(finding);
    None
}

/// What a setting is for, and where its type does not tell, how its values are written.
fn described(setting: &Setting) -> String {
    match setting.kind {
        SettingKind::Size | SettingKind::Image => {
            format!("{} Write for example `{}`", setting.description, setting.kind.example())
        }
        _ => setting.description.clone(),
    }
}
