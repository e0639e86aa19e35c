//! The tables of `harness.hcl`.

use crate::{
    names,
    schema::{BlockSchema, Count, Field, Kind, Label, Need},
};

/// The whole file.
pub static HARNESS_FILE: BlockSchema = BlockSchema {
    name: "",
    label: Label::None,
    count: Count::Optional,
    doc: "A harness: tools and services, and what they need.",
    fields: &[],
    blocks: &[&HARNESS, &INTEGRITY, &SETTING, &TOOL, &SERVICE],
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

pub(super) static HARNESS: BlockSchema = BlockSchema {
    name: "harness",
    label: Label::Name("a harness", names::part),
    count: Count::One("harness \"my-harness\" {"),
    doc: "The harness as a whole.",
    fields: &[
        field(
            "description",
            Kind::Text(names::sentence),
            Need::Required,
            "What it is, in a sentence.",
            "\"Public REST services with coverage.\"",
        ),
        field(
            "evidence",
            Kind::SomeTexts(names::inner_path),
            Need::Required,
            "Files, or patterns of files, that `collect.sh` leaves in the results of every experiment; an absent or empty one fails the attempt.",
            "[\"requests.jsonl\"]",
        ),
        field(
            "request_log",
            Kind::Text(names::inner_path),
            Need::Absent("none"),
            "Log of the recording proxy, one line a request, relative to the work folder.",
            "\"proxy/requests.jsonl\"",
        ),
        field(
            "containers",
            Kind::Truth,
            Need::Default("false"),
            "Whether its scripts start containers: then every machine must have a container engine.",
            "true",
        ),
    ],
    blocks: &[],
    refused: &[],
};

const fn request_rate(need: Need) -> Field {
    let kind = Kind::Decimal(0.0, 1_000_000.0);
    let doc = "Fewest requests a second that reached the service.";
    field("min_requests_per_second", kind, need, doc, "0.5")
}

const fn request_span(need: Need) -> Field {
    let doc = "Smallest part of the duration between the first and the last request.";
    field("min_request_span", Kind::Decimal(0.0, 1.0), need, doc, "0.9")
}

const fn coverage_samples(need: Need) -> Field {
    let kind = Kind::Decimal(0.0, 1_000_000.0);
    let doc = "Fewest samples of coverage a minute; with 0 none have to be there.";
    field("min_coverage_samples_per_minute", kind, need, doc, "12")
}

/// What an exception does not give.
const OF_INTEGRITY: &str = "that of `integrity`";

pub(super) static INTEGRITY: BlockSchema = BlockSchema {
    name: "integrity",
    label: Label::None,
    count: Count::Optional,
    doc: "Limits of a trustworthy result, which `gen-tf-sync verify` looks at.",
    fields: &[
        request_rate(Need::Default("0")),
        request_span(Need::Default("0.9")),
        coverage_samples(Need::Default("0")),
    ],
    blocks: &[&EXCEPTION],
    refused: &[],
};

pub(super) static EXCEPTION: BlockSchema = BlockSchema {
    name: "exception",
    label: Label::None,
    count: Count::Many,
    doc: "Other limits for one tool on one service; those that are not given are the block's own.",
    fields: &[
        field("tool", Kind::Text(names::any), Need::Required, "The tool.", "\"schemathesis\""),
        field("service", Kind::Text(names::any), Need::Required, "The service.", "\"omdb\""),
        request_rate(Need::Absent(OF_INTEGRITY)),
        request_span(Need::Absent(OF_INTEGRITY)),
        coverage_samples(Need::Absent(OF_INTEGRITY)),
    ],
    blocks: &[],
    refused: &[],
};

pub(super) static SETTING: BlockSchema = BlockSchema {
    name: "setting",
    label: Label::Name("a setting", names::setting),
    count: Count::Many,
    doc: "A setting that a study may give; scripts read it as `GEN_TF_SETTING_NAME`.",
    fields: &[
        field(
            "type",
            Kind::Choice(&["string", "int", "bool", "size", "image"]),
            Need::Required,
            "Its type; scripts get a `size` in bytes, and an `image` is the reference of a container image.",
            "\"string\"",
        ),
        field(
            "description",
            Kind::Text(names::sentence),
            Need::Required,
            "What it is for.",
            "\"Version of the service.\"",
        ),
        field(
            "default",
            Kind::Plain,
            Need::Absent("the study must give one"),
            "Its value where the study gives none.",
            "\"26.5.0\"",
        ),
        field(
            "tools",
            Kind::Texts(names::any),
            Need::Default("[]"),
            "The tools that it matters for; without `tools` and `services` it matters for every cell.",
            "[\"schemathesis\"]",
        ),
        field(
            "services",
            Kind::Texts(names::any),
            Need::Default("[]"),
            "The services that it matters for.",
            "[\"httpbin\"]",
        ),
    ],
    blocks: &[],
    refused: &[],
};

pub(super) static TOOL: BlockSchema = BlockSchema {
    name: "tool",
    label: Label::Name("a tool", names::part),
    count: Count::Several("tool \"my-tool\" {"),
    doc: "A tool that the harness can drive.",
    fields: &[
        field(
            "description",
            Kind::Text(names::sentence),
            Need::Required,
            "What it is, in a sentence.",
            "\"Property-based tests from an OpenAPI document.\"",
        ),
        field(
            "restart",
            Kind::Truth,
            Need::Default("true"),
            "Whether a tool that ends before its time is over is started again with the next seed.",
            "false",
        ),
        field(
            "models",
            Kind::Texts(names::file_name),
            Need::Default("[]"),
            "Models that it opens; a study must declare them.",
            "[\"ex.gguf\"]",
        ),
        field(
            "secrets",
            Kind::Texts(names::secret),
            Need::Default("[]"),
            "Secrets that it reads; a study must declare them.",
            "[\"api-key\"]",
        ),
        field(
            "evidence",
            Kind::Texts(names::inner_path),
            Need::Default("[]"),
            "Files that it leaves besides the harness's own evidence.",
            "[\"tool\"]",
        ),
    ],
    blocks: &[&NEEDS],
    refused: &[],
};

pub(super) static SERVICE: BlockSchema = BlockSchema {
    name: "service",
    label: Label::Name("a service", names::part),
    count: Count::Several("service \"my-service\" {"),
    doc: "A service that the harness can start.",
    fields: &[
        field(
            "description",
            Kind::Text(names::sentence),
            Need::Required,
            "What it is, in a sentence.",
            "\"HTTP request and response service.\"",
        ),
        field(
            "ready_url",
            Kind::Text(names::ready_url),
            Need::Required,
            "URL on the machine itself that answers below 400 when the service is ready.",
            "\"http://127.0.0.1:9001/status/200\"",
        ),
        field(
            "ready_timeout",
            Kind::Duration(1, 3_600),
            Need::Default("\"120s\""),
            "Longest wait for that.",
            "\"60s\"",
        ),
        field(
            "internet",
            Kind::Truth,
            Need::Default("false"),
            "Whether it needs the internet; such a service is refused on the local target.",
            "true",
        ),
        field(
            "secrets",
            Kind::Texts(names::secret),
            Need::Default("[]"),
            "Secrets that it reads; a study must declare them.",
            "[\"omdb-api-key\"]",
        ),
        field(
            "evidence",
            Kind::Texts(names::inner_path),
            Need::Default("[]"),
            "Files that it leaves besides the harness's own evidence.",
            "[\"coverage.json\"]",
        ),
        field(
            "warning",
            Kind::Text(names::sentence),
            Need::Absent("none"),
            "Something that the author of a study with this service should know.",
            "\"answers 401 without a paid key\"",
        ),
    ],
    blocks: &[&NEEDS],
    refused: &[],
};

pub(super) static NEEDS: BlockSchema = BlockSchema {
    name: "needs",
    label: Label::None,
    count: Count::Optional,
    doc: "What the tool or service needs of its machine; memory and disk of tool and service add up.",
    fields: &[
        field(
            "commands",
            Kind::Texts(names::command),
            Need::Default("[]"),
            "Commands that must be on the machine.",
            "[\"python3\"]",
        ),
        field("cpus", Kind::Whole(1, 1_024), Need::Absent("no demand"), "CPUs.", "1"),
        field(
            "cpus_from",
            Kind::Text(names::any),
            Need::Absent("none"),
            "Setting of type `int` that says how many CPUs; not beside `cpus`.",
            "\"api_cpus\"",
        ),
        field("memory", Kind::Size, Need::Absent("no demand"), "Memory.", "\"512MiB\""),
        field(
            "memory_from",
            Kind::Text(names::any),
            Need::Absent("none"),
            "Setting of type `size` that says how much memory; not beside `memory`.",
            "\"api_memory\"",
        ),
        field("disk", Kind::Size, Need::Absent("no demand"), "Disk.", "\"1GiB\""),
    ],
    blocks: &[],
    refused: &[],
};
