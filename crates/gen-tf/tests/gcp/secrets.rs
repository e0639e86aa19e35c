//! A secret reaches the tool, and nothing else: a canary is looked for in everything that is left.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    place::{Place, repository},
    study::{APPLY, TARGET, cloud, count, place_of, pull},
};

/// Everything that a shell, HCL, JSON or a URL could trip over.
const CANARY: &str = "a/b&c'd\"e$f${g}%{h}";
/// The same as a URL and as JSON write it, and in base64, as Secret Manager takes it.
const DISGUISES: [&str; 4] = [
    CANARY,
    "a%2Fb%26c%27d%22e%24f%24%7Bg%7D%25%7Bh%7D",
    "a/b&c'd\\\"e$f${g}%{h}",
    "YS9iJmMnZCJlJGYke2d9JXtofQ",
];

/// Keeps the secret's hash, and gives the secret away in every way that a tool can.
const TOOL: &str = r#"#!/usr/bin/env bash
# Reads the secret, says it aloud, and goes on as the steady tool does.
set -euo pipefail
value=$(<"$GEN_TF_SECRETS_DIR/canary")
printf '%s' "$value" | sha256sum >"$GEN_TF_WORK/seen.txt"
printf 'the secret is %s\n' "$value" | tee "$GEN_TF_WORK/said.txt"
exec bash "$GEN_TF_HARNESS/steady.sh"
"#;

#[test]
fn a_secret_reaches_the_tool_and_is_found_in_nothing_else() {
    let Some((folder, cloud)) = cloud() else { return };
    let study =
        "  tools = [\"steady\"]\n  services = [\"left\"]\n  runs = 1\n  duration = \"2s\"\n";
    let secret = "}\n\nsecret \"canary\" {\n  env = \"CANARY\"\n  services = [\"left\"]\n";
    let mut place = place_of(study, &format!("{TARGET}{secret}"), &cloud);
    tell_tale_harness(&place);

    let refused = place.run(APPLY).expect(1);
    assert!(refused.stderr.contains("CANARY"), "{}", refused.stderr);
    assert_eq!(count(&cloud.state(), "networks"), 0, "nothing was made");

    place.environment.push(("CANARY".to_owned(), CANARY.to_owned()));
    let applied = place.run(APPLY).expect(0);
    let status = place.run(&["status", "--json"]).expect(0);
    let logs = place.run(&["logs", "left/steady/1"]).expect(0);
    let pulled = pull(&place).expect(0);

    let seen = fs::read_to_string(place.path("results/left/steady/1/seen.txt")).unwrap();
    assert_eq!(seen.split(' ').next(), Some(sha256(CANARY).as_str()));
    for ran in [&refused, &applied, &status, &logs, &pulled] {
        assert_clean("what a command printed", ran.stdout.as_bytes());
        assert_clean("what a command printed", ran.stderr.as_bytes());
    }
    for folder in [place.path("").as_path(), folder.path()] {
        search(folder);
    }
    assert_clean("the cloud's state", cloud.state().to_string().as_bytes());
    let requests = serde_json::to_vec(&cloud.requests()).unwrap();
    assert_clean("the requests", &requests);
    place.run(&["destroy", "--yes"]).expect(0);
}

/// A copy of the `pair` harness whose tool tells everything.
fn tell_tale_harness(place: &Place) {
    let pair = repository().join("tests/harnesses/pair");
    let folder = place.path("harness");
    fs::create_dir(&folder).unwrap();
    for entry in fs::read_dir(&pair).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
    }
    fs::rename(folder.join("tool.sh"), folder.join("steady.sh")).unwrap();
    fs::write(folder.join("tool.sh"), TOOL).unwrap();
    let collect = "#!/usr/bin/env bash\n# Keeps all texts.\nset -euo pipefail\n\n\
                   mv \"$GEN_TF_WORK\"/*.txt \"$GEN_TF_RESULTS/\"\n";
    fs::write(folder.join("collect.sh"), collect).unwrap();
    let study = fs::read_to_string(place.path("study.hcl")).unwrap();
    fs::write(place.path("study.hcl"), study.replace(pair.to_str().unwrap(), "./harness")).unwrap();
}

fn sha256(text: &str) -> String {
    let script = "printf %s \"$1\" | sha256sum | cut -d' ' -f1";
    let output = Command::new("bash").args(["-c", script, "-", text]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Every file below, also what packed ones hold.
fn search(folder: &Path) {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let kind = fs::symlink_metadata(&path).unwrap().file_type();
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                let bytes = fs::read(&path).unwrap();
                let name = path.display().to_string();
                assert_clean(&name, &bytes);
                assert_clean(&name, &unpacked(&path, &bytes));
            }
        }
    }
}

/// Plans are zip files, results are gzip files.
fn unpacked(path: &PathBuf, bytes: &[u8]) -> Vec<u8> {
    let program: &[&str] = match bytes {
        [0x50, 0x4b, ..] => &[
            "python3",
            "-c",
            "import sys,zipfile\nz = zipfile.ZipFile(sys.argv[1])\n\
             [sys.stdout.buffer.write(z.read(n)) for n in z.namelist()]",
        ],
        [0x1f, 0x8b, ..] => &["gzip", "-dc"],
        _ => return Vec::new(),
    };
    let output = Command::new(program[0]).args(&program[1..]).arg(path).output().unwrap();
    assert!(output.status.success(), "{}", path.display());
    output.stdout
}

#[track_caller]
fn assert_clean(what: &str, bytes: &[u8]) {
    for disguise in DISGUISES {
        let found = bytes.windows(disguise.len()).any(|window| window == disguise.as_bytes());
        assert!(!found, "the secret is in {what}, as {disguise}");
    }
}
