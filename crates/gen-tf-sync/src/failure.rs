//! Turns errors into text, once: the message, its causes, and a hint.

use std::{error::Error, fmt::Write, process::ExitCode};

use gen_tf_store::StoreError;
use gen_tf_sync::{
    export::ExportError, pull::PullError, results::ResultsError, study::StudyError,
    workspace::WorkspaceError,
};

/// Shows help or a usage error. Wrong usage is 1, as any error.
pub fn show_usage(usage: &clap::Error) -> ExitCode {
    let code = if usage.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    match usage.print() {
        Ok(()) => code,
        Err(_) => ExitCode::FAILURE,
    }
}

/// The lines for an error that ends the program.
pub fn text(error: &anyhow::Error) -> String {
    let hint = match error.downcast_ref::<WorkspaceError>() {
        Some(workspace) => workspace.hint(),
        None => hint(error.as_ref()),
    };
    lines("", error.as_ref(), hint)
}

/// The lines for an attempt that could not be pulled.
pub fn text_of_attempt(name: &str, error: &PullError) -> String {
    lines(&format!("{name}: "), error, hint(error))
}

/// The lines for a store that does not answer and is asked again.
pub fn text_of_silence(error: &PullError) -> String {
    let again = "the store is asked again, for half an hour at most";
    lines("", error, Some(again)).replacen("error: ", "warning: ", 1)
}

/// Message and causes in one line, for programs.
pub fn one_line(error: &dyn Error) -> String {
    causes(error).join(": ")
}

fn hint(error: &(dyn Error + 'static)) -> Option<&'static str> {
    match error.downcast_ref::<PullError>() {
        Some(pull) => pull.hint(),
        None => error
            .downcast_ref::<ResultsError>()
            .and_then(ResultsError::hint)
            .or_else(|| error.downcast_ref::<ExportError>().and_then(ExportError::hint))
            .or_else(|| error.downcast_ref::<StudyError>().and_then(StudyError::hint))
            .or_else(|| error.downcast_ref::<StoreError>().and_then(StoreError::hint)),
    }
}

fn lines(start: &str, error: &dyn Error, hint: Option<&str>) -> String {
    let causes = causes(error);
    let mut text = format!("error: {start}{}\n", causes[0]);
    for cause in &causes[1..] {
        writeln!(text, "  cause: {cause}").expect("a string takes everything");
    }
    if let Some(hint) = hint {
        writeln!(text, "hint: {hint}").expect("a string takes everything");
    }
    text
}

/// The message and its causes. Some libraries repeat a cause in the message: once is enough.
fn causes(error: &dyn Error) -> Vec<String> {
    let mut texts = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if texts.last().is_none_or(|last| !last.contains(&text)) {
            texts.push(text);
        }
        source = cause.source();
    }
    texts
}
