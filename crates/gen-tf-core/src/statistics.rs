//! Statistics of results: how a cell's runs spread, and whether tools differ.
//! It computes from numbers and decides nothing about studies; who reads results and who draws them
//! is elsewhere. What has no sensible answer is a `NoAnswer`; no result is ever NaN or infinite.
//!
//! Normal and chi-square tails come from the library `statrs`; `docs/decisions` says why the rest
//! is here, and `tests/statistics` holds what scipy computes for the same numbers.

mod sample;
mod summary;
mod bootstrap;
mod effect;
mod mann_whitney;
mod holm;
mod friedman;
mod studentised_range;
mod tail;

pub use bootstrap::{Bootstrap, Interval, median_interval};
pub use effect::{Effect, Magnitude, effect};
pub use friedman::{Best, Friedman, Nemenyi, friedman};
pub use holm::holm;
pub use mann_whitney::{EXACT_UP_TO, EXACT_WITH_UP_TO, MannWhitney, Method, mann_whitney};
pub use sample::{LARGEST, Sample};
pub use summary::Summary;

/// Why a statistic has no value. It is an answer to be shown, not a failure of the program.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum NoAnswer {
    /// A sample or a table without values.
    #[error("there are no values")]
    NoValues,
    /// A value that is NaN, infinite, or larger than `LARGEST`.
    #[error("the value {0} can't be computed with")]
    Unusable(f64),
    /// One value tells nothing about spread.
    #[error("there is only one value; it takes two")]
    OneValue,
    /// A comparison of groups with less than two of them.
    #[error("there is only one group; it takes two to compare")]
    OneGroup,
    /// A comparison over blocks with less than two of them.
    #[error("there is only one block; it takes two")]
    OneBlock,
    /// A block that lacks a group, or has one more than the first block.
    #[error("block {block} has {found} values, the first has {expected}")]
    Uneven {
        /// The block, counted from 1.
        block: usize,
        /// Its number of values.
        found: usize,
        /// The number of values of the first block.
        expected: usize,
    },
    /// All groups have the same value in every block, so that nothing can be ranked.
    #[error("in every block all values are the same")]
    AllEqual,
    /// A p value outside 0 to 1, or a level that is not between them.
    #[error("{0} is no probability that can be used here")]
    NotAProbability(f64),
    /// A bootstrap of no resamples.
    #[error("the bootstrap has no resamples")]
    NoResamples,
}

/// A level of confidence or significance: above 0 and below 1.
fn check_level(level: f64) -> Result<f64, NoAnswer> {
    if level > 0.0 && level < 1.0 { Ok(level) } else { Err(NoAnswer::NotAProbability(level)) }
}
