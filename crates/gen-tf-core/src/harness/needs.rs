//! Needs that a setting tells: whether the harness has the setting, of the right type and for the
//! same cells. How much that is in a study, the study's own check looks at.

use super::schema;
use crate::{
    diagnostic::Diagnostic,
    document::{Node, Spanned},
    schema::{BlockSchema, Record, Value, shortened},
    suggest,
};

type Findings<'f> = &'f mut Vec<Diagnostic>;

/// A need that a setting may tell: its field, the field of the fixed need, and the setting's type.
const TOLD: [(&str, &str, &str); 2] =
    [("cpus_from", "cpus", "int"), ("memory_from", "memory", "size")];

/// Reports needs whose setting can't tell them.
pub(super) fn check(file: &Record, findings: Findings<'_>) {
    for (owners, scope) in [(&schema::TOOL, "tools"), (&schema::SERVICE, "services")] {
        for owner in file.blocks(owners) {
            check_owner(owner, scope, file, findings);
        }
    }
}

fn check_owner(owner: &Record, scope: &str, file: &Record, findings: Findings<'_>) {
    for needs in owner.blocks(&schema::NEEDS) {
        for (field, fixed, kind) in TOLD {
            let Some(name) = needs.text(field) else { continue };
            if let Some(fixed_value) = needs.get(fixed) {
                let message = format!("`{field}` stands beside `{fixed}`");
                let finding = Diagnostic::error(name.span.clone(), message)
                    .with_related(fixed_value.span.clone(), "the fixed demand")
                    .with_help("keep one of the two");
                findings.push(finding);
            }
            let Some(setting) = named(&name, file, findings) else { continue };
            check_type(field, kind, &name, setting, findings);
            check_scope(&name, setting, owner, scope, findings);
            if kind == "int" {
                check_default(setting, &name, findings);
            }
        }
    }
}

fn named<'r>(
    name: &Spanned<String>,
    file: &'r Record,
    findings: Findings<'_>,
) -> Option<&'r Record> {
    let all = |schema: &'static BlockSchema| file.blocks(schema);
    let found = all(&schema::SETTING).find(|setting| setting.label.value == name.value);
    if found.is_none() && !file.is_broken_block(schema::SETTING.name) {
        let known: Vec<_> = all(&schema::SETTING).map(|it| it.label.value.as_str()).collect();
        let message = format!("the harness has no setting `{}`", shortened(&name.value));
        let help = suggest::help(&name.value, known, "its settings are")
            .or_else(|| Some(format!("add a block `setting \"{}\" {{`", shortened(&name.value))));
        findings.push(Diagnostic::error(name.span.clone(), message).with_optional_help(help));
    }
    found
}

fn check_type(
    field: &str,
    wanted: &str,
    name: &Spanned<String>,
    setting: &Record,
    findings: Findings<'_>,
) {
    let Some(kind) = setting.text("type").filter(|kind| kind.value != wanted) else { return };
    let message = format!(
        "`{field}` takes a setting of type `{wanted}`; `{}` is of type `{}`",
        name.value, kind.value
    );
    let finding = Diagnostic::error(name.span.clone(), message)
        .with_related(kind.span, "its type")
        .with_help("name another setting, or change its type");
    findings.push(finding);
}

/// A setting that does not matter for the one who needs it may have no value, or change without
/// changing the definition.
fn check_scope(
    name: &Spanned<String>,
    setting: &Record,
    owner: &Record,
    scope: &str,
    findings: Findings<'_>,
) {
    let names = |field: &str| setting.texts(field).map(|names| names.value);
    let (Some(tools), Some(services)) = (names("tools"), names("services")) else { return };
    let own = if scope == "tools" { &tools } else { &services };
    let everywhere = tools.is_empty() && services.is_empty();
    if everywhere || own.iter().any(|one| one.value == owner.label.value) {
        return;
    }
    let message = format!("`{}` does not matter for `{}`", name.value, owner.label.value);
    let finding = Diagnostic::error(name.span.clone(), message)
        .with_related(setting.header.clone(), "the setting")
        .with_help(format!("add `{}` to its `{scope}`", owner.label.value));
    findings.push(finding);
}

fn check_default(setting: &Record, name: &Spanned<String>, findings: Findings<'_>) {
    let Some(Spanned { value: Value::Plain(Node::Whole(number)), span }) = setting.get("default")
    else {
        return;
    };
    if *number < 1 {
        let message = format!("`default` can't be {number}: `cpus_from` takes it");
        let finding = Diagnostic::error(span.clone(), message)
            .with_related(name.span.clone(), "here")
            .with_help("write 1 or more");
        findings.push(finding);
    }
}
