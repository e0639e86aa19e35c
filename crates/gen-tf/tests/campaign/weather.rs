//! What holds for a while: faults of the cloud's APIs, and troubles of a store that is a folder.

use std::{
    fs::{self, File},
    io::Write,
    path::PathBuf,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    random::Random,
    scenario::Target,
    world::{World, mount},
};

/// Requests of anybody that concern the study's bucket.
const BUCKET: &str = "test-project-pair";

/// Something that begins, and is over after a while.
pub struct Weather {
    /// Fault rules of the cloud.
    rules: Vec<Value>,
    /// Settings of the cloud.
    settings: Option<Value>,
    /// What is wrong with a store that is a folder.
    folder: Option<Folder>,
    /// How long it lasts; without a time until the study is over.
    lasts: Option<Duration>,
    ends: Option<Instant>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Folder {
    ReadOnly,
    Full,
}

impl Weather {
    fn of(rules: Vec<Value>, lasts: Option<u64>) -> Self {
        let lasts = lasts.map(Duration::from_secs);
        Self { rules, settings: None, folder: None, lasts, ends: None }
    }

    pub fn begin(&mut self, world: &World) {
        self.ends = self.lasts.map(|lasts| Instant::now() + lasts);
        if world.target == Target::Gcp {
            for rule in &self.rules {
                world.cloud().fail(rule);
            }
            if let Some(settings) = &self.settings {
                world.cloud().expect("PATCH", "/control/settings", Some(settings));
            }
        }
        match self.folder.filter(|_| world.target == Target::Local) {
            Some(Folder::ReadOnly) => {
                mount(&["mount", "-o", "remount,ro"], &world.place.path("store"));
            }
            Some(Folder::Full) => fill(world),
            None => {}
        }
    }

    /// Whether it concerns a store that is a folder: of such there is one at a time.
    pub fn is_of_folder(&self) -> bool {
        self.folder.is_some()
    }

    /// Whether its time has come.
    pub fn is_over(&self) -> bool {
        self.ends.is_some_and(|ends| Instant::now() >= ends)
    }

    pub fn end(&self, world: &World) {
        if world.target == Target::Gcp {
            world.cloud().heal();
        }
        match self.folder.filter(|_| world.target == Target::Local) {
            Some(Folder::ReadOnly) => {
                mount(&["mount", "-o", "remount,rw"], &world.place.path("store"));
            }
            Some(Folder::Full) => fs::remove_file(filler(world)).unwrap(),
            None => {}
        }
    }
}

pub fn away(_: &mut Random) -> Weather {
    let fault = json!({ "status": 503, "reason": "backendError", "message": "try again" });
    Weather::of(vec![json!({ "match": { "path": BUCKET }, "fault": fault })], Some(60))
}

pub fn drops(random: &mut Random) -> Weather {
    let rule = |fault: &str, pass: u64| json!({ "match": { "path": BUCKET }, "pass": pass, "times": 20, "fault": fault });
    let (first, second) = (1 + random.below(3), 1 + random.below(3));
    Weather::of(vec![rule("drop_connection", first), rule("drop_response", second)], None)
}

pub fn truncates(random: &mut Random) -> Weather {
    let fault = json!({ "truncate_body": 20 + random.below(2000) });
    let downloads = json!({ "method": "GET", "path": "(alt=media|^/test-project-pair/)" });
    Weather::of(vec![json!({ "match": downloads, "pass": 1, "times": 20, "fault": fault })], None)
}

pub fn read_only(random: &mut Random) -> Weather {
    let fault = json!({ "status": 403, "reason": "forbidden", "message": "read-only" });
    let rule =
        |method: &str| json!({ "match": { "method": method, "path": BUCKET }, "fault": fault });
    let mut weather = Weather::of(vec![rule("POST"), rule("PUT")], Some(5 + random.below(15)));
    weather.folder = Some(Folder::ReadOnly);
    weather
}

pub fn full(random: &mut Random) -> Weather {
    let mut weather = Weather::of(Vec::new(), Some(5 + random.below(15)));
    weather.folder = Some(Folder::Full);
    weather
}

pub fn short_tokens(random: &mut Random) -> Weather {
    let fault = json!({ "token_expires_in": 1 + random.below(4) });
    Weather::of(vec![json!({ "match": { "path": "/token$" }, "fault": fault })], None)
}

pub fn stockout(_: &mut Random) -> Weather {
    let message = "The zone 'projects/test-project/zones/us-central1-a' does not have enough \
                   resources available to fulfill the request.";
    let error = json!({ "code": "ZONE_RESOURCE_POOL_EXHAUSTED", "message": message });
    Weather::of(vec![of_creates(3, &json!({ "operation_error": error }))], None)
}

pub fn small_quota(_: &mut Random) -> Weather {
    let mut weather = Weather::of(Vec::new(), None);
    weather.settings = Some(json!({ "quotas": { "INSTANCES": 2 } }));
    weather
}

pub fn name_taken(_: &mut Random) -> Weather {
    let fault = json!({ "status": 409, "reason": "alreadyExists", "message": "already exists" });
    Weather::of(vec![of_creates(2, &fault)], None)
}

pub fn overloaded(_: &mut Random) -> Weather {
    let fault = json!({ "status": 429, "reason": "rateLimitExceeded", "message": "slow down" });
    Weather::of(vec![json!({ "pass": 1, "fault": fault })], None)
}

fn of_creates(times: u32, fault: &Value) -> Value {
    let creates = json!({ "method": "POST", "path": "/zones/[^/]+/instances$" });
    json!({ "match": creates, "times": times, "fault": fault })
}

fn filler(world: &World) -> PathBuf {
    world.place.path("store/filler")
}

fn fill(world: &World) {
    let mut file = File::create(filler(world)).unwrap();
    let block = [1_u8; 1 << 16];
    // The error is the end of the room.
    while file.write_all(&block).is_ok() {}
}
