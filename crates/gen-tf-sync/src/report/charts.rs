//! The charts of a report as SVG, drawn by the library plotters: one file a kind of chart.
//! What they show is decided by the core; what stands around them is the page's.
//!
//! A chart's colours are those of the light page; the page's style sheet gives each of them another
//! for the dark one, by the colour's own name, so that a chart that is copied out stays whole.

mod canvas;
mod axis;
mod legend;
mod growth;
mod boxes;
mod heat;
mod ranks;
mod attempts;

pub use self::{
    attempts::attempts,
    boxes::{Boxes, Row, boxes},
    canvas::ChartError,
    growth::{Curves, Line, growth},
    heat::{Heat, Shown, heat},
    ranks::ranks,
};

/// What a chart is called and says, for who does not see it.
#[derive(Clone, Copy, Debug)]
pub struct Label<'a> {
    /// An id that no other chart of the page has.
    pub id: &'a str,
    /// What the chart shows.
    pub title: &'a str,
    /// What can be seen in it, or where the numbers are.
    pub text: &'a str,
}
