//! The metrics of attempts: `metrics.json` beside each `outcome.json`, computed from the evidence in
//! the attempt's folder and from nothing else. The rules by which things are counted are in core.
//!
//! Which files are read follows from which are there; `docs/results.md` has the table.

mod problems;
mod lines;
mod evidence;
mod request_lines;
mod proxy_log;
mod llamaresttest;
mod results_db;
mod restgym;
mod coverage;
mod claims;
mod refresh;

use camino::Utf8Path;
use gen_tf_core::{
    metrics::{
        Coverage, CoverageCounts, Covered, Document, FORMAT, LlamaRestTest, Metrics, Published,
        RestGym, RestGymCoverage, Sources, Tally, Window,
    },
    outcome::Outcome,
};

pub use self::refresh::{METRICS, Refreshed, refresh};
use self::{coverage::Summary, problems::Problems, proxy_log::Use};
pub(crate) use self::{refresh::PARTIAL as METRICS_PARTIAL, results_db::check as check_database};

const DOCUMENT: &str = "openapi.json";
/// Name of RESTgym's record of requests.
pub(crate) const DATABASE: &str = "results.db";
const REQUEST_LINES: &str = "requests.jsonl";

/// The metrics of the attempt whose files are in `folder`. Evidence that cannot be read becomes a
/// problem in them.
#[must_use]
pub fn compute(folder: &Utf8Path, outcome: &Outcome) -> Metrics {
    let mut problems = Problems::default();
    let mut sources = Sources::default();
    let document = read_document(folder, &mut sources, &mut problems);
    let window = Window::of(outcome);
    let mut tally = Tally::new(window, document.as_ref());
    let service = outcome.experiment.service.as_str();
    let inputs = Inputs { folder, service, document: document.as_ref() };
    let mut published = inputs.read_requests(&mut tally, &mut sources, &mut problems);
    let (coverage, samples) = read_coverage(folder, &mut sources, &mut problems);
    add_coverage(&mut published, coverage.as_ref().and_then(|coverage| coverage.end));
    let counted = tally.finish(&samples);
    if counted.too_many_failures {
        let file = sources.failures.as_deref().unwrap_or_default();
        problems.add(file, &"has more than 10000 different failures; the rest is not told apart");
    }
    // A record of which nothing could be read does not say that there were no requests.
    let is_known =
        sources.requests.as_deref().is_some_and(|file| !counted.is_empty() || !problems.has(file));
    let failures = counted.failures.filter(|_| is_known);
    Metrics {
        format: FORMAT,
        experiment: outcome.experiment.clone(),
        attempt: outcome.attempt,
        window,
        sources,
        requests: is_known.then_some(counted.requests),
        operations: counted.operations.filter(|_| is_known),
        unique_5xx: failures.as_ref().map(|failures| failures.len() as u64),
        failures,
        coverage,
        minutes: is_known.then_some(counted.minutes),
        published,
        claims: claims::read(folder, &mut problems),
        problems: problems.into_vec(),
    }
}

fn read_document(
    folder: &Utf8Path,
    sources: &mut Sources,
    problems: &mut Problems,
) -> Option<Document> {
    let text = evidence::read_small(folder, DOCUMENT, problems)?;
    match Document::parse(&text) {
        Ok(document) => {
            sources.document = Some(DOCUMENT.to_owned());
            Some(document)
        }
        Err(error) => {
            problems.add(DOCUMENT, &error);
            None
        }
    }
}

/// What the readers of requests look at.
struct Inputs<'a> {
    folder: &'a Utf8Path,
    service: &'a str,
    document: Option<&'a Document>,
}

impl Inputs<'_> {
    /// Counts requests from the best record there is.
    fn read_requests(
        &self,
        tally: &mut Tally<'_>,
        sources: &mut Sources,
        problems: &mut Problems,
    ) -> Published {
        let mut published = Published::default();
        if evidence::has(self.folder, DATABASE) {
            let path = self.folder.join(DATABASE);
            let (service, document) = (self.service, self.document);
            published.restgym =
                results_db::read(&path, DATABASE, service, document, tally, problems);
            sources.requests = Some(DATABASE.to_owned());
            sources.failures = Some(DATABASE.to_owned());
            return published;
        }
        if let Some(file) = evidence::open(self.folder, REQUEST_LINES, problems) {
            request_lines::read(file, REQUEST_LINES, tally, problems);
            sources.requests = Some(REQUEST_LINES.to_owned());
        }
        published.llamaresttest = self.read_log(tally, sources, problems);
        published
    }

    fn read_log(
        &self,
        tally: &mut Tally<'_>,
        sources: &mut Sources,
        problems: &mut Problems,
    ) -> Option<LlamaRestTest> {
        let name = format!("log-{}.txt", self.service);
        let file = evidence::open(self.folder, &name, problems)?;
        sources.failures = Some(name.clone());
        let purpose = match sources.requests {
            Some(_) => Use::MessagesOnly,
            None => Use::Everything,
        };
        sources.requests.get_or_insert_with(|| name.clone());
        proxy_log::read(file, &name, self.document, purpose, tally, problems)
    }
}

/// Coverage, and the samples on the way.
fn read_coverage(
    folder: &Utf8Path,
    sources: &mut Sources,
    problems: &mut Problems,
) -> (Option<Coverage>, Vec<(f64, CoverageCounts)>) {
    let summary = Summary::read(folder, problems);
    let mut samples = coverage::read_samples(folder, problems);
    let names = evidence::names(folder, "", problems);
    let is_report =
        |name: &&String| name.strip_suffix(".csv").is_some_and(|port| port.parse::<u16>().is_ok());
    let report = names.iter().find(is_report);
    let end = if let Some((_, last)) = samples.last() {
        Some((coverage::SAMPLES.to_owned(), *last))
    } else if let Some(counts) =
        report.and_then(|name| coverage::read_report(folder, name, problems))
    {
        report.cloned().zip(Some(counts))
    } else {
        summary.as_ref().and_then(Summary::end).map(|end| (coverage::SUMMARY.to_owned(), end))
    };
    let idle = match coverage::read_report(folder, coverage::IDLE_REPORT, problems) {
        Some(counts) => Some((coverage::IDLE_REPORT.to_owned(), counts)),
        None => summary.as_ref().and_then(Summary::idle).map(|c| (coverage::SUMMARY.to_owned(), c)),
    };
    if samples.is_empty() {
        samples = summary.as_ref().map(Summary::samples).unwrap_or_default();
    }
    let (end_source, end) = end.unzip();
    let (idle_source, idle) = idle.unzip();
    sources.coverage = end_source;
    sources.idle_coverage = idle_source;
    let number = (!samples.is_empty()).then_some(samples.len() as u64);
    let is_known = idle.is_some() || end.is_some() || number.is_some();
    (is_known.then_some(Coverage { idle, end, samples: number }), samples)
}

/// Coverage at the end, in the form of the projects' own figures.
fn add_coverage(published: &mut Published, end: Option<CoverageCounts>) {
    let Some(end) = end else { return };
    let ratio = |covered: Option<Covered>| covered.and_then(Covered::ratio);
    let (branch, line, method) = (ratio(end.branches), ratio(end.lines), ratio(end.methods));
    if let Some(row) = &mut published.llamaresttest {
        (row.branch, row.line, row.method) = (branch, line, method);
    }
    if let Some(RestGym { final_code_coverage, .. }) = &mut published.restgym {
        *final_code_coverage = RestGymCoverage { branch, line, method };
    }
}
