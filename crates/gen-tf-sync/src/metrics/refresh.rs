//! Writes `metrics.json` where it is not there, or of another format. A file appears whole or not
//! at all; one that a power cut has emptied is written again.

use std::{
    fs::{self, File},
    io::{self, Read},
    num::NonZero,
    thread,
};

use camino::{Utf8Path, Utf8PathBuf};
use gen_tf_core::{
    metrics::{FORMAT, Metrics},
    outcome::Outcome,
};

use super::compute;
use crate::{
    collection, parallel,
    results::{OUTCOME, ResultsError, ResultsFolder, failed},
};

/// Name of the metrics beside an outcome.
pub const METRICS: &str = "metrics.json";
/// What a program that was killed leaves of it.
pub(crate) const PARTIAL: &str = ".metrics.json.part";

/// What a refresh did.
#[derive(Debug, Default)]
pub struct Refreshed {
    /// Metrics that were computed, with their places relative to the results folder.
    pub computed: Vec<(Utf8PathBuf, Metrics)>,
    /// How many were there already.
    pub up_to_date: usize,
}

/// Computes the metrics of every attempt in the folder that has none of this format; of all
/// attempts when `again`.
pub fn refresh(folder: &ResultsFolder, again: bool) -> Result<Refreshed, ResultsError> {
    let places = collection::places(folder.path())?;
    let mut places: Vec<_> = places.iter().map(|place| folder.path().join(&place.path)).collect();
    let all = places.len();
    if !again {
        places.retain(|place| !is_current(place));
    }
    let up_to_date = all - places.len();
    places.retain(|place| place.join(OUTCOME).is_file());
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let done = parallel::map(places, workers, |place| {
        let metrics = write(&place)?;
        let place = place.strip_prefix(folder.path()).unwrap_or(&place).to_owned();
        Ok(metrics.map(|metrics| (place, metrics)))
    });
    let computed: Result<Vec<Option<_>>, ResultsError> = done.into_iter().collect();
    Ok(Refreshed { computed: computed?.into_iter().flatten().collect(), up_to_date })
}

/// Whether the metrics are there in this format: it is their first field.
fn is_current(place: &Utf8Path) -> bool {
    let start = format!("{{\"format\":{FORMAT},");
    let mut found = vec![0; start.len()];
    let read = File::open(place.join(METRICS)).and_then(|mut file| file.read_exact(&mut found));
    read.is_ok() && found == start.as_bytes()
}

/// Computes and writes the metrics of one attempt; nothing where its outcome cannot be read, which
/// a pull names.
fn write(place: &Utf8Path) -> Result<Option<Metrics>, ResultsError> {
    let path = place.join(OUTCOME);
    let text = fs::read(&path).map_err(failed("read", &path))?;
    let Ok(outcome) = serde_json::from_slice::<Outcome>(&text) else { return Ok(None) };
    let metrics = compute(place, &outcome);
    let partial = place.join(PARTIAL);
    let written = || -> io::Result<()> {
        let mut text = serde_json::to_vec(&metrics)?;
        text.push(b'\n');
        fs::write(&partial, text)
    };
    written().map_err(failed("write", &partial))?;
    let target = place.join(METRICS);
    fs::rename(&partial, &target).map_err(failed("rename a finished file to", &target))?;
    Ok(Some(metrics))
}
