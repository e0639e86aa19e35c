//! Digests of images from a registry that asks for a token first, as the public ones do.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

#[path = "../../../tests/support/registry.rs"]
mod registry;

use gen_tf_store::registry::{Registries, RegistryError};
use registry::{Registry, Says, digest};

fn ask(registry: &Registry, image: &str) -> Result<String, RegistryError> {
    Registries::new().unwrap().digest(&registry.image(image))
}

/// The error's message and its hint.
fn refused(says: Says) -> (String, String) {
    let registry = Registry::start(&[("restgym/market-api:1.0.0", says)]);
    let error = ask(&registry, "restgym/market-api:1.0.0").unwrap_err();
    let message = error.to_string().replace(&registry.address, "HOST");
    (message, error.hint().unwrap_or_default().to_owned())
}

#[test]
fn a_tag_of_an_image_for_several_machines_means_the_digest_of_its_index() {
    let registry = Registry::start(&[
        ("restgym/market-api:1.0.0", Says::Digest(7)),
        ("a:latest", Says::Digest(8)),
    ]);
    assert_eq!(ask(&registry, "restgym/market-api:1.0.0").unwrap(), digest(7));
    assert_eq!(ask(&registry, "a").unwrap(), digest(8));
    // One HEAD each: nothing of an image is fetched.
    assert_eq!(registry.asked(), 2);
}

#[test]
fn a_server_that_fails_for_a_moment_is_asked_again() {
    let registry = Registry::start(&[("a:1", Says::Fails(2))]);
    assert_eq!(ask(&registry, "a:1").unwrap(), digest(0));
}

#[test]
fn a_tag_that_does_not_exist_is_named_with_the_way_out() {
    let registry = Registry::start(&[]);
    let error = ask(&registry, "a:1").unwrap_err();
    let said = error.to_string().replace(&registry.address, "HOST");
    assert_eq!(said, "HOST has no image `HOST/a:1`");
    assert!(error.hint().unwrap().contains("name and tag"));
}

#[test]
fn an_image_that_is_not_for_everybody_wants_its_digest_in_the_study() {
    let (message, hint) = refused(Says::Hidden);
    assert!(message.starts_with("HOST does not show the image"), "{message}");
    assert!(hint.contains("give the digest in the study"), "{hint}");
}

#[test]
fn a_limit_is_told_with_what_helps_and_is_not_used_up_by_more_tries() {
    for says in [Says::Limit, Says::NoToken] {
        let (message, hint) = refused(says);
        assert!(message.starts_with("HOST was asked too often"), "{message}");
        for way in ["wait", "give digests", "Artifact Registry"] {
            assert!(hint.contains(way), "{hint}");
        }
    }
    let registry = Registry::start(&[("a:1", Says::Limit)]);
    assert!(matches!(ask(&registry, "a:1"), Err(RegistryError::Limit { .. })));
    assert_eq!(registry.asked(), 1);
}

#[test]
fn what_is_no_sha256_is_not_taken_for_a_digest() {
    let (message, hint) = refused(Says::Nonsense);
    assert!(message.contains("`sha512:0`, which is no sha256"), "{message}");
    assert!(hint.contains("give the digest"), "{hint}");
}

#[test]
fn a_registry_that_is_not_there_is_named() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = Registries::new().unwrap().digest(&format!("{gone}/a:1")).unwrap_err();
    let said = format!("{gone} did not tell the digest of `{gone}/a:1` in 4 tries");
    assert_eq!(error.to_string(), said);
}
