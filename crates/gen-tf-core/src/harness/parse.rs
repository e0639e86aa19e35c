//! Reads `harness.hcl`: the tables first, then the rules that look at more than one block.
//! It does not look at the harness's scripts.

use std::collections::{BTreeMap, HashSet};

use super::{
    Harness, Integrity, Needs, Service, Setting, SettingKind, Tool, Unfit, integrity, needs,
    read_value, schema,
};
use crate::{
    diagnostic::{Diagnostic, Source, any_error},
    document::{self, Spanned},
    schema::{Complaint, Record, Value, found, read_file},
    study::SettingValue,
    suggest,
};

type Findings<'f> = &'f mut Vec<Diagnostic>;

/// Reads and checks a harness, and reports everything that is wrong with it.
///
/// The harness is present exactly when no diagnostic is an error.
#[must_use]
pub fn parse(source: Source<'_>) -> (Option<Harness>, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let harness = document::parse(source.text, &mut findings).and_then(|body| {
        let file = read_file(&schema::HARNESS_FILE, &body, &mut findings);
        read(&file, &mut findings)
    });
    findings.sort_by_key(|finding| (finding.span.start, finding.span.end));
    (if any_error(&findings) { None } else { harness }, findings)
}

fn read(file: &Record, findings: Findings<'_>) -> Option<Harness> {
    check_setting_names(file, findings);
    needs::check(file, findings);
    let settings = by_name(file.blocks(&schema::SETTING), |record| setting(record, file, findings));
    let tools = by_name(file.blocks(&schema::TOOL), tool);
    let services = by_name(file.blocks(&schema::SERVICE), service);
    let integrity = match file.blocks(&schema::INTEGRITY).next() {
        Some(record) => integrity::read(record, file, findings),
        None => Some(Integrity::default()),
    };
    let harness = file.blocks(&schema::HARNESS).next()?;
    Some(Harness {
        name: harness.label.value.clone(),
        description: harness.text("description")?.value,
        evidence: plain(harness, "evidence")?,
        containers: harness.truth("containers")?.value,
        request_log: harness.text("request_log").map_or(String::new(), |log| log.value),
        settings: settings?,
        tools: tools?,
        services: services?,
        integrity: integrity?,
    })
}

fn by_name<'r, T>(
    records: impl Iterator<Item = &'r Record>,
    mut read: impl FnMut(&Record) -> Option<T>,
) -> Option<BTreeMap<String, T>> {
    // Every block is read, so that a broken one does not hide the mistakes of the next.
    let read: Vec<_> = records.map(|r| Some((r.label.value.clone(), read(r)?))).collect();
    read.into_iter().collect()
}

fn plain(record: &Record, field: &str) -> Option<Vec<String>> {
    Some(record.texts(field)?.value.into_iter().map(|text| text.value).collect())
}

fn setting(record: &Record, file: &Record, findings: Findings<'_>) -> Option<Setting> {
    check_names(record, "tools", "tool", file.blocks(&schema::TOOL), findings);
    check_names(record, "services", "service", file.blocks(&schema::SERVICE), findings);
    let kind = match record.text("type")?.value.as_str() {
        "bool" => SettingKind::Bool,
        "int" => SettingKind::Int,
        "size" => SettingKind::Size,
        "image" => SettingKind::Image,
        _ => SettingKind::String,
    };
    let default = default(record, kind, findings);
    Some(Setting {
        description: record.text("description")?.value,
        kind,
        default,
        tools: plain(record, "tools")?,
        services: plain(record, "services")?,
    })
}

fn default(record: &Record, kind: SettingKind, findings: Findings<'_>) -> Option<SettingValue> {
    let Spanned { value: Value::Plain(node), span } = record.get("default")? else { return None };
    let finding = match read_value(kind, node) {
        Ok(value) => return Some(value),
        Err(Unfit::Kind(wanted)) => {
            let message =
                format!("`default` must be {wanted}, as `type` says; found {}", found(node));
            Diagnostic::error(span.clone(), message)
        }
        Err(Unfit::Form(text, Complaint { message, help })) => {
            Diagnostic::error(span.clone(), format!("`{text}` in `default` {message}"))
                .with_optional_help(help)
        }
    };
    let place = record.get("type").map_or(record.header.clone(), |kind| kind.span.clone());
    findings.push(finding.with_related(place, "the type"));
    None
}

fn check_names<'r>(
    record: &Record,
    field: &str,
    what: &str,
    known: impl Iterator<Item = &'r Record>,
    findings: Findings<'_>,
) {
    let known: HashSet<_> = known.map(|record| record.label.value.as_str()).collect();
    for name in record.texts(field).into_iter().flat_map(|names| names.value) {
        if !known.contains(name.value.as_str()) {
            let shown = crate::schema::shortened(&name.value);
            let message = format!("the harness has no {what} `{shown}`");
            let mut words: Vec<_> = known.iter().copied().collect();
            words.sort_unstable();
            let help = suggest::help(&name.value, words, &format!("its {what}s are"));
            findings.push(Diagnostic::error(name.span, message).with_optional_help(help));
        }
    }
}

/// Two settings must not become one environment variable.
fn check_setting_names(file: &Record, findings: Findings<'_>) {
    let mut seen: BTreeMap<String, &Record> = BTreeMap::new();
    for record in file.blocks(&schema::SETTING) {
        let variable = record.label.value.replace('-', "_").to_uppercase();
        if let Some(first) = seen.get(&variable) {
            let message = format!(
                "`{}` and `{}` become the same variable `GEN_TF_SETTING_{variable}`",
                first.label.value, record.label.value
            );
            let finding = Diagnostic::error(record.label.span.clone(), message)
                .with_related(first.label.span.clone(), "the first one")
                .with_help("rename one of the two");
            findings.push(finding);
        }
        seen.insert(variable, record);
    }
}

fn tool(record: &Record) -> Option<Tool> {
    Some(Tool {
        description: record.text("description")?.value,
        needs: read_needs(record)?,
        restart: record.truth("restart")?.value,
        models: plain(record, "models")?,
        secrets: plain(record, "secrets")?,
        evidence: plain(record, "evidence")?,
    })
}

fn service(record: &Record) -> Option<Service> {
    Some(Service {
        description: record.text("description")?.value,
        needs: read_needs(record)?,
        internet: record.truth("internet")?.value,
        ready_url: record.text("ready_url")?.value,
        ready_timeout: record.whole("ready_timeout")?.value,
        secrets: plain(record, "secrets")?,
        evidence: plain(record, "evidence")?,
        warning: record.text("warning").map(|warning| warning.value),
    })
}

fn read_needs(record: &Record) -> Option<Needs> {
    let Some(needs) = record.blocks(&schema::NEEDS).next() else { return Some(Needs::default()) };
    Some(Needs {
        commands: plain(needs, "commands")?,
        cpus: needs.small("cpus").map_or(0, |cpus| cpus.value),
        cpus_from: needs.text("cpus_from").map(|setting| setting.value),
        memory: needs.whole("memory").map_or(0, |memory| memory.value),
        memory_from: needs.text("memory_from").map(|setting| setting.value),
        disk: needs.whole("disk").map_or(0, |disk| disk.value),
    })
}
