//! A store that does not answer while `gen-tf apply --wait` waits: said once, asked again, given up
//! after a while. What an error means is told by the store.

use std::time::{Duration, Instant};

use gen_tf_core::units::format_duration;
use gen_tf_store::{StoreError, google::GoogleError};

use crate::{
    failure::Failure,
    screen,
    session::{Session, View},
};

/// How long a store is asked again. What runs goes on meanwhile, and nothing is started or removed.
const GIVE_UP_AFTER: Duration = Duration::from_secs(30 * 60);

/// Looks that have failed one after another.
#[derive(Default)]
pub struct Outage {
    since: Option<Instant>,
}

impl Outage {
    /// Looks. Nothing is seen where the store does not answer and whoever waits may look again later.
    ///
    /// # Errors
    ///
    /// As [`Session::observe_and_close`], where another look is of no use or there were enough.
    pub fn look(&mut self, session: &mut Session, waits: bool) -> Result<Option<View>, Failure> {
        match session.observe_and_close() {
            Ok(view) => {
                self.is_over();
                Ok(Some(view))
            }
            Err(failure) => {
                session.live.clear();
                let again = waits && self.is_waited_out(&failure, Instant::now());
                if again { Ok(None) } else { Err(failure) }
            }
        }
    }

    /// Whether to look again after this failure of a look. The first one is said.
    fn is_waited_out(&mut self, failure: &Failure, now: Instant) -> bool {
        if !may_pass(failure) {
            return false;
        }
        let Some(since) = self.since else {
            failure.report();
            screen::say(format_args!(
                "looks again, for {} at most; what runs goes on, and nothing is started meanwhile",
                format_duration(GIVE_UP_AFTER.as_secs())
            ));
            self.since = Some(now);
            return true;
        };
        now.duration_since(since) < GIVE_UP_AFTER
    }

    /// A look has succeeded.
    fn is_over(&mut self) {
        if self.since.take().is_some() {
            screen::say("the store answers again");
        }
    }
}

fn may_pass(failure: &Failure) -> bool {
    let Some(error) = &failure.error else { return false };
    let of_store = error.downcast_ref::<StoreError>().is_some_and(StoreError::may_pass);
    of_store || error.downcast_ref::<GoogleError>().is_some_and(GoogleError::may_pass)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16) -> Failure {
        let request = "GET http://h/x".to_owned();
        GoogleError::Refused { request, status, reason: None, message: String::new() }.into()
    }

    #[test]
    fn a_store_that_is_busy_is_asked_again_for_half_an_hour() {
        let (mut outage, start) = (Outage::default(), Instant::now());
        let at = |minutes: u64| start + Duration::from_secs(60 * minutes);
        assert!([0, 10, 29].iter().all(|m| outage.is_waited_out(&refused(503), at(*m))));
        assert!(!outage.is_waited_out(&refused(503), at(30)));
        outage.is_over();
        assert!(outage.is_waited_out(&refused(503), at(31)), "another one has its own time");
    }

    #[test]
    fn what_does_not_pass_by_itself_ends_the_wait() {
        let mut outage = Outage::default();
        for failure in [refused(403), refused(404), Failure::message("the definition has changed")]
        {
            assert!(!outage.is_waited_out(&failure, Instant::now()), "{failure:?}");
        }
    }
}
