//! The program itself: its environment files and its end.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

#[test]
fn serve_writes_its_environment_and_ends_when_told() {
    let state = tempfile::tempdir().unwrap();
    let folder = state.path().join("not/there/yet");
    let mut child = Command::new(env!("CARGO_BIN_EXE_fake-gcp"))
        .args(["serve", "--project", "p-1", "--quota", "CPUS=24", "--state"])
        .arg(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("fake-gcp serves at http://127.0.0.1:"), "{line}");
    let json = std::fs::read(folder.join("env.json")).unwrap();
    let variables: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let base = variables["FAKE_GCP"].as_str().unwrap();
    for (name, path) in [
        ("GOOGLE_COMPUTE_CUSTOM_ENDPOINT", "compute/v1/"),
        ("GOOGLE_STORAGE_CUSTOM_ENDPOINT", "storage/v1/"),
        ("GOOGLE_BACKEND_STORAGE_CUSTOM_ENDPOINT", "storage/v1/"),
        ("GOOGLE_SECRET_MANAGER_CUSTOM_ENDPOINT", "secretmanager/v1/"),
        ("GOOGLE_IAM_BETA_CUSTOM_ENDPOINT", "iam/v1/"),
        ("GOOGLE_RESOURCE_MANAGER_CUSTOM_ENDPOINT", "crm/v1/"),
    ] {
        assert_eq!(variables[name], format!("{base}/{path}"), "{name}");
    }
    // What a shell gets from the other file is the same.
    let printed = Command::new("bash")
        .args(["-c", ". \"$1/env.sh\"; printf %s \"$GOOGLE_OAUTH_ACCESS_TOKEN\"", "-"])
        .arg(&folder)
        .output()
        .unwrap();
    assert_eq!(variables["GOOGLE_OAUTH_ACCESS_TOKEN"].as_str().unwrap().as_bytes(), printed.stdout);
    let region = get(base, "/compute/v1/projects/p-1/regions/us-central1");
    assert!(region.contains(r#""limit":24.0,"metric":"CPUS""#), "{region}");
    let kill = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(kill.success());
    assert!(child.wait().unwrap().success());
}

fn get(base: &str, path: &str) -> String {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(base.strip_prefix("http://").unwrap()).unwrap();
    let request = format!("GET {path} HTTP/1.0\r\nauthorization: Bearer x\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn serve_refuses_what_it_does_not_understand() {
    for bad in ["--quota=CPUS", "--quota=CPUS=many", "--vms=some"] {
        let output = Command::new(env!("CARGO_BIN_EXE_fake-gcp"))
            .args(["serve", "--state", "/nonexistent/x", bad])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{bad}");
    }
}
