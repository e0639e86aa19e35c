//! Two figures of RESTgym's `summary.json` that are more than a count, as its `process_results.py`
//! (SeUniVr/RESTgym at 56a9300) computes them: covered operations and buckets of similar failures.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::LazyLock,
};

use gen_tf_core::metrics::Document;
use regex::Regex;

/// How similar two messages of an API must be for one bucket.
const THRESHOLDS: [(&str, f64); 13] = [
    ("features-service", 0.8),
    ("languagetool", 0.8),
    ("person-controller", 0.9),
    ("scs", 0.0),
    ("genome-nexus", 0.7),
    ("market", 0.7),
    ("project-tracking-system", 0.9),
    ("user-management", 0.7),
    ("ncs", 0.0),
    ("restcountries", 0.7),
    ("newbee", 0.7),
    ("blog", 0.7),
    ("google-drive", 0.7),
];

/// Operations that were answered well.
pub struct CoveredOperations {
    operations: Vec<(String, Regex)>,
    covered: BTreeSet<usize>,
}

impl CoveredOperations {
    /// For a service with this document; a path that is no expression is an error.
    pub fn new(document: &Document) -> Result<Self, regex::Error> {
        let operations = document.operations().iter().map(|operation| {
            Ok((operation.method.clone(), Regex::new(&expression(&operation.path))?))
        });
        Ok(Self { operations: operations.collect::<Result<_, _>>()?, covered: BTreeSet::new() })
    }

    /// Takes a request that was answered 200 to 299.
    pub fn add(&mut self, method: &str, path: &str) {
        let method = if method == "HEAD" { "GET" } else { method };
        let path = path.split_once('?').map_or(path, |(path, _)| path).replace("//", "/");
        let fits = |(of, expression): &(String, Regex)| {
            // The expression is found anywhere, but must reach to the end.
            of == method && expression.find(&path).is_some_and(|found| found.end() == path.len())
        };
        self.covered.extend(self.operations.iter().position(fits));
    }

    /// How many operations were covered.
    pub fn count(&self) -> u64 {
        self.covered.len() as u64
    }
}

/// Any text without `/` in the place of a parameter; everything else is taken for an expression.
fn expression(path: &str) -> String {
    let mut text = path.to_owned();
    while let Some(start) = text.find('{').filter(|start| *start > 0) {
        let Some(end) = text.find('}').filter(|end| *end > start) else { break };
        let parameter = text[start..=end].to_owned();
        text = text.replace(&parameter, "[^/]*");
    }
    let slash = if text.ends_with('/') { "?" } else { "/?" };
    text + slash
}

/// So many buckets are compared: more of them would take minutes, and be no figure for a paper.
const MOST_BUCKETS: usize = 2_000;

/// Buckets of similar failures.
pub struct Buckets {
    api: String,
    threshold: f64,
    /// The number of each word.
    numbers: HashMap<String, usize>,
    /// The words of each bucket's first message, sorted.
    buckets: Vec<Vec<usize>>,
    /// By a message's words: the most similar bucket so far, and how many were compared.
    known: HashMap<Vec<usize>, Closest>,
}

#[derive(Clone, Copy, Default)]
struct Closest {
    bucket: Option<usize>,
    similarity: f64,
    compared: usize,
}

impl Buckets {
    /// For an API whose threshold RESTgym knows.
    pub fn new(api: &str) -> Option<Self> {
        let (_, threshold) = THRESHOLDS.iter().find(|(name, _)| *name == api)?;
        Some(Self {
            api: api.to_owned(),
            threshold: *threshold,
            numbers: HashMap::new(),
            buckets: Vec::new(),
            known: HashMap::new(),
        })
    }

    /// Takes the body of an answer of 500 or more. The order matters, as it does in the script.
    pub fn add(&mut self, body: &str) {
        if self.count().is_none() {
            return;
        }
        let words = self.words(&preprocessed(&self.api, body));
        let mut closest = self.known.get(&words).copied().unwrap_or_default();
        for (number, bucket) in self.buckets.iter().enumerate().skip(closest.compared) {
            let similarity = jaccard(&words, bucket);
            if similarity >= self.threshold && similarity > closest.similarity {
                closest = Closest { bucket: Some(number), similarity, ..closest };
            }
        }
        closest.compared = self.buckets.len();
        if closest.bucket.is_none() {
            self.buckets.push(words.clone());
        }
        self.known.insert(words, closest);
    }

    /// The numbers of the words of a text, each once, sorted.
    fn words(&mut self, text: &str) -> Vec<usize> {
        let mut words: Vec<&str> = text.split(is_space).filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            words.push("500");
        }
        let mut numbers = Vec::new();
        for word in words {
            let next = self.numbers.len();
            numbers.push(*self.numbers.entry(word.to_owned()).or_insert(next));
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// How many buckets there are; absent when there are too many to compare.
    pub fn count(&self) -> Option<u64> {
        let number = self.buckets.len();
        (number <= MOST_BUCKETS).then_some(number as u64)
    }
}

/// The part of the words of both that is in both; each is sorted.
#[expect(clippy::cast_precision_loss, reason = "numbers of words")]
fn jaccard(a: &[usize], b: &[usize]) -> f64 {
    let (mut at, mut common) = (0, 0);
    for word in a {
        while b.get(at).is_some_and(|other| other < word) {
            at += 1;
        }
        common += usize::from(b.get(at) == Some(word));
    }
    common as f64 / (a.len() + b.len() - common) as f64
}

/// What Python's `split` takes for white space.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// The part of a body that is compared, by the script's rule for the API.
fn preprocessed(api: &str, body: &str) -> String {
    match api {
        "languagetool" => languagetool(body),
        "features-service" => match (body.find("<body>"), body.find("</body>")) {
            (Some(start), Some(end)) => body.get(start..end).unwrap_or("").to_owned(),
            _ => body.to_owned(),
        },
        "market" => bracketed().replace_all(&message(body, 0), "").into_owned(),
        "user-management" | "newbee" | "blog" => message(body, 5),
        "person-controller" => body.replace(['"', ':', '{', '}', '[', ']', ','], " "),
        _ => body.to_owned(),
    }
}

fn bracketed() -> &'static Regex {
    static BRACKETED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\[.*\]").expect("a fixed expression"));
    &BRACKETED
}

fn languagetool(body: &str) -> String {
    static QUOTED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("'[^']*'").expect("a fixed expression"));
    static DOUBLE_QUOTED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("\"[^\"]*\"").expect("a fixed expression"));
    let line = body.split('\n').next().unwrap_or("");
    let line = line.strip_prefix("Error: Internal Error: ").unwrap_or(line);
    let line = line.replace("(''' (code 39))", "( (code 39))");
    let line = QUOTED.replace_all(&line, " ");
    let line = DOUBLE_QUOTED.replace_all(&line, " ");
    // Only the words matter, so that a run of other characters need not become one space.
    line.replace(|c: char| !c.is_ascii_alphabetic(), " ")
}

/// The member `message` of a JSON body where it is a text of so many characters at least.
fn message(body: &str, least: usize) -> String {
    let members = serde_json::from_str::<BTreeMap<String, serde_json::Value>>(body);
    let told = members.ok().and_then(|mut members| members.remove("message"));
    match told.as_ref().and_then(serde_json::Value::as_str) {
        Some(message) if message.trim().chars().count() >= least => message.to_owned(),
        _ => body.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_joins_the_most_similar_bucket_and_of_equals_the_first() {
        let mut buckets = Buckets::new("genome-nexus").unwrap();
        for body in ["a b c d", "a b c d e", "x", "a b c d", "", "500", "a b c d e"] {
            buckets.add(body);
        }
        assert_eq!(buckets.count(), Some(3));
    }

    #[test]
    fn more_buckets_than_can_be_compared_are_no_figure() {
        let mut buckets = Buckets::new("market").unwrap();
        for number in 0..=MOST_BUCKETS + 5 {
            buckets.add(&format!("w{number}"));
        }
        assert_eq!(buckets.count(), None);
    }

    #[test]
    fn there_is_no_threshold_for_an_unknown_api() {
        assert!(Buckets::new("kinto").is_none());
    }
}
