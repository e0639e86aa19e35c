//! Machines as sandboxes: real namespaces, real processes, and a small cloud behind them.

#![expect(clippy::unwrap_used, reason = "a test ends where it can't go on")]

#[path = "machine/rig.rs"]
mod rig;

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use fake_gcp::machine::Machines;
use rig::{ACCOUNT, Rig, at, lock, nap, processes_with};

#[test]
fn the_startup_script_runs_as_root_with_the_runners_environment() {
    let Some(rig) = Rig::new() else { return };
    rig.boot(
        "a",
        r#"
        { id -u; pwd; hostname; echo "${HOME-no home} ${USER-no user} ${GEN_TF_CANARY-no canary}"
          readlink /proc/self/fd/0; tty; tr '\0' ' ' </proc/$$/cmdline; echo; } | post facts
        "#,
    );
    let facts = rig.posted("facts");
    let lines: Vec<&str> = facts.lines().collect();
    assert_eq!(lines[..6], ["0", "/", "a", "no home no user no canary", "/dev/null", "not a tty"]);
    // bash, too, lets the path that it was given with -c take its place.
    assert!(lines[6].starts_with("/bin/bash /tmp/metadata-scripts"), "{}", lines[6]);
}

#[test]
fn the_metadata_server_answers_inside() {
    let Some(rig) = Rig::new() else { return };
    rig.boot(
        "a",
        r#"
        get instance/attributes/gen-tf-store | post attribute
        get "instance/service-accounts/default/token" | post token
        { get instance/name; echo; get instance/zone; echo; get instance/preempted; echo
          get instance/service-accounts/default/email; echo; get instance/service-accounts/default/scopes
          get universe/universe-domain; echo; get project/project-id; } | post names
        get 'project/attributes/?recursive=true' | post project
        get '/?recursive=true&alt=json' | post all
        curl -sS -o /dev/null -w '%{http_code}' http://169.254.169.254/computeMetadata/v1/instance/name | post refused
        get instance/attributes/no-such -o /dev/null -w '%{http_code}' | post missing
        curl -sSi -H Metadata-Flavor:Google http://169.254.169.254/computeMetadata/v1/instance/id | post headers
        curl -sS -X PUT -d value -H Metadata-Flavor:Google http://169.254.169.254/computeMetadata/v1/instance/guest-attributes/n/k
        get instance/guest-attributes/n/k | post guest
        "#,
    );
    assert_eq!(rig.posted("guest"), "value");
    assert_eq!(rig.posted("attribute"), "gs://b/s");
    let token: serde_json::Value = serde_json::from_str(&rig.posted("token")).unwrap();
    assert_eq!(token["access_token"], format!("token-of-{ACCOUNT}"));
    assert_eq!(token["expires_in"], 3599);
    let names = rig.posted("names");
    let lines: Vec<&str> = names.lines().collect();
    assert_eq!(lines[0], "a");
    assert!(lines[1].ends_with("/zones/us-central1-a") && lines[1].starts_with("projects/"));
    let scope = "https://www.googleapis.com/auth/cloud-platform";
    assert_eq!(lines[2..], ["FALSE", ACCOUNT, scope, "googleapis.com", "p-1"]);
    assert_eq!(rig.posted("project"), "{}");
    let all: serde_json::Value = serde_json::from_str(&rig.posted("all")).unwrap();
    assert_eq!(all["instance"]["id"], 4_711);
    assert_eq!(all["instance"]["attributes"]["gen-tf-store"], "gs://b/s");
    assert_eq!(all["instance"]["serviceAccounts"][ACCOUNT]["email"], ACCOUNT);
    assert_eq!(all["project"]["projectId"], "p-1");
    assert_eq!(rig.posted("refused"), "403");
    assert!(rig.posted("missing").contains("404"), "{}", rig.posted("missing"));
    let headers = rig.posted("headers").to_lowercase();
    assert!(headers.contains("metadata-flavor: google") && headers.contains("\netag: "));
}

#[test]
fn what_the_script_prints_and_how_it_ends_is_in_the_serial_log_only() {
    let Some(rig) = Rig::new() else { return };
    rig.boot(
        "a",
        "echo out; echo err >&2; echo to the port >/dev/ttyS0; printf 'no newline'; exit 7",
    );
    rig.wait_for_serial("a", "Finished running startup scripts.");
    rig.wait_for_serial("a", "to the port\n");
    let log = rig.serial("a").replace("to the port\n", "");
    let expected = "startup-script: out\nstartup-script: err\nstartup-script: no newline\n\
        startup-script exit status 7\nFinished running startup scripts.\n";
    assert_eq!(log, expected);
    assert!(!rig.is_off("a"));
}

#[test]
fn a_line_above_64_kib_breaks_the_scripts_pipe() {
    let Some(rig) = Rig::new() else { return };
    rig.boot(
        "a",
        "printf '%065535d\\n' 0 | tr 0 x
        printf '%065537d' 0
        while :; do echo more; done",
    );
    rig.wait_for_serial("a", "Finished running startup scripts.");
    let log = rig.serial("a");
    assert!(log.contains(&"x".repeat(65535)), "the longest line that fits is logged");
    assert!(log.contains("startup-script bufio.Scanner: token too long\n"));
    assert!(log.contains("startup-script signal: broken pipe\n"), "{}", &log[65600..]);
}

#[test]
fn children_survive_the_script() {
    let Some(rig) = Rig::new() else { return };
    rig.boot(
        "a",
        "( me=$BASHPID
           until [[ $(cut -d ' ' -f 4 \"/proc/$me/stat\") == 1 ]]; do sleep 0.05; done
           echo alive | post orphan ) >/dev/null 2>&1 </dev/null &",
    );
    assert_eq!(rig.posted("orphan"), "alive\n");
    rig.wait_for_serial("a", "Finished running startup scripts.");
}

#[test]
fn a_machine_that_powers_off_inside_ends_and_is_reported_once() {
    let Some(rig) = Rig::new() else { return };
    let nap = nap(1);
    let script = format!(
        "trap 'echo told | post told; exit' TERM; sleep {nap} & poweroff
        while :; do sleep 0.1; done"
    );
    rig.boot("a", &script);
    rig.wait_until_off("a");
    assert_eq!(rig.posted("told"), "told\n");
    assert_eq!(processes_with(&nap), [""; 0]);
    rig.boot("b", "shutdown -h now");
    rig.wait_until_off("b");
    assert_eq!(*lock(&rig.cloud.off), ["a", "b"]);
}

#[test]
fn a_stop_from_outside_tells_the_guest_and_then_kills_it() {
    let Some(rig) = Rig::new() else { return };
    rig.boot(
        "a",
        "trap 'echo told | post told' TERM; echo up | post up; while :; do sleep 0.1; done",
    );
    rig.posted("up");
    rig.machines.stop(&at("a"), Duration::from_secs(1));
    assert_eq!(rig.posted("told"), "told\n");
    rig.wait_until_off("a");
    assert_eq!(*lock(&rig.cloud.off), ["a"]);
}

#[test]
fn a_reboot_runs_the_script_again_on_the_same_disk_with_another_boot_id() {
    let Some(rig) = Rig::new() else { return };
    let script = "n=$(cat /var/count || echo 0); echo $((n + 1)) >/var/count
        ls /tmp/left-over /run/left-over 2>/dev/null | post left$n; touch /tmp/left-over /run/left-over
        cat /proc/sys/kernel/random/boot_id | post boot$n
        ((n != 1)) || reboot";
    rig.boot("a", script);
    let first = rig.posted("boot0");
    rig.machines.reboot(&at("a"));
    let second = rig.posted("boot1");
    let third = rig.posted("boot2");
    assert!(first != second && second != third, "{first} {second} {third}");
    assert_eq!(first.len(), 37, "{first}");
    assert_eq!(rig.posted("left1") + &rig.posted("left2"), "");
    assert!(!rig.is_off("a"));
}

#[test]
fn a_stopped_machine_boots_again_on_its_disk() {
    let Some(rig) = Rig::new() else { return };
    let script = "cat /root/note | post note; echo kept >/root/note; poweroff";
    rig.boot("a", script);
    rig.wait_until_off("a");
    rig.boot("a", script);
    rig.wait("the note", || {
        lock(&rig.cloud.posted).get("note").filter(|note| *note == "kept\n").map(|_| ())
    });
}

#[test]
fn a_preemption_ends_a_wait_for_change() {
    let Some(rig) = Rig::new() else { return };
    rig.boot(
        "a",
        "etag=$(get instance/preempted -D - -o /dev/null | tr -d '\\r' | sed -n 's/^[Ee][Tt]ag: //p')
        get instance/preempted | post before
        get \"instance/preempted?wait_for_change=true&last_etag=$etag\" | post after",
    );
    assert_eq!(rig.posted("before"), "FALSE");
    *lock(&rig.cloud.preempted) = true;
    assert_eq!(rig.posted("after"), "TRUE");
}

#[test]
fn a_wait_for_change_ends_after_its_timeout_and_at_a_known_etag() {
    let Some(rig) = Rig::new() else { return };
    rig.boot(
        "a",
        "get 'instance/attributes/?recursive=true&wait_for_change=true&timeout_sec=1' | post timeout
        get 'instance/attributes/gen-tf-store?wait_for_change=true&last_etag=0' | post etag",
    );
    assert_eq!(rig.posted("etag"), "gs://b/s");
    assert!(rig.posted("timeout").contains("\"gen-tf-store\":\"gs://b/s\""));
}

#[test]
fn a_deleted_machine_leaves_no_process_and_no_disk() {
    let Some(rig) = Rig::new() else { return };
    let nap = nap(2);
    let script =
        format!("setsid sleep {nap} & mkdir /var/x; rm -rf /var/x /usr/games; echo up | post up");
    rig.boot("a", &script);
    rig.posted("up");
    rig.machines.delete(&at("a"));
    assert_eq!(processes_with(&nap), [""; 0]);
    let left: Vec<_> =
        fs::read_dir(rig.folder.join("a")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["serial.log"]);
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    assert!(!mounts.contains(&rig.folder.display().to_string()), "{mounts}");
    assert!(!rig.is_off("a"), "nobody is told that a machine is off that is no more");
    rig.boot("a", "test ! -e /var/count && echo new | post new");
    assert_eq!(rig.posted("new"), "new\n");
}

/// The test starts itself again: its child is the fake-gcp that gets killed.
#[test]
fn no_process_outlives_a_fake_gcp_that_is_killed() {
    const VARIABLE: &str = "FAKE_GCP_TEST_NAP_AND_FOLDER";
    if let Ok(told) = std::env::var(VARIABLE) {
        let (nap, folder) = told.split_once(' ').unwrap();
        let rig = Rig::at(Path::new(folder)).unwrap();
        rig.boot("a", &format!("setsid sleep {nap} & setsid sleep {nap}"));
        loop {
            std::thread::park();
        }
    }
    let Some(_) = Rig::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    let nap = nap(3);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "no_process_outlives_a_fake_gcp_that_is_killed"])
        .env(VARIABLE, format!("{nap} {}", folder.path().display()))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let started = rig::wait("processes", || (processes_with(&nap).len() == 2).then_some(()));
    child.kill().unwrap();
    child.wait().unwrap();
    started.unwrap();
    rig::wait("end of the processes", || processes_with(&nap).is_empty().then_some(())).unwrap();
    let of_folder = folder.path().display().to_string();
    rig::wait("end of the rest", || processes_with(&of_folder).is_empty().then_some(())).unwrap();
    assert!(!fs::read_to_string("/proc/self/mountinfo").unwrap().contains(&of_folder));
    // The next one on the same folder removes what this one could not.
    drop(Rig::at(folder.path()).unwrap());
    assert!(!folder.path().join("a/disk").exists());
}

#[test]
fn two_machines_use_one_port_at_once() {
    let Some(rig) = Rig::new() else { return };
    let script = |name| {
        format!(
        "python3 -c 'import http.server, os; os.chdir(\"/srv\"); http.server.HTTPServer((\"127.0.0.1\", 9001), http.server.SimpleHTTPRequestHandler).serve_forever()' >/dev/null 2>&1 &
        echo {name} >/srv/name
        curl -sS --retry 50 --retry-connrefused --retry-delay 1 -o /tmp/name http://127.0.0.1:9001/name && post {name} </tmp/name"
    )
    };
    rig.boot("a", &script("a"));
    rig.boot("b", &script("b"));
    assert_eq!(rig.posted("a"), "a\n");
    assert_eq!(rig.posted("b"), "b\n");
}

#[test]
fn nothing_that_a_machine_does_reaches_the_host() {
    let Some(rig) = Rig::new() else { return };
    let before = hosts_files();
    // This repository stands for whatever a host has outside its system folders.
    let here = env!("CARGO_MANIFEST_DIR");
    let script = format!(
        "echo x >/etc/hostname; echo x >>/etc/passwd; rm -f /usr/bin/env; echo x >/var/fake-gcp-was-here
        mkdir -p /root/x /home/x /gen-tf /fake-gcp-was-here; hostname other
        echo 1 >/proc/sys/vm/overcommit_memory && echo kernel; mknod /tmp/disk b 8 0 && echo device
        {{ ls -A / /root /home; }} | post seen; {{ test -e '{here}' || test -e '/proc/1/root{here}'; }} && echo leak
        curl -sS --max-time 5 https://example.com/ -o /dev/null && echo network
        echo done",
    );
    rig.boot("a", &script);
    rig.wait_for_serial("a", "Finished running startup scripts.");
    assert_eq!(hosts_files(), before);
    for path in ["/var/fake-gcp-was-here", "/fake-gcp-was-here", "/root/x", "/home/x"] {
        assert!(!Path::new(path).exists(), "{path}");
    }
    let log = rig.serial("a");
    for leak in ["kernel", "device", "leak", "network"] {
        assert!(!log.contains(&format!("startup-script: {leak}\n")), "{log}");
    }
    assert!(log.contains("startup-script: done\n"), "{log}");
}

fn hosts_files() -> BTreeMap<&'static str, Vec<u8>> {
    [
        "/etc/hostname",
        "/etc/passwd",
        "/etc/hosts",
        "/etc/resolv.conf",
        "/usr/bin/env",
        "/etc/ssl/certs/ca-certificates.crt",
        "/proc/sys/kernel/hostname",
        "/proc/sys/vm/overcommit_memory",
    ]
    .into_iter()
    .map(|path| (path, fs::read(path).unwrap_or_default()))
    .collect()
}
