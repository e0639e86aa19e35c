//! Plays scenarios: a study, what happens to it at random moments, and the verdict.

use std::{
    fs::OpenOptions,
    io::Write as _,
    panic::{self, AssertUnwindSafe},
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    place::has_sandboxes,
    random::Random,
    scenario::{Deed, Family, LOCK_LEFT, SCENARIOS, Scenario, Target},
    verdict::{self, Figures},
    weather::Weather,
    world::{Size, StateIn, World},
};

/// In the tests: enough that everything of a family finds something to hit.
const SMALL: Size = Size { experiments: 6, duration: 3 };

/// In the campaign.
const WHOLE: Size = Size { experiments: 12, duration: 5 };

/// How often an `apply` may still fail when nothing happens any more: the first one after a blow
/// tells what it found.
const LAST_FAILURES: u32 = 3;

/// The tool that leaves no room for others.
const FILLING: &str = "calm/filling";

/// Plays a family, in one study or in the whole campaign.
pub fn play(target: Target, family: Family) {
    if target == Target::Local && !has_sandboxes() {
        return;
    }
    let only = std::env::var("GEN_TF_CAMPAIGN_ONLY").unwrap_or_default();
    let wanted: Vec<Scenario> = SCENARIOS
        .iter()
        .filter(|it| it.family == family && it.targets.contains(&target))
        .filter(|it| it.name.contains(&only))
        .copied()
        .collect();
    let groups = groups(target, &wanted);
    match std::env::var_os("GEN_TF_CAMPAIGN_RECORDS") {
        Some(records) => campaign(target, &groups, Path::new(&records)),
        None => {
            for group in groups {
                let Some((_, met)) = round(target, SMALL, &group, seed()) else { return };
                // A quick machine may be done with a small study before all had their turn.
                println!("{}: {} of {} had their turn", target.name(), met.len(), group.len());
                assert!(!met.is_empty(), "nothing had its turn: {}", names(&group));
            }
        }
    }
}

/// What makes the moments random, and repeatable.
fn seed() -> u64 {
    std::env::var("GEN_TF_CAMPAIGN_SEED").map_or(1, |text| text.parse().unwrap())
}

/// Scenarios that share a study: all of a family, but for what leaves the others no room.
fn groups(target: Target, scenarios: &[Scenario]) -> Vec<Vec<Scenario>> {
    let is_alone = |it: &Scenario| it.alone || state_of(target, &[*it]) == StateIn::Bucket;
    let (alone, others): (Vec<Scenario>, Vec<Scenario>) =
        scenarios.iter().copied().partition(is_alone);
    let mut groups: Vec<Vec<Scenario>> = alone.into_iter().map(|it| vec![it]).collect();
    if !others.is_empty() {
        groups.push(others);
    }
    groups
}

/// Each group in a study of its own, with a record of how it ended; what failed is told at the end.
fn campaign(target: Target, groups: &[Vec<Scenario>], records: &Path) {
    let mut failed = Vec::new();
    for group in groups {
        let begun = Instant::now();
        let played = panic::catch_unwind(AssertUnwindSafe(|| round(target, WHOLE, group, seed())));
        let seconds = begun.elapsed().as_secs();
        match played {
            Ok(None) => return,
            Ok(Some((figures, met))) => record(records, target, &met, seconds, Some(&figures)),
            Err(_) => {
                record(records, target, group, seconds, None);
                failed.push(format!("{} on {} (seed {})", names(group), target.name(), seed()));
            }
        }
    }
    assert!(failed.is_empty(), "failed: {failed:#?}");
}

/// A line for each scenario, for the table of docs/reliability.md.
fn record(
    records: &Path,
    target: Target,
    group: &[Scenario],
    seconds: u64,
    ended: Option<&Figures>,
) {
    let figures = ended.map_or("failed\t0\t0\t0".to_owned(), |figures| {
        let Figures { experiments, succeeded, attempts } = figures;
        format!("passed\t{experiments}\t{succeeded}\t{attempts}")
    });
    let mut file = OpenOptions::new().create(true).append(true).open(records).unwrap();
    for scenario in group {
        let place = SCENARIOS.iter().position(|it| it.name == scenario.name).unwrap();
        let (name, target, seed) = (scenario.name, target.name(), seed());
        let line = format!("{place}\t{name}\t{target}\t{seed}\t{seconds}\t{figures}\n");
        file.write_all(line.as_bytes()).unwrap();
    }
}

/// A lock stays where the state is in a bucket; a file's goes with its process.
fn state_of(target: Target, scenarios: &[Scenario]) -> StateIn {
    let is_lock = |it: &Scenario| it.name == LOCK_LEFT;
    let in_bucket = target == Target::Gcp && scenarios.iter().any(is_lock);
    if in_bucket { StateIn::Bucket } else { StateIn::File }
}

fn cells_of(scenarios: &[Scenario]) -> Vec<&'static str> {
    let cells = |scenario: &Scenario| match scenario.deed {
        Deed::Cells(cells) => cells,
        _ => &[][..],
    };
    scenarios.iter().flat_map(|it| cells(it).to_vec()).collect()
}

/// One study, and the scenarios that came before its end; none where this machine has no sandboxes.
fn round(
    target: Target,
    size: Size,
    scenarios: &[Scenario],
    seed: u64,
) -> Option<(Figures, Vec<Scenario>)> {
    let mut cells = cells_of(scenarios);
    if !cells.is_empty() {
        cells.push("calm/steady");
    }
    println!("{}: {} (seed {seed})", target.name(), names(scenarios));
    let mut world = World::new(target, size, &cells, state_of(target, scenarios))?;
    if target == Target::Local && scenarios.iter().any(|it| it.family == Family::Store) {
        world.make_small(world.place.path("store"), 64);
    }
    if cells.contains(&FILLING) {
        world.make_small(world.disks(), 160);
    }
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut order = scenarios.to_vec();
    random.shuffle(&mut order);
    let mut sky = Vec::new();
    order.retain(|scenario| happen(&mut world, &mut random, scenario, size, &mut sky));
    complete(&mut world, sky);
    let figures = verdict::check(&world);
    println!(
        "{}: {} ended with {} of {} succeeded in {} attempts",
        target.name(),
        names(scenarios),
        figures.succeeded,
        figures.experiments,
        figures.attempts
    );
    Some((figures, order))
}

fn names(scenarios: &[Scenario]) -> String {
    scenarios.iter().map(|it| it.name).collect::<Vec<_>>().join(", ")
}

/// Lets one scenario happen at a random moment of a study that runs; false where that was over before.
fn happen(
    world: &mut World,
    random: &mut Random,
    scenario: &Scenario,
    size: Size,
    sky: &mut Vec<Weather>,
) -> bool {
    if let Deed::Cells(_) = scenario.deed {
        return true;
    }
    // The random moment is what this is about, no condition to wait for.
    let longest = u64::from(size.duration) * 1000;
    let moment = Instant::now() + Duration::from_millis(random.below(longest));
    let mut is_met = go_on_until(world, sky, |_, _| Instant::now() >= moment);
    match scenario.deed {
        Deed::Strike(act) if is_met => {
            is_met = go_on_until(world, sky, |world, _| act(world, random));
        }
        Deed::Weather(begin) if is_met => {
            let mut weather = begin(random);
            if weather.is_of_folder() {
                let is_clear = |sky: &Vec<Weather>| !sky.iter().any(Weather::is_of_folder);
                is_met = go_on_until(world, sky, |_, sky| is_clear(sky));
            }
            weather.begin(world);
            sky.push(weather);
        }
        _ => {}
    }
    is_met
}

/// Keeps an `apply` running until something is so; false where the study is over before.
fn go_on_until(
    world: &mut World,
    sky: &mut Vec<Weather>,
    mut is_so: impl FnMut(&mut World, &mut Vec<Weather>) -> bool,
) -> bool {
    while !is_so(world, sky) {
        if let Some(status) = world.ended() {
            if world.is_complete(status) {
                return false;
            }
            world.unlock();
        }
        world.apply();
        clear(world, sky);
        world.let_time_pass();
        world.pause();
    }
    true
}

/// Ends what is over.
fn clear(world: &World, sky: &mut Vec<Weather>) {
    if sky.iter().any(Weather::is_over) {
        for weather in sky.extract_if(.., |weather| weather.is_over()) {
            weather.end(world);
        }
    }
}

/// Applies until the study is complete.
fn complete(world: &mut World, mut sky: Vec<Weather>) {
    let mut failures = 0;
    loop {
        world.apply();
        let status = loop {
            if let Some(status) = world.ended() {
                break status;
            }
            clear(world, &mut sky);
            world.let_time_pass();
            world.pause();
        };
        if world.is_complete(status) {
            break;
        }
        world.unlock();
        if sky.is_empty() {
            failures += 1;
        }
        assert!(failures <= LAST_FAILURES, "apply ended with {status}:\n{}", world.log());
    }
    for weather in sky {
        weather.end(world);
    }
}
