//! Every argument, block and reference of our Terraform exists in the provider's schema, with its type and nesting.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use hcl::{Block, Body, Expression, expr::TraversalOperator};
use serde_json::{Map, Value, json};

use crate::{
    fake_gcp::skipped,
    files::{all_folders, attribute, blocks, label, parse, repository, tf_files},
    schema::{Schema, real, twin},
};

/// What Terraform itself takes in a resource.
const META_ARGUMENTS: [&str; 4] = ["count", "depends_on", "for_each", "provider"];
const META_BLOCKS: [&str; 3] = ["connection", "lifecycle", "provisioner"];

/// Declared types of a folder's variables.
type Variables = BTreeMap<String, Value>;

struct Checker<'a> {
    schema: &'a Schema,
    variables: Variables,
    mistakes: Vec<String>,
}

#[test]
fn all_arguments_are_in_the_twins_schema() {
    check_everything(&twin());
}

#[test]
fn all_arguments_are_in_the_real_schema() {
    match real() {
        Some(schema) => check_everything(&schema),
        None => skipped("GEN_TF_GOOGLE_SCHEMA names no schema of hashicorp/google"),
    }
}

fn check_everything(schema: &Schema) {
    let mut mistakes = Vec::new();
    let mut resources = 0;
    for folder in all_folders() {
        let found = check_folder(schema, &folder);
        let shown = folder.strip_prefix(repository()).unwrap().display().to_string();
        mistakes.extend(found.into_iter().map(|mistake| format!("{shown}: {mistake}")));
        resources += blocks(&folder, "resource").len();
    }
    assert!(resources >= 12, "only {resources} resources were looked at");
    assert!(mistakes.is_empty(), "not in {}:\n{}", schema.name, mistakes.join("\n"));
}

fn check_folder(schema: &Schema, folder: &Path) -> Vec<String> {
    let variables = blocks(folder, "variable")
        .iter()
        .map(|block| (label(block, 0).to_owned(), declared(attribute(block.body(), "type"))))
        .collect();
    let mut checker = Checker { schema, variables, mistakes: Vec::new() };
    for file in tf_files(folder) {
        for block in parse(&file).blocks() {
            match block.identifier() {
                "resource" => checker.resource(block, &schema.resources),
                "data" => checker.resource(block, &schema.data_sources),
                "provider" => checker.provider(block),
                "module" => checker.module(block, folder),
                _ => {}
            }
        }
        checker.references(&fs::read_to_string(&file).unwrap());
    }
    checker.mistakes
}

impl Checker<'_> {
    fn resource(&mut self, block: &Block, schemas: &Map<String, Value>) {
        let kind = label(block, 0);
        let place = format!("{kind}.{}", label(block, 1));
        if kind == "terraform_data" {
            return;
        }
        let Some(schema) = schemas.get(kind) else {
            self.mistakes.push(format!("{place}: no such type"));
            return;
        };
        self.body(&schema["block"], block.body(), &place, true);
        for lifecycle in block.body().blocks().filter(|inner| inner.identifier() == "lifecycle") {
            self.ignored(&schema["block"], lifecycle, &place);
        }
    }

    fn provider(&mut self, block: &Block) {
        let schema = self.schema;
        self.body(&schema.provider["block"], block.body(), "provider", true);
    }

    fn body(&mut self, schema: &Value, body: &Body, place: &str, top: bool) {
        for found in body.attributes() {
            if !(top && META_ARGUMENTS.contains(&found.key())) {
                self.argument(&schema["attributes"][found.key()], found.expr(), place, found.key());
            }
        }
        let mut counts: BTreeMap<&str, (u64, bool)> = BTreeMap::new();
        for block in body.blocks().filter(|b| !(top && META_BLOCKS.contains(&b.identifier()))) {
            let dynamic = block.identifier() == "dynamic";
            let name = if dynamic { label(block, 0) } else { block.identifier() };
            let content = block.body().blocks().find(|inner| inner.identifier() == "content");
            let body = if dynamic { content.unwrap().body() } else { block.body() };
            let count = counts.entry(name).or_default();
            *count = (count.0 + u64::from(!dynamic), count.1 || dynamic);
            let inner = &schema["block_types"][name];
            if inner.is_null() {
                self.mistakes.push(format!("{place}: no block `{name}`"));
            } else {
                self.body(&inner["block"], body, &format!("{place}.{name}"), false);
            }
        }
        self.complete(schema, body, &counts, place);
    }

    fn argument(&mut self, schema: &Value, value: &Expression, place: &str, name: &str) {
        let is = |what: &str| schema[what].as_bool().unwrap_or(false);
        if schema.is_null() {
            self.mistakes.push(format!("{place}: no argument `{name}`"));
        } else if !is("optional") && !is("required") {
            self.mistakes.push(format!("{place}: `{name}` is only read"));
        } else if is("deprecated") {
            self.mistakes.push(format!("{place}: `{name}` is deprecated"));
        } else if !self.fits(&schema["type"], value) {
            let kind = &schema["type"];
            self.mistakes.push(format!("{place}: `{name}` wants {kind}, not {value:?}"));
        }
    }

    /// Required arguments are there, and as many blocks as there must be and may be.
    fn complete(
        &mut self,
        schema: &Value,
        body: &Body,
        counts: &BTreeMap<&str, (u64, bool)>,
        place: &str,
    ) {
        for (name, found) in entries(&schema["attributes"]) {
            let required = found["required"].as_bool().unwrap_or(false);
            if required && attribute(body, name).is_none() {
                self.mistakes.push(format!("{place}: `{name}` is missing"));
            }
        }
        for (name, found) in entries(&schema["block_types"]) {
            let (count, dynamic) = counts.get(name.as_str()).copied().unwrap_or_default();
            let least = found["min_items"].as_u64().unwrap_or(0);
            let single = found["nesting_mode"] == "single";
            let most = found["max_items"].as_u64().or(single.then_some(1)).unwrap_or(u64::MAX);
            if count > most || (count < least && !dynamic) {
                self.mistakes.push(format!("{place}: {count} blocks `{name}`"));
            }
        }
    }

    /// What a lifecycle ignores must be an argument: Terraform takes no other name.
    fn ignored(&mut self, schema: &Value, lifecycle: &Block, place: &str) {
        let Some(Expression::Array(names)) = attribute(lifecycle.body(), "ignore_changes") else {
            return;
        };
        for name in names {
            let Expression::Variable(name) = name else { panic!("{place}: {name:?}") };
            let known = &schema["attributes"][name.as_str()];
            let writable = known["optional"] == true || known["required"] == true;
            if !writable && schema["block_types"][name.as_str()].is_null() {
                self.mistakes.push(format!("{place}: ignores `{}`, which is no argument", **name));
            }
        }
    }

    /// A module gets the arguments that it declares, all that it needs, and of the right type.
    fn module(&mut self, block: &Block, folder: &Path) {
        let place = format!("module.{}", label(block, 0));
        let Some(Expression::String(source)) = attribute(block.body(), "source") else {
            self.mistakes.push(format!("{place}: no source"));
            return;
        };
        let declared_there = blocks(&called(folder, source), "variable");
        let find = |name: &str| declared_there.iter().find(|variable| label(variable, 0) == name);
        for found in block.body().attributes() {
            if found.key() == "source" || META_ARGUMENTS.contains(&found.key()) {
                continue;
            }
            let wanted = find(found.key()).map(|block| declared(attribute(block.body(), "type")));
            match wanted {
                None => self.mistakes.push(format!("{place}: no variable `{}`", found.key())),
                Some(kind) if !self.fits(&kind, found.expr()) => {
                    self.mistakes.push(format!("{place}: `{}` wants {kind}", found.key()));
                }
                Some(_) => {}
            }
        }
        for variable in &declared_there {
            let needed = attribute(variable.body(), "default").is_none();
            if needed && attribute(block.body(), label(variable, 0)).is_none() {
                self.mistakes.push(format!("{place}: `{}` is missing", label(variable, 0)));
            }
        }
    }

    /// Whether a value can be of a type; what can't be told from its form is taken.
    fn fits(&self, kind: &Value, value: &Expression) -> bool {
        let element = || if kind.is_array() { kind[1].clone() } else { Value::Null };
        let is_list = || kind.is_null() || kind[0] == "list" || kind[0] == "set";
        let is_map = || kind.is_null() || kind[0] == "map" || kind[0] == "object";
        let scalar = |name: &str| kind.is_null() || kind == name;
        match value {
            Expression::String(_) | Expression::TemplateExpr(_) => scalar("string"),
            Expression::Number(_) => scalar("number"),
            Expression::Bool(_) => scalar("bool"),
            Expression::Array(items) => {
                is_list() && items.iter().all(|item| self.fits(&element(), item))
            }
            Expression::Object(entries) if kind[0] == "map" => {
                entries.values().all(|value| self.fits(&element(), value))
            }
            Expression::Object(_) => is_map(),
            Expression::Parenthesis(inner) => self.fits(kind, inner),
            Expression::Conditional(choice) => {
                self.fits(kind, &choice.true_expr) && self.fits(kind, &choice.false_expr)
            }
            Expression::ForExpr(made) => {
                let shape = if made.key_expr.is_some() { is_map() } else { is_list() };
                shape && self.fits(&element(), &made.value_expr)
            }
            Expression::FuncCall(call) => match returned(call.name.name.as_str()) {
                "any" => true,
                "list" => is_list(),
                "map" => is_map(),
                name => scalar(name),
            },
            Expression::Traversal(path) => self
                .variable(path)
                .is_none_or(|declared| kind.is_null() || declared.is_null() || kind == declared),
            _ => true,
        }
    }

    /// The declared type of `var.name`.
    fn variable(&self, path: &hcl::expr::Traversal) -> Option<&Value> {
        let Expression::Variable(root) = &path.expr else { return None };
        match path.operators.as_slice() {
            [TraversalOperator::GetAttr(name)] if root.as_str() == "var" => {
                self.variables.get(name.as_str())
            }
            _ => None,
        }
    }

    /// `google_….name.attribute` in an expression: the attribute exists.
    fn references(&mut self, text: &str) {
        for (at, _) in text.match_indices("google_") {
            let before = text[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '"' | '.' | '-')) {
                continue;
            }
            let Some((kind, rest)) = word(&text[at..])
                .1
                .strip_prefix('.')
                .map(|rest| (word(&text[at..]).0, word(rest).1))
            else {
                continue;
            };
            let rest = match rest.strip_prefix('[') {
                Some(rest) => rest.split_once(']').unwrap().1,
                None => rest,
            };
            let Some(name) = rest.strip_prefix('.').map(|rest| word(rest).0) else { continue };
            let block = &self.schema.resources.get(kind).unwrap_or(&Value::Null)["block"];
            if block["attributes"][name].is_null() && block["block_types"][name].is_null() {
                self.mistakes.push(format!("{kind} has no attribute `{name}` to read"));
            }
        }
    }
}

/// The module that a source names: one of ours where it has such a name, because golden workspaces hold stand-ins.
fn called(folder: &Path, source: &str) -> PathBuf {
    let ours = repository().join("terraform-modules").join(source.rsplit('/').next().unwrap());
    if ours.exists() { ours } else { folder.join(source) }
}

/// The identifier that a text begins with, and what follows.
fn word(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    text.split_at(end)
}

fn entries(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.as_object().into_iter().flatten()
}

/// A declared type as schemas write it; null where that is not told.
fn declared(kind: Option<&Expression>) -> Value {
    match kind {
        Some(Expression::Variable(name)) => match name.as_str() {
            "any" => Value::Null,
            name => json!(name),
        },
        Some(Expression::FuncCall(call)) if call.name.name.as_str() == "object" => {
            json!(["object"])
        }
        Some(Expression::FuncCall(call)) => {
            json!([call.name.name.as_str(), declared(call.args.first())])
        }
        _ => Value::Null,
    }
}

/// What a function of Terraform returns.
fn returned(function: &str) -> &'static str {
    match function {
        "base64encode" | "file" | "filesha256" | "format" | "join" | "lower" | "replace"
        | "substr" | "tostring" => "string",
        "floor" | "length" | "tonumber" => "number",
        "can" | "alltrue" | "contains" | "startswith" | "strcontains" => "bool",
        "concat" | "keys" | "split" | "toset" | "values" => "list",
        "merge" | "tomap" => "map",
        _ => "any",
    }
}

/// A check that finds nothing proves nothing: each of these must be found.
#[test]
fn mistakes_are_found() {
    let network = |line: &str| {
        format!("resource \"google_compute_network\" \"n\" {{\n  name = \"n\"\n{line}\n}}\n")
    };
    let cases = [
        (network("  colour = 1"), "no argument `colour`"),
        (network("  self_link = \"x\""), "`self_link` is only read"),
        (network("  mtu = \"big\""), "`mtu` wants"),
        (network("  mtu = var.text"), "`mtu` wants"),
        (network("  description = [\"a\"]"), "`description` wants"),
        (network("  subnet {\n  }"), "no block `subnet`"),
        (network("  lifecycle {\n    ignore_changes = [id_number]\n  }"), "ignores `id_number`"),
        (network("  params {\n  }\n  params {\n  }"), "2 blocks `params`"),
        ("resource \"google_compute_net\" \"n\" {\n}\n".to_owned(), "no such type"),
        ("resource \"google_compute_network\" \"n\" {\n}\n".to_owned(), "`name` is missing"),
        (
            "resource \"google_compute_firewall\" \"f\" {\n  name = \"f\"\n  network = \"n\"\n  \
             enable_logging = true\n}\n"
                .to_owned(),
            "`enable_logging` is deprecated",
        ),
        (
            "output \"o\" {\n  value = google_compute_network.n[0].link\n}\n".to_owned(),
            "no attribute `link`",
        ),
        (
            "module \"m\" {\n  source = \"./m\"\n  right  = \"a\"\n  wrong  = 1\n}\n".to_owned(),
            "no variable `wrong`",
        ),
        ("module \"m\" {\n  source = \"./m\"\n}\n".to_owned(), "`right` is missing"),
        ("module \"m\" {\n  source = \"./m\"\n  right  = true\n}\n".to_owned(), "`right` wants"),
    ];
    for (text, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("m")).unwrap();
        let variable = |name: &str| format!("variable \"{name}\" {{\n  type = string\n}}\n");
        fs::write(folder.path().join("m/variables.tf"), variable("right")).unwrap();
        fs::write(folder.path().join("main.tf"), variable("text") + &text).unwrap();
        let mistakes = check_folder(&twin(), folder.path());
        assert!(mistakes.iter().any(|found| found.contains(expected)), "{expected}: {mistakes:?}");
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
    }
}
