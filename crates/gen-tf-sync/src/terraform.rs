//! Asks Terraform or OpenTofu for the outputs of a workspace; nothing else here starts a program.
//! It does not know what the outputs mean.

use std::{collections::BTreeMap, io};

use camino::Utf8Path;
use serde::Deserialize;
use serde_json::Value;

/// The programs that are tried where none is named.
const PROGRAMS: [&str; 2] = ["terraform", "tofu"];
const ARGUMENTS: [&str; 3] = ["output", "-json", "-no-color"];
/// Lines of stderr that a message shows.
const TAIL: usize = 20;

/// What Terraform says about a workspace.
#[derive(Debug)]
pub enum Outputs {
    /// The values by name; none before the first apply and after a destroy.
    Values(BTreeMap<String, Value>),
    /// Neither Terraform nor OpenTofu is on the path.
    NoProgram,
}

/// Terraform did not give the outputs.
#[derive(Debug, thiserror::Error)]
pub enum TerraformError {
    /// The program did not start.
    #[error("cannot start `{program}` in {folder}")]
    Start {
        /// The program.
        program: String,
        /// Its working directory.
        folder: String,
        /// What the system said.
        source: io::Error,
    },
    /// The program failed.
    #[error("`{command}` in {folder} failed: {status}{stderr}")]
    Failed {
        /// The program and its arguments.
        command: String,
        /// Its working directory.
        folder: String,
        /// How it ended.
        status: String,
        /// The end of what it wrote to stderr, each line after a line break.
        stderr: String,
    },
    /// The program printed something else than outputs.
    #[error("`{command}` in {folder} printed no outputs")]
    Json {
        /// The program and its arguments.
        command: String,
        /// Its working directory.
        folder: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

#[derive(Deserialize)]
struct Output {
    value: Value,
}

/// The outputs of the workspace in `folder`, by the named program or the first one there is.
pub fn outputs(folder: &Utf8Path, program: Option<&str>) -> Result<Outputs, TerraformError> {
    if let Some(program) = program {
        return outputs_by(folder, program).map(Outputs::Values);
    }
    for program in PROGRAMS {
        match outputs_by(folder, program) {
            Err(TerraformError::Start { source, .. })
                if source.kind() == io::ErrorKind::NotFound => {}
            other => return other.map(Outputs::Values),
        }
    }
    Ok(Outputs::NoProgram)
}

fn outputs_by(folder: &Utf8Path, program: &str) -> Result<BTreeMap<String, Value>, TerraformError> {
    let ended = duct::cmd(program, ARGUMENTS)
        .dir(folder)
        .env("TF_IN_AUTOMATION", "1")
        .stdin_null()
        .stdout_capture()
        .stderr_capture()
        .unchecked()
        .run()
        .map_err(|source| TerraformError::Start {
            program: program.to_owned(),
            folder: folder.to_string(),
            source,
        })?;
    let command = format!("{program} {}", ARGUMENTS.join(" "));
    if !ended.status.success() {
        return Err(TerraformError::Failed {
            command,
            folder: folder.to_string(),
            status: ended.status.to_string(),
            stderr: tail(&String::from_utf8_lossy(&ended.stderr)),
        });
    }
    let outputs: BTreeMap<String, Output> = serde_json::from_slice(&ended.stdout)
        .map_err(|source| TerraformError::Json { command, folder: folder.to_string(), source })?;
    Ok(outputs.into_iter().map(|(name, output)| (name, output.value)).collect())
}

fn tail(stderr: &str) -> String {
    let lines: Vec<&str> = stderr.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = &lines[lines.len().saturating_sub(TAIL)..];
    last.iter().map(|line| format!("\n  | {line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_of_stderr_is_its_last_lines_that_say_something() {
        let many: String = (0..30).map(|i| format!("line {i}\n\n")).collect();
        let tail = tail(&many);
        assert!(tail.starts_with("\n  | line 10\n") && tail.ends_with("| line 29"), "{tail}");
    }
}
