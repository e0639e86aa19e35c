//! Reads `requests.jsonl`: one JSON object a request, as the recorders of the quickstart and
//! llamaresttest harnesses write it, and as a harness of one's own may. It has no messages of
//! failures.

use std::{borrow::Cow, fs::File, io::BufReader};

use gen_tf_core::metrics::{Count, Tally};
use serde::Deserialize;

use super::{
    lines::{Line, Lines},
    problems::{BadPlaces, Problems},
};

/// Longer than any header that the recorders let through, each byte escaped.
const LONGEST_LINE: u64 = 4 << 20;

#[derive(Deserialize)]
struct Written<'a> {
    /// When the answer was complete, in seconds since 1970.
    time: f64,
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow)]
    path: Cow<'a, str>,
    status: u32,
    /// What the service itself answered; empty when nobody but the proxy did.
    upstream_status: Option<Cow<'a, str>>,
    /// From the request to the answer.
    #[serde(default)]
    seconds: f64,
}

/// Counts the requests of a file that is open.
pub fn read(file: File, name: &str, tally: &mut Tally<'_>, problems: &mut Problems) {
    tally.knows_unanswered();
    let mut lines = Lines::new(BufReader::with_capacity(1 << 16, file), LONGEST_LINE);
    let mut bad = BadPlaces::default();
    let mut number = 0_u64;
    loop {
        number += 1;
        let line = match lines.next() {
            Ok(Some(line)) => line,
            Ok(None) => break,
            Err(error) => {
                problems.add(name, &format!("cannot be read beyond line {number}: {error}"));
                break;
            }
        };
        if let Err(error) = count(&line, tally) {
            bad.add(|| format!("line {number}"), &error);
        }
    }
    bad.tell(name, problems);
}

fn count(line: &Line<'_>, tally: &mut Tally<'_>) -> Result<(), String> {
    if line.is_cut {
        return Err(format!("longer than {LONGEST_LINE} bytes"));
    }
    // nginx writes bytes that are no UTF-8 as they came.
    let text = String::from_utf8_lossy(line.bytes);
    let written: Written<'_> = match serde_json::from_str(&text) {
        Ok(written) => written,
        Err(_) if !line.is_ended => return Err("the file ends within the line".to_owned()),
        Err(error) => return Err(error.to_string()),
    };
    if written.upstream_status.is_some_and(|status| status.is_empty()) {
        tally.add_unanswered();
        return Ok(());
    }
    let sent = written.time - written.seconds;
    let (method, target, status) = (&*written.method, &*written.path, written.status);
    tally.add(&Count { sent, method, target, status }).map_err(|error| error.to_string())
}
