//! How large the difference of two samples is: the Vargha-Delaney A. Whether it may be chance is the
//! Mann-Whitney test's.

use std::fmt;

use super::Sample;

/// The Vargha-Delaney A, or A12, of a first sample over a second: the probability that a value drawn from the
/// first is larger than one from the second, where equal values count half.
///
/// Source: Vargha and Delaney, "A Critique and Improvement of the CL Common Language Effect Size
/// Statistics of McGraw and Wong" (Journal of Educational and Behavioral Statistics 25, 2000).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// From 0, every value of the first sample is smaller, to 1; 0.5 means no difference.
    pub a: f64,
    /// How far that is from 0.5, in words.
    pub magnitude: Magnitude,
}

/// The size of an effect in the words of Vargha and Delaney; A and 1 - A have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Magnitude {
    /// A below 0.56.
    Negligible,
    /// A from 0.56.
    Small,
    /// A from 0.64.
    Medium,
    /// A from 0.71.
    Large,
}

impl fmt::Display for Magnitude {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Negligible => "negligible",
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
        })
    }
}

/// Computes the Vargha-Delaney A of `first` over `second`.
#[must_use]
pub fn effect(first: &Sample, second: &Sample) -> Effect {
    let wins = doubled_wins(first, second);
    let all = doubled_pairs(first, second);
    Effect { a: wins as f64 / all as f64, magnitude: magnitude(wins.max(all - wins), all) }
}

/// Compares whole numbers, so that no rounding decides at a threshold.
fn magnitude(larger: u128, all: u128) -> Magnitude {
    let from = |percent: u128| larger * 100 >= all * percent;
    match () {
        () if from(71) => Magnitude::Large,
        () if from(64) => Magnitude::Medium,
        () if from(56) => Magnitude::Small,
        () => Magnitude::Negligible,
    }
}

/// Twice the Mann-Whitney U of `first`: 2 for each pair in which its value is larger, 1 for each
/// pair of equal values.
pub(super) fn doubled_wins(first: &Sample, second: &Sample) -> u128 {
    let others = second.values();
    let of_value = |value: &f64| {
        let smaller = others.partition_point(|other| other < value);
        let not_larger = others.partition_point(|other| other <= value);
        (smaller + not_larger) as u128
    };
    first.values().iter().map(of_value).sum()
}

/// Twice the number of pairs.
pub(super) fn doubled_pairs(first: &Sample, second: &Sample) -> u128 {
    2 * first.values().len() as u128 * second.values().len() as u128
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effect_of(first: &[f64], second: &[f64]) -> Effect {
        effect(&Sample::new(first).unwrap(), &Sample::new(second).unwrap())
    }

    #[test]
    fn every_win_is_one_and_no_difference_is_a_half() {
        assert_eq!(effect_of(&[3.0, 4.0], &[1.0, 2.0]).a, 1.0);
        assert_eq!(effect_of(&[1.0, 2.0], &[3.0, 4.0]).a, 0.0);
        let same = effect_of(&[7.0; 3], &[7.0; 5]);
        assert_eq!(same, Effect { a: 0.5, magnitude: Magnitude::Negligible });
    }

    #[test]
    fn a_magnitude_begins_at_its_threshold_on_both_sides() {
        let cases = [
            (55, Magnitude::Negligible),
            (56, Magnitude::Small),
            (63, Magnitude::Small),
            (64, Magnitude::Medium),
            (70, Magnitude::Medium),
            (71, Magnitude::Large),
        ];
        // One value against a hundred: it is larger than as many as its number says.
        let hundred: Vec<f64> = (0..100).map(f64::from).collect();
        for (wins, expected) in cases {
            for count in [wins, 100 - wins] {
                let found = effect_of(&[f64::from(count) - 0.5], &hundred);
                assert_eq!((found.a, found.magnitude), (f64::from(count) / 100.0, expected));
            }
        }
    }
}
