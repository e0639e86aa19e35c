//! VM-hours and money: what a study takes at least, what it has taken, and what something that was
//! forgotten costs. Prices come from the study or from the table of `machines`; a study's own sums
//! never count disks and network.

use crate::{
    machines::{self, Lookup},
    study::{Budget, GcpTarget, SETUP_ALLOWANCE},
};

/// What a VM costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Price {
    /// USD an hour.
    pub usd_per_hour: f64,
    /// Where that comes from.
    pub origin: Origin,
}

/// Where a price comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The study says so.
    Study,
    /// The table's list price.
    List,
    /// The table's price of a spot VM.
    Spot,
}

impl Price {
    /// Where the price comes from and what it leaves out, for people.
    #[must_use]
    pub fn basis(&self) -> String {
        let taken = machines::PRICES_TAKEN;
        let origin = match self.origin {
            Origin::Study => "the study's `usd_per_hour`".to_owned(),
            Origin::List => format!("list price in us-central1, table of {taken}"),
            Origin::Spot => format!("spot price in us-central1, table of {taken}, changes daily"),
        };
        format!("{origin}; without disks and network")
    }
}

/// What a VM of the target costs, if that is known.
#[must_use]
pub fn price(target: &GcpTarget) -> Option<Price> {
    if let Some(usd_per_hour) = target.usd_per_hour {
        return Some(Price { usd_per_hour, origin: Origin::Study });
    }
    let Lookup::Known(machine) = machines::find(&target.machine_type) else { return None };
    let price = machine.price?;
    Some(if target.spot {
        Price { usd_per_hour: price.spot_usd_per_hour, origin: Origin::Spot }
    } else {
        Price { usd_per_hour: price.usd_per_hour, origin: Origin::List }
    })
}

/// List prices of disks in us-central1 (<https://cloud.google.com/compute/disks-image-pricing>), in USD
/// a GB and month; a type that bills more than its size has none here.
const DISKS: [(&str, f64); 3] = [("pd-standard", 0.04), ("pd-balanced", 0.10), ("pd-ssd", 0.17)];

/// What a disk costs in USD a day, where its type has a price.
#[must_use]
pub fn disk_usd_per_day(disk_type: &str, gb: f64) -> Option<f64> {
    let (_, month) = DISKS.iter().find(|(name, _)| *name == disk_type)?;
    Some(gb * month * 12.0 / 365.0)
}

/// What a VM costs in USD a day while it runs, without its disks, by the table.
#[must_use]
pub fn vm_usd_per_day(machine_type: &str, spot: bool) -> Option<f64> {
    let Lookup::Known(machine) = machines::find(machine_type) else { return None };
    let price = machine.price?;
    Some(24.0 * if spot { price.spot_usd_per_hour } else { price.usd_per_hour })
}

/// VM-hours of experiments that are each tried once: the tool's time, and what is allowed for boot,
/// setup and upload.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53, and shown with one decimal")]
#[must_use]
pub fn vm_hours(experiments: u64, duration: u64) -> f64 {
    experiments as f64 * (duration + SETUP_ALLOWANCE) as f64 / 3_600.0
}

/// VM-hours that were taken and that are left.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spend {
    /// Of attempts that have ended.
    pub spent: f64,
    /// Of experiments that have not, each tried once more.
    pub left: f64,
}

impl Spend {
    /// All of it.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.spent + self.left
    }

    /// Why this exceeds the budget, if it does.
    #[must_use]
    pub fn excess(&self, budget: &Budget, price: Option<Price>) -> Option<String> {
        let all = self.total();
        let sum = format!("{:.1} taken and {:.1} to come", self.spent, self.left);
        if let Some(limit) = budget.vm_hours.filter(|limit| all > *limit) {
            return Some(format!(
                "the study takes {all:.1} VM-hours ({sum}); the budget has {limit}"
            ));
        }
        let (limit, price) = budget.usd.zip(price)?;
        let usd = all * price.usd_per_hour;
        (usd > limit).then(|| {
            format!(
                "the study costs about {usd:.2} USD ({sum} VM-hours at {:.4} USD, {}); the budget has {limit}",
                price.usd_per_hour,
                price.basis()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_counts_what_retries_have_taken() {
        let budget = Budget { vm_hours: Some(10.0), usd: Some(5.0) };
        let price = Some(Price { usd_per_hour: 0.5, origin: Origin::List });
        assert_eq!(Spend { spent: 4.0, left: 6.0 }.excess(&budget, price), None);
        let hours = Spend { spent: 5.0, left: 6.0 }.excess(&budget, price).unwrap();
        assert!(hours.contains("11.0 VM-hours (5.0 taken and 6.0 to come)"), "{hours}");
        let dear = Some(Price { usd_per_hour: 0.6, origin: Origin::Spot });
        let usd = Spend { spent: 4.0, left: 6.0 }.excess(&budget, dear).unwrap();
        assert!(usd.contains("6.00 USD") && usd.contains("2026-11-24"), "{usd}");
        assert_eq!(Spend { spent: 4.0, left: 6.0 }.excess(&Budget::default(), dear), None);
    }

    #[test]
    fn what_has_no_price_is_not_given_one() {
        let day = disk_usd_per_day("pd-ssd", 100.0).unwrap();
        assert!((day - 0.5589).abs() < 1e-4, "{day}");
        assert_eq!(disk_usd_per_day("hyperdisk-balanced", 100.0), None);
        let spot = vm_usd_per_day("n1-standard-8", true).unwrap();
        assert!(spot > 0.0 && spot < vm_usd_per_day("n1-standard-8", false).unwrap());
        assert_eq!(vm_usd_per_day("m3-ultramem-32", false), None);
    }

    #[test]
    fn an_experiment_takes_its_time_and_the_allowance() {
        assert!((vm_hours(4, 3_600) - 5.0).abs() < 1e-9);
    }
}
