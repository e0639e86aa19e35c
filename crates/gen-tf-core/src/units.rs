//! Durations and sizes as people write them (`1h30m`, `4GiB`), read and written.
//! It knows no limits of any field.

/// Why a text is no duration or no size: what is wrong, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}; {help}")]
pub struct UnitError {
    /// What is wrong, about the text, such as `has no unit`.
    pub message: String,
    /// What to do.
    pub help: String,
}

const DURATION_UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

const SIZE_UNITS: [(&str, u64); 4] =
    [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

/// Reads a duration such as `90s`, `15m` or `1h30m`, in seconds.
///
/// # Errors
/// The text is no duration; zero is one.
pub fn parse_duration(text: &str) -> Result<u64, UnitError> {
    let fail = |message: &str, help: String| UnitError { message: message.to_owned(), help };
    let usual = || "write whole numbers with `d`, `h`, `m` or `s`, such as `90s` or `1h30m`".into();
    if text.starts_with('-') {
        return Err(fail("is negative", usual()));
    }
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(fail("has no unit", format!("write `{text}s`, `{text}m` or `{text}h`")));
    }
    if text.contains('.') {
        return Err(fail("has a fraction", "write `1h30m` for one and a half hours".into()));
    }
    let mut rest = text;
    let mut seconds: u64 = 0;
    let mut units = DURATION_UNITS.iter();
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        if number.is_empty() {
            return Err(fail("is no duration", usual()));
        }
        if !DURATION_UNITS.iter().any(|(name, _)| *name == unit) {
            return Err(fail("is no duration", usual()));
        }
        // The iterator goes on from the last unit, so that `1m1h` and `1h1h` are refused.
        let Some((_, factor)) = units.find(|(name, _)| *name == unit) else {
            return Err(fail("has its units out of order", usual()));
        };
        let part = number.parse::<u64>().ok().and_then(|number| number.checked_mul(*factor));
        seconds = part
            .and_then(|part| seconds.checked_add(part))
            .ok_or_else(|| fail("is longer than anything", usual()))?;
        rest = after;
    }
    if text.is_empty() { Err(fail("is no duration", usual())) } else { Ok(seconds) }
}

/// Writes a number of seconds as `parse_duration` reads it; days only when they are whole.
#[must_use]
pub fn format_duration(seconds: u64) -> String {
    const DAY: u64 = 86_400;
    if seconds > DAY && seconds.is_multiple_of(DAY) {
        return format!("{}d", seconds / DAY);
    }
    let parts = [(seconds / 3_600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let text: String = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number}{unit}"))
        .collect();
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// Reads a size such as `4GiB` or `512MiB`, in bytes.
///
/// # Errors
/// The text is no size; zero is one.
pub fn parse_size(text: &str) -> Result<u64, UnitError> {
    let usual = "write a whole number with `KiB`, `MiB`, `GiB` or `TiB`, such as `4GiB`";
    let fail = |message: &str, help: &str| UnitError {
        message: message.to_owned(),
        help: help.to_owned(),
    };
    if text.starts_with('-') {
        return Err(fail("is negative", usual));
    }
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    if number.is_empty() {
        return Err(fail("is no size", usual));
    }
    if unit.is_empty() {
        return Err(fail("has no unit", &format!("write `{number}MiB` or `{number}GiB`")));
    }
    if unit.starts_with('.') {
        return Err(fail("has a fraction", "take the next smaller unit, such as `1536MiB`"));
    }
    if let Some((_, factor)) = SIZE_UNITS.iter().find(|(name, _)| *name == unit) {
        let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(*factor));
        return bytes.ok_or_else(|| fail("is larger than anything", usual));
    }
    let initial = unit.trim().chars().next().map(|c| c.to_ascii_uppercase());
    let near = SIZE_UNITS.iter().find(|(name, _)| name.chars().next() == initial);
    let help = near.map_or(usual.to_owned(), |(name, _)| format!("write `{number}{name}`"));
    Err(fail("has no unit that gen-tf knows", &help))
}

/// Writes a number of bytes for people, such as `3.75 GiB`.
#[must_use]
pub fn format_size(bytes: u64) -> String {
    let (unit, factor) =
        SIZE_UNITS.iter().copied().find(|(_, factor)| bytes >= *factor).unwrap_or(("bytes", 1));
    // Two decimals are enough for people; sizes here are far below 2^53.
    #[expect(clippy::cast_precision_loss, reason = "shown with two decimals")]
    let number = format!("{:.2}", bytes as f64 / factor as f64);
    format!("{} {unit}", number.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_back_as_they_were_written() {
        for (text, seconds) in [
            ("90s", 90),
            ("1h30m", 5_400),
            ("1h", 3_600),
            ("7d", 604_800),
            ("0s", 0),
            ("2h1s", 7_201),
        ] {
            assert_eq!(parse_duration(text), Ok(seconds), "{text}");
            assert_eq!(parse_duration(&format_duration(seconds)), Ok(seconds), "{text}");
        }
        assert_eq!(format_duration(5_400), "1h30m");
        assert_eq!(format_duration(604_800), "7d");
        assert_eq!(format_duration(86_400), "24h");
    }

    #[test]
    fn refuses_what_is_no_duration() {
        for text in [
            "",
            "1",
            "h",
            "-1h",
            "1.5h",
            "1 h",
            "1m1h",
            "1h1h",
            "1w",
            "1H",
            "é",
            "1é",
            "１h",
            "99999999999999999999s",
            "999999999999999999d",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_binary_and_say_so() {
        assert_eq!(parse_size("4GiB"), Ok(4 << 30));
        assert_eq!(parse_size("512MiB"), Ok(512 << 20));
        assert_eq!(parse_size("4GB").unwrap_err().help, "write `4GiB`");
        assert_eq!(parse_size("4 GiB").unwrap_err().help, "write `4GiB`");
        for text in ["", "4", "GiB", "-4GiB", "1.5GiB", "4Gib", "99999999999TiB", "4é"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_shown_without_useless_zeros() {
        assert_eq!(format_size(4 << 30), "4 GiB");
        assert_eq!(format_size(15 << 28), "3.75 GiB");
        assert_eq!(format_size(512 << 20), "512 MiB");
        assert_eq!(format_size(10), "10 bytes");
    }
}
