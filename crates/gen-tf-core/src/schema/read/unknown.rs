//! Words about attributes, blocks and labels that no table knows.

use super::Record;
use crate::{
    diagnostic::Diagnostic,
    document::{Attribute, Block, Spanned},
    schema::{BlockSchema, Label},
    suggest,
};

/// An attribute that its block's table does not know.
///
/// When it was probably meant to be a missing field, that field counts as reported.
pub(super) fn attribute(
    file: &'static BlockSchema,
    record: &mut Record,
    attribute: &Attribute,
) -> Diagnostic {
    let name = attribute.name.value.as_str();
    let span = attribute.name.span.clone();
    let schema = record.schema;
    if let Some(refused) = schema.refused.iter().find(|refused| refused.names.contains(&name)) {
        record.broken.extend(refused.instead);
        let finding = Diagnostic::error(span, refused.message).with_help(refused.help);
        let hidden = refused.hide.then(|| attribute.value.span.clone());
        return Diagnostic { hidden, ..finding };
    }
    let place = place(record);
    if let Some(block) = schema.blocks.iter().find(|block| block.name == name) {
        record.broken_blocks.insert(block.name);
        let message = format!("`{name}` is a block, not an attribute");
        let help = format!("write `{} {{`, without `=`", block.title());
        return Diagnostic::error(span, message).with_help(help);
    }
    let message = format!("{place} has no attribute `{name}`");
    let finding = Diagnostic::error(span, message);
    // A field that is not given yet is the likeliest meaning, then a field of another block.
    let fields = schema.fields.iter().map(|field| field.name);
    let missing = fields.clone().filter(|name| !record.values.contains_key(name));
    if let Some(meant) = suggest::closest(name, missing) {
        record.broken.insert(meant);
        return finding.with_help(format!("did you mean `{meant}`?"));
    }
    let owners = owners(file, name);
    if !owners.is_empty() {
        let owners = suggest::listed(&owners).replace(" and ", " or ");
        return finding.with_help(format!("`{name}` belongs into {owners}"));
    }
    if let Some(meant) = suggest::closest(name, fields) {
        return finding.with_help(format!("did you mean `{meant}`?"));
    }
    let known: Vec<_> = schema.fields.iter().map(|field| field.name).collect();
    if known.is_empty() {
        return finding.with_help("attributes stand inside a block");
    }
    finding.with_help(format!("it has {}", suggest::listed(&known)))
}

/// A block that the table around it does not know.
pub(super) fn block(file: &'static BlockSchema, record: &mut Record, block: &Block) -> Diagnostic {
    let name = block.name.value.as_str();
    let span = block.name.span.clone();
    let schema = record.schema;
    if let Some(field) = schema.field(name) {
        record.broken.insert(field.name);
        let message = format!("`{name}` is an attribute, not a block");
        let help = format!("write `{name} = {}`", field.example);
        return Diagnostic::error(span, message).with_help(help);
    }
    let message = format!("{} has no block `{name}`", place(record));
    let finding = Diagnostic::error(span, message);
    if let Some(parent) = parent(file, name) {
        let place = if parent.name.is_empty() {
            "at the top of the file, outside other blocks".to_owned()
        } else {
            format!("inside `{}`", parent.title())
        };
        return finding.with_help(format!("`{name}` belongs {place}"));
    }
    let known = schema.blocks.iter().map(|block| block.name);
    if let Some(meant) = suggest::closest(name, known.clone()) {
        record.broken_blocks.insert(meant);
        return finding.with_help(format!("did you mean `{meant}`?"));
    }
    let mut known: Vec<_> = known.collect();
    known.dedup();
    let help = if known.is_empty() {
        "no block stands in here".to_owned()
    } else {
        format!("it has {}", suggest::listed(&known))
    };
    finding.with_help(help)
}

/// A label that none of the tables with fixed labels has.
pub(super) fn label(named: &[&'static BlockSchema], label: &Spanned<String>) -> Diagnostic {
    let labels: Vec<_> = named
        .iter()
        .filter_map(|schema| match schema.label {
            Label::Fixed(label) => Some(label),
            _ => None,
        })
        .collect();
    let name = named.first().map_or("", |schema| schema.name);
    let message = format!("there is no {name} `{}`", super::field::shortened(&label.value));
    let help = suggest::help(&label.value, labels, "there are");
    Diagnostic::error(label.span.clone(), message).with_optional_help(help)
}

fn place(record: &Record) -> String {
    if record.schema.name.is_empty() {
        "the file itself".to_owned()
    } else {
        format!("`{}`", record.title())
    }
}

/// Titles of the blocks that have a field of this name.
fn owners(file: &'static BlockSchema, name: &str) -> Vec<String> {
    let all = everything(file).into_iter();
    all.filter(|block| block.field(name).is_some()).map(BlockSchema::title).collect()
}

/// The block around blocks of this name.
fn parent(file: &'static BlockSchema, name: &str) -> Option<&'static BlockSchema> {
    everything(file).into_iter().find(|block| block.blocks.iter().any(|inner| inner.name == name))
}

fn everything(file: &'static BlockSchema) -> Vec<&'static BlockSchema> {
    std::iter::once(file).chain(file.blocks.iter().flat_map(|block| everything(block))).collect()
}
