//! Work on one workspace: observe, close what is lost, take a step. One gen-tf at a time.
//! What a step is on Google Cloud stands in `session/vms.rs`, how many machines it may ask for in
//! `session/places.rs`.

mod locked;
mod places;
mod reconcile;
mod vms;

use std::io::IsTerminal as _;

use anyhow::Context as _;
use gen_tf_core::{
    id::{AttemptId, AttemptObject},
    outcome::{Cause, FORMAT, Outcome, Timings, Verdict},
    schedule::{
        ActiveSet, Limits, Placed, State, Survey, attempts, changed, lost, next_active, outdated,
        survey, unplaced,
    },
    shortage::Kind,
};
use gen_tf_store::PutOnce;

use crate::{
    cli::TerraformArgs,
    failure::Failure,
    inputs,
    interrupt::Interrupts,
    observe::{Observer, Snapshot, is_missing_bucket},
    progress::LiveView,
    project::Project,
    sandbox, screen,
    terraform::{self, Plan, PlanOptions, Terraform},
    workspace::{Guard, Workspace},
};

pub use places::{Narrowed, Step, read_shortage};
pub use vms::Vms;

/// A workspace that is worked on.
pub struct Session {
    /// The study and its blueprint.
    pub project: Project,
    /// The workspace.
    pub workspace: Workspace,
    /// Terraform in it.
    pub terraform: terraform::Workspace,
    /// Signals.
    pub interrupts: Interrupts,
    /// What is shown while waiting.
    pub live: LiveView,
    observer: Observer,
    /// What is known of the VMs, where the study runs on Google Cloud.
    vms: Option<Vms>,
    /// Whether outcomes of other definitions are looked at as if they were archived already.
    pub as_if_archived: bool,
    _guard: Guard,
}

/// What has been observed, and what it means.
pub struct View {
    /// What was seen.
    pub snapshot: Snapshot,
    /// Where each experiment stands.
    pub survey: Survey,
}

impl View {
    /// Whether an attempt's outcome counts no more.
    #[must_use]
    pub fn is_archived(&self, id: &AttemptId) -> bool {
        let traces = self.snapshot.observations.experiments.get(&id.experiment);
        let trace = traces.and_then(|traces| traces.attempts.get(&id.attempt));
        trace.is_some_and(|trace| trace.archived)
    }
}

/// How a step ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Stepped {
    /// The machines are what they should be.
    Done,
    /// The answer was no; nothing was changed.
    Declined,
    /// Some machines could not be had for now: their experiments stay pending.
    Postponed {
        /// What there was too little of.
        kind: Kind,
        /// Why, for people.
        reason: String,
        /// Whether another try makes sense at once.
        at_once: bool,
    },
}

/// What came of a plan.
enum Answer {
    /// There is nothing to do.
    Nothing,
    /// No.
    Declined,
    /// Yes, to this plan.
    Apply(Plan),
}

/// What a step does to machines.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Moves {
    /// Attempts that begin.
    pub start: Vec<AttemptId>,
    /// Attempts whose machine is removed.
    pub remove: Vec<AttemptId>,
}

impl Moves {
    /// What changes between two active sets.
    #[must_use]
    pub fn between(now: &ActiveSet, next: &ActiveSet) -> Self {
        let beyond = |a: &ActiveSet, b: &ActiveSet| {
            a.iter()
                .filter(|(id, attempt)| b.get(*id) != Some(attempt))
                .map(|(id, attempt)| AttemptId { experiment: id.clone(), attempt: *attempt })
                .collect()
        };
        Self { start: beyond(next, now), remove: beyond(now, next) }
    }
}

impl Session {
    /// Renders the workspace, takes it for this process alone, and finds Terraform.
    ///
    /// # Errors
    ///
    /// When another gen-tf has the workspace, a file in it is somebody else's, or there is no Terraform.
    pub fn open(project: Project, args: &TerraformArgs) -> Result<Self, Failure> {
        let terraform = Terraform::find(args.terraform.as_deref())?;
        let workspace = Workspace::at(&project.workspace);
        let guard = workspace.lock()?;
        let interrupts = Interrupts::install()?;
        let changes = workspace.write(&project.blueprint.study, &project.render())?;
        if !changes.is_empty() {
            screen::say(crate::commands::render::summary(&project.workspace, &changes));
        }
        let live = LiveView::new(std::io::stderr().is_terminal());
        let terraform = terraform.in_workspace(workspace.root(), &interrupts, live.progress())?;
        terraform.check_recorded()?;
        let observer = Observer::new(&project, project.open_store()?, workspace.clone());
        let mut session = Self {
            vms: None,
            project,
            workspace,
            terraform,
            interrupts,
            live,
            observer,
            as_if_archived: false,
            _guard: guard,
        };
        session.open_vms()?;
        Ok(session)
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &gen_tf_store::Store {
        self.observer.store()
    }

    /// Looks at everything, changes nothing, and refuses to go on where results would be mixed.
    ///
    /// # Errors
    ///
    /// When something can't be read, or a finished experiment's definition has changed.
    pub fn observe(&mut self) -> Result<View, Failure> {
        let mut snapshot = self.observer.observe().map_err(explain_missing_bucket)?;
        if self.as_if_archived {
            archive(&outdated(&self.project.blueprint, &snapshot.observations), &mut snapshot);
        }
        let mixed = changed(&self.project.blueprint, &snapshot.observations);
        if let Some(first) = mixed.first() {
            return Err(Failure::message(format!(
                "the definition of {} finished experiment{} has changed, {} the first: to go \
                 on would mix results that can't be compared",
                mixed.len(),
                if mixed.len() == 1 { "" } else { "s" },
                first.experiment,
            ))
            .hint(
                "take the change back, give the study another name, or run them again: \
                 `gen-tf apply --rerun-changed` archives their results",
            ));
        }
        let survey = survey(&self.project.blueprint, &snapshot.observations);
        Ok(View { snapshot, survey })
    }

    /// As [`Self::observe`], where a bucket that is gone has nothing in it: its results are lost already.
    ///
    /// # Errors
    ///
    /// As [`Self::observe`].
    pub fn observe_what_is_left(&mut self) -> Result<View, Failure> {
        match self.observe() {
            Err(failure) if failure.error.as_ref().is_some_and(is_missing_bucket) => {
                Ok(View { snapshot: Snapshot::default(), survey: Survey::new() })
            }
            other => other,
        }
    }

    /// Archives every outcome of another definition than the study has now, so that its experiment runs
    /// again. False when the answer was no; with nothing to archive nobody is asked.
    ///
    /// # Errors
    ///
    /// When the store can't be read or written.
    pub fn archive_outdated(
        &mut self,
        ask: impl FnOnce(&str) -> Result<bool, Failure>,
    ) -> Result<bool, Failure> {
        let snapshot = self.observer.observe()?;
        let outdated = outdated(&self.project.blueprint, &snapshot.observations);
        if outdated.is_empty() {
            return Ok(true);
        }
        let list: String = outdated.iter().map(|(id, _)| format!("archives {id}\n")).collect();
        if !ask(&list)? {
            return Ok(false);
        }
        for (id, _) in &outdated {
            match self.store().put_once(&AttemptObject::Archived.key(id), "{\"format\": 1}\n")? {
                // Somebody else may have done so at the same time.
                PutOnce::Written | PutOnce::Taken => {}
            }
        }
        Ok(true)
    }

    /// Observes, and closes attempts whose machine is gone, once.
    ///
    /// # Errors
    ///
    /// As [`Self::observe`]; or when the store can't be written.
    pub fn observe_and_close(&mut self) -> Result<View, Failure> {
        let view = self.observe()?;
        let lost = lost(&view.survey);
        if lost.is_empty() {
            return Ok(view);
        }
        for attempt in &lost {
            let message = match view.snapshot.lives.get(attempt) {
                None => "the sandbox is gone and left no outcome",
                Some(life) => match self.check_lost(attempt, *life)? {
                    Some(message) => message,
                    None => continue,
                },
            };
            if self.close(attempt, Cause::Lost, message)? == PutOnce::Written {
                screen::say(format_args!("{attempt}: {message}; closed as lost"));
            }
        }
        self.observe()
    }

    /// Puts gen-tf's own outcome of an attempt; a guest that comes later finds the place taken.
    ///
    /// # Errors
    ///
    /// When the store can't be written.
    pub fn close(&self, id: &AttemptId, cause: Cause, message: &str) -> Result<PutOnce, Failure> {
        let blueprint = &self.project.blueprint;
        let cell = blueprint
            .cell_of(&id.experiment)
            .with_context(|| format!("{id} is not of this study"))?;
        self.take_claim(id)?;
        let now = self.store().now()?.to_string();
        let outcome = Outcome {
            format: FORMAT,
            study: blueprint.study.clone(),
            experiment: id.experiment.clone(),
            attempt: id.attempt,
            definition: cell.definition.clone(),
            setup_key: cell.setup_key.clone(),
            outcome: Verdict::Failed,
            cause: Some(cause),
            message: message.to_owned(),
            phase: "unknown".to_owned(),
            written_by: "gen-tf".to_owned(),
            duration: blueprint.duration as f64,
            tool_seconds: 0.0,
            tool_starts: 0,
            timings: Timings {
                started: now.clone(),
                ended: now,
                wall_seconds: self.seconds_of(id)?,
                ..Timings::default()
            },
            results: None,
            environment: Default::default(),
        };
        let bytes = serde_json::to_vec_pretty(&outcome)?;
        Ok(self.store().put_once(&AttemptObject::Outcome.key(id), bytes)?)
    }

    /// The active set that the schedule wants, and how it differs from the applied one.
    ///
    /// # Errors
    ///
    /// When the applied one can't be read.
    pub fn next(&self, view: &View, limits: &Limits) -> Result<(ActiveSet, Moves), Failure> {
        let observations = &view.snapshot.observations;
        let mut next = next_active(&self.project.blueprint, observations, &view.survey, limits);
        // A machine that was kept and that somebody has removed is not made anew.
        for (id, state) in &view.survey {
            let is_gone = self.vms.as_ref().is_some_and(|vms| vms.gone.contains(id));
            if is_gone && matches!(state, State::Failed { .. }) {
                next.remove(id);
            }
        }
        let moves = Moves::between(&attempts(&self.applied()?), &next);
        Ok((next, moves))
    }

    /// The applied active set.
    ///
    /// # Errors
    ///
    /// When it can't be read.
    pub fn applied(&self) -> Result<Placed, Failure> {
        Ok(self.observer.applied()?)
    }

    /// Makes the machines what the active set says: plan, ask, apply that plan. A "no" leaves
    /// everything as it was.
    ///
    /// # Errors
    ///
    /// When Terraform fails or is interrupted.
    pub fn step(
        &mut self,
        next: &ActiveSet,
        mut ask: impl FnMut(&str) -> Result<bool, Failure>,
    ) -> Result<Stepped, Failure> {
        if self.vms.is_some() {
            return self.step_vms(next, &mut ask);
        }
        let before = self.workspace.active_set()?;
        let moves = Moves::between(&attempts(&before), next);
        inputs::check_secrets(&self.project.blueprint, &moves.start)?;
        inputs::put_models(&self.project, self.store())?;
        self.workspace.write_active_set(&unplaced(next), None)?;
        let answer = self.plan_and_ask(&PlanOptions::default(), ask);
        if !matches!(answer, Ok(Answer::Apply(_) | Answer::Nothing)) {
            // Nothing has begun, and what is in the set counts as active.
            self.workspace.write_active_set(&before, None)?;
        }
        match answer? {
            Answer::Declined => return Ok(Stepped::Declined),
            Answer::Apply(plan) => drop(self.terraform.apply(plan)?),
            Answer::Nothing => {}
        }
        self.sweep(next)?;
        Ok(Stepped::Done)
    }

    /// Plans what this active set would change, for showing only.
    ///
    /// # Errors
    ///
    /// When Terraform fails or is interrupted.
    pub fn plan_only(&mut self, next: &ActiveSet) -> Result<Plan, Failure> {
        let expires = self.vms.as_ref().and_then(|vms| vms.expires);
        let planned = self.workspace.write_planned_set(&self.planned(next)?, expires)?;
        self.adopt()?;
        self.warn_of_strays()?;
        let options = PlanOptions { var_file: Some(planned), ..PlanOptions::default() };
        let plan = self.terraform.plan(&options);
        if self.vms.is_some() {
            self.workspace.set_adoption(None)?;
        }
        Ok(plan?)
    }

    /// Plans, asks, applies. With nothing to do nobody is asked.
    ///
    /// # Errors
    ///
    /// When Terraform fails or is interrupted.
    pub fn plan_and_apply(
        &mut self,
        options: &PlanOptions,
        ask: impl FnOnce(&str) -> Result<bool, Failure>,
    ) -> Result<bool, Failure> {
        match self.plan_and_ask(options, ask)? {
            Answer::Declined => return Ok(false),
            Answer::Apply(plan) => drop(self.terraform.apply(plan)?),
            Answer::Nothing => {}
        }
        Ok(true)
    }

    fn plan_and_ask(
        &mut self,
        options: &PlanOptions,
        ask: impl FnOnce(&str) -> Result<bool, Failure>,
    ) -> Result<Answer, Failure> {
        let plan = self.terraform.plan(options)?;
        if plan.is_empty() {
            return Ok(Answer::Nothing);
        }
        if let Some(vms) = &self.vms
            && !plan.is_destroy()
        {
            vms.secrets.check_plan(&plan)?;
        }
        let text = self.terraform.show_plan(&plan, std::io::stderr().is_terminal())?;
        if !ask(&text)? {
            return Ok(Answer::Declined);
        }
        if self.interrupts.level() > 0 {
            return Err(terraform::Error::Interrupted { note: None }.into());
        }
        Ok(Answer::Apply(plan))
    }

    /// Ends sandboxes of which Terraform knows nothing: the state was lost with a killed Terraform.
    ///
    /// # Errors
    ///
    /// When one can't be ended.
    pub fn sweep(&self, active: &ActiveSet) -> Result<(), Failure> {
        if self.vms.is_some() {
            return Ok(());
        }
        for stray in sandbox::list(&self.workspace.sandboxes())? {
            if active.get(&stray.experiment) != Some(&stray.machine.attempt) {
                screen::say(format_args!(
                    "ending the sandbox of {}, attempt {}: it is in no state",
                    stray.experiment, stray.machine.attempt
                ));
                sandbox::stop(self.workspace.root(), &stray)?;
            }
        }
        Ok(())
    }
}

/// A bucket that is missing although the state has it: an apply would make it anew, and run everything
/// again.
fn explain_missing_bucket(error: anyhow::Error) -> Failure {
    let is_missing = is_missing_bucket(&error);
    let failure = Failure::from(error);
    if !is_missing {
        return failure;
    }
    failure.hint(
        "Terraform's state has this bucket, and the study's results were in it; if it was removed on \
         purpose, `gen-tf destroy` forgets it, and the next apply begins from nothing",
    )
}

/// Looks at attempts as if their outcomes were archived.
fn archive(outdated: &[(AttemptId, Verdict)], snapshot: &mut Snapshot) {
    for (id, _) in outdated {
        let traces = snapshot.observations.experiments.get_mut(&id.experiment);
        if let Some(trace) = traces.and_then(|traces| traces.attempts.get_mut(&id.attempt)) {
            trace.archived = true;
        }
    }
}
