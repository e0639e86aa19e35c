//! Rules about one result, from its outcome and its metrics. Rules about files are for who reads
//! them.

use super::{Finding, Judgement, Rule, Warning, WarningKind};
use crate::{
    harness::Limits,
    id::ExperimentId,
    metrics::{Coverage, CoverageCounts, Covered, Metrics},
    outcome::Outcome,
};

/// The guest's clock counts hundredths of seconds (`scripts/guest/clock.sh`), and ends the tool when
/// the budget is over, never before (`scripts/guest/run.sh`).
const CLOCK_STEP: f64 = 0.01;
/// A tool that worked longer than this beyond its budget, in seconds, was on a machine that slept or
/// starved: the guest has nothing else to do at the end of the budget.
const MOST_OVERTIME: f64 = 1.0;
/// Limits are decimal numbers, and their products need not be those of arithmetic: 1.1 x 3600 is more
/// than 3960 here.
const ROUNDING: f64 = 1e-6;
/// A guest starts a tool that has ended again, once a second at most (`scripts/guest/run.sh`). So few
/// seconds a start are those of a tool that has nothing more to do.
const SHORT_START: f64 = 5.0;
/// So few starts are no habit.
const FEW_STARTS: u32 = 3;

/// What is known of the result in an experiment's place.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Its outcome.
    pub outcome: &'a Outcome,
    /// What its evidence shows; absent where that could not be found out.
    pub metrics: Option<&'a Metrics>,
    /// The definition that its cell has in the study.
    pub definition: &'a str,
    /// Limits of its cell; absent where an older gen-tf has rendered the study.
    pub limits: Option<Limits>,
    /// Duration of the study in seconds; absent where an older gen-tf has rendered it.
    pub duration: Option<f64>,
}

/// Applies the rules about one result.
#[must_use]
pub fn judge(facts: &Facts<'_>) -> Judgement {
    let duration = facts.duration.unwrap_or(facts.outcome.duration);
    let mut bench =
        Bench { experiment: &facts.outcome.experiment, judgement: Judgement::default() };
    bench.same_definition(facts);
    bench.full_budget(facts.outcome, duration);
    bench.starts(facts.outcome);
    let Some(metrics) = facts.metrics else { return bench.judgement };
    bench.evidence_readable(metrics);
    bench.requests(metrics, facts.limits, duration);
    bench.coverage_above_idle(metrics.coverage.as_ref());
    bench.coverage_samples(metrics.coverage.as_ref(), facts.limits, duration);
    bench.judgement
}

/// Where one result is judged.
struct Bench<'a> {
    experiment: &'a ExperimentId,
    judgement: Judgement,
}

impl Bench<'_> {
    fn find(&mut self, rule: Rule, message: impl Into<String>, wanted: String, found: String) {
        let finding = Finding::new(rule, self.experiment, message).with(wanted, found);
        self.judgement.findings.push(finding);
    }

    fn doubt(&mut self, rule: Rule, reason: &str) {
        self.judgement.doubts.push((rule, reason.to_owned(), Some(self.experiment.clone())));
    }

    fn warn(&mut self, kind: WarningKind, message: String) {
        let experiment = Some(self.experiment.clone());
        self.judgement.warnings.push(Warning { kind, experiment, message });
    }

    fn same_definition(&mut self, facts: &Facts<'_>) {
        let (wanted, found) = (facts.definition, &facts.outcome.definition);
        if wanted != found {
            let message = "was run under another definition than its cell has now: `gen-tf apply \
                           --rerun-changed` runs it again";
            self.find(Rule::SameDefinition, message, wanted.to_owned(), found.clone());
        }
    }

    fn full_budget(&mut self, outcome: &Outcome, duration: f64) {
        let worked = outcome.tool_seconds;
        // Written so that what is no number is no full budget.
        let is_full =
            reaches(worked, duration - CLOCK_STEP) && reaches(duration + MOST_OVERTIME, worked);
        if !is_full {
            let message = match worked > duration {
                true => "the tool has worked longer than its budget: the machine slept or starved",
                false => "the tool has not worked for its whole budget",
            };
            let wanted =
                format!("{duration} s, at most {CLOCK_STEP} s less and {MOST_OVERTIME} s more");
            self.find(Rule::FullBudget, message, wanted, format!("{worked} s"));
        }
    }

    fn starts(&mut self, outcome: &Outcome) {
        let (starts, worked) = (outcome.tool_starts, outcome.tool_seconds);
        let each = worked / f64::from(starts.max(1));
        if starts > FEW_STARTS && each < SHORT_START {
            let message = format!(
                "the tool was started {starts} times in {worked} s, {each:.1} s each: it ends at once, and its \
                 figures are those of many short starts"
            );
            self.warn(WarningKind::ManyStarts, message);
        }
    }

    fn evidence_readable(&mut self, metrics: &Metrics) {
        let Some(first) = metrics.problems.first() else { return };
        let more = match metrics.problems.len() - 1 {
            0 => String::new(),
            more => format!("; {more} more"),
        };
        let message = format!("{}: {}{more}", first.file, first.message);
        let finding = Finding::new(Rule::EvidenceReadable, self.experiment, message);
        self.judgement.findings.push(finding);
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of requests are far below 2^53")]
    fn requests(&mut self, metrics: &Metrics, limits: Option<Limits>, duration: f64) {
        let Some(limits) = limits else {
            return self.no_limits(&[Rule::RequestSpan, Rule::RequestRate]);
        };
        let least = limits.min_requests_per_second * duration;
        let Some(requests) = &metrics.requests else {
            if metrics.sources.requests.is_some() {
                let reason = "the record of requests cannot be read";
                self.doubt(Rule::RequestSpan, reason);
                return self.doubt(Rule::RequestRate, reason);
            }
            self.doubt(Rule::RequestSpan, "the evidence has no record of requests");
            if least > 0.0 {
                let message =
                    "the evidence has no record of requests, and the harness demands some";
                self.find(Rule::RequestRate, message, demanded(least, limits), "none".to_owned());
            }
            return;
        };
        let shortest = limits.min_request_span * duration;
        let span = requests.span_seconds.unwrap_or(0.0);
        if !reaches(span, shortest) {
            let message = "requests came in a part of the tool's time only";
            let part = limits.min_request_span;
            let wanted = format!("at least {shortest:.2} s ({} of {duration} s)", percent(part));
            let found = format!("{span:.2} s ({})", percent(span / duration));
            self.find(Rule::RequestSpan, message, wanted, found);
        }
        if !reaches(requests.total as f64, least) {
            let message = "too few requests were answered";
            let found =
                format!("{}, {:.4} a second", requests.total, requests.total as f64 / duration);
            self.find(Rule::RequestRate, message, demanded(least, limits), found);
        }
        if requests.total > 0 && requests.status.success == 0 {
            let message = format!(
                "not one of {} answers is 2xx ({} are 401, {} are 403), as when a token is missing or has expired",
                requests.total, requests.unauthorized, requests.forbidden
            );
            self.warn(WarningKind::NoSuccess, message);
        }
    }

    fn no_limits(&mut self, rules: &[Rule]) {
        for rule in rules {
            self.doubt(*rule, "an older gen-tf rendered no limits: `gen-tf render` writes them");
        }
    }

    fn coverage_above_idle(&mut self, coverage: Option<&Coverage>) {
        let Some((idle, end)) = coverage.and_then(|coverage| coverage.idle.zip(coverage.end))
        else {
            return self.doubt(
                Rule::CoverageAboveIdle,
                "the evidence does not tell the coverage both of the idle service and of the end",
            );
        };
        let pairs = kinds(idle).into_iter().zip(kinds(end));
        let known: Vec<_> =
            pairs.filter_map(|((name, idle), (_, end))| Some((name, idle?, end?))).collect();
        if known.is_empty() {
            return self.doubt(
                Rule::CoverageAboveIdle,
                "coverage of the idle service and at the end \
                 have nothing in common",
            );
        }
        if known.iter().all(|(_, idle, end)| end.covered <= idle.covered) {
            let list = |pick: fn(&(&str, Covered, Covered)) -> Covered| {
                let one = |kind| {
                    let Covered { covered, total } = pick(kind);
                    format!("{covered} of {total} {}", kind.0)
                };
                known.iter().map(one).collect::<Vec<_>>().join(", ")
            };
            let message =
                "covers no more than the idle service: the tool's requests have reached no code";
            let wanted = format!("more than {}", list(|kind| kind.1));
            self.find(Rule::CoverageAboveIdle, message, wanted, list(|kind| kind.2));
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of samples are far below 2^53")]
    fn coverage_samples(
        &mut self,
        coverage: Option<&Coverage>,
        limits: Option<Limits>,
        duration: f64,
    ) {
        let Some(limits) = limits else { return self.no_limits(&[Rule::CoverageSamples]) };
        let each = limits.min_coverage_samples_per_minute;
        let least = each * duration / 60.0;
        let found = coverage.and_then(|coverage| coverage.samples).unwrap_or(0);
        if !reaches(found as f64, least) {
            let message = "coverage was sampled too seldom, or its samples cannot be read";
            let wanted = format!("at least {} samples, {each} a minute", whole(least));
            self.find(Rule::CoverageSamples, message, wanted, format!("{found} samples"));
        }
    }
}

fn kinds(counts: CoverageCounts) -> [(&'static str, Option<Covered>); 3] {
    let CoverageCounts { lines, branches, methods } = counts;
    [("lines", lines), ("branches", branches), ("methods", methods)]
}

fn demanded(least: f64, limits: Limits) -> String {
    format!("at least {}, {} a second", whole(least), limits.min_requests_per_second)
}

/// Whether a number is as large as another; what is no number is not.
fn reaches(number: f64, least: f64) -> bool {
    number >= least - ROUNDING
}

/// The least whole number that reaches this one.
fn whole(least: f64) -> f64 {
    (least - ROUNDING).ceil()
}

fn percent(part: f64) -> String {
    format!("{:.1} %", part * 100.0)
}
