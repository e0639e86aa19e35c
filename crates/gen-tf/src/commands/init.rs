//! `gen-tf init`: a commented study to start from. It overwrites nothing.

use std::io::Write as _;

use anyhow::Context as _;

use crate::{
    cli::InitArgs,
    failure::{Failure, Outcome},
    screen,
};

const TEMPLATE: &str = include_str!("../../templates/study.hcl");

/// Writes `study.hcl` into a folder.
///
/// # Errors
///
/// When there is one already, or the folder can't be written.
pub fn run(args: &InitArgs) -> Outcome {
    std::fs::create_dir_all(&args.dir).with_context(|| format!("making {}", args.dir))?;
    let path = args.dir.join("study.hcl");
    let mut file = match std::fs::File::create_new(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(Failure::message(format!("{path} exists already"))
                .hint("nothing was changed; choose another folder"));
        }
        Err(error) => {
            return Err(anyhow::Error::new(error).context(format!("writing {path}")).into());
        }
    };
    file.write_all(TEMPLATE.as_bytes()).with_context(|| format!("writing {path}"))?;
    screen::say(format_args!("wrote {path}"));
    screen::say(format_args!(
        "next: edit it, then `gen-tf plan {path}` and `gen-tf apply --wait {path}`"
    ));
    Ok(())
}
