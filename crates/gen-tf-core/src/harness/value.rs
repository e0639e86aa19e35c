//! Values of settings: whether what stands in a file fits the setting's type.
//! Where the value stands, and who is told, is its callers' business.

use super::SettingKind;
use crate::{
    container,
    document::Node,
    schema::{Complaint, shortened},
    study::SettingValue,
    units::{UnitError, parse_size},
};

/// Why a value does not fit.
pub(crate) enum Unfit {
    /// It is something else; the text says what is wanted.
    Kind(&'static str),
    /// The text has the wrong form.
    Form(String, Complaint),
}

impl SettingKind {
    /// A value, as HCL.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Self::Bool => "true",
            Self::Int => "1",
            Self::String => "\"…\"",
            Self::Size => "\"16GiB\"",
            Self::Image => "\"restgym/market-api:1.0.0\"",
        }
    }

    fn wanted(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Int => "a whole number",
            Self::String => "a text",
            Self::Size => "a size in quotes",
            Self::Image => "a reference of a container image in quotes",
        }
    }
}

/// Reads a value: a size becomes its number of bytes.
pub(crate) fn read_value(kind: SettingKind, node: &Node) -> Result<SettingValue, Unfit> {
    match (kind, node) {
        (SettingKind::Bool, Node::Truth(truth)) => Ok(SettingValue::Bool(*truth)),
        (SettingKind::Int, Node::Whole(number)) => i64::try_from(*number)
            .map(SettingValue::Int)
            .map_err(|_| Unfit::Kind("a whole number of 64 bits")),
        (SettingKind::String, Node::Text(text)) if text.contains('\0') => {
            Err(Unfit::Kind("a text without NUL characters"))
        }
        (SettingKind::String, Node::Text(text)) => Ok(SettingValue::String(text.clone())),
        (SettingKind::Size, Node::Text(text)) => {
            size(text).map(SettingValue::Int).map_err(|complaint| form(text, complaint))
        }
        (SettingKind::Image, Node::Text(text)) => container::reference(text)
            .map(|()| SettingValue::String(text.clone()))
            .map_err(|complaint| form(text, complaint)),
        _ => Err(Unfit::Kind(kind.wanted())),
    }
}

fn form(text: &str, complaint: Complaint) -> Unfit {
    Unfit::Form(shortened(text), complaint)
}

fn size(text: &str) -> Result<i64, Complaint> {
    let usual = "write for example `16GiB`";
    let bytes =
        parse_size(text).map_err(|UnitError { message, help }| Complaint::new(message, help))?;
    match i64::try_from(bytes) {
        Ok(0) => Err(Complaint::new("is nothing", usual)),
        Ok(bytes) => Ok(bytes),
        Err(_) => Err(Complaint::new("is larger than anything", usual)),
    }
}
