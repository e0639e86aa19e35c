//! Tables of blocks and fields: what a file may hold, said once.
//!
//! The reader, "did you mean" and the reference documents all come from these tables.
//! Rules that look at more than one field are not here.

mod read;
mod reference;

#[cfg(test)]
pub(crate) use read::read_field;
pub use read::{Record, Value, read_file};
pub(crate) use read::{found, shortened};
pub use reference::reference;

/// What is wrong with a text, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// About the text, such as `is longer than 30 characters`.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Complaint {
    /// A complaint with what to do.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: Some(help.into()) }
    }
}

/// Whether a text has the right form.
pub type Check = fn(&str) -> Result<(), Complaint>;

/// A block: its fields and the blocks inside it.
#[derive(Debug)]
pub struct BlockSchema {
    /// Its name; empty for the file itself.
    pub name: &'static str,
    /// What stands between its name and its brace.
    pub label: Label,
    /// How often it may occur.
    pub count: Count,
    /// What it is for, in a sentence.
    pub doc: &'static str,
    /// Its fields, in the order of the documentation.
    pub fields: &'static [Field],
    /// The blocks inside it.
    pub blocks: &'static [&'static BlockSchema],
    /// Attributes that are no fields and deserve more than "unknown".
    pub refused: &'static [Refused],
}

impl BlockSchema {
    /// How the block is written, such as ``target "gcp"``.
    #[must_use]
    pub fn title(&self) -> String {
        match self.label {
            Label::None => self.name.to_owned(),
            Label::Fixed(label) => format!("{} \"{label}\"", self.name),
            Label::Name(..) => format!("{} \"NAME\"", self.name),
        }
    }

    /// The field with this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// What stands between a block's name and its brace.
#[derive(Clone, Copy, Debug)]
pub enum Label {
    /// Nothing.
    None,
    /// One fixed word; several blocks may share a name and differ by it.
    Fixed(&'static str),
    /// A name of the author's choice, with what it names and its form.
    Name(&'static str, Check),
}

/// How often a block may occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Exactly once; the text is an example of it.
    One(&'static str),
    /// At most once.
    Optional,
    /// Any number; labels differ.
    Many,
    /// At least once, labels differ; the text is an example of it.
    Several(&'static str),
}

/// A field of a block.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Type and limits.
    pub kind: Kind,
    /// Whether it must be given, and what holds without it.
    pub need: Need,
    /// What it means, in a sentence.
    pub doc: &'static str,
    /// A value, as HCL.
    pub example: &'static str,
}

/// Whether a field must be given.
#[derive(Clone, Copy, Debug)]
pub enum Need {
    /// It must.
    Required,
    /// Without it, this value holds, written as HCL.
    Default(&'static str),
    /// Without it, there is no value; the text says what that means.
    Absent(&'static str),
}

/// Type and limits of a field.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A text of a form.
    Text(Check),
    /// A list of texts of a form, each once.
    Texts(Check),
    /// The same, and never empty.
    SomeTexts(Check),
    /// A whole number within limits.
    Whole(u64, u64),
    /// A number above the first limit and up to the second.
    Positive(f64),
    /// A number within limits.
    Decimal(f64, f64),
    /// `true` or `false`.
    Truth,
    /// A duration in seconds, within limits.
    Duration(u64, u64),
    /// A size in bytes, more than zero.
    Size,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// A map of texts; forms of keys and values.
    TextMap(Check, Check),
    /// A map of plain values (truth values, numbers and texts).
    PlainMap,
    /// One plain value.
    Plain,
}

/// An attribute that is no field and deserves more than "unknown".
#[derive(Debug)]
pub struct Refused {
    /// Its possible names.
    pub names: &'static [&'static str],
    /// What is wrong with it.
    pub message: &'static str,
    /// What to do.
    pub help: &'static str,
    /// The field that stands for it, so that its absence is not reported too.
    pub instead: Option<&'static str>,
    /// Whether its value must not be shown.
    pub hide: bool,
}
