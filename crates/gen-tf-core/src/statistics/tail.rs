//! Upper tails of the normal and the chi-square distribution, from the libraries `libm` and `statrs`.
//! The studentised range, which no library has, is beside this.

use std::f64::consts::SQRT_2;

use statrs::function::gamma::gamma_ur;

/// The probability that a standard normal value is above `z`. The `erfc` of statrs 0.19.1 is off by
/// 1e-10 of itself (<https://github.com/statrs-dev/statrs/pull/412>), that of libm in the last digit.
pub(super) fn normal(z: f64) -> f64 {
    libm::erfc(z / SQRT_2) / 2.0
}

/// The probability that a chi-square value of at least one degree of freedom is above `x`.
pub(super) fn chi_square(x: f64, degrees_of_freedom: usize) -> f64 {
    // The library's function begins above zero.
    if x <= 0.0 {
        return 1.0;
    }
    gamma_ur(degrees_of_freedom as f64 / 2.0, x / 2.0).clamp(0.0, 1.0)
}
