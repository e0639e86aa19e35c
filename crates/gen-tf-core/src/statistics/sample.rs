//! Numbers that can be computed with: there are some, and each is finite. It summarises nothing.

use super::NoAnswer;

/// The largest magnitude of a value: the sum and the difference of any two are finite.
pub const LARGEST: f64 = 1e300;

/// At least one value, all finite, in ascending order.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    sorted: Vec<f64>,
}

impl Sample {
    /// Takes values in any order.
    ///
    /// # Errors
    /// `NoValues` for none; `Unusable` where one is NaN, infinite or larger than `LARGEST`.
    pub fn new(values: &[f64]) -> Result<Self, NoAnswer> {
        if values.is_empty() {
            return Err(NoAnswer::NoValues);
        }
        let mut sorted = usable(values)?;
        sorted.sort_by(f64::total_cmp);
        Ok(Self { sorted })
    }

    /// The values, ascending.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.sorted
    }
}

/// The same values, where each can be computed with. Zero has one sign afterwards, as `total_cmp`
/// tells the two apart.
pub(super) fn usable(values: &[f64]) -> Result<Vec<f64>, NoAnswer> {
    let usable = |value: f64| {
        let fits = value.abs() <= LARGEST;
        if fits { Ok(value + 0.0) } else { Err(NoAnswer::Unusable(value)) }
    };
    values.iter().copied().map(usable).collect()
}

/// The sum of `t³ - t` over the groups of equal values, as corrections for ties need it.
pub(super) fn tie_term(sorted: &[f64]) -> u128 {
    let groups = sorted.chunk_by(|one, next| one == next);
    groups.map(|group| cube_less_itself(group.len())).sum()
}

/// `n³ - n`.
pub(super) fn cube_less_itself(n: usize) -> u128 {
    let n = n as u128;
    n * n * n - n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_sorted_and_has_one_zero() {
        let sample = Sample::new(&[2.0, 0.0, -1.0, -0.0]).unwrap();
        assert_eq!(sample.values(), [-1.0, 0.0, 0.0, 2.0]);
        assert!(sample.values()[1..3].iter().all(|zero| zero.is_sign_positive()));
    }

    #[test]
    fn what_is_no_number_makes_no_sample() {
        assert_eq!(Sample::new(&[]), Err(NoAnswer::NoValues));
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.1e300] {
            assert!(matches!(Sample::new(&[1.0, bad]), Err(NoAnswer::Unusable(_))), "{bad}");
        }
    }

    #[test]
    fn ties_are_counted_by_group() {
        assert_eq!(tie_term(&[1.0, 2.0, 3.0]), 0);
        assert_eq!(tie_term(&[1.0, 1.0, 3.0, 4.0, 4.0, 4.0]), 6 + 24);
    }
}
