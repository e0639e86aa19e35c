//! How often and how patiently something is tried again. It does not know what.

use std::{
    error::Error,
    time::{Duration, Instant, SystemTime},
};

use object_store::client::HttpErrorKind as Kind;

/// Tries after the first.
const RETRIES: u32 = 7;
const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(16);
/// A request that is still not answered by then will not be in a minute either.
const LIMIT: Duration = Duration::from_secs(180);

/// The patience that one operation has: it ends after a number of tries, and after some time.
pub(crate) struct Patience {
    retries: u32,
    limit: u32,
    start: Instant,
}

impl Patience {
    pub fn new() -> Self {
        Self { retries: 0, limit: RETRIES, start: Instant::now() }
    }

    /// For what a library has tried again already, as far as it dared.
    pub fn short() -> Self {
        Self { limit: 3, ..Self::new() }
    }

    /// How often it was tried.
    pub fn tries(&self) -> u32 {
        self.retries + 1
    }

    /// Waits before the next try; `false` means that there is to be none.
    pub async fn wait(&mut self) -> bool {
        if self.retries >= self.limit || self.start.elapsed() > LIMIT {
            return false;
        }
        let full = FIRST.saturating_mul(1 << self.retries).min(LONGEST);
        self.retries += 1;
        tokio::time::sleep(jittered(full)).await;
        true
    }
}

/// Between half of it and the whole, so that many clients do not come back at once.
fn jittered(full: Duration) -> Duration {
    let nanos = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let random = nanos.map_or(0, |time| time.subsec_nanos() % 1000);
    full / 2 + full.mul_f64(f64::from(random) / 2000.0)
}

/// Statuses that say "not now".
pub(crate) fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..=599)
}

/// Whether a connection of object_store broke, which tells nothing of what the server has done. That
/// there was none in the first place, the library has waited out itself.
pub(crate) fn is_lost_connection(error: &(dyn Error + 'static)) -> bool {
    kind_of(error).is_some_and(|kind| !matches!(kind, Kind::Connect | Kind::Decode))
}

/// Whether a connection of object_store broke, or there was none.
pub(crate) fn is_of_connection(error: &(dyn Error + 'static)) -> bool {
    kind_of(error).is_some_and(|kind| kind != Kind::Decode)
}

fn kind_of(error: &(dyn Error + 'static)) -> Option<Kind> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(http) = error.downcast_ref::<object_store::client::HttpError>() {
            return Some(http.kind());
        }
        next = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_is_never_longer_than_its_full_length_nor_shorter_than_half() {
        for _ in 0..100 {
            let wait = jittered(Duration::from_secs(8));
            assert!((4..=8).contains(&wait.as_secs()), "{wait:?}");
        }
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        assert!([408, 429, 500, 503].into_iter().all(is_passing));
        assert!(![200, 304, 400, 401, 403, 404, 409, 412].into_iter().any(is_passing));
    }
}
