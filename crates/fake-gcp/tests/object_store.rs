//! The client that gen-tf uses for buckets, as it is published, against the XML API.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

mod support;

use fake_gcp::cloud::{bucket::NewObject, object::Preconditions};
use futures::TryStreamExt;
use object_store::{
    Attribute, Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutMode, PutPayload,
    StaticCredentialProvider, WriteMultipart,
    gcp::{GcpCredential, GoogleCloudStorage, GoogleCloudStorageBuilder},
    path::Path,
};
use std::sync::Arc;
use support::Fake;

async fn with_store(token: &str) -> (Fake, GoogleCloudStorage) {
    let fake = Fake::start().await;
    fake.bucket("b-1").await;
    // The client wants to know a TLS library even where it speaks plain HTTP; another test may have told it.
    tokio_rustls::rustls::crypto::ring::default_provider().install_default().ok();
    let bearer = token.to_owned();
    let store = GoogleCloudStorageBuilder::new()
        .with_bucket_name("b-1")
        .with_base_url(&fake.base)
        .with_credentials(Arc::new(StaticCredentialProvider::new(GcpCredential { bearer })))
        .build()
        .unwrap();
    (fake, store)
}

fn path(text: &str) -> Path {
    Path::parse(text).unwrap()
}

#[tokio::test]
async fn objects_go_and_come_whole_and_in_part() {
    let (fake, store) = with_store("owner").await;
    let name = path("s/claims/language-tool/a b/1.json");
    store.put(&name, PutPayload::from_static(b"0123456789")).await.unwrap();
    let meta = store.head(&name).await.unwrap();
    assert_eq!((meta.size, meta.location), (10, name.clone()));
    let whole = store.get(&name).await.unwrap();
    assert_eq!(
        whole.attributes.get(&Attribute::ContentType).unwrap().as_ref(),
        "application/octet-stream"
    );
    assert_eq!(whole.meta.e_tag, meta.e_tag);
    assert_eq!(whole.bytes().await.unwrap(), "0123456789");
    assert_eq!(store.get_range(&name, 2..5).await.unwrap(), "234");
    let options = GetOptions { range: Some(GetRange::Suffix(3)), ..GetOptions::default() };
    assert_eq!(store.get_opts(&name, options).await.unwrap().bytes().await.unwrap(), "789");
    store.delete(&name).await.unwrap();
    assert!(matches!(store.get(&name).await, Err(Error::NotFound { .. })));
    assert_eq!(
        fake.get("/control/state").await["buckets"]["b-1"]["objects"],
        serde_json::json!([])
    );
}

#[tokio::test]
async fn put_once_and_update_of_a_known_version_work() {
    let (_fake, store) = with_store("owner").await;
    let name = path("s/outcomes/1");
    let once = || async {
        store.put_opts(&name, PutPayload::from_static(b"1"), PutMode::Create.into()).await
    };
    let first = once().await.unwrap();
    assert!(matches!(once().await, Err(Error::AlreadyExists { .. })));
    let update = |version| PutMode::Update(version).into();
    let second = store.put_opts(&name, "2".into(), update(first.clone().into())).await.unwrap();
    assert_ne!(first.version, second.version);
    let stale = store.put_opts(&name, "3".into(), update(first.into())).await;
    assert!(matches!(stale, Err(Error::Precondition { .. })), "{stale:?}");
}

#[tokio::test]
async fn listings_come_in_pages_of_a_thousand() {
    let (fake, store) = with_store("owner").await;
    fake.put("owner", "b-1", "other", "x", "").await;
    for n in 0..1003 {
        let blob = Arc::new(fake.cloud.blobs.store(b"x").unwrap());
        let (name, attributes) = (format!("s/{n:04}"), serde_json::Map::new());
        let new = NewObject { name, blob, attributes, parts: None };
        fake.cloud.lock().bucket_mut("b-1").unwrap().put(new, &Preconditions::default()).unwrap();
    }
    let all: Vec<_> = store.list(Some(&path("s"))).try_collect().await.unwrap();
    assert_eq!(all.len(), 1003);
    let after: Vec<_> =
        store.list_with_offset(Some(&path("s")), &path("s/1000")).try_collect().await.unwrap();
    assert_eq!(after.iter().map(|m| m.location.as_ref()).collect::<Vec<_>>(), ["s/1001", "s/1002"]);
    let top = store.list_with_delimiter(None).await.unwrap();
    assert_eq!((top.common_prefixes, top.objects.len()), (vec![path("s")], 1));
}

#[tokio::test]
async fn a_large_object_goes_in_parts() {
    let (_fake, store) = with_store("owner").await;
    let name = path("s/inputs/model");
    let upload = store.put_multipart(&name).await.unwrap();
    let mut writer = WriteMultipart::new_with_chunk_size(upload, 5 << 20);
    let block = vec![7_u8; 1 << 20];
    for _ in 0..12 {
        writer.write(&block);
    }
    writer.finish().await.unwrap();
    assert_eq!(store.head(&name).await.unwrap().size, 12 << 20);
    let tail = store.get_range(&name, (12 << 20) - 3..12 << 20).await.unwrap();
    assert_eq!(tail, vec![7, 7, 7]);
}

#[tokio::test]
async fn an_object_is_copied_once() {
    let (_fake, store) = with_store("owner").await;
    store.put(&path("a"), "x".into()).await.unwrap();
    store.copy_if_not_exists(&path("a"), &path("b/c")).await.unwrap();
    let again = store.copy_if_not_exists(&path("a"), &path("b/c")).await;
    assert!(matches!(again, Err(Error::AlreadyExists { .. })), "{again:?}");
    assert_eq!(store.get(&path("b/c")).await.unwrap().bytes().await.unwrap(), "x");
}

#[tokio::test]
async fn a_passing_fault_is_retried() {
    let (fake, store) = with_store("owner").await;
    store.put(&path("a"), "x".into()).await.unwrap();
    for fault in [serde_json::json!({ "status": 503 }), serde_json::json!("drop_connection")] {
        fake.fault(serde_json::json!({ "times": 1, "fault": fault })).await;
        assert_eq!(store.get(&path("a")).await.unwrap().bytes().await.unwrap(), "x");
    }
}
