//! Plans, and the apply of exactly the plan that was shown.

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use super::event::{Action, Change, Summary};
use super::run::{Job, PARALLELISM};
use super::running::Turn;
use super::state::Mended;
use super::{Error, Workspace, child, files, fingerprint};
use crate::screen;

/// What to plan.
#[derive(Clone, Debug)]
pub struct PlanOptions {
    /// Plan to destroy everything.
    pub destroy: bool,
    /// Look at what is there first. A plan without is for showing only: apply refuses it, because
    /// it would destroy things that have gone by themselves.
    pub refresh: bool,
    /// How long Terraform waits for the lock of the state.
    pub lock_timeout: Duration,
    /// How many resources Terraform works on at a time; its own default is 10.
    pub parallelism: Option<u32>,
    /// A file of variables in place of those that lie in the workspace, for a plan that nobody
    /// applies.
    pub var_file: Option<Utf8PathBuf>,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self {
            destroy: false,
            refresh: true,
            lock_timeout: Duration::from_secs(60),
            parallelism: None,
            var_file: None,
        }
    }
}

/// A change that Terraform plans.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedChange {
    /// The resource.
    pub address: String,
    /// What changes.
    pub action: Action,
    /// Why, in Terraform's word.
    pub reason: Option<String>,
    /// The key of `for_each`, of the module or the resource: for experiments their id.
    pub key: Option<String>,
}

impl From<Change> for PlannedChange {
    fn from(change: Change) -> Self {
        Self {
            key: change.resource.key(),
            address: change.resource.addr,
            action: change.action,
            reason: change.reason,
        }
    }
}

/// A saved plan. Its file goes when the plan is applied or dropped.
#[derive(Debug)]
pub struct Plan {
    /// What changes; reading does not count.
    pub changes: Vec<PlannedChange>,
    /// What has changed outside of Terraform.
    pub drift: Vec<PlannedChange>,
    /// How many resources are created.
    pub add: usize,
    /// How many are changed in place.
    pub change: usize,
    /// How many are destroyed.
    pub remove: usize,
    /// The plan's file.
    pub path: Utf8PathBuf,
    /// Hash of the files that the plan was made of.
    pub fingerprint: String,
    empty: bool,
    total: usize,
    options: PlanOptions,
}

impl Plan {
    /// Whether Terraform found nothing to do, not even to an output.
    pub fn is_empty(&self) -> bool {
        self.empty
    }

    /// Whether it destroys everything.
    pub fn is_destroy(&self) -> bool {
        self.options.destroy
    }
}

impl Plan {
    /// What Terraform does one after the other: a replacement is two steps.
    fn steps(&self) -> Vec<(String, Action)> {
        let mut steps = Vec::new();
        for PlannedChange { address, action, .. } in &self.changes {
            let actions: &[Action] = match action {
                Action::Replace => &[Action::Delete, Action::Create],
                other => std::slice::from_ref(other),
            };
            let changing = actions.iter().filter(|action| action.changes_something());
            steps.extend(changing.map(|action| (address.clone(), *action)));
        }
        steps
    }
}

impl Drop for Plan {
    fn drop(&mut self) {
        if let Err(error) = files::remove_if_there(&self.path) {
            screen::say(format_args!("warning: {error}"));
        }
    }
}

/// What an apply did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// How many resources were created.
    pub add: usize,
    /// How many were changed in place.
    pub change: usize,
    /// How many were destroyed.
    pub remove: usize,
    /// The file with the events.
    pub log: Utf8PathBuf,
}

impl Workspace {
    /// Plans, after `init` where that is needed.
    ///
    /// # Errors
    /// Terraform fails, a signal asks to end, or the workspace belongs to another flavour.
    pub fn plan(&mut self, options: &PlanOptions) -> Result<Plan, Error> {
        self.check_recorded()?;
        let turn = self.turn()?;
        self.init_in_turn(&turn)?;
        let fingerprint = fingerprint::of_workspace(&self.directory)?;
        let path = self.new_plan_path()?;
        let job = Job {
            arguments: plan_arguments(options, &path),
            total: None,
            changes: Vec::new(),
            parallelism: PARALLELISM,
            stop_at: 1,
            good: &[0, 2],
        };
        let ended = self.run(&turn, &job)?;
        let total = ended.record.total();
        let counts = ended.record.to_do.unwrap_or_default();
        let plan = Plan {
            changes: changes(ended.record.planned),
            drift: changes(ended.record.drift),
            add: counts.add,
            change: counts.change,
            remove: counts.remove,
            path,
            fingerprint,
            empty: ended.code == 0,
            total,
            options: options.clone(),
        };
        files::make_private(&plan.path)?;
        Ok(plan)
    }

    /// The plan as Terraform shows it to people.
    ///
    /// # Errors
    /// Terraform fails.
    pub fn show_plan(&mut self, plan: &Plan, color: bool) -> Result<String, Error> {
        let mut arguments = vec!["show".to_owned()];
        if !color {
            arguments.push("-no-color".to_owned());
        }
        arguments.push(plan.path.to_string());
        let turn = self.turn()?;
        let text = self.read(&turn, &arguments)?;
        Ok(String::from_utf8_lossy(&text).trim().to_owned())
    }

    /// Applies this plan and nothing else.
    ///
    /// A first signal lets it end, a second asks Terraform to stop, a third kills it.
    ///
    /// # Errors
    /// The workspace has changed since the plan, Terraform fails, or a signal asks to end.
    #[expect(clippy::needless_pass_by_value, reason = "a plan can be applied once")]
    pub fn apply(&mut self, plan: Plan) -> Result<Applied, Error> {
        self.check_recorded()?;
        let turn = self.turn()?;
        self.check_fresh(&turn, &plan)?;
        self.record_flavour()?;
        self.copy_state(&turn)?;
        let job = Job {
            arguments: apply_arguments(&plan),
            total: Some(plan.total),
            changes: plan.steps(),
            parallelism: plan.options.parallelism.unwrap_or(PARALLELISM),
            stop_at: 2,
            good: &[0],
        };
        let ended = self.run(&turn, &job);
        let note = self.mend_state(&turn)?.map(|mended| mended.note);
        let ended = match (ended, note) {
            (Ok(ended), None) => ended,
            (Ok(ended), Some(note)) => {
                self.progress.println(&note);
                ended
            }
            (Err(error), note) => return Err(with_note(error, note)),
        };
        let Summary { add, change, remove, .. } = ended.record.done.unwrap_or_default();
        Ok(Applied { add, change, remove, log: ended.log })
    }

    /// Destroys everything that is in the state.
    ///
    /// # Errors
    /// As [`Self::plan`] and [`Self::apply`].
    pub fn destroy(&mut self, options: &PlanOptions) -> Result<Applied, Error> {
        let plan = self.plan(&PlanOptions { destroy: true, ..options.clone() })?;
        self.apply(plan)
    }

    fn check_fresh(&mut self, turn: &Turn, plan: &Plan) -> Result<(), Error> {
        let stale = |reason: String| Err(Error::Stale { reason });
        if !plan.options.refresh {
            return stale("it was made without looking at what is there".to_owned());
        }
        if fingerprint::of_workspace(&self.directory)? != plan.fingerprint {
            return stale(format!("files in {} have changed since", self.directory));
        }
        if !plan.path.is_file() {
            return stale(format!("{} is gone", plan.path));
        }
        match self.mend_state(turn)? {
            Some(Mended { note, changed: true }) => stale(note),
            _ => Ok(()),
        }
    }

    /// A new name. Files of programs that were killed before they could remove them go first.
    fn new_plan_path(&self) -> Result<Utf8PathBuf, Error> {
        let folder = self.files.private_folder("plan")?;
        for old in files::sorted(&folder, ".tfplan")? {
            if !belongs_to_the_living(&old)? {
                files::remove_if_there(&old)?;
            }
        }
        Ok(folder.join(format!("{}-{}.tfplan", files::stamp(), std::process::id())))
    }
}

/// Plans are named by the process that holds them.
fn belongs_to_the_living(plan: &Utf8Path) -> Result<bool, Error> {
    let pid = plan.file_stem().and_then(|stem| stem.rsplit_once('-')?.1.parse().ok());
    let Some(pid) = pid else { return Ok(false) };
    Ok(child::identity(pid).map_err(Error::file("look for the owner of", plan))?.is_some())
}

fn plan_arguments(options: &PlanOptions, path: &Utf8Path) -> Vec<String> {
    let mut arguments = vec![
        "plan".to_owned(),
        "-json".to_owned(),
        "-input=false".to_owned(),
        "-no-color".to_owned(),
        "-detailed-exitcode".to_owned(),
        format!("-out={path}"),
    ];
    if options.destroy {
        arguments.push("-destroy".to_owned());
    }
    if !options.refresh {
        arguments.push("-refresh=false".to_owned());
    }
    arguments.extend(common_arguments(options));
    arguments.extend(options.var_file.as_ref().map(|path| format!("-var-file={path}")));
    arguments
}

fn apply_arguments(plan: &Plan) -> Vec<String> {
    let mut arguments = vec![
        "apply".to_owned(),
        "-json".to_owned(),
        "-input=false".to_owned(),
        "-no-color".to_owned(),
    ];
    arguments.extend(common_arguments(&plan.options));
    arguments.push(plan.path.to_string());
    arguments
}

fn common_arguments(options: &PlanOptions) -> Vec<String> {
    let mut arguments = vec![format!("-lock-timeout={}s", options.lock_timeout.as_secs())];
    arguments.extend(options.parallelism.map(|number| format!("-parallelism={number}")));
    arguments
}

fn changes(all: Vec<Change>) -> Vec<PlannedChange> {
    let counts = |change: &Change| !matches!(change.action, Action::Read | Action::Noop);
    all.into_iter().filter(counts).map(PlannedChange::from).collect()
}

fn with_note(error: Error, note: Option<String>) -> Error {
    match error {
        Error::Failed(mut failure) => {
            failure.note = note;
            Error::Failed(failure)
        }
        Error::Interrupted { note: first } => {
            let notes: Vec<String> = first.into_iter().chain(note).collect();
            Error::Interrupted { note: (!notes.is_empty()).then(|| notes.join("\n")) }
        }
        other => other,
    }
}
