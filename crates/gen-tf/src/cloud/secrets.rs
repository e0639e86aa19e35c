//! Values of secrets: from the environment to Terraform's variables, and nowhere else. A version that
//! is about to be made without its value is refused before it is made.

use std::{collections::BTreeMap, env, ffi::OsString};

use gen_tf_core::blueprint::{CloudSecret, Gcp};

use crate::{
    failure::Failure,
    screen,
    terraform::{self, Action, Plan},
};

/// The secrets whose value is not at hand.
#[derive(Debug, Default)]
pub struct Missing(Vec<CloudSecret>);

/// Gives Terraform every value that is at hand, in the variable of the root module.
///
/// The study's own variable comes first, then one that the user has set for Terraform itself.
pub fn pass(gcp: &Gcp, terraform: &mut terraform::Workspace) -> Missing {
    let mut missing = Vec::new();
    for secret in &gcp.secrets {
        let variable = format!("TF_VAR_{}", secret.variable);
        match value_of(&secret.env).or_else(|| value_of(&variable)) {
            Some(value) => terraform.set_env(&variable, value),
            None => missing.push(secret.clone()),
        }
    }
    let logs = env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with("TF_LOG"));
    if logs && missing.len() < gcp.secrets.len() {
        screen::say("TF_LOG is left out: Terraform would log the values of secrets");
    }
    Missing(missing)
}

fn value_of(variable: &str) -> Option<OsString> {
    env::var_os(variable).filter(|value| !value.is_empty())
}

impl Missing {
    /// Whether every value is at hand.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The secrets whose wanted version is not made yet, and whose value is not at hand.
    fn needed(&self, made: &BTreeMap<String, u64>) -> Vec<&CloudSecret> {
        let is_made =
            |secret: &&CloudSecret| made.get(&secret.name) == Some(&u64::from(secret.version));
        self.0.iter().filter(|secret| !is_made(secret)).collect()
    }

    /// Refuses to make a version without its value.
    ///
    /// # Errors
    ///
    /// When a version that the study wants is not among those that the state holds.
    pub fn check(&self, made: &BTreeMap<String, u64>) -> Result<(), Failure> {
        match self.needed(made).first() {
            Some(secret) => Err(refuse(secret)),
            None => Ok(()),
        }
    }

    /// Says what an apply would refuse.
    pub fn warn(&self, made: &BTreeMap<String, u64>) {
        for secret in self.needed(made) {
            screen::say(format_args!(
                "warning: version {} of secret `{}` is not made yet: apply needs {} in the environment",
                secret.version, secret.name, secret.env
            ));
        }
    }

    /// Refuses a plan that would make a version without its value, whatever the reason: one that was
    /// removed by hand would come back empty.
    ///
    /// # Errors
    ///
    /// When the plan does so.
    pub fn check_plan(&self, plan: &Plan) -> Result<(), Failure> {
        let makes = |secret: &&CloudSecret| {
            let address = format!(
                "module.secrets.google_secret_manager_secret_version.value[\"{}\"]",
                secret.name
            );
            plan.changes.iter().any(|change| {
                change.address == address
                    && matches!(change.action, Action::Create | Action::Replace)
            })
        };
        match self.0.iter().find(makes) {
            Some(secret) => Err(refuse(secret)),
            None => Ok(()),
        }
    }
}

fn refuse(secret: &CloudSecret) -> Failure {
    let CloudSecret { name, env, version, .. } = secret;
    Failure::message(format!(
        "version {version} of secret `{name}` has to be made, and {env} is not set"
    ))
    .hint(format!("set it, as in `{env}=… gen-tf apply`; nothing was changed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(name: &str, version: u32) -> CloudSecret {
        CloudSecret {
            name: name.to_owned(),
            env: "SOME_KEY".to_owned(),
            version,
            variable: format!("secret_{name}"),
        }
    }

    #[test]
    fn a_first_apply_and_a_rotation_need_the_value_and_later_ones_do_not() {
        let missing = Missing(vec![secret("key", 2)]);
        let made = |version: u64| BTreeMap::from([("key".to_owned(), version)]);
        for made in [BTreeMap::new(), made(1)] {
            let refused = missing.check(&made).unwrap_err();
            let said = refused.error.unwrap().to_string();
            assert!(
                said.contains("version 2 of secret `key`") && said.contains("SOME_KEY"),
                "{said}"
            );
        }
        assert!(missing.check(&made(2)).is_ok());
        assert!(Missing::default().check(&BTreeMap::new()).is_ok());
    }
}
