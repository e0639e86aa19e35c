//! Finds Terraform or OpenTofu, and refuses one that is too old.

use std::fmt;
use std::io;
use std::str::FromStr;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::{Error, Workspace};
use crate::interrupt::Interrupts;
use crate::progress::Progress;

/// The oldest version that works: write-only arguments came with it.
pub const OLDEST: Version = Version { major: 1, minor: 11, patch: 0 };

/// Terraform or OpenTofu.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Flavour {
    /// HashiCorp's.
    Terraform,
    /// The Linux Foundation's.
    OpenTofu,
}

impl Flavour {
    /// The name of its program.
    pub fn program(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::OpenTofu => "tofu",
        }
    }

    /// Where to get it.
    pub fn home(self) -> &'static str {
        match self {
            Self::Terraform => "https://developer.hashicorp.com/terraform/install",
            Self::OpenTofu => "https://opentofu.org/docs/intro/install/",
        }
    }
}

impl fmt::Display for Flavour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Terraform => "Terraform",
            Self::OpenTofu => "OpenTofu",
        })
    }
}

/// A version, without what may follow its three numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number.
    pub patch: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for Version {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let numbers = text.split(['-', '+']).next().unwrap_or_default();
        let numbers: Vec<u32> =
            numbers.split('.').map(|it| it.parse().map_err(|_| ())).collect::<Result<_, _>>()?;
        match numbers[..] {
            [major, minor, patch] => Ok(Self { major, minor, patch }),
            _ => Err(()),
        }
    }
}

/// A Terraform or OpenTofu that is new enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terraform {
    /// The program.
    pub program: Utf8PathBuf,
    /// Which of the two it is.
    pub flavour: Flavour,
    /// Its version.
    pub version: Version,
}

impl Terraform {
    /// Takes the program that is named, else the first of `terraform` and `tofu` on the PATH.
    ///
    /// # Errors
    /// There is none, it cannot be run, or it is too old.
    pub fn find(explicit: Option<&Utf8Path>) -> Result<Self, Error> {
        let program = match explicit {
            Some(named) => resolve(named)?,
            None => [Flavour::Terraform, Flavour::OpenTofu]
                .iter()
                .find_map(|flavour| on_path(flavour.program()))
                .ok_or(Error::NotFound)?,
        };
        let (flavour, version) = ask(&program)?;
        if version < OLDEST {
            return Err(Error::TooOld { program, flavour, found: version });
        }
        Ok(Self { program, flavour, version })
    }

    /// To run it in this folder.
    ///
    /// # Errors
    /// The current folder, which a relative one starts from, is gone.
    pub fn in_workspace(
        &self,
        directory: &Utf8Path,
        interrupts: &Interrupts,
        progress: Box<dyn Progress>,
    ) -> Result<Workspace, Error> {
        let absolute = camino::absolute_utf8(directory).map_err(Error::file("find", directory))?;
        Ok(Workspace::new(self.clone(), absolute, interrupts.clone(), progress))
    }
}

/// A bare name is looked up as a shell would; a path is made absolute, because Terraform runs in
/// another folder.
fn resolve(named: &Utf8Path) -> Result<Utf8PathBuf, Error> {
    let missing = || Error::NotRunnable {
        program: named.to_owned(),
        source: io::Error::from(io::ErrorKind::NotFound),
    };
    if named.as_str().contains('/') {
        return camino::absolute_utf8(named).map_err(Error::file("find", named));
    }
    on_path(named.as_str()).ok_or_else(missing)
}

fn on_path(name: &str) -> Option<Utf8PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .filter_map(|folder| Utf8PathBuf::from_path_buf(folder.join(name)).ok())
        .find(|candidate| candidate.is_absolute() && is_executable(candidate))
}

fn is_executable(path: &Utf8Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

/// Asks for the version in words: with `-json` both call it `terraform_version`.
fn ask(program: &Utf8Path) -> Result<(Flavour, Version), Error> {
    let cannot_run = |source| Error::NotRunnable { program: program.to_owned(), source };
    let output = duct::cmd!(program.as_std_path(), "version")
        .env("CHECKPOINT_DISABLE", "1")
        .stdin_null()
        .stdout_capture()
        .stderr_capture()
        .unchecked()
        .run()
        .map_err(cannot_run)?;
    let printed = String::from_utf8_lossy(&output.stdout);
    printed.lines().find_map(read_version).ok_or_else(|| Error::NotTerraform {
        program: program.to_owned(),
        printed: printed.chars().take(100).collect(),
    })
}

fn read_version(line: &str) -> Option<(Flavour, Version)> {
    let (name, version) = line.trim().split_once(" v")?;
    let flavour = [Flavour::Terraform, Flavour::OpenTofu]
        .into_iter()
        .find(|flavour| flavour.to_string() == name)?;
    Some((flavour, version.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(major: u32, minor: u32, patch: u32) -> Version {
        Version { major, minor, patch }
    }

    #[test]
    fn both_flavours_are_recognised_by_their_first_line() {
        assert_eq!(
            read_version("Terraform v1.11.4"),
            Some((Flavour::Terraform, version(1, 11, 4)))
        );
        assert_eq!(read_version("OpenTofu v1.12.6"), Some((Flavour::OpenTofu, version(1, 12, 6))));
        assert_eq!(
            read_version("Terraform v1.13.0-beta2"),
            Some((Flavour::Terraform, version(1, 13, 0)))
        );
        assert_eq!(read_version("on linux_amd64"), None);
        assert_eq!(read_version("Packer v1.11.4"), None);
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(version(1, 9, 8) < OLDEST);
        assert!(version(1, 11, 0) >= OLDEST);
        assert!(version(2, 0, 0) >= OLDEST);
    }
}
