//! `gen-tf-sync verify`: may these results be put into the paper?

use std::process::ExitCode;

use anyhow::ensure;
use camino::Utf8Path;
use clap::Args;
use gen_tf_core::verify::Verification;
use gen_tf_sync::{
    results::ResultsError,
    study::Study,
    verify::{Depth, verify},
};
use indicatif::{ProgressBar, ProgressStyle};

use super::whose::Whose;
use crate::verdict::{self, Subject};

/// Exit code where a rule is broken.
const EXIT_RULE_BROKEN: u8 = 5;

const LOOKING: &str = "verified {pos} of {len} {wide_bar} {eta} left";

/// Shown at the end of `verify --help`.
const NOTES: &str = "\
Every result of the study is held to the rules of a trustworthy result: complete-matrix, known-experiment,
same-definition, same-environment, files-intact, metrics-current, evidence-readable, database-sound,
full-budget, request-span, request-rate, coverage-above-idle, coverage-samples, distinct-evidence.
docs/results.md says what each demands, where its limit lies and where that comes from; so does the
output for each rule that is broken. What could not be judged is said, and warnings are no findings.

Nothing is written. Without --results the study is the one that the workspace has now, with it the one
of the last pull (study.json).

Exit codes: 0 no rule is broken; 1 an error, or wrong usage; 5 a rule is broken.";

/// Which results to verify.
#[derive(Args)]
#[command(after_help = NOTES)]
pub struct Arguments {
    #[command(flatten)]
    whose: Whose,

    /// Believe the files and metrics.json: hash nothing, compute nothing again
    #[arg(long)]
    quick: bool,

    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Verifies the results, and says what was found.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (results, study) = arguments.whose.place_and_study()?;
    ensure!(
        study.matrix.size() > 0,
        "the workspace's gen-tf.json names no experiments, so that nothing can be verified: \
         `gen-tf render` writes it anew"
    );
    let verification = look(&results, &study, arguments.quick)?;
    let subject = Subject { study: &study, results: &results, depth: depth(arguments.quick) };
    verdict::print(&verification, &subject, arguments.json)?;
    Ok(if verification.is_good() { ExitCode::SUCCESS } else { ExitCode::from(EXIT_RULE_BROKEN) })
}

fn depth(quick: bool) -> Depth {
    if quick { Depth::Quick } else { Depth::Thorough }
}

/// Verifies results and shows how far it is.
pub fn look(results: &Utf8Path, study: &Study, quick: bool) -> Result<Verification, ResultsError> {
    let bar = ProgressBar::no_length();
    bar.set_style(ProgressStyle::with_template(LOOKING).expect("the template is well-formed"));
    let tell = |done: usize, all: usize| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    };
    let verification = verify(results, study, depth(quick), &tell)?;
    bar.finish_and_clear();
    Ok(verification)
}
