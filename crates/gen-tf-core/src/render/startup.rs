//! `startup.sh`: what a VM runs at boot. Quoted assignments, then a constant text that gets, checks
//! and starts the guest. Nothing of the study is a part of that text.

use crate::blueprint::{Assignments, Blueprint};

/// What the module of an experiment takes; all that is longer belongs into the guest.
const LIMIT: usize = 1024;

const CONSTANT: &str = include_str!("../../templates/startup.sh");

pub(super) fn script(blueprint: &Blueprint) -> String {
    let study = &blueprint.study;
    let head = format!(
        "#!/usr/bin/env bash\n# DO NOT EDIT: gen-tf renders this file from study \"{study}\".\n"
    );
    let mut script = Assignments::after(head);
    script.add("GEN_TF_STORE", &blueprint.store);
    script.add("GEN_TF_GUEST_SHA256", &blueprint.guest_sha256);
    let script = script.into_text() + CONSTANT;
    assert!(
        script.len() <= LIMIT,
        "the names of studies and buckets are bounded, so that this has at most {LIMIT} bytes"
    );
    script
}
