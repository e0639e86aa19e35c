//! An interval for the median by the bootstrap: the percentile interval, from a seed.
//! The same sample and options give the same interval on every machine.

use super::{NoAnswer, Sample, check_level, summary::quantile};

/// How an interval is computed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bootstrap {
    /// The level of confidence, between 0 and 1.
    pub level: f64,
    /// How many resamples are drawn; eight bytes each.
    pub resamples: u32,
    /// Where the generator of random numbers begins.
    pub seed: u64,
}

impl Default for Bootstrap {
    /// 95 %, as many resamples as scipy draws, and the seed 0.
    fn default() -> Self {
        Self { level: 0.95, resamples: 9_999, seed: 0 }
    }
}

/// An interval for a median, both ends within it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The percentile interval of the median: as many values as the sample has are drawn from it with
/// replacement, again and again; the interval holds the middle `level` of the medians. Its ends are
/// quantiles of type 7, as in `Summary`.
///
/// Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13. Their BCa
/// interval is not used, because its acceleration comes from the jackknife, which fails for the
/// median (chapter 11 there).
///
/// A sample whose values are all the same gives an interval of no width.
///
/// # Errors
/// `OneValue` where the sample has one value, `NotAProbability` where the level is not between 0
/// and 1, `NoResamples` where none are asked for.
pub fn median_interval(sample: &Sample, options: &Bootstrap) -> Result<Interval, NoAnswer> {
    let level = check_level(options.level)?;
    if options.resamples == 0 {
        return Err(NoAnswer::NoResamples);
    }
    if sample.values().len() < 2 {
        return Err(NoAnswer::OneValue);
    }
    let mut random = SplitMix64(options.seed);
    let mut drawn = vec![0.0; sample.values().len()];
    let mut medians: Vec<f64> = (0..options.resamples)
        .map(|_| {
            for value in &mut drawn {
                *value = sample.values()[random.below(sample.values().len())];
            }
            median(&mut drawn)
        })
        .collect();
    medians.sort_by(f64::total_cmp);
    let outside = (1.0 - level) / 2.0;
    Ok(Interval { low: quantile(&medians, outside), high: quantile(&medians, 1.0 - outside) })
}

/// The median of values, which are put into another order; there are some.
fn median(values: &mut [f64]) -> f64 {
    let half = values.len() / 2;
    let odd = values.len() % 2 == 1;
    let (lower, upper, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    if odd {
        return *upper;
    }
    let below = lower.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (below + *upper) / 2.0
}

/// The generator `SplitMix64` of Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
/// Generators" (OOPSLA 2014), with the constants of Vigna's `splitmix64.c`. It is written out here
/// because generators of libraries may change with a version, and with them every interval.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below `count`, by the upper half of a product. No two of them differ in
    /// probability by more than 2⁻⁶⁴.
    fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.next()) * count as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_gives_its_published_numbers() {
        let mut random = SplitMix64(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
        assert_eq!(random.next(), 9_817_491_932_198_370_423);
    }

    #[test]
    fn a_seed_decides_the_interval() {
        let values: Vec<f64> = (0..25).map(|i| f64::from(i * i)).collect();
        let sample = Sample::new(&values).unwrap();
        let with = |seed| {
            let options = Bootstrap { seed, resamples: 50, ..Bootstrap::default() };
            median_interval(&sample, &options).unwrap()
        };
        assert_eq!(with(1), with(1));
        assert!((2..12).any(|seed| with(seed) != with(1)));
    }

    #[test]
    fn an_interval_needs_values_a_level_and_resamples() {
        let two = Sample::new(&[1.0, 2.0]).unwrap();
        let usual = Bootstrap::default();
        let one = Sample::new(&[1.0]).unwrap();
        assert_eq!(median_interval(&one, &usual), Err(NoAnswer::OneValue));
        let none = Bootstrap { resamples: 0, ..usual };
        assert_eq!(median_interval(&two, &none), Err(NoAnswer::NoResamples));
        for level in [0.0, 1.0, -0.5, f64::NAN, f64::INFINITY] {
            let answer = median_interval(&two, &Bootstrap { level, ..usual });
            assert!(matches!(answer, Err(NoAnswer::NotAProbability(_))), "{level}");
        }
    }

    #[test]
    fn equal_values_give_an_interval_of_no_width() {
        let sample = Sample::new(&[0.1; 7]).unwrap();
        let interval = median_interval(&sample, &Bootstrap::default()).unwrap();
        assert_eq!(interval, Interval { low: 0.1, high: 0.1 });
    }
}
