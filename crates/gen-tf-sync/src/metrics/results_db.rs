//! Reads RESTgym's record of requests and answers, `results.db`. The database is never written, not
//! even to recover it: what a recorder has left half written is told as a problem.

use camino::Utf8Path;
use gen_tf_core::metrics::{Count, Document, RestGym, RestGymInteractions, Tally};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use rusqlite::{Connection, OpenFlags, Row, types::ValueRef};

use super::{
    problems::{BadPlaces, Problems},
    restgym::{Buckets, CoveredOperations},
};

/// What has a meaning of its own in the file name of a URI.
const MEANINGFUL: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#').add(b' ');
const ROWS: &str = "SELECT request_method, request_path, request_timestamp, response_status_code, \
    CASE WHEN response_status_code >= 500 AND response_status_code < 600 \
         THEN response_content END \
    FROM interactions ORDER BY id";
/// The script reads failures by its index over the status.
const FAILURES: &str = "SELECT id FROM interactions WHERE response_status_code >= 500 \
    ORDER BY response_status_code, id";
const BODY: &str = "SELECT response_content FROM interactions WHERE id = ?";

/// Counts the rows of a database; answers what `process_results.py` makes of them, without coverage.
pub fn read(
    path: &Utf8Path,
    name: &str,
    service: &str,
    document: Option<&Document>,
    tally: &mut Tally<'_>,
    problems: &mut Problems,
) -> Option<RestGym> {
    let connection = match open(path) {
        Ok(connection) => connection,
        Err(error) => {
            problems.add(name, &error);
            return None;
        }
    };
    tally.knows_messages();
    let mut covered = document.and_then(|document| match CoveredOperations::new(document) {
        Ok(covered) => Some(covered),
        Err(error) => {
            problems.add(name, &format!("RESTgym cannot tell its covered operations: {error}"));
            None
        }
    });
    let mut counts = RestGymInteractions::default();
    let mut bad = BadPlaces::default();
    let read = rows(&connection, tally, &mut counts, covered.as_mut(), &mut bad);
    bad.tell(name, problems);
    if let Err(error) = read {
        let after = counts.count;
        problems.add(name, &format!("cannot be read beyond row {after}: {error}"));
        return None;
    }
    counts.covered_operations = covered.map(|covered| covered.count());
    if let Some(mut buckets) = Buckets::new(service) {
        match failures(&connection, &mut buckets) {
            Ok(()) => counts.unique_server_errors = buckets.count(),
            Err(error) => problems.add(name, &format!("failures cannot be read: {error}")),
        }
        if buckets.count().is_none() {
            problems.add(name, &"has too many different failures for RESTgym's unique_5XX");
        }
    }
    Some(RestGym { interactions: counts, final_code_coverage: Default::default() })
}

/// Whether SQLite finds the database sound; where not, the first thing that it finds.
pub(crate) fn check(path: &Utf8Path) -> Result<(), String> {
    let first = |row: &Row<'_>| row.get::<_, String>(0);
    // One complaint is enough, and the first is the cause of most others.
    match connect(path)?.query_row("PRAGMA integrity_check(1)", [], first) {
        Ok(answer) if answer == "ok" => Ok(()),
        Ok(complaint) => {
            Err(complaint.replace("*** in database main ***", "").trim().replace('\n', " "))
        }
        Err(error) => Err(error.to_string()),
    }
}

fn connect(path: &Utf8Path) -> Result<Connection, String> {
    let journal = format!("{path}-journal");
    if std::fs::metadata(&journal).is_ok_and(|journal| journal.len() > 0) {
        return Err("a journal lies beside it: its last change was not completed".to_owned());
    }
    // Immutable: neither locks nor files beside it, in a folder that is nobody's to write.
    let name = utf8_percent_encode(path.as_str(), MEANINGFUL);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(format!("file:{name}?immutable=1"), flags)
        .map_err(|error| error.to_string())
}

fn open(path: &Utf8Path) -> Result<Connection, String> {
    let connection = connect(path)?;
    let is_table =
        "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'interactions'";
    match connection.query_row(is_table, [], |row| row.get::<_, i64>(0)) {
        Ok(0) => Err("it has no table `interactions`".to_owned()),
        Ok(_) => Ok(connection),
        Err(error) => Err(error.to_string()),
    }
}

fn rows(
    connection: &Connection,
    tally: &mut Tally<'_>,
    counts: &mut RestGymInteractions,
    mut covered: Option<&mut CoveredOperations>,
    bad: &mut BadPlaces,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(ROWS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        counts.count += 1;
        let Some(status) = integer(row.get_ref(3)?) else {
            bad.add(|| format!("row {}", counts.count), &"the status is no number");
            continue;
        };
        let (method, path) = (text(row.get_ref(0)?), text(row.get_ref(1)?));
        count(counts, status);
        if let Some(covered) = covered.as_deref_mut().filter(|_| (200..300).contains(&status)) {
            covered.add(&method, &path);
        }
        if let Err(error) = add(row, &method, &path, status, tally) {
            bad.add(|| format!("row {}", counts.count), &error);
        }
    }
    Ok(())
}

fn add(
    row: &Row<'_>,
    method: &str,
    target: &str,
    status: i64,
    tally: &mut Tally<'_>,
) -> Result<(), String> {
    let sent = match row.get_ref(2) {
        Ok(ValueRef::Real(sent)) => sent,
        _ => return Err("the time of the request is no number".to_owned()),
    };
    let status = u32::try_from(status).map_err(|_| "the status is negative or too large")?;
    let count = Count { sent, method, target, status };
    tally.add(&count).map_err(|error| error.to_string())?;
    if status / 100 != 5 {
        return Ok(());
    }
    let body = row.get_ref(4).map(text).map_err(|error| error.to_string())?;
    tally.add_message(&count, &body).map_err(|error| error.to_string())
}

fn count(counts: &mut RestGymInteractions, status: i64) {
    match status {
        200..300 => counts.success += 1,
        400..500 => counts.client_error += 1,
        500..600 => counts.server_error += 1,
        _ => {}
    }
    counts.unauthorized += u64::from(status == 401);
    counts.forbidden += u64::from(status == 403);
}

fn failures(connection: &Connection, buckets: &mut Buckets) -> rusqlite::Result<()> {
    let mut ids = connection.prepare(FAILURES)?;
    let mut body = connection.prepare(BODY)?;
    let mut rows = ids.query([])?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let text = body.query_row([id], |row| row.get_ref(0).map(text))?;
        buckets.add(&text);
    }
    Ok(())
}

fn integer(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Integer(number) => Some(number),
        _ => None,
    }
}

/// Text as it is; of bytes what can be read; nothing for anything else.
fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        _ => String::new(),
    }
}
