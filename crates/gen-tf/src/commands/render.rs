//! `gen-tf render`: writes the workspace, or with `--check` says what would change.

use camino::Utf8Path;
use gen_tf_core::tree::Changes;

use crate::{
    cli::RenderArgs,
    failure::{Failure, Outcome, code},
    project::Project,
    screen,
    workspace::Workspace,
};

/// Renders a study.
///
/// # Errors
///
/// Exit code 2 when `--check` finds differences.
pub fn run(args: &RenderArgs) -> Outcome {
    let project = Project::open(&args.study)?;
    warn_of_images(&project);
    let workspace = Workspace::at(&project.workspace);
    let tree = project.render();
    let name = &project.blueprint.study;
    if args.check {
        let (changes, diff) = workspace.check(name, &tree)?;
        if changes.is_empty() {
            screen::say(format_args!("{} is up to date", project.workspace));
            return Ok(());
        }
        screen::data(&diff)?;
        screen::say(summary(&project.workspace, &changes));
        return Err(Failure::said(code::DIFFERENT));
    }
    let changes = workspace.write(name, &tree)?;
    screen::say(summary(&project.workspace, &changes));
    Ok(())
}

/// A render asks nobody: an image that was never looked up stays what its tag means.
fn warn_of_images(project: &Project) {
    let images = &project.images_without_digest;
    let Some(first) = images.first() else { return };
    let others = match images.len() - 1 {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    screen::say(format_args!(
        "warning: no digest is known of {first}{others}; `gen-tf plan` looks it up and records it"
    ));
}

/// One line that counts changes.
#[must_use]
pub fn summary(workspace: &Utf8Path, changes: &Changes) -> String {
    format!(
        "{workspace}: {} created, {} changed, {} deleted",
        changes.created.len(),
        changes.changed.len(),
        changes.deleted.len()
    )
}
