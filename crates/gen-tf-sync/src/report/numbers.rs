//! Numbers as people read them. What a program reads is written in full elsewhere.

/// A number in a table: whole numbers in groups of three digits, others with one or two places.
pub fn full(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return grouped(value);
    }
    match value.abs() {
        large if large >= 1e15 => format!("{value:.3e}"),
        large if large >= 1_000.0 => grouped_with(value, 1),
        some if some >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// A number in a small place: three digits or so.
pub fn brief(value: f64) -> String {
    match value.abs() {
        large if large >= 1e9 => format!("{value:.1e}"),
        large if large >= 1e6 => format!("{:.1}M", value / 1e6),
        large if large >= 1e4 => format!("{:.1}k", value / 1e3),
        whole if whole.fract() == 0.0 => format!("{value:.0}"),
        large if large >= 100.0 => format!("{value:.0}"),
        some if some >= 1.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A number at an axis with such steps.
pub fn tick(value: f64, step: f64) -> String {
    if step >= 1.0 {
        return brief(value);
    }
    let places = (-step.log10()).ceil().clamp(0.0, 9.0) as usize;
    format!("{value:.places$}")
}

/// A p value: none looks like zero, and small ones have a place more, so that 0.0498 is seen to be
/// below 0.05.
pub fn probability(p: f64) -> String {
    match p {
        p if p < 0.001 => "< 0.001".to_owned(),
        p if p < 0.1 => format!("{p:.4}"),
        p => format!("{p:.3}"),
    }
}

fn grouped(value: f64) -> String {
    grouped_with(value, 0)
}

/// With a narrow space that breaks no line between groups.
fn grouped_with(value: f64, places: usize) -> String {
    let text = format!("{:.places$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    let sign = if value < 0.0 { "−" } else { "" };
    format!("{sign}{grouped}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_long_as_their_place_allows() {
        let cases = [
            (0.0, "0", "0"),
            (12.0, "12", "12"),
            (61.456, "61.46", "61.5"),
            (0.1234, "0.123", "0.12"),
            (1_234.5, "1\u{202f}234.5", "1234"),
            (1_234_567.0, "1\u{202f}234\u{202f}567", "1.2M"),
            (98_765.0, "98\u{202f}765", "98.8k"),
            (1e18, "1.000e18", "1.0e18"),
        ];
        for (value, in_table, in_chart) in cases {
            assert_eq!((full(value).as_str(), brief(value).as_str()), (in_table, in_chart));
        }
    }

    #[test]
    fn an_axis_tells_its_steps_apart() {
        assert_eq!((tick(0.25, 0.05).as_str(), tick(60.0, 20.0).as_str()), ("0.25", "60"));
    }

    #[test]
    fn no_p_value_looks_like_zero_or_like_the_level_that_it_is_below() {
        let cases = [(0.0, "< 0.001"), (0.049_8, "0.0498"), (0.314_15, "0.314"), (1.0, "1.000")];
        for (p, shown) in cases {
            assert_eq!(probability(p), shown);
        }
    }
}
