//! Every kind of credentials, against a token server on the loopback interface.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::*;
use crate::google::loopback::{Asked, Loopback};

/// An environment in which nothing is set and nobody answers.
fn nothing(home: &Path) -> Environment {
    Environment {
        home: Some(home.to_owned()),
        // Port 1 of the loopback interface: nobody listens there.
        metadata_host: Some("127.0.0.1:1".to_owned()),
        ..Environment::default()
    }
}

fn runtime() -> Runtime {
    crate::google::install_cryptography();
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

fn token(environment: Environment) -> Result<String, CredentialsError> {
    let credentials = Credentials::find(environment)?;
    runtime().block_on(credentials.token()).map(|token| token.to_string())
}

fn file(folder: &TempDir, json: &Value) -> PathBuf {
    let path = folder.path().join("credentials.json");
    fs::write(&path, json.to_string()).unwrap();
    path
}

fn with_file(folder: &TempDir, json: &Value) -> Environment {
    Environment { application: Some(file(folder, json)), ..nothing(folder.path()) }
}

fn user(server: &Loopback) -> Value {
    json!({
        "type": "authorized_user",
        "client_id": "an id",
        "client_secret": "client-canary",
        "refresh_token": "refresh-canary",
        "token_uri": format!("{}/token", server.url),
    })
}

/// A token server: tokens are `t0`, `t1`, … and last as long as `expires_in` says.
fn issuer(expires_in: u64) -> Loopback {
    Loopback::start(move |number, asked: &Asked| {
        let token = format!("t{number}");
        let answer = if asked.line.contains(":generateAccessToken") {
            json!({ "accessToken": "impersonated", "expireTime": "2099-01-01T00:00:00Z" })
        } else if asked.line.starts_with("GET /oidc") {
            json!({ "value": "subject-of-github" })
        } else {
            json!({
                "access_token": token, "expires_in": expires_in, "token_type": "Bearer",
                "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            })
        };
        (200, answer.to_string())
    })
}

#[test]
fn a_user_gets_a_token_and_keeps_it_while_it_lasts() {
    let (folder, server) = (tempfile::tempdir().unwrap(), issuer(3600));
    let credentials = Credentials::find(with_file(&folder, &user(&server))).unwrap();
    assert!(credentials.origin().starts_with("the user of "), "{}", credentials.origin());
    let runtime = runtime();
    for _ in 0..3 {
        assert_eq!(&*runtime.block_on(credentials.token()).unwrap(), "t0");
    }
    let asked = server.asked();
    assert_eq!((asked.len(), &asked[0].line[..]), (1, "POST /token"));
    assert!(asked[0].body.contains("refresh-canary"), "{}", asked[0].body);
}

#[test]
fn the_file_of_gcloud_is_found_below_the_home() {
    let (folder, server) = (tempfile::tempdir().unwrap(), issuer(3600));
    let place = folder.path().join(".config/gcloud");
    fs::create_dir_all(&place).unwrap();
    let path = place.join("application_default_credentials.json");
    fs::write(path, user(&server).to_string()).unwrap();
    assert_eq!(token(nothing(folder.path())).unwrap(), "t0");
}

#[test]
fn a_service_account_signs_its_tokens_itself() {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new("openssl").args(["genrsa", "2048"]).output();
    let Some(made) = made.ok().filter(|made| made.status.success()) else {
        println!("SKIPPED: there is no openssl to make a key with");
        return;
    };
    let mut key = String::from_utf8(made.stdout).unwrap();
    if key.contains("BEGIN RSA PRIVATE KEY") {
        // OpenSSL before version 3 writes the older form.
        let old = folder.path().join("key");
        fs::write(&old, key).unwrap();
        let mut convert = Command::new("openssl");
        convert.args(["pkcs8", "-topk8", "-nocrypt", "-in"]).arg(old);
        key = String::from_utf8(convert.output().unwrap().stdout).unwrap();
    }
    let json = json!({
        "type": "service_account", "client_email": "ci@p.iam.gserviceaccount.com",
        "private_key_id": "1", "private_key": key, "project_id": "p",
        "universe_domain": "googleapis.com",
    });
    let credentials = Credentials::find(with_file(&folder, &json)).unwrap();
    let origin = credentials.origin();
    assert!(origin.starts_with("the service account ci@p.iam.gserviceaccount.com of "), "{origin}");
    let token = runtime().block_on(credentials.token()).unwrap();
    assert_eq!(token.split('.').count(), 3, "no signed token");
}

#[test]
fn an_external_account_changes_githubs_token_for_that_of_a_service_account() {
    let (folder, server) = (tempfile::tempdir().unwrap(), issuer(3600));
    let account = "ci@p.iam.gserviceaccount.com";
    let json = json!({
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/g/\
                     providers/github",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": format!("{}/sts", server.url),
        "service_account_impersonation_url":
            format!("{}/v1/projects/-/serviceAccounts/{account}:generateAccessToken", server.url),
        "credential_source": {
            "url": format!("{}/oidc?audience=x", server.url),
            "headers": { "Authorization": "Bearer of-the-runner" },
            "format": { "type": "json", "subject_token_field_name": "value" },
        },
    });
    assert_eq!(token(with_file(&folder, &json)).unwrap(), "impersonated");
    let asked = server.asked();
    let lines: Vec<_> = asked.iter().map(|asked| asked.line.as_str()).collect();
    let last = format!("POST /v1/projects/-/serviceAccounts/{account}:generateAccessToken");
    assert_eq!(lines, ["GET /oidc?audience=x", "POST /sts", &last]);
    assert!(asked[0].headers.contains("bearer of-the-runner"));
    assert!(asked[1].body.contains("subject-of-github"));
    assert!(asked[2].headers.contains("bearer t1"));
}

#[test]
fn an_external_account_may_keep_its_token_in_a_file() {
    let (folder, server) = (tempfile::tempdir().unwrap(), issuer(3600));
    let subject = folder.path().join("oidc-token");
    fs::write(&subject, "subject-in-a-file").unwrap();
    let json = json!({
        "type": "external_account", "audience": "//iam.googleapis.com/x",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": format!("{}/sts", server.url),
        "credential_source": { "file": subject },
    });
    assert_eq!(token(with_file(&folder, &json)).unwrap(), "t0");
    assert!(server.asked()[0].body.contains("subject-in-a-file"));
}

#[test]
fn an_impersonation_starts_from_its_source() {
    let (folder, server) = (tempfile::tempdir().unwrap(), issuer(3600));
    let url = format!("{}/v1/projects/-/serviceAccounts/x@p:generateAccessToken", server.url);
    let json = json!({
        "type": "impersonated_service_account",
        "service_account_impersonation_url": url,
        "source_credentials": user(&server),
    });
    assert_eq!(token(with_file(&folder, &json)).unwrap(), "impersonated");
    assert!(server.asked()[1].headers.contains("bearer t0"));
}

#[test]
fn a_machine_of_google_asks_its_metadata_server() {
    let (folder, server) = (tempfile::tempdir().unwrap(), issuer(3600));
    let host = server.url.strip_prefix("http://").unwrap().to_owned();
    let environment = Environment { metadata_host: Some(host), ..nothing(folder.path()) };
    assert_eq!(token(environment).unwrap(), "t0");
    let asked = &server.asked()[0];
    assert!(asked.line.contains("/service-accounts/default/token"), "{}", asked.line);
    assert!(asked.headers.contains("metadata-flavor: google"));
}

#[test]
fn a_given_token_goes_before_every_file_and_a_file_before_the_default_one() {
    let (folder, server) = (tempfile::tempdir().unwrap(), issuer(3600));
    let text = user(&server).to_string();
    let named = file(&folder, &user(&server)).to_str().unwrap().to_owned();
    for credentials in [text, named] {
        let broken = Some(folder.path().join("not there"));
        let environment = Environment {
            credentials: Some(credentials),
            application: broken,
            ..nothing(folder.path())
        };
        assert!(token(environment.clone()).unwrap().starts_with('t'));
        let given = Environment { token: Some("given".to_owned()), ..environment };
        assert_eq!(token(given).unwrap(), "given");
    }
}

#[test]
fn a_token_that_has_run_out_is_replaced() {
    let (folder, server) = (tempfile::tempdir().unwrap(), issuer(1));
    let credentials = Credentials::find(with_file(&folder, &user(&server))).unwrap();
    let runtime = runtime();
    let first = runtime.block_on(credentials.token()).unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while runtime.block_on(credentials.token()).unwrap() == first {
        assert!(Instant::now() < deadline, "the token never changed");
        std::thread::yield_now();
    }
}

#[test]
fn many_threads_at_once_ask_for_one_token() {
    let (folder, server) = (tempfile::tempdir().unwrap(), issuer(3600));
    let credentials = Credentials::find(with_file(&folder, &user(&server))).unwrap();
    let runtime = runtime();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| runtime.block_on(credentials.token()).unwrap());
        }
    });
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn a_token_that_was_refused_is_replaced_unless_it_was_given() {
    let (folder, server) = (tempfile::tempdir().unwrap(), issuer(3600));
    let credentials = Credentials::find(with_file(&folder, &user(&server))).unwrap();
    let runtime = runtime();
    assert_eq!(&*runtime.block_on(credentials.token()).unwrap(), "t0");
    assert!(credentials.renew());
    assert_eq!(&*runtime.block_on(credentials.token()).unwrap(), "t1");
    let given = Environment { token: Some("x".to_owned()), ..nothing(folder.path()) };
    assert!(!Credentials::find(given).unwrap().renew());
}

#[test]
fn a_token_server_that_is_busy_for_a_moment_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let server = Loopback::start(|number, _| match number {
        0 | 1 => (503, "{}".to_owned()),
        _ => (200, json!({"access_token": "late", "token_type": "Bearer"}).to_string()),
    });
    assert_eq!(token(with_file(&folder, &user(&server))).unwrap(), "late");
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn a_login_that_has_ended_is_told_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let server = Loopback::start(|_, _| (400, r#"{"error": "invalid_grant"}"#.to_owned()));
    let error = token(with_file(&folder, &user(&server))).unwrap_err();
    assert!(matches!(error, CredentialsError::Token { .. }), "{error}");
    assert!(error.to_string().contains("credentials.json"), "{error}");
    let text = causes(&error);
    assert!(text.contains("invalid_grant") && !text.contains("canary"), "{text}");
    assert!(error.hint().contains("gcloud auth application-default login"));
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn without_any_credentials_the_error_lists_what_was_tried() {
    let folder = tempfile::tempdir().unwrap();
    let error = token(nothing(folder.path())).unwrap_err();
    let text = error.to_string();
    for part in [
        "GOOGLE_OAUTH_ACCESS_TOKEN",
        "GOOGLE_CREDENTIALS",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "application_default_credentials.json (not there)",
        "the metadata server 127.0.0.1:1 (no answer)",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(error.hint().contains("GEN_TF_CREDENTIALS=gcloud"));
}

#[test]
fn a_file_that_is_no_credentials_is_named_without_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    for (text, part) in [
        ("-----BEGIN canary", "no JSON"),
        (r#"{"private_key": "canary"}"#, "no `type`"),
        (r#"{"type": "magic", "x": "canary"}"#, "unknown type `magic`"),
        (r#"{"type": "authorized_user", "client_secret": "canary"}"#, "client_id"),
    ] {
        fs::write(&path, text).unwrap();
        let environment = Environment { application: Some(path.clone()), ..nothing(folder.path()) };
        let text = causes(&token(environment).unwrap_err());
        assert!(text.contains(path.to_str().unwrap()) && text.contains(part), "{text}");
        assert!(!text.contains("canary"), "{text}");
    }
    let missing = Environment { application: Some("/not there".into()), ..Environment::default() };
    let text = causes(&token(missing).unwrap_err());
    assert!(text.contains("/not there (GOOGLE_APPLICATION_CREDENTIALS)"), "{text}");
}

#[test]
fn only_gcloud_may_be_asked_for() {
    let asked = |text: &str| Environment { asked: Some(text.to_owned()), ..Environment::default() };
    let error = Credentials::find(asked("yes")).unwrap_err();
    assert!(error.to_string().contains("GEN_TF_CREDENTIALS is `yes`"), "{error}");
    assert_eq!(Credentials::find(asked("gcloud")).unwrap().origin(), "the account of gcloud");
}

#[test]
fn what_is_shown_of_credentials_is_no_secret() {
    let given = Environment { token: Some("canary".to_owned()), ..Environment::default() };
    let impersonated = Environment { impersonated: Some("x@p".to_owned()), ..given.clone() };
    for environment in [given, impersonated] {
        let credentials = Credentials::find(environment).unwrap();
        assert!(!format!("{credentials:?}{}", credentials.origin()).contains("canary"));
    }
}

fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    text
}
