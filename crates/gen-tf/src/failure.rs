//! How a command fails: message, hint and exit code, turned into text once, in `main`.

use std::fmt;

use gen_tf_store::{StoreError, google::GoogleError, registry::RegistryError};

/// Why a command ends with another exit code than 0.
#[derive(Debug)]
pub struct Failure {
    /// The documented exit code.
    pub code: u8,
    /// What went wrong, with its causes; absent where everything has been said already.
    pub error: Option<anyhow::Error>,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Exit codes, as `gen-tf --help` documents them.
pub mod code {
    /// Error or wrong usage.
    pub const ERROR: u8 = 1;
    /// Differences found.
    pub const DIFFERENT: u8 = 2;
    /// Invalid study.
    pub const INVALID_STUDY: u8 = 3;
    /// Terraform failed.
    pub const TERRAFORM: u8 = 4;
    /// Study incomplete, or an experiment failed.
    pub const INCOMPLETE: u8 = 5;
    /// Interrupted.
    pub const INTERRUPTED: u8 = 130;
}

impl Failure {
    /// An exit code where everything has been said already.
    #[must_use]
    pub fn said(code: u8) -> Self {
        Self { code, error: None, hint: None }
    }

    /// A plain message.
    #[must_use]
    pub fn message(text: impl fmt::Display) -> Self {
        Self { code: code::ERROR, error: Some(anyhow::anyhow!("{text}")), hint: None }
    }

    /// The same failure with a hint.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Writes message, causes and hint to stderr, if anybody still reads it.
    pub fn report(&self) {
        let Some(error) = &self.error else { return };
        crate::screen::say(format_args!("error: {error}"));
        for cause in error.chain().skip(1) {
            crate::screen::say(format_args!("  caused by: {cause}"));
        }
        if let Some(hint) = &self.hint {
            crate::screen::say(format_args!("hint: {hint}"));
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        use crate::terraform::Error as T;
        let error = error.into();
        let of_terraform = error.downcast_ref::<T>();
        let code = match of_terraform {
            Some(T::Failed(_) | T::Locked(_) | T::Unexpected { .. }) => code::TERRAFORM,
            Some(T::Interrupted { .. }) => code::INTERRUPTED,
            _ => code::ERROR,
        };
        let of_store = error.downcast_ref::<StoreError>().and_then(StoreError::hint);
        let of_google = error.downcast_ref::<GoogleError>().and_then(GoogleError::hint);
        let of_registry = error.downcast_ref::<RegistryError>().and_then(RegistryError::hint);
        let of_network = of_store.or(of_google).or(of_registry);
        let hint = of_terraform.and_then(T::hint).or(of_network.map(str::to_owned));
        Self { code, hint, error: Some(error) }
    }
}

/// What every command returns.
pub type Outcome = Result<(), Failure>;
