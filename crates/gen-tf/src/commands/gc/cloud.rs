//! What was left behind on Google Cloud: by one study, or by all of a project.

use std::collections::{BTreeMap, BTreeSet};

use gen_tf_store::google::Google;
use jiff::Timestamp;

use super::found::{Found, Thing};
use crate::{
    cloud::{
        inventory::{self, Inventory, Item, Kind, Scope},
        life as signs, removal,
    },
    failure::Failure,
    screen,
    session::Session,
};

/// What carries a study's label or name and is in no state.
pub fn of_study(session: &Session) -> Result<Vec<Found>, Failure> {
    let (Some(gcp), Some(vms), Some(google)) =
        (session.project.gcp(), session.vms(), session.store().google())
    else {
        return Ok(Vec::new());
    };
    let scope = Scope::Study(&session.project.blueprint.study, gcp);
    let inventory = inventory::everything(google, scope)?;
    say_disabled(&inventory);
    let (known, strays): (Vec<Item>, Vec<Item>) =
        inventory.items.into_iter().partition(|item| vms.facts.ids.contains(&item.path));
    let has_vms = known.iter().any(|item| item.kind == Kind::Vm);
    Ok(strays
        .into_iter()
        .map(|item| {
            let expires = item.expires;
            Found::of_cloud(item, expires, has_vms)
        })
        .collect())
}

fn say_disabled(inventory: &Inventory) {
    for api in &inventory.disabled {
        screen::say(format_args!("the project does not use {api}: nothing of it was listed"));
    }
}

/// A project whose studies may have forgotten something.
pub struct Project {
    id: String,
    google: Google,
}

impl Project {
    /// With the credentials of the environment.
    pub fn open(id: &str) -> Result<Self, Failure> {
        Ok(Self { id: id.to_owned(), google: Google::connect()? })
    }

    /// Who asks.
    pub fn google(&self) -> &Google {
        &self.google
    }

    /// What counts as forgotten now, whatever a state says.
    pub fn expired(&self) -> Result<Vec<Found>, Failure> {
        let inventory = inventory::everything(&self.google, Scope::Project(&self.id))?;
        say_disabled(&inventory);
        let buckets = inventory::expiry_of_buckets(&self.google, &self.id)?;
        let now = Timestamp::now().as_second();
        let judged = judge(inventory.items, buckets, now);
        if !judged.unknown.is_empty() {
            let names: Vec<&str> = judged.unknown.iter().map(String::as_str).collect();
            screen::say(format_args!(
                "not judged, because nothing says when they expire: what these studies have left that \
                 carries no label: {}; `gen-tf gc STUDY` lists it",
                names.join(", ")
            ));
        }
        Ok(judged.expired)
    }
}

/// What was decided about a project's things.
struct Judged {
    expired: Vec<Found>,
    /// Studies with things of which nothing tells when they expire.
    unknown: BTreeSet<String>,
}

/// What carries no label expires with the last thing of its study that does.
fn judge(items: Vec<Item>, buckets: BTreeMap<String, i64>, now: i64) -> Judged {
    let mut of_studies = buckets;
    for (item, expires) in items.iter().filter_map(|item| Some((item, item.expires?))) {
        let latest = of_studies.entry(item.study.clone()).or_insert(expires);
        *latest = expires.max(*latest);
    }
    let expiry = |item: &Item| item.expires.or_else(|| of_studies.get(&item.study).copied());
    let is_over = |item: &Item| expiry(item).is_some_and(|expires| expires < now);
    let with_vms: BTreeSet<String> = items
        .iter()
        .filter(|item| item.kind == Kind::Vm && !is_over(item))
        .map(|item| item.study.clone())
        .collect();
    let unknown = items.iter().filter(|item| expiry(item).is_none());
    let unknown = unknown.map(|item| item.study.clone()).collect();
    let expired = items.into_iter().filter(is_over).map(|item| {
        let (expires, has_vms) = (expiry(&item), with_vms.contains(&item.study));
        Found::of_cloud(item, expires, has_vms)
    });
    Judged { expired: expired.collect(), unknown }
}

/// Why a VM is not removed.
pub fn life(google: Option<&Google>, found: &Found) -> Result<Option<String>, Failure> {
    match (google, &found.thing) {
        (Some(google), Thing::Cloud(item)) => signs::of(google, item),
        _ => Ok(None),
    }
}

/// Removes these.
pub fn remove(google: Option<&Google>, found: &[&Found]) -> Result<(), Failure> {
    let items = found.iter().filter_map(|one| match &one.thing {
        Thing::Cloud(item) => Some(&**item),
        Thing::Sandbox(_) => None,
    });
    let items: Vec<&Item> = items.collect();
    let Some(google) = google else { return Ok(()) };
    removal::remove(google, &items, |item| {
        screen::say(format_args!("removed the {} {}", item.kind.word(), item.name));
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(kind: Kind, study: &str, expires: Option<i64>) -> Item {
        Item {
            kind,
            name: format!("{}-of-{study}", kind.word()),
            place: "global".to_owned(),
            study: study.to_owned(),
            created: None,
            expires,
            usd_per_day: None,
            path: String::new(),
            vm: None,
        }
    }

    #[test]
    fn what_carries_no_label_expires_with_its_study() {
        let items = vec![
            item(Kind::Vm, "old", Some(5)),
            item(Kind::Network, "old", None),
            item(Kind::Vm, "busy", Some(5)),
            item(Kind::Vm, "busy", Some(15)),
            item(Kind::Network, "busy", None),
            item(Kind::Network, "kept", None),
            item(Kind::Network, "nameless", None),
        ];
        let buckets = BTreeMap::from([("old".to_owned(), 9), ("kept".to_owned(), 11)]);
        let judged = judge(items, buckets, 10);
        let names: Vec<&str> = judged.expired.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["VM-of-old", "network-of-old", "VM-of-busy"]);
        assert_eq!(judged.unknown, BTreeSet::from(["nameless".to_owned()]));
    }
}
