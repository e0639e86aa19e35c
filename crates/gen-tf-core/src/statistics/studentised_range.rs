//! The studentised range with infinite degrees of freedom: the range of `k` standard normal values.
//! It is computed by integration; other degrees of freedom are not here, as nothing needs them.
//!
//! For up to 100 groups and probabilities down to 1e-12, a probability is right to 1e-10 of itself;
//! so is a quantile to 1e-9, for probabilities below 0.999.

use std::f64::consts::PI;

use super::tail;

/// How far the integral goes below zero, and above half of the range, where its middle is for a large
/// range: the normal density there is 1e-18.
const MARGIN: f64 = 9.0;
/// Steps of the trapezoidal rule in one unit. The rule converges faster than any power of the step
/// for a smooth function that vanishes at both ends (Trefethen and Weideman, "The Exponentially
/// Convergent Trapezoidal Rule", SIAM Review 56, 2014).
const STEPS: f64 = 16.0;
/// A range that is never exceeded, as far as numbers of 64 bits can tell.
const NEVER: f64 = 60.0;

/// The probability that the range of `groups` (two or more) standard normal values is above `q`.
///
/// It is `k ∫ φ(z) (Φ(z)^(k-1) - (Φ(z) - Φ(z - q))^(k-1)) dz` over all `z`, the largest value: one
/// less the textbook's integral (Lund and Lund, Algorithm AS 190, Applied Statistics 32, 1983), so
/// that a small probability is not the difference of two large ones.
pub(super) fn above(q: f64, groups: usize) -> f64 {
    if q >= NEVER {
        return 0.0;
    }
    let others = groups as f64 - 1.0;
    let at = |step: u32| {
        let z = f64::from(step) / STEPS - MARGIN;
        let density = (-z * z / 2.0).exp() / (2.0 * PI).sqrt();
        let below = tail::normal(-z);
        let too_far = (tail::normal(q - z) / below).min(1.0);
        density * below.powf(others) * -(others * (-too_far).ln_1p()).exp_m1()
    };
    let steps = (2.0 * MARGIN + q / 2.0) * STEPS;
    let sum: f64 = (0..=steps as u32).map(at).sum();
    (groups as f64 * sum / STEPS).clamp(0.0, 1.0)
}

/// The range that is exceeded with `probability`, between 0 and 1.
pub(super) fn exceeded_with(probability: f64, groups: usize) -> f64 {
    let (mut low, mut high) = (0.0, NEVER);
    // Each turn halves the interval; after these it is at the end of what 64 bits hold.
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if above(middle, groups) > probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFERENCE: &str = include_str!("../../../../tests/statistics/reference.json");

    #[test]
    fn the_range_agrees_with_scipy_and_with_an_integral_of_thirty_digits() {
        let reference: serde_json::Value = serde_json::from_str(REFERENCE).unwrap();
        let ranges = reference["ranges"].as_array().unwrap();
        assert_eq!(ranges.len(), 81);
        for range in ranges {
            let number = |name: &str| range[name].as_f64().unwrap();
            let groups = usize::try_from(range["groups"].as_u64().unwrap()).unwrap();
            let found = above(number("q"), groups);
            // Scipy's is 1 less an integral, so only its difference is known.
            assert!((found - number("scipy")).abs() <= 1e-9, "{range}: {found}");
            assert!((found / number("sharp") - 1.0).abs() <= 1e-10, "{range}: {found}");
            if number("sharp") < 0.999 {
                let q = exceeded_with(number("sharp"), groups);
                assert!((q / number("q") - 1.0).abs() <= 1e-9, "{range}: {q}");
            }
        }
    }

    #[test]
    fn two_values_differ_as_one_normal_value_does() {
        for q in [0.01, 0.5, 1.0, 3.0, 7.0, 15.0] {
            let expected = 2.0 * tail::normal(q / std::f64::consts::SQRT_2);
            let found = above(q, 2);
            assert!((found / expected - 1.0).abs() < 1e-12, "{q}: {found} {expected}");
        }
    }

    #[test]
    fn the_range_is_never_below_zero_and_never_endless() {
        for groups in [2, 3, 10, 100, 1_000] {
            assert!((above(0.0, groups) - 1.0).abs() < 1e-12, "{groups}");
            assert_eq!(above(NEVER, groups), 0.0);
            assert_eq!(above(f64::MAX, groups), 0.0);
        }
    }

    #[test]
    fn a_quantile_is_exceeded_with_its_probability() {
        for groups in [2, 7, 40] {
            for probability in [1e-9, 0.01, 0.5, 0.999] {
                let found = above(exceeded_with(probability, groups), groups);
                assert!((found / probability - 1.0).abs() < 1e-10, "{groups} {probability}");
            }
        }
    }
}
