//! Cloud Storage's XML API.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

mod support;

use support::{Fake, Reply};

async fn xml(fake: &Fake, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    fake.try_send("owner", method, path, headers, body.to_owned()).await.unwrap()
}

#[tokio::test]
async fn objects_are_put_read_and_deleted_by_path() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    let headers = [("content-type", "text/plain"), ("x-goog-meta-k", "v")];
    let put = xml(&fake, "PUT", "/b-1/s%2Fa.txt", &headers, "hello").await;
    assert_eq!(put.header("etag"), "\"5d41402abc4b2a76b9719d911017c592\"");
    // Slashes may be encoded or not: object_store does, Go's client does not.
    for path in ["/b-1/s%2Fa.txt", "/b-1/s/a.txt"] {
        let read = xml(&fake, "GET", path, &[], "").await;
        assert_eq!(read.text(), "hello");
        assert_eq!(read.header("x-goog-generation"), put.header("x-goog-generation"));
        assert_eq!(read.header("x-goog-stored-content-length"), "5");
        assert!(read.header("last-modified").ends_with(" GMT"));
    }
    let head = xml(&fake, "HEAD", "/b-1/s/a.txt", &[], "").await;
    assert_eq!((head.header("content-length"), head.body.len()), ("5", 0));
    let part = xml(&fake, "GET", "/b-1/s/a.txt", &[("range", "bytes=1-3")], "").await;
    assert_eq!((part.status, part.text()), (206, "ell"));
    let json = fake.get("/storage/v1/b/b-1/o/s%2Fa.txt").await;
    assert_eq!(json["metadata"]["k"], "v");
    assert_eq!(xml(&fake, "DELETE", "/b-1/s/a.txt", &[], "").await.status, 204);
    let gone = xml(&fake, "GET", "/b-1/s/a.txt", &[], "").await;
    assert_eq!(gone.status, 404);
    assert!(gone.text().contains("<Code>NoSuchKey</Code>"), "{}", gone.text());
    let nowhere = xml(&fake, "GET", "/b-2/a", &[], "").await;
    assert!(nowhere.text().contains("<Code>NoSuchBucket</Code>"));
}

#[tokio::test]
async fn a_header_makes_a_put_happen_once() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    let once = [("x-goog-if-generation-match", "0")];
    assert_eq!(xml(&fake, "PUT", "/b-1/a", &once, "1").await.status, 200);
    let again = xml(&fake, "PUT", "/b-1/a", &once, "2").await;
    assert_eq!(again.status, 412);
    assert!(again.text().contains("<Code>PreconditionFailed</Code>"));
    assert_eq!(xml(&fake, "GET", "/b-1/a", &[], "").await.text(), "1");
}

#[tokio::test]
async fn listings_go_on_from_a_token_or_after_a_name() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    for name in ["a", "s/1", "s/2", "s/d/1", "t&<"] {
        fake.put("owner", "b-1", &name.replace('&', "%26").replace('<', "%3C"), "x", "").await;
    }
    let list = async |query: &str| {
        let path = format!("/b-1?list-type=2{query}");
        xml(&fake, "GET", &path, &[], "").await.text().to_owned()
    };
    let keys = |xml: &str, tag: &str| -> Vec<String> {
        let open = format!("<{tag}>");
        let parts = xml.split(open.as_str()).skip(1);
        parts.map(|part| part.split("</").next().unwrap().to_owned()).collect()
    };
    let all = list("").await;
    assert_eq!(keys(&all, "Key"), ["a", "s/1", "s/2", "s/d/1", "t&amp;&lt;"]);
    assert!(all.contains("<IsTruncated>false</IsTruncated>"));
    let folders = list("&prefix=s/&delimiter=/").await;
    assert_eq!(keys(&folders, "Key"), ["s/1", "s/2"]);
    assert_eq!(keys(&folders, "CommonPrefixes><Prefix"), ["s/d/"]);
    assert_eq!(keys(&list("&start-after=s/1&prefix=s/").await, "Key"), ["s/2", "s/d/1"]);
    let first = list("&max-keys=2").await;
    let token = &keys(&first, "NextContinuationToken")[0];
    let rest = list(&format!("&continuation-token={token}")).await;
    assert_eq!(keys(&rest, "Key"), ["s/2", "s/d/1", "t&amp;&lt;"]);
}

#[tokio::test]
async fn parts_become_one_object_without_an_md5() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    let begun = xml(&fake, "POST", "/b-1/big?uploads=", &[], "").await;
    let text = begun.text();
    let id = text.split("<UploadId>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let mut list = String::new();
    // The order of arrival does not count.
    for (number, body) in [(2, "world"), (1, "hello ")] {
        let path = format!("/b-1/big?partNumber={number}&uploadId={id}");
        let part = xml(&fake, "PUT", &path, &[], body).await;
        let tag = part.header("etag").to_owned();
        list.insert_str(
            0,
            &format!("<Part><ETag>{tag}</ETag><PartNumber>{number}</PartNumber></Part>"),
        );
    }
    let path = format!("/b-1/big?uploadId={id}");
    let bad = list.replace("<PartNumber>2<", "<PartNumber>3<");
    assert_eq!(xml(&fake, "POST", &path, &[], &bad).await.status, 400);
    let list = format!("<CompleteMultipartUpload>{list}</CompleteMultipartUpload>");
    let done = xml(&fake, "POST", &path, &[], &list).await;
    assert!(done.text().contains("<ETag>"), "{}", done.text());
    assert_eq!(xml(&fake, "GET", "/b-1/big", &[], "").await.text(), "hello world");
    let json = fake.get("/storage/v1/b/b-1/o/big").await;
    assert_eq!((&json["md5Hash"], &json["componentCount"]), (&serde_json::Value::Null, &2.into()));
    assert_eq!(xml(&fake, "POST", &path, &[], &list).await.status, 404);
}

#[tokio::test]
async fn an_upload_in_parts_can_be_given_up() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    let begun = xml(&fake, "POST", "/b-1/big?uploads", &[], "").await;
    let id = begun.text().split("<UploadId>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let path = format!("/b-1/big?uploadId={id}");
    assert_eq!(xml(&fake, "DELETE", &path, &[], "").await.status, 204);
    let part = format!("/b-1/big?partNumber=1&uploadId={id}");
    assert_eq!(xml(&fake, "PUT", &part, &[], "x").await.status, 404);
}

#[tokio::test]
async fn an_object_is_copied_within_the_cloud() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    fake.put("owner", "b-1", "a/b", "1", "").await;
    let source = [("x-goog-copy-source", "b-1/a%2Fb"), ("x-goog-if-generation-match", "0")];
    let copy = xml(&fake, "PUT", "/b-1/c", &source, "").await;
    assert!(copy.text().contains("<CopyObjectResult>"));
    assert_eq!(xml(&fake, "GET", "/b-1/c", &[], "").await.text(), "1");
    assert_eq!(xml(&fake, "PUT", "/b-1/c", &source, "").await.status, 412);
}

#[tokio::test]
async fn a_bucket_may_be_named_in_the_host() {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    fake.put("owner", "b-1", "a", "x", "").await;
    let host = [("host", "b-1.storage.googleapis.com")];
    assert_eq!(xml(&fake, "GET", "/a", &host, "").await.text(), "x");
}
