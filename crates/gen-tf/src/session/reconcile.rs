//! What `apply` begins with: VMs of the study that exist and are in no state, as after a Terraform
//! that was killed in the middle of a create, or a state that was lost. One that serves a current
//! attempt and lives is left to finish; Terraform takes it over. Any other is removed.

use std::collections::{BTreeMap, BTreeSet};

use gen_tf_core::{
    id::{AttemptId, ExperimentId},
    outcome::Cause,
    schedule::{Entry, State},
};
use gen_tf_store::PutOnce;

use super::{Session, vms::Stray};
use crate::{
    cloud::{
        inventory::{self, Item, Scope},
        removal,
    },
    failure::Failure,
    screen,
};

/// A VM in no state, with what it serves.
struct Found {
    item: Item,
    experiment: ExperimentId,
    entry: Entry,
}

/// One that does not go on, with what its experiment does.
type Ended = (Found, Option<State>);

impl Session {
    /// Looks for VMs of the study that are in no state; asks before it removes any. Says whether the
    /// answer was yes.
    ///
    /// # Errors
    ///
    /// When VMs can't be listed or removed, or one that lives can't be taken over.
    pub fn reconcile(&mut self, yes: bool) -> Result<bool, Failure> {
        let Some(strays) = self.find_strays()? else { return Ok(true) };
        let (candidates, mut others) = self.candidates(strays);
        let (living, ended) = self.living(candidates)?;
        self.take_over(living)?;
        let over: Vec<AttemptId> = ended.iter().filter_map(attempt_that_is_over).collect();
        others.extend(ended.into_iter().map(|(found, _)| found.item));
        if others.is_empty() {
            return Ok(true);
        }
        for item in &others {
            let Item { name, place, .. } = item;
            screen::say(format_args!("the VM {name} in {place} is in no state and serves nobody"));
        }
        if !yes && !screen::confirm("Remove what is in no state?")? {
            return Ok(false);
        }
        let items: Vec<&Item> = others.iter().collect();
        if let Some(google) = self.store().google() {
            let tell = |item: &Item| screen::say(format_args!("removed the VM {}", item.name));
            removal::remove(google, &items, tell)?;
        }
        for id in over {
            let message = "its VM had stopped, and was in no state";
            if self.close(&id, Cause::Lost, message)? == PutOnce::Written {
                screen::say(format_args!("{id}: {message}; closed as lost"));
            }
        }
        Ok(true)
    }

    /// Says what an apply would begin with.
    pub(super) fn warn_of_strays(&mut self) -> Result<(), Failure> {
        for Item { name, place, .. } in self.find_strays()?.unwrap_or_default() {
            screen::say(format_args!(
                "warning: the VM {name} in {place} is in no state: apply takes it over or removes it"
            ));
        }
        Ok(())
    }

    /// VMs of the study that are in no state, if there are any; notes which of the state are gone.
    fn find_strays(&mut self) -> Result<Option<Vec<Item>>, Failure> {
        let (Some(gcp), Some(vms)) = (self.project.gcp(), &mut self.vms) else { return Ok(None) };
        let Some(google) = self.observer.store().google() else { return Ok(None) };
        let found = inventory::vms(google, Scope::Study(&self.project.blueprint.study, gcp))?;
        let there: BTreeSet<ExperimentId> =
            found.items.iter().filter_map(served).map(|(id, _)| id).collect();
        let known = vms.facts.machines.keys();
        vms.gone = known.filter(|id| !there.contains(id)).cloned().collect();
        let mut strays = found.items;
        strays.retain(|item| !vms.facts.ids.contains(&item.path));
        Ok((!strays.is_empty()).then_some(strays))
    }

    /// The latest VM of each experiment, and those that can't be of a current attempt.
    fn candidates(&self, strays: Vec<Item>) -> (BTreeMap<ExperimentId, Found>, Vec<Item>) {
        let mut candidates: BTreeMap<ExperimentId, Found> = BTreeMap::new();
        let mut others = Vec::new();
        for item in strays {
            let of_study =
                |(id, _): &(ExperimentId, Entry)| self.project.blueprint.cell_of(id).is_some();
            let Some((experiment, entry)) = served(&item).filter(of_study) else {
                others.push(item);
                continue;
            };
            let found = Found { item, experiment, entry };
            match candidates.get_mut(&found.experiment) {
                Some(known) if known.entry.attempt < found.entry.attempt => {
                    others.push(std::mem::replace(known, found).item);
                }
                Some(_) => others.push(found.item),
                None => {
                    candidates.insert(found.experiment.clone(), found);
                }
            }
        }
        (candidates, others)
    }

    /// Those that serve a current attempt and live, and the others with what their experiment does.
    fn living(
        &mut self,
        candidates: BTreeMap<ExperimentId, Found>,
    ) -> Result<(Vec<Found>, Vec<Ended>), Failure> {
        let mut applied = self.applied()?;
        for (id, found) in &candidates {
            let known = applied.get(id).map(|entry| entry.attempt);
            if known < Some(found.entry.attempt) {
                applied.insert(id.clone(), found.entry.clone());
            }
        }
        self.observer.know_applied(applied);
        // Whoever has no bucket serves nobody.
        let survey = self.observe_what_is_left()?.survey;
        let states: BTreeMap<ExperimentId, State> = survey.into_iter().collect();
        let target = &self.project.blueprint.target;
        let mut living = Vec::new();
        let mut ended = Vec::new();
        for (id, found) in candidates {
            let running = found.item.vm.as_ref().is_some_and(|vm| vm.running);
            let stays = match states.get(&id) {
                Some(State::Active { attempt }) => running && *attempt == found.entry.attempt,
                Some(State::Failed { attempt, cause }) => {
                    target.keeps_machine(*cause) && *attempt == found.entry.attempt
                }
                _ => false,
            };
            if stays {
                living.push(found);
            } else {
                ended.push((found, states.get(&id).cloned()));
            }
        }
        Ok((living, ended))
    }

    /// Counts VMs as applied from now on; the next step makes Terraform take them over.
    fn take_over(&mut self, living: Vec<Found>) -> Result<(), Failure> {
        let Some(vms) = &mut self.vms else { return Ok(()) };
        for Found { item, experiment, entry } in living {
            let (name, place) = (&item.name, &item.place);
            if vms.facts.machines.contains_key(&experiment) {
                let text = format!(
                    "the VM {name} in {place} serves {experiment} and lives, but the state has another \
                     VM of that experiment"
                );
                return Err(Failure::message(text)
                    .hint("wait until it is done, or remove it by hand; then apply again"));
            }
            screen::say(format_args!(
                "the VM {name} in {place} serves {experiment}/{} and is in no state: it is left to finish",
                entry.attempt
            ));
            vms.strays.push(Stray { experiment, entry, path: item.path });
        }
        self.read_state()
    }
}

/// What a VM serves, if it tells.
fn served(item: &Item) -> Option<(ExperimentId, Entry)> {
    let vm = item.vm.as_ref()?;
    let entry = Entry {
        attempt: vm.attempt?,
        spot: Some(vm.spot),
        started: vm.started,
        zone: Some(item.place.clone()),
    };
    Some((vm.experiment.clone()?, entry))
}

/// The attempt of a VM that has stopped without a word: nobody goes on with it.
fn attempt_that_is_over((found, state): &Ended) -> Option<AttemptId> {
    let attempt = found.entry.attempt;
    match state {
        Some(State::Active { attempt: active }) if *active == attempt => {
            Some(AttemptId { experiment: found.experiment.clone(), attempt })
        }
        _ => None,
    }
}
