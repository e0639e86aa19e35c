//! A heat map: the median of every cell of the study, as a number and as a shade.

use plotters::prelude::RGBColor;

use super::{
    ChartError, Label,
    canvas::{Canvas, Drawn, EMPTY, Lettering, PALE, Side, USUAL, draw, short, width_of},
};
use crate::report::numbers::brief;

const ROW: f64 = 30.0;
/// Shades from few to many, of which each is darker than the one before, also for the colour-blind
/// and in print: five of the map "cividis" (Nuñez, Anderton and Renslow, "Optimizing colormaps with
/// consideration for color vision deficiency", PLOS ONE 13, 2018), from light to dark.
const SHADES: [RGBColor; 5] = [
    RGBColor(0xFE, 0xE8, 0x38),
    RGBColor(0xBC, 0xAF, 0x6F),
    RGBColor(0x7B, 0x7B, 0x78),
    RGBColor(0x41, 0x4D, 0x6B),
    RGBColor(0x00, 0x22, 0x4E),
];
/// Letters on a shade: they stay what they are on a dark page, as shades do.
const ON_LIGHT: RGBColor = RGBColor(0x0B, 0x0B, 0x0B);
const ON_DARK: RGBColor = RGBColor(0xFD, 0xFD, 0xFD);

/// The cells of a heat map.
pub struct Heat<'a> {
    /// The columns.
    pub tools: &'a [String],
    /// The rows.
    pub services: &'a [String],
    /// Of each service each tool's value; absent where there is none.
    pub values: Vec<Vec<Shown>>,
}

/// What a cell of the map shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shown {
    /// A median; and whether all experiments of the cell are in it.
    Value(f64, bool),
    /// The study has the cell, and no experiment has a value.
    NoValue,
    /// The study does not have the cell.
    NoCell,
}

/// Draws a heat map.
pub fn heat(label: &Label<'_>, heat: &Heat<'_>) -> Result<String, ChartError> {
    let longest =
        |names: &[String]| names.iter().map(|it| width_of(&short(it))).fold(40.0, f64::max);
    let left = longest(heat.services) + 12.0;
    let heads = longest(heat.tools);
    let column = if heads > 110.0 { 56.0 } else { heads.max(56.0) + 8.0 };
    let top = if heads > 110.0 { heads + 10.0 } else { 24.0 };
    let width = left + column * heat.tools.len() as f64 + 8.0;
    let height = top + ROW * heat.services.len() as f64 + 6.0;
    draw(label, (width, height), |canvas| paint(canvas, heat, (left, top), column))
}

fn paint(canvas: &Canvas<'_>, heat: &Heat<'_>, (left, top): (f64, f64), column: f64) -> Drawn {
    for (index, tool) in heat.tools.iter().enumerate() {
        let middle = left + column * (index as f64 + 0.5);
        if top > 24.0 {
            canvas.text(&short(tool), (middle, top - 6.0), Side::Up, USUAL)?;
        } else {
            canvas.text(&short(tool), (middle, 12.0), Side::Middle, USUAL)?;
        }
    }
    let shades = Shades::over(heat);
    let as_whole = heat.medians().all(|value| value.fract() == 0.0);
    for (line, (service, values)) in heat.services.iter().zip(&heat.values).enumerate() {
        let y = top + ROW * line as f64;
        canvas.text(&short(service), (left - 8.0, y + ROW / 2.0), Side::Left, USUAL)?;
        for (index, shown) in values.iter().enumerate() {
            let place = (left + column * index as f64, y);
            paint_cell(canvas, *shown, (&shades, as_whole), place, column)?;
        }
    }
    Ok(())
}

fn paint_cell(
    canvas: &Canvas<'_>,
    shown: Shown,
    (shades, as_whole): (&Shades, bool),
    (x, y): (f64, f64),
    column: f64,
) -> Drawn {
    let corners = [(x + 1.0, y + 1.0), (x + column - 1.0, y + ROW - 1.0)];
    let middle = (x + column / 2.0, y + ROW / 2.0);
    let pale = Lettering { colour: PALE, ..USUAL };
    match shown {
        Shown::Value(value, is_whole) => {
            let (shade, letters) = shades.of(value);
            canvas.block(corners, shade, 1.0)?;
            let star = if is_whole { "" } else { "*" };
            // All numbers of a map have as many places.
            let text = match value {
                value if as_whole || value >= 1_000.0 => brief(value),
                value => format!("{value:.1}"),
            };
            let how = Lettering { colour: letters, ..USUAL };
            canvas.text(&format!("{text}{star}"), middle, Side::Middle, how)
        }
        Shown::NoValue => {
            canvas.block(corners, EMPTY, 1.0)?;
            canvas.text("none", middle, Side::Middle, pale)
        }
        Shown::NoCell => canvas.text("–", middle, Side::Middle, pale),
    }
}

impl Heat<'_> {
    fn medians(&self) -> impl Iterator<Item = f64> {
        self.values.iter().flatten().filter_map(|shown| match shown {
            Shown::Value(value, _) => Some(*value),
            _ => None,
        })
    }
}

/// Which shade a value has.
struct Shades {
    low: f64,
    high: f64,
}

impl Shades {
    fn over(heat: &Heat<'_>) -> Self {
        let low = heat.medians().fold(f64::INFINITY, f64::min);
        Self { low, high: heat.medians().fold(f64::NEG_INFINITY, f64::max) }
    }

    /// The shade, and the colour of letters on it.
    fn of(&self, value: f64) -> (RGBColor, RGBColor) {
        let spread = self.high - self.low;
        let share = if spread > 0.0 { (value - self.low) / spread } else { 0.0 };
        let place = share * (SHADES.len() - 1) as f64;
        let below = (place.floor() as usize).min(SHADES.len() - 2);
        let mixed = mix(SHADES[below], SHADES[below + 1], place - below as f64);
        (mixed, if share < 0.55 { ON_LIGHT } else { ON_DARK })
    }
}

fn mix(one: RGBColor, other: RGBColor, share: f64) -> RGBColor {
    let part = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
    RGBColor(part(one.0, other.0), part(one.1, other.1), part(one.2, other.2))
}
