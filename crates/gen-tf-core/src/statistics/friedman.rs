//! Several groups over the same blocks, such as tools over services: the Friedman test, and the
//! Nemenyi test of all pairs with what a critical-difference diagram shows. It draws nothing.

use super::{
    NoAnswer, check_level,
    sample::{cube_less_itself, tie_term, usable},
    studentised_range, tail,
};

/// Which value of a block gets rank 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Best {
    /// The largest, as for coverage.
    Highest,
    /// The smallest, as for time.
    Lowest,
}

/// The answer of a Friedman test.
#[derive(Clone, Debug, PartialEq)]
pub struct Friedman {
    /// How many blocks were ranked.
    pub blocks: usize,
    /// The average rank of each group over the blocks, from 1, always the best, to the number of
    /// groups. Equal values share the average of their ranks.
    pub average_ranks: Vec<f64>,
    /// Friedman's chi-square, corrected for ties; 0 or more.
    pub statistic: f64,
    /// The number of groups less one.
    pub degrees_of_freedom: usize,
    /// The probability of such a statistic if there is no difference, by the chi-square
    /// distribution; 0 to 1. It is rough for few blocks: scipy calls it reliable above ten blocks
    /// and six groups.
    pub p_value: f64,
}

/// The answer of a Nemenyi test.
#[derive(Clone, Debug, PartialEq)]
pub struct Nemenyi {
    /// Average ranks that differ by less are not significantly different.
    pub critical_difference: f64,
    /// The p value of each pair of groups, 1 for a group and itself. They are already corrected for
    /// the number of pairs.
    pub p_values: Vec<Vec<f64>>,
    /// The bars of a critical-difference diagram: groups, the best first, of which none differs
    /// significantly from another. No bar lies within another, and none has only one group.
    pub alike: Vec<Vec<usize>>,
}

/// Tests whether groups differ. A block holds one value for each group, in the same order.
///
/// Source: Friedman, "The Use of Ranks to Avoid the Assumption of Normality Implicit in the Analysis
/// of Variance" (Journal of the American Statistical Association 32, 1937), with the correction for
/// ties of Conover, "Practical Nonparametric Statistics", as in scipy and R.
///
/// # Errors
/// `NoValues`, `OneGroup` and `OneBlock` where there is nothing to compare; `Uneven` where a block
/// lacks a group; `Unusable` for what is no finite number; `AllEqual` where no block ranks anything.
pub fn friedman<B: AsRef<[f64]>>(blocks: &[B], best: Best) -> Result<Friedman, NoAnswer> {
    let groups = check_shape(blocks)?;
    let mut sums = vec![0_u128; groups];
    let mut ties = 0;
    for block in blocks {
        ties += add_ranks(block.as_ref(), best, &mut sums)?;
    }
    let rankings = blocks.len() as u128;
    let untied = rankings * cube_less_itself(groups) - ties;
    if untied == 0 {
        return Err(NoAnswer::AllEqual);
    }
    // With doubled rank sums all terms are whole numbers up to the one division.
    let middle = rankings * (groups as u128 + 1);
    let squares: u128 = sums.iter().map(|sum| sum * sum).sum();
    let apart = squares - groups as u128 * middle * middle;
    let degrees_of_freedom = groups - 1;
    let statistic = (3 * degrees_of_freedom as u128 * apart) as f64 / untied as f64;
    Ok(Friedman {
        blocks: blocks.len(),
        average_ranks: sums.iter().map(|&sum| sum as f64 / (2 * rankings) as f64).collect(),
        statistic,
        degrees_of_freedom,
        p_value: tail::chi_square(statistic, degrees_of_freedom),
    })
}

/// The number of groups, where all blocks have it and there are enough of both.
fn check_shape<B: AsRef<[f64]>>(blocks: &[B]) -> Result<usize, NoAnswer> {
    let Some(first) = blocks.first() else { return Err(NoAnswer::NoValues) };
    let expected = first.as_ref().len();
    for (place, block) in blocks.iter().enumerate() {
        let found = block.as_ref().len();
        if found != expected {
            return Err(NoAnswer::Uneven { block: place + 1, found, expected });
        }
    }
    match (expected, blocks.len()) {
        (0, _) => Err(NoAnswer::NoValues),
        (1, _) => Err(NoAnswer::OneGroup),
        (_, 1) => Err(NoAnswer::OneBlock),
        _ => Ok(expected),
    }
}

/// Adds twice the rank of each value of a block, and gives the block's term for ties.
fn add_ranks(block: &[f64], best: Best, sums: &mut [u128]) -> Result<u128, NoAnswer> {
    let values = usable(block)?;
    let mut sorted = values.clone();
    sorted.sort_by(f64::total_cmp);
    for (sum, value) in sums.iter_mut().zip(&values) {
        let smaller = sorted.partition_point(|other| other < value);
        let not_larger = sorted.partition_point(|other| other <= value);
        // Equal values have the ranks from `smaller + 1` to `not_larger`.
        let doubled = smaller + 1 + not_larger;
        *sum += match best {
            Best::Lowest => doubled,
            Best::Highest => 2 * (values.len() + 1) - doubled,
        } as u128;
    }
    Ok(tie_term(&sorted))
}

impl Friedman {
    /// Compares all pairs of groups at a level of significance such as 0.05. It is meant for when
    /// the Friedman test has found a difference; that is for the caller to see.
    ///
    /// Source: Nemenyi (1963), as Demšar has it in "Statistical Comparisons of Classifiers over
    /// Multiple Data Sets" (Journal of Machine Learning Research 7, 2006), section 3.2. The
    /// critical difference is `q √(k (k + 1) / 6 N)` of `k` groups and `N` blocks, where `q` is the
    /// quantile of the studentised range with infinite degrees of freedom over `√2`.
    ///
    /// # Errors
    /// `NotAProbability` where the level is not between 0 and 1.
    pub fn nemenyi(&self, significance: f64) -> Result<Nemenyi, NoAnswer> {
        let significance = check_level(significance)?;
        let groups = self.average_ranks.len();
        let k = groups as f64;
        // Both divisions by √2, of the quantile and of its argument, are in this unit.
        let unit = (k * (k + 1.0) / (12.0 * self.blocks as f64)).sqrt();
        let p_value = |one: usize, other: usize| {
            let apart = (self.average_ranks[one] - self.average_ranks[other]).abs();
            if apart == 0.0 { 1.0 } else { studentised_range::above(apart / unit, groups) }
        };
        let critical_difference = unit * studentised_range::exceeded_with(significance, groups);
        let row = |one: usize| (0..groups).map(|other| p_value(one, other)).collect();
        Ok(Nemenyi {
            critical_difference,
            p_values: (0..groups).map(row).collect(),
            alike: alike(&self.average_ranks, critical_difference),
        })
    }
}

/// The longest stretches of neighbours, by average rank, whose ends differ by less than `critical`.
fn alike(average_ranks: &[f64], critical: f64) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..average_ranks.len()).collect();
    order.sort_by(|&one, &other| average_ranks[one].total_cmp(&average_ranks[other]));
    let mut bars = Vec::new();
    let mut covered = 0;
    for (start, &first) in order.iter().enumerate() {
        let within = |&group: &usize| average_ranks[group] - average_ranks[first] < critical;
        let end = order.partition_point(within);
        if end > covered && end > start + 1 {
            bars.push(order[start..end].to_vec());
            covered = end;
        }
    }
    bars
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_value_has_rank_one() {
        let blocks = [[9.0, 5.0, 5.0], [3.0, 2.0, 1.0]];
        assert_eq!(friedman(&blocks, Best::Highest).unwrap().average_ranks, [1.0, 2.25, 2.75]);
        assert_eq!(friedman(&blocks, Best::Lowest).unwrap().average_ranks, [3.0, 1.75, 1.25]);
    }

    #[test]
    fn what_can_not_be_compared_has_no_answer() {
        let answer = |blocks: &[&[f64]]| friedman(blocks, Best::Highest).unwrap_err();
        assert_eq!(answer(&[]), NoAnswer::NoValues);
        assert_eq!(answer(&[&[], &[]]), NoAnswer::NoValues);
        assert_eq!(answer(&[&[1.0], &[2.0]]), NoAnswer::OneGroup);
        assert_eq!(answer(&[&[1.0, 2.0]]), NoAnswer::OneBlock);
        let uneven = NoAnswer::Uneven { block: 2, found: 1, expected: 2 };
        assert_eq!(answer(&[&[1.0, 2.0], &[3.0]]), uneven);
        assert_eq!(answer(&[&[1.0, 1.0], &[3.0, 3.0]]), NoAnswer::AllEqual);
        assert!(matches!(answer(&[&[1.0, f64::NAN], &[3.0, 2.0]]), NoAnswer::Unusable(_)));
    }

    #[test]
    fn no_difference_at_all_has_a_statistic_of_zero() {
        let test = friedman(&[[1.0, 2.0], [2.0, 1.0]], Best::Highest).unwrap();
        assert_eq!((test.statistic, test.p_value, test.degrees_of_freedom), (0.0, 1.0, 1));
        let nemenyi = test.nemenyi(0.05).unwrap();
        assert_eq!(nemenyi.p_values, [[1.0, 1.0], [1.0, 1.0]]);
        assert_eq!(nemenyi.alike, [[0, 1]]);
        for level in [0.0, 1.0, f64::NAN] {
            assert!(matches!(test.nemenyi(level), Err(NoAnswer::NotAProbability(_))), "{level}");
        }
    }

    #[test]
    fn bars_cover_neighbours_and_none_lies_within_another() {
        let ranks = [3.0, 1.0, 1.5, 2.25, 5.0];
        assert_eq!(alike(&ranks, 1.0), [vec![1, 2], vec![2, 3], vec![3, 0]]);
        assert_eq!(alike(&ranks, 2.5), [vec![1, 2, 3, 0], vec![0, 4]]);
        assert_eq!(alike(&ranks, 9.0), [vec![1, 2, 3, 0, 4]]);
        assert!(alike(&ranks, 0.1).is_empty());
    }

    #[test]
    fn a_difference_of_exactly_the_critical_one_is_significant() {
        assert!(alike(&[1.0, 2.0], 1.0).is_empty());
    }
}
