//! A workspace and a folder store with real archives, and the program to pull from them.
//! Each test program uses its part of it.
#![allow(dead_code, reason = "each test program uses its part")]
#![allow(clippy::unwrap_used, reason = "a test ends with a panic")]

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use flate2::{Compression, write::GzEncoder};
use gen_tf_core::{
    id::{AttemptId, AttemptObject},
    outcome::{Cause, FileEntry, FileList, Outcome, Timings, Uploaded, Verdict},
};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// Files by their path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A study's folder with a workspace, a store, and no program on the path.
pub struct Study {
    pub folder: TempDir,
}

/// Some files, as an experiment leaves them.
pub fn some_files(seed: u8) -> Files {
    let long = format!("tool/{}/report.txt", "a-long-name-".repeat(15));
    [
        ("requests.jsonl".to_owned(), vec![b'r'; 3000]),
        ("coverage.json".to_owned(), vec![seed; 10]),
        ("tool/empty".to_owned(), Vec::new()),
        ("tool/größe 1.txt".to_owned(), vec![seed, 1, 2, 3]),
        (long, vec![b'x'; 600]),
    ]
    .into()
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// A `.tar.gz` as the guest makes it: with the folders, and every path below `./`.
pub fn archive(files: &Files) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut folder = tar::Header::new_gnu();
    folder.set_entry_type(tar::EntryType::Directory);
    folder.set_mode(0o755);
    folder.set_size(0);
    tar.append_data(&mut folder.clone(), "./", &[][..]).unwrap();
    tar.append_data(&mut folder, "./tool/", &[][..]).unwrap();
    for (path, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, format!("./{path}"), &bytes[..]).unwrap();
    }
    gzip(&tar.into_inner().unwrap())
}

pub fn file_list(files: &Files) -> FileList {
    let entry = |bytes: &Vec<u8>| FileEntry { size: bytes.len() as u64, sha256: sha256(bytes) };
    let files = files.iter().map(|(path, bytes)| (path.clone(), entry(bytes))).collect();
    FileList { format: 1, files }
}

pub fn attempt(experiment: &str, attempt: u32) -> AttemptId {
    AttemptId { experiment: experiment.parse().unwrap(), attempt }
}

/// An outcome without results.
pub fn outcome(id: &AttemptId, cause: Option<Cause>) -> Outcome {
    Outcome {
        format: 1,
        study: "quick".to_owned(),
        experiment: id.experiment.clone(),
        attempt: id.attempt,
        definition: "d".repeat(32),
        setup_key: "e".repeat(32),
        outcome: if cause.is_some() { Verdict::Failed } else { Verdict::Succeeded },
        cause,
        message: String::new(),
        phase: "outcome".to_owned(),
        written_by: "guest".to_owned(),
        duration: 20.0,
        tool_seconds: 20.0,
        tool_starts: 1,
        timings: Timings { ended: "2026-11-24T10:00:00Z".to_owned(), ..Timings::default() },
        results: None,
        environment: BTreeMap::new(),
    }
}

impl Study {
    pub fn new() -> Self {
        let study = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(study.workspace()).unwrap();
        fs::create_dir(study.path("bin")).unwrap();
        let facts = r#"{"format": 1, "study": "quick", "target": "local",
            "store": "../store/quick", "results": "../results", "runs": 2, "cells": {}}"#;
        fs::write(study.workspace().join("gen-tf.json"), facts).unwrap();
        study
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn workspace(&self) -> PathBuf {
        self.path("workspace-local")
    }

    pub fn results(&self, path: &str) -> PathBuf {
        self.path("results").join(path)
    }

    /// Where an object of the store is.
    pub fn object(&self, key: &str) -> PathBuf {
        self.path("store/quick").join(key)
    }

    pub fn put(&self, key: &str, bytes: &[u8]) {
        let path = self.object(key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn put_outcome(&self, outcome: &Outcome) {
        let id = attempt(&outcome.experiment.to_string(), outcome.attempt);
        let text = serde_json::to_vec_pretty(outcome).unwrap();
        self.put(&AttemptObject::Outcome.key(&id), &text);
    }

    /// Puts an attempt with an archive that need not fit its file list.
    pub fn put_attempt(
        &self,
        id: &AttemptId,
        cause: Option<Cause>,
        list: &FileList,
        archive: &[u8],
    ) {
        let text = serde_json::to_vec(list).unwrap();
        let (archive_key, list_key) =
            (AttemptObject::Results.key(id), AttemptObject::Files.key(id));
        self.put(&archive_key, archive);
        self.put(&list_key, &text);
        let results = Uploaded {
            archive: archive_key,
            size: archive.len() as u64,
            sha256: sha256(archive),
            file_list: list_key,
            file_list_sha256: sha256(&text),
            files: list.files.len() as u64,
        };
        self.put_outcome(&Outcome { results: Some(results), ..outcome(id, cause) });
    }

    /// Puts a succeeded attempt as a guest does.
    pub fn put_success(&self, experiment: &str, number: u32, files: &Files) {
        let id = attempt(experiment, number);
        self.put_attempt(&id, None, &file_list(files), &archive(files));
    }

    /// The program, with nothing but the study's own `bin` on its path.
    pub fn sync(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gen-tf-sync"));
        command.args(arguments).current_dir(self.workspace());
        command.env("PATH", self.path("bin")).env_remove("GEN_TF_TERRAFORM");
        command
    }

    pub fn pull(&self) -> Pull {
        Pull::of(&mut self.sync(&["--json"]))
    }

    /// Whether the files of an attempt are in their place, byte for byte, with nothing else but its
    /// outcome and its file list.
    pub fn has(&self, place: &str, files: &Files, id: &AttemptId) -> bool {
        let mut found = tree(&self.results(place));
        let outcome = fs::read(self.object(&AttemptObject::Outcome.key(id))).unwrap();
        let list = fs::read(self.object(&AttemptObject::Files.key(id))).ok();
        found.remove("metrics.json");
        found.remove("outcome.json") == Some(outcome)
            && found.remove("outcome.files.json") == list
            && found == *files
    }

    /// Writes a program onto the path.
    pub fn put_program(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.path("bin").join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// How a pull ended.
pub struct Pull {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Pull {
    pub fn of(command: &mut Command) -> Self {
        Self::from(command.output().unwrap())
    }

    pub fn from(output: Output) -> Self {
        let Output { status, stdout, stderr } = output;
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: status.code().unwrap(), stdout: text(stdout), stderr: text(stderr) }
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.stdout, self.stderr))
    }

    /// The experiments and attempts that were pulled.
    pub fn pulled(&self) -> Vec<String> {
        self.attempts("pulled")
    }

    /// The experiments and attempts that were not.
    pub fn failed(&self) -> Vec<String> {
        self.attempts("errors")
    }

    fn attempts(&self, field: &str) -> Vec<String> {
        let json = self.json();
        let attempts = json[field].as_array().unwrap();
        let name = |a: &serde_json::Value| {
            format!("{}/{}", a["experiment"].as_str().unwrap(), a["attempt"])
        };
        attempts.iter().map(name).collect()
    }
}

/// Every file below a folder, by its path; links and other things are files with a telling text.
pub fn tree(folder: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let kind = fs::symlink_metadata(&path).unwrap().file_type();
            if kind.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            let odd = || format!("{kind:?}").into_bytes();
            let bytes = if kind.is_file() { fs::read(&path).unwrap() } else { odd() };
            files.insert(name, bytes);
        }
    }
    files
}
