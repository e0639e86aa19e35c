//! A study as it lies on the disk: reads it and its harness, reports its mistakes, and decides the
//! blueprint. It writes nothing.

use std::{collections::BTreeSet, io::IsTerminal, time::Duration};

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use gen_tf_core::{
    blueprint::{self, Blueprint, Gcp, Ingredients},
    container::ImageRecord,
    diagnostic::{self, Diagnostic, Source},
    harness::{self, Harness},
    matrix,
    pattern::Pattern,
    render,
    study::{self, Exclude, HarnessRef, HarnessState, ParseOptions, Study, TargetKind},
    tree::FileTree,
};
use gen_tf_store::Store;

use crate::{
    cli::{PlaceArgs, StudyArgs, TargetName},
    embedded,
    failure::{Failure, code},
    images, screen,
};

/// Version of gen-tf, as it stands in workspaces and outcomes.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A study whose mistakes have been reported, if it had any.
#[derive(Debug)]
pub struct Checked {
    /// The file.
    pub path: Utf8PathBuf,
    /// The study.
    pub study: Study,
    /// Its harness.
    pub harness: Harness,
    /// The harness's folder.
    pub harness_files: FileTree,
    /// Digests of container images that were looked up before.
    pub images: ImageRecord,
}

/// A study with everything decided.
#[derive(Debug)]
pub struct Project {
    /// The file.
    pub study_path: Utf8PathBuf,
    /// What it says, for this target.
    pub study: Study,
    /// What is decided.
    pub blueprint: Blueprint,
    /// Its harness.
    pub harness: Harness,
    /// The container images that nobody has looked up, where they have to be.
    pub images_without_digest: BTreeSet<String>,
    /// The folder of the workspace.
    pub workspace: Utf8PathBuf,
    /// The store: a folder, or `gs://<bucket>/<study>`.
    pub store: String,
}

/// Reads and checks a study; every mistake is shown at once.
///
/// # Errors
///
/// When the file can't be read, or the study or its record of images has a mistake (exit code 3).
pub fn check(path: &Utf8Path) -> Result<Checked, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Failure::message(format!("there is no study at {path}"))
                .hint("name the study, or write one to start from with `gen-tf init`"));
        }
        Err(error) => {
            return Err(anyhow::Error::new(error).context(format!("reading {path}")).into());
        }
    };
    let source = Source { file: path.as_str(), text: &text };
    let builtin = embedded::harness_names();
    let options = ParseOptions { builtin_harnesses: &builtin };
    let loaded = study::harness_ref(source).map(|wanted| load_harness(&wanted, path));
    let state = match &loaded {
        Some(Ok((harness, _))) => HarnessState::Known(harness),
        Some(Err(HarnessFailure::Unreadable(reason))) => HarnessState::Unknown { reason },
        Some(Err(HarnessFailure::Invalid)) => return Err(Failure::said(code::INVALID_STUDY)),
        None => HarnessState::Unknown { reason: "" },
    };
    let parsed = study::parse(source, state, &options);
    report(&parsed.diagnostics, source);
    match (parsed.study, loaded) {
        (Some(study), Some(Ok((harness, harness_files)))) => {
            let images = images::read(path, &study.name)?;
            Ok(Checked { path: path.to_owned(), study, harness, harness_files, images })
        }
        _ => Err(Failure::said(code::INVALID_STUDY)),
    }
}

fn report(diagnostics: &[Diagnostic], source: Source<'_>) {
    if !diagnostics.is_empty() {
        let color = std::io::stderr().is_terminal();
        screen::say(diagnostic::render(diagnostics, source, color));
    }
}

enum HarnessFailure {
    /// The study is to blame; it names the harness.
    Unreadable(String),
    /// Its own mistakes have been shown.
    Invalid,
}

fn load_harness(
    wanted: &HarnessRef,
    study: &Utf8Path,
) -> Result<(Harness, FileTree), HarnessFailure> {
    let (files, file) = match wanted {
        HarnessRef::BuiltIn(name) => match embedded::harness(name) {
            Some(files) => (files, format!("{name}/harness.hcl")),
            None => return Err(HarnessFailure::Unreadable(String::new())),
        },
        HarnessRef::Path(path) => {
            let folder = study.parent().unwrap_or(Utf8Path::new("")).join(path);
            let files = read_folder(&folder).map_err(|error| {
                HarnessFailure::Unreadable(format!("reading {folder}: {error}"))
            })?;
            (files, folder.join("harness.hcl").into_string())
        }
    };
    let text = files
        .get("harness.hcl")
        .ok_or_else(|| HarnessFailure::Unreadable(format!("there is no {file}")))
        .and_then(|found| {
            String::from_utf8(found.bytes.clone())
                .map_err(|_| HarnessFailure::Unreadable(format!("{file} is not UTF-8")))
        })?;
    let source = Source { file: &file, text: &text };
    let (harness, diagnostics) = harness::parse(source);
    report(&diagnostics, source);
    harness.map(|harness| (harness, files)).ok_or(HarnessFailure::Invalid)
}

/// Reads every file below a folder. Editors' backups and hidden files are no part of a harness.
fn read_folder(folder: &Utf8Path) -> std::io::Result<FileTree> {
    let mut tree = FileTree::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        for entry in current.read_dir_utf8()? {
            let entry = entry?;
            let name = entry.file_name();
            if name.starts_with('.') || name.ends_with('~') || name == "__pycache__" {
                continue;
            }
            if entry.file_type()?.is_dir() {
                folders.push(entry.into_path());
                continue;
            }
            let path = entry.into_path();
            let relative = path.strip_prefix(folder).unwrap_or(&path).to_string();
            tree.put_file(relative, embedded::file_of(std::fs::read(&path)?));
        }
    }
    Ok(tree)
}

impl Project {
    /// Reads, checks and decides a study.
    ///
    /// # Errors
    ///
    /// As [`check`]; or when the study has no such target, or can't run on it.
    pub fn open(args: &StudyArgs) -> Result<Self, Failure> {
        Self::decide(check(&args.study)?, &args.place)
    }

    /// The same for what is about to be started: it must be able to run, and on Google Cloud it must
    /// be known exactly which container images it uses.
    ///
    /// # Errors
    ///
    /// As [`Self::open`]; or when a cell that `only` does not leave out needs what no sandbox has, or
    /// more than the machine has (exit code 3); or when a registry does not tell a digest.
    pub fn open_to_start(args: &StudyArgs, only: &[Pattern]) -> Result<Self, Failure> {
        let mut checked = check(&args.study)?;
        let (study, kind) = choose_target(checked.study.clone(), &args.place)?;
        check_target(&checked, study, kind, only)?;
        if kind == TargetKind::Gcp {
            images::look_up(&mut checked)?;
        }
        Self::decide(checked, &args.place)
    }

    /// Decides a checked study for one target.
    ///
    /// # Errors
    ///
    /// When the study has no such target, or can't run on it.
    pub fn decide(checked: Checked, place: &PlaceArgs) -> Result<Self, Failure> {
        let Checked { path, study, harness, harness_files, images } = checked;
        let (study, kind) = choose_target(study, place)?;
        let target = study.target(kind).context("the study declares the target that was chosen")?;
        let folder = absolute(path.parent().unwrap_or(Utf8Path::new("")))?;
        let name = if place.rehearse { "rehearsal" } else { kind.name() };
        let workspace = match &place.workspace {
            Some(given) => absolute(given)?,
            None => folder.join(format!("workspace-{name}")),
        };
        let store = folder.join("store").join(&study.name);
        let from_workspace = pathdiff::diff_utf8_paths(&store, &workspace)
            .context("the store and the workspace have no path in common")?;
        let ingredients = Ingredients {
            harness: &harness,
            harness_files: &harness_files,
            guest_files: &embedded::guest(),
            store: from_workspace.as_str(),
            results: if place.rehearse { "../results-rehearsal" } else { "../results" },
            images: &images,
            version: VERSION,
        };
        let blueprint = blueprint::decide(&study, target, &ingredients);
        let images_without_digest = match kind {
            TargetKind::Local => BTreeSet::new(),
            TargetKind::Gcp => images.missing(&study, &harness),
        };
        let store = match kind {
            TargetKind::Local => store.into_string(),
            TargetKind::Gcp => blueprint.store.clone(),
        };
        Ok(Self {
            study_path: path,
            study,
            blueprint,
            harness,
            images_without_digest,
            workspace,
            store,
        })
    }

    /// The Google Cloud target, where the study runs there.
    #[must_use]
    pub fn gcp(&self) -> Option<&Gcp> {
        self.blueprint.target.gcp()
    }

    /// How often somebody who watches gets something new: a bucket is asked less often than a folder.
    #[must_use]
    pub fn refresh_every(&self) -> Duration {
        Duration::from_secs(if self.gcp().is_some() { 5 } else { 1 })
    }

    /// The files of the workspace.
    #[must_use]
    pub fn render(&self) -> FileTree {
        render::workspace(&self.blueprint, &embedded::modules())
    }

    /// Opens the store.
    ///
    /// # Errors
    ///
    /// When it can't be opened.
    pub fn open_store(&self) -> Result<Store, Failure> {
        Ok(Store::open(&self.store)?)
    }
}

/// Checks that what is about to be started can run on this target.
fn check_target(
    checked: &Checked,
    mut study: Study,
    kind: TargetKind,
    only: &[Pattern],
) -> Result<(), Failure> {
    let wanted = |service: &str, tool: &str| {
        only.is_empty() || only.iter().any(|pattern| pattern.matches_cell(service, tool))
    };
    let left_out: Vec<_> = matrix::cells(&study)
        .filter(|(service, tool)| !wanted(service, tool))
        .map(|(service, tool)| Exclude {
            tool: Some(tool.to_owned()),
            service: Some(service.to_owned()),
        })
        .collect();
    study.excludes.extend(left_out);
    let refusals = study::check_target(&study, &checked.harness, kind);
    let Some(first) = refusals.first() else { return Ok(()) };
    let reasons: String = refusals.iter().map(|refusal| format!("\n  - {refusal}")).collect();
    let text = format!("{} can't run on the {} target:{reasons}", checked.path, kind.name());
    Err(Failure { code: code::INVALID_STUDY, ..Failure::message(text).hint(first.help.clone()) })
}

fn choose_target(study: Study, place: &PlaceArgs) -> Result<(Study, TargetKind), Failure> {
    let wrong = |text: &str, hint: &str| Err(Failure::message(text).hint(hint));
    if place.rehearse {
        if place.target == Some(TargetName::Gcp) {
            return wrong("a rehearsal runs on the local target", "leave --target out");
        }
        let study = study::rehearsal(&study, Some(place.duration), Some(place.runs));
        return Ok((study, TargetKind::Local));
    }
    let kind = match (place.target, &study.gcp, &study.local) {
        (Some(TargetName::Gcp), Some(_), _) | (None, Some(_), None) => TargetKind::Gcp,
        (None, Some(_), Some(_)) => {
            return wrong(
                "the study declares two targets",
                "say which with --target local or --target gcp",
            );
        }
        (Some(TargetName::Gcp), None, _) => {
            return wrong(
                "the study does not declare the gcp target",
                "add `target \"gcp\" {` with project, zones, image, max_parallel and bucket",
            );
        }
        (_, _, Some(_)) => TargetKind::Local,
        (_, _, None) => {
            return wrong(
                "the study does not declare the local target",
                "add `target \"local\" {}`, or use --rehearse",
            );
        }
    };
    Ok((study, kind))
}

fn absolute(path: &Utf8Path) -> anyhow::Result<Utf8PathBuf> {
    let here = std::env::current_dir().context("finding the current folder")?;
    let here = Utf8PathBuf::from_path_buf(here)
        .map_err(|path| anyhow::anyhow!("{} is not UTF-8", path.display()))?;
    Ok(normalized(&here.join(path)))
}

/// Takes `.` and `..` out of an absolute path; links are left as they are.
fn normalized(path: &Utf8Path) -> Utf8PathBuf {
    use camino::Utf8Component as C;
    let mut out = Utf8PathBuf::new();
    for part in path.components() {
        match part {
            C::CurDir => {}
            C::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
