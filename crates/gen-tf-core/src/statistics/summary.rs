//! Median, quartiles and spread of a sample. How sure the median is, is the bootstrap's.

use super::Sample;

/// Five numbers of a sample and how many values it has.
///
/// Quartiles are of type 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages" (The
/// American Statistician 50, 1996), the default of numpy and R: the value at place `(n - 1) * p` of
/// the sorted values, counted from 0, by a straight line between its neighbours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// How many values.
    pub count: usize,
    /// The smallest value.
    pub minimum: f64,
    /// A quarter of the way up.
    pub lower_quartile: f64,
    /// Half of the way up.
    pub median: f64,
    /// Three quarters of the way up.
    pub upper_quartile: f64,
    /// The largest value.
    pub maximum: f64,
}

impl Summary {
    /// Summarises a sample. In a sample of one value all five numbers are that value.
    #[must_use]
    pub fn of(sample: &Sample) -> Self {
        let sorted = sample.values();
        Self {
            count: sorted.len(),
            minimum: quantile(sorted, 0.0),
            lower_quartile: quantile(sorted, 0.25),
            median: quantile(sorted, 0.5),
            upper_quartile: quantile(sorted, 0.75),
            maximum: quantile(sorted, 1.0),
        }
    }

    /// The interquartile range: how far the middle half of the values reaches; 0 or more.
    #[must_use]
    pub fn spread(&self) -> f64 {
        self.upper_quartile - self.lower_quartile
    }
}

/// The quantile of type 7; `sorted` has a value, and `p` is 0 to 1.
pub(super) fn quantile(sorted: &[f64], p: f64) -> f64 {
    let last = sorted.len() - 1;
    let place = last as f64 * p;
    let below = place.floor();
    let share = place - below;
    let low = sorted[below as usize];
    let high = sorted[(below as usize + 1).min(last)];
    // From the nearer end, as numpy does, so that a share of 1 would give the end itself.
    if share < 0.5 { low + (high - low) * share } else { high - (high - low) * (1.0 - share) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_is_all_five_numbers() {
        let summary = Summary::of(&Sample::new(&[3.5]).unwrap());
        assert_eq!((summary.minimum, summary.lower_quartile, summary.median), (3.5, 3.5, 3.5));
        assert_eq!((summary.upper_quartile, summary.maximum, summary.count), (3.5, 3.5, 1));
        assert_eq!(summary.spread(), 0.0);
    }

    #[test]
    fn quartiles_lie_between_values() {
        let summary = Summary::of(&Sample::new(&[4.0, 1.0, 3.0, 2.0]).unwrap());
        assert_eq!((summary.lower_quartile, summary.median), (1.75, 2.5));
        assert_eq!((summary.upper_quartile, summary.spread()), (3.25, 1.5));
    }

    #[test]
    fn the_largest_values_stay_finite() {
        let summary = Summary::of(&Sample::new(&[-1e300, 1e300]).unwrap());
        assert_eq!(summary.median, 0.0);
        assert!(summary.spread().is_finite());
    }
}
