//! The Mann-Whitney U test: may two samples come from one distribution? Two-sided.
//! How many such tests are made at once is not known here; `holm` corrects for that.

use std::fmt;

use super::{
    Sample,
    effect::{doubled_pairs, doubled_wins},
    sample::{cube_less_itself, tie_term},
    tail,
};

/// The p value is exact where the smaller sample has at most as many values and none are equal; this
/// is the rule of scipy's `mannwhitneyu(method="auto")`.
pub const EXACT_UP_TO: usize = 8;

/// No p value is exact where the larger sample has more values than this, so that all counts fit
/// 128 bits. Scipy has no such limit and goes on with rounded counts.
pub const EXACT_WITH_UP_TO: usize = 10_000;

/// The answer of a Mann-Whitney test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MannWhitney {
    /// U of the first sample: in how many pairs its value is larger, where equal values count half.
    /// From 0 to the number of pairs.
    pub u: f64,
    /// The probability, if there is no difference, of a U at least as far from its middle; 0 to 1.
    pub p_value: f64,
    /// How the p value was computed.
    pub method: Method,
}

/// How the p value of a Mann-Whitney test is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// From the distribution of U over all orders of the values.
    Exact,
    /// By the normal distribution, corrected for ties and for continuity.
    Asymptotic,
    /// All values of both samples are the same: nothing was tested and the p value is 1.
    AllEqual,
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Exact => "exact",
            Self::Asymptotic => "asymptotic, with corrections for ties and continuity",
            Self::AllEqual => "not tested, all values are the same",
        })
    }
}

/// Tests whether `first` and `second` differ.
///
/// Source: Mann and Whitney, "On a Test of Whether one of Two Random Variables is Stochastically
/// Larger than the Other" (Annals of Mathematical Statistics 18, 1947); the correction for ties is
/// that of Lehmann, "Nonparametrics" (1975), and as in scipy.
#[must_use]
pub fn mann_whitney(first: &Sample, second: &Sample) -> MannWhitney {
    let doubled_u = doubled_wins(first, second);
    let smaller_u = doubled_u.min(doubled_pairs(first, second) - doubled_u);
    let (fewer, more) = in_order(first.values().len(), second.values().len());
    let mut pooled = [first.values(), second.values()].concat();
    pooled.sort_by(f64::total_cmp);
    let ties = tie_term(&pooled);
    let (p_value, method) = if ties == cube_less_itself(fewer + more) {
        (1.0, Method::AllEqual)
    } else if ties == 0 && fewer <= EXACT_UP_TO && more <= EXACT_WITH_UP_TO {
        (exact(fewer, more, (smaller_u / 2) as usize), Method::Exact)
    } else {
        (asymptotic(fewer, more, smaller_u, ties), Method::Asymptotic)
    };
    MannWhitney { u: doubled_u as f64 / 2.0, p_value, method }
}

fn in_order(one: usize, other: usize) -> (usize, usize) {
    (one.min(other), one.max(other))
}

/// Twice the probability of a U of at most `u`, which is not above the middle.
fn exact(fewer: usize, more: usize, u: usize) -> f64 {
    let below: u128 = orders(fewer, more, u).into_iter().sum();
    let all = (1..=fewer as u128).fold(1, |all, i| all * (more as u128 + i) / i);
    (2.0 * below as f64 / all as f64).min(1.0)
}

/// In how many orders of `fewer` and `more` different values U is 0, 1, … `most`: the coefficients
/// of the Gaussian binomial, the product of `(1 - q^(more + i)) / (1 - q^i)`. The limits of the
/// exact method keep each below 2¹²⁸; what passes that on the way comes back.
fn orders(fewer: usize, more: usize, most: usize) -> Vec<u128> {
    let mut counts = vec![0_u128; most + 1];
    counts[0] = 1;
    for i in 1..=fewer {
        for u in (more + i..=most).rev() {
            counts[u] = counts[u].wrapping_sub(counts[u - more - i]);
        }
        for u in i..=most {
            counts[u] = counts[u].wrapping_add(counts[u - i]);
        }
    }
    counts
}

/// The two-sided tail of the normal distribution. The variance is taken from whole numbers, so that
/// it is 0 only where all values are the same.
fn asymptotic(fewer: usize, more: usize, doubled_u: u128, ties: u128) -> f64 {
    let all = fewer + more;
    let pairs = fewer as f64 * more as f64;
    let untied = (cube_less_itself(all) - ties) as f64;
    let deviation = (pairs / 12.0 * untied / (all as f64 * (all as f64 - 1.0))).sqrt();
    let distance = pairs / 2.0 - doubled_u as f64 / 2.0 - 0.5;
    (2.0 * tail::normal(distance / deviation)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test_of(first: &[f64], second: &[f64]) -> MannWhitney {
        mann_whitney(&Sample::new(first).unwrap(), &Sample::new(second).unwrap())
    }

    #[test]
    fn every_order_is_counted_once() {
        // Two values among three others: U is 0 to 6, over ten orders.
        assert_eq!(orders(2, 3, 6), [1, 1, 2, 2, 2, 1, 1]);
        assert_eq!(orders(8, 8, 64).into_iter().sum::<u128>(), 12_870);
    }

    #[test]
    fn equal_values_everywhere_are_not_tested() {
        let answer = test_of(&[2.0; 4], &[2.0; 30]);
        assert_eq!(answer, MannWhitney { u: 60.0, p_value: 1.0, method: Method::AllEqual });
    }

    #[test]
    fn one_value_each_says_nothing() {
        let answer = test_of(&[1.0], &[2.0]);
        assert_eq!(answer, MannWhitney { u: 0.0, p_value: 1.0, method: Method::Exact });
    }

    #[test]
    fn sizes_and_ties_decide_the_method() {
        let numbers = |from: u32, to: u32| (from..to).map(f64::from).collect::<Vec<_>>();
        assert_eq!(test_of(&numbers(0, 8), &numbers(8, 100)).method, Method::Exact);
        assert_eq!(test_of(&numbers(0, 9), &numbers(9, 18)).method, Method::Asymptotic);
        assert_eq!(test_of(&numbers(0, 3), &numbers(2, 5)).method, Method::Asymptotic);
        let many = test_of(&[0.5; 1], &numbers(0, 10_001));
        assert_eq!(many.method, Method::Asymptotic);
    }

    #[test]
    fn the_largest_exact_test_stays_within_its_numbers() {
        let many: Vec<f64> = (0..10_000).map(f64::from).collect();
        let few: Vec<f64> = (1..=8).map(|i| f64::from(i) * 1_111.0 + 0.5).collect();
        let answer = test_of(&few, &many);
        assert_eq!(answer.method, Method::Exact);
        assert!(answer.p_value > 0.9 && answer.p_value <= 1.0, "{}", answer.p_value);
    }
}
