//! The files of a report: rendered all before any is written, and each appears whole.

use std::{
    fs::{self, File},
    io::{self, Write as _},
};

use camino::{Utf8Path, Utf8PathBuf};
use gen_tf_core::report::Report;

use super::{RenderError, page, tables};

/// The names of the files, in the order in which they are told.
pub const NAMES: [&str; 4] = ["index.html", "experiments.csv", "cells.csv", "report.json"];

/// A report could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {path}")]
pub struct WriteError {
    action: &'static str,
    path: Utf8PathBuf,
    source: io::Error,
}

/// The content of a report's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    files: [(&'static str, String); 4],
}

impl Rendered {
    /// Renders a report.
    pub fn of(report: &Report) -> Result<Self, RenderError> {
        let mut json = serde_json::to_string(report)?;
        json.push('\n');
        let [page, experiments, cells, whole] = NAMES;
        Ok(Self {
            files: [
                (page, page::render(report)?),
                (experiments, tables::experiments(report)?),
                (cells, tables::cells(report)?),
                (whole, json),
            ],
        })
    }

    /// The content of a file by its name.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&str> {
        self.files.iter().find(|(held, _)| *held == name).map(|(_, text)| &text[..])
    }
}

/// Writes the files into a folder, which is made where there is none; other files there stay. None
/// of them takes its name before all are on the disk.
pub fn write(rendered: &Rendered, folder: &Utf8Path) -> Result<(), WriteError> {
    let failed = |action: &'static str, path: &Utf8Path| {
        let path = path.to_owned();
        move |source| WriteError { action, path, source }
    };
    fs::create_dir_all(folder).map_err(failed("make the folder", folder))?;
    let partial = |name: &str| folder.join(format!(".{name}.part"));
    let written = rendered.files.iter().try_for_each(|(name, text)| {
        let path = partial(name);
        let write = || {
            let mut file = File::create(&path)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        };
        write().map_err(failed("write", &path))
    });
    if let Err(error) = written {
        for name in NAMES {
            // What is half written says nothing; the first mistake is the one to tell.
            drop(fs::remove_file(partial(name)));
        }
        return Err(error);
    }
    for name in NAMES {
        let target = folder.join(name);
        fs::rename(partial(name), &target).map_err(failed("rename a finished file to", &target))?;
    }
    Ok(())
}
