//! The root module of a workspace: main, variables, outputs and the experiments.
//! Everything that takes more than values and joins stands in the hand-written modules.

use hcl::{Block, Body, Expression, Structure, expr::Traversal};

use super::{hcl::*, layout};
use crate::blueprint::{Blueprint, Cell, Target};

/// Oldest Terraform and OpenTofu: write-only arguments came with 1.11.
const REQUIRED_VERSION: &str = ">= 1.11.0";

pub(super) fn main(blueprint: &Blueprint) -> String {
    let body = Body::builder()
        .add_block(block("terraform", &[], [("required_version", text(REQUIRED_VERSION))]))
        .add_block(study_locals(blueprint))
        .add_block(active_local())
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
        ("duration", number(blueprint.duration)),
    ];
    match &blueprint.target {
        Target::Local(local) => {
            values.push(("cpus", number(local.cpus)));
            values.push(("memory", number(local.memory)));
        }
    }
    block("locals", &[], values)
}

fn number(value: impl Into<u64>) -> Expression {
    Expression::Number(value.into().into())
}

/// Joins each member of the active set with its cell by index, so that an unknown id is an error.
fn active_local() -> Block {
    let part = |index: u64| -> Expression {
        let parts = call("split", [text("/"), path(&["id"]).into()]);
        Traversal::builder(parts).index(Expression::Number(index.into())).build().into()
    };
    let cell = Traversal::builder(path(&["local", "cells"])).index(part(0)).index(part(1)).build();
    let entry = object([
        ("attempt", path(&["machine", "attempt"]).into()),
        ("cell", Expression::from(cell)),
        ("run", call("tonumber", [part(2)])),
        ("service", part(0)),
        ("tool", part(1)),
    ]);
    let joined = for_object("id", "machine", path(&["var", "active"]), entry);
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
        ("duration", from(&["local", "duration"])),
        ("experiment", from(&["each", "key"])),
        ("guest_sha256", from(&["local", "guest_sha256"])),
        ("models", optional("models")),
        ("name", name),
        ("run", from(&["each", "value", "run"])),
        ("secrets", optional("secrets")),
        ("service", from(&["each", "value", "service"])),
        ("setup_key", from(&["each", "value", "cell", "setup_key"])),
        ("store", from(&["local", "store"])),
        ("study", from(&["local", "study"])),
        ("tool", from(&["each", "value", "tool"])),
    ];
    match blueprint.target {
        Target::Local(_) => {
            values.push(("cpus", from(&["local", "cpus"])));
            values.push(("memory", from(&["local", "memory"])));
        }
    }
    values.sort_by_key(|(name, _)| *name);
    values.insert(0, ("source", text("./modules/local-experiment")));
    values.insert(1, ("for_each", from(&["local", "active"])));
    block("module", &["experiment"], values)
}

pub(super) fn variables(blueprint: &Blueprint) -> String {
    let optional = |kind: &str| call("optional", [path(&[kind]).into()]);
    let machine = object([
        ("attempt", Expression::from(path(&["number"]))),
        ("spot", optional("bool")),
        ("zone", optional("string")),
    ]);
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
            ("type", call("map", [call("object", [machine])])),
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
    let body = Body::builder().add_block(active).build();
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
    let body = Body::builder()
        .add_block(output("active", "Attempt of each experiment that has a machine.", attempts))
        .add_block(output("format", "Format version of these outputs.", number(1_u64)))
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
        (service, object(tools.iter().map(|(tool, cell)| (tool, cell_entry(cell)))))
    }));
    let runs = block("locals", &[], [("runs", number(blueprint.runs))]);
    let body =
        Body::builder().add_block(runs).add_block(block("locals", &[], [("cells", cells)])).build();
    let remarks = ["Every cell of the study by service and tool; each has runs 1 to `runs`."];
    layout::file(&blueprint.study, &remarks, &body)
}

fn cell_entry(cell: &Cell) -> Expression {
    let mut entries = vec![
        ("definition", text(&cell.definition)),
        ("name", text(&cell.name)),
        ("setup_key", text(&cell.setup_key)),
    ];
    if !cell.models.is_empty() {
        entries.push(("models", texts(&cell.models)));
    }
    if !cell.secrets.is_empty() {
        entries.push(("secrets", texts(&cell.secrets)));
    }
    object(entries)
}
