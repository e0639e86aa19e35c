//! The scenarios of the campaign: a name for each, where it can happen, and what it does.

use crate::{
    attacks, machines, phases,
    random::Random,
    weather::{self, Weather},
    world::World,
};

/// Where a study runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Local,
    Gcp,
}

impl Target {
    pub fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Gcp => "gcp",
        }
    }
}

/// Scenarios that one test plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Kills,
    Interrupts,
    Machines,
    Experiments,
    Store,
    Cloud,
    State,
}

/// What happens.
#[derive(Clone, Copy)]
pub enum Deed {
    /// A blow at a random moment; false where there was nothing to hit yet.
    Strike(fn(&mut World, &mut Random) -> bool),
    /// Something that begins at a random moment and lasts.
    Weather(fn(&mut Random) -> Weather),
    /// The study itself has cells like this: `service/tool`.
    Cells(&'static [&'static str]),
}

/// One way in which things go wrong.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// What happens, as the table of docs/reliability.md says it.
    pub name: &'static str,
    pub family: Family,
    pub targets: &'static [Target],
    pub deed: Deed,
    /// Whether it leaves others no room in the same study.
    pub alone: bool,
}

impl Scenario {
    const fn alone(mut self) -> Self {
        self.alone = true;
        self
    }
}

/// The scenario of a lock whose holder is gone.
pub const LOCK_LEFT: &str = "a state lock is left behind";

const BOTH: &[Target] = &[Target::Local, Target::Gcp];
const LOCAL: &[Target] = &[Target::Local];
const GCP: &[Target] = &[Target::Gcp];

const fn strike(
    name: &'static str,
    family: Family,
    targets: &'static [Target],
    act: fn(&mut World, &mut Random) -> bool,
) -> Scenario {
    Scenario { name, family, targets, deed: Deed::Strike(act), alone: false }
}

const fn weather(
    name: &'static str,
    family: Family,
    targets: &'static [Target],
    begin: fn(&mut Random) -> Weather,
) -> Scenario {
    Scenario { name, family, targets, deed: Deed::Weather(begin), alone: false }
}

const fn cells(
    name: &'static str,
    targets: &'static [Target],
    cells: &'static [&'static str],
) -> Scenario {
    Scenario { name, family: Family::Experiments, targets, deed: Deed::Cells(cells), alone: false }
}

/// Every scenario, in the order of the table.
pub const SCENARIOS: &[Scenario] = &[
    strike("gen-tf is killed", Family::Kills, BOTH, attacks::kill_gen_tf),
    strike("Terraform is killed", Family::Kills, BOTH, attacks::kill_terraform),
    strike("a sandbox is killed", Family::Kills, LOCAL, attacks::kill_sandbox),
    strike("a sandbox's supervisor is killed", Family::Kills, LOCAL, attacks::kill_supervisor),
    strike("the cloud is killed and comes back", Family::Kills, GCP, attacks::kill_cloud),
    strike("Ctrl-C once", Family::Interrupts, BOTH, attacks::interrupt_once),
    strike("Ctrl-C twice", Family::Interrupts, BOTH, attacks::interrupt_twice),
    strike("Ctrl-C three times", Family::Interrupts, BOTH, attacks::interrupt_thrice),
    strike("the terminal is lost", Family::Interrupts, BOTH, attacks::hang_up),
    strike("a VM is preempted", Family::Machines, GCP, machines::preempt),
    strike("a VM is rebooted", Family::Machines, GCP, machines::reboot),
    strike("VMs are preempted, one in each phase", Family::Machines, GCP, phases::preempt).alone(),
    strike("VMs are rebooted, one in each phase", Family::Machines, GCP, phases::reboot).alone(),
    strike("a VM is deleted by hand", Family::Machines, GCP, machines::delete),
    strike("a VM never boots", Family::Machines, GCP, machines::boot_nothing),
    strike("a VM freezes, and its heartbeat stops", Family::Machines, GCP, machines::freeze),
    cells("the service dies before it is ready", BOTH, &["stillborn/steady"]),
    cells("the service dies after it is ready", BOTH, &["mortal/steady", "mortal/overstays"]),
    cells("the service dies in the last second", BOTH, &["late/steady", "late/deaf"]),
    cells("the tool ends at once", BOTH, &["calm/quits"]),
    cells("the tool goes on after its time", BOTH, &["calm/overstays"]),
    cells("the tool ignores SIGTERM", BOTH, &["calm/deaf"]),
    cells("the tool leaves a daemon", BOTH, &["calm/daemon"]),
    cells("the tool takes all memory", LOCAL, &["calm/greedy"]),
    cells("the tool fills the disk", BOTH, &["calm/filling"]).alone(),
    weather("the store answers 503 for 60 s", Family::Store, GCP, weather::away).alone(),
    weather("the store drops connections", Family::Store, GCP, weather::drops),
    weather("the store truncates downloads", Family::Store, GCP, weather::truncates),
    weather("the store is read-only for a while", Family::Store, BOTH, weather::read_only),
    weather("the store is full for a while", Family::Store, LOCAL, weather::full),
    weather("tokens expire in the middle", Family::Store, GCP, weather::short_tokens),
    weather("no machines for the first three creates", Family::Cloud, GCP, weather::stockout),
    weather("a quota of 2 below max_parallel", Family::Cloud, GCP, weather::small_quota).alone(),
    weather("a VM's name is taken", Family::Cloud, GCP, weather::name_taken),
    weather("429 on every second call", Family::Cloud, GCP, weather::overloaded),
    strike("the state file is emptied", Family::State, BOTH, attacks::empty_state),
    strike(LOCK_LEFT, Family::State, BOTH, attacks::leave_lock),
    strike("the workspace is deleted", Family::State, BOTH, attacks::delete_workspace),
];
