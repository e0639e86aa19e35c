//! Reads the log of LlamaRestTest's own proxy (`services/proxy.py`): requests and answers in blocks
//! of lines, with their bodies. An answer belongs to the last request before it, as in the
//! project's own `collect.py`, because the log does not say more.

use std::{borrow::Cow, fs::File, io::BufReader};

use gen_tf_core::metrics::{Count, Document, LlamaRestTest, Tally};

use super::{
    lines::Lines,
    llamaresttest::Script,
    problems::{BadPlaces, Problems},
};

pub const REQUEST: &str = "========REQUEST========";
pub const RESPONSE: &str = "========RESPONSE========";
const LONGEST_LINE: u64 = 1 << 20;
/// So much of an answer is kept, in bytes: as much as its message is made of.
const LONGEST_BODY: usize = 64 * 1024;

/// What the log is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// There is no better record of requests.
    Everything,
    /// Requests come from elsewhere.
    MessagesOnly,
}

/// Where in a block the next line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Marker,
    Method,
    Url,
    Time,
    Status,
    Body,
}

/// The log, block by block.
struct Blocks<'t, 'd> {
    tally: &'t mut Tally<'d>,
    purpose: Use,
    expected: Expected,
    method: String,
    url: String,
    time: f64,
    status: u32,
    body: String,
}

/// Counts the log of a file that is open; answers what `collect.py` makes of it.
pub fn read(
    file: File,
    name: &str,
    document: Option<&Document>,
    purpose: Use,
    tally: &mut Tally<'_>,
    problems: &mut Problems,
) -> Option<LlamaRestTest> {
    tally.knows_messages();
    let mut script = document.map(Script::new);
    let mut lines = Lines::new(BufReader::with_capacity(1 << 16, file), LONGEST_LINE);
    let mut blocks = Blocks::new(tally, purpose);
    let mut bad = BadPlaces::default();
    let mut number = 0_u64;
    loop {
        let line = match lines.next() {
            Ok(Some(line)) => line,
            Ok(None) => break,
            Err(error) => {
                problems.add(name, &format!("cannot be read beyond line {number}: {error}"));
                break;
            }
        };
        for piece in universal(line.bytes) {
            number += 1;
            let piece = String::from_utf8_lossy(piece);
            if let Err(error) = blocks.push(&piece) {
                bad.add(|| format!("line {number}"), &error);
            }
            if let Some(script) = &mut script {
                script.push(&piece);
            }
        }
    }
    if let Err(error) = blocks.finish() {
        bad.add(|| format!("line {number}, the last"), &error);
    }
    bad.tell(name, problems);
    match script?.finish() {
        Ok(row) => Some(row),
        Err(error) => {
            problems.add(name, &format!("LlamaRestTest's collect.py would stop: {error}"));
            None
        }
    }
}

/// A line ends at `\n`, `\r\n` or `\r`, as for Python.
fn universal(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.strip_suffix(b"\r").unwrap_or(line).split(|byte| *byte == b'\r')
}

impl<'t, 'd> Blocks<'t, 'd> {
    fn new(tally: &'t mut Tally<'d>, purpose: Use) -> Self {
        Self {
            tally,
            purpose,
            expected: Expected::Marker,
            method: String::new(),
            url: String::new(),
            time: 0.0,
            status: 0,
            body: String::new(),
        }
    }

    fn push(&mut self, line: &str) -> Result<(), Cow<'static, str>> {
        let marker = match line.trim() {
            REQUEST => Some(Expected::Method),
            RESPONSE => Some(Expected::Time),
            _ => None,
        };
        if let Some(next) = marker {
            let ended = self.end_block();
            self.expected = next;
            return ended;
        }
        self.expected = match self.expected {
            Expected::Marker => Expected::Marker,
            Expected::Method => {
                line.trim().clone_into(&mut self.method);
                Expected::Url
            }
            Expected::Url => {
                line.trim().clone_into(&mut self.url);
                // What follows is the request's body.
                Expected::Marker
            }
            Expected::Time => match line.trim().parse() {
                Ok(time) => {
                    self.time = time;
                    Expected::Status
                }
                Err(_) => return self.refuse("no time of an answer"),
            },
            Expected::Status => match line.trim().parse() {
                Ok(status) => {
                    self.status = status;
                    self.body.clear();
                    Expected::Body
                }
                Err(_) => return self.refuse("no status of an answer"),
            },
            Expected::Body => {
                self.keep(line);
                Expected::Body
            }
        };
        Ok(())
    }

    fn refuse(&mut self, why: &'static str) -> Result<(), Cow<'static, str>> {
        self.expected = Expected::Marker;
        Err(why.into())
    }

    fn keep(&mut self, line: &str) {
        if self.status / 100 == 5 && self.body.len() < LONGEST_BODY {
            let room = LONGEST_BODY - self.body.len();
            self.body.push_str(&line[..line.floor_char_boundary(room.min(line.len()))]);
            self.body.push('\n');
        }
    }

    /// The end of a block is the beginning of the next one, or of nothing.
    fn end_block(&mut self) -> Result<(), Cow<'static, str>> {
        match std::mem::replace(&mut self.expected, Expected::Marker) {
            Expected::Marker => Ok(()),
            Expected::Body => self.count().map_err(|error| error.to_string().into()),
            _ => Err("a block ends within its head".into()),
        }
    }

    fn count(&mut self) -> Result<(), gen_tf_core::metrics::FarAway> {
        let (method, target, status) = (&*self.method, &*self.url, self.status);
        let count = Count { sent: self.time, method, target, status };
        if self.purpose == Use::Everything {
            self.tally.add(&count)?;
        }
        self.tally.add_message(&count, &self.body)
    }

    fn finish(mut self) -> Result<(), Cow<'static, str>> {
        self.end_block()
    }
}
