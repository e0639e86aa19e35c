//! Whether a target's machines have the CPUs, memory and disk that the cells need.
//!
//! Tool and service of a cell run on one machine at the same time: their memory and disk add up; of
//! CPUs the larger demand counts.

use std::ops::Range;

use super::{gcp, matrix::Matrix, parse::Checks, schema};
use crate::{
    diagnostic::Diagnostic, harness::Harness, machines, schema::Record, units::format_size,
};

/// What a boot disk holds besides the cell's own data.
pub(super) const SYSTEM_DISK: u64 = 10 << 30;

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
    pub cell: String,
}

impl Peak {
    fn raise(&mut self, amount: u64, tool: &str, service: &str) {
        if amount > self.amount {
            *self = Self { amount, cell: format!("`{tool}` on `{service}`") };
        }
    }
}

impl Demand {
    /// The demand of some cells, given as (tool, service).
    pub fn of<'a>(harness: &Harness, cells: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut demand =
            Self { cpus: Peak::default(), memory: Peak::default(), disk: Peak::default() };
        for (tool, service) in cells {
            let both = harness.tools.get(tool).zip(harness.services.get(service));
            let Some((t, s)) = both.map(|(t, s)| (&t.needs, &s.needs)) else { continue };
            demand.cpus.raise(t.cpus.max(s.cpus).into(), tool, service);
            demand.memory.raise(t.memory.saturating_add(s.memory), tool, service);
            demand.disk.raise(t.disk.saturating_add(s.disk), tool, service);
        }
        demand
    }
}

/// Reports machines that are too small.
pub(super) fn check(file: &Record, matrix: &Matrix, checks: &mut Checks<'_>) {
    let Some(harness) = checks.harness else { return };
    let cells = matrix.cells().map(|(tool, service)| (tool.value.as_str(), service.value.as_str()));
    let demand = Demand::of(harness, cells);
    for target in file.blocks(&schema::GCP) {
        check_gcp(target, &demand, checks);
    }
    for target in file.blocks(&schema::LOCAL) {
        check_local(target, &demand, checks);
    }
}

fn check_gcp(target: &Record, demand: &Demand, checks: &mut Checks<'_>) {
    if let (Some(name), Some(machine)) = (target.text("machine_type"), gcp::machine(target)) {
        let larger = machines::larger(&name.value, demand.cpus.amount, demand.memory.amount);
        let help = larger.map_or("take a larger machine type".to_owned(), |larger| {
            format!("take a larger machine type, such as `{larger}`")
        });
        let what = format!("`{}`", name.value);
        if demand.cpus.amount > machine.vcpus.into() {
            let lack = (cpus(demand.cpus.amount), cpus(machine.vcpus.into()));
            report(&demand.cpus, lack, &what, &help, name.span.clone(), checks);
        }
        if demand.memory.amount > machine.memory {
            let lack = (memory(demand.memory.amount), format_size(machine.memory));
            report(&demand.memory, lack, &what, &help, name.span, checks);
        }
    }
    let Some(disk) = target.whole("disk_gb") else { return };
    let needed = demand.disk.amount.saturating_add(SYSTEM_DISK);
    if demand.disk.amount > 0 && needed > disk.value << 30 {
        let lack = (format!("{} of disk", format_size(needed)), format!("{} GiB", disk.value));
        let help = format!(
            "write `disk_gb = {}`; {} of it are for the system",
            needed.div_ceil(1 << 30),
            format_size(SYSTEM_DISK)
        );
        report(&demand.disk, lack, "the boot disk", &help, disk.span, checks);
    }
}

fn check_local(target: &Record, demand: &Demand, checks: &mut Checks<'_>) {
    let what = "a sandbox";
    if let Some(given) = target.whole("cpus").filter(|given| demand.cpus.amount > given.value) {
        let lack = (cpus(demand.cpus.amount), cpus(given.value));
        let help = format!("write `cpus = {}`", demand.cpus.amount);
        report(&demand.cpus, lack, what, &help, given.span, checks);
    }
    if let Some(given) = target.whole("memory").filter(|given| demand.memory.amount > given.value) {
        let lack = (memory(demand.memory.amount), format_size(given.value));
        let help = format!("write `memory = \"{}\"`", size_to_write(demand.memory.amount));
        report(&demand.memory, lack, what, &help, given.span, checks);
    }
}

fn report(
    peak: &Peak,
    (needed, given): (String, String),
    what: &str,
    help: &str,
    span: Range<usize>,
    checks: &mut Checks<'_>,
) {
    let message = format!("{} needs {needed}; {what} has {given}", peak.cell);
    checks.report(Diagnostic::error(span, message).with_help(help));
}

fn cpus(number: u64) -> String {
    format!("{number} CPU{}", if number == 1 { "" } else { "s" })
}

fn memory(bytes: u64) -> String {
    format!("{} of memory", format_size(bytes))
}

/// A size as a study writes it, not smaller than `bytes`.
pub(super) fn size_to_write(bytes: u64) -> String {
    let mebibytes = bytes.div_ceil(1 << 20);
    if mebibytes.is_multiple_of(1 << 10) {
        format!("{}GiB", mebibytes >> 10)
    } else {
        format!("{mebibytes}MiB")
    }
}
