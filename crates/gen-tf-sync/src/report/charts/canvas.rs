//! The surface that charts are drawn on, and how a drawing becomes an element of a page.
//! Which shapes there are is each chart's.

use std::io;

use plotters::{
    coord::Shift,
    prelude::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea, RGBColor, SVGBackend},
    style::{
        Color, FontStyle, FontTransform, IntoTextStyle, ShapeStyle, TextStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

use super::Label;

/// A chart could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("cannot draw the chart `{title}`: {reason}")]
pub struct ChartError {
    title: String,
    reason: String,
}

/// What drawing functions give.
pub(super) type Drawn = Result<(), DrawingAreaErrorKind<io::Error>>;

/// The library counts in whole units; with so many to a pixel, curves are smooth.
const UNITS: i32 = 4;

/// Text, axes and frames.
pub(super) const INK: RGBColor = RGBColor(0x1B, 0x1B, 0x1B);
/// What is less important than that.
pub(super) const PALE: RGBColor = RGBColor(0x6B, 0x6B, 0x6B);
/// Lines of a grid.
pub(super) const GRID: RGBColor = RGBColor(0xDD, 0xDD, 0xDD);
/// Where nothing is.
pub(super) const EMPTY: RGBColor = RGBColor(0xF1, 0xF1, 0xF1);

/// Colours that the colour-blind tell apart: Okabe and Ito, "Color Universal Design" (2008), the
/// strongest on white first. Yellow is left to the end, as it is faint on white.
pub(super) const SERIES: [RGBColor; 8] = [
    RGBColor(0x00, 0x72, 0xB2),
    RGBColor(0xD5, 0x5E, 0x00),
    RGBColor(0x00, 0x9E, 0x73),
    RGBColor(0xCC, 0x79, 0xA7),
    RGBColor(0xE6, 0x9F, 0x00),
    RGBColor(0x56, 0xB4, 0xE9),
    RGBColor(0x00, 0x00, 0x00),
    RGBColor(0xF0, 0xE4, 0x42),
];

/// The colour of a tool, by its place among the study's tools.
pub(super) fn series(place: usize) -> RGBColor {
    SERIES[place % SERIES.len()]
}

/// A chart is never shown smaller than this part of its size, so that its letters can be read on a
/// phone; what then has no room is scrolled.
const SMALLEST: f64 = 0.75;

/// A surface in pixels.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

/// Where a text stands, relative to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// It begins there.
    Right,
    /// It ends there.
    Left,
    /// It has its middle there.
    Middle,
    /// It begins there and reads upwards.
    Up,
}

/// A text of usual size, or bold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lettering {
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) colour: RGBColor,
}

/// Labels of axes and of series.
pub(super) const USUAL: Lettering = Lettering { size: 12.0, bold: false, colour: INK };
/// Numbers at axes.
pub(super) const SMALL: Lettering = Lettering { size: 11.0, bold: false, colour: PALE };
/// The heading of a panel.
pub(super) const HEADING: Lettering = Lettering { size: 13.0, bold: true, colour: INK };

/// About how wide a text of usual size is, in pixels: letters of sans-serif fonts are half as wide as
/// high in the mean, and a little is added, as nobody knows the reader's font.
pub(super) fn width_of(text: &str) -> f64 {
    text.chars().count() as f64 * USUAL.size * 0.6
}

/// The longest text that is shown whole.
const LONGEST: usize = 40;

/// A name that fits: its middle is left out where it is very long.
pub(super) fn short(name: &str) -> String {
    let letters: Vec<char> = name.chars().filter(|letter| !letter.is_control()).collect();
    if letters.len() <= LONGEST {
        return letters.into_iter().collect();
    }
    let half = LONGEST / 2;
    let (start, end) = (&letters[..half], &letters[letters.len() - half + 1..]);
    start.iter().chain(&['…']).chain(end).collect()
}

/// Draws a chart of so many pixels, and gives the element of a page.
pub(super) fn draw(
    label: &Label<'_>,
    (width, height): (f64, f64),
    paint: impl FnOnce(&Canvas<'_>) -> Drawn,
) -> Result<String, ChartError> {
    let mut svg = String::new();
    let size = (units(width).unsigned_abs(), units(height).unsigned_abs());
    let canvas = Canvas { area: SVGBackend::with_string(&mut svg, size).into_drawing_area() };
    let drawn = paint(&canvas).and_then(|()| canvas.area.present());
    drop(canvas);
    let failed = |reason: String| ChartError { title: label.title.to_owned(), reason };
    drawn.map_err(|error| failed(error.to_string()))?;
    // The library writes its own opening tag, which knows nothing of readers.
    let (_, shapes) = svg.split_once('>').ok_or_else(|| failed("it has no shapes".to_owned()))?;
    let Label { id, title, text } = *label;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"{id}-title {id}-text\" \
         viewBox=\"0 0 {} {}\" width=\"{width:.0}\" height=\"{height:.0}\" style=\"min-width:{:.0}px\">\
         <title id=\"{id}-title\">{}</title><desc id=\"{id}-text\">{}</desc>{shapes}",
        size.0,
        size.1,
        width * SMALLEST,
        escaped(title),
        escaped(text),
        id = escaped(id),
    ))
}

/// A text within an element or an attribute of a page.
fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter if letter.is_control() => safe.push(' '),
            letter => safe.push(letter),
        }
    }
    safe
}

fn units(pixels: f64) -> i32 {
    (pixels * f64::from(UNITS)).round() as i32
}

fn at((x, y): (f64, f64)) -> (i32, i32) {
    (units(x), units(y))
}

impl Canvas<'_> {
    pub(super) fn line(&self, points: &[(f64, f64)], colour: RGBColor, width: f64) -> Drawn {
        let style = ShapeStyle::from(colour).stroke_width(units(width).unsigned_abs());
        let points = points.iter().copied().map(at).collect::<Vec<_>>();
        self.area.draw(&plotters::element::PathElement::new(points, style))
    }

    /// A filled rectangle between two corners.
    pub(super) fn block(&self, corners: [(f64, f64); 2], colour: RGBColor, opacity: f64) -> Drawn {
        let style = colour.mix(opacity).filled();
        self.area.draw(&plotters::element::Rectangle::new(corners.map(at), style))
    }

    pub(super) fn polygon(&self, points: &[(f64, f64)], colour: RGBColor, opacity: f64) -> Drawn {
        let points = points.iter().copied().map(at).collect::<Vec<_>>();
        self.area.draw(&plotters::element::Polygon::new(points, colour.mix(opacity).filled()))
    }

    pub(super) fn dot(
        &self,
        centre: (f64, f64),
        radius: f64,
        colour: RGBColor,
        opacity: f64,
    ) -> Drawn {
        let style = colour.mix(opacity).filled();
        self.area.draw(&plotters::element::Circle::new(at(centre), units(radius), style))
    }

    pub(super) fn ring(&self, centre: (f64, f64), radius: f64, colour: RGBColor) -> Drawn {
        let style = ShapeStyle::from(colour).stroke_width(units(1.5).unsigned_abs());
        self.area.draw(&plotters::element::Circle::new(at(centre), units(radius), style))
    }

    /// A text whose height has its middle at the point.
    pub(super) fn text(&self, text: &str, point: (f64, f64), side: Side, how: Lettering) -> Drawn {
        let style = if how.bold { FontStyle::Bold } else { FontStyle::Normal };
        let transform = match side {
            Side::Up => FontTransform::Rotate270,
            _ => FontTransform::None,
        };
        let h_pos = match side {
            Side::Right | Side::Up => HPos::Left,
            Side::Left => HPos::Right,
            Side::Middle => HPos::Center,
        };
        // The library takes heights of lines and writes sizes of letters, 1.24 times smaller.
        let size = how.size * 1.24 * f64::from(UNITS);
        let font = ("sans-serif", size, style).into_text_style(&self.area);
        let style: TextStyle<'_> = font.transform(transform).color(&how.colour);
        self.area.draw_text(text, &style.pos(Pos::new(h_pos, VPos::Center)), at(point))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_loses_its_middle_and_keeps_both_ends() {
        let name = format!("first-{}-last", "x".repeat(90));
        let shown = short(&name);
        assert_eq!(shown.chars().count(), 40);
        assert!(shown.starts_with("first-") && shown.ends_with("-last") && shown.contains('…'));
        assert_eq!(short("a\u{7}b"), "ab");
    }

    #[test]
    fn a_chart_is_named_for_who_does_not_see_it_and_nothing_in_a_name_is_markup() {
        let label = Label { id: "a", title: "<b>\"x\"</b>", text: "1 < 2 & 'y'" };
        let drawn = draw(&label, (10.0, 10.0), |canvas| {
            canvas.text("</text><script>", (1.0, 1.0), Side::Right, USUAL)
        });
        let drawn = drawn.unwrap();
        assert!(
            drawn.contains("<title id=\"a-title\">&lt;b&gt;&quot;x&quot;&lt;/b&gt;</title>"),
            "{drawn}"
        );
        assert!(drawn.contains("1 &lt; 2 &amp; &#39;y&#39;"), "{drawn}");
        assert!(drawn.contains("role=\"img\"") && !drawn.contains("<script"), "{drawn}");
        assert!(drawn.trim_end().ends_with("</svg>"), "{drawn}");
    }
}
