//! The workspace's README: what is here, what it costs, how to go on by hand.

use super::adoption::{Kind, adoption, shared};
use crate::{
    blueprint::{Blueprint, Gcp, StatePlace, Target},
    cost,
    study::{OnTimeout, SETUP_ALLOWANCE},
    units::format_duration,
};

const LOCAL: &str = include_str!("../../templates/workspace-README.md");
const GCP: &str = include_str!("../../templates/workspace-README-gcp.md");

pub(super) fn readme(blueprint: &Blueprint) -> String {
    let mut context = tera::Context::new();
    context.insert("study", &blueprint.study);
    context.insert("target", blueprint.target.name());
    context.insert("experiments", &blueprint.experiment_count());
    context.insert("cells", &blueprint.cell_count());
    context.insert("runs", &blueprint.runs);
    context.insert("duration", &format_duration(blueprint.duration));
    context.insert("max_parallel", &blueprint.target.max_parallel());
    context.insert("store", &blueprint.store);
    context.insert("results", &blueprint.results);
    let template = match &blueprint.target {
        Target::Local(_) => {
            let hours = blueprint.experiment_count() as f64 * blueprint.duration as f64 / 3600.0;
            context.insert("hours", &format!("{hours:.1}"));
            LOCAL
        }
        Target::Gcp(gcp) => {
            describe_machines(&mut context, gcp);
            describe_cost(&mut context, blueprint, gcp);
            describe_handwork(&mut context, blueprint, gcp);
            GCP
        }
    };
    // Markdown of our own making holds no HTML, so nothing is to be escaped.
    tera::Tera::one_off(template, &context, false)
        .expect("the template is part of this crate, and a golden test renders it")
}

fn describe_machines(context: &mut tera::Context, gcp: &Gcp) {
    let (first, others) = gcp.zones.split_first().expect("a study has at least one zone");
    let others: Vec<String> = others.iter().map(|zone| format!("`{zone}`")).collect();
    context.insert("project", &gcp.project);
    context.insert("zone", first);
    context.insert("other_zones", &others.join(", "));
    context.insert("machine_type", &gcp.machine_type);
    context.insert("disk_gb", &gcp.disk_gb);
    context.insert("disk_type", &gcp.disk_type);
    context.insert("spot", &gcp.spot);
    context.insert("spot_attempts", &gcp.spot_attempts);
    context.insert("delete_on_timeout", &(gcp.on_timeout == OnTimeout::Delete));
    context.insert("longest", &format_duration(gcp.max_run_seconds));
}

fn describe_cost(context: &mut tera::Context, blueprint: &Blueprint, gcp: &Gcp) {
    let hours = cost::vm_hours(blueprint.experiment_count() as u64, blueprint.duration);
    context.insert("hours", &format!("{hours:.1}"));
    context.insert("allowance", &format_duration(SETUP_ALLOWANCE));
    let (price, sum) = match gcp.price {
        Some(price) => (
            format!("{:.4} USD an hour ({})", price.usd_per_hour, price.basis()),
            format!("about {:.2} USD", hours * price.usd_per_hour),
        ),
        None => (
            "not known: the machine type is not in gen-tf's table; write `usd_per_hour` into the study".to_owned(),
            "not known".to_owned(),
        ),
    };
    context.insert("price", &price);
    context.insert("cost", &sum);
}

fn describe_handwork(context: &mut tera::Context, blueprint: &Blueprint, gcp: &Gcp) {
    let state_bucket = match &gcp.state {
        StatePlace::File => "",
        StatePlace::Bucket { bucket, .. } => bucket,
    };
    let secrets: Vec<_> = gcp
        .secrets
        .iter()
        .map(|s| serde_json::json!({ "variable": s.variable, "env": s.env }))
        .collect();
    let models: Vec<_> = blueprint
        .models
        .iter()
        .map(|m| serde_json::json!({ "source": quoted(&m.source), "sha256": m.sha256 }))
        .collect();
    let example = blueprint.experiments().next().map(|(id, _)| id.to_string()).unwrap_or_default();
    let bucket: Vec<_> =
        shared(blueprint).into_iter().filter(|import| import.kind == Kind::Bucket).collect();
    let adopt = adoption(blueprint, &bucket);
    let adopt: Vec<&str> =
        adopt.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    context.insert("state_bucket", state_bucket);
    context.insert("secrets", &secrets);
    context.insert("models", &models);
    context.insert("example", &example);
    context.insert("adopt", &adopt);
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:".contains(c);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
