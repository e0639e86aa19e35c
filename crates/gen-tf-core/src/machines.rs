//! Machine types of Google Compute Engine: which exist, what they have, what they cost.
//!
//! Prices are list prices of us-central1 from an undated public catalogue (`data/machines.csv`); a
//! type that is not in it has no price here, and none is guessed.

use std::sync::LazyLock;

use crate::suggest;

const TABLE: &str = include_str!("../data/machines.csv");

/// The day on which the prices were taken over; the catalogue itself bears no date.
pub const PRICES_TAKEN: &str = "2026-11-24";

/// Series that exist, whose sizes and prices the table does not hold.
const UNLISTED: [&str; 20] = [
    "a2", "a3", "c3d", "c4", "c4a", "c4d", "g2", "h3", "h4d", "m1", "m2", "m3", "m4", "n4", "n4a",
    "n4d", "t2a", "x4", "z3", "g4",
];

/// Types whose CPU is shared with machines of other people.
const SHARED_CORE: [&str; 5] = ["e2-micro", "e2-small", "e2-medium", "f1-micro", "g1-small"];

const GIB: f64 = 1_073_741_824.0;

/// What a machine has and costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Machine {
    /// Its vCPUs.
    pub vcpus: u32,
    /// Its memory in bytes.
    pub memory: u64,
    /// What it costs, where that is known.
    pub price: Option<Price>,
}

/// List price in us-central1, without disks and network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Price {
    /// USD an hour.
    pub usd_per_hour: f64,
    /// USD an hour as a spot VM; it changes from day to day.
    pub spot_usd_per_hour: f64,
}

/// What is known about the name of a machine type.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup {
    /// It is in the table, or its name tells.
    Known(Machine),
    /// It may exist, but is not in the table.
    Unlisted,
    /// It exists, and shares its CPU with machines of other people.
    SharedCore,
    /// It does not exist; the text says what does.
    Unknown(Option<String>),
}

struct Series {
    name: &'static str,
    gib_per_vcpu: f64,
    vcpus: Vec<u32>,
    usd: [f64; 4],
}

static SERIES: LazyLock<Vec<Series>> = LazyLock::new(|| {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#')).skip(1);
    rows.map(|row| series(row).expect("data/machines.csv is well-formed; a test reads it"))
        .collect()
});

fn series(row: &'static str) -> Option<Series> {
    let mut cells = row.split(',');
    let name = cells.next()?;
    let gib_per_vcpu = cells.next()?.parse().ok()?;
    let vcpus = cells.next()?.split(' ').map(|n| n.parse().ok()).collect::<Option<_>>()?;
    let mut price = || cells.next()?.parse().ok();
    Some(Series { name, gib_per_vcpu, vcpus, usd: [price()?, price()?, price()?, price()?] })
}

impl Series {
    fn machine(&self, vcpus: u32) -> Machine {
        let gib = f64::from(vcpus) * self.gib_per_vcpu;
        let [cpu, memory, spot_cpu, spot_memory] = self.usd;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "memory sizes are positive and far below 2^53"
        )]
        let bytes = (gib * GIB).round() as u64;
        let price = Price {
            usd_per_hour: f64::from(vcpus) * cpu + gib * memory,
            spot_usd_per_hour: f64::from(vcpus) * spot_cpu + gib * spot_memory,
        };
        Machine { vcpus, memory: bytes, price: Some(price) }
    }
}

/// Looks a machine type up by its name.
#[must_use]
pub fn find(name: &str) -> Lookup {
    if SHARED_CORE.contains(&name) {
        return Lookup::SharedCore;
    }
    if let Some(machine) = custom(name) {
        return Lookup::Known(machine);
    }
    let (series_name, size) = name.rsplit_once('-').unwrap_or((name, ""));
    if let Some(series) = SERIES.iter().find(|series| series.name == series_name) {
        let vcpus = size.parse().ok().filter(|vcpus| series.vcpus.contains(vcpus));
        let sizes: Vec<_> = series.vcpus.iter().map(u32::to_string).collect();
        let help = format!("{series_name} comes with {} vCPUs", or_list(&sizes));
        return vcpus.map_or(Lookup::Unknown(Some(help)), |n| Lookup::Known(series.machine(n)));
    }
    let family = name.split('-').next().unwrap_or_default();
    if UNLISTED.contains(&family) && name.matches('-').count() >= 1 && !size.is_empty() {
        return Lookup::Unlisted;
    }
    Lookup::Unknown(meant(name, series_name, size))
}

/// Machine types that have this many vCPUs and this much memory: the cheapest of the same family,
/// such as n1, then the cheapest of all. Prices are list prices; at most two, each once.
#[must_use]
pub fn fitting(name: &str, vcpus: u64, memory: u64) -> Vec<(String, Machine)> {
    let family = |name: &str| name.split('-').next().unwrap_or_default().to_owned();
    let all = SERIES.iter().flat_map(|series| {
        let fits = move |vcpus: &u32| (format!("{}-{vcpus}", series.name), series.machine(*vcpus));
        series.vcpus.iter().map(fits)
    });
    let mut fitting: Vec<_> = all
        .filter(|(_, machine)| u64::from(machine.vcpus) >= vcpus && machine.memory >= memory)
        .collect();
    let price = |machine: &Machine| machine.price.map_or(f64::INFINITY, |price| price.usd_per_hour);
    fitting.sort_by(|(_, a), (_, b)| price(a).total_cmp(&price(b)));
    let own = fitting.iter().find(|(other, _)| family(other) == family(name)).cloned();
    let cheapest = fitting.first().filter(|cheapest| own.as_ref() != Some(cheapest)).cloned();
    own.into_iter().chain(cheapest).collect()
}

fn meant(name: &str, series_name: &str, size: &str) -> Option<String> {
    let names = SERIES.iter().map(|series| series.name);
    let whole = names.clone().find(|series| *series == name);
    if let Some(series) = whole {
        return Some(format!("add the number of vCPUs, such as `{series}-8`"));
    }
    match suggest::closest(series_name, names) {
        Some(series) if size.parse::<u32>().is_ok() => {
            Some(format!("did you mean `{series}-{size}`?"))
        }
        Some(series) => Some(format!("did you mean `{series}-8`?")),
        None => Some("machine types are named such as `n1-standard-8` or `e2-standard-4`".into()),
    }
}

/// `n1-custom-4-16384` has 4 vCPUs and 16384 MiB; without a series it is an n1.
fn custom(name: &str) -> Option<Machine> {
    let name = name.strip_suffix("-ext").unwrap_or(name);
    let size = name.strip_prefix("custom-").or_else(|| {
        let (family, size) = name.split_once("-custom-")?;
        matches!(family, "e2" | "n1" | "n2" | "n2d" | "n4" | "c4" | "g2").then_some(size)
    })?;
    let (vcpus, mebibytes) = size.split_once('-')?;
    let vcpus: u32 =
        vcpus.parse().ok().filter(|n| (1..=224).contains(n) && (*n == 1 || n % 2 == 0))?;
    let mebibytes: u64 =
        mebibytes.parse().ok().filter(|n| n % 256 == 0 && (256..=1 << 24).contains(n))?;
    Some(Machine { vcpus, memory: mebibytes << 20, price: None })
}

fn or_list(words: &[String]) -> String {
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_table_can_be_read_and_costs_something() {
        assert_eq!(SERIES.len(), 20);
        for series in SERIES.iter() {
            for vcpus in &series.vcpus {
                let machine = series.machine(*vcpus);
                let price = machine.price.unwrap();
                assert!(machine.memory > 0 && price.usd_per_hour > price.spot_usd_per_hour);
                assert_eq!(find(&format!("{}-{vcpus}", series.name)), Lookup::Known(machine));
            }
        }
    }

    #[test]
    fn the_date_of_the_prices_is_that_of_the_table() {
        assert!(TABLE.contains(&format!("# Taken over on {PRICES_TAKEN}.\n")));
    }

    #[test]
    fn n1_standard_8_has_30_gib_and_costs_38_cents() {
        let Lookup::Known(machine) = find("n1-standard-8") else { panic!("unknown") };
        assert_eq!((machine.vcpus, machine.memory), (8, 30 << 30));
        assert!((machine.price.unwrap().usd_per_hour - 0.38).abs() < 0.0005);
    }

    #[test]
    fn offers_the_cheapest_of_the_family_and_of_all_that_fit() {
        let names = |name: &str, vcpus, gib: u64| {
            let fitting = fitting(name, vcpus, gib << 30);
            fitting.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(names("n1-standard-8", 8, 32), ["n1-highmem-8", "e2-standard-8"]);
        assert_eq!(names("e2-standard-2", 8, 32), ["e2-standard-8"]);
        assert_eq!(names("custom-4-16384", 4, 20), ["e2-highmem-4"]);
        assert_eq!(names("n1-standard-8", 1_000, 1), [""; 0]);
    }

    #[test]
    fn says_which_sizes_exist_and_which_name_was_meant() {
        let help = |name: &str| match find(name) {
            Lookup::Unknown(help) => help.unwrap(),
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(
            help("n1-standard-24"),
            "n1-standard comes with 1, 2, 4, 8, 16, 32, 64 or 96 vCPUs"
        );
        assert_eq!(help("n1-standart-8"), "did you mean `n1-standard-8`?");
        assert_eq!(help("n1-standard"), "add the number of vCPUs, such as `n1-standard-8`");
        assert_eq!(
            help("big"),
            "machine types are named such as `n1-standard-8` or `e2-standard-4`"
        );
        help("");
        help("c4");
    }

    #[test]
    fn custom_types_tell_their_size_and_other_families_are_not_refused() {
        let Lookup::Known(machine) = find("n2-custom-4-16384") else { panic!("unknown") };
        assert_eq!((machine.vcpus, machine.memory, machine.price), (4, 16 << 30, None));
        assert!(matches!(find("custom-3-16384"), Lookup::Unknown(_)));
        assert!(matches!(find("c4-standard-8"), Lookup::Unlisted));
        assert_eq!(find("e2-micro"), Lookup::SharedCore);
    }
}
