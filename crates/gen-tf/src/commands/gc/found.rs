//! What gc has found: one row each, in words and as JSON. It finds and removes nothing itself.

use jiff::Timestamp;
use serde::Serialize;

use crate::{cloud::inventory::Item, sandbox::Sandbox, screen};

/// Something that was left behind.
#[derive(Debug, Serialize)]
pub struct Found {
    /// What it is.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its zone or region, `global`, or `this machine`.
    pub zone: String,
    /// Its study.
    pub study: String,
    /// Seconds since it was made, where that is known.
    pub age_seconds: Option<i64>,
    /// When it counts as forgotten, in seconds since 1970, where that is known.
    pub expires: Option<i64>,
    /// What it costs in USD a day, where that is known.
    pub usd_per_day: Option<f64>,
    /// Why it is not removed, if it is not.
    pub keeps: Option<String>,
    /// Whether its study has VMs that are not among what was found.
    #[serde(skip)]
    pub has_vms: bool,
    /// The thing itself.
    #[serde(skip)]
    pub thing: Thing,
}

/// The thing itself.
#[derive(Debug)]
pub enum Thing {
    /// Of Google Cloud.
    Cloud(Box<Item>),
    /// A sandbox of this machine.
    Sandbox(Sandbox),
}

impl Found {
    /// Something of Google Cloud.
    pub fn of_cloud(item: Item, expires: Option<i64>, has_vms: bool) -> Self {
        let age = |created: Timestamp| Timestamp::now().as_second() - created.as_second();
        Self {
            kind: item.kind.word(),
            name: item.name.clone(),
            zone: item.place.clone(),
            study: item.study.clone(),
            age_seconds: item.created.map(age),
            expires,
            usd_per_day: item.usd_per_day,
            keeps: None,
            has_vms,
            thing: Thing::Cloud(Box::new(item)),
        }
    }

    /// Whether VMs of its study need it.
    pub fn is_shared(&self) -> bool {
        matches!(&self.thing, Thing::Cloud(item) if item.kind.is_shared())
    }
}

/// A row each; with the study where there may be several.
pub fn table(found: &[Found], several: bool) -> String {
    let mut header = vec!["KIND", "NAME", "ZONE", "AGE", "USD/DAY"];
    if several {
        header.push("STUDY");
    }
    header.push("NOTE");
    let rows = found.iter().map(|one| {
        let mut row = vec![
            one.kind.to_owned(),
            one.name.clone(),
            one.zone.clone(),
            one.age_seconds.map_or("unknown".to_owned(), age),
            one.usd_per_day.map_or("unknown".to_owned(), |usd| format!("{usd:.2}")),
        ];
        if several {
            row.push(one.study.clone());
        }
        row.push(one.keeps.clone().unwrap_or_default());
        row
    });
    screen::table(&header, &rows.collect::<Vec<_>>())
}

/// How long something has been there: days, hours or minutes, whichever it has most of.
fn age(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match seconds {
        0..3_600 => format!("{}m", seconds / 60),
        3_600..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// What all of it costs.
pub fn total(found: &[Found]) -> String {
    let sum: f64 = found.iter().filter_map(|one| one.usd_per_day).sum();
    let unknown = found.iter().filter(|one| one.usd_per_day.is_none()).count();
    let mut text = format!("{} left behind, about {sum:.2} USD a day", found.len());
    if unknown > 0 {
        text.push_str(&format!(", without {unknown} whose price is unknown"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_its_largest_unit() {
        let told = [-5, 59, 3_599, 3_600, 172_799, 172_800, 864_000].map(age);
        assert_eq!(told, ["0m", "0m", "59m", "1h", "47h", "2d", "10d"]);
    }
}
