//! What is known of the resources of gen-tf's own modules by their addresses: how long a change may
//! take, and which are let go of where Terraform says that it destroys them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::event::Action;

const MINUTE: Duration = Duration::from_secs(60);

/// `START_WAIT`, `TERM_WAIT` and `KILL_WAIT` of `sandbox.sh`, each once, which is the longest that its
/// start and its stop wait; and a minute for the files of a sandbox, which have no limit.
const SANDBOX: Duration = Duration::from_secs(60 + 40 + 20 + 60 + 60);

/// Resources with `deletion_policy = "ABANDON"` in the modules.
const ABANDONED: [&str; 2] = ["google_storage_bucket.store", "google_storage_bucket_object.guest"];

/// What becomes of a resource: what is abandoned leaves the state and stays, and Terraform calls that
/// a destroy.
pub(crate) fn what_happens(address: &str, action: Action) -> Action {
    match action {
        Action::Delete if ABANDONED.contains(&kind_of(address).as_str()) => Action::Remove,
        other => other,
    }
}

/// The words for a change while it goes on.
pub(crate) fn going_on(address: &str, action: Action) -> String {
    format!("{} {address}", what_happens(address, action).going_on())
}

/// How long these changes may take together, the longest way: Terraform makes `parallelism` of them
/// at a time, and some wait for others. Nothing where one of them has no limit that is known.
///
/// Two of one kind never wait for each other, so that the longest chain has each kind once.
pub(super) fn at_most(changes: &[(String, Action)], parallelism: u32) -> Option<Duration> {
    let mut chain: BTreeMap<(String, &str), Duration> = BTreeMap::new();
    let mut work = Duration::ZERO;
    for (address, action) in changes {
        let kind = kind_of(address);
        let action = what_happens(address, *action);
        let limit = limit_of(&kind, action)?;
        work += limit;
        let longest = chain.entry((kind, action.going_on())).or_default();
        *longest = limit.max(*longest);
    }
    let chain: Duration = chain.values().sum();
    let side_by_side = changes.len() <= parallelism as usize;
    Some(if side_by_side { chain } else { chain + work / parallelism.max(1) })
}

/// The limits of hashicorp/google 7.45 where the modules set none, and those of `sandbox.sh`. What
/// has no limit of its own has the 20 minutes of the provider's framework.
fn limit_of(kind: &str, action: Action) -> Option<Duration> {
    let of = kind.split_once('.').map_or(kind, |(of, _)| of);
    let minutes = match (of, action) {
        (_, Action::Remove) => 0,
        ("terraform_data", _) => match kind {
            "terraform_data.guard" | "terraform_data.sandbox" => return Some(SANDBOX),
            // The attempt's number, for which nothing is done.
            "terraform_data.attempt" => 0,
            _ => return None,
        },
        ("google_storage_bucket_object", _) => 4,
        ("google_storage_bucket", Action::Create) => 10,
        ("google_service_account", Action::Create) => 5,
        (of, _) if of.starts_with("google_") => 20,
        _ => return None,
    };
    Some(MINUTE * minutes)
}

/// Type and name of a resource, e.g. `google_compute_instance.experiment`: its address without
/// modules and keys.
fn kind_of(address: &str) -> String {
    let (mut plain, mut in_key, mut in_text, mut escaped) = (String::new(), false, false, false);
    for character in address.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' if in_key => in_text = !in_text,
            '[' if !in_text => in_key = true,
            ']' if !in_text => in_key = false,
            _ if in_key => {}
            other => plain.push(other),
        }
    }
    let parts: Vec<&str> = plain.rsplitn(3, '.').collect();
    match parts.as_slice() {
        [name, of, ..] => format!("{of}.{name}"),
        _ => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VM: &str = r#"module.experiment["a.b/[x\"]/1"].google_compute_instance.experiment"#;

    fn changes(all: &[(&str, Action)]) -> Vec<(String, Action)> {
        all.iter().map(|(address, action)| ((*address).to_owned(), *action)).collect()
    }

    #[test]
    fn keys_and_modules_are_no_part_of_a_kind() {
        assert_eq!(kind_of(VM), "google_compute_instance.experiment");
        assert_eq!(kind_of("terraform_data.a[0]"), "terraform_data.a");
        assert_eq!(kind_of("odd"), "odd");
    }

    #[test]
    fn a_vm_takes_twenty_minutes_at_most_and_many_side_by_side_too() {
        let one = changes(&[(VM, Action::Create)]);
        assert_eq!(at_most(&one, 10), Some(MINUTE * 20));
        let ten: Vec<_> = one.iter().cycle().take(10).cloned().collect();
        assert_eq!(at_most(&ten, 10), Some(MINUTE * 20));
        let hundred: Vec<_> = one.iter().cycle().take(100).cloned().collect();
        assert_eq!(at_most(&hundred, 50), Some(MINUTE * 60), "two rounds, and the longest chain");
        assert_eq!(at_most(&[], 10), Some(Duration::ZERO));
    }

    #[test]
    fn what_may_wait_for_each_other_counts_one_after_the_other() {
        let bucket = "module.store.google_storage_bucket.store";
        let guest = "module.store.google_storage_bucket_object.guest";
        let all =
            changes(&[(bucket, Action::Create), (guest, Action::Create), (VM, Action::Create)]);
        assert_eq!(at_most(&all, 10), Some(MINUTE * 34));
    }

    #[test]
    fn what_gen_tf_does_not_know_has_no_limit() {
        assert_eq!(at_most(&changes(&[("aws_instance.mine", Action::Create)]), 10), None);
        assert_eq!(at_most(&changes(&[("terraform_data.mine", Action::Create)]), 10), None);
    }

    #[test]
    fn the_limit_of_a_sandbox_is_what_its_script_waits() {
        let modules = crate::embedded::modules();
        let script = modules.get("local-experiment/sandbox.sh").expect("it is embedded");
        let script = String::from_utf8_lossy(&script.bytes);
        assert!(script.contains("START_WAIT=60 TERM_WAIT=40 KILL_WAIT=20"), "{script}");
    }

    #[test]
    fn an_abandoned_bucket_is_not_destroyed() {
        let bucket = "module.store.google_storage_bucket.store";
        assert_eq!(what_happens(bucket, Action::Delete), Action::Remove);
        assert_eq!(what_happens(bucket, Action::Create), Action::Create);
        assert_eq!(what_happens(VM, Action::Delete), Action::Delete);
    }
}
