//! Whether the budget is enough for the matrix, each experiment tried once.
//! Retries, disks and network are not counted: this is the least that the study takes.

use super::{SETUP_ALLOWANCE, matrix::Matrix, parse::Checks, schema};
use crate::{
    cost::vm_hours,
    diagnostic::Diagnostic,
    document::Spanned,
    machines::{self, Lookup},
    schema::Record,
    units::format_duration,
};

/// Reports a budget that the matrix exceeds.
pub(super) fn check(
    file: &Record,
    matrix: &Matrix,
    duration: Option<&Spanned<u64>>,
    checks: &mut Checks<'_>,
) {
    let Some(budget) = file.blocks(&schema::BUDGET).next() else { return };
    let Some(target) = file.blocks(&schema::GCP).next() else {
        if !file.is_broken_block("target") && !file.is_broken_block("gcp") {
            let message = "the budget has no effect: the study has no `target \"gcp\"`";
            checks.report(Diagnostic::warning(budget.header.clone(), message));
        }
        return;
    };
    let (Some(experiments), Some(duration)) = (matrix.experiments(), duration) else { return };
    let hours = vm_hours(experiments, duration.value);
    let sum = format!(
        "{experiments} experiments × ({} + {} for setup and upload)",
        format_duration(duration.value),
        format_duration(SETUP_ALLOWANCE)
    );
    if let Some(limit) = budget.decimal("vm_hours").filter(|limit| hours > limit.value) {
        let message =
            format!("the study takes {} VM-hours; the budget has {}", round(hours), limit.value);
        let help = format!("{sum}, without retries; raise the budget or take less");
        checks.report(Diagnostic::error(limit.span, message).with_help(help));
    }
    if let Some(limit) = budget.decimal("usd") {
        check_money(target, &limit, hours, &sum, checks);
    }
}

fn check_money(
    target: &Record,
    limit: &Spanned<f64>,
    hours: f64,
    sum: &str,
    checks: &mut Checks<'_>,
) {
    if target.is_broken("usd_per_hour") {
        return;
    }
    let Some(machine) = target.text("machine_type") else { return };
    let spot = target.truth("spot").is_some_and(|spot| spot.value);
    let (price, source) = if let Some(own) = target.decimal("usd_per_hour") {
        (own.value, "your `usd_per_hour`")
    } else {
        let known = match machines::find(&machine.value) {
            Lookup::Known(machine) => machine.price,
            Lookup::Unlisted | Lookup::SharedCore => None,
            // That the type does not exist was reported.
            Lookup::Unknown(_) => return,
        };
        match known {
            Some(price) if spot => (price.spot_usd_per_hour, "a spot price of us-central1"),
            Some(price) => (price.usd_per_hour, "the list price in us-central1"),
            None => {
                let message = format!("the price of `{}` is not known", machine.value);
                let help = "add `usd_per_hour` to `target \"gcp\"`, or remove `usd`";
                checks.report(Diagnostic::error(limit.span.clone(), message).with_help(help));
                return;
            }
        }
    };
    let cost = hours * price;
    if cost > limit.value {
        let message =
            format!("the study costs about {cost:.2} USD; the budget has {}", limit.value);
        let help = format!(
            "{sum} × {price:.4} USD an hour ({source}), without retries, disks and network; \
             raise the budget or take less"
        );
        checks.report(Diagnostic::error(limit.span.clone(), message).with_help(help));
    }
}

fn round(hours: f64) -> f64 {
    (hours * 10.0).ceil() / 10.0
}
