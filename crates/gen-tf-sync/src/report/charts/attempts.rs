//! The timeline of attempts: how many ended in each stretch of time, a lane for each way to end.

use gen_tf_core::report::{Lane, Timeline};
use jiff::{SignedDuration, Timestamp};

use super::{
    ChartError, Label,
    canvas::{Canvas, Drawn, GRID, INK, SERIES, SMALL, Side, USUAL, draw},
};

const WIDTH: f64 = 720.0;
const LEFT: f64 = 150.0;
const RIGHT: f64 = WIDTH - 40.0;
const TOP: f64 = 8.0;
const LANE: f64 = 34.0;
/// Room of one time at the axis.
const TIME: f64 = 86.0;

/// Draws the timeline; nothing where no attempt has a time.
pub fn attempts(label: &Label<'_>, timeline: &Timeline) -> Result<Option<String>, ChartError> {
    let begin = timeline.begin.as_ref().and_then(|begin| begin.parse::<Timestamp>().ok());
    let Some(begin) = begin else { return Ok(None) };
    let height = TOP + LANE * timeline.lanes.len() as f64 + 40.0;
    draw(label, (WIDTH, height), |canvas| paint(canvas, timeline, begin)).map(Some)
}

fn paint(canvas: &Canvas<'_>, timeline: &Timeline, begin: Timestamp) -> Drawn {
    let bins = timeline.lanes.iter().map(|lane| lane.bins.len()).max().unwrap_or(0).max(1);
    let bin = (RIGHT - LEFT) / bins as f64;
    let bottom = TOP + LANE * timeline.lanes.len() as f64;
    paint_times(canvas, timeline, begin, (bins, bin), bottom)?;
    for (index, lane) in timeline.lanes.iter().enumerate() {
        let floor = TOP + LANE * (index as f64 + 1.0);
        canvas.line(&[(LEFT, floor), (RIGHT, floor)], GRID, 1.0)?;
        let middle = floor - LANE / 2.0;
        let most = highest(timeline, lane);
        canvas.text(&name(lane), (LEFT - 8.0, middle - 6.0), Side::Left, USUAL)?;
        canvas.text(
            &format!("full height = {most}"),
            (LEFT - 8.0, middle + 7.0),
            Side::Left,
            SMALL,
        )?;
        canvas.text(&lane.total.to_string(), (RIGHT + 8.0, middle), Side::Right, USUAL)?;
        let colour = if lane.succeeded { SERIES[0] } else { SERIES[1] };
        for (place, count) in lane.bins.iter().enumerate().filter(|(_, count)| **count > 0) {
            let left = LEFT + bin * place as f64;
            // One attempt among very many is still seen.
            let high = (*count as f64 / most as f64 * (LANE - 6.0)).max(2.0);
            let gap = (bin * 0.1).min(1.0);
            let corners = [(left + gap, floor - high), (left + bin - gap, floor)];
            canvas.block(corners, colour, 1.0)?;
        }
    }
    canvas.line(&[(LEFT, bottom), (RIGHT, bottom)], INK, 1.0)
}

/// The height of a lane, in attempts: those that failed share one, so that their bars can be
/// compared and are not lost beside the many that succeeded.
fn highest(timeline: &Timeline, lane: &Lane) -> u64 {
    let alike = timeline.lanes.iter().filter(|other| other.succeeded == lane.succeeded);
    alike.flat_map(|lane| lane.bins.iter().copied()).max().unwrap_or(1).max(1)
}

/// How the attempts of a lane ended.
fn name(lane: &Lane) -> String {
    match (lane.succeeded, lane.cause) {
        (true, _) => "succeeded".to_owned(),
        (false, Some(cause)) => cause.name().to_owned(),
        (false, None) => "failed".to_owned(),
    }
}

fn paint_times(
    canvas: &Canvas<'_>,
    timeline: &Timeline,
    begin: Timestamp,
    (bins, bin): (usize, f64),
    bottom: f64,
) -> Drawn {
    let every = (TIME / bin).ceil().max(1.0) as usize;
    for place in (0..=bins).step_by(every) {
        let x = LEFT + bin * place as f64;
        canvas.line(&[(x, TOP), (x, bottom + 4.0)], GRID, 1.0)?;
        let seconds = timeline.bin_seconds.saturating_mul(place as i64);
        // A time beyond the calendar has no name.
        let Ok(time) = begin.checked_add(SignedDuration::from_secs(seconds)) else { continue };
        let day = timeline.bin_seconds >= 86_400;
        let text = time.strftime(if day { "%Y-%m-%d" } else { "%m-%d %H:%M" }).to_string();
        canvas.text(&text, (x, bottom + 13.0), Side::Middle, SMALL)?;
    }
    let axis = format!("end of the attempt (UTC); one bar is {}", length(timeline.bin_seconds));
    canvas.text(&axis, ((LEFT + RIGHT) / 2.0, bottom + 30.0), Side::Middle, USUAL)
}

fn length(seconds: i64) -> String {
    match seconds {
        s if s % 86_400 == 0 => format!("{} d", s / 86_400),
        s if s % 3_600 == 0 => format!("{} h", s / 3_600),
        s if s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}
