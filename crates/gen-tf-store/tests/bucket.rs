//! What only a store in a bucket can meet: failures of the cloud, refusals, and the bucket itself.

#![expect(clippy::unwrap_used, reason = "a test ends with a panic")]

use std::{error::Error, fs, sync::LazyLock, thread};

use gen_tf_store::{Google, PutOnce, Store, StoreError};
use serde_json::json;
use sha2::{Digest, Sha256};

#[path = "../../../tests/support/fake_gcp.rs"]
mod fake_gcp;

use fake_gcp::FakeGcp;

/// More than two pieces of an upload.
const LARGE: usize = 17 * 1024 * 1024;

/// What a store asks with.
const METHODS: [&str; 4] = ["GET", "PUT", "DELETE", "HEAD"];
/// A connection breaks in the middle of a body, and an answer to HEAD has none.
const WITH_BODY: [&str; 3] = ["GET", "PUT", "DELETE"];

struct Cloud {
    fake: FakeGcp,
    google: Google,
    store: Store,
}

fn cloud() -> Cloud {
    let fake = FakeGcp::start();
    fake.make_bucket("bucket");
    let google = Google::connect_by(|name| fake.variables.get(name).cloned()).unwrap();
    let store = Store::open_with(&google, "gs://bucket/study").unwrap();
    Cloud { fake, google, store }
}

impl Cloud {
    /// The same store for somebody with another token.
    fn store_of(&self, token: &str) -> Store {
        let variable = |name: &str| match name {
            "GOOGLE_OAUTH_ACCESS_TOKEN" => Some(token.to_owned()),
            name => self.fake.variables.get(name).cloned(),
        };
        Store::open_with(&Google::connect_by(variable).unwrap(), "gs://bucket/study").unwrap()
    }

    fn fail(&self, method: &str, path: &str, times: u32, fault: &serde_json::Value) {
        let rule = json!({
            "match": { "method": method, "path": path }, "times": times, "fault": fault,
        });
        self.fake.fail(&rule);
    }

    /// How often a path was asked for by a method.
    fn count(&self, method: &str, part: &str) -> usize {
        let requests = self.fake.requests();
        let is_it = |request: &&serde_json::Value| {
            request["method"] == method && request["path"].as_str().unwrap().contains(part)
        };
        requests.iter().filter(is_it).count()
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Some bytes and their hash, which takes a while without optimisation.
static LARGE_BYTES: LazyLock<(Vec<u8>, String)> = LazyLock::new(|| {
    let bytes: Vec<u8> = (0..LARGE).map(|i| (i / 7) as u8).collect();
    let sha256 = sha256(&bytes);
    (bytes, sha256)
});

fn large() -> (&'static Vec<u8>, &'static str) {
    (&LARGE_BYTES.0, &LARGE_BYTES.1)
}

fn keys(store: &Store) -> Vec<String> {
    store.list("").unwrap().into_iter().map(|entry| entry.key).collect()
}

fn text(error: &StoreError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    text
}

/// Every operation, once, with its promise.
fn use_everything(store: &Store) {
    assert_eq!(store.put_once("a", "1").unwrap(), PutOnce::Written);
    assert_eq!(store.put_once("a", "2").unwrap(), PutOnce::Taken);
    store.put("b", "2").unwrap();
    assert_eq!(store.get("a").unwrap().unwrap(), "1");
    assert_eq!(store.head("b").unwrap().unwrap().size, 1);
    assert_eq!(keys(store), ["a", "b"]);
    store.delete("b").unwrap();
    assert_eq!(store.get("b").unwrap(), None);
    store.delete("a").unwrap();
    store.now().unwrap();
}

#[test]
fn a_cloud_that_is_busy_or_breaks_down_for_a_moment_is_waited_for() {
    for (fault, methods) in [
        (json!({ "status": 503, "reason": "backendError", "message": "later" }), &METHODS[..]),
        (json!({ "status": 429, "reason": "rateLimitExceeded", "message": "slow" }), &METHODS),
        (json!("drop_connection"), &WITH_BODY),
    ] {
        let cloud = cloud();
        for method in methods {
            cloud.fail(method, ".*", 2, &fault);
        }
        use_everything(&cloud.store);
        cloud.fake.assert_that_all_failed();
    }
}

#[test]
fn an_answer_that_is_lost_does_not_change_what_is_told() {
    let cloud = cloud();
    for method in WITH_BODY {
        cloud.fail(method, ".*", 1, &json!("drop_response"));
    }
    use_everything(&cloud.store);
    cloud.fake.assert_that_all_failed();
}

#[test]
fn a_strangers_object_is_never_taken_for_our_own_even_with_the_same_bytes() {
    let cloud = cloud();
    assert_eq!(cloud.store_of("another").put_once("claim", "x").unwrap(), PutOnce::Written);
    cloud.fail("PUT", ".*claim", 1, &json!("drop_response"));
    assert_eq!(cloud.store.put_once("claim", "x").unwrap(), PutOnce::Taken);
    cloud.fake.assert_that_all_failed();
}

#[test]
fn a_body_that_breaks_off_is_read_to_its_end() {
    let cloud = cloud();
    let (bytes, _) = large();
    cloud.store.put("large", bytes.clone()).unwrap();
    cloud.fail("GET", "/bucket/study.*large", 2, &json!({ "truncate_body": 3_000_000 }));
    let mut copy = Vec::new();
    assert_eq!(cloud.store.download("large", &mut copy).unwrap(), LARGE as u64);
    assert!(copy == *bytes);
    cloud.fail("GET", r"/bucket\?", 1, &json!({ "truncate_body": 40 }));
    assert_eq!(keys(&cloud.store), ["large"]);
    cloud.fake.assert_that_all_failed();
}

#[test]
fn a_cloud_that_stays_down_is_an_error_that_names_the_object() {
    let cloud = cloud();
    cloud.store.put("x", "1").unwrap();
    let rule = json!({
        "match": { "method": "GET", "path": ".*" }, "times": null,
        "fault": { "status": 503, "reason": "backendError", "message": "down for long" },
    });
    cloud.fake.fail(&rule);
    let keys = ["x".to_owned(), "y".to_owned()];
    let errors = thread::scope(|scope| {
        let store = &cloud.store;
        let each = scope.spawn(|| store.get_json_each::<u32>(&keys).unwrap_err());
        let listed = scope.spawn(|| store.list("outcomes/").unwrap_err());
        let now = scope.spawn(|| store.now().unwrap_err());
        let read = store.get("x").unwrap_err();
        [read, each.join().unwrap(), listed.join().unwrap(), now.join().unwrap()]
    });
    for (error, attempt) in errors.iter().zip([
        "cannot read `x` in",
        "cannot read `x` in",
        "cannot list `outcomes/` in",
        "cannot learn the time of the store",
    ]) {
        let (text, passes) = (text(error), error.may_pass());
        assert!(text.contains(attempt) && text.contains("gs://bucket/study"), "{text}");
        assert!(text.contains("503") && passes, "{text}");
    }
    cloud.fake.heal();
    assert_eq!(cloud.store.get("x").unwrap().unwrap(), "1");
}

#[test]
fn a_listing_that_always_breaks_off_and_a_cloud_that_is_not_reached_are_errors_that_may_pass() {
    let Cloud { fake, store, .. } = cloud();
    store.put("outcomes/x", "1").unwrap();
    let cut = json!({ "match": { "method": "GET" }, "fault": { "truncate_body": 20 } });
    fake.fail(&cut);
    let cut = store.list("outcomes/").unwrap_err();
    drop(fake);
    let unreached = store.list("outcomes/").unwrap_err();
    for error in [cut, unreached] {
        assert!(error.may_pass(), "{error:?}");
        assert!(text(&error).contains("cannot list `outcomes/`"), "{}", text(&error));
    }
}

#[test]
fn a_large_upload_goes_on_where_it_was() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let (bytes, hash) = large();
    fs::write(file.path(), bytes).unwrap();
    for fault in [
        json!({ "status": 503, "reason": "backendError", "message": "later" }),
        json!("drop_connection"),
        json!("drop_response"),
    ] {
        let cloud = cloud();
        cloud.fail("PUT", "/upload/.*", 2, &fault);
        cloud.fail("POST", "/upload/.*", 1, &fault);
        let heard = std::sync::Mutex::new(Vec::new());
        let tell = |sent| heard.lock().unwrap().push(sent);
        let end = cloud.store.put_once_file_telling("inputs/x", file.path(), hash, &tell);
        assert_eq!(end.unwrap(), PutOnce::Written, "{fault}");
        assert!(heard.lock().unwrap().is_sorted(), "{heard:?}");
        assert!(cloud.store.get("inputs/x").unwrap().unwrap() == *bytes, "{fault}");
        let again = cloud.store.put_once_file("inputs/x", file.path(), hash);
        assert_eq!(again.unwrap(), PutOnce::Taken);
        assert_eq!(keys(&cloud.store), ["inputs/x"]);
        cloud.fake.assert_that_all_failed();
    }
}

#[test]
fn the_end_of_an_upload_whose_answer_is_lost_is_found_out() {
    let file = tempfile::NamedTempFile::new().unwrap();
    // So large that it is no small object, and so small that its first piece is its last.
    let bytes = vec![b'x'; 5 * 1024 * 1024];
    fs::write(file.path(), &bytes).unwrap();
    let cloud = cloud();
    cloud.fail("PUT", "/upload/.*", 1, &json!("drop_response"));
    let end = cloud.store.put_once_file("inputs/x", file.path(), &sha256(&bytes));
    assert_eq!(end.unwrap(), PutOnce::Written);
    cloud.fake.assert_that_all_failed();
}

#[test]
fn of_several_large_uploads_exactly_one_is_kept() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let (bytes, hash) = large();
    fs::write(file.path(), bytes).unwrap();
    let cloud = cloud();
    let written: usize = thread::scope(|scope| {
        let put = || cloud.store.put_once_file("inputs/x", file.path(), hash).unwrap();
        let uploads: Vec<_> = (0..3).map(|_| scope.spawn(put)).collect();
        let ends = uploads.into_iter().map(|upload| upload.join().unwrap());
        ends.filter(|end| *end == PutOnce::Written).count()
    });
    assert_eq!(written, 1);
    assert!(cloud.store.get("inputs/x").unwrap().unwrap() == *bytes);
}

#[test]
fn what_is_there_is_not_sent_again() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), large().0).unwrap();
    let cloud = cloud();
    cloud.store.put("inputs/x", "there").unwrap();
    let end = cloud.store.put_once_file("inputs/x", file.path(), "whatever").unwrap();
    assert_eq!((end, cloud.count("POST", "/upload/")), (PutOnce::Taken, 0));
}

#[test]
fn a_bucket_that_is_not_there_is_named_with_the_way_out() {
    let cloud = cloud();
    let store = Store::open_with(&cloud.google, "gs://missing/study").unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), large().0).unwrap();
    let errors = [
        store.list("").unwrap_err(),
        store.get("x").unwrap_err(),
        store.put("x", "1").unwrap_err(),
        store.put_once("x", "1").unwrap_err(),
        store.put_once_file("x", file.path(), large().1).unwrap_err(),
        store.now().unwrap_err(),
    ];
    for error in errors {
        assert!(error.is_missing_bucket() && !error.may_pass(), "{error:?}");
        assert!(error.to_string().contains("no bucket `missing`"), "{error}");
        assert!(error.hint().unwrap().contains("`bucket` in the study"));
    }
    assert!(!store.bucket().unwrap().exists().unwrap());
}

#[test]
fn a_token_that_has_run_out_is_told_with_the_way_out() {
    let cloud = cloud();
    let store = cloud.store_of("fake.x@test-project.iam.gserviceaccount.com.1.1");
    for error in [store.list("").unwrap_err(), store.put("x", "1").unwrap_err()] {
        assert!(matches!(error, StoreError::Refused { status: 401, .. }), "{error:?}");
        assert!(error.hint().unwrap().contains("log in again"));
    }
}

#[test]
fn an_account_without_the_right_is_told_what_it_lacks() {
    let cloud = cloud();
    cloud.store.put("x", "1").unwrap();
    let store = cloud.store_of("fake.x@test-project.iam.gserviceaccount.com.1.9999999999");
    let errors = [
        store.list("").unwrap_err(),
        store.get("x").unwrap_err(),
        store.put("x", "2").unwrap_err(),
        store.put_once("y", "1").unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, StoreError::Refused { status: 403, .. }), "{error:?}");
        assert!(!error.may_pass());
        let text = error.to_string();
        assert!(text.contains("gs://bucket/study: 403 x@test-project"), "{text}");
        assert!(error.hint().unwrap().contains("docs/gcp.md"));
    }
    let error = store.now().unwrap_err();
    assert!(text(&error).contains("403") && error.hint().unwrap().contains("role"), "{error}");
}

#[test]
fn studies_in_one_bucket_do_not_see_each_other() {
    let cloud = cloud();
    let other = Store::open_with(&cloud.google, "gs://bucket/study-2").unwrap();
    cloud.store.put("x", "1").unwrap();
    other.put("x", "2").unwrap();
    other.put("y", "2").unwrap();
    assert_eq!(keys(&cloud.store), ["x"]);
    assert_eq!(cloud.store.get("x").unwrap().unwrap(), "1");
    let bucket = cloud.store.bucket().unwrap();
    assert_eq!(bucket.folders().unwrap(), ["study", "study-2"]);
    assert_eq!(bucket.remove_objects("study", &|_| {}).unwrap(), 1);
    assert_eq!((keys(&cloud.store).len(), keys(&other).len()), (0, 2));
}

#[test]
fn a_listing_has_every_page() {
    let cloud = cloud();
    let names: Vec<String> = (0..1100).map(|i| format!("outcomes/{i:04}.json")).collect();
    thread::scope(|scope| {
        for part in names.chunks(100) {
            let store = &cloud.store;
            scope.spawn(move || part.iter().for_each(|name| store.put(name, "{}").unwrap()));
        }
    });
    assert_eq!(keys(&cloud.store), names);
    assert!(cloud.count("GET", "/bucket") >= 2);
    let after = cloud.store.list_after("outcomes", &names[1050]).unwrap();
    assert_eq!(after.len(), 49);
}

#[test]
fn a_bucket_goes_with_everything_in_it_even_old_versions() {
    let cloud = cloud();
    let versioned = json!({ "versioning": { "enabled": true } });
    cloud.fake.expect("PATCH", "/storage/v1/b/bucket", Some(&versioned));
    for text in ["1", "2", "3"] {
        cloud.store.put("status/a", text).unwrap();
    }
    cloud.store.put("odd name/100% ü?&+", "x").unwrap();
    let bucket = cloud.store.bucket().unwrap();
    let facts = bucket.facts().unwrap().unwrap();
    assert_eq!((&facts.name[..], &facts.location[..]), ("bucket", "US-CENTRAL1"));
    assert!(bucket.remove().is_err(), "a bucket that is not empty went");
    let heard = std::sync::Mutex::new(Vec::new());
    let removed = bucket.remove_with_everything(&|n| heard.lock().unwrap().push(n)).unwrap();
    assert_eq!((removed, &heard.into_inner().unwrap()[..]), (4, &[4][..]));
    assert!(!bucket.exists().unwrap());
    // Somebody may have been faster.
    bucket.remove().unwrap();
}

#[test]
fn a_model_of_another_bucket_is_verified_and_copied_inside_the_cloud() {
    let cloud = cloud();
    cloud.fake.make_bucket("my-models");
    let models = Store::open_with(&cloud.google, "gs://my-models/v1").unwrap();
    let (bytes, hash) = large();
    models.put("ex v1.gguf", bytes.clone()).unwrap();
    let source = "gs://my-models/v1/ex v1.gguf";
    let copy =
        |sha256: &str, source: &str| cloud.store.copy_once("inputs/x", source, sha256, &|_| {});
    let wrong = copy(&"0".repeat(64), source).unwrap_err();
    assert!(wrong.to_string().contains(hash), "{wrong}");
    assert_eq!(keys(&cloud.store).len(), 0);
    cloud.fail("POST", ".*rewriteTo.*", 1, &json!("drop_response"));
    assert_eq!(copy(hash, source).unwrap(), PutOnce::Written);
    assert_eq!(copy(hash, source).unwrap(), PutOnce::Taken);
    assert!(cloud.store.get("inputs/x").unwrap().unwrap() == *bytes);
    assert_eq!(cloud.count("PUT", "/bucket/study"), 0);
    cloud.fake.assert_that_all_failed();
    cloud.store.delete("inputs/x").unwrap();
    let missing = copy("x", "gs://my-models/v1/none").unwrap_err();
    assert!(matches!(missing, StoreError::Missing { .. }), "{missing:?}");
    let nowhere = copy("x", "gs://no-models/v1/none").unwrap_err();
    assert!(nowhere.to_string().contains("no bucket `no-models`"), "{nowhere}");
    assert!(matches!(copy("x", "/a/file").unwrap_err(), StoreError::Unsupported { .. }));
}

#[test]
fn a_model_of_a_bucket_comes_into_a_folder_too() {
    let cloud = cloud();
    let (bytes, hash) = large();
    cloud.store.put("ex.gguf", bytes.clone()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().to_str().unwrap()).unwrap();
    let copy = |sha256: &str| {
        let source = "gs://bucket/study/ex.gguf";
        store.copy_once_with(&cloud.google, "inputs/x", source, sha256, &|_| {})
    };
    assert!(matches!(copy("0"), Err(StoreError::ChangedSource { .. })));
    assert_eq!(keys(&store).len(), 0);
    cloud.fail("GET", "gguf", 1, &json!({ "truncate_body": 9_000_000 }));
    assert_eq!(copy(hash).unwrap(), PutOnce::Written);
    cloud.fake.assert_that_all_failed();
    assert!(store.get("inputs/x").unwrap().unwrap() == *bytes);
}

#[test]
fn a_json_api_answers_with_its_value_nothing_or_the_reason() {
    use gen_tf_store::google::{Method, Service, segment};
    let cloud = cloud();
    let found = cloud.google.get(Service::Storage, "b/bucket", &[("fields", "name")]).unwrap();
    assert_eq!(found.unwrap()["name"], "bucket");
    let path = format!("b/{}", segment("no/such bucket"));
    assert_eq!(cloud.google.get(Service::Storage, &path, &[]).unwrap(), None);
    let body = json!({ "name": "bucket", "location": "US" });
    let query = [("project", fake_gcp::PROJECT)];
    let again = cloud.google.call(&Method::POST, Service::Storage, "b", &query, Some(&body));
    assert_eq!(again.unwrap_err().status(), Some(409));
}
