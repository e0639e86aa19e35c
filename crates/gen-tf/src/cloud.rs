//! What a study on Google Cloud needs besides Terraform: what the state says, the values of secrets,
//! what exists although no state has it, and zones that have no machines left. Nothing here starts
//! Terraform.

pub mod adoption;
pub mod inventory;
pub mod life;
pub mod removal;
pub mod secrets;
pub mod state;

use std::time::{Duration, Instant};

use gen_tf_core::blueprint::Gcp;
use gen_tf_store::google::segment;

/// How long a zone that had no machines left is passed over.
const REST: Duration = Duration::from_secs(15 * 60);

/// Zones that had no machines left, each since when.
#[derive(Debug, Default)]
pub struct Zones {
    exhausted: Vec<(String, Instant)>,
}

impl Zones {
    /// The first zone that may have machines; the very first where none may.
    #[must_use]
    pub fn choose<'a>(&self, gcp: &'a Gcp) -> &'a str {
        let rests = |zone: &str| {
            self.exhausted.iter().any(|(name, since)| name == zone && since.elapsed() < REST)
        };
        let free = gcp.zones.iter().find(|zone| !rests(zone));
        free.or(gcp.zones.first()).map_or("", String::as_str)
    }

    /// Notes that a zone has no machines left; says whether another one may have some.
    pub fn exhaust(&mut self, gcp: &Gcp, zone: &str) -> bool {
        self.exhausted.retain(|(name, _)| name != zone);
        self.exhausted.push((zone.to_owned(), Instant::now()));
        self.choose(gcp) != zone && !self.exhausted.iter().any(|(name, _)| name == self.choose(gcp))
    }
}

/// A path of Google's APIs with each of its parts encoded.
fn encoded(path: &str) -> String {
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}
