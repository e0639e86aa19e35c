//! Reads coverage: JaCoCo's CSV reports, RESTgym's folder of samples, and `coverage.json`, which all
//! harnesses leave. JaCoCo's exec files are not read: they tell of lines only together with the
//! service's classes, and by Java.

use std::{fs::File, io::BufReader};

use camino::Utf8Path;
use gen_tf_core::metrics::{CoverageCounts, Covered};
use jiff::{civil::DateTime, tz::TimeZone};
use serde::Deserialize;

use super::{evidence, lines::Lines, problems::Problems};

/// Where RESTgym's samples are.
pub const SAMPLES: &str = "code-coverage";
/// What all harnesses leave.
pub const SUMMARY: &str = "coverage.json";
/// The report of the idle service beside LlamaRestTest's own.
pub const IDLE_REPORT: &str = "idle.csv";
const LONGEST_LINE: u64 = 1 << 16;
const COLUMNS: usize = 13;
/// Columns of JaCoCo's report, the first being 0; what is covered is the one after.
const BRANCHES_MISSED: usize = 5;
const LINES_MISSED: usize = 7;
const METHODS_MISSED: usize = 11;

/// `coverage.json`.
#[derive(Debug, Deserialize)]
pub struct Summary {
    format: u32,
    idle: Option<Flat>,
    r#final: Option<Flat>,
    #[serde(default)]
    samples: Vec<Sample>,
}

/// One sample of a harness that takes some on the way.
#[derive(Debug, Deserialize)]
struct Sample {
    /// When it was taken, in seconds since 1970.
    time: f64,
    #[serde(flatten)]
    counts: Flat,
}

#[derive(Debug, Deserialize)]
struct Flat {
    lines_covered: Option<u64>,
    lines_total: Option<u64>,
    branches_covered: Option<u64>,
    branches_total: Option<u64>,
    methods_covered: Option<u64>,
    methods_total: Option<u64>,
}

impl Flat {
    fn counts(&self) -> CoverageCounts {
        let pair = |covered: Option<u64>, total: Option<u64>| {
            let (covered, total) = covered.zip(total)?;
            (covered <= total).then_some(Covered { covered, total })
        };
        CoverageCounts {
            lines: pair(self.lines_covered, self.lines_total),
            branches: pair(self.branches_covered, self.branches_total),
            methods: pair(self.methods_covered, self.methods_total),
        }
    }
}

impl Summary {
    /// Reads the file, if it is there.
    pub fn read(folder: &Utf8Path, problems: &mut Problems) -> Option<Self> {
        let text = evidence::read_small(folder, SUMMARY, problems)?;
        match serde_json::from_slice::<Self>(&text) {
            Ok(summary) if summary.format == 1 => Some(summary),
            Ok(summary) => {
                let found = summary.format;
                problems.add(SUMMARY, &format!("has format {found}, and format 1 is read"));
                None
            }
            Err(error) => {
                problems.add(SUMMARY, &error);
                None
            }
        }
    }

    /// Coverage of the idle service.
    pub fn idle(&self) -> Option<CoverageCounts> {
        self.idle.as_ref().map(Flat::counts)
    }

    /// Coverage at the end.
    pub fn end(&self) -> Option<CoverageCounts> {
        self.r#final.as_ref().map(Flat::counts)
    }

    /// Samples on the way, with their times.
    pub fn samples(&self) -> Vec<(f64, CoverageCounts)> {
        self.samples.iter().map(|sample| (sample.time, sample.counts.counts())).collect()
    }
}

/// The sums of a report of JaCoCo, if it is there and whole.
pub fn read_report(
    folder: &Utf8Path,
    name: &str,
    problems: &mut Problems,
) -> Option<CoverageCounts> {
    let file = evidence::open(folder, name, problems)?;
    match sum(file) {
        Ok(counts) => Some(counts),
        Err(error) => {
            problems.add(name, &error);
            None
        }
    }
}

fn sum(file: File) -> Result<CoverageCounts, String> {
    let mut lines = Lines::new(BufReader::with_capacity(1 << 16, file), LONGEST_LINE);
    let mut sums = [Covered::default(); 3];
    let mut number = 0_u64;
    while let Some(line) = lines.next().map_err(|error| error.to_string())? {
        number += 1;
        let text = String::from_utf8_lossy(line.bytes);
        let cells: Vec<&str> = text.trim_end_matches('\r').split(',').collect();
        if cells.len() != COLUMNS || !line.is_ended {
            return Err(format!("line {number} is no whole line of JaCoCo's report"));
        }
        if cells[6].contains("_COVERED") || cells[6].contains("_MISSED") {
            continue;
        }
        for (sum, column) in sums.iter_mut().zip([LINES_MISSED, BRANCHES_MISSED, METHODS_MISSED]) {
            let cell = |column: usize| {
                let number_of = cells[column].parse::<u32>().map(u64::from);
                number_of.map_err(|_| format!("line {number} has `{}` for a number", cells[column]))
            };
            let (missed, covered) = (cell(column)?, cell(column + 1)?);
            sum.covered += covered;
            sum.total += missed + covered;
        }
    }
    if number < 2 {
        return Err("the report names no class".to_owned());
    }
    let [lines, branches, methods] = sums.map(Some);
    Ok(CoverageCounts { lines, branches, methods })
}

/// All of RESTgym's samples that are whole, oldest first, with their times in seconds since 1970.
///
/// The names say the time in the API container's zone, which is UTC in the published images.
pub fn read_samples(folder: &Utf8Path, problems: &mut Problems) -> Vec<(f64, CoverageCounts)> {
    let mut samples = Vec::new();
    for name in evidence::names(folder, SAMPLES, problems) {
        let Some(time) = name.strip_prefix("jacoco_").and_then(|n| n.strip_suffix(".csv")) else {
            continue;
        };
        let path = format!("{SAMPLES}/{name}");
        match DateTime::strptime("%Y-%m-%dT%H.%M.%S", time) {
            Ok(time) => {
                let counts = read_report(folder, &path, problems);
                samples.extend(counts.map(|counts| (seconds(time), counts)));
            }
            Err(_) => problems.add(&path, &"its name tells no time, such as 2026-11-28T10.00.00"),
        }
    }
    samples
}

#[expect(clippy::cast_precision_loss, reason = "seconds of this era")]
fn seconds(time: DateTime) -> f64 {
    TimeZone::UTC.to_timestamp(time).map_or(f64::NAN, |time| time.as_second() as f64)
}
