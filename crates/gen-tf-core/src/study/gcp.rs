//! The Google Cloud target: rules about its zones, machine, image and buckets.
//! Whether any of them exists is only known to Google Cloud.

use super::{GcpTarget, OnTimeout, parse::Checks, schema};
use crate::{
    diagnostic::Diagnostic,
    document::Node,
    images::{self, Verdict},
    machines::{self, Lookup, Machine},
    names,
    schema::{Complaint, Record},
};

/// Most labels that a study may give; Google Cloud takes 64, and gen-tf has some of its own.
const MAX_LABELS: usize = 50;

/// Reads the target; `None` when the file has none or a broken one.
pub(super) fn read(file: &Record, checks: &mut Checks<'_>) -> Option<GcpTarget> {
    let target = file.blocks(&schema::GCP).next()?;
    check_zones(target, checks);
    check_machine(target, checks);
    check_image(target, checks);
    check_buckets(target, checks);
    check_labels(target, checks);
    check_spot(target, checks);
    check_network(target, checks);
    let text = |name: &str| target.text(name).map(|text| text.value);
    Some(GcpTarget {
        project: text("project")?,
        zones: target.texts("zones")?.value.into_iter().map(|zone| zone.value).collect(),
        machine_type: text("machine_type")?,
        image: text("image")?,
        disk_gb: target.small("disk_gb")?.value,
        disk_type: text("disk_type")?,
        max_parallel: target.small("max_parallel")?.value,
        bucket: text("bucket")?,
        state_bucket: text("state_bucket"),
        labels: labels(target)?.collect(),
        spot: target.truth("spot")?.value,
        spot_attempts: target.small("spot_attempts")?.value,
        network: text("network"),
        subnetwork: text("subnetwork"),
        iap_ssh: target.truth("iap_ssh")?.value,
        keep_failed: target.truth("keep_failed")?.value,
        on_timeout: if text("on_timeout")? == "delete" {
            OnTimeout::Delete
        } else {
            OnTimeout::Stop
        },
        usd_per_hour: target.decimal("usd_per_hour").map(|price| price.value),
    })
}

/// What the table knows about the target's machine.
pub(super) fn machine(target: &Record) -> Option<Machine> {
    match machines::find(&target.text("machine_type")?.value) {
        Lookup::Known(machine) => Some(machine),
        _ => None,
    }
}

fn labels(target: &Record) -> Option<impl Iterator<Item = (String, String)>> {
    let entries = target.map("labels")?.value.into_iter();
    Some(entries.filter_map(|(key, value)| match value.value {
        Node::Text(text) => Some((key.value, text)),
        _ => None,
    }))
}

fn check_zones(target: &Record, checks: &mut Checks<'_>) {
    let Some(zones) = target.texts("zones") else { return };
    let Some(first) = zones.value.first() else { return };
    let region = names::region(&first.value);
    for zone in &zones.value[1..] {
        let other = names::region(&zone.value);
        if other != region {
            let message = format!(
                "the zones are of two regions: `{}` and `{}`",
                region.unwrap_or_default(),
                other.unwrap_or_default()
            );
            let finding = Diagnostic::error(zone.span.clone(), message)
                .with_related(first.span.clone(), "the first zone decides")
                .with_help("machines of two regions are not alike; keep the zones of one");
            checks.report(finding);
        }
    }
}

fn check_machine(target: &Record, checks: &mut Checks<'_>) {
    let Some(name) = target.text("machine_type") else { return };
    let shown = crate::schema::shortened(&name.value);
    match machines::find(&name.value) {
        Lookup::Known(_) => {}
        Lookup::SharedCore => {
            let message = format!("the machine type `{shown}` shares its CPU with other machines");
            let help = "results differ by chance on it; take one with CPUs of its own";
            checks.report(Diagnostic::warning(name.span, message).with_help(help));
        }
        Lookup::Unlisted => {
            let message = format!("the machine type `{shown}` is not in gen-tf's table");
            let help = "gen-tf knows neither its vCPUs and memory nor its price, and checks none";
            checks.report(Diagnostic::warning(name.span, message).with_help(help));
        }
        Lookup::Unknown(help) => {
            let message = format!("the machine type `{shown}` does not exist");
            checks.report(Diagnostic::error(name.span, message).with_optional_help(help));
        }
    }
}

fn check_image(target: &Record, checks: &mut Checks<'_>) {
    let Some(image) = target.text("image") else { return };
    match images::check(&image.value) {
        Ok(Verdict::Good) => {}
        Ok(Verdict::Custom) => {
            let message = "the image is not a public one, so that nothing is known about it";
            let help = "it must be a Debian 12 or 13, or an Ubuntu 22.04 or 24.04, for x86-64";
            checks.report(Diagnostic::warning(image.span, message).with_help(help));
        }
        Err(Complaint { message, help }) => {
            let finding = Diagnostic::error(image.span, format!("the image {message}"));
            checks.report(finding.with_optional_help(help));
        }
    }
}

fn check_buckets(target: &Record, checks: &mut Checks<'_>) {
    let (Some(bucket), Some(state)) = (target.text("bucket"), target.text("state_bucket")) else {
        return;
    };
    if bucket.value == state.value {
        let message = "`state_bucket` is the bucket that this state would manage";
        let finding = Diagnostic::error(state.span, message)
            .with_related(bucket.span, "the study's own bucket")
            .with_help("name another bucket that exists already, or leave `state_bucket` away");
        checks.report(finding);
    }
}

fn check_labels(target: &Record, checks: &mut Checks<'_>) {
    let Some(labels) = target.map("labels") else { return };
    if labels.value.len() > MAX_LABELS {
        let message = format!("there are {} labels", labels.value.len());
        let help = format!("{MAX_LABELS} is the most");
        checks.report(Diagnostic::error(labels.span, message).with_help(help));
    }
}

fn check_spot(target: &Record, checks: &mut Checks<'_>) {
    let off = target.truth("spot").is_some_and(|spot| !spot.value);
    if off && target.is_given("spot_attempts") {
        let span = target.get("spot_attempts").map_or(0..0, |value| value.span.clone());
        let finding =
            Diagnostic::warning(span, "`spot_attempts` has no effect without `spot = true`")
                .with_help("add `spot = true`, or remove it");
        checks.report(finding);
    }
}

/// A firewall rule belongs to a network, and a network of one's own has subnetworks of its own.
fn check_network(target: &Record, checks: &mut Checks<'_>) {
    let (network, subnetwork) = (target.text("network"), target.text("subnetwork"));
    let broken = target.is_broken("network") || target.is_broken("subnetwork");
    match (network, subnetwork) {
        _ if broken => {}
        (Some(network), None) => {
            let message = "`network` stands without `subnetwork`";
            let finding = Diagnostic::error(network.span, message)
                .with_help("name its subnetwork in the region of the zones too, or neither");
            checks.report(finding);
        }
        (None, Some(subnetwork)) if target.truth("iap_ssh").is_some_and(|ssh| ssh.value) => {
            let message = "`iap_ssh` needs the network that the subnetwork is of";
            let finding = Diagnostic::error(subnetwork.span, message)
                .with_help("add `network`: firewall rules belong to networks");
            checks.report(finding);
        }
        _ => {}
    }
}
