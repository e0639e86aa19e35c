//! Writing for people: stdout is data, stderr is progress. A reader that is gone ends nothing:
//! neither a closed pipe nor a closed terminal may stop a command in the middle of an apply.

use std::{
    fmt,
    io::{self, IsTerminal, Write},
};

use crate::{
    failure::{Failure, code},
    interrupt::Interrupts,
};

/// Writes a line to stderr.
pub fn say(line: impl fmt::Display) {
    // Nobody is left to tell that nobody reads stderr.
    drop(writeln!(io::stderr(), "{line}"));
}

/// Writes text to stdout, as it is.
///
/// # Errors
///
/// When stdout can't be written; a closed pipe (`| head`) and a closed terminal are no error.
pub fn data(text: &str) -> io::Result<()> {
    match io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()) {
        Err(error) if is_closed(&error) => Ok(()),
        other => other,
    }
}

/// Whether nobody reads any more. A terminal that is gone answers with EIO, as a broken disk does: only
/// where a signal has told of it too.
fn is_closed(error: &io::Error) -> bool {
    let hung_up = error.raw_os_error() == Some(libc::EIO) && Interrupts::of_process().level() > 0;
    error.kind() == io::ErrorKind::BrokenPipe || hung_up
}

/// Prints a value as JSON to stdout.
///
/// # Errors
///
/// When stdout can't be written.
pub fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(data(&text)?)
}

/// Asks a question that is answered with y or n; no terminal, no answer.
///
/// # Errors
///
/// When there is no terminal to ask, it can't be read, or a signal comes in the place of an answer.
pub fn confirm(question: &str) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        let failure = Failure::message("this changes something and there is no terminal to ask at");
        return Err(failure.hint("give --yes where nobody is asked, as in scripts"));
    }
    drop(write!(io::stderr(), "{question} [y/N] "));
    // A read of the terminal goes on after a signal that is handled.
    let read = Interrupts::of_process().unless_asked(|| {
        let mut answer = String::new();
        match io::stdin().read_line(&mut answer) {
            // The terminal has gone away, which may be seen before its signal: nobody says yes.
            Err(error) if error.raw_os_error() == Some(libc::EIO) => Ok(String::new()),
            read => read.map(|_| answer),
        }
    })?;
    let Some(answer) = read else {
        say("\ninterrupted, which is taken for no");
        return Err(Failure::said(code::INTERRUPTED));
    };
    Ok(matches!(answer?.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// A table of columns that are as wide as their widest cell; the last column is not padded.
#[must_use]
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = header.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut line = String::new();
        for (cell, width) in cells.zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.chars().count() + 2));
        }
        format!("{}\n", line.trim_end())
    };
    let mut text = line(&mut header.iter().copied());
    for row in rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_table_aligns_its_columns() {
        let rows = [vec!["a".to_owned(), "bb".to_owned()], vec!["ccc".to_owned(), String::new()]];
        assert_eq!(super::table(&["X", "Y"], &rows), "X    Y\na    bb\nccc\n");
    }
}
