//! Holm's correction of p values for a family of tests. It makes no test.

use super::NoAnswer;

/// The p values of a family, each adjusted so that the chance of any wrong rejection in the family
/// stays within the level that they are compared with. In the order given; each 0 to 1 and not below
/// what it was. A family of none has none.
///
/// Source: Holm, "A Simple Sequentially Rejective Multiple Test Procedure" (Scandinavian Journal of
/// Statistics 6, 1979).
///
/// # Errors
/// `NotAProbability` where a p value is not within 0 to 1.
pub fn holm(p_values: &[f64]) -> Result<Vec<f64>, NoAnswer> {
    if let Some(bad) = p_values.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        return Err(NoAnswer::NotAProbability(*bad));
    }
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&one, &other| p_values[one].total_cmp(&p_values[other]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut so_far = 0.0_f64;
    for (rejected, &place) in order.iter().enumerate() {
        let left = (p_values.len() - rejected) as f64;
        so_far = so_far.max((p_values[place] * left).min(1.0));
        adjusted[place] = so_far;
    }
    Ok(adjusted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_p_value_is_not_adjusted_below_an_earlier_one() {
        assert_eq!(holm(&[0.25, 0.0625, 0.125]).unwrap(), [0.25, 0.1875, 0.25]);
        assert_eq!(holm(&[0.75, 0.5]).unwrap(), [1.0, 1.0]);
        assert_eq!(holm(&[]).unwrap(), [0.0; 0]);
    }

    #[test]
    fn what_is_no_probability_is_not_corrected() {
        for bad in [f64::NAN, -0.1, 1.1, f64::INFINITY] {
            assert!(matches!(holm(&[0.5, bad]), Err(NoAnswer::NotAProbability(_))), "{bad}");
        }
    }
}
