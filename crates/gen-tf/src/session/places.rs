//! How many machines are to be had: what the quotas leave free, read before a step that starts
//! something, and the shortage that the store remembers.

use std::collections::BTreeMap;

use gen_tf_core::{
    quota::{self, ASK_FOR_MORE, Room},
    schedule::{ActiveSet, Counts, Limits},
    shortage::{self, Shortage},
};
use gen_tf_store::{Store, StoreError};

use super::{Moves, Session, View};
use crate::{cloud::quotas, failure::Failure, screen};

/// What a step would do, after what quotas leave free.
pub struct Step {
    /// The active set.
    pub next: ActiveSet,
    /// How it differs from the applied one.
    pub moves: Moves,
    /// What makes it smaller than the study allows, if anything does.
    pub narrowed: Option<Narrowed>,
}

/// Quotas that hold fewer VMs than the study may have.
pub struct Narrowed {
    /// How many VMs the study can have now, those that run counted.
    pub places: usize,
    /// The quota that says so.
    pub room: Room,
}

impl Narrowed {
    /// For people.
    #[must_use]
    pub fn describe(&self, max_parallel: u32) -> String {
        format!(
            "{}: {} of at most {max_parallel} VMs at a time for now; {ASK_FOR_MORE}, or lower `max_parallel`",
            self.room.describe(),
            self.places
        )
    }
}

impl Session {
    /// The active set that the schedule wants, as far as the quotas hold it.
    ///
    /// # Errors
    ///
    /// When the applied set can't be read.
    pub fn next_within_quotas(&mut self, view: &View, limits: Limits) -> Result<Step, Failure> {
        let (next, moves) = self.next(view, &limits)?;
        let wanted = moves.start.len();
        let narrowed = if wanted == 0 { None } else { self.narrowed(view) };
        match narrowed {
            Some(narrowed) if narrowed.room.vms < wanted => {
                let places = narrowed.places.min(limits.places.unwrap_or(usize::MAX));
                let (next, moves) = self.next(view, &Limits { places: Some(places), ..limits })?;
                Ok(Step { next, moves, narrowed: Some(narrowed) })
            }
            narrowed => Ok(Step { next, moves, narrowed }),
        }
    }

    /// What the quotas hold, where that is less than the study may have and still wants.
    fn narrowed(&mut self, view: &View) -> Option<Narrowed> {
        let room = self.room()?;
        let counts = Counts::of(&view.survey);
        let places = counts.active + room.vms;
        let most = self.project.blueprint.target.max_parallel() as usize;
        (places < most.min(counts.active + counts.pending)).then_some(Narrowed { places, room })
    }

    /// How many more VMs the quotas hold. One who may not read them is told so once, and meets them
    /// as an error of Terraform.
    fn room(&mut self) -> Option<Room> {
        let gcp = self.project.gcp()?;
        let google = self.observer.store().google()?;
        let vms = self.vms.as_mut().filter(|vms| !vms.quotas_unreadable)?;
        match quotas::read(google, &gcp.project, &gcp.region) {
            Ok(quotas) => quota::room(gcp.into(), &quotas?),
            Err(error) => {
                vms.quotas_unreadable = true;
                screen::say(format_args!(
                    "note: the quotas of {} can't be read, so that one that is used up is met as an \
                     error: {error}",
                    gcp.region
                ));
                None
            }
        }
    }

    /// The shortage that the store remembers; its zones are passed over from now on.
    ///
    /// # Errors
    ///
    /// When the store can't be read.
    pub fn recall_shortage(&mut self) -> Result<Option<Shortage>, Failure> {
        let Some(vms) = &mut self.vms else { return Ok(None) };
        let store = self.observer.store();
        let Some(shortage) = read_shortage(store)? else { return Ok(None) };
        vms.zones.recall(&shortage.zones, store.now()?);
        Ok(Some(shortage))
    }

    /// Writes a shortage into the store, with the zones that have no machines left.
    ///
    /// # Errors
    ///
    /// When the store can't be written.
    pub fn remember_shortage(&self, shortage: &Shortage) -> Result<(), Failure> {
        let now = self.store().now();
        let zones = match (&self.vms, &now) {
            (Some(vms), Ok(now)) => vms.zones.exhausted(*now),
            _ => BTreeMap::new(),
        };
        let bytes = serde_json::to_vec_pretty(&Shortage { zones, ..shortage.clone() })?;
        match now.and_then(|_| self.store().put(shortage::KEY, bytes)) {
            // Before the first apply there is no store, and nobody else who could ask.
            Err(error) if error.is_missing_bucket() => Ok(()),
            other => Ok(other?),
        }
    }

    /// Says in the store that all machines were to be had again.
    ///
    /// # Errors
    ///
    /// When the store can't be written.
    pub fn forget_shortage(&self) -> Result<(), Failure> {
        Ok(self.store().delete(shortage::KEY)?)
    }
}

/// The shortage of a study, if there is one. Before the first apply there is no store.
///
/// # Errors
///
/// When the store can't be read.
pub fn read_shortage(store: &Store) -> Result<Option<Shortage>, StoreError> {
    match store.get_json(shortage::KEY) {
        Err(error) if error.is_missing_bucket() => Ok(None),
        other => other,
    }
}
