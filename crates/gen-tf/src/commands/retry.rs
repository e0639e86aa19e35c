//! `gen-tf retry`: a wish that failed experiments be tried again. The next apply starts them.

use gen_tf_core::{
    id::{AttemptId, AttemptObject},
    outcome::Cause,
    schedule::{State, survey},
};

use gen_tf_store::PutOnce;

use crate::{
    cli::RetryArgs,
    failure::{Failure, Outcome},
    observe::Observer,
    project::Project,
    screen,
    workspace::Workspace,
};

/// Writes the wish into the store, where every gen-tf sees it.
///
/// # Errors
///
/// When nothing that matches has failed.
pub fn run(args: RetryArgs) -> Outcome {
    let project = Project::open(&args.study.into())?;
    let workspace = Workspace::at(&project.workspace);
    let mut observer = Observer::new(&project, project.open_store()?, workspace);
    let snapshot = observer.observe()?;
    let mut asked = 0;
    for (id, state) in survey(&project.blueprint, &snapshot.observations) {
        let State::Failed { attempt, cause } = state else { continue };
        let by_name = args.experiments.is_empty()
            || args.experiments.iter().any(|pattern| pattern.matches(&id));
        let by_cause = args.cause.is_empty() || args.cause.contains(&cause);
        if !(by_name && by_cause) {
            continue;
        }
        let failed = AttemptId { experiment: id, attempt };
        let key = AttemptObject::Retry.key(&failed);
        let said = match observer.store().put_once(&key, "{\"format\": 1}\n")? {
            PutOnce::Written => "another attempt follows",
            PutOnce::Taken => "another attempt was asked for already",
        };
        screen::say(format_args!("{failed} failed ({}); {said}", cause.name()));
        if cause == Cause::Upload {
            screen::say("  its results are on its machine alone: the next apply removes both");
        }
        asked += 1;
    }
    if asked == 0 {
        return Err(Failure::message("nothing that matches has failed for good")
            .hint("`gen-tf status` shows where each experiment stands"));
    }
    screen::say("next: `gen-tf apply`");
    Ok(())
}
