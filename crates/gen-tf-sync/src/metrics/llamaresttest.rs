//! The line of `res.csv` that LlamaRestTest's `collect.py` (codingsoo/LlamaRestTest at 69f2e95)
//! writes for a service, computed as that script computes it, with what looks like its mistakes:
//! paths are compared by prefix and anywhere in the URL, an answer belongs to the last request, and
//! three columns are 0 where the last new success came with the very first request.

use std::collections::{BTreeSet, VecDeque};

use gen_tf_core::{
    hash::sha256_hex,
    metrics::{Document, LlamaRestTest},
};

use super::proxy_log::{REQUEST, RESPONSE};

/// A marker and the three lines after it.
const AHEAD: usize = 4;

/// Texts from which a message is what follows, and which alone tell the failure.
const WHOLE: [&str; 8] = [
    "expected a valid value (",
    "was expecting (JSON",
    "maybe a (non-standard)",
    "Expected space separating root-level values",
    "Unexpected close marker",
    "Unexpected end-of-input",
    "numeric value: expected digit (0-9)",
    "numeric value: Leading zeroes not",
];

/// A prefix of paths of the API document.
struct Prefix {
    text: String,
    /// The same with a `/` at the end, when the document has that too: it is looked for first.
    longer: Option<usize>,
    /// Hashes of the messages of failures.
    messages: BTreeSet<String>,
    /// Methods that were answered well, with the seconds until then.
    successes: Vec<(String, f64)>,
}

/// The script at work, line by line.
pub struct Script {
    prefixes: Vec<Prefix>,
    ahead: VecDeque<String>,
    line: u64,
    method: String,
    url: String,
    first_answer: f64,
    requests: u64,
    success: u64,
    client_error: u64,
    before_success: u64,
    failure: Option<String>,
}

impl Script {
    /// For a service with this document.
    pub fn new(document: &Document) -> Self {
        let mut texts: Vec<&str> = Vec::new();
        for path in document.paths() {
            let end = path.find('{');
            let cut = path.strip_suffix('/').filter(|short| !short.is_empty()).unwrap_or(path);
            let text = end.map_or(cut, |end| &path[..end]);
            if !text.is_empty() && !texts.contains(&text) {
                texts.push(text);
            }
        }
        let longer = |text: &str| {
            let is_open = !text.ends_with('/');
            texts.iter().position(|other| is_open && other.strip_suffix('/') == Some(text))
        };
        let prefix = |text: &&str| Prefix {
            text: (*text).to_owned(),
            longer: longer(text),
            messages: BTreeSet::new(),
            successes: Vec::new(),
        };
        Self {
            prefixes: texts.iter().map(prefix).collect(),
            ahead: VecDeque::new(),
            line: 0,
            method: String::new(),
            url: String::new(),
            first_answer: 0.0,
            requests: 0,
            success: 0,
            client_error: 0,
            before_success: 0,
            failure: None,
        }
    }

    /// Takes the next line of the log.
    pub fn push(&mut self, line: &str) {
        if self.failure.is_some() {
            return;
        }
        self.ahead.push_back(strip(line).to_owned());
        if self.ahead.len() == AHEAD {
            self.step();
        }
    }

    /// The columns, or why the script would have stopped.
    #[expect(clippy::cast_precision_loss, reason = "counts of requests")]
    pub fn finish(mut self) -> Result<LlamaRestTest, String> {
        while !self.ahead.is_empty() && self.failure.is_none() {
            self.step();
        }
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let successes: Vec<f64> =
            self.prefixes.iter().flat_map(|p| p.successes.iter().map(|(_, time)| *time)).collect();
        let executed = successes.len() as u64;
        let mut row = LlamaRestTest {
            requests: self.requests,
            success: self.success,
            client_error: self.client_error,
            unique_500: self.prefixes.iter().map(|p| p.messages.len() as u64).sum(),
            executed_operations: 0,
            seconds_to_success: 0.0,
            requests_to_success: 0.0,
            branch: None,
            line: None,
            method: None,
        };
        if self.before_success > 0 {
            row.executed_operations = executed;
            // From 0, as Python adds: the sum of no floats would be -0.
            row.seconds_to_success =
                successes.iter().fold(0.0, |sum, time| sum + time) / executed as f64;
            row.requests_to_success = self.before_success as f64 / executed as f64;
        }
        Ok(row)
    }

    fn step(&mut self) {
        let Some(line) = self.ahead.pop_front() else { return };
        self.line += 1;
        let done = match line.as_str() {
            REQUEST => self.request(),
            RESPONSE => self.response(),
            _ => Ok(()),
        };
        if let Err(error) = done {
            self.failure = Some(format!("line {}: {error}", self.line));
        }
    }

    /// The line so many lines after the marker.
    fn after(&self, lines: usize) -> Result<&str, &'static str> {
        let line = self.ahead.get(lines - 1).map(String::as_str);
        line.ok_or("the log ends within a block")
    }

    fn request(&mut self) -> Result<(), &'static str> {
        self.requests += 1;
        self.method = self.after(1)?.to_owned();
        let url = self.after(2)?;
        self.url = url.split_once('?').map_or(url, |(path, _)| path).to_owned();
        Ok(())
    }

    fn response(&mut self) -> Result<(), &'static str> {
        let status: i64 = self.after(2)?.parse().map_err(|_| "the status is no number")?;
        let time = self.after(1)?.parse::<f64>().map_err(|_| "the time is no number");
        if self.first_answer == 0.0 {
            self.first_answer = time?;
        }
        match status {
            200..300 => self.succeeded(time?),
            400..500 => self.client_error += 1,
            500 | 502 => {
                let message = sha256_hex(message_of(self.after(3)?).as_bytes());
                self.failed(&message);
            }
            _ => {}
        }
        Ok(())
    }

    fn succeeded(&mut self, time: f64) {
        self.success += 1;
        for index in 0..self.prefixes.len() {
            let Some(hit) = self.hit(index) else { continue };
            let successes = &mut self.prefixes[hit].successes;
            if successes.iter().all(|(method, _)| *method != self.method) {
                successes.push((self.method.clone(), time - self.first_answer));
                self.before_success = self.requests.saturating_sub(1);
            }
        }
    }

    fn failed(&mut self, message: &str) {
        for index in 0..self.prefixes.len() {
            if let Some(hit) = self.hit(index) {
                self.prefixes[hit].messages.insert(message.to_owned());
            }
        }
    }

    /// Which prefix the last request belongs to when this one is tried.
    fn hit(&self, index: usize) -> Option<usize> {
        let is_in_url = |index: usize| self.url.contains(&self.prefixes[index].text);
        let longer = self.prefixes[index].longer.filter(|longer| is_in_url(*longer));
        longer.or_else(|| is_in_url(index).then_some(index))
    }
}

/// The message of a failure, shortened as the script shortens it.
fn message_of(line: &str) -> String {
    if let Some(whole) = WHOLE.iter().find(|whole| line.contains(**whole)) {
        return (*whole).to_owned();
    }
    let mut message = line;
    for (sign, from, to) in [
        ("not found:", None, Some("not found:")),
        ("meta", None, Some("meta")),
        ("timestamp", Some("status"), None),
        ("For input string", None, Some("For input string")),
        ("path", None, Some("path")),
        ("500,", Some("500,"), None),
        ("only regular", Some("only regular"), Some("at")),
        ("numeric value:", Some("numeric value:"), Some("at")),
        ("expected a valid value", Some("expected a valid value"), Some(")")),
        ("was expecting", Some("was expecting"), Some(")")),
        ("Expected ", Some("Expected"), Some("at")),
    ] {
        if message.contains(sign) {
            message = from.map_or(message, |text| starting_at(message, text));
            message = to.map_or(message, |text| ending_at(message, text));
        }
    }
    message.to_owned()
}

/// `text[text.find(part):]`, which is the last character where the part is not found.
fn starting_at<'a>(text: &'a str, part: &str) -> &'a str {
    let last = || text.char_indices().next_back().map_or(0, |(at, _)| at);
    &text[text.find(part).unwrap_or_else(last)..]
}

/// `text[:text.find(part)]`, which is all but the last character where the part is not found.
fn ending_at<'a>(text: &'a str, part: &str) -> &'a str {
    let last = || text.char_indices().next_back().map_or(0, |(at, _)| at);
    &text[..text.find(part).unwrap_or_else(last)]
}

/// Python's `strip`, which takes four control characters for white space besides.
fn strip(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c))
}
