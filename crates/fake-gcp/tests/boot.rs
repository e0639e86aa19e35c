//! The program as a whole: an instance that is inserted by REST boots as a sandbox, and its startup script finds Google there.
#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

#[path = "machine/rig.rs"]
#[expect(dead_code, reason = "the machines' tests use more of it")]
mod rig;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

const ZONE: &str = "compute/v1/projects/p-1/zones/us-central1-a";

/// A running fake-gcp.
struct Served {
    child: Child,
    base: String,
}

impl Served {
    fn start(state: &Path) -> Served {
        let mut child = Command::new(env!("CARGO_BIN_EXE_fake-gcp"))
            .args(["serve", "--vms", "sandbox", "--project", "p-1", "--state"])
            .arg(state)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("fake-gcp serves at"), "{line}");
        let environment = fs::read(state.join("env.json")).unwrap();
        let environment: Value = serde_json::from_slice(&environment).unwrap();
        Served { child, base: environment["FAKE_GCP"].as_str().unwrap().to_owned() }
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let output = Command::new("curl")
            .args(["-sS", "--noproxy", "*", "-X", method, "-H", "Authorization: Bearer owner"])
            .args(["-H", "Content-Type: application/json", "-d", &body.to_string()])
            .arg(format!("{}/{path}", self.base))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // A deletion answers with nothing.
        serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
    }

    fn status(&self) -> Value {
        self.call("GET", &format!("{ZONE}/instances/vm"), &Value::Null)["status"].clone()
    }

    fn set_up(&self) {
        self.call("POST", "storage/v1/b?project=p-1", &json!({ "name": "bucket-1" }));
        let account = json!({ "accountId": "runner" });
        self.call("POST", "iam/v1/projects/p-1/serviceAccounts", &account);
        let network = json!({ "name": "net", "autoCreateSubnetworks": false });
        self.call("POST", "compute/v1/projects/p-1/global/networks", &network);
        let subnetwork = json!({ "name": "sub", "network": "global/networks/net", "ipCidrRange": "10.0.0.0/24" });
        let region = "compute/v1/projects/p-1/regions/us-central1/subnetworks";
        self.call("POST", region, &subnetwork);
        let policy = json!({ "bindings": [{ "role": "roles/storage.objectCreator",
            "members": [format!("serviceAccount:{}", rig::ACCOUNT)] }] });
        self.call("PUT", "storage/v1/b/bucket-1/iam", &policy);
    }

    fn insert(&self, script: &str) -> Value {
        let image = "projects/debian-cloud/global/images/debian-12-bookworm-v20261014";
        let instance = json!({
            "name": "vm",
            "machineType": "zones/us-central1-a/machineTypes/n1-standard-8",
            "disks": [{ "boot": true, "autoDelete": true,
                "initializeParams": { "sourceImage": image, "diskSizeGb": "20" } }],
            "networkInterfaces": [{ "subnetwork": "regions/us-central1/subnetworks/sub" }],
            "serviceAccounts": [{ "email": rig::ACCOUNT,
                "scopes": ["https://www.googleapis.com/auth/cloud-platform"] }],
            "metadata": { "items": [{ "key": "startup-script", "value": script }] },
        });
        self.call("POST", &format!("{ZONE}/instances"), &instance)
    }
}

/// Puts a line into the bucket, as the VM's service account.
const SCRIPT: &str = r#"#!/bin/bash
set -euo pipefail
metadata=http://metadata.google.internal/computeMetadata/v1/instance
answer=$(curl -sSf -H Metadata-Flavor:Google "$metadata/service-accounts/default/token")
[[ $answer =~ \"access_token\":\"([^\"]+)\" ]]
curl -sS -H @- -d "hello from $HOSTNAME" -o /dev/null -w 'upload: %{http_code}\n' \
  "https://storage.googleapis.com/upload/storage/v1/b/bucket-1/o?uploadType=media&name=hello" \
  <<<"Authorization: Bearer ${BASH_REMATCH[1]}"
curl -sS -o /dev/null -w 'control: %{http_code}\n' https://storage.googleapis.com/control/state
poweroff
"#;

#[test]
fn an_inserted_instance_runs_its_script_and_is_terminated_when_it_powers_off() {
    let state = tempfile::tempdir().unwrap();
    if rig::Rig::at(&state.path().join("probe")).is_none() {
        return;
    }
    let mut served = Served::start(state.path());
    served.set_up();
    let operation = served.insert(SCRIPT);
    assert_eq!(operation["error"], Value::Null, "{operation}");
    let log = state.path().join("vms/vm/serial.log");
    let off = rig::wait("power off", || (served.status() == "TERMINATED").then_some(()));
    let log = fs::read_to_string(log).unwrap();
    assert!(
        off.is_some() && log.contains("upload: 200\n") && log.contains("control: 404\n"),
        "{log}"
    );
    let hello = served.call("GET", "storage/v1/b/bucket-1/o/hello", &Value::Null);
    assert_eq!(hello["size"], "13", "{hello}");

    served.call("POST", &format!("{ZONE}/instances/vm/start"), &Value::Null);
    let again = rig::wait("second boot", || {
        let log = fs::read_to_string(state.path().join("vms/vm/serial.log")).unwrap();
        (log.matches("fake-gcp: power off").count() == 2).then_some(())
    });
    assert!(again.is_some());
    served.call("DELETE", &format!("{ZONE}/instances/vm"), &Value::Null);
    rig::wait("removal", || (!state.path().join("vms/vm/disk").exists()).then_some(())).unwrap();

    let nap = rig::nap(4);
    served.insert(&format!("#!/bin/bash\nsetsid sleep {nap} &\n"));
    rig::wait("a process", || (!rig::processes_with(&nap).is_empty()).then_some(())).unwrap();
    let id = rustix::process::Pid::from_child(&served.child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    assert!(served.child.wait().unwrap().success());
    assert_eq!(rig::processes_with(&nap), [""; 0]);
}
