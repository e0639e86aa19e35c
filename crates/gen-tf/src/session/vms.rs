//! A step on Google Cloud: first everything but VMs, then models, then VMs. Terraform's state is the
//! truth about VMs, and the store alone tells whether one lives.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use gen_tf_core::{
    blueprint::StatePlace,
    id::{AttemptId, AttemptObject, ExperimentId},
    outcome::{Claim, FORMAT},
    render::{self, Import},
    schedule::{ActiveSet, Entry, Life, Placed, place, shared_expiry, unplaced},
    shortage::Kind,
};
use gen_tf_store::PutOnce;

use super::{Session, Stepped};
use crate::{
    cloud::{
        Zones, adoption,
        secrets::{self, Missing},
        state::Facts,
    },
    failure::Failure,
    inputs, screen,
    terraform::{self, PlanOptions, Trouble},
};

/// How long an answer may take before the VMs' start, which was written for the plan, is too old.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// How many resources Terraform works on at least and at most at a time: a VM takes it most of a
/// minute, and all VMs of a step have to be there well before they are missed.
const PARALLEL: std::ops::RangeInclusive<u32> = 10..=50;

/// What is known of the VMs of a study.
pub struct Vms {
    /// What Terraform's state said last.
    pub facts: Facts,
    /// Secrets whose value is not at hand.
    pub secrets: Missing,
    /// When the study counts as forgotten, from this apply on.
    pub(super) expires: Option<i64>,
    /// VMs that serve a current attempt and are in no state: Terraform takes them over.
    pub(super) strays: Vec<Stray>,
    /// VMs of the state that were not there when apply began.
    pub(super) gone: BTreeSet<ExperimentId>,
    /// Zones that had no machines left.
    pub(super) zones: Zones,
    /// Whether quotas were asked for in vain.
    pub(super) quotas_unreadable: bool,
}

/// A VM that Terraform does not know.
#[derive(Clone, Debug)]
pub(super) struct Stray {
    /// Its experiment.
    pub experiment: ExperimentId,
    /// How it would stand in the active set.
    pub entry: Entry,
    /// Its path, from `projects/` on.
    pub path: String,
}

impl Session {
    /// Passes values of secrets to Terraform and reads its state, where the study runs on VMs.
    pub(super) fn open_vms(&mut self) -> Result<(), Failure> {
        let Some(gcp) = self.project.gcp() else { return Ok(()) };
        let secrets = secrets::pass(gcp, &mut self.terraform);
        self.vms = Some(Vms {
            facts: Facts::default(),
            secrets,
            expires: None,
            strays: Vec::new(),
            gone: BTreeSet::new(),
            zones: Zones::default(),
            quotas_unreadable: false,
        });
        self.read_state()
    }

    /// What is known of the VMs, where there are any.
    #[must_use]
    pub fn vms(&self) -> Option<&Vms> {
        self.vms.as_ref()
    }

    /// Says which values of secrets an apply would need.
    pub fn warn_of_secrets(&self) {
        if let Some(vms) = &self.vms {
            vms.secrets.warn(&vms.facts.secrets);
        }
    }

    /// Reads Terraform's state anew: somebody else may have applied meanwhile, or an apply has failed
    /// half way.
    ///
    /// # Errors
    ///
    /// When Terraform fails.
    pub fn read_state(&mut self) -> Result<(), Failure> {
        let (Some(gcp), Some(vms)) = (self.project.gcp(), &mut self.vms) else { return Ok(()) };
        let in_bucket = gcp.state != StatePlace::File;
        let state = self.terraform.state(in_bucket);
        vms.facts = match state.map_err(|error| name_state_bucket(&gcp.state, error))? {
            Some(json) => Facts::read(&json)
                .map_err(|error| anyhow::Error::new(error).context("reading Terraform's state"))?,
            None => Facts::default(),
        };
        let known = vms.facts.expires.or(self.workspace.expires()?);
        let now = jiff::Timestamp::now().as_second();
        let decided = || shared_expiry(known, gcp.max_run_seconds, now);
        vms.expires.get_or_insert_with(decided);
        vms.strays.retain(|stray| !vms.facts.machines.contains_key(&stray.experiment));
        let written = self.workspace.active_set()?;
        let mut applied = vms.facts.machines_as_in(&written);
        applied.extend(vms.strays.iter().map(|it| (it.experiment.clone(), it.entry.clone())));
        self.observer.know_applied(applied);
        self.observer.know_bucket(vms.facts.bucket);
        Ok(())
    }

    /// Writes the active set for Terraform.
    fn write_active(&self, active: &Placed) -> Result<(), Failure> {
        let expires = self.vms.as_ref().and_then(|vms| vms.expires);
        Ok(self.workspace.write_active_set(active, expires)?)
    }

    /// Reads Terraform's state anew and says whether somebody else has changed its VMs: what was decided
    /// before has to be decided again then.
    ///
    /// # Errors
    ///
    /// When Terraform fails.
    pub fn has_changed(&mut self) -> Result<bool, Failure> {
        let before = self.applied()?;
        self.read_state()?;
        Ok(self.applied()? != before)
    }

    /// Writes the import blocks of what exists and is in no state, and removes them where there is
    /// nothing to take over.
    ///
    /// # Errors
    ///
    /// When something is somebody else's, or can't be looked at.
    pub fn adopt(&self) -> Result<(), Failure> {
        let imports = self.imports()?;
        for import in &imports {
            let (kind, name) = (import.kind.word(), &import.name);
            screen::say(format_args!("takes over the {kind} `{name}`, which exists"));
        }
        let blocks = render::adoption(&self.project.blueprint, &imports);
        Ok(self.workspace.set_adoption((!imports.is_empty()).then_some(blocks.as_str()))?)
    }

    /// What exists and is in no state.
    fn imports(&self) -> Result<Vec<Import>, Failure> {
        let (Some(gcp), Some(vms)) = (self.project.gcp(), &self.vms) else {
            return Ok(Vec::new());
        };
        let is_known = |import: &Import| vms.facts.addresses.contains(&import.address());
        let mut imports = Vec::new();
        for import in render::shared(&self.project.blueprint) {
            if !is_known(&import) && adoption::exists(gcp, self.store(), &import)? {
                imports.push(import);
            }
        }
        let strays = vms.strays.iter().map(|stray| render::vm(&stray.experiment, &stray.path));
        imports.extend(strays.filter(|import| !is_known(import)));
        Ok(imports)
    }

    /// The active set as Terraform would be told of it.
    ///
    /// # Errors
    ///
    /// As [`Self::place`].
    pub fn planned(&self, next: &ActiveSet) -> Result<Placed, Failure> {
        if self.vms.is_some() { self.place(next) } else { Ok(unplaced(next)) }
    }

    /// The active set with a place for each VM that is new.
    ///
    /// # Errors
    ///
    /// When the applied set or the store's clock can't be read.
    pub fn place(&self, next: &ActiveSet) -> Result<Placed, Failure> {
        let applied = self.applied()?;
        let (Some(gcp), Some(vms)) = (self.project.gcp(), &self.vms) else { return Ok(applied) };
        // Before the first apply there is no bucket to ask; then this is for a plan alone.
        let now = if vms.facts.bucket { self.store().now()? } else { jiff::Timestamp::now() };
        Ok(place(gcp, next, &applied, vms.zones.choose(&gcp.zones), now.as_second()))
    }

    pub(super) fn step_vms(
        &mut self,
        next: &ActiveSet,
        ask: &mut dyn FnMut(&str) -> Result<bool, Failure>,
    ) -> Result<Stepped, Failure> {
        if let Some(vms) = &self.vms {
            vms.secrets.check(&vms.facts.secrets)?;
        }
        // One that was left by a killed apply may name a VM that is done by now.
        self.workspace.set_adoption(None)?;
        let mut asked = false;
        if self.vms.as_ref().is_some_and(|vms| !vms.facts.bucket) || !self.imports()?.is_empty() {
            if !self.lay_foundation(ask)? {
                return Ok(Stepped::Declined);
            }
            asked = true;
        }
        inputs::put_models(&self.project, self.store())?;
        let mut once = |plan: &str| if asked { Ok(true) } else { ask(plan) };
        self.apply_vms(next, &mut once)
    }

    /// The first step: everything but new VMs, so that models have a place before anybody wants them;
    /// also what was made before its state was lost, which Terraform takes over.
    fn lay_foundation(
        &mut self,
        ask: &mut dyn FnMut(&str) -> Result<bool, Failure>,
    ) -> Result<bool, Failure> {
        self.adopt()?;
        self.write_active(&self.applied()?)?;
        let done = self.plan_and_apply(&PlanOptions::default(), ask);
        // Once it is in the state the block does nothing; where nothing was applied it is written anew.
        self.workspace.set_adoption(None)?;
        if done? {
            self.read_state()?;
            return Ok(true);
        }
        Ok(false)
    }

    fn apply_vms(
        &mut self,
        next: &ActiveSet,
        ask: &mut dyn FnMut(&str) -> Result<bool, Failure>,
    ) -> Result<Stepped, Failure> {
        let before = self.applied()?;
        let changes = next.len().max(before.len());
        let parallel = u32::try_from(changes).unwrap_or(u32::MAX);
        let options = PlanOptions {
            parallelism: Some(parallel.clamp(*PARALLEL.start(), *PARALLEL.end())),
            ..PlanOptions::default()
        };
        let mut placed = self.place(next)?;
        let mut answered = false;
        loop {
            self.write_active(&placed)?;
            let mut late = false;
            let done = self.plan_and_apply(&options, |plan| {
                if answered {
                    return Ok(true);
                }
                let begun = Instant::now();
                answered = ask(plan)?;
                late = answered && begun.elapsed() > ANSWER_WITHIN;
                Ok(answered && !late)
            });
            match done {
                // The same plan again, with VMs that start now.
                Ok(false) if late => placed = self.place(next)?,
                Ok(false) => {
                    self.write_active(&before)?;
                    return Ok(Stepped::Declined);
                }
                Ok(true) => {
                    self.observer.know_applied(placed);
                    return Ok(Stepped::Done);
                }
                Err(failure) => return self.after_failure(failure),
            }
        }
    }

    /// What could not be made is no member of the active set: neither it nor its attempt has begun.
    fn after_failure(&mut self, failure: Failure) -> Result<Stepped, Failure> {
        let zone = self
            .vms
            .as_ref()
            .zip(self.project.gcp())
            .map(|(vms, gcp)| vms.zones.choose(&gcp.zones));
        let zone = zone.unwrap_or_default().to_owned();
        if self.interrupts.level() > 0 {
            return Err(failure);
        }
        if let Err(second) = self.read_state().and_then(|()| {
            let applied = self.applied()?;
            self.write_active(&applied)
        }) {
            second.report();
            return Err(failure);
        }
        let troubles = match failure.error.as_ref().and_then(|error| error.downcast_ref()) {
            Some(terraform::Error::Failed(failed)) if failed.passes() => failed.troubles(),
            _ => return Err(failure),
        };
        let stockout = troubles.contains(&Some(Trouble::Stockout));
        let (kind, reason) = if stockout {
            (Kind::Stockout, format!("zone {zone} has no machines left for now"))
        } else {
            (Kind::Quota, "the project's quota is used up".to_owned())
        };
        let (Some(vms), Some(gcp)) = (&mut self.vms, self.project.gcp()) else {
            return Err(failure);
        };
        let at_once = stockout && vms.zones.exhaust(&gcp.zones, &zone);
        // The whole text, once, for those who want to know more.
        failure.report();
        Ok(Stepped::Postponed { kind, reason, at_once })
    }

    /// Whether an attempt that nobody hears of is lost, and in what words; a claim that comes while
    /// gen-tf takes its place is a sign of life.
    pub(super) fn check_lost(
        &self,
        id: &AttemptId,
        life: Life,
    ) -> Result<Option<&'static str>, Failure> {
        match life {
            Life::Alive => Ok(None),
            Life::Silent => Ok(Some("its VM was not heard of for 5 minutes")),
            Life::Unclaimed => match self.take_claim(id)? {
                Some(PutOnce::Taken) => Ok(None),
                _ => Ok(Some("no VM claimed it within 15 minutes")),
            },
        }
    }

    /// Takes the place of a VM's claim, so that one that comes late finds it taken and stops.
    pub(super) fn take_claim(&self, id: &AttemptId) -> Result<Option<PutOnce>, Failure> {
        if self.vms.is_none() {
            return Ok(None);
        }
        let claim = Claim {
            format: FORMAT,
            experiment: id.experiment.clone(),
            attempt: id.attempt,
            machine: "gen-tf".to_owned(),
            boot: String::new(),
            start: String::new(),
            claimed: self.store().now()?.to_string(),
        };
        let bytes = serde_json::to_vec_pretty(&claim)?;
        Ok(Some(self.store().put_once(&AttemptObject::Claim.key(id), bytes)?))
    }

    /// Seconds since the start of an attempt that gen-tf closes, where it is known: what its VM cost.
    pub(super) fn seconds_of(&self, id: &AttemptId) -> Result<f64, Failure> {
        if self.vms.is_none() {
            return Ok(0.0);
        }
        let applied = self.applied()?;
        let entry = applied.get(&id.experiment).filter(|entry| entry.attempt == id.attempt);
        let Some(started) = entry.and_then(|entry| entry.started) else { return Ok(0.0) };
        Ok((self.store().now()?.as_second() - started).max(0) as f64)
    }
}

/// Terraform says that there is no bucket for its state, but not which.
fn name_state_bucket(place: &StatePlace, error: terraform::Error) -> Failure {
    let failure = Failure::from(error);
    match (place, &failure.hint) {
        (StatePlace::Bucket { bucket, .. }, Some(hint)) => {
            let hint = hint.replace("gs://NAME", &format!("gs://{bucket}"));
            failure.hint(hint)
        }
        _ => failure,
    }
}
