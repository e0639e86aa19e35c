//! The parts of the root module that only Google Cloud has: provider, state, network, store, secrets.
//! What they are made of stands in `terraform-modules/gcp-*`; here are the calls and their values.

use hcl::{
    Block, Expression,
    expr::{Traversal, Variable},
    template::{Interpolation, Template},
};

use super::number;
use crate::{
    blueprint::{CloudSecret, Gcp, StatePlace},
    render::hcl::*,
    study::OnTimeout,
};

/// The provider whose schema the modules are checked against.
const PROVIDER_VERSION: &str = "7.45.0";

/// The modules that a workspace on Google Cloud has.
pub(in crate::render) const MODULES: [&str; 5] =
    ["gcp-experiment", "gcp-network", "gcp-secrets", "gcp-service-account", "gcp-store"];

/// What stands in the `terraform` block besides the required version.
pub(super) fn settings(gcp: &Gcp) -> Vec<Block> {
    let google =
        object([("source", text("hashicorp/google")), ("version", text(PROVIDER_VERSION))]);
    let mut blocks = vec![block("required_providers", &[], [("google", google)])];
    if let StatePlace::Bucket { bucket, prefix } = &gcp.state {
        let values = [("bucket", text(bucket)), ("prefix", text(prefix))];
        blocks.push(block("backend", &["gcs"], values));
    }
    blocks
}

pub(super) fn provider() -> Block {
    block("provider", &["google"], [("project", local("project")), ("region", local("region"))])
}

/// Locals that other parts of the root module read.
pub(super) fn locals(gcp: &Gcp) -> Vec<(&'static str, Expression)> {
    vec![
        ("project", text(&gcp.project)),
        ("region", text(&gcp.region)),
        ("labels", texts(&gcp.labels)),
    ]
}

/// The calls of everything but the experiments.
pub(super) fn modules(gcp: &Gcp) -> Vec<Block> {
    vec![network(gcp), service_account(gcp), store(gcp), secrets(gcp)]
}

fn network(gcp: &Gcp) -> Block {
    let own = |name: &Option<String>| name.as_deref().map_or(Expression::Null, text);
    module(
        "network",
        "gcp-network",
        [
            ("iap_ssh", Expression::Bool(gcp.iap_ssh)),
            ("name", text(&gcp.network_name)),
            ("network", own(&gcp.network)),
            ("project", local("project")),
            ("region", local("region")),
            ("subnetwork", own(&gcp.subnetwork)),
        ],
    )
}

fn service_account(gcp: &Gcp) -> Block {
    module(
        "service_account",
        "gcp-service-account",
        [
            ("account_id", text(&gcp.service_account)),
            ("project", local("project")),
            ("study", local("study")),
        ],
    )
}

fn store(gcp: &Gcp) -> Block {
    module(
        "store",
        "gcp-store",
        [
            ("bucket", text(&gcp.bucket)),
            ("expires", path(&["var", "expires"]).into()),
            ("guest_archive", in_this_folder("guest.tar.gz")),
            ("guest_sha256", local("guest_sha256")),
            ("labels", local("labels")),
            ("location", local("region")),
            ("project", local("project")),
            ("study", local("study")),
            ("writer", output("service_account", "member")),
        ],
    )
}

/// Called also without any secret: then it makes nothing.
fn secrets(gcp: &Gcp) -> Block {
    let version =
        |secret: &CloudSecret| (secret.name.clone(), object([("version", number(secret.version))]));
    let value = |secret: &CloudSecret| {
        (secret.name.clone(), Expression::from(path(&["var", &secret.variable])))
    };
    module(
        "secrets",
        "gcp-secrets",
        [
            ("accessor", output("service_account", "member")),
            ("expires", path(&["var", "expires"]).into()),
            ("labels", local("labels")),
            ("project", local("project")),
            ("secrets", object(gcp.secrets.iter().map(version))),
            ("study", local("study")),
            ("values", object(gcp.secrets.iter().map(value))),
        ],
    )
}

/// What the module of an experiment gets on Google Cloud alone.
pub(super) fn experiment(gcp: &Gcp) -> Vec<(&'static str, Expression)> {
    let each = |name: &str| Expression::from(path(&["each", "value", name]));
    let on_timeout = match gcp.on_timeout {
        OnTimeout::Stop => "STOP",
        OnTimeout::Delete => "DELETE",
    };
    vec![
        ("disk_gb", number(gcp.disk_gb)),
        ("disk_type", text(&gcp.disk_type)),
        ("image", text(&gcp.image)),
        ("labels", local("labels")),
        ("machine_type", text(&gcp.machine_type)),
        ("max_run_seconds", number(gcp.max_run_seconds)),
        ("on_timeout", text(on_timeout)),
        ("project", local("project")),
        ("secrets", secret_versions()),
        ("service_account", output("service_account", "email")),
        ("spot", each("spot")),
        ("started", each("started")),
        ("startup_script", call("file", [in_this_folder("startup.sh")])),
        ("store", output("store", "location")),
        ("subnetwork", output("network", "subnetwork")),
        ("zone", each("zone")),
    ]
}

/// The versions of the secrets that the cell needs, and of no others.
fn secret_versions() -> Expression {
    let names = call(
        "lookup",
        [path(&["each", "value", "cell"]).into(), text("secrets"), Expression::Array(Vec::new())],
    );
    let version = Traversal::builder(path(&["module", "secrets", "versions"]))
        .index(Expression::from(Variable::from(ident("name"))))
        .build();
    for_map("name", names, version)
}

/// When the study counts as forgotten: what can carry labels and is no VM says so.
pub(super) fn expiry_variable() -> Block {
    block(
        "variable",
        &["expires"],
        [
            ("type", path(&["number"]).into()),
            (
                "description",
                text(
                    "When the study counts as forgotten unless it is applied again, in seconds since 1970. Written by gen-tf apply.",
                ),
            ),
            ("default", Expression::Null),
        ],
    )
}

/// The variable that carries the value of a secret: known while Terraform runs, kept nowhere.
pub(super) fn secret_variable(secret: &CloudSecret) -> Block {
    let CloudSecret { name, env, version, variable } = secret;
    let description = format!(
        "Value of the secret {name}, version {version}; it is in no plan and no state. Needed when that version is made, else it may be left out. gen-tf takes it from {env}; by hand, set TF_VAR_{variable}."
    );
    block(
        "variable",
        &[variable],
        [
            ("type", path(&["string"]).into()),
            ("description", text(&description)),
            ("default", text("")),
            ("ephemeral", Expression::Bool(true)),
            ("sensitive", Expression::Bool(true)),
        ],
    )
}

/// The values of the active set that only VMs have; an entry without them gets the first zone.
pub(super) fn machine_type_of_active(gcp: &Gcp) -> Vec<(&'static str, Expression)> {
    let optional = |kind: &str, default: Option<Expression>| {
        call("optional", [Some(path(&[kind]).into()), default].into_iter().flatten())
    };
    let zone = gcp.zones.first().map_or("", String::as_str);
    vec![
        ("spot", optional("bool", Some(Expression::Bool(false)))),
        ("started", optional("number", None)),
        ("zone", optional("string", Some(text(zone)))),
    ]
}

fn module<const N: usize>(name: &str, folder: &str, values: [(&str, Expression); N]) -> Block {
    let source = ("source", text(&format!("./modules/{folder}")));
    block("module", &[name], std::iter::once(source).chain(values))
}

fn local(name: &str) -> Expression {
    path(&["local", name]).into()
}

fn output(module: &str, name: &str) -> Expression {
    path(&["module", module, name]).into()
}

/// `"${path.module}/<name>"`.
fn in_this_folder(name: &str) -> Expression {
    let folder = Interpolation::new(Expression::from(path(&["path", "module"])));
    template(&Template::new().add_interpolation(folder).add_literal(format!("/{name}")))
}
