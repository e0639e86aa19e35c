//! Reads a file's blocks by their tables and reports everything that does not fit.
//!
//! A field that was reported is *broken*: whoever needs it gets nothing, and so reports nothing more.

mod field;
mod unknown;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

#[cfg(test)]
pub(crate) use self::field::read as read_field;
pub(crate) use self::field::{found, shortened};
use super::{BlockSchema, Count, Label, Need};
use crate::{
    diagnostic::Diagnostic,
    document::{Block, Body, Entries, Node, Spanned, parse_value},
    suggest,
};

/// A block that was read.
#[derive(Debug)]
pub struct Record {
    schema: &'static BlockSchema,
    /// Name and label of the block.
    pub header: Range<usize>,
    /// The label; empty when the block has none.
    pub label: Spanned<String>,
    is_label_broken: bool,
    values: BTreeMap<&'static str, Spanned<Value>>,
    broken: BTreeSet<&'static str>,
    blocks: Vec<Record>,
    broken_blocks: BTreeSet<&'static str>,
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A list of texts.
    Texts(Vec<Spanned<String>>),
    /// A whole number, a duration in seconds, or a size in bytes.
    Whole(u64),
    /// A number.
    Decimal(f64),
    /// A truth value.
    Truth(bool),
    /// A map.
    Map(Entries),
    /// A truth value, a number or a text.
    Plain(Node),
}

/// Reads a whole file.
pub fn read_file(
    schema: &'static BlockSchema,
    body: &Body,
    findings: &mut Vec<Diagnostic>,
) -> Record {
    let label = Spanned { value: String::new(), span: 0..0 };
    Reader { file: schema, findings }.record(schema, body, 0..0, label)
}

struct Reader<'f> {
    file: &'static BlockSchema,
    findings: &'f mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn record(
        &mut self,
        schema: &'static BlockSchema,
        body: &Body,
        header: Range<usize>,
        label: Spanned<String>,
    ) -> Record {
        let mut record = Record {
            schema,
            header,
            is_label_broken: is_bad(schema, &label.value),
            label,
            values: BTreeMap::new(),
            broken: BTreeSet::new(),
            blocks: Vec::new(),
            broken_blocks: BTreeSet::new(),
        };
        for attribute in &body.attributes {
            if let Some(field) = schema.field(&attribute.name.value) {
                match field::read(field, &attribute.value, self.findings) {
                    Some(value) => {
                        let span = attribute.value.span.clone();
                        record.values.insert(field.name, Spanned { value, span });
                    }
                    None => {
                        record.broken.insert(field.name);
                    }
                }
            }
        }
        for block in &body.blocks {
            self.block(block, &mut record);
        }
        // What is unknown is looked at last: it may be what a missing field was meant to be.
        for attribute in &body.attributes {
            if schema.field(&attribute.name.value).is_none() {
                let finding = unknown::attribute(self.file, &mut record, attribute);
                self.findings.push(finding);
            }
        }
        self.missing_fields(&mut record);
        self.missing_blocks(&record);
        record
    }

    fn block(&mut self, block: &Block, parent: &mut Record) {
        let schemas = parent.schema.blocks;
        let named: Vec<_> =
            schemas.iter().copied().filter(|schema| schema.name == block.name.value).collect();
        let Some(first) = named.first() else {
            self.findings.push(unknown::block(self.file, parent, block));
            return;
        };
        let Some((schema, label)) = self.label(&named, block) else {
            parent.broken_blocks.insert(first.name);
            return;
        };
        let header = block.header();
        let earlier = parent.blocks.iter().find(|record| {
            std::ptr::eq(record.schema, schema)
                && (matches!(schema.count, Count::One(_) | Count::Optional)
                    || (!label.value.is_empty() && record.label.value == label.value))
        });
        if let Some(earlier) = earlier {
            let same = !label.value.is_empty() && label.value == earlier.label.value;
            let what = if same { earlier.title() } else { schema.name.to_owned() };
            let message = format!("there is a second block `{what}`");
            let finding = Diagnostic::error(header.clone(), message)
                .with_related(earlier.header.clone(), "the first one")
                .with_help("keep one of the two");
            self.findings.push(finding);
        }
        let is_second = earlier.is_some();
        let record = self.record(schema, &block.body, header, label);
        if !is_second {
            parent.blocks.push(record);
        }
    }

    /// The table of a block among those with its name, and its label.
    fn label(
        &mut self,
        named: &[&'static BlockSchema],
        block: &Block,
    ) -> Option<(&'static BlockSchema, Spanned<String>)> {
        let first = *named.first()?;
        let none = Spanned { value: String::new(), span: block.name.span.clone() };
        let wanted = match first.label {
            Label::None => 0,
            Label::Fixed(_) | Label::Name(..) => 1,
        };
        if block.labels.len() != wanted {
            self.findings.push(wrong_labels(named, block, wanted));
            // A name that is missing is no reason to leave the fields unchecked.
            return (named.len() == 1).then_some((first, none));
        }
        let Some(label) = block.labels.first() else { return Some((first, none)) };
        match first.label {
            Label::Name(what, check) => {
                if let Err(complaint) = check(&label.value) {
                    let message = format!("the name of {what} {}", complaint.message);
                    let finding = Diagnostic::error(label.span.clone(), message)
                        .with_optional_help(complaint.help);
                    self.findings.push(finding);
                }
                Some((first, label.clone()))
            }
            _ => {
                let fixed = |schema: &BlockSchema| matches!(schema.label, Label::Fixed(word) if word == label.value);
                let found = named.iter().copied().find(|schema| fixed(schema));
                if found.is_none() {
                    self.findings.push(unknown::label(named, label));
                }
                Some((found?, label.clone()))
            }
        }
    }

    fn missing_fields(&mut self, record: &mut Record) {
        for field in record.schema.fields {
            if record.values.contains_key(field.name) || record.broken.contains(field.name) {
                continue;
            }
            match field.need {
                Need::Required => {
                    let title = record.title();
                    let message = format!("`{title}` has no `{}`", field.name);
                    let finding = Diagnostic::error(record.header.clone(), message)
                        .with_help(format!("add `{} = {}`", field.name, field.example));
                    self.findings.push(finding);
                    record.broken.insert(field.name);
                }
                Need::Default(text) => {
                    let value = parse_value(text)
                        .and_then(|node| field::read(field, &node, &mut Vec::new()));
                    if let Some(value) = value {
                        let span = record.header.clone();
                        record.values.insert(field.name, Spanned { value, span });
                    }
                }
                Need::Absent(_) => {}
            }
        }
    }

    fn missing_blocks(&mut self, record: &Record) {
        for schema in record.schema.blocks {
            let (Count::One(example) | Count::Several(example)) = schema.count else { continue };
            if record.blocks(schema).next().is_none() && !record.broken_blocks.contains(schema.name)
            {
                let place = if record.schema.name.is_empty() {
                    "the file".to_owned()
                } else {
                    format!("`{}`", record.title())
                };
                let message = format!("{place} has no block `{}`", schema.name);
                let finding = Diagnostic::error(record.header.clone(), message)
                    .with_help(format!("add `{example}`"));
                self.findings.push(finding);
            }
        }
    }
}

/// Whether a label was reported, or is missing.
fn is_bad(schema: &BlockSchema, label: &str) -> bool {
    match schema.label {
        Label::Name(_, check) => check(label).is_err(),
        Label::None | Label::Fixed(_) => false,
    }
}

fn wrong_labels(named: &[&'static BlockSchema], block: &Block, wanted: usize) -> Diagnostic {
    let name = &block.name.value;
    let titles: Vec<_> = named.iter().map(|schema| format!("{} {{", schema.title())).collect();
    let help = format!("write {}", suggest::listed(&titles).replace(" and ", " or "));
    if block.labels.len() < wanted {
        let message = format!("the block `{name}` has no name");
        return Diagnostic::error(block.name.span.clone(), message).with_help(help);
    }
    let span = block.labels[wanted].span.clone();
    let message = match wanted {
        0 => format!("the block `{name}` takes no name"),
        _ => format!("the block `{name}` takes one name"),
    };
    Diagnostic::error(span, message).with_help(help)
}

impl Record {
    /// How the block is written, with its own label.
    #[must_use]
    pub fn title(&self) -> String {
        if self.label.value.is_empty() {
            return self.schema.name.to_owned();
        }
        format!("{} \"{}\"", self.schema.name, self.label.value)
    }

    /// The block's name; nothing when it was reported.
    #[must_use]
    pub fn good_label(&self) -> Option<&Spanned<String>> {
        (!self.is_label_broken).then_some(&self.label)
    }

    /// The value of a field; nothing when it is absent or broken.
    ///
    /// # Panics
    /// The block's table has no such field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Spanned<Value>> {
        assert!(self.schema.field(name).is_some(), "{} has no field {name}", self.schema.title());
        self.values.get(name)
    }

    /// Whether the field was reported, so that rules that need it say nothing.
    #[must_use]
    pub fn is_broken(&self, name: &str) -> bool {
        self.broken.contains(name)
    }

    /// Whether the file itself gives the field a good value.
    #[must_use]
    pub fn is_given(&self, name: &str) -> bool {
        // A default stands where the block's header stands.
        self.get(name).is_some_and(|value| value.span != self.header)
    }

    /// The blocks inside this one that follow a table.
    pub fn blocks(&self, schema: &'static BlockSchema) -> impl Iterator<Item = &Record> {
        self.blocks.iter().filter(move |record| std::ptr::eq(record.schema, schema))
    }

    /// Whether a block of this name was reported, so that its absence is not.
    #[must_use]
    pub fn is_broken_block(&self, name: &str) -> bool {
        self.broken_blocks.contains(name)
    }

    /// A text field, also one of some words.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Spanned<String>> {
        self.typed(name, |value| match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        })
    }

    /// A list of texts.
    #[must_use]
    pub fn texts(&self, name: &str) -> Option<Spanned<Vec<Spanned<String>>>> {
        self.typed(name, |value| match value {
            Value::Texts(texts) => Some(texts.clone()),
            _ => None,
        })
    }

    /// A whole number, a duration in seconds or a size in bytes.
    #[must_use]
    pub fn whole(&self, name: &str) -> Option<Spanned<u64>> {
        self.typed(name, |value| match value {
            Value::Whole(number) => Some(*number),
            _ => None,
        })
    }

    /// A whole number whose limits fit into 32 bits.
    #[must_use]
    pub fn small(&self, name: &str) -> Option<Spanned<u32>> {
        let Spanned { value, span } = self.whole(name)?;
        Some(Spanned { value: u32::try_from(value).ok()?, span })
    }

    /// A number.
    #[must_use]
    pub fn decimal(&self, name: &str) -> Option<Spanned<f64>> {
        self.typed(name, |value| match value {
            Value::Decimal(number) => Some(*number),
            _ => None,
        })
    }

    /// A truth value.
    #[must_use]
    pub fn truth(&self, name: &str) -> Option<Spanned<bool>> {
        self.typed(name, |value| match value {
            Value::Truth(truth) => Some(*truth),
            _ => None,
        })
    }

    /// A map.
    #[must_use]
    pub fn map(&self, name: &str) -> Option<Spanned<Entries>> {
        self.typed(name, |value| match value {
            Value::Map(entries) => Some(entries.clone()),
            _ => None,
        })
    }

    fn typed<T>(&self, name: &str, convert: fn(&Value) -> Option<T>) -> Option<Spanned<T>> {
        let Spanned { value, span } = self.get(name)?;
        Some(Spanned { value: convert(value)?, span: span.clone() })
    }
}
