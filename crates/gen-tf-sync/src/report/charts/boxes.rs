//! Box plots: how the experiments of each tool on a service spread, with every experiment as a dot.

use gen_tf_core::report::Distribution;

use super::{
    ChartError, Label,
    axis::Scale,
    canvas::{
        Canvas, Drawn, HEADING, INK, PALE, SMALL, Side, USUAL, draw, series, short, width_of,
    },
};

const WIDTH: f64 = 460.0;
const TOP: f64 = 28.0;
const ROW: f64 = 34.0;
const RIGHT: f64 = WIDTH - 14.0;

/// The boxes of one chart.
pub struct Boxes<'a> {
    /// What stands above the chart.
    pub heading: &'a str,
    /// What the values are, with unit.
    pub unit: &'a str,
    /// The least and the greatest value that there can be.
    pub bounds: (f64, f64),
    /// One for each tool, from the top.
    pub rows: Vec<Row<'a>>,
}

/// The box of a tool.
pub struct Row<'a> {
    /// The tool.
    pub tool: &'a str,
    /// Its place among the study's tools, which gives it its colour.
    pub place: usize,
    /// How many experiments the study has of it here.
    pub expected: usize,
    /// How they spread; absent where none has a value.
    pub spread: Option<&'a Distribution>,
    /// The values themselves.
    pub values: Vec<f64>,
}

/// Draws box plots.
pub fn boxes(label: &Label<'_>, boxes: &Boxes<'_>) -> Result<String, ChartError> {
    let height = TOP + ROW * boxes.rows.len() as f64 + 40.0;
    draw(label, (WIDTH, height), |canvas| paint(canvas, boxes))
}

fn paint(canvas: &Canvas<'_>, boxes: &Boxes<'_>) -> Drawn {
    let names = boxes.rows.iter().map(|row| width_of(&short(row.tool)));
    let left = names.fold(70.0, f64::max) + 12.0;
    let bottom = TOP + ROW * boxes.rows.len() as f64;
    let values = boxes.rows.iter().flat_map(|row| row.values.iter().copied());
    let x = Scale::over(values, boxes.bounds, if left > 160.0 { 3 } else { 5 });
    let x = x.between(left, RIGHT);
    canvas.text(&short(boxes.heading), (4.0, 12.0), Side::Right, HEADING)?;
    x.draw_below(canvas, TOP, bottom)?;
    canvas.line(&[(left, bottom), (RIGHT, bottom)], INK, 1.0)?;
    canvas.text(boxes.unit, ((left + RIGHT) / 2.0, bottom + 28.0), Side::Middle, USUAL)?;
    for (index, row) in boxes.rows.iter().enumerate() {
        let middle = TOP + ROW * (index as f64 + 0.5);
        canvas.text(&short(row.tool), (left - 8.0, middle - 6.0), Side::Left, USUAL)?;
        canvas.text(&count(row), (left - 8.0, middle + 8.0), Side::Left, SMALL)?;
        paint_row(canvas, row, &x, (left, middle))?;
    }
    Ok(())
}

/// How many experiments are shown; the study's number too where it is another.
fn count(row: &Row<'_>) -> String {
    match row.values.len() {
        shown if shown == row.expected => format!("n = {shown}"),
        shown => format!("n = {shown} of {}", row.expected),
    }
}

fn paint_row(canvas: &Canvas<'_>, row: &Row<'_>, x: &Scale, (left, y): (f64, f64)) -> Drawn {
    let Some(spread) = row.spread else {
        let pale = super::canvas::Lettering { colour: PALE, ..USUAL };
        return canvas.text("no value", (left + 6.0, y), Side::Right, pale);
    };
    let colour = series(row.place);
    let (low, high) = (x.at(spread.lower_quartile), x.at(spread.upper_quartile));
    let (half, cap) = (9.0, 4.0);
    for (inner, outer) in [(low, x.at(spread.minimum)), (high, x.at(spread.maximum))] {
        canvas.line(&[(inner, y), (outer, y)], colour, 1.5)?;
        canvas.line(&[(outer, y - cap), (outer, y + cap)], colour, 1.5)?;
    }
    canvas.block([(low, y - half), (high, y + half)], colour, 0.22)?;
    let corners =
        [(low, y - half), (high, y - half), (high, y + half), (low, y + half), (low, y - half)];
    canvas.line(&corners, colour, 1.5)?;
    for (index, value) in row.values.iter().enumerate() {
        // Each a little lower or higher than the one before, so that equal values are seen.
        let shift = (index % 5) as f64 * 3.0 - 6.0;
        canvas.dot((x.at(*value), y + shift), 2.0, INK, 0.6)?;
    }
    let median = x.at(spread.median);
    canvas.line(&[(median, y - half), (median, y + half)], INK, 2.5)
}
