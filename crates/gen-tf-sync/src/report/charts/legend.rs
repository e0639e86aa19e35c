//! The series of a chart and how they are told apart: by colour, by the form of their marks, and by
//! name, so that no colour carries a meaning alone.

use plotters::prelude::RGBColor;

use super::canvas::{Canvas, Drawn, Side, USUAL, series, short, width_of};

/// Room of a sample beside its name.
const SAMPLE: f64 = 30.0;
/// Room after a name.
const GAP: f64 = 14.0;
/// Height of a line of the legend.
pub(super) const LINE: f64 = 18.0;

/// The mark of a series at a point.
pub(super) fn mark(canvas: &Canvas<'_>, place: usize, (x, y): (f64, f64)) -> Drawn {
    let colour = series(place);
    let r = 3.5;
    match place % 7 {
        0 => canvas.dot((x, y), r, colour, 1.0),
        1 => canvas.block([(x - r, y - r), (x + r, y + r)], colour, 1.0),
        2 => canvas.polygon(&[(x, y - 4.5), (x + 4.2, y + 3.2), (x - 4.2, y + 3.2)], colour, 1.0),
        3 => canvas.polygon(&[(x, y - 4.8), (x + 4.8, y), (x, y + 4.8), (x - 4.8, y)], colour, 1.0),
        4 => cross(canvas, (x, y), colour),
        5 => canvas.ring((x, y), r, colour),
        _ => canvas.polygon(&[(x, y + 4.5), (x + 4.2, y - 3.2), (x - 4.2, y - 3.2)], colour, 1.0),
    }
}

fn cross(canvas: &Canvas<'_>, (x, y): (f64, f64), colour: RGBColor) -> Drawn {
    canvas.line(&[(x - 3.5, y - 3.5), (x + 3.5, y + 3.5)], colour, 1.8)?;
    canvas.line(&[(x - 3.5, y + 3.5), (x + 3.5, y - 3.5)], colour, 1.8)
}

/// Where each name of a legend of this width stands: its left edge and its line.
pub(super) fn places(names: &[&str], width: f64) -> Vec<(f64, usize)> {
    let (mut x, mut line) = (0.0, 0);
    let place = |name: &&str| {
        let needed = SAMPLE + width_of(&short(name)) + GAP;
        if x > 0.0 && x + needed - GAP > width {
            x = 0.0;
            line += 1;
        }
        let here = (x, line);
        x += needed;
        here
    };
    names.iter().map(place).collect()
}

/// A legend of series, each with its place among all tools, from a corner.
pub(super) fn draw(
    canvas: &Canvas<'_>,
    entries: &[(&str, usize)],
    (left, top): (f64, f64),
    width: f64,
) -> Drawn {
    let names: Vec<&str> = entries.iter().map(|(name, _)| *name).collect();
    for ((name, place), (x, line)) in entries.iter().zip(places(&names, width)) {
        let (x, y) = (left + x, top + LINE * line as f64 + LINE / 2.0);
        canvas.line(&[(x, y), (x + 22.0, y)], series(*place), 2.0)?;
        mark(canvas, *place, (x + 11.0, y))?;
        canvas.text(&short(name), (x + SAMPLE, y), Side::Right, USUAL)?;
    }
    Ok(())
}
