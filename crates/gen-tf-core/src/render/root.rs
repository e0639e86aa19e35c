//! The root module of a workspace: main, variables, outputs and the experiments.
//! Everything that takes more than values and joins stands in the hand-written modules.

pub(super) mod gcp;

use hcl::{Block, Body, Expression, Structure, expr::Traversal};

use super::{hcl::*, layout};
use crate::blueprint::{Blueprint, Cell, Target};

/// Oldest Terraform and OpenTofu: write-only arguments came with 1.11.
const REQUIRED_VERSION: &str = ">= 1.11.0";

pub(super) fn main(blueprint: &Blueprint) -> String {
    let mut settings = block("terraform", &[], [("required_version", text(REQUIRED_VERSION))]);
    let mut before = Vec::new();
    let mut between = Vec::new();
    if let Target::Gcp(gcp) = &blueprint.target {
        settings.body.0.extend(gcp::settings(gcp).into_iter().map(Structure::Block));
        before.push(gcp::provider());
        between.extend(gcp::modules(gcp));
    }
    let body = Body::builder()
        .add_block(settings)
        .add_blocks(before)
        .add_block(study_locals(blueprint))
        .add_block(active_local(blueprint))
        .add_blocks(between)
        .add_block(experiment_module(blueprint))
        .build();
    let remarks = ["Calls one module an experiment, over the active set only."];
    layout::file(&blueprint.study, &remarks, &body)
}

fn study_locals(blueprint: &Blueprint) -> Block {
    let mut values = vec![
        ("study", text(&blueprint.study)),
        ("target", text(blueprint.target.name())),
        ("store", text(&blueprint.store)),
        ("results", text(&blueprint.results)),
        ("guest_sha256", text(&blueprint.guest_sha256)),
    ];
    match &blueprint.target {
        Target::Local(local) => {
            values.push(("duration", number(blueprint.duration)));
            values.push(("cpus", number(local.cpus)));
            values.push(("memory", number(local.memory)));
        }
        Target::Gcp(gcp) => values.extend(gcp::locals(gcp)),
    }
    block("locals", &[], values)
}

fn number(value: impl Into<u64>) -> Expression {
    Expression::Number(value.into().into())
}

/// Joins each member of the active set with its cell by index, so that an unknown id is an error.
fn active_local(blueprint: &Blueprint) -> Block {
    let part = |index: u64| -> Expression {
        let parts = call("split", [text("/"), path(&["id"]).into()]);
        Traversal::builder(parts).index(Expression::Number(index.into())).build().into()
    };
    let cell = Traversal::builder(path(&["local", "cells"])).index(part(0)).index(part(1)).build();
    let of_machine = |name: &str| Expression::from(path(&["machine", name]));
    let mut entry = vec![
        ("attempt", of_machine("attempt")),
        ("cell", Expression::from(cell)),
        ("run", call("tonumber", [part(2)])),
        ("service", part(0)),
        ("tool", part(1)),
    ];
    if blueprint.target.gcp().is_some() {
        entry.extend(["spot", "started", "zone"].map(|name| (name, of_machine(name))));
        entry.sort_by_key(|(name, _)| *name);
    }
    let joined = for_object("id", "machine", path(&["var", "active"]), object(entry));
    block("locals", &[], [("active", joined)])
}

fn experiment_module(blueprint: &Blueprint) -> Block {
    let from = |parts: &[&str]| Expression::from(path(parts));
    let optional = |name: &str| {
        call("lookup", [from(&["each", "value", "cell"]), text(name), object::<&str>([])])
    };
    let name = call(
        "format",
        [text("%s-%d"), from(&["each", "value", "cell", "name"]), from(&["each", "value", "run"])],
    );
    let mut values = vec![
        ("attempt", from(&["each", "value", "attempt"])),
        ("definition", from(&["each", "value", "cell", "definition"])),
        ("experiment", from(&["each", "key"])),
        ("guest_sha256", from(&["local", "guest_sha256"])),
        ("models", optional("models")),
        ("name", name),
        ("run", from(&["each", "value", "run"])),
        ("service", from(&["each", "value", "service"])),
        ("setup_key", from(&["each", "value", "cell", "setup_key"])),
        ("study", from(&["local", "study"])),
        ("tool", from(&["each", "value", "tool"])),
    ];
    match &blueprint.target {
        Target::Local(_) => {
            values.push(("cpus", from(&["local", "cpus"])));
            values.push(("duration", from(&["local", "duration"])));
            values.push(("memory", from(&["local", "memory"])));
            values.push(("secrets", optional("secrets")));
            values.push(("store", from(&["local", "store"])));
        }
        Target::Gcp(gcp) => values.extend(gcp::experiment(gcp)),
    }
    values.sort_by_key(|(name, _)| *name);
    let folder = format!("./modules/{}-experiment", blueprint.target.name());
    values.insert(0, ("source", text(&folder)));
    values.insert(1, ("for_each", from(&["local", "active"])));
    block("module", &["experiment"], values)
}

pub(super) fn variables(blueprint: &Blueprint) -> String {
    let optional = |kind: &str| call("optional", [path(&[kind]).into()]);
    let mut machine = vec![("attempt", Expression::from(path(&["number"])))];
    match &blueprint.target {
        Target::Local(_) => {
            machine.extend([("spot", optional("bool")), ("zone", optional("string"))]);
        }
        Target::Gcp(gcp) => machine.extend(gcp::machine_type_of_active(gcp)),
    }
    let run = Traversal::builder(call("split", [text("/"), path(&["id"]).into()]))
        .index(Expression::Number(2.into()))
        .build();
    let within = hcl::expr::BinaryOp::new(
        call("tonumber", [run.into()]),
        hcl::expr::BinaryOperator::LessEq,
        path(&["local", "runs"]),
    );
    let ids = call("keys", [path(&["var", "active"]).into()]);
    let condition =
        call("alltrue", [for_list("id", ids, Expression::Operation(Box::new(within.into())))]);
    let validation = block(
        "validation",
        &[],
        [
            ("condition", condition),
            ("error_message", text("An experiment's run is beyond the study's number of runs.")),
        ],
    );
    let mut active = block(
        "variable",
        &["active"],
        [
            ("type", call("map", [call("object", [object(machine)])])),
            (
                "description",
                text(
                    "The experiments that should have a machine now, each with its attempt, by id (<service>/<tool>/<run>). Written by gen-tf apply.",
                ),
            ),
            ("default", object::<&str>([])),
        ],
    );
    active.body.0.push(Structure::Block(validation));
    let secrets = blueprint.target.gcp().into_iter().flat_map(|gcp| &gcp.secrets);
    let body = Body::builder()
        .add_block(active)
        .add_blocks(blueprint.target.gcp().map(|_| gcp::expiry_variable()))
        .add_blocks(secrets.map(gcp::secret_variable))
        .build();
    layout::file(&blueprint.study, &[], &body)
}

pub(super) fn outputs(blueprint: &Blueprint) -> String {
    let attempts = for_object(
        "id",
        "machine",
        path(&["module", "experiment"]),
        path(&["machine", "attempt"]).into(),
    );
    let output = |name: &str, description: &str, value: Expression| {
        block("output", &[name], [("description", text(description)), ("value", value)])
    };
    let local = |name: &str| Expression::from(path(&["local", name]));
    let cloud = |name: &'static str, description: &str| {
        blueprint.target.gcp().map(|_| output(name, description, local(name)))
    };
    let body = Body::builder()
        .add_block(output("active", "Attempt of each experiment that has a machine.", attempts))
        .add_block(output("format", "Format version of these outputs.", number(1_u64)))
        .add_blocks(cloud("project", "Id of the Google Cloud project."))
        .add_blocks(cloud("region", "Region of the VMs and of the store."))
        .add_block(output(
            "results",
            "Default folder of gen-tf-sync, relative to the workspace.",
            local("results"),
        ))
        .add_block(output(
            "store",
            "Where experiments write: a folder relative to the workspace, or gs://….",
            local("store"),
        ))
        .add_block(output("study", "Name of the study.", local("study")))
        .add_block(output("target", "Where experiments run: local or gcp.", local("target")))
        .build();
    layout::file(&blueprint.study, &["gen-tf-sync reads these."], &body)
}

pub(super) fn experiments(blueprint: &Blueprint) -> String {
    let cells = object(blueprint.cells.iter().map(|(service, tools)| {
        (service, object(tools.iter().map(|(tool, cell)| (tool, cell_entry(cell, blueprint)))))
    }));
    let runs = block("locals", &[], [("runs", number(blueprint.runs))]);
    let body =
        Body::builder().add_block(runs).add_block(block("locals", &[], [("cells", cells)])).build();
    let remarks = ["Every cell of the study by service and tool; each has runs 1 to `runs`."];
    layout::file(&blueprint.study, &remarks, &body)
}

fn cell_entry(cell: &Cell, blueprint: &Blueprint) -> Expression {
    let mut entries = vec![
        ("definition", text(&cell.definition)),
        ("name", text(&cell.name)),
        ("setup_key", text(&cell.setup_key)),
    ];
    if !cell.models.is_empty() {
        entries.push(("models", texts(&cell.models)));
    }
    if !cell.secrets.is_empty() {
        // A sandbox reads its secrets from the environment, a VM from Secret Manager.
        let secrets = match blueprint.target {
            Target::Local(_) => texts(&cell.secrets),
            Target::Gcp(_) => cell.secrets.keys().map(|name| text(name)).collect(),
        };
        entries.push(("secrets", secrets));
    }
    object(entries)
}
