//! What a VM's account may do with the rights that the modules grant, asked of a cloud that enforces them.

use crate::{
    cloud::{Cloud, PROJECT},
    root::{Root, example, possible},
};

/// A token of the study's account, good for ever.
const VM: &str = "fake.gen-tf-rest-2026@my-project.iam.gserviceaccount.com.1.99999999999";

/// A token of an account that was granted nothing.
const STRANGER: &str = "fake.stranger@my-project.iam.gserviceaccount.com.1.99999999999";

/// Folders of a study, and what its VMs may do in each: create, overwrite and delete, read.
const FOLDERS: [(&str, bool, bool, bool); 9] = [
    ("claims", true, false, true),
    ("guest", false, false, true),
    ("inputs", false, false, true),
    ("logs", true, false, false),
    ("outcomes", true, false, true),
    ("results", true, false, true),
    ("retries", false, false, false),
    ("setup", true, false, true),
    ("status", true, true, true),
];

const BUCKET: &str = "/storage/v1/b/my-project-rest-2026/o";

struct Asking<'a> {
    cloud: &'a Cloud,
    token: &'a str,
}

impl Asking<'_> {
    fn status(&self, method: &str, path: &str, body: &str) -> u16 {
        self.cloud.ask_as(self.token, method, path, body).0
    }

    fn put(&self, name: &str) -> u16 {
        let name = name.replace('/', "%2F");
        let path = format!("/upload{BUCKET}?uploadType=media&name={name}");
        self.status("POST", &path, "x")
    }

    fn read(&self, name: &str) -> u16 {
        let name = name.replace('/', "%2F");
        self.status("GET", &format!("{BUCKET}/{name}?alt=media"), "")
    }

    fn delete(&self, name: &str) -> u16 {
        self.status("DELETE", &format!("{BUCKET}/{}", name.replace('/', "%2F")), "")
    }
}

/// Success, or the refusal of a caller without the right.
fn expected(may: bool) -> u16 {
    if may { 200 } else { 403 }
}

fn with_store(cloud: &Cloud) -> Root<'_> {
    Root::new(cloud, &example("gcp-service-account")).apply();
    let root = Root::new(cloud, &example("gcp-store"));
    root.apply();
    root
}

#[test]
fn a_vm_has_the_rights_of_the_readmes_table() {
    if !possible() {
        return;
    }
    let cloud = Cloud::start();
    let _root = with_store(&cloud);
    let owner = Asking { cloud: &cloud, token: "owner" };
    let vm = Asking { cloud: &cloud, token: VM };
    for (folder, create, overwrite, read) in FOLDERS {
        let new = format!("rest-2026/{folder}/a/b/1/new");
        assert_eq!(vm.put(&new), expected(create), "create in {folder}/");
        let old = format!("rest-2026/{folder}/a/b/1/old");
        assert_eq!(owner.put(&old), 200);
        assert_eq!(vm.put(&old), expected(overwrite), "overwrite in {folder}/");
        assert_eq!(vm.read(&old), expected(read), "read in {folder}/");
        let deleted = if overwrite { 204 } else { 403 };
        assert_eq!(vm.delete(&old), deleted, "delete in {folder}/");
    }
}

#[test]
fn a_vm_sees_nothing_of_other_studies_and_a_stranger_nothing_at_all() {
    if !possible() {
        return;
    }
    let cloud = Cloud::start();
    let _root = with_store(&cloud);
    let owner = Asking { cloud: &cloud, token: "owner" };
    let vm = Asking { cloud: &cloud, token: VM };
    let stranger = Asking { cloud: &cloud, token: STRANGER };
    let foreign =
        ["rest-2026-b/claims/x", "rest-2026", "claims/x", "other/results/rest-2026/claims/x"];
    // What gen-tf alone writes of the study.
    for name in foreign.into_iter().chain(["rest-2026/shortage.json"]) {
        assert_eq!(vm.put(name), 403, "{name}");
        assert_eq!(owner.put(name), 200);
        assert_eq!(vm.read(name), 403, "{name}");
        assert_eq!(vm.delete(name), 403, "{name}");
    }
    assert_eq!(vm.status("GET", BUCKET, ""), 403);
    assert_eq!(vm.status("GET", "/storage/v1/b/my-project-rest-2026/iam", ""), 403);
    assert_eq!(vm.read("rest-2026/claims/missing"), 403);
    let instances = format!("/compute/v1/projects/{PROJECT}/zones/us-central1-a/instances");
    assert_eq!(vm.status("GET", &instances, ""), 403);
    assert_eq!(stranger.put("rest-2026/claims/x"), 403);
    assert_eq!(owner.put("rest-2026/claims/x"), 200);
    assert_eq!(stranger.read("rest-2026/claims/x"), 403);
}

#[test]
fn only_the_studys_account_reads_its_secrets() {
    if !possible() {
        return;
    }
    let cloud = Cloud::start();
    Root::new(&cloud, &example("gcp-service-account")).apply();
    let root = Root::new(&cloud, &example("gcp-secrets"));
    let value = [("TF_VAR_secret_omdb_api_key", "k")];
    root.succeed_with(&["apply", "-auto-approve", "-input=false"], &value);
    let secret =
        format!("/secretmanager/v1/projects/{PROJECT}/secrets/gen-tf-rest-2026-omdb-api-key");
    let access = format!("{secret}/versions/1:access");
    assert_eq!(Asking { cloud: &cloud, token: VM }.status("GET", &access, ""), 200);
    assert_eq!(Asking { cloud: &cloud, token: STRANGER }.status("GET", &access, ""), 403);
    let vm = Asking { cloud: &cloud, token: VM };
    assert_eq!(
        vm.status("POST", &format!("{secret}:addVersion"), "{\"payload\":{\"data\":\"eA==\"}}"),
        403
    );
    assert_eq!(vm.status("DELETE", &secret, ""), 403);
}
