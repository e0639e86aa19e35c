//! A lab: a cloud with what one study needs in it, made by hand, and VMs that serve attempts of it.
//! It renders nothing with gen-tf's own code and uses no module of Terraform, so that the guest is tested alone.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use gen_tf_core::outcome::{Cause, FileList, Outcome, Verdict};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::cloud::{Cloud, PROJECT, ZONE, repository, wait_for};

const ACCOUNT: &str = "gen-tf-s1@p-1.iam.gserviceaccount.com";
pub const DEFINITION: &str = "0123456789abcdef0123456789abcdef";
pub const SETUP_KEY: &str = "fedcba9876543210fedcba9876543210";
pub const CANARY: &str = "a/b&c'd\"e$f${g}%{h}";
pub const VM: &str = "s1-files-loop-1";

/// What differs between tests; the rest is the tiny harness.
pub struct Options {
    /// Folder below tests/harnesses/misbehaving whose files replace those of the tiny harness.
    pub variant: Option<&'static str>,
    pub duration: u32,
    pub commands: &'static str,
    pub setup_deadline: u32,
    /// Whether the cell has the secret `api-key`; which version the metadata names.
    pub secret: Option<u32>,
    /// Name and bytes of a model, and the bytes that the store has under its hash.
    pub model: Option<(&'static str, &'static [u8], &'static [u8])>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            variant: None,
            duration: 1,
            commands: "python3 curl",
            setup_deadline: 20,
            secret: None,
            model: None,
        }
    }
}

/// A cloud with a study.
pub struct Lab {
    pub cloud: Cloud,
    pub options: Options,
    pub guest_sha256: String,
    _guard: Option<tempfile::TempDir>,
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

impl Lab {
    /// `None` where this machine can't make sandboxes.
    pub fn new(options: Options) -> Option<Self> {
        let guard = tempfile::Builder::new().prefix("gen-tf-guest-").tempdir().unwrap();
        let folder = guard.path().to_owned();
        Self::inside(&folder, Some(guard), options)
    }

    /// In a folder that the test has made and removes.
    pub fn inside(
        folder: &Path,
        guard: Option<tempfile::TempDir>,
        options: Options,
    ) -> Option<Self> {
        let cloud = Cloud::start(folder)?;
        let mut lab = Self { cloud, options, guest_sha256: String::new(), _guard: guard };
        lab.make_study();
        let guest = lab.pack_guest();
        lab.guest_sha256 = sha256(&fs::read(&guest).unwrap());
        lab.put(&format!("guest/{}.tar.gz", lab.guest_sha256), &fs::read(guest).unwrap());
        if let Some((_, bytes, stored)) = lab.options.model {
            lab.put(&format!("inputs/{}", sha256(bytes)), stored);
        }
        Some(lab)
    }

    /// Bucket, account, network, secret, and the rights that the modules give to a study's VMs.
    fn make_study(&self) {
        let cloud = &self.cloud;
        let uniform = json!({ "uniformBucketLevelAccess": { "enabled": true } });
        let bucket = json!({ "name": "bucket-1", "iamConfiguration": uniform });
        cloud.call("POST", &format!("storage/v1/b?project={PROJECT}"), &bucket);
        let account = json!({ "accountId": "gen-tf-s1" });
        cloud.call("POST", &format!("iam/v1/projects/{PROJECT}/serviceAccounts"), &account);
        let network = json!({ "name": "net", "autoCreateSubnetworks": false });
        let compute = format!("compute/v1/projects/{PROJECT}");
        cloud.call("POST", &format!("{compute}/global/networks"), &network);
        let subnetwork = json!({ "name": "sub", "network": "global/networks/net", "ipCidrRange": "10.0.0.0/24" });
        cloud.call("POST", &format!("{compute}/regions/us-central1/subnetworks"), &subnetwork);
        let right = |role: &str, folders: &[&str]| {
            let objects = "projects/_/buckets/bucket-1/objects/s1";
            let parts =
                folders.iter().map(|f| format!("resource.name.startsWith(\"{objects}/{f}/\")"));
            json!({ "role": format!("roles/storage.{role}"),
                "members": [format!("serviceAccount:{ACCOUNT}")],
                "condition": { "title": role, "expression": parts.collect::<Vec<_>>().join(" || ") } })
        };
        let policy = json!({ "version": 3, "bindings": [
            right("objectCreator", &["claims", "logs", "outcomes", "results", "setup", "status"]),
            right("objectUser", &["status"]),
            right("objectViewer", &["claims", "guest", "inputs", "outcomes", "results", "setup"]),
        ] });
        cloud.call("PUT", "storage/v1/b/bucket-1/iam", &policy);
        let secrets = format!("secretmanager/v1/projects/{PROJECT}/secrets");
        let automatic = json!({ "replication": { "automatic": {} } });
        cloud.call("POST", &format!("{secrets}?secretId=gen-tf-s1-api-key"), &automatic);
        // printf %s 'a/b&c…' | base64
        let value = json!({ "payload": { "data": "YS9iJmMnZCJlJGYke2d9JXtofQ==" } });
        cloud.call("POST", &format!("{secrets}/gen-tf-s1-api-key:addVersion"), &value);
        // So long that the middle of an answer is in it.
        let long = json!({ "payload": { "data": "YWJj".repeat(400) } });
        cloud.call("POST", &format!("{secrets}/gen-tf-s1-api-key:addVersion"), &long);
        let policy = json!({ "policy": { "bindings": [{ "role": "roles/secretmanager.secretAccessor",
            "members": [format!("serviceAccount:{ACCOUNT}")] }] } });
        cloud.call("POST", &format!("{secrets}/gen-tf-s1-api-key:setIamPolicy"), &policy);
    }

    fn pack_guest(&self) -> PathBuf {
        let guest = self.cloud.path("guest");
        copy(&repository().join("scripts/guest"), &guest);
        let harness = guest.join("harness");
        copy(&repository().join("tests/harnesses/tiny"), &harness);
        if let Some(variant) = self.options.variant {
            copy(&repository().join("tests/harnesses/misbehaving").join(variant), &harness);
        }
        let o = &self.options;
        let write = |name: &str, text: &str| {
            let file = guest.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        write(
            "study.env",
            &format!(
                "GEN_TF_VERSION='0.1.0'\nGEN_TF_STUDY='s1'\nGEN_TF_TARGET='gcp'\nGEN_TF_HARNESS_NAME='tiny'\n\
                 GEN_TF_DURATION='{}'\nGEN_TF_STUDY_SEED='42'\nGEN_TF_EVIDENCE='requests.txt'\n\
                 GEN_TF_REQUEST_LOG='requests.txt'\nGEN_TF_SETUP_DEADLINE='{}'\n\
                 GEN_TF_TOOL_GRACE='1'\nGEN_TF_SERVICE_GRACE='1'\n",
                o.duration, o.setup_deadline
            ),
        );
        let commands = o.commands;
        write(
            "tools/loop.env",
            &format!(
                "GEN_TF_TOOL_COMMANDS='{commands}'\nGEN_TF_TOOL_EVIDENCE=''\nGEN_TF_TOOL_RESTART='true'\n"
            ),
        );
        write(
            "services/files.env",
            "GEN_TF_SERVICE_COMMANDS='python3'\nGEN_TF_SERVICE_EVIDENCE=''\n\
             GEN_TF_READY_URL='http://127.0.0.1:9001/index.txt'\nGEN_TF_READY_TIMEOUT='20'\n",
        );
        let archive = self.cloud.path("guest.tar.gz");
        let packed =
            Command::new("tar").arg("-czf").arg(&archive).arg("-C").arg(&guest).arg(".").status();
        assert!(packed.unwrap().success());
        archive
    }

    /// The bootstrap, as gen-tf renders it.
    pub fn startup_script(&self) -> String {
        let constant = include_str!("../../../gen-tf-core/templates/startup.sh");
        format!(
            "#!/usr/bin/env bash\nGEN_TF_STORE='gs://bucket-1/s1'\nGEN_TF_GUEST_SHA256='{}'\n{constant}",
            self.guest_sha256
        )
    }

    /// Metadata of a run's VM, as the module of an experiment gives it.
    pub fn metadata(&self, run: u32) -> Vec<(String, String)> {
        let o = &self.options;
        let secrets = o.secret.map_or(String::new(), |version| {
            format!("api-key=projects/{PROJECT}/secrets/gen-tf-s1-api-key/versions/{version}")
        });
        let models = o.model.map_or(String::new(), |m| format!("{}={}", m.0, sha256(m.1)));
        let values = [
            ("gen-tf-store", "gs://bucket-1/s1".to_owned()),
            ("gen-tf-guest-sha256", self.guest_sha256.clone()),
            ("gen-tf-study", "s1".to_owned()),
            ("gen-tf-experiment", format!("files/loop/{run}")),
            ("gen-tf-service", "files".to_owned()),
            ("gen-tf-tool", "loop".to_owned()),
            ("gen-tf-run", run.to_string()),
            ("gen-tf-attempt", "1".to_owned()),
            ("gen-tf-definition", DEFINITION.to_owned()),
            ("gen-tf-setup-key", SETUP_KEY.to_owned()),
            ("gen-tf-secrets", secrets),
            ("gen-tf-models", models),
            ("startup-script", self.startup_script()),
        ];
        values.map(|(key, value)| (key.to_owned(), value)).to_vec()
    }

    /// Inserts the instance of the first run, which boots it.
    pub fn boot(&self) {
        self.boot_with(1, &self.metadata(1));
    }

    pub fn boot_with(&self, run: u32, metadata: &[(String, String)]) {
        let items = metadata.iter().map(|(key, value)| json!({ "key": key, "value": value }));
        let image = "projects/debian-cloud/global/images/debian-12-bookworm-v20260901";
        let instance = json!({
            "name": format!("s1-files-loop-{run}"),
            "machineType": "zones/us-central1-a/machineTypes/n1-standard-8",
            "disks": [{ "boot": true, "autoDelete": true,
                "initializeParams": { "sourceImage": image, "diskSizeGb": "20" } }],
            "networkInterfaces": [{ "subnetwork": "regions/us-central1/subnetworks/sub" }],
            "serviceAccounts": [{ "email": ACCOUNT,
                "scopes": ["https://www.googleapis.com/auth/cloud-platform"] }],
            "metadata": { "items": items.collect::<Vec<_>>() },
        });
        let operation = self.cloud.call("POST", &format!("{ZONE}/instances"), &instance);
        assert_eq!(operation["error"], Value::Null, "{operation}");
    }

    /// Waits until the VM has powered itself off.
    #[track_caller]
    pub fn wait_until_off(&self, run: u32, seconds: u64) {
        let vm = format!("s1-files-loop-{run}");
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(seconds);
        while self.cloud.status(&vm) != "TERMINATED" {
            let late = std::time::Instant::now() > deadline;
            assert!(!late, "not off within {seconds} s\n{}", self.log(run));
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    }

    /// Boots the first run's VM and waits for its end; a store that refuses is waited for by the guest.
    pub fn run(&self) -> Outcome {
        self.boot();
        self.wait_until_off(1, 240);
        self.outcome(1)
    }

    #[track_caller]
    pub fn run_expecting_success(&self) -> Outcome {
        let outcome = self.run();
        assert_eq!(outcome.cause, None, "{}\n{}", outcome.message, self.log(1));
        assert_eq!(outcome.outcome, Verdict::Succeeded);
        outcome
    }

    #[track_caller]
    pub fn run_expecting(&self, cause: Cause) -> Outcome {
        let outcome = self.run();
        assert_eq!(outcome.cause, Some(cause), "{}\n{}", outcome.message, self.log(1));
        outcome
    }

    #[track_caller]
    pub fn outcome(&self, run: u32) -> Outcome {
        let object = self.object(&format!("outcomes/files/loop/{run}/1.json"));
        let bytes = object.unwrap_or_else(|| panic!("no outcome\n{}", self.log(run)));
        serde_json::from_slice(&bytes).unwrap()
    }

    /// The bytes of an object of the study.
    pub fn object(&self, key: &str) -> Option<Vec<u8>> {
        let name = format!("s1/{key}").replace('/', "%2F");
        let path = format!("/storage/v1/b/bucket-1/o/{name}?alt=media");
        let (status, bytes) = self.cloud.send("owner", "GET", &path, "", &[]);
        assert!(status == 200 || status == 404, "{key}: {status}");
        (status == 200).then_some(bytes)
    }

    pub fn put(&self, key: &str, bytes: &[u8]) {
        let name = format!("s1/{key}").replace('/', "%2F");
        let path = format!("/upload/storage/v1/b/bucket-1/o?uploadType=media&name={name}");
        let kind = "application/octet-stream";
        let (status, answer) = self.cloud.send("owner", "POST", &path, kind, bytes);
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
    }

    /// A file of the VM's disk, as this machine's root sees it.
    pub fn disk(&self, run: u32, path: &str) -> PathBuf {
        self.cloud.path(&format!("vms/s1-files-loop-{run}/disk/root/{path}"))
    }

    /// Waits until the tool has done something.
    #[track_caller]
    pub fn wait_for_run(&self, run: u32) {
        let requests = self.disk(run, "gen-tf/work/requests.txt");
        wait_for("a request of the tool", 60, || {
            fs::metadata(&requests).is_ok_and(|file| file.len() > 0)
        });
    }

    /// The attempt's log in the store.
    pub fn stored_log(&self, run: u32) -> String {
        let segment = |number| self.object(&format!("logs/files/loop/{run}/1/{number:04}.txt"));
        let segments = (1..).map_while(segment).flatten().collect::<Vec<u8>>();
        String::from_utf8(segments).unwrap()
    }

    /// Everything that can be read about an attempt, for the message of a failed test.
    pub fn log(&self, run: u32) -> String {
        let read = |path| fs::read_to_string(self.disk(run, path)).unwrap_or_default();
        format!(
            "{}\n-- /var/log/gen-tf.log\n{}\n-- guest.log\n{}",
            self.cloud.serial(&format!("s1-files-loop-{run}")),
            read("var/log/gen-tf.log"),
            read("gen-tf/log/guest.log")
        )
    }

    /// Unpacks the results of an attempt, after comparing them with the outcome and the file list.
    pub fn results(&self, outcome: &Outcome) -> PathBuf {
        let uploaded = outcome.results.as_ref().expect("results were uploaded");
        let archive = self.object(&uploaded.archive).unwrap();
        assert_eq!(
            (archive.len() as u64, sha256(&archive)),
            (uploaded.size, uploaded.sha256.clone())
        );
        let list = self.object(&uploaded.file_list).unwrap();
        assert_eq!(sha256(&list), uploaded.file_list_sha256);
        let list: FileList = serde_json::from_slice(&list).unwrap();
        let folder = self.cloud.path(&format!("unpacked-{}", outcome.experiment.run));
        tar::Archive::new(flate2::read::GzDecoder::new(&archive[..])).unpack(&folder).unwrap();
        for (name, entry) in &list.files {
            let bytes = fs::read(folder.join(name)).unwrap();
            assert_eq!((bytes.len() as u64, sha256(&bytes)), (entry.size, entry.sha256.clone()));
        }
        folder
    }

    /// Statuses of what the VM asked for, by method and a part of the path.
    pub fn asked(&self, method: &str, part: &str) -> Vec<u64> {
        let requests = self.cloud.requests();
        let of_vm = requests.iter().filter(|request| {
            request["caller"].as_str().is_some_and(|caller| caller.contains("gen-tf-s1"))
                && request["method"] == method
                && request["path"].as_str().is_some_and(|path| path.contains(part))
        });
        of_vm.map(|request| request["status"].as_u64().unwrap_or_default()).collect()
    }
}

/// Copies a folder into another, over what is there.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
