//! Whether a target's machines have the CPUs, memory and disk that the cells need.
//!
//! Tool and service of a cell run on one machine at the same time: their memory and disk add up; of
//! CPUs the larger demand counts.

use std::{collections::BTreeMap, ops::Range};

use super::{SettingValue, gcp, matrix::Matrix, parse::Checks, schema};
use crate::{
    diagnostic::Diagnostic,
    harness::{Harness, Needs},
    machines::{self, Machine},
    schema::Record,
    suggest,
    units::format_size,
};

/// What a boot disk holds besides the cell's own data.
const SYSTEM_DISK: u64 = 10 << 30;

/// Values of settings, by name.
pub(super) type Settings = BTreeMap<String, SettingValue>;

/// The largest demand of any cell, each with the cell that has it.
pub(super) struct Demand {
    pub cpus: Peak,
    pub memory: Peak,
    pub disk: Peak,
}

/// A demand and the cell that has it; 0 when there is none.
#[derive(Default)]
pub(super) struct Peak {
    pub amount: u64,
    cell: String,
    /// The settings that say so, and how much of it each.
    settings: Vec<(String, u64)>,
}

impl Peak {
    fn raise(&mut self, amount: u64, cell: (&str, &str), told: &[Told<'_>]) {
        if amount > self.amount {
            let settings = told.iter().filter_map(|it| Some((it.setting?.to_owned(), it.amount)));
            let cell = format!("`{}` on `{}`", cell.0, cell.1);
            *self = Self { amount, cell, settings: settings.collect() };
        }
    }

    /// Who needs how much, and by which settings; `shown` writes an amount.
    fn words(&self, shown: fn(u64) -> String, unit: &str) -> String {
        let mut words = format!("{} needs {}{unit}", self.cell, shown(self.amount));
        match self.settings.as_slice() {
            [] => {}
            [(name, all)] if *all == self.amount => words.push_str(&format!(" (setting `{name}`)")),
            [(name, part)] => {
                words.push_str(&format!(" ({} by the setting `{name}`)", shown(*part)));
            }
            parts => {
                let parts: Vec<_> = parts
                    .iter()
                    .map(|(name, part)| format!("{} by `{name}`", shown(*part)))
                    .collect();
                words.push_str(&format!(" (settings: {})", parts.join(" and ")));
            }
        }
        words
    }

    /// The way out by a smaller setting, where settings say how much is needed.
    fn smaller(&self) -> String {
        let mut names: Vec<_> = self.settings.iter().map(|(name, _)| name.as_str()).collect();
        names.dedup();
        if names.is_empty() {
            return String::new();
        }
        let names = suggest::listed(&names).replace(" and ", " or ");
        format!("; or give {names} a smaller value in `settings`, which makes another definition")
    }
}

/// What a tool or a service needs, and the setting that tells it.
struct Told<'a> {
    amount: u64,
    setting: Option<&'a str>,
}

impl<'a> Told<'a> {
    fn of(fixed: u64, from: Option<&'a str>, settings: &Settings) -> Self {
        match from.and_then(|name| settings.get(name)) {
            Some(SettingValue::Int(amount)) => {
                Self { amount: u64::try_from(*amount).unwrap_or_default(), setting: from }
            }
            _ => Self { amount: fixed, setting: None },
        }
    }
}

impl Demand {
    /// The demand of some cells, given as (tool, service).
    pub fn of<'a>(
        harness: &Harness,
        settings: &Settings,
        cells: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let mut demand =
            Self { cpus: Peak::default(), memory: Peak::default(), disk: Peak::default() };
        let cpus = |n: &'_ Needs| u64::from(n.cpus);
        for cell in cells {
            let both = harness.tools.get(cell.0).zip(harness.services.get(cell.1));
            let Some(both) = both.map(|(tool, service)| [&tool.needs, &service.needs]) else {
                continue;
            };
            let memory = both.map(|n| Told::of(n.memory, n.memory_from.as_deref(), settings));
            let mut cpus = both.map(|n| Told::of(cpus(n), n.cpus_from.as_deref(), settings));
            cpus.sort_by_key(|told| std::cmp::Reverse(told.amount));
            let all = |told: &[Told<'_>; 2]| told[0].amount.saturating_add(told[1].amount);
            demand.cpus.raise(cpus[0].amount, cell, &cpus[..1]);
            demand.memory.raise(all(&memory), cell, &memory);
            demand.disk.raise(both[0].disk.saturating_add(both[1].disk), cell, &[]);
        }
        demand
    }

    /// What a VM of this machine type lacks, each with the way out.
    pub fn lacks_of_vm(&self, name: &str, machine: &Machine) -> Vec<(String, String)> {
        let fitting = machines::fitting(name, self.cpus.amount, self.memory.amount);
        let fitting: Vec<_> = fitting.iter().map(offer).collect();
        let help = if fitting.is_empty() {
            "no machine type of gen-tf's table has that much".to_owned()
        } else {
            format!("take a larger machine type, such as {}", fitting.join(" or "))
        };
        let mut lacks = Vec::new();
        if self.cpus.amount > machine.vcpus.into() {
            let has = format!("`{name}` has {}", machine.vcpus);
            let message = format!("{}; {has}", self.cpus.words(cpus, ""));
            lacks.push((message, format!("{help}{}", self.cpus.smaller())));
        }
        if self.memory.amount > machine.memory {
            let has = format!("`{name}` has {}", format_size(machine.memory));
            let message = format!("{}; {has}", self.memory.words(format_size, " of memory"));
            lacks.push((message, format!("{help}{}", self.memory.smaller())));
        }
        lacks
    }

    /// Why this many CPUs of a sandbox are too few, with the way out.
    pub fn lack_of_cpus(&self, has: u64) -> Option<(String, String)> {
        let message = format!("{}; a sandbox has {has}", self.cpus.words(cpus, ""));
        let help = format!("write `cpus = {}` in `target \"local\"`", self.cpus.amount);
        let help = format!("{help}{}", self.cpus.smaller());
        (self.cpus.amount > has).then_some((message, help))
    }

    /// Why this much memory of a sandbox is too little, with the way out.
    pub fn lack_of_memory(&self, has: u64) -> Option<(String, String)> {
        let needs = self.memory.words(format_size, " of memory");
        let message = format!("{needs}; a sandbox has {}", format_size(has));
        let size = size_to_write(self.memory.amount);
        let help = format!("write `memory = \"{size}\"` in `target \"local\"`");
        let help = format!("{help}{}", self.memory.smaller());
        (self.memory.amount > has).then_some((message, help))
    }

    /// Why a boot disk of this many GiB is too small, with the way out.
    pub fn lack_of_disk(&self, gib: u64) -> Option<(String, String)> {
        let needed = self.disk.amount.saturating_add(SYSTEM_DISK);
        let message = format!(
            "{} needs {} of disk; the boot disk has {gib} GiB",
            self.disk.cell,
            format_size(needed)
        );
        let help = format!(
            "write `disk_gb = {}` in `target \"gcp\"`; {} of it are for the system",
            needed.div_ceil(1 << 30),
            format_size(SYSTEM_DISK)
        );
        (self.disk.amount > 0 && needed > gib << 30).then_some((message, help))
    }
}

/// Reports machines that are too small.
pub(super) fn check(
    file: &Record,
    matrix: &Matrix,
    settings: Option<&Settings>,
    checks: &mut Checks<'_>,
) {
    let Some(harness) = checks.harness else { return };
    let cells = matrix.cells().map(|(tool, service)| (tool.value.as_str(), service.value.as_str()));
    // Where settings are broken, the fixed demands are still known.
    let demand = Demand::of(harness, settings.unwrap_or(&Settings::new()), cells);
    let mut report = |span: &Range<usize>, lacks: Vec<(String, String)>| {
        for (message, help) in lacks {
            checks.report(Diagnostic::error(span.clone(), message).with_help(help));
        }
    };
    for target in file.blocks(&schema::GCP) {
        if let (Some(name), Some(machine)) = (target.text("machine_type"), gcp::machine(target)) {
            report(&name.span, demand.lacks_of_vm(&name.value, &machine));
        }
        if let Some(disk) = target.whole("disk_gb") {
            report(&disk.span, demand.lack_of_disk(disk.value).into_iter().collect());
        }
    }
    for target in file.blocks(&schema::LOCAL) {
        if let Some(given) = target.whole("cpus") {
            report(&given.span, demand.lack_of_cpus(given.value).into_iter().collect());
        }
        if let Some(given) = target.whole("memory") {
            report(&given.span, demand.lack_of_memory(given.value).into_iter().collect());
        }
    }
}

/// A machine type that fits: what it has, and its list price.
fn offer((name, machine): &(String, Machine)) -> String {
    let price = machine
        .price
        .map_or(String::new(), |price| format!(", {:.2} USD an hour", price.usd_per_hour));
    format!("`{name}` ({} vCPUs, {}{price})", machine.vcpus, format_size(machine.memory))
}

fn cpus(number: u64) -> String {
    format!("{number} CPU{}", if number == 1 { "" } else { "s" })
}

/// A size as a study writes it, not smaller than `bytes`.
fn size_to_write(bytes: u64) -> String {
    let mebibytes = bytes.div_ceil(1 << 20);
    if mebibytes.is_multiple_of(1 << 10) {
        format!("{}GiB", mebibytes >> 10)
    } else {
        format!("{mebibytes}MiB")
    }
}
