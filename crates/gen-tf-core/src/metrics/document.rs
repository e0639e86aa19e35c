//! The operations of an OpenAPI document, and which of them a request belongs to.
//! Only JSON is read, OpenAPI 3 and Swagger 2; `$ref` of whole path items is not followed.

use std::{collections::HashMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Map, Value};

/// The keys of a path item that are operations, in RESTgym's order.
const METHODS: [&str; 9] =
    ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

/// A method on a path template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// In capitals.
    pub method: String,
    /// As the document writes it, such as `/pets/{id}`.
    pub path: String,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// An OpenAPI document, as far as requests are compared with it.
#[derive(Clone, Debug)]
pub struct Document {
    paths: Vec<String>,
    operations: Vec<Operation>,
    bases: Vec<String>,
    /// By method, in the order of the document.
    templates: HashMap<String, Vec<Template>>,
}

#[derive(Clone, Debug)]
struct Template {
    /// Number of the operation.
    operation: usize,
    segments: Vec<Segment>,
}

#[derive(Clone, Debug)]
enum Segment {
    Literal(String),
    /// Texts around parameters: `a{b}c` is `["a", "c"]`.
    Template(Vec<String>),
}

#[derive(Deserialize)]
struct Written {
    paths: Ordered,
    #[serde(default)]
    servers: Vec<Server>,
    #[serde(rename = "basePath")]
    base_path: Option<String>,
}

#[derive(Deserialize)]
struct Server {
    url: String,
    #[serde(default)]
    variables: Map<String, Value>,
}

/// Paths in the order of the document, which both projects' scripts depend on.
struct Ordered(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Paths;
        impl<'de> Visitor<'de> for Paths {
            type Value = Ordered;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of paths")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
                let mut paths = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    paths.push(entry);
                }
                Ok(Ordered(paths))
            }
        }
        deserializer.deserialize_map(Paths)
    }
}

impl Document {
    /// Reads a document. The error says what is wrong and where.
    pub fn parse(json: &[u8]) -> serde_json::Result<Self> {
        let written: Written = serde_json::from_slice(json)?;
        let mut bases: Vec<String> = written.servers.iter().map(base_of).collect();
        bases.extend(written.base_path.map(|path| path.trim_end_matches('/').to_owned()));
        if bases.is_empty() {
            bases.push(String::new());
        }
        bases.sort();
        bases.dedup();
        let paths = written.paths.0;
        let mut operations = Vec::new();
        for (path, item) in paths.iter().filter(|(path, _)| path.starts_with('/')) {
            for method in METHODS {
                if item.get(method.to_ascii_lowercase()).is_some() {
                    operations.push(Operation { method: method.to_owned(), path: path.clone() });
                }
            }
        }
        let mut templates: HashMap<_, Vec<_>> = HashMap::new();
        for (number, operation) in operations.iter().enumerate() {
            let segments = operation.path.split('/').map(segment).collect();
            let template = Template { operation: number, segments };
            templates.entry(operation.method.clone()).or_default().push(template);
        }
        let paths = paths.into_iter().map(|(path, _)| path).collect();
        Ok(Self { paths, operations, bases, templates })
    }

    /// All operations, in the order of the document.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// All keys of `paths`, in the order of the document.
    #[must_use]
    pub fn paths(&self) -> &[String] {
        &self.paths
    }

    /// The number of the operation that a request belongs to.
    ///
    /// `target` is a path or a URL. The path must lie below the path of one of the document's
    /// servers; a parameter stands for any text without `/`; of two templates that fit, the one that
    /// is concrete earlier is taken, as the OpenAPI Specification has it. A `/` at the end too many
    /// or too few makes no difference where no other operation fits better.
    #[must_use]
    pub fn operation_of(&self, method: &str, target: &str) -> Option<usize> {
        let path = path_of(target);
        self.bases.iter().rev().find_map(|base| {
            let rest = path.strip_prefix(base.as_str())?;
            if !rest.is_empty() && !rest.starts_with('/') {
                return None;
            }
            self.find(method, rest).or_else(|| match rest.strip_suffix('/') {
                Some(shorter) => self.find(method, shorter),
                None => self.find(method, &format!("{rest}/")),
            })
        })
    }

    fn find(&self, method: &str, path: &str) -> Option<usize> {
        let found: Vec<&str> = path.split('/').collect();
        let fitting = self.templates.get(method)?.iter().filter(|template| template.fits(&found));
        // Of equals the first of the document.
        fitting.rev().max_by_key(|template| template.concrete()).map(|template| template.operation)
    }
}

impl Template {
    fn fits(&self, found: &[&str]) -> bool {
        self.segments.len() == found.len()
            && self.segments.iter().zip(found).all(|(segment, text)| segment.fits(text))
    }

    /// Of each segment whether it has no parameter.
    fn concrete(&self) -> Vec<bool> {
        self.segments.iter().map(|segment| matches!(segment, Segment::Literal(_))).collect()
    }
}

impl Segment {
    fn fits(&self, text: &str) -> bool {
        match self {
            Self::Literal(literal) => literal == text,
            Self::Template(pieces) => fits_template(pieces, text),
        }
    }
}

/// The pieces must stand in this order with at least one character between them.
fn fits_template(pieces: &[String], text: &str) -> bool {
    let [first, middle @ .., last] = pieces else { return false };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
    let after_one = |text: &str| text.chars().next().map(char::len_utf8);
    for piece in middle {
        let Some(skip) = after_one(rest) else { return false };
        let Some(at) = rest[skip..].find(piece.as_str()) else { return false };
        rest = &rest[skip + at + piece.len()..];
    }
    rest.strip_suffix(last.as_str()).is_some_and(|value| !value.is_empty())
}

fn segment(text: &str) -> Segment {
    let mut pieces = vec![String::new()];
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once('{') {
        let Some((_, after)) = inside.split_once('}') else { break };
        pieces.last_mut().expect("there is always one").push_str(before);
        pieces.push(String::new());
        rest = after;
    }
    pieces.last_mut().expect("there is always one").push_str(rest);
    if pieces.len() == 1 { Segment::Literal(text.to_owned()) } else { Segment::Template(pieces) }
}

/// The path of a server's URL, its variables at their defaults, with no `/` at the end.
fn base_of(server: &Server) -> String {
    let mut url = server.url.clone();
    for (name, variable) in &server.variables {
        if let Some(default) = variable.get("default").and_then(Value::as_str) {
            url = url.replace(&format!("{{{name}}}"), default);
        }
    }
    path_of(&url).trim_end_matches('/').to_owned()
}

/// The path of a request target or URL, without query and fragment.
fn path_of(target: &str) -> &str {
    let end = target.find(['?', '#']).unwrap_or(target.len());
    let target = &target[..end];
    match target.split_once("://") {
        Some((scheme, rest)) if !scheme.contains('/') => {
            rest.find('/').map_or("", |start| &rest[start..])
        }
        _ => target,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(servers: &str) -> Document {
        let text = format!(
            r#"{{"openapi": "3.0.3", {servers} "paths": {{
                "/pets/{{id}}": {{"get": {{}}, "delete": {{}}, "parameters": []}},
                "/pets/mine": {{"get": {{}}}},
                "/": {{"get": {{}}}},
                "/files/{{name}}.{{ending}}": {{"get": {{}}}},
                "/dbsnp/": {{"post": {{}}}},
                "x-note": "no path"
            }}}}"#
        );
        Document::parse(text.as_bytes()).unwrap()
    }

    fn found(document: &Document, method: &str, target: &str) -> Option<String> {
        document.operation_of(method, target).map(|n| document.operations()[n].to_string())
    }

    #[test]
    fn a_request_belongs_to_the_most_concrete_operation_that_fits() {
        let document = document("");
        for (method, target, expected) in [
            ("GET", "/pets/7?x=/pets/mine", Some("GET /pets/{id}")),
            ("GET", "/pets/mine", Some("GET /pets/mine")),
            ("GET", "/pets/mine/", Some("GET /pets/mine")),
            ("DELETE", "/pets/mine", Some("DELETE /pets/{id}")),
            ("GET", "http://127.0.0.1:8080/pets/7#x", Some("GET /pets/{id}")),
            ("GET", "/", Some("GET /")),
            ("GET", "", Some("GET /")),
            ("GET", "/files/a.b.c", Some("GET /files/{name}.{ending}")),
            ("GET", "/files/.c", None),
            ("GET", "/files/a.", None),
            ("POST", "/dbsnp", Some("POST /dbsnp/")),
            ("GET", "/pets/", None),
            ("GET", "/pets/7/8", None),
            ("HEAD", "/pets/7", None),
            ("get", "/pets/7", None),
        ] {
            assert_eq!(found(&document, method, target).as_deref(), expected, "{method} {target}");
        }
    }

    #[test]
    fn paths_lie_below_the_path_of_a_server() {
        let servers = r#""servers": [{"url": "http://localhost:9009/{v}/",
            "variables": {"v": {"default": "v2"}}}, {"url": "/v2/beta"}],"#;
        let document = document(servers);
        assert_eq!(found(&document, "GET", "/v2/pets/7").as_deref(), Some("GET /pets/{id}"));
        assert_eq!(found(&document, "GET", "/v2/beta/pets/7").as_deref(), Some("GET /pets/{id}"));
        assert_eq!(found(&document, "GET", "/pets/7"), None);
        assert_eq!(found(&document, "GET", "/v22/pets/7"), None);
    }

    #[test]
    fn swagger_2_names_one_base_path() {
        let text = r#"{"swagger": "2.0", "basePath": "/api", "paths": {"/a": {"get": {}}}}"#;
        let document = Document::parse(text.as_bytes()).unwrap();
        assert_eq!(found(&document, "GET", "/api/a").as_deref(), Some("GET /a"));
    }

    proptest::proptest! {
        #[test]
        fn any_path_and_any_target_can_be_compared(
            path in "/[a-b/{}.é]{0,12}", target in "[a-b/?#:.é]{0,20}"
        ) {
            let text = serde_json::json!({"paths": {path: {"get": {}}}}).to_string();
            let document = Document::parse(text.as_bytes()).unwrap();
            let found = document.operation_of("GET", &target);
            proptest::prop_assert!(found.is_none_or(|operation| operation == 0));
        }
    }

    #[test]
    fn what_is_no_document_is_refused_with_the_place() {
        let error = Document::parse(b"{\"paths\": [1]}").unwrap_err().to_string();
        assert!(error.contains("an object of paths") && error.contains("line 1"), "{error}");
    }
}
