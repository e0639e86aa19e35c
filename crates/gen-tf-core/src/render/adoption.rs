//! What exists already and is in no state: the import blocks by which Terraform takes it over.
//! Whether something exists is for the caller to know.

use hcl::{
    Block, Body, Expression,
    expr::{Traversal, TraversalOperator},
};

use super::{hcl::*, layout};
use crate::{
    blueprint::{Blueprint, Gcp},
    id::ExperimentId,
};

/// What a study makes on Google Cloud besides VMs, each of which Terraform can take over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The bucket of the store.
    Bucket,
    /// The network.
    Network,
    /// The subnetwork.
    Subnetwork,
    /// The router.
    Router,
    /// The NAT, a part of the router.
    Nat,
    /// The firewall rule for ssh.
    Firewall,
    /// The service account of the VMs.
    ServiceAccount,
    /// A secret, without its versions.
    Secret,
    /// The VM of an experiment.
    Vm,
}

/// Something that Terraform is to take over.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// What it is.
    pub kind: Kind,
    /// Its name, for people.
    pub name: String,
    /// The provider's id for imports; but for the bucket and the NAT it is also the path by which
    /// Google's API knows it.
    pub id: String,
    to: Traversal,
}

impl Kind {
    /// Its word, for people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Bucket => "bucket",
            Self::Network => "network",
            Self::Subnetwork => "subnetwork",
            Self::Router => "router",
            Self::Nat => "NAT",
            Self::Firewall => "firewall rule",
            Self::ServiceAccount => "service account",
            Self::Secret => "secret",
            Self::Vm => "VM",
        }
    }
}

impl Import {
    fn new(kind: Kind, name: &str, id: String, to: Traversal) -> Self {
        Self { kind, name: name.to_owned(), id, to }
    }

    /// The address under which a state holds it.
    #[must_use]
    pub fn address(&self) -> String {
        hcl::format::to_string(&Expression::from(self.to.clone()))
            .expect("a traversal of names and texts can be written")
    }

    fn block(&self) -> Block {
        block("import", &[], [("to", self.to.clone().into()), ("id", text(&self.id))])
    }
}

/// Everything that the study makes besides VMs, where it runs on Google Cloud.
#[must_use]
pub fn shared(blueprint: &Blueprint) -> Vec<Import> {
    let Some(gcp) = blueprint.target.gcp() else { return Vec::new() };
    let mut shared = vec![bucket(gcp)];
    if gcp.subnetwork.is_none() {
        shared.extend(network(gcp));
    }
    if gcp.iap_ssh {
        shared.push(firewall(gcp));
    }
    let Gcp { project, service_account, .. } = gcp;
    let address = format!("{service_account}@{}.iam.gserviceaccount.com", domain(project));
    shared.push(Import::new(
        Kind::ServiceAccount,
        &address,
        format!("projects/{project}/serviceAccounts/{address}"),
        path(&["module", "service_account", "google_service_account", "study"]),
    ));
    shared.extend(gcp.secrets.iter().map(|secret| {
        let name = format!("gen-tf-{}-{}", blueprint.study, secret.name);
        let all = path(&["module", "secrets", "google_secret_manager_secret", "secret"]);
        let id = format!("projects/{project}/secrets/{name}");
        Import::new(Kind::Secret, &name, id, index(all, text(&secret.name)))
    }));
    shared
}

/// A project of an organisation's domain, `example.com:name`, has addresses at `name.example.com`.
fn domain(project: &str) -> String {
    match project.split_once(':') {
        Some((domain, name)) => format!("{name}.{domain}"),
        None => project.to_owned(),
    }
}

fn bucket(gcp: &Gcp) -> Import {
    let to = path(&["module", "store", "google_storage_bucket", "store"]);
    Import::new(Kind::Bucket, &gcp.bucket, format!("{}/{}", gcp.project, gcp.bucket), to)
}

fn network(gcp: &Gcp) -> [Import; 4] {
    let Gcp { project, region, network_name: name, .. } = gcp;
    let made = |kind, resource: &str, id: String| {
        let counted = path(&["module", "network", resource, "study"]);
        Import::new(kind, name, id, index(counted, Expression::Number(0.into())))
    };
    let regional = |kind: &str| format!("projects/{project}/regions/{region}/{kind}/{name}");
    [
        made(
            Kind::Network,
            "google_compute_network",
            format!("projects/{project}/global/networks/{name}"),
        ),
        made(Kind::Subnetwork, "google_compute_subnetwork", regional("subnetworks")),
        made(Kind::Router, "google_compute_router", regional("routers")),
        made(Kind::Nat, "google_compute_router_nat", format!("{}/{name}", regional("routers"))),
    ]
}

fn firewall(gcp: &Gcp) -> Import {
    let name = format!("{}-iap-ssh", gcp.network_name);
    let all = path(&["module", "network", "google_compute_firewall", "iap_ssh"]);
    let id = format!("projects/{}/global/firewalls/{name}", gcp.network_project());
    Import::new(Kind::Firewall, &name, id, index(all, Expression::Number(0.into())))
}

/// The VM of an experiment that the active set holds; `id` is its path, from `projects/` on.
#[must_use]
pub fn vm(experiment: &ExperimentId, id: &str) -> Import {
    let name = id.rsplit('/').next().unwrap_or_default();
    let mut to = index(path(&["module", "experiment"]), text(&experiment.to_string()));
    let parts = ["google_compute_instance", "experiment"];
    to.operators.extend(parts.map(|part| TraversalOperator::GetAttr(ident(part))));
    Import::new(Kind::Vm, name, id.to_owned(), to)
}

fn index(mut of: Traversal, key: Expression) -> Traversal {
    of.operators.push(TraversalOperator::Index(key));
    of
}

/// The file by which Terraform takes these over.
#[must_use]
pub fn adoption(blueprint: &Blueprint, imports: &[Import]) -> String {
    let body = Body::builder().add_blocks(imports.iter().map(Import::block)).build();
    let remarks = ["Takes over what exists already and is in no state."];
    layout::file(&blueprint.study, &remarks, &body)
}
