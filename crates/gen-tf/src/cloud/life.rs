//! Whether a VM still serves an attempt, as its store tells: such a VM is never removed by gc.

use gen_tf_core::{
    id::{AttemptId, AttemptObject},
    outcome::Claim,
    schedule::{Life, Signs},
};
use gen_tf_store::{Store, StoreError, google::Google};

use super::inventory::{Item, Vm};
use crate::failure::Failure;

/// Why a VM is not to be removed: its attempt is the current one of its experiment, and it lives.
///
/// # Errors
///
/// When its store can't be read: that is never taken for "no sign of life".
pub fn of(google: &Google, item: &Item) -> Result<Option<String>, Failure> {
    let Some(vm) = item.vm.as_ref().filter(|vm| vm.running) else { return Ok(None) };
    let Vm { experiment: Some(experiment), attempt: Some(attempt), store: Some(store), .. } = vm
    else {
        return Ok(None);
    };
    let id = AttemptId { experiment: experiment.clone(), attempt: *attempt };
    let store = Store::open_with(google, store)?;
    match is_current_and_alive(&store, &id, item, vm) {
        Ok(true) => Ok(Some(format!("serves {id} and lives"))),
        Ok(false) => Ok(None),
        // What has no bucket can neither claim nor deliver.
        Err(error) if error.is_missing_bucket() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn is_current_and_alive(
    store: &Store,
    id: &AttemptId,
    item: &Item,
    vm: &Vm,
) -> Result<bool, StoreError> {
    let now = store.now()?.as_second();
    let key = |kind: AttemptObject| kind.key(id);
    // Beats before outcomes, so that one that ends meanwhile is not taken for a living one.
    let beat = store.head(&key(AttemptObject::Status))?;
    let claimed = store.head(&key(AttemptObject::Claim))?;
    for kind in [AttemptObject::Claim, AttemptObject::Outcome] {
        let of_experiment = format!("{}/{}/", kind.prefix(), id.experiment);
        let attempts = store.list(&of_experiment)?;
        let latest = attempts.iter().filter_map(|entry| kind.attempt_of(&entry.key));
        let latest = latest.map(|it| it.attempt).max();
        let over = if kind == AttemptObject::Outcome { id.attempt } else { id.attempt + 1 };
        if latest >= Some(over) {
            return Ok(false);
        }
    }
    if claimed.is_some() {
        let claim: Option<Claim> = store.get_json(&key(AttemptObject::Claim))?;
        if claim.is_some_and(|claim| claim.machine != item.name) {
            return Ok(false);
        }
    }
    let signs = Signs {
        started: vm.started,
        claimed: claimed.map(|entry| entry.modified.as_second()),
        beat: beat.map(|entry| entry.modified.as_second()),
    };
    Ok(signs.life(now) == Life::Alive)
}
