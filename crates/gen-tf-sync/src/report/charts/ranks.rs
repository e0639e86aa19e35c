//! The critical-difference diagram: average ranks of tools, and bars over those that do not differ.
//!
//! Source: Demšar, "Statistical Comparisons of Classifiers over Multiple Data Sets" (Journal of
//! Machine Learning Research 7, 2006), figure 1.

use gen_tf_core::report::{Across, FriedmanTest, NemenyiTest, Rank};

use super::{
    ChartError, Label,
    canvas::{Canvas, Drawn, INK, PALE, SMALL, Side, USUAL, draw, short, width_of},
};

const AXIS: f64 = 300.0;
const LINE: f64 = 20.0;
const BAR: f64 = 9.0;

/// Where things are.
struct Layout {
    left: f64,
    axis: f64,
    groups: f64,
}

impl Layout {
    fn x(&self, rank: f64) -> f64 {
        self.left + (rank - 1.0) / (self.groups - 1.0) * AXIS
    }
}

/// Draws the diagram; nothing where there is no Friedman test.
pub fn ranks(label: &Label<'_>, across: &Across) -> Result<Option<String>, ChartError> {
    let Some(test) = &across.friedman else { return Ok(None) };
    let half = test.average_ranks.len().div_ceil(2);
    let (better, others) = test.average_ranks.split_at(half);
    let margin = |ranks: &[Rank]| {
        ranks.iter().map(|rank| width_of(&named(rank))).fold(40.0, f64::max) + 14.0
    };
    let critical = across.nemenyi.as_ref();
    let bars = critical.map_or(0, |it| it.alike.len()) as f64;
    let layout = Layout {
        left: margin(better),
        axis: if critical.is_some() { 66.0 } else { 34.0 },
        groups: test.average_ranks.len() as f64,
    };
    let size = (
        margin(better) + AXIS + margin(others),
        layout.axis + 14.0 + BAR * bars + LINE * half as f64 + 10.0,
    );
    let drawn = draw(label, size, |canvas| {
        paint_axis(canvas, &layout)?;
        if let Some(critical) = critical {
            paint_critical(canvas, critical, test, &layout)?;
        }
        paint_tools(canvas, test, &layout, layout.axis + 14.0 + BAR * bars)
    });
    drawn.map(Some)
}

fn named(rank: &Rank) -> String {
    format!("{} ({:.2})", short(&rank.tool), rank.average_rank)
}

fn paint_axis(canvas: &Canvas<'_>, layout: &Layout) -> Drawn {
    let (y, groups) = (layout.axis, layout.groups as u32);
    canvas.text(
        "average rank (1 is best)",
        (layout.left + AXIS / 2.0, 10.0),
        Side::Middle,
        USUAL,
    )?;
    canvas.line(&[(layout.x(1.0), y), (layout.x(layout.groups), y)], INK, 1.5)?;
    for rank in 1..=groups {
        let x = layout.x(f64::from(rank));
        canvas.line(&[(x, y - 6.0), (x, y)], INK, 1.5)?;
        canvas.text(&rank.to_string(), (x, y - 14.0), Side::Middle, SMALL)?;
    }
    Ok(())
}

fn paint_critical(
    canvas: &Canvas<'_>,
    critical: &NemenyiTest,
    test: &FriedmanTest,
    layout: &Layout,
) -> Drawn {
    let y = 32.0;
    // A difference that is wider than the axis is cut there, and its number tells it.
    let shown = critical.critical_difference.min(layout.groups - 1.0);
    let (from, to) = (layout.x(1.0), layout.x(1.0 + shown));
    canvas.line(&[(from, y), (to, y)], INK, 1.5)?;
    for end in [from, to] {
        canvas.line(&[(end, y - 4.0), (end, y + 4.0)], INK, 1.5)?;
    }
    let text = format!("CD = {:.2}", critical.critical_difference);
    canvas.text(&text, (to + 6.0, y), Side::Right, SMALL)?;
    let rank_of = |tool: &String| {
        test.average_ranks.iter().find(|rank| rank.tool == *tool).map(|rank| rank.average_rank)
    };
    for (index, group) in critical.alike.iter().enumerate() {
        let ranks: Vec<f64> = group.iter().filter_map(rank_of).collect();
        let (Some(first), Some(last)) = (ranks.first(), ranks.last()) else { continue };
        let y = layout.axis + 9.0 + BAR * index as f64;
        canvas.line(&[(layout.x(*first) - 3.0, y), (layout.x(*last) + 3.0, y)], INK, 4.0)?;
    }
    Ok(())
}

/// The better half on the left, the other on the right, outermost lowest.
fn paint_tools(canvas: &Canvas<'_>, test: &FriedmanTest, layout: &Layout, top: f64) -> Drawn {
    let tools = &test.average_ranks;
    let half = tools.len().div_ceil(2);
    for (index, rank) in tools.iter().enumerate() {
        let x = layout.x(rank.average_rank);
        let is_left = index < half;
        let line = if is_left { index } else { tools.len() - 1 - index };
        let y = top + LINE * (line as f64 + 0.5);
        let (end, side) = match is_left {
            true => (layout.left - 6.0, Side::Left),
            false => (layout.left + AXIS + 6.0, Side::Right),
        };
        canvas.line(&[(x, layout.axis), (x, y), (end, y)], PALE, 1.0)?;
        let text = if is_left { end - 4.0 } else { end + 4.0 };
        canvas.text(&named(rank), (text, y), side, USUAL)?;
    }
    Ok(())
}
