//! What experiments need from outside: models go into the store, secrets must be at hand.
//! A secret's value is neither read nor passed on here: Terraform's environment has it. What VMs need
//! of secrets stands in `cloud/secrets.rs`.

use anyhow::Context as _;
use camino::Utf8Path;
use gen_tf_core::{
    blueprint::Blueprint,
    id::{AttemptId, input_key},
};
use gen_tf_store::Store;

use crate::{
    failure::{Failure, code},
    interrupt::Interrupts,
    project::Project,
    screen,
};

/// Puts each model that the store lacks; its hash is checked on the way.
///
/// # Errors
///
/// When a model can't be read, or is not what its hash says.
pub fn put_models(project: &Project, store: &Store) -> Result<(), Failure> {
    for model in &project.blueprint.models {
        let key = input_key(&model.sha256);
        if store.exists(&key)? {
            continue;
        }
        let source = &model.source;
        if source.starts_with("gs://") && project.gcp().is_some() {
            screen::say(format_args!("copies model `{}` from {source}", model.name));
            let (store, model, source) = (store.clone(), model.clone(), source.clone());
            transfer(move || {
                let done = store.copy_once(&key, &source, &model.sha256, &|_| {}).map(drop);
                done.with_context(|| format!("copying model `{}`", model.name))
            })?;
            continue;
        }
        if source.starts_with("gs://") {
            let text = format!("model `{}` lies at {}", model.name, model.source);
            return Err(Failure::message(text)
                .hint("the local target takes models from files: download it, and name the file"));
        }
        let path = project.study_path.parent().unwrap_or(Utf8Path::new("")).join(&model.source);
        screen::say(format_args!("puts model `{}` into the store", model.name));
        // Somebody else may have put the same bytes meanwhile: that is as good.
        let (store, model) = (store.clone(), model.clone());
        transfer(move || {
            let done = store.put_once_file(&key, &path, &model.sha256).map(drop);
            done.with_context(|| format!("putting model `{}`", model.name))
        })?;
    }
    Ok(())
}

/// Moves a model, which may take long. A signal ends gen-tf at once: an object is there whole or not at
/// all, and the next apply begins with it again.
fn transfer(work: impl FnOnce() -> anyhow::Result<()> + Send + 'static) -> Result<(), Failure> {
    if let Some(done) = Interrupts::of_process().unless_asked(work)? {
        return Ok(done?);
    }
    screen::say("interrupted: the model is not in the store yet; the next apply puts it there");
    Err(Failure::said(code::INTERRUPTED))
}

/// Refuses a step whose attempts need a secret that the environment does not have.
///
/// # Errors
///
/// When an environment variable is missing or empty.
pub fn check_secrets(blueprint: &Blueprint, start: &[AttemptId]) -> Result<(), Failure> {
    for attempt in start {
        let Some(cell) = blueprint.cell_of(&attempt.experiment) else { continue };
        for (name, variable) in &cell.secrets {
            if std::env::var_os(variable).is_none_or(|value| value.is_empty()) {
                let text = format!(
                    "{} needs secret `{name}`, and {variable} is not set",
                    attempt.experiment
                );
                return Err(Failure::message(text).hint(format!(
                    "set it, as in `{variable}=… gen-tf apply`; nothing was started"
                )));
            }
        }
    }
    Ok(())
}
