//! Pages of lists, as the APIs besides Compute Engine's plain lists cut them. It does not know what is listed.

use super::call::Call;
use crate::cloud::error::{ApiError, Result};

/// The part of a list that a call asks for, and the token of the next one.
///
/// A token says how many came before; clients must take it for a riddle.
pub fn cut<T>(
    call: &Call,
    size: &str,
    most: usize,
    all: Vec<T>,
) -> Result<(Vec<T>, Option<String>)> {
    let limit = call.number(size)?.filter(|n| *n > 0);
    let limit = limit.and_then(|n| usize::try_from(n).ok()).unwrap_or(most).min(most);
    let token = call.param("pageToken").unwrap_or_default();
    let before: usize = match token.strip_prefix("page-") {
        Some(number) => number.parse().map_err(|_| wrong(token))?,
        None if token.is_empty() => 0,
        None => return Err(wrong(token)),
    };
    let more = all.len() > before.saturating_add(limit);
    let page = all.into_iter().skip(before).take(limit).collect();
    Ok((page, more.then(|| format!("page-{}", before + limit))))
}

fn wrong(token: &str) -> ApiError {
    ApiError::invalid(format!("Invalid value for field 'pageToken': '{token}'."))
}
