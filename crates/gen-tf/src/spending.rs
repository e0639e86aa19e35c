//! What a study's VMs have cost and will cost: VM-hours from outcomes and from what is left.
//! Sandboxes cost nothing.

use gen_tf_core::{
    cost::{self, Price, Spend},
    schedule::Counts,
};

use crate::{project::Project, session::View};

/// What has been spent and what is left, on Google Cloud.
#[must_use]
pub fn spend(project: &Project, view: &View) -> Option<Spend> {
    project.gcp()?;
    let walls = view.snapshot.outcomes.values().map(|outcome| outcome.timings.wall_seconds);
    // The sum of nothing is -0.
    let ended = walls.fold(0.0, |sum, seconds| sum + seconds);
    let running = view.snapshot.statuses.values().map(|status| status.elapsed);
    let running = running.fold(0.0, |sum, seconds| sum + seconds);
    let counts = Counts::of(&view.survey);
    let left = cost::vm_hours((counts.pending + counts.active) as u64, project.blueprint.duration);
    let left = (left - running / 3600.0).max(0.0);
    Some(Spend { spent: (ended + running) / 3600.0, left })
}

/// Why the study exceeds its budget, if it does.
#[must_use]
pub fn excess(project: &Project, view: &View) -> Option<String> {
    spend(project, view)?.excess(&project.study.budget, price(project))
}

/// What a VM costs, where that is known.
#[must_use]
pub fn price(project: &Project) -> Option<Price> {
    project.gcp()?.price
}
