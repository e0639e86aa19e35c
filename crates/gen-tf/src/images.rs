//! The record of container images beside a study: read, completed by asking registries, written.
//! What an image's digest changes is decided in `gen-tf-core`.

use std::{fs, io};

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use gen_tf_core::container::ImageRecord;
use gen_tf_store::registry::Registries;

use crate::{
    failure::{Failure, code},
    project::Checked,
    screen,
    workspace::write_file,
};

/// Reads the record of a study; where there is none, nothing was looked up yet.
///
/// # Errors
///
/// When it can't be read, or is no record (exit code 3).
pub fn read(study: &Utf8Path, name: &str) -> Result<ImageRecord, Failure> {
    let path = place(study, name);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ImageRecord::default()),
        Err(error) => {
            return Err(anyhow::Error::new(error).context(format!("reading {path}")).into());
        }
    };
    ImageRecord::parse(&text).with_context(|| format!("{path} is no record of images")).map_err(
        |error| Failure {
            code: code::INVALID_STUDY,
            ..Failure::from(error).hint(
                "take the last change back (mind the commas when deleting a line), or delete the \
                 file to look everything up again",
            )
        },
    )
}

/// Asks registries for the digests that a study's cells lack, and records them. Each is written as
/// soon as it is known, so that a limit of a registry costs no answer that it has given.
///
/// # Errors
///
/// When a registry does not tell a digest, or the record can't be written.
pub fn look_up(checked: &mut Checked) -> Result<(), Failure> {
    let missing = checked.images.missing(&checked.study, &checked.harness);
    if missing.is_empty() {
        return Ok(());
    }
    let path = place(&checked.path, &checked.study.name);
    let registries = Registries::new()?;
    for image in &missing {
        let digest = registries.digest(image)?;
        checked.images.note(image, &digest);
        write_file(&path, &checked.images.to_json(), 0o644)?;
        screen::say(format_args!("{image} is {digest}"));
    }
    screen::say(format_args!("recorded in {path}: commit it beside the study"));
    Ok(())
}

fn place(study: &Utf8Path, name: &str) -> Utf8PathBuf {
    study.with_file_name(ImageRecord::file_name(name))
}
