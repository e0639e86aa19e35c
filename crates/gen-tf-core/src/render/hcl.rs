//! Small words for building HCL expressions with hcl-rs, so that no expression is ever pasted as text.
//! It knows nothing about workspaces.

use hcl::{
    Attribute, Block, Expression, Identifier,
    expr::{ForExpr, FuncCall, Object, ObjectKey, TemplateExpr, Traversal, Variable},
    template::Template,
};

/// A name that is known to be an identifier.
pub(super) fn ident(name: &str) -> Identifier {
    Identifier::new(name).expect("names of our own are identifiers")
}

/// `a.b.c`, from its parts.
pub(super) fn path(parts: &[&str]) -> Traversal {
    let variable = Variable::from(ident(parts[0]));
    Traversal::new(variable, parts[1..].iter().map(|part| ident(part)))
}

/// A text, whatever it holds. hcl-rs escapes `${` and `%{`, but not where another `$` or `%` stands
/// before them (hcl-rs 0.20): such a text is cut there and joined by Terraform.
pub(super) fn text(value: &str) -> Expression {
    let pieces = cut_before_markers(value);
    match pieces.as_slice() {
        [] | [_] => Expression::String(value.to_owned()),
        _ => {
            let pieces = pieces.into_iter().map(|piece| Expression::String(piece.to_owned()));
            call("join", [Expression::String(String::new()), pieces.collect()])
        }
    }
}

/// Cuts before each `${` and `%{` that follows a `$` or `%`.
fn cut_before_markers(value: &str) -> Vec<&str> {
    let bytes = value.as_bytes();
    let mut pieces = Vec::new();
    let mut from = 0;
    for at in 1..bytes.len().saturating_sub(1) {
        if matches!(&bytes[at - 1..at + 2], [b'$' | b'%', b'$' | b'%', b'{']) {
            pieces.push(&value[from..at]);
            from = at;
        }
    }
    pieces.push(&value[from..]);
    pieces
}

/// A text with expressions in it.
pub(super) fn template(template: &Template) -> Expression {
    TemplateExpr::QuotedString(template.to_string()).into()
}

/// A function call.
pub(super) fn call(name: &str, args: impl IntoIterator<Item = Expression>) -> Expression {
    let call = args.into_iter().fold(FuncCall::builder(ident(name)), |call, arg| call.arg(arg));
    call.build().into()
}

/// An object whose keys are identifiers where they can be.
pub(super) fn object<K: AsRef<str>>(
    entries: impl IntoIterator<Item = (K, Expression)>,
) -> Expression {
    let entries = entries.into_iter().map(|(key, value)| (key_of(key.as_ref()), value));
    Expression::Object(entries.collect::<Object<ObjectKey, Expression>>())
}

/// Terraform reads `1a` or `1` as no name and `null` or `for` as something else: those are quoted.
fn key_of(key: &str) -> ObjectKey {
    let plain = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        && !["null", "true", "false", "for", "if", "in"].contains(&key);
    if plain { ObjectKey::Identifier(ident(key)) } else { ObjectKey::Expression(text(key)) }
}

/// A map of texts.
pub(super) fn texts<'a>(entries: impl IntoIterator<Item = (&'a String, &'a String)>) -> Expression {
    object(entries.into_iter().map(|(key, value)| (key, text(value))))
}

/// `{ for key, value in collection : key => result }`.
pub(super) fn for_object(
    key: &str,
    value: &str,
    collection: impl Into<Expression>,
    result: Expression,
) -> Expression {
    ForExpr::new(ident(value), collection, result)
        .with_key_var(ident(key))
        .with_key_expr(Variable::from(ident(key)))
        .into()
}

/// `{ for value in collection : value => result }`.
pub(super) fn for_map(
    value: &str,
    collection: impl Into<Expression>,
    result: impl Into<Expression>,
) -> Expression {
    ForExpr::new(ident(value), collection, result.into())
        .with_key_expr(Variable::from(ident(value)))
        .into()
}

/// `[for value in collection : result]`.
pub(super) fn for_list(
    value: &str,
    collection: impl Into<Expression>,
    result: impl Into<Expression>,
) -> Expression {
    ForExpr::new(ident(value), collection, result.into()).into()
}

/// An attribute.
pub(super) fn attribute(name: &str, value: impl Into<Expression>) -> Attribute {
    Attribute::new(ident(name), value)
}

/// A block of attributes.
pub(super) fn block<'a>(
    name: &str,
    labels: &[&str],
    attributes: impl IntoIterator<Item = (&'a str, Expression)>,
) -> Block {
    Block::builder(ident(name))
        .add_labels(labels.iter().map(|label| (*label).to_owned()))
        .add_attributes(attributes.into_iter().map(|(name, value)| attribute(name, value)))
        .build()
}
