//! The tables of `study.hcl`.

use crate::{
    names,
    schema::{BlockSchema, Count, Field, Kind, Label, Need, Refused},
};

const WEEK: u64 = 7 * 24 * 3_600;

/// The whole file.
pub static STUDY_FILE: BlockSchema = BlockSchema {
    name: "",
    label: Label::None,
    count: Count::Optional,
    doc: "A study: what is compared, and where it runs.",
    fields: &[],
    blocks: &[&STUDY, &GCP, &LOCAL, &MODEL, &SECRET, &RETRY, &BUDGET],
    refused: &[],
};

const fn field(
    name: &'static str,
    kind: Kind,
    need: Need,
    doc: &'static str,
    example: &'static str,
) -> Field {
    Field { name, kind, need, doc, example }
}

pub(super) static STUDY: BlockSchema = BlockSchema {
    name: "study",
    label: Label::Name("a study", names::study),
    count: Count::One("study \"my-study\" {"),
    doc: "The matrix: every tool on every service, several times.",
    fields: &[
        field(
            "harness",
            Kind::Text(names::harness),
            Need::Required,
            "Name of a built-in harness, or a folder relative to the study's file that starts with `./` or `../`.",
            "\"quickstart\"",
        ),
        field(
            "tools",
            Kind::SomeTexts(names::any),
            Need::Required,
            "Tools of the harness, each once.",
            "[\"schemathesis\"]",
        ),
        field(
            "services",
            Kind::SomeTexts(names::any),
            Need::Required,
            "Services of the harness, each once.",
            "[\"httpbin\"]",
        ),
        field("runs", Kind::Whole(1, 100_000), Need::Required, "Runs of every cell.", "10"),
        field(
            "duration",
            Kind::Duration(1, WEEK),
            Need::Required,
            "The tool's time on the service in one experiment; setup, start and upload do not count.",
            "\"1h\"",
        ),
        field(
            "seed",
            Kind::Whole(0, u32::MAX as u64),
            Need::Default("0"),
            "Seed of the order of experiments and of the tools' own seeds; it is recorded.",
            "42",
        ),
        field(
            "settings",
            Kind::PlainMap,
            Need::Default("{}"),
            "Settings of the harness, as its `harness.hcl` declares them.",
            "{ commit = \"69f2e95e\" }",
        ),
    ],
    blocks: &[&EXCLUDE],
    refused: &[],
};

pub(super) static EXCLUDE: BlockSchema = BlockSchema {
    name: "exclude",
    label: Label::None,
    count: Count::Many,
    doc: "Cells that are left out: those that match both fields.",
    fields: &[
        field(
            "tool",
            Kind::Text(names::any),
            Need::Absent("every tool"),
            "One of the study's tools.",
            "\"llamaresttest\"",
        ),
        field(
            "service",
            Kind::Text(names::any),
            Need::Absent("every service"),
            "One of the study's services.",
            "\"omdb\"",
        ),
    ],
    blocks: &[],
    refused: &[],
};

pub(super) static GCP: BlockSchema = BlockSchema {
    name: "target",
    label: Label::Fixed("gcp"),
    count: Count::Optional,
    doc: "Google Cloud: one VM an experiment.",
    fields: GCP_FIELDS,
    blocks: &[],
    refused: &[
        Refused {
            names: &["zone"],
            message: "`target \"gcp\"` has no attribute `zone`",
            help: "write `zones = [\"us-central1-a\"]`",
            instead: Some("zones"),
            hide: false,
        },
        Refused {
            names: &["region"],
            message: "`target \"gcp\"` has no attribute `region`",
            help: "the region follows from `zones`",
            instead: None,
            hide: false,
        },
        Refused {
            names: &["credentials", "access_token", "key", "key_file"],
            message: "a study holds no credentials",
            help: "use `gcloud auth application-default login`, or \
                   `GOOGLE_APPLICATION_CREDENTIALS` in the environment",
            instead: None,
            hide: true,
        },
    ],
};

const GCP_FIELDS: &[Field] = &[
    field(
        "project",
        Kind::Text(names::project),
        Need::Required,
        "Id of the project.",
        "\"my-project\"",
    ),
    field(
        "zones",
        Kind::SomeTexts(names::zone),
        Need::Required,
        "Zones of one region: all experiments run in the first, unless it has no machines left.",
        "[\"us-central1-a\", \"us-central1-b\"]",
    ),
    field(
        "machine_type",
        Kind::Text(names::machine_type),
        Need::Default("\"n1-standard-8\""),
        "Machine type of every VM.",
        "\"n1-standard-8\"",
    ),
    field(
        "image",
        Kind::Text(names::any),
        Need::Required,
        "Full name of the boot image, never of a family: Ubuntu 22.04 or 24.04, Debian 12 or 13.",
        "\"projects/ubuntu-os-cloud/global/images/ubuntu-2204-jammy-v20260901\"",
    ),
    field(
        "disk_gb",
        Kind::Whole(10, 65_536),
        Need::Default("100"),
        "Size of the boot disk in GB.",
        "100",
    ),
    field(
        "disk_type",
        Kind::Choice(&["pd-ssd", "pd-balanced", "pd-standard"]),
        Need::Default("\"pd-ssd\""),
        "Type of the boot disk.",
        "\"pd-ssd\"",
    ),
    field("max_parallel", Kind::Whole(1, 1_000), Need::Required, "Most VMs at one time.", "25"),
    field(
        "bucket",
        Kind::Text(names::bucket),
        Need::Required,
        "Name of the bucket that holds what experiments write.",
        "\"my-project-rest-2026\"",
    ),
    field(
        "state_bucket",
        Kind::Text(names::bucket),
        Need::Absent("state is a local file"),
        "Name of a bucket that exists already, for Terraform's state.",
        "\"my-project-tfstate\"",
    ),
    field(
        "labels",
        Kind::TextMap(names::label_key, names::label_value),
        Need::Default("{}"),
        "Labels of everything that can carry one.",
        "{ team = \"testing\" }",
    ),
    field(
        "spot",
        Kind::Truth,
        Need::Default("false"),
        "Whether VMs are spot VMs, which are cheaper and may be taken away.",
        "true",
    ),
    field(
        "spot_attempts",
        Kind::Whole(1, 10),
        Need::Default("2"),
        "Attempts of an experiment on spot VMs before it gets a VM of the usual kind.",
        "2",
    ),
    field(
        "network",
        Kind::Text(names::network),
        Need::Absent("gen-tf makes one"),
        "A network of your own.",
        "\"my-network\"",
    ),
    field(
        "subnetwork",
        Kind::Text(names::network),
        Need::Absent("gen-tf makes one"),
        "A subnetwork of your own, in the region of the zones.",
        "\"my-subnetwork\"",
    ),
    field(
        "iap_ssh",
        Kind::Truth,
        Need::Default("false"),
        "Whether ssh through Identity-Aware Proxy is allowed.",
        "true",
    ),
    field(
        "keep_failed",
        Kind::Truth,
        Need::Default("false"),
        "Whether the VM of a failed attempt stays, stopped, to be looked into.",
        "true",
    ),
    field(
        "on_timeout",
        Kind::Choice(&["stop", "delete"]),
        Need::Default("\"stop\""),
        "What happens to a VM that outlives its allowance.",
        "\"delete\"",
    ),
    field(
        "usd_per_hour",
        Kind::Positive(10_000.0),
        Need::Absent("gen-tf's price table"),
        "Price of a VM an hour in USD, where you know better.",
        "0.42",
    ),
];

pub(super) static LOCAL: BlockSchema = BlockSchema {
    name: "target",
    label: Label::Fixed("local"),
    count: Count::Optional,
    doc: "This machine: one sandbox an experiment.",
    fields: &[
        field(
            "max_parallel",
            Kind::Whole(1, 1_000),
            Need::Default("1"),
            "Most sandboxes at one time.",
            "2",
        ),
        field("cpus", Kind::Whole(1, 1_024), Need::Default("1"), "CPUs of each sandbox.", "1"),
        field(
            "memory",
            Kind::Size,
            Need::Default("\"4GiB\""),
            "Memory of each sandbox.",
            "\"4GiB\"",
        ),
    ],
    blocks: &[],
    refused: &[],
};

pub(super) static MODEL: BlockSchema = BlockSchema {
    name: "model",
    label: Label::Name("a model", names::file_name),
    count: Count::Many,
    doc: "A large file that tools open; the block's name is the file's name.",
    fields: &[
        field(
            "source",
            Kind::Text(names::model_source),
            Need::Required,
            "An object of a bucket, or a local file relative to the study's file.",
            "\"gs://my-models/ex.gguf\"",
        ),
        field(
            "sha256",
            Kind::Text(names::sha256),
            Need::Required,
            "Its sha256, as `sha256sum` prints it.",
            "\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"",
        ),
        field(
            "tools",
            Kind::SomeTexts(names::any),
            Need::Absent("the tools that open it, by the harness"),
            "Tools that get it.",
            "[\"llamaresttest\"]",
        ),
    ],
    blocks: &[],
    refused: &[],
};

pub(super) static SECRET: BlockSchema = BlockSchema {
    name: "secret",
    label: Label::Name("a secret", names::secret),
    count: Count::Many,
    doc: "A secret value that experiments read; the study only says where it comes from.",
    fields: &[
        field(
            "env",
            Kind::Text(names::env),
            Need::Required,
            "Name of the environment variable that apply reads the value from.",
            "\"OMDB_API_KEY\"",
        ),
        field(
            "version",
            Kind::Whole(1, 1_000_000),
            Need::Default("1"),
            "Raise it to put a new value in place.",
            "2",
        ),
        field(
            "services",
            Kind::SomeTexts(names::any),
            Need::Absent("every service, or those that need it"),
            "Services whose experiments get it.",
            "[\"omdb\"]",
        ),
        field(
            "tools",
            Kind::SomeTexts(names::any),
            Need::Absent("every tool, or those that need it"),
            "Tools whose experiments get it.",
            "[\"llamaresttest\"]",
        ),
    ],
    blocks: &[],
    refused: &[Refused {
        names: &["value", "secret", "password", "token", "key", "api_key", "data"],
        message: "a study never holds the value of a secret",
        help: "write `env = \"NAME\"`, and set that environment variable where `gen-tf apply` runs; \
               if this file was shared, replace the secret",
        instead: Some("env"),
        hide: true,
    }],
};

pub(super) static RETRY: BlockSchema = BlockSchema {
    name: "retry",
    label: Label::None,
    count: Count::Optional,
    doc: "How often an experiment is tried, when a retry can cure why it failed.",
    fields: &[field(
        "attempts",
        Kind::Whole(1, 10),
        Need::Default("3"),
        "Most attempts of one experiment.",
        "3",
    )],
    blocks: &[],
    refused: &[],
};

pub(super) static BUDGET: BlockSchema = BlockSchema {
    name: "budget",
    label: Label::None,
    count: Count::Optional,
    doc: "Limits that plan and apply refuse to exceed.",
    fields: &[
        field(
            "vm_hours",
            Kind::Positive(10_000_000.0),
            Need::Absent("no limit"),
            "Most VM-hours of the whole study.",
            "200",
        ),
        field(
            "usd",
            Kind::Positive(10_000_000.0),
            Need::Absent("no limit"),
            "Most money for the VMs of the whole study, in USD.",
            "90",
        ),
    ],
    blocks: &[],
    refused: &[],
};
