//! From hcl-edit's syntax tree to plain values.

use std::ops::Range;

use hcl_edit::{
    Span,
    expr::{Expression, FuncCall, ObjectKey},
    structure::{BlockLabel, Body as HclBody, Structure},
    template::Template,
};

use super::{Attribute, Block, Body, Node, Spanned};

/// What the tree alone does not tell.
pub(super) struct Context<'a> {
    /// Where template sequences were blanked.
    pub templates: &'a [Range<usize>],
    /// Where names stand that are given a second time.
    pub duplicates: Vec<usize>,
}

impl Context<'_> {
    fn holds_template(&self, span: &Range<usize>) -> bool {
        let first = self.templates.partition_point(|range| range.start < span.start);
        self.templates.get(first).is_some_and(|range| range.end <= span.end)
    }

    fn is_duplicate(&self, span: &Range<usize>) -> bool {
        self.duplicates.contains(&span.start)
    }
}

pub(super) fn body(from: &HclBody, context: &Context<'_>) -> Body {
    let mut body = Body::default();
    for structure in from {
        match structure {
            Structure::Attribute(attribute) => {
                let name = spanned(attribute.key.to_string(), attribute.key.span());
                if !context.is_duplicate(&name.span) {
                    body.attributes
                        .push(Attribute { name, value: node(&attribute.value, context) });
                }
            }
            Structure::Block(block) => body.blocks.push(Block {
                name: spanned(block.ident.to_string(), block.ident.span()),
                labels: block.labels.iter().map(label).collect(),
                body: self::body(&block.body, context),
            }),
        }
    }
    body
}

fn spanned<T>(value: T, span: Option<Range<usize>>) -> Spanned<T> {
    Spanned { value, span: span.unwrap_or(0..0) }
}

fn label(from: &BlockLabel) -> Spanned<String> {
    spanned(from.as_str().to_owned(), from.span())
}

fn node(from: &Expression, context: &Context<'_>) -> Spanned<Node> {
    let span = from.span().unwrap_or(0..0);
    let text = |text: String| {
        if context.holds_template(&span) {
            Node::Expression("a text with an interpolation".to_owned())
        } else {
            Node::Text(text)
        }
    };
    let value = match from {
        Expression::Null(_) => Node::Null,
        Expression::Bool(value) => Node::Truth(*value.value()),
        Expression::Number(value) => number(value.value()),
        Expression::String(value) => text(value.value().clone()),
        Expression::StringTemplate(_) => text(literal(from.as_template())),
        Expression::HeredocTemplate(heredoc) => text(literal(Some(&heredoc.template))),
        Expression::Array(items) => {
            Node::List(items.iter().map(|item| node(item, context)).collect())
        }
        Expression::Object(entries) => {
            let entries = entries.iter().filter_map(|(key, value)| {
                let key = object_key(key, context)?;
                (!context.is_duplicate(&key.span)).then(|| (key, node(value.expr(), context)))
            });
            Node::Map(entries.collect())
        }
        Expression::Variable(name) => Node::Expression(format!("the variable `{}`", name.value())),
        Expression::FuncCall(call) => Node::Expression(called(call)),
        _ => Node::Expression("an expression".to_owned()),
    };
    Spanned { value, span }
}

fn number(from: &hcl_edit::Number) -> Node {
    match (from.as_u64(), from.as_i64()) {
        (Some(value), _) => Node::Whole(value.into()),
        (_, Some(value)) => Node::Whole(value.into()),
        _ => Node::Decimal(from.as_f64().unwrap_or(0.0)),
    }
}

/// Templates were blanked, so that only literals are left.
fn literal(template: Option<&Template>) -> String {
    let elements = template.into_iter().flatten();
    elements.filter_map(|element| element.as_literal()).map(|part| part.value().as_str()).collect()
}

fn called(call: &FuncCall) -> String {
    format!("a call of the function `{}`", call.name.name.value())
}

/// A key that is no text is kept under a name that no field has, and refused with that.
fn object_key(from: &ObjectKey, context: &Context<'_>) -> Option<Spanned<String>> {
    match from {
        ObjectKey::Ident(name) => Some(spanned(name.to_string(), name.span())),
        ObjectKey::Expression(expression) => {
            let key = node(expression, context);
            let name = match key.value {
                Node::Text(text) => text,
                Node::Whole(number) => number.to_string(),
                Node::Truth(value) => value.to_string(),
                Node::Expression(words) => words,
                _ => "an expression".to_owned(),
            };
            Some(Spanned { value: name, span: key.span })
        }
    }
}
