//! Models and secrets: who gets them, who needs them, and whether the study declares them.
//! Neither a model's bytes nor a secret's value is ever read here.

use std::collections::{BTreeSet, HashSet};

use super::{
    Model, Secret,
    matrix::Matrix,
    parse::{Checks, keys},
    schema,
};
use crate::{diagnostic::Diagnostic, document::Spanned, schema::Record, suggest};

/// A model or a secret as the study declares it.
pub(super) struct Input<T> {
    /// Absent when it is broken; that was reported.
    name: Option<Spanned<String>>,
    /// Absent when the block is broken; that was reported.
    value: Option<T>,
    /// Who gets it; absent when that is broken.
    scope: Option<Scope>,
}

/// Tools and services that get an input; an absent set means all of them.
struct Scope {
    tools: Option<HashSet<String>>,
    services: Option<HashSet<String>>,
}

impl Scope {
    fn covers(&self, tool: &str, service: &str) -> bool {
        let holds =
            |set: &Option<HashSet<String>>, name| set.as_ref().is_none_or(|s| s.contains(name));
        holds(&self.tools, tool) && holds(&self.services, service)
    }
}

/// The values, if none is broken.
pub(super) fn plain<T>(inputs: Vec<Input<T>>) -> Option<Vec<T>> {
    inputs.into_iter().map(|input| input.value).collect()
}

/// Reads the models.
pub(super) fn models(file: &Record, matrix: &Matrix, checks: &mut Checks<'_>) -> Vec<Input<Model>> {
    let read = |record: &Record, checks: &mut Checks<'_>| {
        let name = record.label.value.clone();
        let tools = scope_names(record, "tools", "tool", matrix, checks)?;
        let tools = tools.unwrap_or_else(|| openers(&name, matrix, checks));
        let text = |field: &str| record.text(field).map(|text| text.value);
        let scope = Scope { tools: Some(tools.iter().cloned().collect()), services: None };
        let value = text("source").zip(text("sha256"));
        let value = value.map(|(source, sha256)| Model { name, source, sha256, tools });
        Some((scope, value))
    };
    file.blocks(&schema::MODEL).map(|record| input(record, read(record, checks))).collect()
}

/// Reads the secrets.
pub(super) fn secrets(
    file: &Record,
    matrix: &Matrix,
    checks: &mut Checks<'_>,
) -> Vec<Input<Secret>> {
    let read = |record: &Record, checks: &mut Checks<'_>| {
        let tools = scope_names(record, "tools", "tool", matrix, checks);
        let services = scope_names(record, "services", "service", matrix, checks);
        let (tools, services) = (tools?, services?);
        let set = |names: &Option<Vec<String>>| Some(names.as_ref()?.iter().cloned().collect());
        let scope = Scope { tools: set(&tools), services: set(&services) };
        let value = record.text("env").zip(record.small("version"));
        let value = value.map(|(env, version)| Secret {
            name: record.label.value.clone(),
            env: env.value,
            version: version.value,
            services: services.unwrap_or_default(),
            tools: tools.unwrap_or_default(),
        });
        Some((scope, value))
    };
    file.blocks(&schema::SECRET).map(|record| input(record, read(record, checks))).collect()
}

fn input<T>(record: &Record, read: Option<(Scope, Option<T>)>) -> Input<T> {
    let (scope, value) = read.map_or((None, None), |(scope, value)| (Some(scope), value));
    Input { name: record.good_label().cloned(), value, scope }
}

/// The names of a `tools` or `services` field: `None` when broken, `Some(None)` when absent.
fn scope_names(
    record: &Record,
    field: &str,
    what: &str,
    matrix: &Matrix,
    checks: &mut Checks<'_>,
) -> Option<Option<Vec<String>>> {
    if record.is_broken(field) {
        return None;
    }
    let Some(names) = record.texts(field) else { return Some(None) };
    let used = if what == "tool" { matrix.tools() } else { matrix.services() };
    let used: HashSet<_> = used.unwrap_or_default().iter().map(|n| n.value.as_str()).collect();
    let mut all_known = true;
    if let Some(harness) = checks.harness {
        let known: Vec<_> = match what {
            "tool" => keys(&harness.tools).collect(),
            _ => keys(&harness.services).collect(),
        };
        for name in &names.value {
            // What the study itself misspells is reported there.
            if known.contains(&name.value.as_str()) || used.contains(name.value.as_str()) {
                continue;
            }
            all_known = false;
            let shown = crate::schema::shortened(&name.value);
            let message = format!("the harness `{}` has no {what} `{shown}`", harness.name);
            let all = format!("its {what}s are");
            let help = suggest::help(&name.value, known.iter().copied(), &all);
            checks.report(Diagnostic::error(name.span.clone(), message).with_optional_help(help));
        }
    }
    all_known.then(|| Some(names.value.into_iter().map(|name| name.value).collect()))
}

/// The study's tools that open a model, by the harness.
fn openers(model: &str, matrix: &Matrix, checks: &Checks<'_>) -> Vec<String> {
    let Some(harness) = checks.harness else { return Vec::new() };
    let opens = |tool: &&Spanned<String>| {
        let tool = harness.tools.get(&tool.value);
        tool.is_some_and(|tool| tool.models.iter().any(|name| name == model))
    };
    let tools = matrix.tools().unwrap_or_default().iter().filter(opens);
    tools.map(|tool| tool.value.clone()).collect()
}

/// Reports what tools and services need and the study does not give them, and what nobody uses.
pub(super) fn check_missing(
    models: &[Input<Model>],
    secrets: &[Input<Secret>],
    matrix: &Matrix,
    file: &Record,
    checks: &mut Checks<'_>,
) {
    let mut needed =
        Needed { findings: Vec::new(), reported: BTreeSet::new(), meant: BTreeSet::new() };
    if let Some(harness) = checks.harness {
        let models =
            Declared { what: "model", inputs: models, broken: file.is_broken_block("model") };
        let secrets =
            Declared { what: "secret", inputs: secrets, broken: file.is_broken_block("secret") };
        for (tool, service) in matrix.cells() {
            if let Some(declared) = harness.tools.get(&tool.value) {
                needed.check(&models, &declared.models, tool, (tool, service));
                needed.check(&secrets, &declared.secrets, tool, (tool, service));
            }
            if let Some(declared) = harness.services.get(&service.value) {
                needed.check(&secrets, &declared.secrets, service, (tool, service));
            }
        }
    }
    let meant = needed.meant;
    checks.findings.append(&mut needed.findings);
    if matrix.cells().next().is_some() {
        warn_of_unused("model", models, &meant, matrix, |_, _, _| true, checks);
        let harness = checks.harness;
        // A secret that names nobody goes to those who need it.
        let needs = |secret: &str, tool: &str, service: &str| {
            harness.is_none_or(|harness| {
                let names = |secrets: &[String]| secrets.iter().any(|name| name == secret);
                harness.tools.get(tool).is_none_or(|tool| names(&tool.secrets))
                    || harness.services.get(service).is_none_or(|service| names(&service.secrets))
            })
        };
        warn_of_unused("secret", secrets, &meant, matrix, needs, checks);
    }
}

/// All inputs of a kind.
struct Declared<'a, T> {
    what: &'static str,
    inputs: &'a [Input<T>],
    /// A block that was probably meant to be one of these was reported.
    broken: bool,
}

/// What is missing, each once.
struct Needed {
    findings: Vec<Diagnostic>,
    reported: BTreeSet<(String, String)>,
    /// Declared inputs that probably have the wrong name.
    meant: BTreeSet<String>,
}

impl Needed {
    fn check<T>(
        &mut self,
        declared: &Declared<'_, T>,
        names: &[String],
        needer: &Spanned<String>,
        (tool, service): (&Spanned<String>, &Spanned<String>),
    ) {
        let Declared { what, inputs, broken } = declared;
        if *broken || inputs.iter().any(|input| input.name.is_none()) {
            return;
        }
        for name in names {
            let mut named = inputs.iter().filter_map(|input| Some((input.name.as_ref()?, input)));
            let input = named.find(|(declared, _)| declared.value == *name);
            let scope = input.map(|(_, input)| input.scope.as_ref());
            let covered = |scope: &Scope| scope.covers(&tool.value, &service.value);
            if scope.is_some_and(|scope| scope.is_none_or(covered)) {
                continue;
            }
            if !self.reported.insert((needer.value.clone(), name.clone())) {
                continue;
            }
            let message = format!("`{}` needs the {what} `{name}`", needer.value);
            let finding = Diagnostic::error(needer.span.clone(), message);
            let finding = if let Some((declared, _)) = input {
                let words = format!("not for `{}` on `{}`", tool.value, service.value);
                let help = "widen its `tools` or `services`, or remove them";
                finding.with_related(declared.span.clone(), words).with_help(help)
            } else {
                let others =
                    inputs.iter().filter_map(|input| Some(input.name.as_ref()?.value.as_str()));
                let free = others.filter(|other| !names.iter().any(|name| name == other));
                if let Some(meant) = suggest::closest(name, free) {
                    self.meant.insert(meant.to_owned());
                    finding.with_help(format!("rename the {what} `{meant}` to `{name}`"))
                } else {
                    finding.with_help(format!("add a block `{what} \"{name}\" {{`"))
                }
            };
            self.findings.push(finding);
        }
    }
}

fn warn_of_unused<T>(
    what: &str,
    inputs: &[Input<T>],
    meant: &BTreeSet<String>,
    matrix: &Matrix,
    needs: impl Fn(&str, &str, &str) -> bool,
    checks: &mut Checks<'_>,
) {
    for Input { name, scope, .. } in inputs {
        let (Some(name), Some(scope)) = (name, scope) else { continue };
        if meant.contains(&name.value) {
            continue;
        }
        let names_somebody = scope.tools.is_some() || scope.services.is_some();
        let used = matrix.cells().any(|(tool, service)| {
            scope.covers(&tool.value, &service.value)
                && (names_somebody || needs(&name.value, &tool.value, &service.value))
        });
        if !used {
            let message = format!("no experiment of the study uses the {what} `{}`", name.value);
            let finding = Diagnostic::warning(name.span.clone(), message)
                .with_help("remove it, or look at its name, `tools` and `services`");
            checks.report(finding);
        }
    }
}
