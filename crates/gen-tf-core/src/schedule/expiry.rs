//! When what a study has made counts as forgotten. Times are seconds since 1970, and arguments.

/// The label that says when what carries it counts as forgotten.
pub const EXPIRES: &str = "gen-tf-expires";

/// Seconds that a VM whose time is over has for being removed, before it counts as forgotten;
/// `terraform-modules/gcp-experiment` adds the same.
pub const VM_MARGIN: i64 = 3600;

const DAY: i64 = 86_400;

/// How long a study counts as remembered after it was applied.
const KEPT: i64 = 30 * DAY;

/// How near its expiry may come before an apply puts it off.
const NEAR: i64 = 10 * DAY;

/// When the shared things of a study expire: as it was decided before, unless that comes near. They
/// outlive every VM that starts now.
#[must_use]
pub fn shared_expiry(known: Option<i64>, longest_vm: u64, now: i64) -> i64 {
    let longest = i64::try_from(longest_vm).unwrap_or(i64::MAX / 2) + VM_MARGIN;
    match known {
        Some(known) if known - now > NEAR + longest => known,
        _ => now + KEPT + longest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_stays_for_twenty_days_and_is_then_put_off() {
        let first = shared_expiry(None, 9_000, 0);
        assert_eq!(first, KEPT + 9_000 + VM_MARGIN);
        for now in [1, DAY, 19 * DAY] {
            assert_eq!(shared_expiry(Some(first), 9_000, now), first, "{now}");
        }
        assert_eq!(shared_expiry(Some(first), 9_000, 21 * DAY), first + 21 * DAY);
    }

    #[test]
    fn shared_things_outlive_the_vm_that_starts_last() {
        for now in (0..200 * DAY).step_by(7 * 3600) {
            let expires = shared_expiry(Some(KEPT), 9_000, now);
            assert!(expires > now + 9_000 + VM_MARGIN, "{now}");
        }
    }
}
