//! `gen-tf validate`: every mistake at once. It decides nothing and needs no network.

use gen_tf_core::matrix;
use serde::Serialize;

use crate::{cli::ValidateArgs, failure::Outcome, project, screen};

#[derive(Serialize)]
struct Summary {
    study: String,
    harness: String,
    cells: usize,
    runs: u32,
    experiments: usize,
    duration_seconds: u64,
    tool_hours: f64,
}

/// Checks a study.
///
/// # Errors
///
/// Exit code 3 when it has a mistake.
pub fn run(args: &ValidateArgs) -> Outcome {
    let checked = project::check(&args.study.study)?;
    let study = &checked.study;
    let cells = matrix::cells(study).count();
    let experiments = cells * study.runs as usize;
    let summary = Summary {
        study: study.name.clone(),
        harness: checked.harness.name.clone(),
        cells,
        runs: study.runs,
        experiments,
        duration_seconds: study.duration,
        tool_hours: experiments as f64 * study.duration as f64 / 3600.0,
    };
    if args.json {
        return Ok(screen::json(&summary)?);
    }
    let text = format!(
        "{}: study `{}` is valid: {} experiments ({} cells × {} runs), {:.1} hours of the tools' time\n",
        checked.path, summary.study, experiments, cells, study.runs, summary.tool_hours
    );
    Ok(screen::data(&text)?)
}
