//! When machines that could not be had are asked for again: what the store remembers of it, kept to by
//! every apply, whether it waits or not.

use std::time::{Duration, Instant};

use gen_tf_core::{
    shortage::{Kind, Rests, Shortage},
    units::format_duration,
};

use crate::{failure::Failure, screen, session::Session};

/// How many looks it takes until machines that could not be had are asked for again: one minute on
/// Google Cloud at first, twice as long each time, ten minutes at most. So an apply that is called
/// every quarter of an hour always finds that it may ask, also when the refusal took minutes.
const FIRST_REST: u32 = 6;
const LONGEST_REST: u32 = 60;

/// The shortage that is not over, if there is one.
pub(super) struct Shortages {
    known: Option<Shortage>,
    /// When more machines are asked for again.
    until: Instant,
    rests: Rests,
}

impl Shortages {
    /// What the applies before have met. A person who is asked decides that machines are asked for
    /// now; others keep to the rest.
    pub fn recall(
        session: &mut Session,
        by_hand: bool,
        look_every: Duration,
    ) -> Result<Self, Failure> {
        let rests = Rests {
            first: (look_every * FIRST_REST).as_secs(),
            longest: (look_every * LONGEST_REST).as_secs(),
        };
        let known = session.recall_shortage()?;
        let mut until = Instant::now();
        if let Some(known) = &known {
            let Shortage { reason, next, .. } = known;
            let rest = known.rests_for(session.store().now()?);
            if by_hand && rest > 0 {
                screen::say(format_args!(
                    "{reason}: asks again now, and not at {next}, because it was started by hand"
                ));
            } else if rest > 0 {
                until += Duration::from_secs(rest);
                let rest = format_duration(rest);
                screen::say(format_args!(
                    "{reason}: more machines are asked for in {rest}, or at once by an apply without --yes"
                ));
            }
        }
        Ok(Self { known, until, rests })
    }

    /// Whether as many machines as the study may have are asked for.
    pub fn may_ask(&self) -> bool {
        self.known.is_none() || Instant::now() >= self.until
    }

    /// Until then places that become free are taken again, and no more.
    pub fn places(&self) -> Option<usize> {
        self.known.as_ref().filter(|_| !self.may_ask()).map(|known| known.places)
    }

    /// Machines that could not be had: says so, and when they are asked for again.
    pub fn postpone(
        &mut self,
        session: &Session,
        (kind, reason): (Kind, &str),
        places: usize,
    ) -> Result<(), Failure> {
        // Before the first apply there is no bucket that could tell its time.
        let now = session.store().now().unwrap_or_else(|_| jiff::Timestamp::now());
        let shortage = Shortage::after(self.known.as_ref(), kind, reason, places, self.rests, now);
        self.until = Instant::now() + Duration::from_secs(shortage.rest_seconds);
        screen::say(format_args!(
            "{reason}: what could not start stays pending; {places} machine{} for now, more are asked for in {}",
            if places == 1 { "" } else { "s" },
            format_duration(shortage.rest_seconds)
        ));
        session.remember_shortage(&shortage)?;
        self.known = Some(shortage);
        Ok(())
    }

    /// All machines that were asked for were to be had, or none is wanted any more.
    pub fn end(&mut self, session: &Session) -> Result<(), Failure> {
        if self.known.take().is_some() {
            session.forget_shortage()?;
        }
        Ok(())
    }
}
