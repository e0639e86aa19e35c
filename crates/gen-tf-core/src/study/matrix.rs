//! The matrix of a study: tools × services × runs, without the cells that are left out.
//! It expands no experiments: it counts them.

use std::collections::{HashMap, HashSet};

use super::{
    Exclude, MAX_EXPERIMENTS,
    parse::{Checks, keys},
    schema,
};
use crate::{diagnostic::Diagnostic, document::Spanned, schema::Record, suggest};

type Names = Spanned<Vec<Spanned<String>>>;

/// What is known about the matrix; a broken field is absent, and rules that need it say nothing.
pub(super) struct Matrix {
    tools: Option<Names>,
    services: Option<Names>,
    runs: Option<Spanned<u64>>,
    excludes: Option<Vec<Exclude>>,
    /// Cells that are left out, by the indices of tool and service.
    excluded: HashSet<(usize, usize)>,
    /// Where the study's block stands.
    pub header: std::ops::Range<usize>,
}

impl Matrix {
    /// Reads the matrix and reports what is wrong with it.
    pub fn read(study: &Record, checks: &mut Checks<'_>) -> Self {
        let mut matrix = Self {
            tools: study.texts("tools"),
            services: study.texts("services"),
            runs: study.whole("runs"),
            excludes: None,
            excluded: HashSet::new(),
            header: study.header.clone(),
        };
        if let Some(harness) = checks.harness {
            let name = harness.name.as_str();
            check_known(matrix.tools.as_ref(), "tool", name, &keys(&harness.tools), checks);
            check_known(
                matrix.services.as_ref(),
                "service",
                name,
                &keys(&harness.services),
                checks,
            );
            matrix.warn_of_services(checks);
        }
        if matrix.check_size(checks) {
            matrix.read_excludes(study, checks);
            matrix.check_left(checks);
        }
        matrix
    }

    /// Names of the tools.
    pub fn tool_names(&self) -> Option<Vec<String>> {
        Some(plain(self.tools.as_ref()?))
    }

    /// Names of the services.
    pub fn service_names(&self) -> Option<Vec<String>> {
        Some(plain(self.services.as_ref()?))
    }

    /// The tools, where they stand.
    pub fn tools(&self) -> Option<&[Spanned<String>]> {
        self.tools.as_ref().map(|names| names.value.as_slice())
    }

    /// The services, where they stand.
    pub fn services(&self) -> Option<&[Spanned<String>]> {
        self.services.as_ref().map(|names| names.value.as_slice())
    }

    /// What the study leaves out.
    pub fn excludes(&self) -> Vec<Exclude> {
        self.excludes.clone().unwrap_or_default()
    }

    /// The cells that are not left out; nothing when the matrix is broken.
    pub fn cells(&self) -> impl Iterator<Item = (&Spanned<String>, &Spanned<String>)> {
        let known = if self.excludes.is_some() { self.tools().zip(self.services()) } else { None };
        known.into_iter().flat_map(move |(tools, services)| {
            tools.iter().enumerate().flat_map(move |(t, tool)| {
                let services = services.iter().enumerate();
                services
                    .filter(move |(s, _)| !self.excluded.contains(&(t, *s)))
                    .map(move |(_, service)| (tool, service))
            })
        })
    }

    /// Number of experiments.
    pub fn experiments(&self) -> Option<u64> {
        self.excludes.as_ref()?;
        let cells = self.tools()?.len() * self.services()?.len() - self.excluded.len();
        Some(cells as u64 * self.runs.as_ref()?.value)
    }

    fn warn_of_services(&self, checks: &mut Checks<'_>) {
        let Some(harness) = checks.harness else { return };
        for service in self.services().unwrap_or_default() {
            let warning = harness.services.get(&service.value).and_then(|s| s.warning.as_ref());
            if let Some(warning) = warning {
                let message = format!("`{}`: {warning}", service.value);
                checks.report(Diagnostic::warning(service.span.clone(), message));
            }
        }
    }

    /// Whether the matrix is small enough to be looked at cell by cell.
    fn check_size(&self, checks: &mut Checks<'_>) -> bool {
        let count = |names: Option<&[Spanned<String>]>| names.map_or(1, |names| names.len() as u64);
        let cells = count(self.tools()).saturating_mul(count(self.services()));
        let runs = self.runs.as_ref();
        let most = cells.saturating_mul(runs.map_or(1, |runs| runs.value));
        if most <= MAX_EXPERIMENTS {
            return true;
        }
        let at = runs.map_or(&self.header, |runs| &runs.span);
        let message = format!(
            "the study has {most} experiments ({} × {} × {}); {MAX_EXPERIMENTS} is the most",
            counted(count(self.tools()), "tool"),
            counted(count(self.services()), "service"),
            counted(runs.map_or(1, |runs| runs.value), "run"),
        );
        let help = "split it into several studies, or take fewer runs";
        checks.report(Diagnostic::error(at.clone(), message).with_help(help));
        cells <= MAX_EXPERIMENTS
    }

    fn read_excludes(&mut self, study: &Record, checks: &mut Checks<'_>) {
        let mut complete = true;
        let mut excludes = Vec::new();
        for record in study.blocks(&schema::EXCLUDE) {
            let tool = record.text("tool");
            let service = record.text("service");
            if record.is_broken("tool") || record.is_broken("service") {
                complete = false;
                continue;
            }
            if tool.is_none() && service.is_none() {
                let finding =
                    Diagnostic::error(record.header.clone(), "`exclude` leaves out nothing")
                        .with_help("add `tool`, `service` or both");
                checks.report(finding);
                continue;
            }
            let known = check_used(tool.as_ref(), "tool", self.tools(), checks)
                & check_used(service.as_ref(), "service", self.services(), checks);
            complete &= known;
            if known {
                self.exclude(record, tool.as_ref(), service.as_ref(), checks);
            }
            let value = |text: Option<Spanned<String>>| text.map(|text| text.value);
            excludes.push(Exclude { tool: value(tool), service: value(service) });
        }
        if complete && self.tools.is_some() && self.services.is_some() {
            self.excludes = Some(excludes);
        }
    }

    fn exclude(
        &mut self,
        record: &Record,
        tool: Option<&Spanned<String>>,
        service: Option<&Spanned<String>>,
        checks: &mut Checks<'_>,
    ) {
        let (Some(tools), Some(services)) = (self.tools(), self.services()) else { return };
        let indices = |names: &[Spanned<String>], wanted: Option<&Spanned<String>>| {
            let matches = |name: &str| wanted.is_none_or(|wanted| wanted.value == name);
            let found = names.iter().enumerate().filter(|(_, name)| matches(&name.value));
            found.map(|(index, _)| index).collect::<Vec<_>>()
        };
        let (tools, services) = (indices(tools, tool), indices(services, service));
        let before = self.excluded.len();
        for t in tools {
            self.excluded.extend(services.iter().map(|s| (t, *s)));
        }
        if self.excluded.len() == before {
            let message = "another `exclude` leaves these cells out already";
            let finding = Diagnostic::error(record.header.clone(), message).with_help("remove it");
            checks.report(finding);
        }
    }

    /// Reports what the excludes leave empty.
    fn check_left(&mut self, checks: &mut Checks<'_>) {
        if self.excludes.is_none() || self.excluded.is_empty() {
            return;
        }
        let (Some(tools), Some(services)) = (self.tools(), self.services()) else { return };
        if self.excluded.len() == tools.len() * services.len() {
            let message = "the study leaves out every cell of its matrix";
            let finding =
                Diagnostic::error(self.header.clone(), message).with_help("remove an `exclude`");
            checks.report(finding);
            // What follows from an empty matrix is not said again.
            self.excludes = None;
            return;
        }
        let mut per_tool: HashMap<usize, usize> = HashMap::new();
        let mut per_service: HashMap<usize, usize> = HashMap::new();
        for (t, s) in &self.excluded {
            *per_tool.entry(*t).or_default() += 1;
            *per_service.entry(*s).or_default() += 1;
        }
        let nothing_left =
            |names: &[Spanned<String>], counts: &HashMap<usize, usize>, all: usize| {
                let left_out = |index| counts.get(&index) == Some(&all);
                let empty = names.iter().enumerate().filter(|(index, _)| left_out(*index));
                empty.map(|(_, name)| name.clone()).collect::<Vec<_>>()
            };
        let empty = [
            ("tools", nothing_left(tools, &per_tool, services.len())),
            ("services", nothing_left(services, &per_service, tools.len())),
        ];
        for (field, names) in empty {
            for name in names {
                let message = format!("`{}` has no experiment: every cell is left out", name.value);
                let help = format!("remove it from `{field}`, and the `exclude` with it");
                checks.report(Diagnostic::warning(name.span, message).with_help(help));
            }
        }
    }
}

fn counted(number: u64, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

fn plain(names: &Names) -> Vec<String> {
    names.value.iter().map(|name| name.value.clone()).collect()
}

fn check_known<'a>(
    names: Option<&Names>,
    what: &str,
    harness: &str,
    known: &(impl Iterator<Item = &'a str> + Clone),
    checks: &mut Checks<'_>,
) {
    let set: HashSet<_> = known.clone().collect();
    for name in names.iter().flat_map(|names| &names.value) {
        if !set.contains(name.value.as_str()) {
            let shown = crate::schema::shortened(&name.value);
            let message = format!("the harness `{harness}` has no {what} `{shown}`");
            let help = suggest::help(&name.value, known.clone(), &format!("its {what}s are"));
            checks.report(Diagnostic::error(name.span.clone(), message).with_optional_help(help));
        }
    }
}

/// Whether the study uses what an `exclude` names; if not, reports it.
fn check_used(
    name: Option<&Spanned<String>>,
    what: &str,
    used: Option<&[Spanned<String>]>,
    checks: &mut Checks<'_>,
) -> bool {
    let (Some(name), Some(used)) = (name, used) else { return true };
    if used.iter().any(|other| other.value == name.value) {
        return true;
    }
    let shown = crate::schema::shortened(&name.value);
    let message = format!("`exclude` matches nothing: the study has no {what} `{shown}`");
    let used = used.iter().map(|name| name.value.as_str());
    let help = suggest::help(&name.value, used, &format!("its {what}s are"));
    checks.report(Diagnostic::error(name.span.clone(), message).with_optional_help(help));
    false
}
