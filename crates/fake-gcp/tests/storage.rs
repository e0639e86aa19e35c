//! Cloud Storage's JSON API.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

mod support;

use serde_json::{Value, json};
use support::Fake;

#[tokio::test]
async fn a_bucket_keeps_what_it_was_made_with_and_gets_the_servers_fields() {
    let fake = Fake::start().await;
    let body = json!({
        "name": "b-1", "location": "us-central1", "labels": { "team": "x" },
        "iamConfiguration": { "publicAccessPrevention": "enforced",
                              "uniformBucketLevelAccess": { "enabled": true } },
        "lifecycle": { "rule": [{ "action": { "type": "Delete" }, "condition": { "age": 3 } }] },
        "softDeletePolicy": { "retentionDurationSeconds": 604800 },
        "versioning": { "enabled": true },
    });
    fake.ok("POST", "/storage/v1/b?project=p1", &body).await;
    let bucket = fake.get("/storage/v1/b/b-1").await;
    for field in ["labels", "lifecycle", "versioning"] {
        assert_eq!(bucket[field], body[field], "{field}");
    }
    assert_eq!(bucket["location"], "US-CENTRAL1");
    assert_eq!(bucket["storageClass"], "STANDARD");
    assert_eq!(bucket["metageneration"], "1");
    assert_eq!(bucket["softDeletePolicy"]["retentionDurationSeconds"], "604800");
    assert_eq!(bucket["iamConfiguration"]["publicAccessPrevention"], "enforced");
}

#[tokio::test]
async fn a_bucket_changes_by_merging_and_null_removes() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    let patch = json!({ "labels": { "a": "1", "b": "2" }, "versioning": { "enabled": true } });
    fake.ok("PATCH", "/storage/v1/b/b-1", &patch).await;
    let patch = json!({ "labels": { "a": null }, "versioning": null });
    let bucket = fake.ok("PATCH", "/storage/v1/b/b-1", &patch).await;
    assert_eq!(bucket["labels"], json!({ "b": "2" }));
    assert_eq!(bucket["versioning"], Value::Null);
    assert_eq!(bucket["metageneration"], "3");
    let stale = fake.send("PATCH", "/storage/v1/b/b-1?ifMetagenerationMatch=1", "{}").await;
    assert_eq!(stale.status, 412);
}

#[tokio::test]
async fn a_buckets_name_is_taken_once_and_must_be_well_formed() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    let again = fake.send("POST", "/storage/v1/b?project=p1", r#"{"name":"b-1"}"#).await;
    assert_eq!((again.status, again.reason()), (409, "conflict".into()));
    assert!(again.message().ends_with("you already own it."));
    for bad in ["B-1", "b", "-bb", "b\\\"; rm", "a..b", "${b}"] {
        let body = format!(r#"{{"name":"{bad}"}}"#);
        assert_eq!(fake.send("POST", "/storage/v1/b?project=p1", &body).await.status, 400, "{bad}");
    }
    assert_eq!(
        fake.send("POST", "/storage/v1/b?project=other", r#"{"name":"b-2"}"#).await.status,
        403
    );
    assert_eq!(fake.send("GET", "/storage/v1/b/none", "").await.status, 404);
}

#[tokio::test]
async fn a_bucket_with_anything_in_it_is_not_deleted() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    fake.ok("PATCH", "/storage/v1/b/b-1", &json!({ "versioning": { "enabled": true } })).await;
    fake.put("owner", "b-1", "a", "1", "").await;
    assert_eq!(fake.send("DELETE", "/storage/v1/b/b-1", "").await.status, 409);
    fake.send("DELETE", "/storage/v1/b/b-1/o/a", "").await;
    let kept = fake.send("DELETE", "/storage/v1/b/b-1", "").await;
    assert_eq!(kept.message(), "The bucket you tried to delete is not empty.");
    let versions = fake.get("/storage/v1/b/b-1/o?versions=true").await;
    let generation = versions["items"][0]["generation"].as_str().unwrap();
    assert!(versions["items"][0]["timeDeleted"].is_string());
    let path = format!("/storage/v1/b/b-1/o/a?generation={generation}");
    assert_eq!(fake.send("DELETE", &path, "").await.status, 204);
    assert_eq!(fake.send("DELETE", "/storage/v1/b/b-1", "").await.status, 204);
}

#[tokio::test]
async fn an_uploaded_object_is_read_back_with_its_checksums() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    let path = "/upload/storage/v1/b/b-1/o?uploadType=media&name=s%2Fa%20b%3Fc.txt";
    let headers = [("content-type", "text/plain")];
    let put = fake.try_send("owner", "POST", path, &headers, "hello").await.unwrap().json();
    assert_eq!(put["name"], "s/a b?c.txt");
    assert_eq!(put["md5Hash"], "XUFAKrxLKna5cZ2REBfFkg==");
    assert_eq!(put["crc32c"], "mnG7TA==");
    assert_eq!((&put["size"], &put["contentType"]), (&json!("5"), &json!("text/plain")));
    let link = put["selfLink"].as_str().unwrap().strip_prefix(&fake.base).unwrap().to_owned();
    assert_eq!(fake.get(&link).await["generation"], put["generation"]);
    let media = fake.send("GET", &format!("{link}?alt=media"), "").await;
    assert_eq!(media.text(), "hello");
    assert_eq!(media.header("x-goog-hash"), "crc32c=mnG7TA==,md5=XUFAKrxLKna5cZ2REBfFkg==");
    let link = put["mediaLink"].as_str().unwrap().strip_prefix(&fake.base).unwrap().to_owned();
    assert_eq!(fake.send("GET", &link, "").await.text(), "hello");
}

#[tokio::test]
async fn a_part_of_an_object_can_be_read() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    fake.put("owner", "b-1", "a", "0123456789", "").await;
    let path = "/storage/v1/b/b-1/o/a?alt=media";
    for (range, status, body) in
        [("bytes=2-4", 206, "234"), ("bytes=-2", 206, "89"), ("bytes=10-", 416, "")]
    {
        let reply = fake.try_send("owner", "GET", path, &[("range", range)], "").await.unwrap();
        assert_eq!(reply.status, status, "{range}");
        if status == 206 {
            assert_eq!(reply.text(), body);
            assert!(reply.header("content-range").ends_with("/10"));
        }
    }
}

#[tokio::test]
async fn put_once_is_refused_the_second_time() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    let once = "&ifGenerationMatch=0";
    let first = fake.put("owner", "b-1", "o/1.json", "{}", once).await;
    assert_eq!(first.status, 200);
    let second = fake.put("owner", "b-1", "o/1.json", "{1}", once).await;
    assert_eq!((second.status, second.reason()), (412, "conditionNotMet".into()));
    let generation = first.json()["generation"].as_str().unwrap().to_owned();
    let same = format!("&ifGenerationMatch={generation}");
    assert_eq!(fake.put("owner", "b-1", "o/1.json", "{2}", &same).await.status, 200);
    let path = format!("/storage/v1/b/b-1/o/o%2F1.json?ifGenerationMatch={generation}");
    assert_eq!(fake.send("DELETE", &path, "").await.status, 412);
    assert_eq!(
        fake.send("GET", "/storage/v1/b/b-1/o/o%2F1.json?alt=media", "").await.text(),
        "{2}"
    );
}

#[tokio::test]
async fn a_multipart_upload_takes_name_type_and_metadata_from_its_first_part() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    let body = "--xx\r\ncontent-type: application/json\r\n\r\n\
        {\"name\":\"a\",\"contentType\":\"text/x\",\"metadata\":{\"k\":\"v\"}}\r\n--xx\r\n\
        content-type: text/plain\r\n\r\nline\r\n\r\nline\r\n--xx--";
    let headers = [("content-type", "multipart/related; boundary=\"xx\"")];
    let path = "/upload/storage/v1/b/b-1/o?uploadType=multipart";
    let put = fake.try_send("owner", "POST", path, &headers, body).await.unwrap().json();
    assert_eq!((&put["name"], &put["contentType"]), (&json!("a"), &json!("text/x")));
    assert_eq!(put["metadata"], json!({ "k": "v" }));
    assert_eq!(
        fake.send("GET", "/storage/v1/b/b-1/o/a?alt=media", "").await.text(),
        "line\r\n\r\nline"
    );
}

#[tokio::test]
async fn bytes_that_do_not_match_an_announced_checksum_are_refused() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    let path = "/upload/storage/v1/b/b-1/o?uploadType=media&name=a";
    for (header, value) in
        [("x-goog-hash", "crc32c=AAAAAA=="), ("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==")]
    {
        let reply =
            fake.try_send("owner", "POST", path, &[(header, value)], "hello").await.unwrap();
        assert_eq!(reply.status, 400, "{header}");
    }
    let good = [("x-goog-hash", "crc32c=mnG7TA==,md5=XUFAKrxLKna5cZ2REBfFkg==")];
    assert_eq!(fake.try_send("owner", "POST", path, &good, "hello").await.unwrap().status, 200);
}

async fn begin(fake: &Fake, query: &str) -> String {
    let path = format!("/upload/storage/v1/b/b-1/o?uploadType=resumable&name=a{query}");
    let reply = fake.send("POST", &path, "{}").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.header("location").strip_prefix(&fake.base).unwrap().to_owned()
}

async fn chunk(fake: &Fake, session: &str, range: &str, body: &str) -> support::Reply {
    let headers = [("content-range", range)];
    fake.try_send("owner", "PUT", session, &headers, body.to_owned()).await.unwrap()
}

#[tokio::test]
async fn a_resumable_upload_goes_on_where_it_broke_off() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    let session = begin(&fake, "&ifGenerationMatch=0").await;
    let none = chunk(&fake, &session, "bytes */*", "").await;
    assert_eq!((none.status, none.header("range")), (308, ""));
    let first = chunk(&fake, &session, "bytes 0-3/*", "0123").await;
    assert_eq!((first.status, first.header("range")), (308, "bytes=0-3"));
    // A client that did not hear of the last bytes sends some of them again.
    let again = chunk(&fake, &session, "bytes 2-5/*", "2345").await;
    assert_eq!(again.header("range"), "bytes=0-5");
    assert_eq!(chunk(&fake, &session, "bytes 8-9/10", "89").await.status, 503);
    let last = chunk(&fake, &session, "bytes 6-9/10", "6789").await;
    assert_eq!((last.status, &last.json()["size"]), (200, &json!("10")));
    let media = fake.send("GET", "/storage/v1/b/b-1/o/a?alt=media", "").await;
    assert_eq!(media.text(), "0123456789");
    assert_eq!(chunk(&fake, &session, "bytes */10", "").await.status, 404);
    let taken = "/upload/storage/v1/b/b-1/o?uploadType=resumable&name=a&ifGenerationMatch=0";
    assert_eq!(fake.send("POST", taken, "{}").await.status, 412);
}

#[tokio::test]
async fn a_resumable_upload_of_one_piece_needs_no_range() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    let session = begin(&fake, "").await;
    assert_eq!(fake.send("PUT", &session, "whole").await.json()["size"], "5");
}

#[tokio::test]
async fn listings_have_prefixes_folders_and_pages() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    for name in ["a/1", "a/2", "a/x/1", "a/x/2", "b/1"] {
        fake.put("owner", "b-1", name, "x", "").await;
    }
    let names = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    let all = fake.get("/storage/v1/b/b-1/o?prefix=a/&startOffset=a/2&endOffset=a/x/2").await;
    assert_eq!(names(&all), ["a/2", "a/x/1"]);
    let mut page = fake.get("/storage/v1/b/b-1/o?prefix=a/&delimiter=/&maxResults=2").await;
    assert_eq!((names(&page), &page["prefixes"]), (vec!["a/1".into(), "a/2".into()], &Value::Null));
    let token = page["nextPageToken"].as_str().unwrap().to_owned();
    let path = format!("/storage/v1/b/b-1/o?prefix=a/&delimiter=/&maxResults=2&pageToken={token}");
    page = fake.get(&path).await;
    assert_eq!((names(&page), &page["prefixes"]), (vec![], &json!(["a/x/"])));
    assert_eq!(page["nextPageToken"], Value::Null);
}

#[tokio::test]
async fn versions_are_kept_where_the_bucket_keeps_them() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    fake.put("owner", "b-1", "a", "1", "").await;
    fake.put("owner", "b-1", "a", "2", "").await;
    let count = |listing: Value| listing["items"].as_array().map_or(0, Vec::len);
    assert_eq!(count(fake.get("/storage/v1/b/b-1/o?versions=true").await), 1);
    fake.ok("PATCH", "/storage/v1/b/b-1", &json!({ "versioning": { "enabled": true } })).await;
    fake.put("owner", "b-1", "a", "3", "").await;
    let versions = fake.get("/storage/v1/b/b-1/o?versions=true").await;
    let old = versions["items"][0]["generation"].as_str().unwrap().to_owned();
    assert_eq!(count(versions), 2);
    let path = format!("/storage/v1/b/b-1/o/a?alt=media&generation={old}");
    assert_eq!(fake.send("GET", &path, "").await.text(), "2");
}

#[tokio::test]
async fn objects_change_their_metadata_and_are_copied() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    fake.put("owner", "b-1", "a", "1", "").await;
    let patch = json!({ "metadata": { "k": "v" }, "size": "99" });
    let object = fake.ok("PATCH", "/storage/v1/b/b-1/o/a", &patch).await;
    assert_eq!((&object["metageneration"], &object["size"]), (&json!("2"), &json!("1")));
    let copied = fake.ok("POST", "/storage/v1/b/b-1/o/a/rewriteTo/b/b-1/o/c%2Fd", &json!({})).await;
    assert_eq!(copied["done"], true);
    assert_eq!(copied["resource"]["metadata"], json!({ "k": "v" }));
    assert_eq!(fake.send("GET", "/storage/v1/b/b-1/o/c%2Fd?alt=media", "").await.text(), "1");
}
