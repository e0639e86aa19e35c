//! Blueprints for tests, made without any file.

#![allow(dead_code, reason = "no test uses all of it")]

use std::collections::BTreeMap;

use gen_tf_core::{
    blueprint::{Blueprint, Ingredients, decide},
    container::ImageRecord,
    harness::{Harness, Integrity, Needs, Service, Tool},
    study::{Budget, GcpTarget, HarnessRef, LocalTarget, OnTimeout, Study, TargetKind},
    tree::FileTree,
};

/// A study of `services` × `tools` × `runs` on the local target.
pub fn study(services: &[String], tools: &[String], runs: u32, max_parallel: u32) -> Study {
    Study {
        name: "test".to_owned(),
        harness: HarnessRef::BuiltIn("tiny".to_owned()),
        tools: tools.to_vec(),
        services: services.to_vec(),
        runs,
        duration: 60,
        seed: 7,
        excludes: Vec::new(),
        settings: BTreeMap::new(),
        gcp: None,
        local: Some(LocalTarget { max_parallel, cpus: 1, memory: 1 << 30 }),
        models: Vec::new(),
        secrets: Vec::new(),
        attempts: 3,
        budget: Budget::default(),
    }
}

/// A target of Google Cloud with every default.
pub fn gcp_target() -> GcpTarget {
    GcpTarget {
        project: "my-project".to_owned(),
        zones: vec!["us-central1-a".to_owned(), "us-central1-b".to_owned()],
        machine_type: "n1-standard-8".to_owned(),
        image: "projects/debian-cloud/global/images/debian-12-bookworm-v20260901".to_owned(),
        disk_gb: 100,
        disk_type: "pd-ssd".to_owned(),
        max_parallel: 2,
        bucket: "my-bucket".to_owned(),
        state_bucket: None,
        labels: BTreeMap::new(),
        spot: false,
        spot_attempts: 2,
        network: None,
        subnetwork: None,
        iap_ssh: false,
        keep_failed: false,
        on_timeout: OnTimeout::Stop,
        usd_per_hour: None,
    }
}

/// A harness that has every tool and service of a study.
pub fn harness(study: &Study) -> Harness {
    let tool = |name: &String| {
        let tool = Tool {
            description: name.clone(),
            needs: Needs::default(),
            restart: true,
            models: Vec::new(),
            secrets: Vec::new(),
            evidence: Vec::new(),
        };
        (name.clone(), tool)
    };
    let service = |name: &String| {
        let service = Service {
            description: name.clone(),
            needs: Needs::default(),
            internet: false,
            ready_url: "http://127.0.0.1:9001/".to_owned(),
            ready_timeout: 60,
            secrets: Vec::new(),
            evidence: Vec::new(),
            warning: None,
        };
        (name.clone(), service)
    };
    Harness {
        name: "tiny".to_owned(),
        description: "A harness for tests.".to_owned(),
        evidence: Vec::new(),
        request_log: String::new(),
        containers: false,
        settings: BTreeMap::new(),
        tools: study.tools.iter().map(tool).collect(),
        services: study.services.iter().map(service).collect(),
        integrity: Integrity::default(),
    }
}

/// Decides a study with its own harness, whose files are given.
pub fn blueprint(study: &Study, harness_files: &FileTree) -> Blueprint {
    let harness = harness(study);
    let ingredients = Ingredients {
        harness: &harness,
        harness_files,
        guest_files: &FileTree::new(),
        store: "../store/test",
        results: "../results",
        images: &ImageRecord::default(),
        version: "0.0.0",
    };
    let kind = if study.local.is_some() { TargetKind::Local } else { TargetKind::Gcp };
    decide(study, study.target(kind).expect("the study has a target"), &ingredients)
}

/// `prefix-0`, `prefix-1`, …
pub fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|index| format!("{prefix}-{index}")).collect()
}
