//! Scales of numbers: which numbers stand at an axis, and where a value is on it.

use super::canvas::{Canvas, Drawn, GRID, SMALL, Side};
use crate::report::numbers::tick;

/// A scale from a number to a larger one, over pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    step: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// A scale over all values, with about so many numbers at the axis; `floor` and `ceiling` are
    /// never passed, as no coverage is above 100.
    pub(super) fn over(
        values: impl Iterator<Item = f64> + Clone,
        (floor, ceiling): (f64, f64),
        numbers: u32,
    ) -> Self {
        let low = values.clone().fold(f64::INFINITY, f64::min);
        let high = values.fold(f64::NEG_INFINITY, f64::max);
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        // One value has room on both sides all the same.
        let spread = if high > low { high - low } else { (high.abs() * 0.1).max(1.0) };
        let step = nice(spread / f64::from(numbers));
        let low = ((low - spread * 0.04) / step).floor() * step;
        let high = ((high + spread * 0.04) / step).ceil() * step;
        Self { low: low.max(floor), high: high.min(ceiling), step, from: 0.0, to: 1.0 }
    }

    /// The same scale between two pixels.
    pub(super) fn between(self, from: f64, to: f64) -> Self {
        Self { from, to, ..self }
    }

    /// Where a value is.
    pub(super) fn at(&self, value: f64) -> f64 {
        self.from + (value - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    /// The numbers that stand at the axis.
    pub(super) fn ticks(&self) -> Vec<f64> {
        let first = (self.low / self.step).ceil();
        let count = ((self.high - self.low) / self.step + 1e-9).floor() as u32;
        (0..=count).map(|i| (first + f64::from(i)) * self.step).collect()
    }

    /// Numbers and lines of an axis at the bottom.
    pub(super) fn draw_below(&self, canvas: &Canvas<'_>, top: f64, bottom: f64) -> Drawn {
        for value in self.ticks() {
            let x = self.at(value);
            canvas.line(&[(x, top), (x, bottom)], GRID, 1.0)?;
            canvas.text(&tick(value, self.step), (x, bottom + 10.0), Side::Middle, SMALL)?;
        }
        Ok(())
    }

    /// Numbers and lines of an axis on the left.
    pub(super) fn draw_left(&self, canvas: &Canvas<'_>, left: f64, right: f64) -> Drawn {
        for value in self.ticks() {
            let y = self.at(value);
            canvas.line(&[(left, y), (right, y)], GRID, 1.0)?;
            canvas.text(&tick(value, self.step), (left - 6.0, y), Side::Left, SMALL)?;
        }
        Ok(())
    }
}

/// 1, 2 or 5 times a power of ten, not below `step`.
fn nice(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let nice = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= step * 0.999_999);
    nice.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(values: &[f64]) -> Vec<f64> {
        Scale::over(values.iter().copied(), (0.0, 100.0), 5).ticks()
    }

    #[test]
    fn an_axis_has_round_numbers_around_its_values() {
        assert_eq!(ticks(&[0.0, 10.0]), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0]);
        assert_eq!(ticks(&[97.0, 100.0]), [96.0, 97.0, 98.0, 99.0, 100.0]);
        assert_eq!(ticks(&[50.0]), [49.0, 50.0, 51.0]);
    }

    #[test]
    fn an_axis_of_no_value_is_one_all_the_same() {
        assert_eq!(ticks(&[]).first(), Some(&0.0));
        assert!(ticks(&[0.0]).len() >= 2);
    }
}
