//! Growth over time: a line of medians for each tool, within the band of its quartiles.

use gen_tf_core::report::Band;

use super::{
    ChartError, Label,
    axis::Scale,
    canvas::{Canvas, Drawn, HEADING, INK, SMALL, Side, USUAL, draw, series, short},
    legend,
};

const WIDTH: f64 = 460.0;
const TOP: f64 = 44.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = WIDTH - 14.0;
const BOTTOM: f64 = TOP + 190.0;

/// The lines of one chart.
pub struct Curves<'a> {
    /// What stands above the chart.
    pub heading: &'a str,
    /// What the values are, with unit.
    pub unit: &'a str,
    /// The least and the greatest value that there can be.
    pub bounds: (f64, f64),
    /// The minutes of the points.
    pub minutes: &'a [u32],
    /// One for each tool.
    pub lines: Vec<Line<'a>>,
}

/// The line of a tool.
pub struct Line<'a> {
    /// The tool.
    pub tool: &'a str,
    /// Its place among the study's tools, which gives it colour and mark.
    pub place: usize,
    /// One point a minute, where there is one.
    pub points: &'a [Option<Band>],
}

/// Draws growth over time.
pub fn growth(label: &Label<'_>, curves: &Curves<'_>) -> Result<String, ChartError> {
    let names: Vec<&str> = curves.lines.iter().map(|line| line.tool).collect();
    let lines = legend::places(&names, RIGHT - LEFT).last().map_or(1, |(_, line)| line + 1);
    let height = BOTTOM + 42.0 + legend::LINE * lines as f64 + 4.0;
    draw(label, (WIDTH, height), |canvas| paint(canvas, curves))
}

fn paint(canvas: &Canvas<'_>, curves: &Curves<'_>) -> Drawn {
    let last = curves.minutes.last().copied().map_or(1.0, |last| f64::from(last.max(1)));
    let x = Scale::over([0.0, last].into_iter(), (0.0, last), 6).between(LEFT, RIGHT);
    let bands = curves.lines.iter().flat_map(|line| line.points.iter().flatten());
    let values = bands.flat_map(|band| [band.lower_quartile, band.upper_quartile]);
    let y = Scale::over(values, curves.bounds, 5).between(BOTTOM, TOP);
    canvas.text(&short(curves.heading), (LEFT, 12.0), Side::Right, HEADING)?;
    canvas.text(curves.unit, (LEFT, 30.0), Side::Right, SMALL)?;
    y.draw_left(canvas, LEFT, RIGHT)?;
    x.draw_below(canvas, BOTTOM, BOTTOM + 4.0)?;
    canvas.line(&[(LEFT, BOTTOM), (RIGHT, BOTTOM)], INK, 1.0)?;
    let axis = "minutes of the tool's time";
    canvas.text(axis, ((LEFT + RIGHT) / 2.0, BOTTOM + 28.0), Side::Middle, USUAL)?;
    for line in &curves.lines {
        paint_band(canvas, line, curves.minutes, (&x, &y))?;
    }
    for line in &curves.lines {
        paint_median(canvas, line, curves.minutes, (&x, &y))?;
    }
    let entries: Vec<_> = curves.lines.iter().map(|line| (line.tool, line.place)).collect();
    legend::draw(canvas, &entries, (LEFT, BOTTOM + 42.0), RIGHT - LEFT)
}

/// The points that there are, with where they are in time.
fn known<'a>(line: &Line<'a>, minutes: &'a [u32]) -> Vec<(f64, Band)> {
    let both = minutes.iter().zip(line.points);
    both.filter_map(|(minute, band)| Some((f64::from(*minute), (*band)?))).collect()
}

fn paint_band(
    canvas: &Canvas<'_>,
    line: &Line<'_>,
    minutes: &[u32],
    (x, y): (&Scale, &Scale),
) -> Drawn {
    let points = known(line, minutes);
    let upper = points.iter().map(|(minute, band)| (x.at(*minute), y.at(band.upper_quartile)));
    let lower = points.iter().map(|(minute, band)| (x.at(*minute), y.at(band.lower_quartile)));
    canvas.polygon(&upper.chain(lower.rev()).collect::<Vec<_>>(), series(line.place), 0.16)
}

fn paint_median(
    canvas: &Canvas<'_>,
    line: &Line<'_>,
    minutes: &[u32],
    (x, y): (&Scale, &Scale),
) -> Drawn {
    let points: Vec<(f64, f64)> = known(line, minutes)
        .iter()
        .map(|(minute, band)| (x.at(*minute), y.at(band.median)))
        .collect();
    canvas.line(&points, series(line.place), 2.0)?;
    // About six marks a line, each line's at other places, so that lines that meet are seen.
    let every = points.len().div_ceil(6).max(1);
    let marked = points.iter().skip(line.place % every).step_by(every);
    marked.copied().try_for_each(|point| legend::mark(canvas, line.place, point))
}
